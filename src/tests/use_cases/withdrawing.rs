//! A signing key that somebody else may have: withdrawn, and what it signed is signed anew under the same ids.

use super::Bench;
use super::benches;
use crate::clock::Clock as _;
use crate::domain::award::Award;
use crate::domain::credential::{Credential, ReissueCause};
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::service::award::awarding::revoke;
use crate::service::base::institutions;
use crate::service::base::queue::{BackgroundJob as _, SignAnew};
use crate::service::credential::withdrawing;
use crate::service::institution::administrators::Operator;
use crate::store::testing::shortcuts::claim_unshared;
use crate::store::{issuers, jobs};
use openbadges::verify::verify;

async fn keys(bench: &Bench) -> Vec<IssuerKey> {
    let tenant = bench.course.tenant.clone();
    let found = bench.cairn.store.read(move |db| {
        let issuer = issuers::for_tenant(db, &tenant)?.unwrap();
        institutions::all_keys(db, &issuer)
    });
    found.await.unwrap()
}

async fn active(bench: &Bench, kind: KeyKind) -> IssuerKey {
    let mut all = keys(bench).await.into_iter();
    all.find(|key| key.kind == kind && key.state == KeyState::Active)
        .unwrap()
}

/// Whether a verifier on the web takes both forms, and what it says of the first that it does not.
async fn verdict(bench: &Bench, credential: &Credential) -> Result<(), String> {
    let web = bench.web(credential).await;
    let token = credential.token.clone().unwrap();
    for form in [credential.document.as_bytes(), token.as_bytes()] {
        let verdict = verify(form, &web, bench.clock.now());
        if !verdict.is_valid() {
            return Err(verdict.first_failure().unwrap().to_string());
        }
    }
    Ok(())
}

async fn awarded(bench: &Bench) -> Vec<Award> {
    bench.check().await;
    let badge = bench.badge().await;
    let students = bench.world.students(bench.at);
    for student in &students {
        bench.grade(student.id, Some("95"));
    }
    bench.check().await;
    bench.decide(&badge).await;
    let mut all: Vec<Award> = bench.holders(&badge).await.into_values().collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!(all.len(), students.len());
    all
}

#[tokio::test]
async fn what_a_withdrawn_key_signed_is_signed_anew_with_the_same_id_and_dates() {
    for bench in benches().await {
        let awards = awarded(&bench).await;
        let teacher = bench.instructor().await;
        let revoked = &awards[1];
        revoke(
            &bench.cairn,
            &teacher,
            &revoked.badge,
            std::slice::from_ref(&revoked.id),
            "Copied.",
        )
        .await
        .unwrap();
        for kind in [KeyKind::Ed25519, KeyKind::Es256] {
            bench.clock.advance(chrono::TimeDelta::minutes(30));
            let before = bench.credential(&awards[0]).await;
            let (stolen, tenant) = (active(&bench, kind).await, &bench.course.tenant);
            let review = withdrawing::review(&bench.cairn, Operator::CommandLine, tenant, &stolen.id)
                .await
                .unwrap();
            assert_eq!(review.badges, i64::try_from(awards.len()).unwrap());
            assert_eq!(review.lists, usize::from(kind == KeyKind::Ed25519));
            withdrawing::withdraw(
                &bench.cairn,
                Operator::CommandLine,
                tenant,
                &stolen.id,
                "A laptop was stolen.",
            )
            .await
            .unwrap();

            let after = keys(&bench).await;
            let state = after.iter().find(|key| key.id == stolen.id).unwrap().state;
            assert_eq!(state, KeyState::Withdrawn);
            assert_ne!(active(&bench, kind).await.id, stolen.id, "a new one signs");
            let slug = institutions::issuer_keys(&bench.cairn).await.unwrap()[0]
                .0
                .slug
                .clone();
            let document = institutions::did_document(&bench.cairn, &slug).await.unwrap();
            let set = institutions::key_set(&bench.cairn).await.unwrap();
            for published in [document.to_string(), set.to_string()] {
                assert!(!published.contains(&stolen.public_multibase), "{published}");
            }
            assert_eq!(
                verdict(&bench, &before).await.unwrap_err(),
                "The issuer does not publish this key, or has withdrawn it.",
                "forgeries would verify as well as this"
            );
            assert_eq!(
                withdrawing::waiting(&bench.cairn, tenant).await.unwrap(),
                review.badges
            );
            let again = withdrawing::withdraw(
                &bench.cairn,
                Operator::CommandLine,
                tenant,
                &stolen.id,
                "Once more.",
            )
            .await;
            assert_eq!(again.unwrap_err().code(), "issuer-key.withdrawn");

            bench.work(&bench.cairn).await;
            assert_eq!(withdrawing::waiting(&bench.cairn, tenant).await.unwrap(), 0);
            for award in &awards {
                let anew = bench.credential(award).await;
                let verdict = verdict(&bench, &anew).await;
                if award.id == revoked.id {
                    assert!(verdict.unwrap_err().contains("revoked"), "it stays revoked");
                } else {
                    assert_eq!(verdict, Ok(()), "{:?} {kind:?}", bench.cairn.store.engine());
                }
            }
            let anew = bench.credential(&awards[0]).await;
            let parsed = |credential: &Credential| {
                let mut value: serde_json::Value = serde_json::from_str(&credential.document).unwrap();
                value.as_object_mut().unwrap().remove("proof");
                value
            };
            let (old, new) = (parsed(&before), parsed(&anew));
            assert_eq!(old["id"], new["id"]);
            assert_eq!(old["awardedDate"], new["awardedDate"]);
            assert!(
                old["validFrom"].as_str() < new["validFrom"].as_str(),
                "the newer one wins"
            );
            assert_eq!(old["credentialSubject"], new["credentialSubject"]);
            assert_eq!(old["credentialStatus"], new["credentialStatus"]);
            assert_eq!(anew.reissued.unwrap().cause, ReissueCause::Key);
            // The second look finds nothing to do, and signs nothing twice.
            bench.clock.advance(chrono::TimeDelta::minutes(16));
            bench.work(&bench.cairn).await;
            assert_eq!(bench.credential(&awards[0]).await, anew);
        }
        let counts = bench.cairn.store.read(jobs::counts).await.unwrap();
        assert!(
            counts.iter().all(|count| count.kind != SignAnew::NAME),
            "{counts:?}"
        );
    }
}

#[tokio::test]
async fn badges_are_said_to_wait_until_no_work_on_the_key_is_left() {
    for bench in benches().await {
        let awards = awarded(&bench).await;
        let count = i64::try_from(awards.len()).unwrap();
        let (tenant, now) = (&bench.course.tenant, bench.clock.now());
        let key = active(&bench, KeyKind::Ed25519).await;
        assert_eq!(withdrawing::waiting(&bench.cairn, tenant).await.unwrap(), 0);
        withdrawing::withdraw(&bench.cairn, Operator::CommandLine, tenant, &key.id, "Lost.")
            .await
            .unwrap();
        // The first try is given up: they wait all the same.
        let given_up = bench.cairn.store.write(move |db| {
            let lease = chrono::TimeDelta::minutes(1);
            let due = claim_unshared(db, now, "a worker", lease, 50)?;
            let mine: Vec<_> = due.iter().filter(|job| job.kind == SignAnew::NAME).collect();
            for job in &mine {
                jobs::fail(db, job, "The disk is full.", None)?;
            }
            let standing = jobs::standing(db, &mine[0].tenant, SignAnew::NAME, &mine[0].key)?;
            Ok((mine.len(), standing))
        });
        let (failed, standing) = given_up.await.unwrap();
        assert_eq!(
            (failed, standing),
            (1, jobs::Standing::GivenUp("The disk is full.".to_owned()))
        );
        assert_eq!(withdrawing::waiting(&bench.cairn, tenant).await.unwrap(), count);
        // The second look does what the first did not.
        bench.clock.advance(chrono::TimeDelta::minutes(16));
        bench.work(&bench.cairn).await;
        assert_eq!(withdrawing::waiting(&bench.cairn, tenant).await.unwrap(), 0);
        assert_eq!(verdict(&bench, &bench.credential(&awards[0]).await).await, Ok(()));
    }
}

#[tokio::test]
async fn a_key_that_is_in_use_or_unknown_is_left_alone() {
    for bench in benches().await {
        let awards = awarded(&bench).await;
        let tenant = &bench.course.tenant;
        let key = active(&bench, KeyKind::Ed25519).await;
        let before = bench.credential(&awards[0]).await;
        let nothing = |_| std::future::ready(());
        let refused = withdrawing::sign_anew(&bench.cairn, tenant, &key.id, nothing).await;
        assert_eq!(refused.unwrap_err().code(), "issuer-key.in-use");
        for reason in ["", "   ", &"x".repeat(501)] {
            let refused =
                withdrawing::withdraw(&bench.cairn, Operator::CommandLine, tenant, &key.id, reason).await;
            assert_eq!(refused.unwrap_err().code(), "issuer-key.reason");
        }
        let unknown = withdrawing::withdraw(
            &bench.cairn,
            Operator::CommandLine,
            tenant,
            &"other".into(),
            "Lost.",
        )
        .await;
        assert_eq!(unknown.unwrap_err().code(), "not-found");
        assert_eq!(active(&bench, KeyKind::Ed25519).await, key);
        assert_eq!(bench.credential(&awards[0]).await, before);
        assert_eq!(verdict(&bench, &before).await, Ok(()));
    }
}
