//! Badges, rules, approvals and decision records.

use super::*;
use crate::domain::facts::Approval;
use crate::domain::rest::Rest;
use crate::store::decisions::NewDecision;

#[test]
fn a_badge_comes_back_as_it_was_and_a_stale_edit_is_refused() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let badge = school.badge(database, "b");
        assert_eq!(
            read(database, |db| badges::get(db, &school.tenant, &badge.id)),
            Some(badge.clone())
        );
        assert_eq!(
            read(database, |db| badges::get(db, &"t-other".into(), &badge.id)),
            None
        );
        let mut changed = badge.design.clone();
        changed.name = "Cells".into();
        let edit = |revision| {
            database.store.write_blocking(|db| {
                badges::update_design(db, &school.tenant, &badge.id, revision, &changed, at(9))
            })
        };
        assert_eq!(edit(1).unwrap(), 2);
        assert!(matches!(edit(1), Err(StoreError::Stale)));
        let paused = BadgeState::Paused {
            reason: Rest::NotFound(vec!["Quiz 3".into()]),
        };
        write(database, |db| {
            badges::set_state(db, &school.tenant, &badge.id, &paused, at(10))
        });
        let kept = read(database, |db| {
            badges::for_course(db, &school.tenant, &school.course.id)
        })
        .remove(0);
        assert_eq!(
            (kept.design.name.as_str(), kept.revision, &kept.state),
            ("Cells", 2, &paused)
        );
        assert_eq!((kept.created_at, kept.updated_at), (at(0), at(10)));
        // What an earlier version kept were sentences: they are read, and written, as they are.
        let earlier = BadgeState::Paused {
            reason: Rest::Earlier("The gradebook column “Quiz 3” is no longer in the course.".into()),
        };
        write(database, |db| {
            badges::set_state(db, &school.tenant, &badge.id, &earlier, at(11))
        });
        let kept = read(database, |db| badges::get(db, &school.tenant, &badge.id));
        assert_eq!(kept.unwrap().state, earlier);
    });
}

#[test]
fn activating_supersedes_and_only_a_draft_changes() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (badge, item) = (school.badge(database, "b").id, school.item(database, "u1").id);
        let tenant = &school.tenant;
        let draft = |root: &Group, id: &str| {
            write(database, |db| {
                rules::save_draft(db, tenant, &badge, root, id.into(), at(1))
            })
        };
        let first = draft(&approves(), "r1");
        let edited = draft(&all_of([grade_at_least(&item, "80")]), "r-ignored");
        assert_eq!((edited.id.clone(), edited.version), (first.id.clone(), 1));
        let active = write(database, |db| rules::activate(db, tenant, &first.id, at(2)));
        assert_eq!(
            (active.state, active.activated_at),
            (RuleState::Active, Some(at(2)))
        );
        let known = read(database, |db| badges::get(db, tenant, &badge)).unwrap();
        assert_eq!(
            (known.state, known.active_rule),
            (BadgeState::Active, Some(first.id.clone()))
        );
        assert_eq!(
            read(database, |db| rules::watched_items(db, tenant, &school.course.id)).len(),
            1
        );
        assert_eq!(
            read(database, |db| rules::badges_reading(db, tenant, &item)),
            std::slice::from_ref(&badge)
        );

        let second = draft(&approves(), "r2");
        assert_eq!(second.version, 2);
        let twice = database
            .store
            .write_blocking(|db| rules::activate(db, tenant, &first.id, at(3)));
        assert!(matches!(twice, Err(StoreError::Stale)));
        write(database, |db| rules::activate(db, tenant, &second.id, at(4)));
        let states: Vec<_> = read(database, |db| rules::for_badge(db, tenant, &badge))
            .into_iter()
            .map(|rule| (rule.version, rule.state, rule.root == approves()))
            .collect();
        assert_eq!(
            states,
            [(1, RuleState::Superseded, false), (2, RuleState::Active, true)]
        );
        assert_eq!(
            read(database, |db| rules::active(db, tenant, &badge)).unwrap().id,
            second.id
        );
        assert_eq!(read(database, |db| rules::draft(db, tenant, &badge)), None);
        assert_eq!(read(database, |db| rules::badges_reading(db, tenant, &item)), []);
        assert_eq!(
            read(database, |db| rules::all_active_for_course(
                db,
                tenant,
                &school.course.id
            ))
            .len(),
            1
        );
    });
}

#[test]
fn badges_that_build_on_another_are_found_only_while_their_rule_is_active() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (basic, stack, other) = (
            school.badge(database, "basic").id,
            school.badge(database, "stack").id,
            school.badge(database, "x").id,
        );
        let builds = all_of([Condition::HoldsBadge {
            badge: basic.clone(),
            within_years: None,
        }]);
        school.active_rule(database, &stack, &builds);
        write(database, |db| {
            rules::save_draft(db, &school.tenant, &other, &builds, "draft".into(), at(1))
        });
        let found = || {
            read(database, |db| {
                rules::badges_building_on(db, &school.tenant, &basic)
            })
        };
        assert_eq!(found(), std::slice::from_ref(&stack));
        assert_eq!(
            read(database, |db| rules::badges_building_on(
                db,
                &"t-other".into(),
                &basic
            )),
            []
        );
        school.active_rule(database, &stack, &approves());
        assert_eq!(found(), []);
    });
}

#[test]
fn a_draft_can_be_deleted_and_an_active_badge_cannot() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (draft, active) = (
            school.badge(database, "draft").id,
            school.badge(database, "active").id,
        );
        write(database, |db| {
            rules::save_draft(db, &school.tenant, &draft, &approves(), "r".into(), at(1))
        });
        school.active_rule(database, &active, &approves());
        write(database, |db| badges::delete_draft(db, &school.tenant, &draft));
        assert_eq!(read(database, |db| badges::get(db, &school.tenant, &draft)), None);
        let refused = database
            .store
            .write_blocking(|db| badges::delete_draft(db, &school.tenant, &active));
        assert!(matches!(refused, Err(StoreError::InUse(_))));
        assert_eq!(read(database, |db| badges::in_use(db, &school.tenant)).len(), 1);
    });
}

#[test]
fn a_decision_makes_history_only_when_it_says_something_new() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (badge, person) = (school.badge(database, "b").id, school.learner(database).id);
        let rule = school.active_rule(database, &badge, &approves()).id;
        let tenant = &school.tenant;
        let record = |decision: Decision, seconds| {
            let new = NewDecision {
                person: person.clone(),
                rule: rule.clone(),
                decision,
            };
            write(database, |db| {
                decisions::record(
                    db,
                    tenant,
                    &badge,
                    &new,
                    Cause::Schedule,
                    at(seconds),
                    &SystemRandom,
                )
            })
        };
        let first = record(decided(Truth::No, "70", 0), 10);
        assert!(first.changed);
        let read_later = record(decided(Truth::No, "70", 99), 20);
        assert_eq!((read_later.changed, &read_later.id), (false, &first.id));
        let (kept, checked) = read(database, |db| decisions::current(db, tenant, &badge, &person)).unwrap();
        assert_eq!((kept.decided_at, checked), (at(10), at(20)));
        let regraded = record(decided(Truth::No, "75", 99), 30);
        assert!(regraded.changed);
        let met = record(decided(Truth::Yes, "80", 100), 40);
        let outcomes = read(database, |db| decisions::current_for_badge(db, tenant, &badge));
        assert_eq!(outcomes[&person].outcome, Truth::Yes);
        assert_eq!(
            (&outcomes[&person].id, outcomes[&person].checked_at),
            (&met.id, at(40))
        );
        let history = read(database, |db| {
            decisions::history(db, tenant, &badge, &person, Page::first(10))
        });
        let ids: Vec<_> = history.iter().map(|one| one.id.clone()).collect();
        assert_eq!(ids, [met.id.clone(), regraded.id, first.id]);
        assert_eq!(history[0].decision, decided(Truth::Yes, "80", 100));
        assert_eq!(history[0].cause, Cause::Schedule);
        let course = &school.course.id;
        let page = read(database, |db| {
            decisions::records_for_people(db, tenant, course, std::slice::from_ref(&person))
        });
        assert_eq!(page[&(badge.clone(), person.clone())], history[0].decision);
        assert_eq!(
            read(database, |db| decisions::get(db, tenant, &met.id)),
            Some(history[0].clone())
        );
        assert_eq!(
            read(database, |db| decisions::get(db, &"t-other".into(), &met.id)),
            None
        );
    });
}

#[test]
fn thousands_of_decisions_are_recorded_at_once() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let badge = school.badge(database, "b").id;
        let rule = school.active_rule(database, &badge, &approves()).id;
        let people = school.learners(database, 4_000);
        let record = |value: &str, seconds| {
            let new: Vec<_> = people
                .iter()
                .map(|one| NewDecision {
                    person: one.id.clone(),
                    rule: rule.clone(),
                    decision: decided(Truth::No, value, seconds),
                })
                .collect();
            let done = write(database, |db| {
                decisions::record_many(
                    db,
                    &school.tenant,
                    &badge,
                    &new,
                    crate::domain::cause::Cause::Schedule,
                    at(seconds),
                    &SystemRandom,
                )
            });
            assert_eq!(done.len(), 4_000);
            done.into_iter().filter(|one| one.changed).count()
        };
        assert_eq!(record("70", 10), 4_000);
        assert_eq!(record("70", 20), 0);
        assert_eq!(record("71", 30), 4_000);
        let current = read(database, |db| {
            decisions::current_for_badge(db, &school.tenant, &badge)
        });
        assert!(current.len() == 4_000 && current.values().all(|one| one.checked_at == at(30)));
    });
}

#[test]
fn an_approval_is_kept_and_replaced() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let (badge, tenant) = (school.badge(database, "b").id, &school.tenant);
        let word = |by: &str, seconds| Approval {
            by: by.into(),
            at: at(seconds),
        };
        write(database, |db| {
            approvals::set(
                db,
                tenant,
                &badge,
                &people[0].id,
                &people[1].id,
                &word("Ms Frizzle", 1),
            )?;
            approvals::set(
                db,
                tenant,
                &badge,
                &people[0].id,
                &people[1].id,
                &word("Ms Frizzle", 2),
            )
        });
        assert_eq!(
            read(database, |db| approvals::get(db, tenant, &badge, &people[0].id)),
            Some(word("Ms Frizzle", 2))
        );
        assert_eq!(
            read(database, |db| approvals::of_person(db, tenant, &people[0].id)).len(),
            1
        );
    });
}

#[test]
fn a_badge_of_another_course_is_held_by_nobody_for_a_rule_of_this_one() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (badge, person) = (school.badge(database, "b").id, school.learner(database).id);
        let decision = school.earned(database, &badge, &person);
        let award = school.award(&badge, &person, 1, &decision);
        let other = write(database, |db| {
            awards::insert_once(db, &award)?;
            let seen = courses::CourseSeen {
                tenant: school.tenant.clone(),
                registration: school.registration.clone(),
                deployment: school.deployment.clone(),
                context_id: "3".into(),
                label: None,
                title: Some("Chemistry".into()),
                services: Services::default(),
            };
            let course = launch_course(db, &seen, at(5), &SystemRandom)?;
            let member = enrolments::Member {
                person: person.clone(),
                seen_as: SeenAs::Learner,
                active: true,
                teaches: false,
            };
            enrolments::set_from_roster(db, &school.tenant, &course.id, &[member], at(5))?;
            Ok(course)
        });
        for (course, holds) in [(&school.course, true), (&other, false)] {
            let one = read(database, |db| {
                facts::for_person(db, &school.tenant, &course.id, &badge, &person)
            });
            assert_eq!(one.held.contains_key(&badge), holds);
            let all = read(database, |db| {
                facts::for_course(db, &school.tenant, &course.id, &badge)
            });
            assert_eq!(all[&person].held.contains_key(&badge), holds);
        }
    });
}
