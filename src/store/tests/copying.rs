//! Copies of courses, where notices go, and what a copied badge remembers.

use super::*;
use crate::domain::course::{CopyFoundBy, CopyState, CourseCopy};
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
            let due = read(database, |db| courses::due(db, when, 10));
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
