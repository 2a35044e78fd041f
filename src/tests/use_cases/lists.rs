//! Places in status lists: drawn at random, and a new list when one is full.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::benches;
use crate::clock::Clock as _;
use crate::service::award::awarding::revoke;
use crate::service::credential::fresh_lists;
use crate::store::status_lists;
use openbadges::foreign_key::ForeignKey;
use openbadges::jwt;
use openbadges::keys::PublicKey;
use openbadges::status::StatusListCredential;
use openbadges::verify::verify;

#[tokio::test]
async fn places_tell_nothing_of_the_order_of_awards() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        for student in bench.world.students(bench.at) {
            bench.grade(student.id, Some("95"));
        }
        bench.check().await;
        bench.decide(&badge).await;
        let mut awards: Vec<_> = bench.holders(&badge).await.into_values().collect();
        awards.sort_by(|one, other| one.id.cmp(&other.id));
        let mut places = Vec::new();
        for award in &awards {
            places.push(bench.credential(award).await.status_position);
        }
        let steps: HashSet<i32> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(
            steps.len() > places.len() / 2,
            "no two follow a pattern: {places:?}"
        );
        assert!(
            steps.iter().any(|step| *step < 0) && steps.iter().any(|step| *step > 0),
            "{places:?}"
        );
        let far = places.iter().max().unwrap() - places.iter().min().unwrap();
        assert!(far > 50_000, "they are all over the list: {places:?}");
    }
}

#[tokio::test]
async fn a_full_list_stays_published_and_another_one_is_opened() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        bench.check().await;
        bench.decide(&badge).await;
        let first = bench.holders(&badge).await.into_values().next().unwrap();
        let old = bench.credential(&first).await.status_list;
        let (tenant, list) = (bench.course.tenant.clone(), old.clone());
        let short = bench
            .cairn
            .store
            .write(move |db| status_lists::shorten(db, &tenant, &list, 4));
        short.await.unwrap();
        for student in &students {
            bench.grade(student.id, Some("95"));
        }
        bench.check().await;
        bench.decide(&badge).await;
        let holders = bench.holders(&badge).await;
        assert_eq!(holders.len(), students.len());
        let mut lists = HashSet::new();
        for award in holders.values() {
            let credential = bench.credential(award).await;
            let verdict = verify(
                credential.document.as_bytes(),
                &bench.web(&credential).await,
                bench.clock.now(),
            );
            assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
            lists.insert(credential.status_list);
        }
        assert_eq!(lists.len(), 2);
        let (tenant, list) = (bench.course.tenant.clone(), old.clone());
        let found = bench
            .cairn
            .store
            .read(move |db| status_lists::get(db, &tenant, &list));
        assert!(!found.await.unwrap().unwrap().open);

        // What is in the full one can be revoked as ever, and nothing else with it.
        let teacher = bench.instructor().await;
        let which = std::slice::from_ref(&first.id);
        revoke(&bench.cairn, &teacher, &badge, which, "Copied.")
            .await
            .unwrap();
        for award in holders.values() {
            let credential = bench.credential(award).await;
            let web = bench.web(&credential).await;
            let verdict = verify(credential.document.as_bytes(), &web, bench.clock.now());
            assert_eq!(verdict.is_revoked(), award.id == first.id);
        }
    }
}

#[tokio::test]
async fn a_list_holds_for_thirty_days_and_is_signed_anew_each_day_in_both_forms() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        bench.check().await;
        bench.decide(&badge).await;
        let award = bench.holders(&badge).await.into_values().next().unwrap();
        let credential = bench.credential(&award).await;
        let published = || async {
            let (tenant, list) = (credential.tenant.clone(), credential.status_list.clone());
            let found = bench
                .cairn
                .store
                .read(move |db| status_lists::get(db, &tenant, &list));
            found.await.unwrap().unwrap()
        };
        let first = published().await;
        let holds = |document: &str| -> StatusListCredential {
            let list: StatusListCredential = serde_json::from_str(document).unwrap();
            assert_eq!(list.valid_until, Some(list.valid_from + TimeDelta::days(30)));
            list
        };
        let signed_at = holds(&first.document).valid_from;

        bench.clock.advance(TimeDelta::hours(2));
        fresh_lists::sign(&bench.cairn).await.unwrap();
        assert_eq!(published().await, first, "it is fresh");

        bench.clock.advance(TimeDelta::hours(19));
        fresh_lists::sign(&bench.cairn).await.unwrap();
        let next = published().await;
        assert_eq!(holds(&next.document).valid_from, signed_at + TimeDelta::hours(21));
        assert_eq!((&next.bits, next.version), (&first.bits, first.version + 1));

        // The token says the same, and is signed by a key that the issuer publishes.
        let token = jwt::read(next.token.unwrap().as_bytes()).unwrap();
        token.claims_agree().unwrap();
        let told = token.credential();
        let document: serde_json::Value = serde_json::from_str(&next.document).unwrap();
        for member in ["id", "issuer", "validFrom", "validUntil", "credentialSubject"] {
            assert_eq!(told[member], document[member], "{member}");
        }
        let web = bench.web(&credential).await;
        let issuer = document["issuer"].as_str().unwrap();
        let keys = openbadges::verify::Resolver::did_document(&web, issuer).unwrap();
        let key_id = token.header().unwrap().key_id.unwrap();
        let methods = keys["verificationMethod"].as_array().unwrap();
        let method = methods.iter().find(|method| method["id"] == key_id.as_str());
        let key = PublicKey::from_jwk(&method.unwrap()["publicKeyJwk"]).unwrap();
        assert!(token.verifies(jwt::Algorithm::Es256, &ForeignKey::from(key)));
        let verdict = verify(credential.document.as_bytes(), &web, bench.clock.now());
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());

        // A clock that was ahead is set right: what it signed does not begin to hold only tomorrow.
        bench.clock.advance(TimeDelta::days(3));
        fresh_lists::sign(&bench.cairn).await.unwrap();
        bench.clock.advance(-TimeDelta::days(2));
        fresh_lists::sign(&bench.cairn).await.unwrap();
        let list = holds(&published().await.document);
        assert!(list.valid_from <= bench.clock.now());
    }
}
