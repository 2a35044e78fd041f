//! Copies of courses, where notices go, and what a copied badge remembers.

use super::*;
use crate::domain::course::{CopyFoundBy, CopyProof, CopyRequest, CopyRequestState, CopyState, CourseCopy};
use crate::ids::{CopyId, CourseId};
use crate::store::notice_handlers::Subscription;
use crate::store::testing::shortcuts::launch_course;

fn seen(school: &School, context: &str) -> courses::CourseSeen {
    courses::CourseSeen {
        tenant: school.tenant.clone(),
        registration: school.registration.clone(),
        deployment: school.deployment.clone(),
        context_id: context.into(),
        label: None,
        title: Some("A copy".into()),
        services: Services::default(),
    }
}

fn copy(school: &School, course: &CourseId, id: &str) -> CourseCopy {
    CourseCopy {
        id: CopyId::from(id),
        tenant: school.tenant.clone(),
        course: course.clone(),
        source: school.course.id.clone(),
        found_by: CopyFoundBy::History,
        proof: None,
        state: CopyState::Offered,
        created_at: at(1),
        settled_at: None,
    }
}

#[test]
fn a_copy_is_known_once_and_taken_once() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let new = write(database, |db| {
            launch_course(db, &seen(&school, "9"), at(1), &SystemRandom)
        });
        let offer = |id: &str| write(database, |db| copies::offer(db, &copy(&school, &new.id, id)));
        assert_eq!((offer("one"), offer("two")), (true, false));
        let all = read(database, |db| copies::for_course(db, &school.tenant, &new.id));
        assert_eq!(all, [copy(&school, &new.id, "one")]);
        let settle = |to| {
            write(database, |db| {
                copies::settle(db, &school.tenant, &"one".into(), to, at(2))
            })
        };
        assert!(settle(CopyState::Declined));
        assert!(!settle(CopyState::Declined));
        assert!(settle(CopyState::Taken), "a person may think again");
        assert!(!settle(CopyState::Taken), "but takes it once");
        assert!(!settle(CopyState::Declined), "and what was taken stays");
        let other = read(database, |db| copies::get(db, &"t-other".into(), &"one".into()));
        assert_eq!(other, None);
        let known = read(database, |db| copies::get(db, &school.tenant, &"one".into())).unwrap();
        assert_eq!((known.state, known.settled_at), (CopyState::Taken, Some(at(2))));
    });
}

#[test]
fn two_at_once_take_one_copy() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let new = write(database, |db| {
            launch_course(db, &seen(&school, "9"), at(1), &SystemRandom)
        });
        write(database, |db| copies::offer(db, &copy(&school, &new.id, "one")));
        let took: Vec<bool> = std::thread::scope(|scope| {
            let take = || {
                database.store.write_blocking(|db| {
                    let took = copies::settle(db, &school.tenant, &"one".into(), CopyState::Taken, at(2));
                    std::thread::sleep(std::time::Duration::from_millis(100));
                    took
                })
            };
            let threads = [scope.spawn(take), scope.spawn(take), scope.spawn(take)];
            threads.map(|thread| thread.join().unwrap().unwrap()).into()
        });
        assert_eq!(took.iter().filter(|took| **took).count(), 1);
    });
}

#[test]
fn a_course_is_found_by_its_context_in_its_own_registration_only() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let found = |tenant: &TenantId, registration: &RegistrationId| {
            read(database, |db| {
                courses::by_contexts(db, tenant, registration, &["7", "2"])
            })
        };
        assert_eq!(
            found(&north.tenant, &north.registration),
            std::slice::from_ref(&north.course)
        );
        assert!(found(&north.tenant, &south.registration).is_empty());
        assert!(found(&south.tenant, &north.registration).is_empty());
        write(database, |db| {
            courses::set_history(db, &north.tenant, &north.course.id, &["7", "5"])
        });
        let history = |school: &School| {
            read(database, |db| {
                courses::history(db, &school.tenant, &north.course.id)
            })
        };
        assert_eq!(history(&north), ["7", "5"]);
        assert!(history(&south).is_empty());
    });
}

#[test]
fn a_course_that_was_only_foretold_is_not_read_before_its_first_launch() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let announced = write(database, |db| {
            courses::announced(db, &seen(&school, "9"), at(1), &SystemRandom)
        });
        let due = |when| {
            let due = read(database, |db| courses::due(db, when, TimeDelta::minutes(15), 10));
            due.iter().any(|course| course.id == announced.id)
        };
        assert!(!due(at(1_000_000_000)));
        let again = write(database, |db| {
            courses::announced(db, &seen(&school, "9"), at(2), &SystemRandom)
        });
        assert_eq!(again.id, announced.id);
        let launched = write(database, |db| {
            launch_course(db, &seen(&school, "9"), at(3), &SystemRandom)
        });
        assert_eq!(launched.id, announced.id);
        assert!(due(at(3)));
    });
}

#[test]
fn where_notices_go_is_kept_for_each_type() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let mut kept = Subscription {
            deployment: school.deployment.clone(),
            tenant: school.tenant.clone(),
            notice_type: "LtiContextCopyNotice".into(),
            service: "https://lms.example/api/lti/notice-handlers/1".into(),
            handler: None,
            at: at(1),
        };
        let all = || {
            read(database, |db| {
                notice_handlers::for_deployment(db, &school.tenant, &school.deployment)
            })
        };
        write(database, |db| notice_handlers::keep(db, &kept));
        assert_eq!(all(), [kept.clone()]);
        kept.handler = Some("https://cairn.example/lti/notices".into());
        kept.at = at(2);
        write(database, |db| notice_handlers::keep(db, &kept));
        assert_eq!(all(), [kept.clone()]);
    });
}

#[test]
fn a_request_is_made_once_for_a_copy_and_answered_once() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let new = write(database, |db| {
            launch_course(db, &seen(&school, "9"), at(1), &SystemRandom)
        });
        write(database, |db| copies::offer(db, &copy(&school, &new.id, "one")));
        let request = |id: &str| CopyRequest {
            id: id.into(),
            tenant: school.tenant.clone(),
            copy: "one".into(),
            source: school.course.id.clone(),
            asked_by: None,
            asked_at: at(2),
            state: CopyRequestState::Waiting,
            answered_at: None,
        };
        let ask = |id: &str| write(database, |db| copy_requests::ask(db, &request(id)));
        assert_eq!((ask("a"), ask("b")), (true, false));
        let waiting = |tenant: &TenantId, source: Option<&CourseId>| {
            read(database, |db| {
                copy_requests::standing(db, tenant, source, CopyRequestState::Waiting)
            })
        };
        let source = Some(&school.course.id);
        assert_eq!(waiting(&school.tenant, source), [request("a")]);
        assert_eq!(waiting(&school.tenant, None), [request("a")]);
        assert!(waiting(&school.tenant, Some(&new.id)).is_empty());
        assert!(waiting(&"t-other".into(), None).is_empty());
        let answer = |tenant: &TenantId, to| {
            write(database, |db| {
                copy_requests::answer(db, tenant, &"a".into(), to, at(3))
            })
        };
        assert!(!answer(&"t-other".into(), CopyRequestState::Agreed));
        assert!(answer(&school.tenant, CopyRequestState::Refused));
        assert!(!answer(&school.tenant, CopyRequestState::Agreed));
        assert!(waiting(&school.tenant, source).is_empty());
        let known = read(database, |db| {
            copy_requests::for_copy(db, &school.tenant, &"one".into())
        });
        let known = known.unwrap();
        assert_eq!(
            (known.state, known.answered_at),
            (CopyRequestState::Refused, Some(at(3)))
        );
        let other = read(database, |db| {
            copy_requests::get(db, &"t-other".into(), &"a".into())
        });
        assert_eq!(other, None);

        // It waits again: as it was asked, or asked anew by somebody.
        let again = |tenant: &TenantId, asked: Option<(&PersonId, DateTime<Utc>)>| {
            write(database, |db| {
                copy_requests::wait_again(db, tenant, &"a".into(), asked)
            })
        };
        assert!(!again(&"t-other".into(), None));
        assert_eq!(
            (again(&school.tenant, None), again(&school.tenant, None)),
            (true, false)
        );
        assert_eq!(waiting(&school.tenant, source), [request("a")]);
        assert!(answer(&school.tenant, CopyRequestState::Refused));
        let person = school.learner(database).id;
        assert!(again(&school.tenant, Some((&person, at(8)))));
        let asked = CopyRequest {
            asked_by: Some(person),
            asked_at: at(8),
            ..request("a")
        };
        assert_eq!(waiting(&school.tenant, source), [asked]);
        assert!(answer(&school.tenant, CopyRequestState::Agreed));
        assert!(
            !again(&school.tenant, None),
            "only what was refused is opened again"
        );
    });
}

#[test]
fn what_proves_a_copy_is_noted_once() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let new = write(database, |db| {
            launch_course(db, &seen(&school, "9"), at(1), &SystemRandom)
        });
        write(database, |db| copies::offer(db, &copy(&school, &new.id, "one")));
        for proof in [CopyProof::Notice, CopyProof::History] {
            write(database, |db| {
                copies::prove(db, &school.tenant, &new.id, &school.course.id, proof)
            });
        }
        let known = read(database, |db| copies::get(db, &school.tenant, &"one".into()));
        assert_eq!(known.unwrap().proof, Some(CopyProof::Notice));
    });
}

#[test]
fn who_taught_a_course_and_who_sends_histories_is_kept() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let (ada, ben) = (&people[0].id, &people[1].id);
        for _ in 0..2 {
            write(database, |db| {
                let both = [ada.clone(), ada.clone()];
                course_teachers::note(db, &school.tenant, &school.course.id, &both, at(1))
            });
        }
        let taught = |tenant: &TenantId, person| {
            read(database, |db| {
                course_teachers::taught(db, tenant, &school.course.id, person)
            })
        };
        assert!(taught(&school.tenant, ada));
        assert!(!taught(&school.tenant, ben));
        assert!(!taught(&"t-other".into(), ada));
        let courses = read(database, |db| {
            course_teachers::courses_of(db, &school.tenant, ada)
        });
        assert_eq!(courses, std::slice::from_ref(&school.course.id));

        let set = |sends| {
            write(database, |db| {
                history_senders::set(db, &school.tenant, &school.registration, sends, at(1))
            });
        };
        let sends = || {
            read(database, |db| {
                history_senders::contains(db, &school.tenant, &school.registration)
            })
        };
        assert!(!sends());
        for on in [true, true, false, false, true] {
            set(on);
            assert_eq!(sends(), on);
        }
    });
}
