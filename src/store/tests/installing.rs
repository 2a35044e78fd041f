//! Invitations, what was seen last, and a platform that changes.

use diesel::connection::SimpleConnection;
use lti::dynamic_registration::{Place, Powers};

use super::*;
use crate::domain::platform::{Invitation, LastSeen, LastSeenDetail};
use crate::ids::InvitationId;

fn invitation(id: &str, tenant: &TenantId) -> Invitation {
    Invitation {
        id: InvitationId::from(id),
        tenant: tenant.clone(),
        note: "Our Moodle".into(),
        created_by: None,
        created_at: at(0),
        expires_at: at(100),
        used_at: None,
        registration: None,
    }
}

#[test]
fn an_invitation_is_used_once_until_it_is_over_and_by_its_own_institution() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let made = invitation("i", &north.tenant);
        write(database, |db| invitations::insert(db, &made, "digest"));
        let found = read(database, |db| invitations::by_code_digest(db, "digest"));
        assert_eq!(found, Some(made.clone()));
        assert_eq!(
            read(database, |db| invitations::by_code_digest(db, "other")),
            None
        );
        assert_eq!(
            read(database, |db| invitations::list(
                db,
                &south.tenant,
                Page::first(9)
            )),
            []
        );
        let take =
            |tenant: &TenantId, when| write(database, |db| invitations::take(db, tenant, &made.id, when));
        assert!(!take(&south.tenant, at(1)), "another institution");
        assert!(!take(&north.tenant, at(100)), "over");
        assert!(take(&north.tenant, at(1)));
        assert!(!take(&north.tenant, at(2)), "used");
        write(database, |db| invitations::give_back(db, &north.tenant, &made.id));
        assert!(take(&north.tenant, at(3)), "given back");
        write(database, |db| {
            invitations::settle(db, &north.tenant, &made.id, &north.registration)
        });
        // What became something stays used.
        write(database, |db| invitations::give_back(db, &north.tenant, &made.id));
        assert!(!take(&north.tenant, at(4)));
        let twice = database
            .store
            .write_blocking(|db| invitations::settle(db, &north.tenant, &made.id, &north.registration));
        assert!(matches!(twice, Err(StoreError::Stale)));
    });
}

#[test]
fn only_an_unused_invitation_can_be_taken_back() {
    on_both_databases(|database| {
        let north = School::new(database, "north");
        for id in ["a", "b"] {
            let made = invitation(id, &north.tenant);
            write(database, |db| invitations::insert(db, &made, id));
        }
        assert!(write(database, |db| invitations::take(
            db,
            &north.tenant,
            &"a".into(),
            at(1)
        )));
        let used = database
            .store
            .write_blocking(|db| invitations::withdraw(db, &north.tenant, &"a".into()));
        assert!(matches!(used, Err(StoreError::Missing(_))));
        write(database, |db| {
            invitations::withdraw(db, &north.tenant, &"b".into())
        });
        assert_eq!(
            read(database, |db| invitations::list(
                db,
                &north.tenant,
                Page::first(9)
            ))
            .len(),
            1
        );
    });
}

#[test]
fn the_last_sighting_is_kept_for_its_own_institution() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let last_seen = |seconds| LastSeen {
            tenant: north.tenant.clone(),
            registration: north.registration.clone(),
            launched_at: at(seconds),
            clock_skew: TimeDelta::milliseconds(-1_500),
            detail: LastSeenDetail {
                product: Some("moodle".into()),
                shares_names: true,
                course: Some(north.course.id.clone()),
                ..LastSeenDetail::default()
            },
        };
        let seen = |tenant: &TenantId| read(database, |db| last_seen::get(db, tenant, &north.registration));
        assert_eq!(seen(&north.tenant), None);
        write(database, |db| last_seen::put(db, &last_seen(1)));
        write(database, |db| last_seen::put(db, &last_seen(2)));
        assert_eq!(seen(&north.tenant), Some(last_seen(2)));
        assert_eq!(seen(&south.tenant), None);
    });
}

#[test]
fn a_platform_changes_its_addresses_but_never_what_it_is() {
    on_both_databases(|database| {
        let north = School::new(database, "north");
        let before = read(database, |db| {
            registrations::get(db, &north.tenant, &north.registration)
        })
        .unwrap();
        let place = Url::parse("https://lms.example/register").unwrap();
        let changed = Registration {
            token_url: "https://lms.example/new-token".parse().unwrap(),
            service_hosts: vec!["lms.example".into(), "school.example".into()],
            accepts_new_deployments: false,
            ..before.clone()
        };
        write(database, |db| registrations::update(db, &changed, Some(&place)));
        write(database, |db| registrations::update(db, &changed, None));
        assert_eq!(
            read(database, |db| registrations::get(
                db,
                &north.tenant,
                &north.registration
            )),
            Some(changed.clone())
        );
        assert_eq!(
            read(database, |db| registrations::registration_url(
                db,
                &north.tenant,
                &north.registration
            ))
            .as_deref(),
            Some(place.as_str())
        );
        let other = |change: fn(&mut Registration)| {
            let mut other = changed.clone();
            change(&mut other);
            database
                .store
                .write_blocking(|db| registrations::update(db, &other, None))
        };
        assert!(matches!(
            other(|one| one.client_id = "x".into()),
            Err(StoreError::Missing(_))
        ));
        assert!(matches!(
            other(|one| one.issuer = "https://x.example".into()),
            Err(StoreError::Missing(_))
        ));
        assert!(matches!(
            other(|one| one.tenant = "t-south".into()),
            Err(StoreError::Missing(_))
        ));
    });
}

#[test]
fn what_a_registration_may_do_is_kept_for_its_own_institution() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let kept = |tenant: &TenantId| {
            read(database, |db| {
                registrations::powers(db, tenant, &north.registration)
            })
        };
        assert_eq!(kept(&north.tenant), None);
        let powers = Powers {
            scopes: ["a".to_owned()].into(),
            places: [Place {
                message: "LtiResourceLinkRequest".into(),
                placement: None,
            }]
            .into(),
        };
        for tenant in [&south.tenant, &north.tenant] {
            write(database, |db| {
                registrations::set_powers(db, tenant, &north.registration, &powers)
            });
            let expected = (*tenant == north.tenant).then(|| powers.clone());
            assert_eq!(kept(&north.tenant), expected);
            assert_eq!(kept(&south.tenant), None);
        }
    });
}

#[test]
fn a_bare_host_that_was_kept_as_audience_becomes_the_token_endpoint() {
    on_both_databases(|database| {
        let sql = |which| script(database.engine, "2026-12-02-161500_canvas_registrations", which);
        let token_url = "https://sso.canvas.example/login/oauth2/token";
        let other = "https://canvas.example/login/oauth2/token";
        let rows = [
            ("sso.canvas.example", token_url),
            ("sso.canvas.example:443/login", token_url),
            ("https://", token_url),
            ("urn:canvas", token_url),
            (token_url, token_url),
            (other, other),
            ("HTTPS://canvas.example", "HTTPS://canvas.example"),
            ("http://localhost:8090/token", "http://localhost:8090/token"),
        ];
        let north = School::new(database, "north");
        read(database, |db| {
            db.batch_execute(&sql("down"))?;
            for (number, (audience, _)) in rows.iter().enumerate() {
                let id = format!("r-{number}");
                let stored = Registration {
                    token_url: token_url.parse().unwrap(),
                    token_audience: (*audience).to_owned(),
                    ..registration(&id, &north.tenant, &id)
                };
                registrations::insert(db, &stored, at(0))?;
            }
            db.batch_execute(&sql("up"))?;
            for (number, (audience, expected)) in rows.iter().enumerate() {
                let id = RegistrationId::from(format!("r-{number}"));
                let found = registrations::get(db, &north.tenant, &id)?.unwrap();
                assert_eq!(found.token_audience, *expected, "{audience}");
            }
            Ok(())
        });
    });
}
