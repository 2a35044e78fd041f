//! What was dismissed of what the coach found: once, by whom, and what is left of it.

use super::*;
use crate::domain::coach::Dismissal;
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::ids::{DismissalId, JoinId};

fn dismissal(school: &School, badge: Option<&BadgeId>, about: &str, by: &PersonId) -> Dismissal {
    Dismissal {
        id: DismissalId::new(at(5), &SystemRandom),
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        badge: badge.cloned(),
        code: "criteria-missing".into(),
        about: about.into(),
        reason: "Everybody here knows".into(),
        by: Some(by.clone()),
        at: at(5),
    }
}

fn standing(database: &TestDatabase, school: &School) -> Vec<Dismissal> {
    let course = Some(&school.course.id);
    read(database, |db| dismissals::standing(db, &school.tenant, course))
}

#[test]
fn a_finding_is_dismissed_once_and_its_reason_outlives_whoever_gave_it() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let badge = north.badge(database, "b").id;
        let tess = north.learner(database).id;
        let first = dismissal(&north, Some(&badge), "one", &tess);
        let set = dismissal(&north, None, "two", &tess);
        for (one, is_new) in [(&first, true), (&first, false), (&set, true)] {
            let again = Dismissal {
                id: DismissalId::new(at(6), &SystemRandom),
                ..one.clone()
            };
            let kept = if is_new { one } else { &again };
            assert_eq!(write(database, |db| dismissals::insert(db, kept)), is_new);
        }
        let all = standing(database, &north);
        assert_eq!(all.len(), 2);
        assert!(all.contains(&first) && all.contains(&set));
        assert_eq!(
            read(database, |db| dismissals::standing(db, &north.tenant, None)).len(),
            2
        );
        assert_eq!(standing(database, &south), []);
        let told = read(database, |db| dismissals::of_person(db, &north.tenant, &tess));
        assert_eq!(
            told[0],
            ("criteria-missing".into(), "Everybody here knows".into(), at(5))
        );

        write(database, |db| {
            erasures::erase(db, &north.tenant, &tess, &[], "erased-1")
        });
        let left = standing(database, &north);
        assert!(
            left.iter()
                .all(|one| one.by.is_none() && one.reason == first.reason),
            "{left:?}"
        );

        let course = &north.course.id;
        let remove = |about: &str| {
            write(database, |db| {
                dismissals::remove(db, &north.tenant, course, about)
            })
        };
        assert!(remove("two") && !remove("two"));
        // A draft that is deleted takes along what was said of it.
        write(database, |db| badges::delete_draft(db, &north.tenant, &badge));
        assert_eq!(standing(database, &north), []);
    });
}

#[test]
fn two_people_who_are_one_dismissed_it_together_until_they_are_parted() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let (from, into) = (&people[0].id, &people[1].id);
        write(database, |db| {
            dismissals::insert(db, &dismissal(&school, None, "one", from))
        });
        let join = Join {
            id: JoinId::new(at(9), &SystemRandom),
            tenant: school.tenant.clone(),
            kind: JoinKind::Person,
            parent: None,
            from: from.to_string(),
            into: into.to_string(),
            state: JoinState::Asked,
            asked_at: at(9),
        };
        write(database, |db| {
            joins::insert(db, &join)?;
            joins::join_people(db, &school.tenant, &join.id, from, into)
        });
        assert_eq!(standing(database, &school)[0].by.as_ref(), Some(into));
        write(database, |db| {
            joins::part_people(db, &school.tenant, &join.id, from, into)
        });
        assert_eq!(standing(database, &school)[0].by.as_ref(), Some(from));
    });
}
