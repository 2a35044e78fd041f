//! Badges of one lineage: where it begins, what counts for it in another course, and whom an award concerns.

use diesel::connection::SimpleConnection;

use super::*;
use crate::domain::facts::Facts;
use crate::domain::policy::{Offers, Policy};
use crate::store::lineages;

/// Another course of the school, in which this person learns.
fn another(school: &School, database: &TestDatabase, context: &str, person: &PersonId) -> Course {
    let seen = courses::CourseSeen {
        tenant: school.tenant.clone(),
        registration: school.registration.clone(),
        deployment: school.deployment.clone(),
        context_id: context.into(),
        label: None,
        title: Some(format!("Course {context}")),
        services: Services::default(),
    };
    write(database, |db| {
        let course = launch_course(db, &seen, at(5), &SystemRandom)?;
        let member = enrolments::Member {
            person: person.clone(),
            seen_as: SeenAs::Learner,
            active: true,
            teaches: false,
        };
        enrolments::set_from_roster(db, &school.tenant, &course.id, &[member], at(5))?;
        Ok(course)
    })
}

/// A badge of `course`, copied from `source` if there is one.
fn badge_in(
    school: &School,
    database: &TestDatabase,
    course: &Course,
    id: &str,
    source: Option<&BadgeId>,
) -> BadgeId {
    let badge = Badge {
        course: course.id.clone(),
        ..school.badge(database, &format!("seed-{id}"))
    };
    let badge = Badge {
        id: id.into(),
        ..badge
    };
    write(database, |db| {
        badges::insert(db, &badge)?;
        if let Some(source) = source {
            badges::set_copied_from(db, &school.tenant, &badge.id, source)?;
        }
        Ok(())
    });
    badge.id
}

fn holds(badge: &BadgeId) -> Group {
    all_of([Condition::HoldsBadge {
        badge: badge.clone(),
        within_years: None,
    }])
}

#[test]
fn a_database_of_before_gets_its_lineages_and_only_what_is_known_counts_elsewhere() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let first = school.badge(database, "first").id;
        let (two, three) = (
            another(&school, database, "3", &person),
            another(&school, database, "4", &person),
        );
        let copy = badge_in(&school, database, &two, "copy", Some(&first));
        let again = badge_in(&school, database, &three, "again", Some(&copy));
        let duplicate = badge_in(&school, database, &three, "duplicate", Some(&again));
        let stack = badge_in(&school, database, &three, "stack", None);
        school.active_rule(database, &stack, &holds(&again));
        for badge in [&first, &copy, &duplicate] {
            let decision = school.earned(database, badge, &person);
            let award = school.award(badge, &person, 1, &decision);
            write(database, |db| awards::insert_once(db, &award));
        }
        let sql = |which| script(database.engine, "2026-12-09-100000_lineages", which);
        read(database, |db| {
            db.batch_execute(&sql("down"))?;
            db.batch_execute(&sql("up"))?;
            let all = [&first, &copy, &again, &duplicate, &stack];
            let lineages = lineages::of_badges(db, &school.tenant, all)?;
            let expected = [&first, &first, &first, &duplicate, &stack];
            assert_eq!(all.map(|badge| &lineages[badge]), expected);
            let known = lineages::of_badge(db, &school.tenant, &copy)?.unwrap();
            assert!(known.is_copy && known.origin.is_none() && !known.offered);
            assert!(
                !lineages::of_badge(db, &school.tenant, &duplicate)?
                    .unwrap()
                    .is_copy
            );
            assert_eq!(lineages::of_badge(db, &"t-other".into(), &copy)?, None);
            // The award of the first badge counts for the stack, by its lineage; that of the copy as its own badge alone.
            assert_eq!(
                rules::badges_building_on(db, &school.tenant, &first)?,
                std::slice::from_ref(&stack)
            );
            let facts = facts::for_person(db, &school.tenant, &three.id, &stack, &person)?;
            let parts: Vec<_> = facts
                .parts
                .iter()
                .map(|part| (&part.badge, &part.lineage))
                .collect();
            assert_eq!(parts, [(&first, &Some(first.clone()))]);
            Ok(())
        });
    });
}

#[test]
fn what_counts_in_another_course_is_what_the_policy_lets_count_and_of_whom_is_asked() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let (ada, ben) = (&people[0].id, &people[1].id);
        let basic = school.badge(database, "basic").id;
        let other = another(&school, database, "3", ada);
        let stack = badge_in(&school, database, &other, "stack", None);
        school.active_rule(database, &stack, &holds(&basic));
        for person in [ada, ben] {
            let decision = school.earned(database, &basic, person);
            let award = school.award(&basic, person, 1, &decision);
            assert!(write(database, |db| awards::insert_counting(
                db,
                &award,
                Some(&basic)
            )));
        }
        let asked = |offers: Offers| -> (Facts, Vec<PersonId>) {
            let policy = Policy {
                offers,
                ..Policy::default()
            };
            write(database, |db| policies::set(db, &school.tenant, &policy, at(9)));
            read(database, |db| {
                let of_ada = facts::for_person(db, &school.tenant, &other.id, &stack, ada)?;
                let all = facts::for_course(db, &school.tenant, &other.id, &stack)?;
                let with = all.into_iter().filter(|(_, facts)| !facts.parts.is_empty());
                Ok((of_ada, with.map(|(person, _)| person).collect()))
            })
        };
        let (facts, all) = asked(Offers::Active);
        assert_eq!(facts.parts.len(), 1);
        assert_eq!(facts.parts[0].course, "Biology at north");
        assert_eq!(facts.lineages[&basic], basic);
        assert_eq!(
            all,
            std::slice::from_ref(ada),
            "whoever is not in the course is nobody of it"
        );
        assert!(asked(Offers::Nothing).0.parts.is_empty());
        assert!(asked(Offers::Chosen).0.parts.is_empty());
        let offer = |offered| {
            write(database, |db| {
                lineages::set_offered(db, &school.tenant, &basic, offered)
            })
        };
        assert_eq!((offer(true), offer(true)), (true, false));
        assert_eq!(asked(Offers::Chosen).0.parts.len(), 1);
        let offered = read(database, |db| lineages::offered(db, &school.tenant, &other.id));
        assert_eq!(offered.iter().map(|one| &one.badge).collect::<Vec<_>>(), [&basic]);
        assert!(
            read(database, |db| lineages::offered(
                db,
                &school.tenant,
                &school.course.id
            ))
            .is_empty()
        );
        // Its own course needs nobody's leave, and other badges' rules ask for nothing.
        let here = read(database, |db| {
            facts::for_person(db, &school.tenant, &school.course.id, &basic, ada)
        });
        assert!(here.held.contains_key(&basic) && here.parts.is_empty());
    });
}

#[test]
fn an_award_concerns_whatever_asks_for_its_lineage_and_only_whoever_is_there() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let (ada, ben) = (&people[0].id, &people[1].id);
        let first = school.badge(database, "first").id;
        let other = another(&school, database, "3", ada);
        let copy = badge_in(&school, database, &other, "copy", Some(&first));
        write(database, |db| {
            lineages::begin_copy(db, &school.tenant, &copy, &first)
        });
        let above = badge_in(&school, database, &other, "above", None);
        school.active_rule(database, &above, &holds(&copy));
        let of = |badge: &BadgeId| read(database, |db| rules::above(db, &school.tenant, badge));
        let expected = [(above.clone(), other.id.clone())];
        assert_eq!(of(&first), expected);
        assert_eq!(of(&copy), expected);
        assert_eq!(of(&above), []);
        let of_all = [first.clone(), copy.clone(), above.clone()];
        let any = read(database, |db| rules::above_any(db, &school.tenant, &of_all));
        assert_eq!(any, expected, "each is told once");
        let none = read(database, |db| rules::above_any(db, &school.tenant, &[]));
        assert_eq!(none, []);
        let there = read(database, |db| {
            enrolments::among(db, &school.tenant, &[&other.id], &[ada.clone(), ben.clone()])
        });
        assert_eq!(there, [(other.id.clone(), ada.clone())]);
    });
}

#[test]
fn what_was_accepted_is_known_by_its_digest_and_forgets_who_it_was() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let badge = school.badge(database, "b").id;
        let accept = |substance: &str| {
            write(database, |db| {
                lineages::accept(db, &school.tenant, &badge, substance, person.as_str(), at(1))
            })
        };
        assert_eq!((accept("one"), accept("one"), accept("two")), (true, false, true));
        let is = |tenant: &TenantId, substance: &str| {
            read(database, |db| {
                lineages::is_accepted(db, tenant, &badge, substance)
            })
        };
        assert!(is(&school.tenant, "one") && !is(&school.tenant, "three") && !is(&"t-other".into(), "one"));
        write(database, |db| {
            erasures::erase(db, &school.tenant, &person, &[], "gone")
        });
        assert!(is(&school.tenant, "one"));
        // By which rule it was made decides whether an earlier award counts.
        let holder = school.learner(database).id;
        let decision = school.earned(database, &badge, &holder);
        let award = school.award(&badge, &holder, 1, &decision);
        write(database, |db| awards::insert_once(db, &award));
        let rule = read(database, |db| rules::active(db, &school.tenant, &badge))
            .unwrap()
            .id;
        let count = |by: &[RuleId]| {
            write(database, |db| {
                lineages::let_count(db, &school.tenant, &badge, by, &"first".into())
            })
        };
        assert_eq!(count(&["another".into()]), 0);
        assert_eq!(count(std::slice::from_ref(&rule)), 1);
        assert_eq!(count(&[rule]), 0);
    });
}
