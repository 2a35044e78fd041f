//! Access beyond LTI: one for each platform, one token for each reach, each renewal once and each state used once.

use super::*;
use crate::domain::rest_access::{
    Access, Consent, Fault, Finding, Findings, Giver, Grant, GrantState, Interface, SealedTokens,
};
use crate::ids::{CourseId, RestAccessId, RestGrantId};
use crate::store::sealed::{self, SealedKind};
use crate::store::{readings, rest_accesses, rest_courses};

fn access(school: &School, id: &str) -> Access {
    Access {
        id: id.into(),
        tenant: school.tenant.clone(),
        platform: school.registration.as_str().into(),
        interface: Interface::Canvas,
        address: "https://canvas.example".into(),
        client_id: Some("1500".into()),
        sealed_secret: Some("sealed secret".into()),
        by_teachers: false,
        is_on: true,
        changed_by: Some("ada".into()),
        changed_at: at(10),
    }
}

fn grant(access: &Access, id: &str, course: Option<&CourseId>, given_by: Giver) -> Grant {
    Grant {
        id: id.into(),
        tenant: access.tenant.clone(),
        access: access.id.clone(),
        course: course.cloned(),
        tokens: SealedTokens {
            token: format!("token of {id}"),
            refresh: Some("refresh".into()),
            expires_at: Some(at(3_610)),
        },
        version: 0,
        state: GrantState::On,
        fault: None,
        state_at: at(10),
        given_by,
        given_at: at(10),
        tested: None,
    }
}

#[test]
fn a_platform_has_one_access_and_each_reach_one_token() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let kept = access(&school, "a");
        let all = grant(&kept, "all", None, Giver::Admin("ada".into()));
        let one = grant(&kept, "one", Some(course), Giver::Nobody);
        write(database, |db| {
            rest_accesses::save(db, &kept)?;
            rest_accesses::give(db, &one)?;
            rest_accesses::give(db, &all)
        });
        let platform = kept.platform.clone();
        let stored = read(database, |db| rest_accesses::of_platform(db, tenant, &platform));
        assert_eq!(stored, Some(kept.clone()));
        let again = grant(&kept, "again", None, Giver::Nobody);
        write(database, |db| rest_accesses::give(db, &again));
        let grants = read(database, |db| rest_accesses::grants(db, tenant, &kept.id));
        assert_eq!(grants, [again, one], "that for all courses first");
        // The master key protects all of it, and another one takes its place everywhere.
        let secrets = read(database, sealed::all);
        let mut kinds: Vec<SealedKind> = secrets.iter().map(|one| one.kind).collect();
        kinds.dedup();
        assert_eq!(secrets.len(), 5, "a secret, two tokens and what renews them");
        assert!(kinds.contains(&SealedKind::RestSecret) && kinds.contains(&SealedKind::RestRefresh));
        write(database, |db| {
            for one in &secrets {
                sealed::replace(db, one, "anew")?;
            }
            sealed::lock(db)
        });
        let anew = read(database, sealed::all);
        assert!(
            anew.len() == 5 && anew.iter().all(|one| one.text == "anew"),
            "{anew:?}"
        );
        let second = access(&school, "b");
        let twice = database
            .store
            .write_blocking(|db| rest_accesses::save(db, &second));
        assert!(matches!(twice, Err(StoreError::AlreadyThere(_))), "{twice:?}");

        let other = School::new(database, "south");
        assert!(
            read(database, |db| rest_accesses::of_platform(
                db,
                &other.tenant,
                &platform
            ))
            .is_none()
        );
        assert!(read(database, |db| rest_accesses::get(db, &other.tenant, &kept.id)).is_none());
        assert!(read(database, |db| rest_accesses::grants(db, &other.tenant, &kept.id)).is_empty());
        write(database, |db| rest_accesses::remove(db, &other.tenant, &kept.id));
        assert!(read(database, |db| rest_accesses::get(db, tenant, &kept.id)).is_some());
        write(database, |db| rest_accesses::remove(db, tenant, &kept.id));
        assert!(read(database, |db| rest_accesses::grants(db, tenant, &kept.id)).is_empty());
    });
}

#[test]
fn a_token_is_renewed_by_one_at_a_time_and_what_is_said_of_an_older_one_is_not_of_this() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let kept = access(&school, "a");
        let id = RestGrantId::from("g");
        let given = grant(&kept, id.as_str(), None, Giver::Nobody);
        write(database, |db| {
            rest_accesses::save(db, &kept)?;
            rest_accesses::give(db, &given)
        });
        let begin = |version: i64, seconds: i64| {
            write(database, |db| {
                rest_accesses::begin_renewing(db, tenant, &id, version, at(seconds), at(seconds + 90))
            })
        };
        assert!(begin(0, 100));
        assert!(!begin(0, 101), "somebody does it");
        assert!(begin(0, 191), "who did it is gone");
        let fresh = SealedTokens {
            token: "fresh".into(),
            refresh: None,
            expires_at: None,
        };
        let renewed = |version: i64| {
            write(database, |db| {
                rest_accesses::renewed(db, tenant, &id, version, &fresh)
            })
        };
        assert!(renewed(0));
        assert!(!renewed(0) && !begin(0, 400), "another one stands there");
        assert!(begin(1, 400));
        write(database, |db| rest_accesses::end_renewing(db, tenant, &id, 1));
        assert!(begin(1, 401));

        let set = |version: i64, state: GrantState, fault: Option<&Fault>| {
            write(database, |db| {
                rest_accesses::set_state(db, tenant, &id, version, state, fault, at(500))
            })
        };
        let off = Fault::ServicesOff;
        assert!(!set(0, GrantState::Consent, None), "of an older token");
        assert!(set(1, GrantState::Refused, Some(&off)));
        assert!(!set(1, GrantState::Refused, Some(&off)), "said already");
        let findings = Findings {
            found: vec![Finding::Refused(off.clone())],
            ..Findings::default()
        };
        write(database, |db| {
            rest_accesses::set_findings(db, tenant, &id, &findings, at(501))
        });
        let stored = read(database, |db| rest_accesses::grant(db, tenant, &id)).unwrap();
        assert_eq!((stored.state, stored.fault), (GrantState::Refused, Some(off)));
        assert_eq!((stored.tokens, stored.version), (fresh, 1));
        assert_eq!(stored.tested, Some((findings, at(501))));
    });
}

#[test]
fn a_state_is_used_once_and_in_its_time_and_goes_with_whoever_began_it() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let kept = access(&school, "a");
        let person = school.learners(database, 1).remove(0).id;
        let consent = |seconds: i64| Consent {
            tenant: tenant.clone(),
            access: RestAccessId::from("a"),
            course: Some(course.clone()),
            session: "s".into(),
            begun_by: Giver::Teacher(person.clone()),
            expires_at: at(seconds),
        };
        write(database, |db| {
            rest_accesses::save(db, &kept)?;
            for (digest, until) in [("one", 100), ("two", 100), ("three", 900)] {
                rest_accesses::begin_consent(db, digest, &consent(until))?;
            }
            Ok(())
        });
        let take = |digest: &str, seconds: i64| {
            write(database, |db| {
                rest_accesses::take_consent(db, digest, at(seconds))
            })
        };
        assert_eq!(take("one", 99), Some(consent(100)));
        assert_eq!(take("one", 99), None, "used");
        assert_eq!(take("two", 100), None, "over");
        let purged = write(database, |db| rest_accesses::purge_consents(db, at(899)));
        assert_eq!(purged, 0, "what was asked for too late is gone already");
        let theirs = grant(&kept, "theirs", Some(course), Giver::Teacher(person.clone()));
        write(database, |db| rest_accesses::give(db, &theirs));
        let found = read(database, |db| rest_accesses::of_person(db, tenant, &person));
        assert_eq!(found, [theirs]);
        write(database, |db| {
            rest_accesses::remove_of_person(db, tenant, &person)
        });
        assert!(read(database, |db| rest_accesses::of_person(db, tenant, &person)).is_empty());
        assert_eq!(take("three", 100), None);
        assert!(read(database, |db| rest_accesses::get(db, tenant, &kept.id)).is_some());
    });
}

#[test]
fn a_token_has_one_turn_at_a_time_and_an_abandoned_one_is_taken_over() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let turn = |holder: &str, now: i64, until: i64| {
            write(database, |db| {
                readings::take_turn(db, &school.tenant, "grant", holder, at(now), at(until))
            })
        };
        assert!(turn("one", 0, 60));
        assert!(!turn("two", 1, 61) && turn("one", 2, 62));
        assert!(turn("two", 63, 123), "it was heard of no more");
        assert!(!turn("one", 64, 124));
        write(database, |db| {
            readings::end_turn(db, &school.tenant, "grant", "one")?;
            readings::end_turn(db, &school.tenant, "grant", "two")
        });
        let taken = |now: i64| {
            read(database, |db| {
                readings::taken_until(db, &school.tenant, "grant", at(now), at(now + 60))
            })
        };
        assert_eq!(taken(65), None);
        assert!(turn("one", 65, 125));
        assert_eq!((taken(124), taken(125)), (Some(at(125)), None));
        // The clock of the other node may be some seconds behind, but not an hour.
        assert!(!turn("two", 60, 120));
        assert_eq!((taken(60), taken(-3_600)), (Some(at(125)), None));
        assert!(turn("two", -3_600, -3_540));
    });
}

#[test]
fn a_token_is_tried_where_a_reading_failed_or_something_is_out_of_reach_and_read_again_there() {
    use crate::domain::course::Checks;
    use crate::domain::reading::{Coverage, Part, Readings, Why};
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, one) = (&school.tenant, &school.course.id);
        let seen = courses::CourseSeen {
            tenant: tenant.clone(),
            registration: school.registration.clone(),
            deployment: school.deployment.clone(),
            context_id: "3".into(),
            label: None,
            title: None,
            services: Services::default(),
        };
        let other = &write(database, |db| launch_course(db, &seen, at(1), &SystemRandom)).id;
        let home = read(database, |db| platforms::home_of_course(db, tenant, one));
        for (course, seconds) in [(one, 5), (other, 9)] {
            let checks = Checks {
                last_at: Some(at(seconds)),
                ..Checks::default()
            };
            write(database, |db| courses::set_checks(db, tenant, course, &checks));
        }
        let tried = || read(database, |db| rest_courses::to_try(db, tenant, &home.platform));
        let again = |all: bool| {
            let found = read(database, |db| {
                rest_courses::to_read(db, tenant, &home.platform, all)
            });
            found.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        assert_eq!(tried().as_ref(), Some(other), "it was checked last");
        assert_eq!((again(false).len(), again(true).len()), (0, 2));
        let mut coverage = Coverage::default();
        coverage.lacks(
            Part::HandIns,
            Why::RoleWeaker(vec!["mod/assign:viewgrades".to_owned()]),
        );
        let lacking = Readings {
            coverage: Some(coverage),
            ..Readings::default()
        };
        write(database, |db| readings::save(db, tenant, one, &lacking));
        assert_eq!(tried().as_ref(), Some(one), "something is out of reach there");
        let failed = Readings {
            trouble: Some(Why::Consent),
            ..Readings::default()
        };
        write(database, |db| readings::save(db, tenant, other, &failed));
        assert_eq!(tried().as_ref(), Some(other), "nothing could be read there");
        assert_eq!(again(false), std::slice::from_ref(other));
    });
}
