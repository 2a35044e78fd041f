//! What one person earned anywhere and is on the way to, what they say of it, and how they show it.

use super::joining::{course, joined, parted};
use super::*;
use crate::domain::course::CourseLife;
use crate::domain::holder_note::{HolderNote, Link};
use crate::domain::timeline::{Shows, Timeline};
use crate::ids::CourseId;
use crate::store::decisions::Way;

fn in_course(school: &School, database: &TestDatabase, name: &str, at_course: &CourseId) -> BadgeId {
    let badge = school.badge(database, name);
    let other = Badge {
        id: BadgeId::new(at(1), &SystemRandom),
        course: at_course.clone(),
        ..badge
    };
    write(database, |db| badges::insert(db, &other));
    other.id
}

/// Decides that a person is not there yet.
fn begun(school: &School, database: &TestDatabase, badge: &BadgeId, person: &PersonId, root: &Group) {
    let rule = school.active_rule(database, badge, root);
    let new = decisions::NewDecision {
        person: person.clone(),
        rule: rule.id,
        decision: decided(Truth::Unknown, "10", 0),
    };
    write(database, |db| {
        decisions::record(
            db,
            &school.tenant,
            badge,
            &new,
            Cause::Schedule,
            at(3),
            &SystemRandom,
        )
    });
}

fn names(found: Vec<(Award, Badge, Course)>) -> Vec<(i32, Option<String>)> {
    found
        .into_iter()
        .map(|(award, _, course)| (award.cycle, course.title))
        .collect()
}

#[test]
fn the_latest_term_of_each_badge_is_found_in_whatever_course_and_what_was_revoked_stands_last() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let person = north.learner(database).id;
        let elsewhere = course(database, &north, "77");
        let here = north.badge(database, "here").id;
        let there = in_course(&north, database, "there", &elsewhere);
        let gone = in_course(&north, database, "gone", &elsewhere);
        let mut awards_made = Vec::new();
        for (badge, cycle, seconds) in [(&here, 1, 10), (&here, 2, 20), (&there, 1, 30), (&gone, 1, 40)] {
            let decision = north.earned(database, badge, &person);
            let award = Award {
                awarded_at: at(seconds),
                ..north.award(badge, &person, cycle, &decision)
            };
            assert!(write(database, |db| awards::insert_once(db, &award)));
            awards_made.push(award);
        }
        let revocation = crate::domain::award::Revocation {
            at: at(50),
            by: None,
            reason: "A mistake".into(),
        };
        let revoked = awards_made[3].id.clone();
        write(database, |db| {
            awards::revoke(db, &north.tenant, &revoked, &revocation)
        });
        let all = |page| {
            names(read(database, |db| {
                awards::everywhere(db, &north.tenant, &person, page)
            }))
        };
        let title = |name: &str| Some(name.to_owned());
        assert_eq!(
            all(Page::first(9)),
            [(1, None), (2, title("Biology at north")), (1, None)]
        );
        assert_eq!(
            all(Page { offset: 1, limit: 1 }),
            [(2, title("Biology at north"))]
        );
        let count = |tenant: &TenantId| read(database, |db| awards::count_everywhere(db, tenant, &person));
        assert_eq!((count(&north.tenant), count(&south.tenant)), (3, 0));
    });
}

#[test]
fn what_may_still_be_earned_is_on_the_way_until_its_course_ends_or_the_student_leaves() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let part = school.badge(database, "part").id;
        let stack = school.badge(database, "stack").id;
        let holds = all_of([Condition::HoldsBadge {
            badge: part.clone(),
            within_years: None,
        }]);
        begun(&school, database, &part, &person, &approves());
        begun(&school, database, &stack, &person, &holds);
        let found = |way, now| {
            let rows = read(database, |db| {
                decisions::on_the_way(db, &school.tenant, &person, way, now, 9)
            });
            let mut ids: Vec<BadgeId> = rows.into_iter().map(|(badge, _)| badge).collect();
            let told = read(database, |db| decisions::begun(db, &school.tenant, &person, &ids));
            let told: Vec<BadgeId> = told.into_iter().map(|(badge, ..)| badge.id).collect();
            assert_eq!(told, ids);
            ids.sort();
            ids
        };
        let mut both = [part.clone(), stack.clone()];
        both.sort();
        assert_eq!(found(Way::All, at(5)), both);
        assert_eq!(found(Way::Stacks, at(5)), std::slice::from_ref(&stack));
        // Held for a while, and lapsed after that.
        let decision = school.earned(database, &part, &person);
        let award = Award {
            valid_until: Some(at(100)),
            ..school.award(&part, &person, 1, &decision)
        };
        write(database, |db| awards::insert_once(db, &award));
        begun_again(&school, database, &part, &person);
        assert_eq!(found(Way::All, at(99)), std::slice::from_ref(&stack));
        assert_eq!(found(Way::All, at(100)), both);
        // A badge that has lapsed is not held any more, whichever lineage it counts for.
        for (now, held) in [(99, 1), (100, 0)] {
            let lineages = read(database, |db| {
                awards::held_lineages(db, &school.tenant, &person, at(now))
            });
            assert_eq!((lineages.len(), lineages.contains(&part)), (held, held == 1));
        }
        let set_life = |life| {
            write(database, |db| {
                courses::set_life(db, &school.tenant, &school.course.id, life)
            });
        };
        set_life(CourseLife::Refuses { since: at(100) });
        assert_eq!(found(Way::All, at(100)), [], "a course that is gone most likely");
        set_life(CourseLife::Open);
        // Who is in the list no more has left.
        write(database, |db| {
            enrolments::set_from_roster(db, &school.tenant, &school.course.id, &[], at(101))
        });
        assert_eq!(found(Way::All, at(102)), []);
    });
}

fn begun_again(school: &School, database: &TestDatabase, badge: &BadgeId, person: &PersonId) {
    let rule = read(database, |db| rules::active(db, &school.tenant, badge)).unwrap();
    let new = decisions::NewDecision {
        person: person.clone(),
        rule: rule.id,
        decision: decided(Truth::No, "20", 1),
    };
    write(database, |db| {
        decisions::record(
            db,
            &school.tenant,
            badge,
            &new,
            Cause::Schedule,
            at(7),
            &SystemRandom,
        )
    });
}

fn timeline(school: &School, person: &PersonId, id: &str, slug: Option<&str>) -> Timeline {
    Timeline {
        id: id.into(),
        tenant: school.tenant.clone(),
        person: person.clone(),
        award: None,
        digest: format!("digest of {id}"),
        slug: slug.map(str::to_owned),
        shows: Shows::default(),
        made_at: at(10),
        until: slug.is_none().then(|| at(20)),
        withdrawn_at: None,
    }
}

#[test]
fn one_timeline_of_a_kind_is_shown_to_anybody_and_all_of_them_go_over_to_who_stays_and_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let (former, present) = (&people[0].id, &people[1].id);
        let insert = |one: &Timeline| write(database, |db| timelines::insert(db, one));
        assert!(insert(&timeline(&school, former, "public", Some("a"))));
        assert!(!insert(&timeline(&school, former, "again", Some("b"))));
        assert!(insert(&timeline(&school, former, "link", None)));
        assert!(insert(&timeline(&school, former, "another link", None)));
        assert!(insert(&timeline(&school, present, "of the other", Some("c"))));
        let of = |person: &PersonId| {
            let all = read(database, |db| timelines::of_person(db, &school.tenant, person, 9));
            all.len()
        };
        let join = joined(database, &school, former, present);
        assert_eq!((of(former), of(present)), (0, 4));
        parted(database, &school, &join);
        assert_eq!((of(former), of(present)), (3, 1));

        let shows = Shows {
            name: true,
            evidence: true,
        };
        let id = "public".into();
        let tenant = &school.tenant;
        assert!(write(database, |db| timelines::set_shows(
            db, tenant, former, &id, shows
        )));
        assert!(!write(database, |db| timelines::set_shows(
            db, tenant, present, &id, shows
        )));
        assert!(!write(database, |db| timelines::withdraw(
            db,
            tenant,
            present,
            &id,
            at(12)
        )));
        assert!(write(database, |db| timelines::withdraw(
            db,
            tenant,
            former,
            &id,
            at(12)
        )));
        assert!(!write(database, |db| timelines::withdraw(
            db,
            tenant,
            former,
            &id,
            at(13)
        )));
        let found = read(database, |db| timelines::by_digest(db, "digest of public")).unwrap();
        assert_eq!((found.shows, found.withdrawn_at), (shows, Some(at(12))));
        assert!(
            insert(&timeline(&school, former, "again", Some("b"))),
            "the first is over"
        );
        let forgotten = write(database, |db| timelines::forget_over(db, tenant, at(21)));
        assert_eq!(forgotten, 3, "two links and what was withdrawn");
    });
}

#[test]
fn what_anybody_may_open_is_listed_before_all_that_came_later() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let later = Timeline {
            made_at: at(11),
            ..timeline(&school, &person, "z link", None)
        };
        for one in [timeline(&school, &person, "public", Some("a")), later] {
            assert!(write(database, |db| timelines::insert(db, &one)));
        }
        let first = read(database, |db| {
            timelines::of_person(db, &school.tenant, &person, 1)
        });
        let ids: Vec<&str> = first.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["public"]);
    });
}

#[test]
fn an_erased_person_leaves_neither_words_nor_timelines_behind() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let badge = school.badge(database, "b").id;
        let decision = school.earned(database, &badge, &person);
        let award = school.award(&badge, &person, 1, &decision);
        let note = |text: &str| HolderNote {
            award: award.id.clone(),
            note: text.into(),
            link: Link::parse("https://work.example/a"),
            shown: true,
            written_at: at(8),
        };
        let of_award = Timeline {
            award: Some(award.id.clone()),
            ..timeline(&school, &person, "of one", Some("d"))
        };
        let tenant = &school.tenant;
        write(database, |db| {
            awards::insert_once(db, &award)?;
            holder_notes::set(db, tenant, &note("before"))?;
            holder_notes::set(db, tenant, &note("after"))?;
            timelines::insert(db, &of_award)
        });
        let kept = read(database, |db| holder_notes::get(db, tenant, &award.id));
        assert_eq!(kept, Some(note("after")));
        write(database, |db| {
            erasures::erase(db, tenant, &person, &[award.id.to_string()], "erased-1")
        });
        assert_eq!(
            read(database, |db| holder_notes::get(db, tenant, &award.id)),
            None
        );
        assert_eq!(
            read(database, |db| timelines::by_digest(db, "digest of of one")),
            None
        );
    });
}
