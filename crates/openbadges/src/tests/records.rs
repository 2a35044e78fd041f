//! Comprehensive Learner Records: one that JavaScript libraries signed, ours, and each thing that is wrong with one.

use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use super::vectors::{leaves, tampered};
use super::web::*;
use crate::credential::{Association, AssociationType, ClrCredential, OpenBadgeCredential, Part};
use crate::emit::EmitError;
use crate::error::Error;
use crate::keys::PublicKey;
use crate::proof::{Signable, attach, canonical_config, sign, verifies};
use crate::testing::examples;
use crate::verify::{CheckKind, Failure, MAX_PARTS, Outcome, Remark, Verdict, verify, verify_file_of};
use crate::{canon, jsonld, jwt, multibase};

const PUBLISHED: &str = include_str!("../../vectors/clr.json");

fn signed_record(record: &ClrCredential) -> String {
    let signed = sign(record, &examples::key(), &method(), examples::moment());
    signed.unwrap().into_string()
}

fn judged(record: &ClrCredential, revoked: &[u32]) -> Verdict {
    verify(signed_record(record).as_bytes(), &web(revoked), now())
}

fn resigned(badge: &OpenBadgeCredential) -> Part {
    let text = sign(badge, &examples::key(), &method(), examples::moment()).unwrap();
    Part::of(text.as_str()).unwrap()
}

/// The names of the parts that are not valid, and why.
fn bad_parts(verdict: &Verdict) -> Vec<(&str, Failure)> {
    let parts = verdict.parts.iter();
    parts
        .filter_map(|part| Some((part.name.as_str(), part.verdict.worst()?.clone())))
        .collect()
}

#[test]
fn a_published_record_is_reproduced_to_the_byte_and_verifies() {
    let record: ClrCredential = serde_json::from_str(PUBLISHED).unwrap();
    let expected = include_str!("../../vectors/clr.doc.nq");
    assert_eq!(record.canonical().unwrap(), expected);
    assert_eq!(
        canonical_config(&record.proof[0]).unwrap(),
        include_str!("../../vectors/clr.proof.nq")
    );
    let key = record.proof[0].verification_method.rsplit_once('#').unwrap().1;
    assert!(verifies(&record, &multibase::decode_key(key).unwrap()));
    let mut document: Value = serde_json::from_str(PUBLISHED).unwrap();
    assert_eq!(serde_json::to_value(&record).unwrap(), document);
    document.as_object_mut().unwrap().remove("proof");
    assert_eq!(canon::canonicalize(&jsonld::quads(&document).unwrap()), expected);

    let verdict = verify(PUBLISHED.as_bytes(), &published_web(), now());
    assert!(verdict.is_valid(), "{verdict:?}");
    let names: Vec<&str> = verdict.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["teamwork", "writing"]);
}

#[test]
fn our_record_passes_every_check_in_both_of_its_forms() {
    let record = examples::record(4).unwrap();
    let mut web = web(&[]);
    let token_key = examples::token_key().unwrap();
    let keys = [
        PublicKey::from(&examples::key().verifying_key()),
        PublicKey::from(token_key.verifying_key()),
    ];
    let document = serde_json::to_value(issuer().document(&keys)).unwrap();
    web.documents.insert(issuer().did().to_owned(), document);
    let json = signed_record(&record);
    let token = jwt::sign_record(&record, &token_key, &issuer().verification_method(&keys[1])).unwrap();
    for text in [json.as_str(), token.as_str()] {
        let verdict = verify(text.as_bytes(), &web, now());
        assert!(verdict.is_valid(), "{verdict:?}");
        assert_eq!(verdict.parts.len(), 4);
        assert!(verdict.parts.iter().all(|part| part.verdict.is_valid()));
        assert!(verdict.checks.iter().all(|check| !check.sentence().is_empty()));
        let held = verify_file_of(text.as_bytes(), &web, now(), Some("https://moodle.example#0"));
        let whose = held
            .checks
            .iter()
            .find(|check| check.kind == CheckKind::Recipient);
        assert!(whose.is_some_and(crate::verify::Check::passed), "{whose:?}");
    }
    for part in &record.credential_subject.verifiable_credential {
        assert!(json.contains(part.as_str()), "a part is not there byte by byte");
    }
    let signed: ClrCredential = serde_json::from_str(&json).unwrap();
    assert!(jwt::sign_record(&signed, &token_key, "did:web:x.example#k").is_err());
}

#[test]
fn a_record_of_as_many_parts_as_are_checked_is_checked_and_one_more_is_not() {
    let most = u32::try_from(MAX_PARTS).unwrap();
    let verdict = judged(&examples::record(most).unwrap(), &[]);
    assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
    let verdict = judged(&examples::record(most + 1).unwrap(), &[]);
    assert_eq!(
        verdict.failure(CheckKind::Parts),
        Some(&Failure::TooManyParts(MAX_PARTS))
    );
    assert_eq!(verdict.outcome(), Outcome::Unknown);
}

#[test]
fn a_revoked_or_expired_part_is_shown_as_that_and_the_others_hold() {
    let record = examples::record(3).unwrap();
    let verdict = judged(&record, &[2]);
    assert!(!verdict.is_valid() && !verdict.is_revoked());
    assert_eq!(bad_parts(&verdict), [("Part 2", Failure::Revoked)]);
    let said = verdict.failure(CheckKind::Parts).unwrap();
    assert_eq!(*said, Failure::Part("Part 2".into(), Box::new(Failure::Revoked)));
    assert!(said.to_string().contains("“Part 2”"), "{said}");

    let mut lapsed = record.clone();
    let until = examples::moment() + TimeDelta::hours(1);
    lapsed.credential_subject.verifiable_credential[2] = resigned(&OpenBadgeCredential {
        valid_until: Some(until),
        ..examples::part(3).unwrap()
    });
    let verdict = judged(&lapsed, &[]);
    assert_eq!(
        bad_parts(&verdict),
        [("Part 3", Failure::Expired(until.to_rfc3339()))]
    );
    assert_eq!(verdict.checks.iter().filter(|check| !check.passed()).count(), 1);

    let verdict = judged(&record, &[0]);
    assert!(verdict.is_revoked() && bad_parts(&verdict).is_empty());
}

#[test]
fn nothing_in_a_record_can_be_changed() {
    let document: Value = serde_json::from_str(&signed_record(&examples::record(2).unwrap())).unwrap();
    let web = web(&[]);
    let mut places = Vec::new();
    leaves(&document, "", &mut places);
    // The first part is as the second, and a processor is slow.
    places.retain(|place| !place.starts_with("/credentialSubject/verifiableCredential/0/"));
    assert!(places.len() > 60, "{}", places.len());
    for place in places {
        let mut changed = document.clone();
        let value = changed.pointer_mut(&place).unwrap();
        *value = tampered(value);
        assert!(!check(&changed, &web).is_valid(), "{place} can be changed");
    }
}

#[test]
fn a_part_that_somebody_else_signed_or_changed_is_no_part() {
    let record = examples::record(2).unwrap();
    // Signed anew as a whole, so that the part alone is wrong.
    let mut forged = record.clone();
    let stranger = SigningKey::from_bytes(&[8; 32]);
    let text = sign(
        &examples::part(2).unwrap(),
        &stranger,
        &method(),
        examples::moment(),
    )
    .unwrap();
    forged.credential_subject.verifiable_credential[1] = Part::of(text.as_str()).unwrap();
    assert_eq!(bad_parts(&judged(&forged, &[])), [("Part 2", Failure::Signature)]);
    let mut changed = record.clone();
    let part = &record.credential_subject.verifiable_credential[1];
    let other = part.as_str().replace("Part 2", "Part 9");
    changed.credential_subject.verifiable_credential[1] = Part::of(&other).unwrap();
    assert_eq!(
        bad_parts(&judged(&changed, &[])),
        [("Part 9", Failure::Signature)]
    );
}

#[test]
fn a_record_without_what_it_needs_is_refused() {
    let document: Value = serde_json::from_str(&signed_record(&examples::record(2).unwrap())).unwrap();
    let found = |change: &dyn Fn(&mut Value)| {
        let mut document = document.clone();
        change(&mut document);
        check(&document, &web(&[]))
    };
    let verdict = found(&|d| d["credentialSubject"]["verifiableCredential"] = json!([]));
    let missing = Failure::Missing("verifiableCredential");
    assert_eq!(verdict.failure(CheckKind::Members), Some(&missing));
    let verdict = found(&|d| d["credentialSubject"]["verifiableCredential"][1] = json!(7));
    assert!(matches!(
        verdict.failure(CheckKind::Parts),
        Some(Failure::Part(_, inner)) if matches!(**inner, Failure::NoBadge(_))
    ));
    let verdict = found(&|d| {
        let subject = d["credentialSubject"].as_object_mut().unwrap();
        subject.remove("id");
        subject.remove("identifier");
    });
    assert!(verdict.remarks.contains(&Remark::NoRecipient));
    let association = |name: &'static str, value: &'static str| {
        found(&move |d| d["credentialSubject"]["association"][0][name] = json!(value))
            .failure(CheckKind::Associations)
            .cloned()
    };
    assert_eq!(
        association("associationType", "isFriendOf"),
        Some(Failure::Missing("associationType"))
    );
    assert_eq!(
        association("targetId", "https://x.example/other"),
        Some(Failure::OtherAssociated("https://x.example/other".into()))
    );
    assert_eq!(
        association("targetId", "https://badges.example/badges/part/1"),
        Some(Failure::Circle("https://badges.example/badges/part/1".into()))
    );
    // A record within a record is not looked into, and not called wrong.
    let inner = found(&|d| {
        let nested = d.clone();
        d["credentialSubject"]["verifiableCredential"][1] = nested;
    });
    assert!(matches!(
        inner.failure(CheckKind::Parts),
        Some(Failure::Part(_, inner)) if **inner == Failure::OtherKind
    ));
}

#[test]
fn what_makes_no_record_is_not_signed() {
    let refused = |change: &dyn Fn(&mut ClrCredential)| {
        let mut record = examples::record(2).unwrap();
        change(&mut record);
        match sign(&record, &examples::key(), &method(), examples::moment()) {
            Err(Error::Emit(error)) => Some(error),
            _ => None,
        }
    };
    assert_eq!(refused(&|_| ()), None);
    assert_eq!(
        refused(&|r| r.credential_subject.verifiable_credential.clear()),
        Some(EmitError::NoParts)
    );
    assert_eq!(
        refused(&|r| {
            r.credential_subject.id = None;
            r.credential_subject.identifier.clear();
        }),
        Some(EmitError::NoRecipient)
    );
    let unsigned = examples::part(2).unwrap();
    let text = serde_json::to_string(&unsigned).unwrap();
    assert_eq!(
        refused(&|r| r.credential_subject.verifiable_credential[1] = Part::of(&text).unwrap()),
        Some(EmitError::UnsignedPart(unsigned.id.clone()))
    );
    let [one, two] = [1, 2].map(|n| format!("https://badges.example/badges/part/{n}"));
    let also = |kind, source: &str, target: &str| {
        let more = Association::new(kind, source, target);
        refused(&move |r| r.credential_subject.association.push(more.clone()))
    };
    let elsewhere = "https://x.example/other";
    assert_eq!(
        also(AssociationType::Precedes, &one, elsewhere),
        Some(EmitError::UnknownAchievement(elsewhere.into()))
    );
    assert!(matches!(
        also(AssociationType::IsParentOf, &two, &one),
        Some(EmitError::Circle(_))
    ));
    assert_eq!(also(AssociationType::Precedes, &two, &one), None);
    let signed = attach(
        &examples::record(2).unwrap(),
        &examples::key(),
        &method(),
        examples::moment(),
    )
    .unwrap();
    assert!(matches!(
        sign(&signed, &examples::key(), &method(), examples::moment()),
        Err(Error::AlreadySigned)
    ));
}

#[test]
fn a_record_of_another_writer_is_read_by_the_processor_and_is_as_good() {
    // One proof, and not a list of one: the same statements in a form that is not ours.
    let mut document: Value = serde_json::from_str(PUBLISHED).unwrap();
    let part = &mut document["credentialSubject"]["verifiableCredential"][0];
    let proof = part["proof"][0].clone();
    part["proof"] = proof;
    assert!(serde_json::from_value::<ClrCredential>(document.clone()).is_err());
    let verdict = verify(document.to_string().as_bytes(), &published_web(), now());
    assert!(verdict.is_valid(), "{verdict:?}");
}

#[test]
fn whether_there_is_more_is_signed_as_json_ld_js_reads_it() {
    let mut record = examples::record(2).unwrap();
    for (partial, line) in [
        (None, None),
        (Some(true), Some("\"true\"^^<xsd:boolean> .")),
        (Some(false), Some("\"false\"^^<xsd:boolean> .")),
    ] {
        record.partial = partial;
        let canonical = record.canonical().unwrap();
        let told = canonical.lines().find_map(|line| {
            let (_, value) =
                line.split_once(" <https://purl.imsglobal.org/spec/vc/clr/vocab.html#partial> ")?;
            Some(value)
        });
        assert_eq!(told, line);
    }
}
