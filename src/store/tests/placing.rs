use super::super::placements::Placement;
use super::*;
use crate::domain::course::Opens;
use crate::domain::platform::{Deployment, DeploymentState, SeenIn};

#[test]
fn a_placement_is_kept_once_and_by_its_own_school() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let placement = Placement {
            id: "p1".into(),
            tenant: north.tenant.clone(),
            course: north.course.id.clone(),
            opens: Opens::Badge { badge: "b".into() },
            title: "Reads tables".into(),
            made_by: north.learner(database).id,
            created_at: at(5),
        };
        let again = Placement {
            title: "Another".into(),
            ..placement.clone()
        };
        for sent in [&placement, &again] {
            let kept = write(database, |db| placements::find_or_insert(db, sent));
            assert_eq!(kept, placement);
        }
        let of = |tenant: &TenantId, course| read(database, |db| placements::for_course(db, tenant, course));
        assert_eq!(
            of(&north.tenant, &north.course.id),
            std::slice::from_ref(&placement)
        );
        assert_eq!(of(&south.tenant, &north.course.id), []);
        assert_eq!(
            read(database, |db| placements::get(db, &south.tenant, &placement.id)),
            None
        );
    });
}

#[test]
fn the_place_of_a_link_is_given_away_once() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let seen = |name: &str| links::LinkSeen {
            tenant: school.tenant.clone(),
            course: school.course.id.clone(),
            resource_link_id: name.into(),
            title: Some(format!("Link {name}")),
            line_item_url: Some("https://lms.example/items/3".into()),
        };
        let opens = Opens::Activity {
            activity: "a1".into(),
        };
        let place = write(database, |db| {
            links::insert_placeholder(db, &seen("placed:x"), &opens, at(1), &SystemRandom)
        });
        let twice = write(database, |db| {
            links::insert_placeholder(db, &seen("placed:x"), &opens, at(2), &SystemRandom)
        });
        assert_eq!(place, twice);
        assert_eq!(place.line_item_url, None);
        assert!(write(database, |db| links::adopt(db, "placed:x", &seen("7"))));
        assert!(!write(database, |db| links::adopt(db, "placed:x", &seen("8"))));
        assert!(!write(database, |db| links::adopt(db, "placed:x", &seen("7"))));
        let link = read(database, |db| links::get(db, &school.tenant, &place.id)).unwrap();
        assert_eq!((link.resource_link_id.as_str(), &link.opens), ("7", &opens));
        assert_eq!(link.line_item_url.as_deref(), Some("https://lms.example/items/3"));
    });
}

#[test]
fn whoever_asks_first_for_an_installation_stays_and_where_it_was_seen_too() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let new = Deployment {
            id: "d-new".into(),
            tenant: school.tenant.clone(),
            registration: school.registration.clone(),
            deployment_id: "1234:abc".into(),
            state: DeploymentState::Pending,
        };
        let seen = |title: &str| SeenIn {
            title: Some(title.into()),
            ..SeenIn::default()
        };
        for title in ["Biology", "Chemistry"] {
            write(database, |db| pending::note(db, &new, &seen(title), at(1)));
        }
        let claim = |tenant: &TenantId, by: &str, seconds| {
            write(database, |db| {
                pending::claim(db, tenant, &new.id, by, at(seconds))
            })
        };
        assert!(!claim(&"t-other".into(), "Mallory", 2));
        assert!(claim(&school.tenant, "Tess", 3));
        assert!(!claim(&school.tenant, "Otto", 4));
        let known = read(database, |db| pending::get(db, &school.tenant, &new.id)).unwrap();
        assert_eq!(known.seen_in, Some(seen("Biology")));
        assert_eq!(known.claimed_by.as_deref(), Some("Tess"));
        assert_eq!(known.claimed_at, Some(at(3)));
        assert_eq!(
            read(database, |db| pending::get(db, &"t-other".into(), &new.id)),
            None
        );
        let name = read(database, |db| pending::name_of(db, &school.tenant, &new.id));
        assert_eq!(name.as_deref(), Some("1234:abc"));
    });
}

#[test]
fn what_a_frame_waits_for_is_given_once_to_its_own_school() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (mut choosing, mut page) = (school.visit(database, "s1"), school.visit(database, "s2"));
        choosing.person = school.learners(database, 2).remove(1).id;
        page.request = None;
        for (session, digest) in [(&choosing, "a"), (&page, "b")] {
            write(database, |db| sessions::insert(db, session, digest));
            write(database, |db| {
                let choosing = session.request.is_some();
                waiting_answers::insert(
                    db,
                    &school.tenant,
                    digest,
                    &session.id,
                    choosing,
                    [at(1), at(100)],
                )
            });
        }
        let find = |tenant: &TenantId, digest, seconds| {
            read(database, |db| {
                waiting_answers::by_digest(db, tenant, digest, at(seconds))
            })
        };
        let mut expected = waiting_answers::WaitingAnswer {
            session: choosing.id.clone(),
            choosing: true,
            answer: None,
            given_at: None,
        };
        assert_eq!(find(&school.tenant, "a", 99), Some(expected.clone()));
        assert_eq!(find(&school.tenant, "a", 100), None);
        assert_eq!(find(&"t-other".into(), "a", 2), None);
        let of = |session: &Session, seconds| {
            read(database, |db| {
                waiting_answers::of_session(db, &school.tenant, &session.id, at(seconds))
            })
        };
        assert_eq!(of(&choosing, 99), Some(expected.clone()));
        assert_eq!((of(&choosing, 100), of(&page, 2)), (None, None));

        let keep = |session: &Session, answer| {
            write(database, |db| {
                waiting_answers::keep(db, &school.tenant, &session.id, answer)
            })
        };
        let give = |tenant: &TenantId, seconds| {
            write(database, |db| waiting_answers::give(db, tenant, "a", at(seconds)))
        };
        assert!(!give(&school.tenant, 3), "there is nothing yet");
        assert!(!keep(&page, "{}"), "nothing is chosen there");
        assert!(keep(&choosing, "{\"one\": 1}") && keep(&choosing, "{}"));
        assert!(!give(&"t-other".into(), 4));
        assert!(give(&school.tenant, 4));
        assert!(!give(&school.tenant, 5) && !keep(&choosing, "{}"));
        expected.given_at = Some(at(4));
        assert_eq!(find(&school.tenant, "a", 6), Some(expected));

        write(database, |db| {
            waiting_answers::forget_person(db, &school.tenant, &page.person)
        });
        assert_eq!(find(&school.tenant, "b", 6), None);
        assert!(find(&school.tenant, "a", 6).is_some());
        assert_eq!(write(database, |db| waiting_answers::purge(db, at(99))), 0);
        assert_eq!(write(database, |db| waiting_answers::purge(db, at(100))), 1);
    });
}
