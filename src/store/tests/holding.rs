//! What is saved only over what was seen: the comparison is part of the change itself.

use super::*;
use crate::domain::evidence::{Activity, Artefact, Review, Submission, SubmissionState};
use crate::domain::membership::Answered;
use crate::domain::policy::{Policy, Regrade};
use crate::ids::{ActivityId, SubmissionId};

fn stale<T: std::fmt::Debug>(
    database: &TestDatabase,
    work: impl FnOnce(&mut Db) -> Result<T, StoreError>,
) -> bool {
    matches!(database.store.write_blocking(work), Err(StoreError::Stale))
}

#[test]
fn a_review_goes_over_the_one_that_was_seen_and_that_one_is_kept() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, people) = (&school.tenant, school.learners(database, 3));
        let link = write(database, |db| {
            let seen = links::LinkSeen {
                tenant: tenant.clone(),
                course: school.course.id.clone(),
                resource_link_id: "9".into(),
                title: None,
                line_item_url: None,
            };
            links::upsert_from_launch(db, &seen, at(0), &SystemRandom)
        });
        let submission = Submission {
            id: SubmissionId::new(at(1), &SystemRandom),
            tenant: tenant.clone(),
            activity: ActivityId::from("a"),
            person: people[0].id.clone(),
            version: 1,
            artefact: Artefact {
                text: Some("My report".into()),
                link: None,
                file: None,
            },
            state: SubmissionState::HandedIn,
            submitted_at: at(1),
            review: None,
        };
        write(database, |db| {
            let activity = Activity {
                id: "a".into(),
                tenant: tenant.clone(),
                course: school.course.id.clone(),
                link: link.id.clone(),
                title: "Report".into(),
                instructions: String::new(),
                line_item: None,
                maximum: decimal("10"),
                created_at: at(0),
            };
            activities::insert(db, &activity)?;
            submissions::insert_version(db, &submission)
        });
        let says = |n: usize, seconds: i64, message: &str| Review {
            by: people[n].id.clone(),
            at: at(seconds),
            message: message.into(),
            score: None,
        };
        let (first, second) = (says(1, 5, "Say why"), says(2, 6, "Well done"));
        let approved = SubmissionState::Approved;
        let asked = SubmissionState::ChangesAsked;
        write(database, |db| {
            submissions::review(db, &submission, asked, &first, &SystemRandom)
        });
        assert!(
            stale(database, |db| submissions::review(
                db,
                &submission,
                approved,
                &second,
                &SystemRandom
            )),
            "the first review was not seen"
        );
        let now_is = read(database, |db| submissions::get(db, tenant, &submission.id)).unwrap();
        assert_eq!(now_is.review.as_ref(), Some(&first));
        write(database, |db| {
            submissions::review(db, &now_is, approved, &second, &SystemRandom)
        });
        let past = |of: &TenantId| read(database, |db| submissions::past_reviews(db, of, &submission.id));
        assert_eq!(past(tenant), [(asked, first)]);
        assert_eq!(past(&"t-other".into()), []);
        // Whoever reviewed is not taken for somebody who did nothing for others, and past reviews go with the work.
        write(database, |db| {
            erasures::erase(db, tenant, &people[1].id, &[], "erased-1")
        });
        assert_eq!(past(tenant).len(), 1);
        write(database, |db| {
            erasures::erase(db, tenant, &people[0].id, &[], "erased-0")
        });
        assert_eq!(past(tenant), []);
    });
}

#[test]
fn a_policy_and_a_draft_go_over_what_was_seen_alone() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let usual = Policy::default();
        let strict = Policy {
            minors: true,
            ..usual
        };
        let other = Policy {
            regrade: Regrade::Suspend,
            ..usual
        };
        assert!(stale(database, |db| policies::replace(
            db,
            tenant,
            &strict,
            &other,
            at(1)
        )));
        write(database, |db| {
            policies::replace(db, tenant, &usual, &strict, at(2))
        });
        assert!(stale(database, |db| policies::replace(
            db,
            tenant,
            &usual,
            &other,
            at(3)
        )));
        assert_eq!(read(database, |db| policies::get(db, tenant)), strict);
        write(database, |db| {
            policies::replace(db, tenant, &strict, &other, at(4))
        });
        assert_eq!(read(database, |db| policies::get(db, tenant)), other);

        let (badge, item) = (school.badge(database, "b").id, school.item(database, "u1").id);
        let of = (tenant, &badge);
        let graded = all_of([grade_at_least(&item, "80")]);
        let first = write(database, |db| {
            rules::save_draft_over(db, of, None, &approves(), "r1".into(), at(1))
        });
        let twice = database
            .store
            .write_blocking(|db| rules::save_draft_over(db, of, None, &graded, "r2".into(), at(2)));
        assert!(matches!(twice, Err(StoreError::AlreadyThere(_))), "{twice:?}");
        let second = write(database, |db| {
            rules::save_draft_over(db, of, Some(&first), &graded, "r2".into(), at(2))
        });
        assert_eq!((&second.id, &second.root), (&first.id, &graded));
        assert!(stale(database, |db| {
            rules::save_draft_over(db, of, Some(&first), &approves(), "r3".into(), at(3))
        }));
        assert_eq!(
            read(database, |db| rules::draft(db, tenant, &badge)),
            Some(second.clone())
        );
        write(database, |db| rules::activate(db, tenant, &second.id, at(4)));
        assert!(stale(database, |db| {
            rules::save_draft_over(db, of, Some(&second), &approves(), "r4".into(), at(5))
        }));
    });
}

#[test]
fn an_institution_a_platform_and_an_answer_are_held_as_they_were_seen() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let known = read(database, |db| tenants::get(db, tenant)).unwrap();
        let face = issuer("i", tenant);
        write(database, |db| {
            issuers::insert(db, &face, at(0))?;
            tenants::hold(db, &known)?;
            issuers::hold(db, &face)
        });
        let renamed = Issuer {
            url: Some("https://college.example".into()),
            ..face.clone()
        };
        write(database, |db| {
            tenants::rename(db, tenant, "Another name")?;
            issuers::update(db, &renamed)
        });
        assert!(stale(database, |db| tenants::hold(db, &known)));
        assert!(stale(database, |db| issuers::hold(db, &face)));
        write(database, |db| issuers::hold(db, &renamed));

        let platform = read(database, |db| {
            registrations::get(db, tenant, &school.registration)
        })
        .unwrap();
        write(database, |db| registrations::hold_hosts(db, &platform));
        let wider = Registration {
            service_hosts: vec!["lms.example".into(), "files.example".into()],
            ..platform.clone()
        };
        write(database, |db| registrations::update(db, &wider, None));
        assert!(stale(database, |db| registrations::hold_hosts(db, &platform)));
        let there = read(database, |db| deployments::get(db, tenant, &school.deployment)).unwrap();
        write(database, |db| deployments::hold(db, &there));
        write(database, |db| {
            deployments::set_state(db, tenant, &there.id, DeploymentState::Refused)
        });
        assert!(stale(database, |db| deployments::hold(db, &there)));

        let person = school.learner(database).id;
        let said = Answered {
            is_student: true,
            by: None,
            at: at(7),
        };
        write(database, |db| {
            enrolments::hold_answer(db, tenant, course, &person, None)?;
            enrolments::answer(db, tenant, course, &person, &said)
        });
        assert!(stale(database, |db| enrolments::hold_answer(
            db, tenant, course, &person, None
        )));
        write(database, |db| {
            enrolments::hold_answer(db, tenant, course, &person, Some(&said))
        });
    });
}
