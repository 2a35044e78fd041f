//! Endorsements: each link is used once, whoever is faster, and what nobody answered is forgotten.

use super::*;
use crate::domain::endorsement::{
    Domain, DomainBy, Endorsement, Endorser, Given, InvitedBy, Shown, WORKS, substance,
};
use crate::ids::EndorsementId;
use crate::store::endorsements;
use crate::store::sealed::{self, SealedKind};

fn invitation(badge: &Badge, n: u8) -> Endorsement {
    Endorsement {
        id: EndorsementId::from(format!("e{n}").as_str()),
        tenant: badge.tenant.clone(),
        badge: badge.id.clone(),
        name: "Example Works".into(),
        email: Some("anna@firm.example".into()),
        domain: None,
        invited_by: InvitedBy::Teacher("p1".into()),
        made_at: at(0),
        until: at(0) + WORKS,
        link_digest: format!("link{n}"),
        withdrawn_at: None,
        given: None,
    }
}

fn given(badge: &Badge, n: u8) -> Given {
    Given {
        at: at(5),
        own_digest: format!("own{n}"),
        issuer: Some(Endorser {
            slug: format!("endorser-{n}"),
            public_multibase: "z6Mk".into(),
            sealed_secret: Some("sealed".into()),
            key_taken_at: None,
            list_document: "{}".into(),
            list_revoked: "{}".into(),
        }),
        revision: badge.revision,
        shown: Shown {
            name: badge.design.name.clone(),
            achievement: "https://badges.example/issuers/i/achievements/b".into(),
            revision: badge.revision,
            outcome: String::new(),
            description: String::new(),
            criteria: String::new(),
            kind: badge.design.kind,
            hours: Some(decimal("1.50")),
            credits: None,
            level: None,
            alignments: Vec::new(),
            rule: None,
            evidence: Vec::new(),
            skills: Vec::new(),
            parts: Vec::new(),
        },
        substance: substance(badge, None),
        comment: "Good.".into(),
        document: "{}".into(),
        carried: true,
        ended_at: None,
        revoked_at: None,
    }
}

#[test]
fn an_invitation_is_answered_once_and_found_by_each_of_its_links() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, badge) = (&school.tenant, school.badge(database, "b"));
        let waits = invitation(&badge, 1);
        write(database, |db| endorsements::insert(db, &waits));
        assert_eq!(
            read(database, |db| endorsements::by_digest(db, "link1")),
            Some(waits.clone())
        );
        let answered = Endorsement {
            given: Some(given(&badge, 1)),
            ..waits.clone()
        };
        assert!(!write(database, |db| endorsements::give(
            db,
            &answered,
            at(0) + WORKS
        )));
        assert!(write(database, |db| endorsements::give(db, &answered, at(5))));
        assert!(!write(database, |db| endorsements::give(db, &answered, at(6))));
        assert!(!write(database, |db| endorsements::withdraw(
            db,
            tenant,
            &waits.id,
            None,
            at(6)
        )));
        for found in [
            read(database, |db| endorsements::by_digest(db, "own1")),
            read(database, |db| endorsements::by_slug(db, "endorser-1")),
            read(database, |db| endorsements::published(db, &waits.id)),
            read(database, |db| endorsements::get(db, tenant, &waits.id)),
        ] {
            assert_eq!(found, Some(answered.clone()));
        }
        let here = read(database, |db| {
            endorsements::signed_in_course(db, tenant, &badge.course)
        });
        assert_eq!(here, std::slice::from_ref(&answered));
        // Its domain is due once that was said long ago, not again while it is silent, and never once it was lost.
        let mut domain = Domain {
            name: "firm.example".into(),
            by: DomainBy::Did,
            at: at(6),
            lost_at: None,
        };
        let set = |domain: &Domain| {
            write(database, |db| {
                endorsements::set_domain(db, tenant, &waits.id, domain)
            });
        };
        let due = |said, asked| {
            let found = read(database, |db| {
                endorsements::domains_due(db, tenant, said, asked, 5)
            });
            found.len()
        };
        set(&domain);
        assert_eq!((due(at(6), at(6)), due(at(7), at(6))), (0, 1));
        write(database, |db| {
            endorsements::asked_in_vain(db, tenant, &waits.id, at(8))
        });
        assert_eq!((due(at(7), at(8)), due(at(7), at(9))), (0, 1));
        domain.lost_at = Some(at(9));
        set(&domain);
        assert_eq!(due(at(7), at(9)), 0);
        let lost = read(database, |db| endorsements::get(db, tenant, &waits.id));
        assert_eq!(lost.and_then(|one| one.domain), Some(domain));
        let secrets = read(database, sealed::all);
        assert!(
            secrets
                .iter()
                .any(|one| one.kind == SealedKind::EndorserKey && one.id == "e1")
        );

        let take = |moment| {
            write(database, |db| {
                endorsements::take_key(db, tenant, &waits.id, "sealed", at(moment))
            })
        };
        assert!(take(7) && !take(8));
        let secrets = read(database, sealed::all);
        assert!(!secrets.iter().any(|one| one.kind == SealedKind::EndorserKey));
        assert!(write(database, |db| endorsements::end(
            db,
            tenant,
            &waits.id,
            at(9)
        )));
        assert!(!write(database, |db| endorsements::end(
            db,
            tenant,
            &waits.id,
            at(10)
        )));
        assert!(write(database, |db| endorsements::revoke(
            db,
            tenant,
            &waits.id,
            at(11)
        )));
        assert!(!write(database, |db| endorsements::revoke(
            db,
            tenant,
            &waits.id,
            at(12)
        )));
        let over = read(database, |db| endorsements::get(db, tenant, &waits.id)).unwrap();
        assert_eq!((over.email, over.given.unwrap().revoked_at), (None, Some(at(11))));
    });
}

#[test]
fn what_nobody_answered_and_who_invited_are_forgotten() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, badge) = (&school.tenant, school.badge(database, "b"));
        for n in [1, 2] {
            write(database, |db| endorsements::insert(db, &invitation(&badge, n)));
        }
        assert!(write(database, |db| endorsements::withdraw(
            db,
            tenant,
            &"e2".into(),
            Some("@firm.example"),
            at(1)
        )));
        let domain = Domain {
            name: "firm.example".into(),
            by: DomainBy::Did,
            at: at(2),
            lost_at: None,
        };
        let vouch = || {
            write(database, |db| {
                endorsements::vouch(db, tenant, &"e1".into(), "other.example", at(3))
            })
        };
        assert!(!vouch(), "nobody said anything yet");
        write(database, |db| {
            endorsements::set_domain(db, tenant, &"e1".into(), &domain)
        });
        let mine = |db: &mut Db| endorsements::invited_by(db, tenant, &"p1".into());
        let invited = read(database, mine);
        assert_eq!(invited.len(), 2);
        assert_eq!(invited[0].domain.as_ref(), Some(&domain));
        write(database, |db| {
            endorsements::forget_teacher(db, tenant, &"p1".into())
        });
        assert_eq!(read(database, mine), []);
        let forget = |before| write(database, |db| endorsements::forget_addresses(db, tenant, before));
        assert_eq!(forget(at(0) + WORKS), 0);
        assert_eq!(forget(at(1) + WORKS), 2);
        let all = read(database, |db| endorsements::of_tenant(db, tenant, 10));
        assert!(
            all.iter()
                .all(|one| one.email.is_none() && one.invited_by == InvitedBy::Nobody)
        );
    });
}
