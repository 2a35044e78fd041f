//! Endorsements of a badge: signed by whoever endorses, embedded before the badge is signed, and judged apart from it.

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use super::web::*;
use crate::canon::canonicalize;
use crate::credential::{
    EndorsementCredential, EndorsementSubject, OpenBadgeCredential, Profile, StatusEntry,
};
use crate::did::IssuerIdentity;
use crate::jsonld;
use crate::keys::PublicKey;
use crate::proof::{Signable, attach, sign};
use crate::testing::examples;
use crate::verify::{CheckKind, Failure, Outcome, Remark, verify};

const PLACE: u32 = 7;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

/// An employer that Cairn keeps an identity for.
fn employer() -> IssuerIdentity {
    IssuerIdentity::new("https://badges.example", "employer-1").unwrap()
}

fn unsigned(by: &str, about: &str) -> EndorsementCredential {
    EndorsementCredential {
        id: "https://badges.example/endorsements/1".to_owned(),
        name: "Endorsement of “Teamwork”".to_owned(),
        description: Some("Version 3. What was shown: sha-256 00ff".to_owned()),
        issuer: Profile {
            id: by.to_owned(),
            name: Some("Example Works <script>".to_owned()),
            ..Profile::default()
        },
        valid_from: examples::moment(),
        credential_subject: EndorsementSubject {
            id: about.to_owned(),
            endorsement_comment: Some("We hire for this: \"now\" \\ später 你好".to_owned()),
            ..EndorsementSubject::default()
        },
        ..EndorsementCredential::default()
    }
}

fn endorsement(about: &str) -> EndorsementCredential {
    let by = employer();
    let document = EndorsementCredential {
        credential_status: Some(StatusEntry::revocation(&by.status_url("1"), PLACE)),
        ..unsigned(by.did(), about)
    };
    let method = by.verification_method(&key().verifying_key());
    attach(&document, &key(), &method, examples::moment()).unwrap()
}

/// What issuer and employer publish, with these places taken back.
fn world(revoked: &[u32]) -> Web {
    let mut web = web(&[]);
    let by = employer();
    let document = serde_json::to_value(by.document([&key().verifying_key()])).unwrap();
    web.documents.insert(by.did().to_owned(), document);
    let url = by.status_url("1");
    web.lists
        .insert(url.clone(), status_list(&by, &key(), &url, revoked));
    web
}

fn carrying(endorsement: EndorsementCredential) -> OpenBadgeCredential {
    let mut carrying = badge();
    carrying.credential_subject.achievement.endorsement = vec![endorsement];
    carrying
}

fn achievement() -> String {
    badge().credential_subject.achievement.id
}

/// Why the endorsements of a badge with that one in it fail.
fn failure(endorsement: EndorsementCredential, web: &Web) -> Option<Failure> {
    let verdict = check(&signed(&carrying(endorsement)), web);
    verdict.failure(CheckKind::Endorsements).cloned()
}

#[test]
fn the_quads_of_an_endorsement_are_those_of_a_json_ld_processor() {
    for about in [
        achievement(),
        "urn:uuid:01990000-0000-7000-8000-000000000001".to_owned(),
    ] {
        let ours = EndorsementCredential {
            valid_until: Some(now()),
            ..unsigned(employer().did(), &about)
        };
        let quads = jsonld::quads(&serde_json::to_value(&ours).unwrap()).unwrap();
        assert_eq!(ours.canonical().unwrap(), canonicalize(&quads));
    }
}

#[test]
fn an_endorsement_is_good_alone_and_in_the_badge_that_it_is_about() {
    let alone = serde_json::to_string(&endorsement(&achievement())).unwrap();
    assert!(verify(alone.as_bytes(), &world(&[]), now()).is_valid());
    let badge = carrying(endorsement(&achievement()));
    let text = sign(&badge, &examples::key(), &method(), examples::moment()).unwrap();
    let verdict = verify(text.as_bytes(), &world(&[]), now());
    assert!(verdict.is_valid(), "{verdict:?}");
    assert!(
        verdict
            .remarks
            .contains(&Remark::Endorsed("Example Works <script>".to_owned()))
    );
    // It is part of what is signed: neither it nor its place can be taken out.
    let mut without: Value = serde_json::from_str(text.as_str()).unwrap();
    without["credentialSubject"]["achievement"]["endorsement"] = json!([]);
    assert!(!check(&without, &world(&[])).is_valid());
}

#[test]
fn a_key_alone_may_endorse() {
    let did = format!("did:key:{}", PublicKey::from(&key().verifying_key()).multikey());
    let method = format!("{did}#{}", PublicKey::from(&key().verifying_key()).multikey());
    let by_key = attach(
        &unsigned(&did, &achievement()),
        &key(),
        &method,
        examples::moment(),
    )
    .unwrap();
    assert_eq!(failure(by_key, &web(&[])), None);
}

#[test]
fn one_that_is_forged_foreign_or_about_something_else_is_refused() {
    let good = endorsement(&achievement());
    let forged = EndorsementCredential {
        name: "Accreditation".to_owned(),
        ..good.clone()
    };
    let bad = |why| Some(Failure::Endorsement(Box::new(why)));
    assert_eq!(failure(forged, &world(&[])), bad(Failure::Signature));
    // The proof is a good one of somebody else.
    let method = method();
    let by = employer();
    let foreign = attach(
        &unsigned(by.did(), &achievement()),
        &examples::key(),
        &method,
        examples::moment(),
    );
    assert_eq!(
        failure(foreign.unwrap(), &world(&[])),
        bad(Failure::OtherController)
    );
    let other = endorsement("https://badges.example/badges/other");
    assert_eq!(failure(other, &world(&[])), Some(Failure::OtherEndorsed));
    assert_eq!(
        failure(good, &web(&[])),
        bad(Failure::IssuerUnavailable),
        "whoever endorses has to be asked"
    );
}

#[test]
fn one_that_is_over_is_told_and_takes_the_badge_from_nobody() {
    let late = EndorsementCredential {
        valid_until: Some(examples::moment()),
        ..unsigned(employer().did(), &achievement())
    };
    let method = employer().verification_method(&key().verifying_key());
    let late = attach(&late, &key(), &method, examples::moment()).unwrap();
    let (nothing, its_place): (&[u32], &[u32]) = (&[], &[PLACE]);
    for (one, taken_back) in [(late, nothing), (endorsement(&achievement()), its_place)] {
        let verdict = check(&signed(&carrying(one.clone())), &world(taken_back));
        assert_eq!(verdict.outcome(), Outcome::Valid, "{verdict:?}");
        let over = |remark: &Remark| matches!(remark, Remark::EndorsementOver(..));
        assert_eq!(verdict.remarks.iter().filter(|one| over(one)).count(), 1);
        // By itself it is what it says of itself: over.
        let alone = serde_json::to_string(&one).unwrap();
        assert!(!verify(alone.as_bytes(), &world(taken_back), now()).is_valid());
        // Being over excuses nothing else.
        let forged = EndorsementCredential {
            name: "Accreditation".to_owned(),
            ..one
        };
        assert!(failure(forged, &world(taken_back)).is_some());
    }
}
