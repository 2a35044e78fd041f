//! Wishes to be erased, and that nothing is left of whoever was.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::erasure::{Declined, Wish};
use crate::domain::facts::Approval;
use crate::domain::platform::{Deployment, DeploymentState};
use crate::ids::ErasureId;
use crate::store::jobs::NewJob;
use crate::store::testing::shortcuts::{claim_unshared, logged};

fn wish(id: &str, person: &PersonId, seconds: i64) -> Wish {
    Wish {
        id: ErasureId::from(id),
        person: person.clone(),
        asked_at: at(seconds),
        declined: None,
    }
}

#[test]
fn a_declined_wish_waits_no_more_until_it_is_asked_for_again() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let person = north.learner(database).id;
        let (tenant, other) = (&north.tenant, &south.tenant);
        let first = wish("w1", &person, 10);
        assert!(write(database, |db| erasures::ask(db, tenant, &first)));
        assert!(!write(database, |db| erasures::ask(
            db,
            tenant,
            &wish("w2", &person, 11)
        )));
        let id = &first.id;
        assert!(!write(database, |db| erasures::decline(
            db,
            other,
            id,
            "of elsewhere",
            at(12)
        )));
        assert!(write(database, |db| erasures::decline(
            db,
            tenant,
            id,
            "Exams run until July",
            at(12)
        )));
        assert!(!write(database, |db| erasures::decline(
            db,
            tenant,
            id,
            "another reason",
            at(13)
        )));
        let declined = Some(Declined {
            at: at(12),
            reason: "Exams run until July".into(),
        });
        let told = read(database, |db| erasures::of_person(db, tenant, &person)).unwrap();
        assert_eq!(told.declined, declined);
        assert_eq!(read(database, |db| erasures::waiting(db, tenant)), []);
        assert!(
            !write(database, |db| erasures::withdraw(db, tenant, id)),
            "nothing waits"
        );

        assert!(write(database, |db| erasures::ask(
            db,
            tenant,
            &wish("w3", &person, 20)
        )));
        let again = Wish {
            asked_at: at(20),
            ..first.clone()
        };
        assert_eq!(read(database, |db| erasures::waiting(db, tenant)), [again]);
        assert!(write(database, |db| erasures::done(db, tenant, id, 0, at(30))));
        assert!(!write(database, |db| erasures::decline(
            db,
            tenant,
            id,
            "too late",
            at(31)
        )));
        assert_eq!(read(database, |db| erasures::get(db, tenant, id)), Some(None));
        assert!(write(database, |db| erasures::ask(
            db,
            tenant,
            &wish("w4", &person, 40)
        )));
    });
}

#[test]
fn what_an_instructor_did_for_others_stays_without_their_name() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let seen = people::PersonSeen {
            sub: "sub-17".into(),
            name: Some("Tess \"T\" Tutor".into()),
            email: None,
        };
        let tess = write(database, |db| {
            people::upsert_from_launch(db, tenant, &school.registration, &seen, at(1), &SystemRandom)
        });
        let (badge, learner) = (school.badge(database, "b"), school.learner(database));
        let name = "Tess \"T\" Tutor";
        let approval = Approval {
            by: name.into(),
            at: at(5),
        };
        let rule = school.active_rule(database, &badge.id, &approves());
        let mut decision = decided(Truth::Yes, "80", 0);
        for node in &mut decision.tree.nodes {
            if let CheckedNode::Condition(checked) = node {
                checked.seen = Seen::Approval {
                    by: name.into(),
                    at: at(5),
                };
            }
        }
        let new = decisions::NewDecision {
            person: learner.id.clone(),
            rule: rule.id,
            decision,
        };
        let claims = [
            ("d-tess", "Tess \"T\" Tutor, instructor (user sub-17)"),
            ("d-other", "Otto, instructor (user sub-170)"),
        ];
        write(database, |db| {
            decisions::record(db, tenant, &badge.id, &new, Cause::Schedule, at(6), &SystemRandom)?;
            approvals::set(db, tenant, &badge.id, &learner.id, &tess.id, &approval)?;
            for (id, by) in claims {
                let deployment = Deployment {
                    id: id.into(),
                    tenant: tenant.clone(),
                    registration: school.registration.clone(),
                    deployment_id: id.into(),
                    state: DeploymentState::Pending,
                };
                deployments::find_or_insert(db, &deployment, at(7))?;
                pending::claim(db, tenant, &id.into(), by, at(8))?;
            }
            Ok(())
        });
        write(database, |db| {
            erasures::erase(db, tenant, &tess.id, &[], "erased-1")
        });
        let claimed = |id: &str| {
            let known = read(database, |db| pending::get(db, tenant, &id.into()));
            known.unwrap().claimed_by.unwrap()
        };
        assert_eq!(claimed("d-tess"), "A former instructor");
        assert_eq!(claimed("d-other"), "Otto, instructor (user sub-170)");
        let known = read(database, |db| {
            facts::for_person(db, tenant, &badge.course, &badge.id, &learner.id)
        });
        assert_eq!(known.approval.unwrap().by, "A former instructor");
        let record = read(database, |db| {
            decisions::current(db, tenant, &badge.id, &learner.id)
        });
        let text = format!("{record:?}");
        assert!(text.contains("A former instructor"), "{text}");
        assert!(!text.contains("Tutor"), "{text}");
        // The next check sees the same of the same approver.
        let again = decisions::NewDecision {
            decision: record.unwrap().0.decision,
            ..new
        };
        let checked = write(database, |db| {
            decisions::record(
                db,
                tenant,
                &badge.id,
                &again,
                Cause::Schedule,
                at(9),
                &SystemRandom,
            )
        });
        assert!(
            !checked.changed,
            "that they were erased is no news of the student"
        );
    });
}

/// A record that saw an approval.
fn approved_by(name: &str) -> Decision {
    let mut decision = decided(Truth::Yes, "80", 0);
    let seen = Seen::Approval {
        by: name.into(),
        at: at(5),
    };
    decision.tree.nodes = vec![CheckedNode::Condition(CheckedCondition {
        condition: Condition::InstructorApproves,
        truth: Truth::Yes,
        seen,
    })];
    decision
}

#[test]
fn an_approver_goes_out_of_every_record_and_their_namesakes_stay() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, badge) = (&school.tenant, school.badge(database, "b").id);
        let rule = school.active_rule(database, &badge, &approves());
        // More than are taken at a time.
        let all = school.learners(database, 207);
        let [tess, otto, students @ ..] = all.as_slice() else {
            panic!("{}", all.len())
        };
        let (last, of_tess) = students.split_last().unwrap();
        let decide = |person: &Person, by: &str| decisions::NewDecision {
            person: person.id.clone(),
            rule: rule.id.clone(),
            decision: approved_by(by),
        };
        let first: Vec<_> = of_tess.iter().map(|one| decide(one, "Tess")).collect();
        // Some have a second record, of another moment, in which somebody of a longer name is seen.
        let mut second: Vec<_> = of_tess
            .iter()
            .take(3)
            .map(|one| decide(one, "Tess Two"))
            .collect();
        second.push(decide(last, "Tess"));
        write(database, |db| {
            for (new, seconds) in [(&first, 6), (&second, 7)] {
                let (cause, now) = (Cause::Schedule, at(seconds));
                decisions::record_many(db, tenant, &badge, new, cause, now, &SystemRandom)?;
            }
            let by = Approval {
                by: "Tess".into(),
                at: at(5),
            };
            for one in of_tess {
                approvals::set(db, tenant, &badge, &one.id, &tess.id, &by)?;
            }
            // Another instructor of the same name approved the last one.
            approvals::set(db, tenant, &badge, &last.id, &otto.id, &by)?;
            erasures::erase(db, tenant, &tess.id, &[], "erased-1")
        });
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for one in students {
            for record in read(database, |db| decisions::of_person(db, tenant, &one.id)) {
                let [CheckedNode::Condition(checked)] = record.decision.tree.nodes.as_slice() else {
                    panic!("{record:?}")
                };
                let Seen::Approval { by, at: moment } = &checked.seen else {
                    panic!("{record:?}")
                };
                assert_eq!(*moment, at(5));
                *seen.entry(by.clone()).or_default() += 1;
            }
        }
        let expected = [("A former instructor", 204), ("Tess", 1), ("Tess Two", 3)];
        assert_eq!(
            seen,
            expected.map(|(name, count)| (name.to_owned(), count)).into()
        );
    });
}

#[test]
fn work_that_concerns_a_person_goes_and_that_of_others_stays() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let job = |school: &School, key: &str, person: Option<&str>, payload: serde_json::Value| NewJob {
            tenant: school.tenant.clone(),
            kind: "decide".into(),
            key: key.into(),
            payload,
            run_at: at(i64::from(key != "theirs")),
            platform: None,
            person: person.map(PersonId::from),
        };
        // In a pattern of LIKE "_" stands for any letter, and SQLite's does not tell capitals apart.
        let jobs = [
            job(&school, "theirs", Some("p_1"), json!({})),
            job(&school, "of another", Some("pX1"), json!({"person": "pX1"})),
            job(&school, "in capitals", Some("P_1"), json!({"person": "P_1"})),
            job(&other, "elsewhere", Some("p_1"), json!({"person": "p_1"})),
            // From before there was a column.
            job(&school, "old", None, json!({"course": "c", "person": "p_1"})),
            job(&school, "old, of their work", None, json!({"submission": "s-1"})),
            job(&school, "old, deep", None, json!({"all": [{"person": "p_1"}]})),
            job(&school, "old, of another", None, json!({"person": "pX1"})),
            job(&school, "old, longer", None, json!({"person": "p_12"})),
            job(&school, "old, in words", None, json!({"title": "all about p_1"})),
            job(
                &school,
                "old, a name of ours",
                None,
                json!({"p_1": true, "count": 1}),
            ),
        ];
        write(database, |db| {
            for job in &jobs {
                assert!(jobs::enqueue(db, job, at(0), &SystemRandom)?);
            }
            let first = claim_unshared(db, at(0), "w", TimeDelta::seconds(60), 1)?.remove(0);
            assert_eq!(first.key, "theirs");
            jobs::forget_person(db, &school.tenant, &"p_1".into(), &["s-1".into()])?;
            assert!(!jobs::done(db, &first)?, "what runs goes too");
            Ok(())
        });
        let left = write(database, |db| {
            claim_unshared(db, at(1), "w", TimeDelta::seconds(60), 50)
        });
        let keys: BTreeSet<&str> = left.iter().map(|job| job.key.as_str()).collect();
        let expected = [
            "elsewhere",
            "in capitals",
            "of another",
            "old, a name of ours",
            "old, in words",
            "old, longer",
            "old, of another",
        ];
        assert_eq!(keys, expected.into());
    });
}

#[test]
fn the_log_forgets_one_person_and_nobody_else() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        for badge in ["b", "b-2"] {
            school.badge(database, badge);
        }
        let reason = json!({ "reason": "passed the oral" });
        let by = |person: &str| Actor::Instructor(person.into());
        let entries = [
            (by("i"), "b/p_1", true),
            // The approval was taken back.
            (by("i"), "b-2/p_1", true),
            (by("i"), "award-1", true),
            (by("i"), "p_1", true),
            (by("p_1"), "badge", true),
            (by("i"), "b/pX1", false),
            (by("i"), "b/P_1", false),
            (by("i"), "b/p_12", false),
            (by("i"), "award-12", false),
            (by("pX1"), "P_1", false),
        ];
        write(database, |db| {
            for (seconds, (actor, subject, _)) in (0..).zip(&entries) {
                let (actor, action) = (actor.clone(), Action::ApprovalGiven);
                let entry = Entry::new(&school.tenant, actor, action, subject, at(seconds));
                audit::record(db, &entry.detail(reason.clone()), &SystemRandom)?;
            }
            let things = ["award-1".to_owned()];
            erasures::erase(db, &school.tenant, &"p_1".into(), &things, "erased-1")
        });
        let mut log = read(database, |db| logged(db, &school.tenant, Page::first(50)));
        log.reverse();
        assert_eq!(log.len(), entries.len());
        for (logged, (actor, subject, theirs)) in log.iter().zip(&entries) {
            let did_it = *actor == by("p_1");
            let expected_actor = if did_it { &Actor::Unnamed } else { actor };
            let expected_subject = if *theirs && !did_it { "erased" } else { *subject };
            let expected_detail = if *theirs { json!({}) } else { reason.clone() };
            assert_eq!(
                (&logged.actor, logged.subject.as_str(), &logged.detail),
                (expected_actor, expected_subject, &expected_detail),
                "{subject}"
            );
        }
    });
}

/// The bytes of the database's files, the write-ahead log included.
fn files(database: &TestDatabase) -> Vec<u8> {
    let path = database.url.strip_prefix("sqlite://").unwrap();
    let mut all = std::fs::read(path).unwrap();
    all.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn the_file_holds_nothing_of_whoever_was_erased() {
    let database = TestDatabase::sqlite();
    let school = School::new(&database, "north");
    school.learners(&database, 50);
    let seen = people::PersonSeen {
        sub: "sub-4711-of-eve".into(),
        name: Some("Evangeline Wetherby".into()),
        email: Some("evangeline@school.example".into()),
    };
    let person = write(&database, |db| {
        people::upsert_from_launch(
            db,
            &school.tenant,
            &school.registration,
            &seen,
            at(1),
            &SystemRandom,
        )
    });
    let badge = school.badge(&database, "b");
    let decision = school.earned(&database, &badge.id, &person.id);
    let award = school.award(&badge.id, &person.id, 1, &decision);
    let approval = Approval {
        by: "Her teacher".into(),
        at: at(5),
    };
    let by = school.learner(&database).id;
    write(&database, |db| {
        awards::insert_once(db, &award)?;
        approvals::set(db, &school.tenant, &badge.id, &person.id, &by, &approval)?;
        let subject = format!("{}/{}", badge.id, person.id);
        let (actor, action) = (Actor::Instructor(by.clone()), Action::ApprovalGiven);
        let entry = Entry::new(&school.tenant, actor, action, &subject, at(5));
        let entry = entry.detail(serde_json::json!({ "reason": "Eve passed the oral" }));
        audit::record(db, &entry, &SystemRandom)?;
        let (herself, action) = (Actor::Learner(person.id.clone()), Action::DataExported);
        let entry = Entry::new(&school.tenant, herself, action, person.id.as_str(), at(6));
        audit::record(db, &entry, &SystemRandom)?;
        erasures::ask(db, &school.tenant, &wish("w", &person.id, 8))?;
        erasures::decline(
            db,
            &school.tenant,
            &"w".into(),
            "Evangeline owes us a book",
            at(9),
        )
    });
    settle(&database);
    let traces = [
        "Evangeline Wetherby",
        "evangeline wetherby",
        "evangeline@school.example",
        "sub-4711-of-eve",
        "owes us a book",
        "passed the oral",
        award.id.as_str(),
    ];
    let before = files(&database);
    for trace in traces {
        assert!(holds(&before, trace), "{trace} was there to be erased");
    }
    write(&database, |db| {
        erasures::ask(db, &school.tenant, &wish("w", &person.id, 10))?;
        let things = [award.id.to_string()];
        erasures::erase(db, &school.tenant, &person.id, &things, "erased-1")?;
        erasures::done(db, &school.tenant, &"w".into(), 1, at(11))
    });
    settle(&database);
    let log = read(&database, |db| logged(db, &school.tenant, Page::first(1)));
    assert_eq!(
        (log[0].known(), &log[0].actor),
        (Some(Action::DataExported), &Actor::Unnamed)
    );
    let after = files(&database);
    assert!(holds(&after, "Learner 0001"), "the others are still there");
    for trace in traces {
        assert!(!holds(&after, trace), "{trace} is still in the file");
    }
}

/// Empties the write-ahead log as the hourly sweep does.
fn settle(database: &TestDatabase) {
    let store = database.store.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.settle()).unwrap();
}
