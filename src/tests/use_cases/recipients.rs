//! Whose a badge is: the LMS's identity of the holder, salted and hashed, and a random identifier; never name or e-mail.

use std::collections::HashSet;

use chrono::DateTime;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Bench, benches_of};
use crate::domain::rule::Condition;
use crate::domain::zone::Zone;
use crate::ids::BadgeId;
use crate::store::people;
use lti::registration::Flavour;

/// What was signed for the student whom the LMS calls `sub`.
async fn signed(bench: &Bench, badge: &BadgeId, sub: &str) -> String {
    let person = bench.person(sub).await;
    let award = bench.holders(badge).await.remove(&person).unwrap();
    bench.credential(&award).await.document
}

async fn bench_with_two_badges(bench: &Bench) -> [BadgeId; 2] {
    bench.check().await;
    let now = || Condition::NotBefore {
        at: DateTime::UNIX_EPOCH,
        zone: Zone::UTC,
    };
    let made = [
        bench.badge_when("Here", now()).await,
        bench.badge_when("Here again", now()).await,
    ];
    bench.work(&bench.cairn).await;
    made
}

fn sha256_of(text: &str) -> String {
    format!("sha256${}", hex::encode(Sha256::digest(text.as_bytes())))
}

#[tokio::test]
async fn the_hash_in_a_badge_is_that_of_issuer_sub_and_salt() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            let [badge, _] = bench_with_two_badges(&bench).await;
            let mut salts = HashSet::new();
            for student in &bench.world.students(bench.at)[..3] {
                let document: Value =
                    serde_json::from_str(&signed(&bench, &badge, &student.sub).await).unwrap();
                let identifiers = document["credentialSubject"]["identifier"].as_array().unwrap();
                assert_eq!(identifiers.len(), 1, "{document}");
                let identity = &identifiers[0];
                let salt = identity["salt"].as_str().unwrap();
                assert_eq!(hex::decode(salt).unwrap().len(), 16);
                assert!(salts.insert(salt.to_owned()), "each has a salt of their own");
                let plain = format!("{}#{}", bench.world.issuer(), student.sub);
                assert_eq!(identity["identityHash"], sha256_of(&format!("{plain}{salt}")));
                assert_eq!(identity["hashed"], true);
                assert_eq!(identity["identityType"], "ltiUserId");
            }
        }
    }
}

#[tokio::test]
async fn one_person_is_one_subject_in_all_badges_of_an_issuer_and_two_are_two() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let badges = bench_with_two_badges(&bench).await;
        let students = bench.world.students(bench.at);
        let mut subjects = HashSet::new();
        for student in &students[..3] {
            let mut of_one = HashSet::new();
            let mut hashes = HashSet::new();
            for badge in &badges {
                let document: Value =
                    serde_json::from_str(&signed(&bench, badge, &student.sub).await).unwrap();
                let subject = &document["credentialSubject"];
                let id = subject["id"].as_str().unwrap();
                let uuid = uuid::Uuid::parse_str(id.strip_prefix("urn:uuid:").unwrap()).unwrap();
                assert_eq!(uuid.get_version_num(), 4, "random: it says nothing of when");
                of_one.insert(id.to_owned());
                hashes.insert(subject["identifier"][0]["identityHash"].to_string());
            }
            assert_eq!((of_one.len(), hashes.len()), (1, 1), "{of_one:?}");
            subjects.extend(of_one);
        }
        assert_eq!(subjects.len(), 3);
    }
}

#[tokio::test]
async fn neither_name_nor_e_mail_is_signed_although_the_lms_shares_both() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            let badges = bench_with_two_badges(&bench).await;
            for student in &bench.world.students(bench.at)[..3] {
                let (tenant, id) = (bench.course.tenant.clone(), bench.person(&student.sub).await);
                let known = bench.cairn.store.read(move |db| people::get(db, &tenant, &id));
                let known = known.await.unwrap().unwrap();
                assert_eq!(known.name.as_ref(), Some(&student.name), "the LMS shares it");
                assert_eq!(known.email.as_ref(), Some(&student.email), "the LMS shares it");
                let (account, _) = student.email.split_once('@').unwrap();
                let family = student.name.split(' ').next_back().unwrap();
                for badge in &badges {
                    let document = signed(&bench, badge, &student.sub).await.to_lowercase();
                    for private in [student.name.as_str(), student.email.as_str(), account, family] {
                        assert!(
                            !document.contains(&private.to_lowercase()),
                            "{private} in {document}"
                        );
                    }
                    assert_eq!(
                        document.matches('@').count(),
                        1,
                        "that of @context alone: {document}"
                    );
                }
            }
        }
    }
}
