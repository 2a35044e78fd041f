//! The main way: a grade, an award, a credential that verifies, its revocation.

use std::collections::HashSet;

use serde_json::Value;

use super::benches;
use crate::clock::Clock as _;
use crate::domain::decision::Truth;
use crate::service::award::awarding;
use crate::store::decisions;
use openbadges::credential::IdentityObject;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::verify::verify;
use openbadges::{jwt, recipient};

#[tokio::test]
async fn a_grade_at_exactly_the_threshold_becomes_one_award_that_verifies_and_can_be_revoked() {
    for bench in benches().await {
        let outcome = bench.check().await;
        assert_eq!(outcome.problem, None);
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("80"));
        bench.grade(students[1].id, Some("79.99"));
        bench.grade(students[2].id, None);
        let outcome = bench.check().await;
        assert_eq!((outcome.results, outcome.problem), (3, None));
        for _ in 0..2 {
            bench.decide(&badge).await;
        }
        let holders = bench.holders(&badge).await;
        let winner = bench.person(&students[0].sub).await;
        assert_eq!(holders.keys().collect::<Vec<_>>(), [&winner]);
        let award = &holders[&winner];

        let credential = bench.credential(award).await;
        let now = bench.clock.now();
        let verdict = verify(credential.document.as_bytes(), &bench.web(&credential).await, now);
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        let document: Value = serde_json::from_str(&credential.document).unwrap();
        assert_eq!(
            document["id"],
            format!("https://badges.example/b/{}", credential.slug)
        );
        assert_eq!(document["credentialSubject"]["result"][0]["value"], "80");
        assert!(document["validUntil"].as_str().unwrap().starts_with("2027-11-23"));
        assert!(!credential.document.contains(&students[0].name));

        let missing = bench.person(&students[2].sub).await;
        let (tenant, id) = (bench.course.tenant.clone(), badge.clone());
        let found = bench
            .cairn
            .store
            .read(move |db| decisions::current(db, &tenant, &id, &missing));
        let (decision, _) = found.await.unwrap().unwrap();
        assert_eq!(decision.decision.outcome, Truth::Unknown);

        let visitor = bench.instructor().await;
        let which = [award.id.clone()];
        for expected in [1, 0] {
            let revoked = awarding::revoke(&bench.cairn, &visitor, &badge, &which, "Wrong quiz").await;
            assert_eq!(revoked.unwrap(), expected);
        }
        let web = bench.web(&credential).await;
        let list: StatusListCredential = serde_json::from_str(&web.list).unwrap();
        let bits = Bitstring::decode(&list.credential_subject.encoded_list).unwrap();
        let set = (0..bits.entries()).filter(|index| bits.get(*index).unwrap());
        let position = u32::try_from(credential.status_position).unwrap();
        assert_eq!(set.collect::<Vec<_>>(), [position]);
        let verdict = verify(credential.document.as_bytes(), &web, now);
        assert!(verdict.is_revoked() && !verdict.is_valid());
        bench.decide(&badge).await;
        let holders = bench.holders(&badge).await;
        assert!(
            holders[&winner].revocation.is_some(),
            "revocation opens no new cycle"
        );
    }
}

#[tokio::test]
async fn a_whole_class_is_awarded_in_one_go_and_everybody_gets_their_own_document() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        assert!(students.len() > 8, "more than one thread signs for one group");
        for student in &students {
            bench.grade(student.id, Some("90"));
        }
        bench.check().await;
        let decided = bench.decide(&badge).await;
        assert_eq!(decided.awarded, students.len());
        let holders = bench.holders(&badge).await;
        assert_eq!(holders.len(), students.len());
        let mut places = HashSet::new();
        for student in &students {
            let person = bench.person(&student.sub).await;
            let credential = bench.credential(&holders[&person]).await;
            let web = bench.web(&credential).await;
            let token = credential.token.as_deref().unwrap();
            for form in [credential.document.as_str(), token] {
                let verdict = verify(form.as_bytes(), &web, bench.clock.now());
                assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
            }
            let document: Value = serde_json::from_str(&credential.document).unwrap();
            let id = format!("https://badges.example/b/{}", credential.slug);
            assert_eq!(document["id"], id);
            assert_eq!(jwt::read(token.as_bytes()).unwrap().payload()["id"], id);
            let place = document["credentialStatus"]["statusListIndex"].as_str().unwrap();
            assert_eq!(place, credential.status_position.to_string());
            assert!(places.insert(credential.status_position));
            // The hash in the document is that of this student and of nobody else.
            let identity = document["credentialSubject"]["identifier"][0].clone();
            let identity: IdentityObject = serde_json::from_value(identity).unwrap();
            let known = recipient::lti_identifier(bench.world.issuer(), &student.sub);
            assert!(recipient::matches(&identity, &known), "{}", student.sub);
        }
    }
}

#[tokio::test]
async fn a_regrade_below_the_threshold_takes_nothing_away() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("90"));
        bench.run().await;
        let person = bench.person(&student.sub).await;
        let award = bench.holders(&badge).await.remove(&person).unwrap();
        let credential = bench.credential(&award).await;

        bench.grade(student.id, Some("10"));
        bench.run().await;
        let (tenant, id, who) = (bench.course.tenant.clone(), badge.clone(), person.clone());
        let current = bench
            .cairn
            .store
            .read(move |db| decisions::current(db, &tenant, &id, &who));
        let (decision, _) = current.await.unwrap().unwrap();
        assert_eq!(
            decision.decision.outcome,
            Truth::No,
            "the decision says what is so now"
        );
        assert_eq!(bench.holders(&badge).await.remove(&person), Some(award.clone()));
        assert_eq!(
            bench.credential(&award).await.document,
            credential.document,
            "what was signed stays to the byte"
        );
        let verdict = verify(
            credential.document.as_bytes(),
            &bench.web(&credential).await,
            bench.clock.now(),
        );
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
    }
}
