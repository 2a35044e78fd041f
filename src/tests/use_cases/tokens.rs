//! The keys that sign tokens: one for each issuer however many nodes ask at once, and rotation.

use super::bench::node;
use super::benches;
use crate::clock::Clock as _;
use crate::domain::issuer::{Issuer, Tenant};
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::domain::zone::Zone;
use crate::ids::{IssuerId, TenantId};
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::base::institutions;
use crate::service::institution::administrators::Operator;
use crate::service::institution::issuing;
use crate::store::{issuers, tenants, token_keys};
use openbadges::jwt;
use openbadges::verify::verify;

async fn ask(cairn: &Cairn, issuer: &Issuer) -> IssuerKey {
    let (issuer, vault, now) = (issuer.clone(), cairn.vault.clone(), cairn.clock.now());
    let asked = cairn
        .store
        .write(move |db| institutions::active_token_key(db, &issuer, &vault, now, &SystemRandom));
    asked.await.unwrap()
}

#[tokio::test]
async fn an_issuer_from_before_there_were_tokens_gets_one_key_however_many_nodes_need_it() {
    for bench in benches().await {
        let (here, there) = (
            &bench.cairn,
            &node(&bench.settings, &bench.clock, &bench.patience).await,
        );
        let (now, random) = (bench.clock.now(), &SystemRandom);
        let tenant = Tenant {
            id: TenantId::new(now, random),
            name: "Old School".into(),
            accent: None,
            time_zone: None,
            created_at: now,
        };
        let issuer = Issuer {
            id: IssuerId::new(now, random),
            tenant: tenant.id.clone(),
            slug: "old-school".into(),
            name: "Old School".into(),
            url: None,
            email: None,
            accent: None,
            zone: Zone::UTC,
            marks: crate::domain::issuer::Marks::default(),
        };
        let (row, key) = (
            issuer.clone(),
            institutions::new_key(&issuer, &here.vault, now, random),
        );
        let made = here.store.write(move |db| {
            tenants::insert(db, &tenant)?;
            issuers::insert(db, &row, now)?;
            issuers::insert_key(db, &key)
        });
        made.await.unwrap();
        let before = institutions::did_document(here, "old-school").await.unwrap();
        assert_eq!(before["verificationMethod"].as_array().unwrap().len(), 1);
        let asked = tokio::join!(
            ask(here, &issuer),
            ask(there, &issuer),
            ask(here, &issuer),
            ask(there, &issuer)
        );
        assert_eq!((&asked.0, &asked.0, &asked.0), (&asked.1, &asked.2, &asked.3));
        institutions::can_be_used(&there.vault, &asked.0).unwrap();
        let owner = issuer.clone();
        let all = here
            .store
            .read(move |db| token_keys::all(db, &owner.tenant, &owner.id));
        assert_eq!(all.await.unwrap(), [asked.0]);
        let after = institutions::did_document(there, "old-school").await.unwrap();
        assert_eq!(after["verificationMethod"][1]["type"], "JsonWebKey");
    }
}

#[tokio::test]
async fn what_an_old_key_signed_verifies_after_rotation_in_both_forms() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        bench.check().await;
        bench.decide(&badge).await;
        let (tenant, store) = (bench.course.tenant.clone(), &bench.cairn.store);
        let keys = || {
            let tenant = tenant.clone();
            store.read(move |db| {
                let issuer = issuers::for_tenant(db, &tenant)?.unwrap();
                institutions::all_keys(db, &issuer)
            })
        };
        let active = |keys: &[IssuerKey], kind| {
            let found = keys
                .iter()
                .find(|key| key.kind == kind && key.state == KeyState::Active);
            found.unwrap().public_multibase.clone()
        };
        let before = keys().await.unwrap();
        assert_eq!(before.len(), 2, "one of each kind, made with the institution");
        let expected = active(&before, KeyKind::Ed25519);
        issuing::rotate(&bench.cairn, Operator::CommandLine, &tenant, &expected)
            .await
            .unwrap();
        let again = issuing::rotate(&bench.cairn, Operator::CommandLine, &tenant, &expected).await;
        assert_eq!(again.unwrap_err().code(), "issuer-key.changed");
        let after = keys().await.unwrap();
        assert_eq!(after.len(), 4);
        for kind in [KeyKind::Ed25519, KeyKind::Es256] {
            assert_ne!(active(&before, kind), active(&after, kind));
        }

        bench.grade(students[1].id, Some("95"));
        bench.check().await;
        bench.decide(&badge).await;
        let holders = bench.holders(&badge).await;
        assert_eq!(holders.len(), 2);
        let mut key_ids = Vec::new();
        for award in holders.values() {
            let credential = bench.credential(award).await;
            let web = bench.web(&credential).await;
            let token = credential.token.clone().unwrap();
            for form in [credential.document.as_bytes(), token.as_bytes()] {
                let verdict = verify(form, &web, bench.clock.now());
                assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
            }
            let read = jwt::read(token.as_bytes()).unwrap();
            key_ids.push(read.header().unwrap().key_id);
        }
        assert_ne!(key_ids[0], key_ids[1], "the new one signs new badges");
        let set = institutions::key_set(&bench.cairn).await.unwrap();
        let published: Vec<_> = set["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].clone())
            .collect();
        for key_id in key_ids {
            assert!(published.contains(&key_id.into()), "{published:?}");
        }
    }
}
