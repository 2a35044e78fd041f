//! The public verification: what passes, and that nothing passes once it was changed.

use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::vectors::{leaves, tampered};
use super::web::*;
use crate::credential::OpenBadgeCredential;
use crate::proof::sign;
use crate::testing::examples;
use crate::verify::{CheckKind, Failure, verify};

#[test]
fn our_badge_passes_every_check() {
    let bytes = sign(&badge(), &examples::key(), &method(), examples::moment()).unwrap();
    let verdict = verify(bytes.as_bytes(), &web(&[]), now());
    assert!(verdict.is_valid(), "{verdict:?}");
    assert_eq!(verdict.checks.len(), 9);
    assert!(verdict.checks.iter().all(|check| !check.sentence().is_empty()));
}

#[test]
fn published_badges_pass_with_their_own_keys() {
    for text in [
        include_str!("../../vectors/small.json"),
        include_str!("../../vectors/full.json"),
        include_str!("../../vectors/byid.json"),
        include_str!("../../vectors/credits.json"),
    ] {
        let verdict = verify(text.as_bytes(), &Web::default(), now());
        assert!(verdict.is_valid(), "{verdict:?}");
    }
}

#[test]
fn published_badges_with_did_web_status_and_endorsement_pass() {
    for text in [
        include_str!("../../vectors/badge.json"),
        include_str!("../../vectors/badge-endorsed.json"),
    ] {
        let verdict = verify(text.as_bytes(), &published_web(), now());
        assert!(verdict.is_valid(), "{verdict:?}");
    }
}

#[test]
fn a_revoked_badge_is_reported_as_revoked() {
    let verdict = check(&signed(&badge()), &web(&[INDEX]));
    assert!(verdict.is_revoked() && !verdict.is_valid());
    assert_eq!(verdict.checks.iter().filter(|check| !check.passed()).count(), 1);
    assert!(check(&signed(&badge()), &web(&[INDEX - 1, INDEX + 1])).is_valid());
}

#[test]
fn validity_is_that_of_the_present_moment() {
    let until = examples::moment() + TimeDelta::days(2);
    let document = signed(&OpenBadgeCredential {
        valid_until: Some(until),
        ..badge()
    })
    .to_string();
    let at = |moment| verify(document.as_bytes(), &web(&[]), moment);
    assert!(at(until - TimeDelta::seconds(1)).is_valid());
    assert!(at(until).is_expired());
    let early = at(examples::moment() - TimeDelta::seconds(1));
    assert!(matches!(
        early.failure(CheckKind::Period),
        Some(Failure::NotYetValid(_))
    ));
}

#[test]
fn no_member_of_a_badge_can_be_changed() {
    let document = signed(&badge());
    let web = web(&[]);
    let mut places = Vec::new();
    leaves(&document, "", &mut places);
    assert!(places.len() > 60);
    for place in places {
        let mut changed = document.clone();
        let value = changed.pointer_mut(&place).unwrap();
        let other = tampered(value);
        assert_ne!(*value, other);
        *value = other;
        assert!(!check(&changed, &web).is_valid(), "{place} can be changed");
    }
}

#[test]
fn a_withdrawn_key_verifies_no_longer_and_a_rotated_one_does() {
    let (issuer, old, new) = (issuer(), examples::key(), SigningKey::from_bytes(&[9; 32]));
    let document = signed(&badge());
    let mut web = web(&[]);
    let both = serde_json::to_value(issuer.document([&new.verifying_key(), &old.verifying_key()])).unwrap();
    web.documents.insert(issuer.did().to_owned(), both);
    assert!(check(&document, &web).is_valid());
    let alone = serde_json::to_value(issuer.document([&new.verifying_key()])).unwrap();
    web.documents.insert(issuer.did().to_owned(), alone);
    assert_eq!(
        check(&document, &web).failure(CheckKind::Key),
        Some(&Failure::UnknownKey)
    );
}

#[test]
fn an_endorsement_is_verified_like_a_credential() {
    let text = include_str!("../../vectors/badge-endorsed.json");
    let mut web = published_web();
    web.documents.remove("did:web:employer.example:org:1");
    let verdict = verify(text.as_bytes(), &web, now());
    let expected = Failure::Endorsement(Box::new(Failure::IssuerUnavailable));
    assert_eq!(verdict.failure(CheckKind::Endorsements), Some(&expected));
    let alone = include_str!("../../vectors/endorsement.json");
    assert!(verify(alone.as_bytes(), &published_web(), now()).is_valid());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn arbitrary_documents_never_panic(text in "[\\[\\]{}\":,a-z@0-9]{0,60}") {
        prop_assert!(!verify(text.as_bytes(), &Web::default(), now()).is_valid());
    }
}
