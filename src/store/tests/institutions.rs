//! Institutions, platforms, keys, courses and links.

use super::*;
use crate::domain::course::{Checks, Opens};
use crate::domain::issuer::{LinkedInId, Ror};
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::domain::platform::{Deployment, DeploymentState};
use crate::domain::theme::Colour;
use crate::store::testing::shortcuts::{all_courses, first_tenant, launch_course};
use crate::store::tool_keys::ToolKey;

#[test]
fn the_same_small_ids_at_two_schools_are_different_people_and_courses() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let (alice, bob) = (north.learner(database), south.learner(database));
        assert_eq!((alice.sub.as_str(), bob.sub.as_str()), ("1", "1"));
        assert_ne!(alice.id, bob.id);
        assert_eq!(north.course.context_id, south.course.context_id);
        assert_ne!(north.course.id, south.course.id);
        read(database, |db| {
            assert_eq!(people::get(db, &north.tenant, &bob.id)?, None);
            assert_eq!(
                people::by_ids(db, &north.tenant, &[alice.id.clone(), bob.id.clone()])?.len(),
                1
            );
            assert_eq!(
                people::by_sub(db, &south.tenant, &south.registration, "1")?,
                Some(bob.clone())
            );
            assert_eq!(courses::get(db, &south.tenant, &north.course.id)?, None);
            assert_eq!(enrolments::learners(db, &north.tenant, &south.course.id)?, []);
            assert_eq!(
                all_courses(db, &south.tenant)?,
                std::slice::from_ref(&south.course)
            );
            assert_eq!(deployments::get(db, &south.tenant, &north.deployment)?, None);
            Ok(())
        });
    });
}

#[test]
fn two_registrations_of_one_institution_do_not_mix_either() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let beta = registration("r-beta", &school.tenant, "client-beta");
        let alice = school.learner(database);
        let seen = people::PersonSeen {
            sub: "1".into(),
            name: None,
            email: None,
        };
        let twin = write(database, |db| {
            registrations::insert(db, &beta, at(0))?;
            people::upsert_from_launch(db, &school.tenant, &beta.id, &seen, at(1), &SystemRandom)
        });
        assert_ne!(alice.id, twin.id);
    });
}

#[test]
fn a_platform_comes_back_as_it_was_and_is_unique_on_issuer_and_client() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let known = registration("r-north", &school.tenant, "client-north");
        read(database, |db| {
            assert_eq!(
                registrations::get(db, &school.tenant, &known.id)?,
                Some(known.clone())
            );
            assert_eq!(
                registrations::by_issuer_and_client(db, "https://lms.example", "client-north")?,
                Some(known.clone())
            );
            assert_eq!(
                registrations::by_issuer_and_client(db, "https://lms.example/", "client-north")?,
                None
            );
            Ok(())
        });
        let again = registration("r-other", &school.tenant, "client-north");
        let refused = database
            .store
            .write_blocking(|db| registrations::insert(db, &again, at(0)));
        assert!(matches!(refused, Err(StoreError::AlreadyThere(_))), "{refused:?}");
        write(database, |db| {
            registrations::insert(db, &registration("r-2", &school.tenant, "client-2"), at(5))
        });
        let shared = read(database, |db| registrations::by_issuer(db, "https://lms.example"));
        assert_eq!(shared.len(), 2);
        write(database, |db| {
            registrations::set_enabled(db, &school.tenant, &known.id, false)
        });
        let list = read(database, |db| registrations::list(db, &school.tenant));
        assert_eq!(
            list.iter().map(|one| one.enabled).collect::<Vec<_>>(),
            [false, true]
        );
    });
}

#[test]
fn a_platform_with_courses_stays_and_an_unused_one_goes() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let stays = database
            .store
            .write_blocking(|db| registrations::remove(db, &school.tenant, &school.registration));
        assert!(
            matches!(&stays, Err(StoreError::InUse(by)) if by == "1 courses"),
            "{stays:?}"
        );
        let unused = registration("r-2", &school.tenant, "client-2");
        write(database, |db| registrations::insert(db, &unused, at(0)));
        write(database, |db| {
            registrations::remove(db, &school.tenant, &unused.id)
        });
        assert_eq!(
            read(database, |db| registrations::list(db, &school.tenant)).len(),
            1
        );
        let twice = database
            .store
            .write_blocking(|db| registrations::remove(db, &school.tenant, &unused.id));
        assert!(matches!(twice, Err(StoreError::Missing("platform"))));
    });
}

#[test]
fn the_first_state_of_a_deployment_stands_until_it_is_changed() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let mut new = Deployment {
            id: "d-new".into(),
            tenant: school.tenant.clone(),
            registration: school.registration.clone(),
            deployment_id: "1234:abcd".into(),
            state: DeploymentState::Pending,
        };
        let made = write(database, |db| deployments::find_or_insert(db, &new, at(1)));
        assert_eq!(made, new);
        new.id = "d-other".into();
        new.state = DeploymentState::Accepted;
        assert_eq!(
            write(database, |db| deployments::find_or_insert(db, &new, at(2))),
            made
        );
        write(database, |db| {
            deployments::set_state(db, &school.tenant, &made.id, DeploymentState::Accepted)
        });
        let list = read(database, |db| {
            deployments::list(db, &school.tenant, &school.registration)
        });
        assert_eq!(list.len(), 2);
        assert!(list.iter().all(|one| one.state == DeploymentState::Accepted));
        let refused = DeploymentState::Refused;
        write(database, |db| {
            deployments::set_state(db, &school.tenant, &made.id, refused)
        });
        let kept = read(database, |db| deployments::get(db, &school.tenant, &made.id)).unwrap();
        assert_eq!(kept.state, refused);
        let counted = read(database, |db| crate::store::console::counts(db, &school.tenant));
        assert_eq!(counted.waiting, 0, "a refused one waits for nobody");
    });
}

#[test]
fn a_second_launch_refreshes_the_course_and_forgets_nothing() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let mut seen = courses::CourseSeen {
            tenant: school.tenant.clone(),
            registration: school.registration.clone(),
            deployment: school.deployment.clone(),
            context_id: "2".into(),
            label: None,
            title: Some("Biology II".into()),
            services: Services {
                line_items_url: Some("https://lms.example/items?type_id=1".into()),
                ags_scopes: vec!["scope".into()],
                memberships_url: Some("https://lms.example/members".into()),
            },
        };
        let again = write(database, |db| launch_course(db, &seen, at(9), &SystemRandom));
        assert_eq!(again.id, school.course.id);
        assert_eq!(
            (again.label.as_deref(), again.title.as_deref()),
            (Some("B101"), Some("Biology II"))
        );
        seen.services = Services::default();
        let bare = write(database, |db| launch_course(db, &seen, at(9), &SystemRandom));
        assert_eq!(bare.services, again.services);
        assert_eq!(
            read(database, |db| courses::get(db, &school.tenant, &bare.id)),
            Some(bare)
        );
    });
}

#[test]
fn courses_are_due_when_their_time_has_come_longest_overdue_first() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let checks = |next, problem: Option<&str>| Checks {
            last_at: Some(at(1)),
            next_at: next,
            problem: problem.map(ToOwned::to_owned),
        };
        write(database, |db| {
            courses::set_checks(
                db,
                &north.tenant,
                &north.course.id,
                &checks(Some(at(20)), Some("No answer (e7)")),
            )?;
            courses::set_checks(db, &south.tenant, &south.course.id, &checks(Some(at(10)), None))
        });
        let due = |seconds, limit| {
            let courses = read(database, |db| {
                courses::due(db, at(seconds), TimeDelta::minutes(15), limit)
            });
            courses.into_iter().map(|course| course.id).collect::<Vec<_>>()
        };
        assert_eq!(due(9, 10), []);
        assert_eq!(due(10, 10), std::slice::from_ref(&south.course.id));
        assert_eq!(due(20, 10), [south.course.id.clone(), north.course.id.clone()]);
        assert_eq!(due(20, 1), std::slice::from_ref(&south.course.id));
        let kept = read(database, |db| courses::get(db, &north.tenant, &north.course.id)).unwrap();
        assert_eq!(kept.checks, checks(Some(at(20)), Some("No answer (e7)")));
        write(database, |db| {
            courses::set_checks(db, &south.tenant, &south.course.id, &checks(None, None))
        });
        assert_eq!(
            due(99, 10),
            [north.course.id.clone(), south.course.id.clone()],
            "a course that was read while the schedule was off has its turn when it is on again"
        );
        let foreign = database.store.write_blocking(|db| {
            courses::set_checks(db, &south.tenant, &north.course.id, &checks(None, None))
        });
        assert!(matches!(foreign, Err(StoreError::Missing("course"))));
    });
}

#[test]
fn a_course_whose_next_check_a_clock_that_was_ahead_put_off_is_due() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let next = |next| {
            let checks = Checks {
                next_at: Some(next),
                ..Checks::default()
            };
            write(database, |db| {
                courses::set_checks(db, &school.tenant, &school.course.id, &checks)
            });
        };
        let due = |interval| {
            let due = read(database, |db| courses::due(db, at(0), interval, 9));
            due.len()
        };
        let (quarter, day) = (TimeDelta::minutes(15), TimeDelta::days(1));
        next(at(15 * 60));
        assert_eq!(due(quarter), 0, "as it was written just now");
        next(at(19 * 60));
        assert_eq!(due(quarter), 0, "clocks may be apart");
        next(at(21 * 60));
        assert_eq!((due(quarter), due(day)), (1, 0));
        next(at(2 * 24 * 3_600));
        assert_eq!((due(quarter), due(day)), (1, 1));
    });
}

#[test]
fn a_link_keeps_what_it_opens_through_later_launches() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let mut seen = links::LinkSeen {
            tenant: school.tenant.clone(),
            course: school.course.id.clone(),
            resource_link_id: "7".into(),
            title: Some("Badges".into()),
            line_item_url: None,
        };
        let link = write(database, |db| {
            links::upsert_from_launch(db, &seen, at(1), &SystemRandom)
        });
        assert_eq!(link.opens, Opens::Unchosen);
        let opens = Opens::Activity {
            activity: "a1".into(),
        };
        write(database, |db| {
            links::set_opens(db, &school.tenant, &link.id, &opens)
        });
        seen.line_item_url = Some("https://lms.example/items/3".into());
        seen.title = None;
        let again = write(database, |db| {
            links::upsert_from_launch(db, &seen, at(2), &SystemRandom)
        });
        assert_eq!(again.opens, opens);
        assert_eq!(again.title.as_deref(), Some("Badges"));
        assert_eq!(
            read(database, |db| links::get(db, &school.tenant, &link.id)),
            Some(again.clone())
        );
        assert_eq!(
            read(database, |db| links::list(db, &school.tenant, &school.course.id)),
            [again]
        );
    });
}

#[test]
fn two_nodes_agree_on_one_tool_key_and_rotation_keeps_the_old_one() {
    on_both_databases(|database| {
        let key = |kid: &str, seconds| ToolKey {
            kid: kid.into(),
            sealed_pem: format!("sealed {kid}"),
            state: KeyState::Active,
            created_at: at(seconds),
        };
        let first = write(database, |db| tool_keys::insert_if_none(db, &key("k1", 0)));
        assert_eq!(first, key("k1", 0));
        assert_eq!(
            write(database, |db| tool_keys::insert_if_none(db, &key("k2", 1))).kid,
            "k1"
        );
        write(database, |db| {
            let next = ToolKey {
                state: KeyState::Next,
                ..key("k3", 2)
            };
            tool_keys::insert(db, &next)?;
            tool_keys::use_next(db, "k3")
        });
        assert_eq!(read(database, tool_keys::active), Some(key("k3", 2)));
        let all: Vec<_> = read(database, tool_keys::all)
            .into_iter()
            .map(|key| (key.kid, key.state))
            .collect();
        assert_eq!(
            all,
            [
                ("k1".to_owned(), KeyState::Retired),
                ("k3".to_owned(), KeyState::Active)
            ]
        );
    });
}

#[test]
fn two_nodes_agree_on_one_key_for_the_tokens_of_an_issuer_and_rotation_keeps_the_old_one() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let issuer = issuer("i", &school.tenant);
        let key = |id: &str, seconds| IssuerKey {
            id: id.into(),
            tenant: school.tenant.clone(),
            issuer: issuer.id.clone(),
            kind: KeyKind::Es256,
            public_multibase: format!("zDn{id}"),
            sealed_secret: "sealed".into(),
            state: KeyState::Active,
            created_at: at(seconds),
        };
        write(database, |db| issuers::insert(db, &issuer, at(0)));
        let active = || read(database, |db| token_keys::active(db, &school.tenant, &issuer.id));
        assert_eq!(active(), None);
        let first = write(database, |db| token_keys::insert_if_none(db, &key("k1", 1)));
        let second = write(database, |db| token_keys::insert_if_none(db, &key("k2", 2)));
        assert_eq!((&first, &second), (&key("k1", 1), &key("k1", 1)));
        write(database, |db| token_keys::replace_active(db, &key("k3", 3)));
        assert_eq!(active(), Some(key("k3", 3)));
        let all = read(database, |db| token_keys::all(db, &school.tenant, &issuer.id));
        let states: Vec<_> = all.iter().map(|key| (key.id.as_str(), key.state)).collect();
        assert_eq!(states, [("k1", KeyState::Retired), ("k3", KeyState::Active)]);
        assert_eq!(
            read(database, |db| token_keys::all(db, &"t-other".into(), &issuer.id)),
            []
        );
        let published = read(database, |db| token_keys::published(db, 10));
        assert_eq!(published.len(), 2);
        assert!(published.iter().all(|(slug, _)| slug == "issuer-i"));
        assert_eq!(read(database, |db| token_keys::published(db, 1)).len(), 1);
        // They are not among the keys that sign documents.
        assert_eq!(
            read(database, |db| issuers::all_keys(db, &school.tenant, &issuer.id)),
            []
        );
    });
}

#[test]
fn an_issuer_has_one_active_key_and_shows_all() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let issuer = issuer("i", &school.tenant);
        let key = |id: &str, seconds| IssuerKey {
            id: id.into(),
            tenant: school.tenant.clone(),
            issuer: issuer.id.clone(),
            kind: KeyKind::Ed25519,
            public_multibase: format!("z6Mk{id}"),
            sealed_secret: "sealed".into(),
            state: KeyState::Active,
            created_at: at(seconds),
        };
        write(database, |db| {
            issuers::insert(db, &issuer, at(0))?;
            issuers::insert_key(db, &key("k1", 1))
        });
        let second = database
            .store
            .write_blocking(|db| issuers::insert_key(db, &key("k2", 2)));
        assert!(matches!(second, Err(StoreError::AlreadyThere(_))), "{second:?}");
        write(database, |db| issuers::replace_active_key(db, &key("k2", 2)));
        read(database, |db| {
            assert_eq!(
                issuers::active_key(db, &school.tenant, &issuer.id)?,
                Some(key("k2", 2))
            );
            assert_eq!(issuers::all_keys(db, &school.tenant, &issuer.id)?.len(), 2);
            assert_eq!(issuers::by_slug(db, "issuer-i")?, Some(issuer.clone()));
            assert_eq!(issuers::for_tenant(db, &school.tenant)?, Some(issuer.clone()));
            assert_eq!(issuers::get(db, &"t-other".into(), &issuer.id)?, None);
            assert_eq!(
                first_tenant(db)?.map(|tenant| tenant.id),
                Some(school.tenant.clone())
            );
            assert_eq!(tenants::get(db, &school.tenant)?, Some(tenant("t-north")));
            Ok(())
        });
    });
}

#[test]
fn the_accent_of_an_institution_comes_with_what_its_pages_read() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        for school in [&north, &south] {
            let id = school.tenant.as_str();
            let (visit, issuer) = (school.visit(database, id), issuer(id, &school.tenant));
            write(database, |db| {
                issuers::insert(db, &issuer, at(0))?;
                sessions::insert(db, &visit, id)
            });
        }
        let seen = |school: &School| {
            read(database, |db| {
                let id = school.tenant.as_str();
                let issuer = issuers::by_slug(db, &format!("issuer-{id}"))?.unwrap();
                let accents = [
                    tenants::get(db, &school.tenant)?.unwrap().accent,
                    sessions::in_course(db, id, at(1))?.unwrap().accent,
                    issuers::get(db, &school.tenant, &issuer.id)?.unwrap().accent,
                    issuers::for_tenant(db, &school.tenant)?.unwrap().accent,
                    issuers::all_for_tenant(db, &school.tenant)?.remove(0).accent,
                    issuer.accent,
                ];
                let first = accents[0];
                assert_eq!(accents, [first; 6]);
                Ok(first)
            })
        };
        let teal = Colour::parse("#1f6f78");
        assert_eq!((seen(&north), seen(&south)), (None, None));
        for accent in [teal, Colour::parse("#FFD400"), None, teal] {
            write(database, |db| tenants::set_accent(db, &north.tenant, accent));
            assert_eq!((seen(&north), seen(&south)), (accent, None));
        }
        // A new name changes nothing of it, and neither does what the issuer says of itself.
        write(database, |db| {
            tenants::rename(db, &north.tenant, "North Coast")?;
            let issuer = issuers::for_tenant(db, &north.tenant)?.unwrap();
            let renamed = Issuer {
                name: "North Coast".into(),
                accent: None,
                ..issuer
            };
            issuers::update(db, &renamed)
        });
        assert_eq!(seen(&north), teal);
        let nobody = database
            .store
            .write_blocking(|db| tenants::set_accent(db, &"t-none".into(), teal));
        assert!(matches!(nobody, Err(StoreError::Missing(_))), "{nobody:?}");
    });
}

#[test]
fn an_issuer_keeps_its_marks_and_each_school_its_own() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        for school in [&north, &south] {
            let issuer = issuer(school.tenant.as_str(), &school.tenant);
            write(database, |db| issuers::insert(db, &issuer, at(0)));
        }
        let marks = |school: &School| {
            read(database, |db| {
                Ok(issuers::for_tenant(db, &school.tenant)?.unwrap().marks)
            })
        };
        assert_eq!(marks(&north), Marks::default());
        let said = Marks {
            logo: Some("ab".repeat(32)),
            ror: Ror::parse("05dxps055"),
            linkedin: LinkedInId::parse("1337"),
            authority: crate::domain::authority::Authority {
                accreditation: Some("Example Accreditation Council".into()),
                parent: Some(crate::domain::authority::Parent {
                    name: "Example University".into(),
                    url: "https://university.example".into(),
                }),
                ..Default::default()
            },
        };
        assert!(said.ror.is_some() && said.linkedin.is_some());
        for wanted in [said, Marks::default()] {
            let set = wanted.clone();
            write(database, |db| {
                let issuer = issuers::for_tenant(db, &north.tenant)?.unwrap();
                issuers::update(
                    db,
                    &Issuer {
                        marks: set.clone(),
                        ..issuer
                    },
                )
            });
            assert_eq!((marks(&north), marks(&south)), (wanted, Marks::default()));
        }
    });
}
