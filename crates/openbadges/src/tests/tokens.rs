//! The token form: made, read and verified; and each way of tampering with it refused for its own reason.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use p256::ecdsa::SigningKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::web::*;
use crate::credential::OpenBadgeCredential;
use crate::error::Error;
use crate::jwt::{self, Algorithm, JwtError};
use crate::keys::PublicKey;
use crate::testing::strategies;
use crate::verify::{CheckKind, Failure, Outcome, Remark, Verdict, verify};
use crate::{bake, testing::examples};

fn key() -> SigningKey {
    examples::token_key().unwrap()
}

fn public() -> PublicKey {
    key().verifying_key().into()
}

fn key_id() -> String {
    issuer().verification_method(public())
}

/// A web in which the issuer publishes both of its keys.
fn both(revoked: &[u32]) -> Web {
    let mut web = web(revoked);
    let ed = PublicKey::from(&examples::key().verifying_key());
    let document = serde_json::to_value(issuer().document([&ed, &public()])).unwrap();
    web.documents.insert(issuer().did().to_owned(), document);
    web
}

fn token_of(badge: &OpenBadgeCredential) -> String {
    jwt::sign(badge, &key(), &key_id()).unwrap().into_string()
}

/// Any header and payload, signed well with the issuer's own key.
fn forged(header: &Value, payload: &Value) -> String {
    use p256::ecdsa::signature::Signer as _;
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(header), encode(payload));
    let signature: p256::ecdsa::Signature = key().sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn header() -> Value {
    json!({ "alg": "ES256", "kid": key_id(), "typ": "JWT" })
}

fn payload() -> Value {
    jwt::read(token_of(&badge()).as_bytes())
        .unwrap()
        .payload()
        .clone()
}

fn checked(token: &str) -> Verdict {
    verify(token.as_bytes(), &both(&[]), now())
}

#[test]
fn our_token_passes_every_check_and_says_what_the_validator_wants() {
    let verdict = checked(&token_of(&badge()));
    assert!(verdict.is_valid(), "{verdict:?}");
    assert_eq!(verdict.checks.len(), 10);
    let token = token_of(&badge());
    let [header, payload] = [0, 1].map(|part| {
        let text = token.split('.').nth(part).unwrap();
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    });
    assert_eq!(header, json!({ "alg": "ES256", "kid": key_id(), "typ": "JWT" }));
    let document = serde_json::to_value(badge()).unwrap();
    assert_eq!(payload["iss"], document["issuer"]["id"]);
    assert_eq!(payload["jti"], document["id"]);
    assert_eq!(payload["sub"], document["credentialSubject"]["id"]);
    assert_eq!(payload["nbf"], examples::moment().timestamp());
    assert!(payload.get("exp").is_none() && payload.get("vc").is_none());
    for (name, value) in document.as_object().unwrap() {
        assert_eq!(&payload[name], value, "{name}");
    }
    assert_eq!(token_of(&badge()), token, "signing is deterministic");
}

#[test]
fn a_token_is_judged_by_the_status_list_and_the_calendar_like_its_json() {
    let token = token_of(&badge());
    assert!(verify(token.as_bytes(), &both(&[INDEX]), now()).is_revoked());
    let until = now() + chrono::TimeDelta::days(1);
    let token = token_of(&OpenBadgeCredential {
        valid_until: Some(until),
        ..badge()
    });
    assert!(verify(token.as_bytes(), &both(&[]), now()).is_valid());
    assert!(verify(token.as_bytes(), &both(&[]), until).is_expired());
}

#[test]
fn a_picture_carries_a_token_as_it_carries_json() {
    let token = token_of(&badge());
    let svg = bake::bake_svg("<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>", &token).unwrap();
    assert_eq!(bake::extract(svg.as_bytes()).unwrap(), token);
}

#[test]
fn no_byte_of_a_token_can_be_changed() {
    let token = token_of(&badge());
    let mut places = 0;
    for at in (0..token.len()).step_by(17) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(!checked(&changed).is_valid(), "byte {at}");
        places += 1;
    }
    assert!(places > 100);
    let (text, _) = token.rsplit_once('.').unwrap();
    assert!(!checked(&format!("{text}.{}", "A".repeat(86))).is_valid());
    assert!(!checked(&format!("{text}.")).is_valid(), "no signature at all");
}

#[test]
fn a_signature_that_cannot_be_decoded_is_a_broken_one_whoever_can_be_asked() {
    let token = token_of(&badge());
    let (message, _) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let short = token.get(..token.len() - 1).unwrap();
    // The last letter of 64 bytes is one of A, Q, g and w; any other has bits that no byte takes.
    for text in [
        format!("{short}B"),
        format!("{short}!"),
        format!("{token}="),
        format!("{message}.!"),
        format!("{message}.\u{e4}"),
        format!("{message}."),
    ] {
        for web in [both(&[]), Web::default()] {
            let verdict = verify(text.as_bytes(), &web, now());
            let signature = verdict.failure(CheckKind::Signature);
            assert_eq!(signature, Some(&Failure::Signature), "{text}");
            assert_eq!(verdict.outcome(), Outcome::Invalid, "{text}");
        }
    }
    // What says nowhere that it is a badge is not proven wrong, nor is a token of another kind.
    for text in [
        format!("{header}!.{payload}.AA"),
        format!("{header}.{payload}!.AA"),
        format!("{header}.e30.!"),
        format!("{token}~"),
    ] {
        let verdict = checked(&text);
        assert_eq!(verdict.outcome(), Outcome::Unknown, "{text}: {verdict:?}");
        assert_eq!(verdict.checks.len(), 1);
    }
}

#[test]
fn a_signature_of_somebody_else_is_none() {
    let other = SigningKey::from_slice(&[9; 32]).unwrap();
    let token = jwt::sign(&badge(), &other, &key_id()).unwrap();
    let verdict = checked(token.as_str());
    assert_eq!(verdict.failure(CheckKind::Signature), Some(&Failure::Signature));
    let other_id = issuer().verification_method(other.verifying_key());
    let token = jwt::sign(&badge(), &other, &other_id).unwrap();
    let verdict = checked(token.as_str());
    assert_eq!(verdict.failure(CheckKind::Key), Some(&Failure::UnknownKey));
    let stranger = jwt::sign(&badge(), &other, "did:web:x.example#k").unwrap();
    let verdict = checked(stranger.as_str());
    assert_eq!(verdict.failure(CheckKind::Key), Some(&Failure::OtherController));
}

#[test]
fn a_header_cannot_bring_another_key_or_another_algorithm() {
    let failure = |kind, header: Value| checked(&forged(&header, &payload())).failure(kind).cloned();
    let with = |name: &str, value: Value| {
        let mut header = header();
        header[name] = value;
        header
    };
    let other = SigningKey::from_slice(&[9; 32]).unwrap();
    let jwk = |key: &SigningKey| serde_json::to_value(PublicKey::from(key.verifying_key()).jwk()).unwrap();
    assert_eq!(
        failure(CheckKind::Key, with("jwk", jwk(&other))),
        Some(Failure::OtherKey)
    );
    assert_eq!(failure(CheckKind::Key, with("jwk", jwk(&key()))), None);
    assert!(checked(&forged(&with("jwk", jwk(&key())), &payload())).is_valid());
    for alg in ["none", "HS256"] {
        let refused = Failure::Token(JwtError::Algorithm(alg.to_owned()));
        assert_eq!(failure(CheckKind::Proof, with("alg", json!(alg))), Some(refused));
        let verdict = checked(&forged(&with("alg", json!(alg)), &payload()));
        assert_eq!(verdict.outcome(), Outcome::Invalid);
    }
    let other_kind = checked(&forged(&with("alg", json!("ES512")), &payload()));
    assert_eq!(other_kind.outcome(), Outcome::Unknown, "{other_kind:?}");
    // A key that the header carries alone counts where the issuer publishes it, and nowhere else.
    let alone = |key: &SigningKey| json!({ "alg": "ES256", "jwk": jwk(key) });
    assert!(checked(&forged(&alone(&key()), &payload())).is_valid());
    assert_eq!(failure(CheckKind::Key, alone(&other)), Some(Failure::UnknownKey));
    let crit = Failure::Token(JwtError::HeaderMember("crit".to_owned()));
    assert_eq!(
        failure(CheckKind::Proof, with("crit", json!(["exp"]))),
        Some(crit)
    );
    // A P-256 key never verifies what is said to be EdDSA, nor an Ed25519 key what is said to be ES256.
    assert_eq!(
        failure(CheckKind::Key, with("alg", json!("EdDSA"))),
        Some(Failure::KeyKind)
    );
    assert_eq!(
        failure(CheckKind::Key, with("kid", json!(method()))),
        Some(Failure::KeyKind)
    );
    // Nor does a proof inside a document rest on a P-256 key.
    let mut document = signed(&badge());
    document["proof"][0]["verificationMethod"] = json!(key_id());
    let verdict = check(&document, &both(&[]));
    assert_eq!(verdict.failure(CheckKind::Key), Some(&Failure::KeyKind));
}

#[test]
fn a_token_with_eddsa_is_read_although_none_is_written() {
    let header = json!({ "alg": "EdDSA", "kid": method() });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&header), encode(&payload()));
    let signature = examples::key().sign(text.as_bytes());
    let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()));
    assert!(checked(&token).is_valid(), "{:?}", checked(&token));
    let (text, signature) = token.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    assert!(!checked(&format!("{text}.{turned}")).is_valid());
}

#[test]
fn each_claim_has_to_say_what_the_credential_says() {
    let until = now() + chrono::TimeDelta::days(1);
    let with_end = OpenBadgeCredential {
        valid_until: Some(until),
        ..badge()
    };
    let payload = jwt::read(token_of(&with_end).as_bytes())
        .unwrap()
        .payload()
        .clone();
    assert!(checked(&forged(&header(), &payload)).is_valid());
    let failure = |change: &dyn Fn(&mut Value)| {
        let mut changed = payload.clone();
        change(&mut changed);
        let verdict = checked(&forged(&header(), &changed));
        assert!(!verdict.is_valid());
        verdict.failure(CheckKind::Claims).cloned()
    };
    for (claim, value) in [
        ("iss", json!("did:web:x.example")),
        ("jti", json!("urn:uuid:1")),
        ("nbf", json!(0)),
        ("sub", json!("urn:uuid:2")),
        ("exp", json!(until.timestamp() + 1)),
    ] {
        let expected = Some(Failure::Token(JwtError::Claim(claim)));
        assert_eq!(failure(&|payload| payload[claim] = value.clone()), expected);
        assert_eq!(failure(&|payload| payload[claim] = json!({})), expected);
        let missing = |payload: &mut Value| drop(payload.as_object_mut().unwrap().remove(claim));
        assert_eq!(failure(&missing), expected, "{claim} missing");
    }
    let endless = |payload: &mut Value| drop(payload.as_object_mut().unwrap().remove("validUntil"));
    assert_eq!(failure(&endless), Some(Failure::Token(JwtError::Claim("exp"))));
    let point = |payload: &mut Value| payload["nbf"] = json!(examples::moment().timestamp() as f64);
    let mut pointed = payload.clone();
    point(&mut pointed);
    assert!(checked(&forged(&header(), &pointed)).is_valid());
    let legacy = |payload: &mut Value| payload["vc"] = json!({});
    assert_eq!(failure(&legacy), Some(Failure::Token(JwtError::LegacyClaim)));
}

#[test]
fn a_key_that_was_given_away_verifies_nothing() {
    let mut web = both(&[]);
    let document = web.documents.get_mut(issuer().did()).unwrap();
    document["verificationMethod"][1]["publicKeyJwk"]["d"] = json!("AA");
    let verdict = verify(token_of(&badge()).as_bytes(), &web, now());
    assert_eq!(verdict.failure(CheckKind::Key), Some(&Failure::KeyGivenAway));
    assert!(!verdict.is_valid());
}

#[test]
fn what_cannot_be_read_as_a_token_is_refused_in_its_own_words() {
    for (text, failure) in [
        ("a.b", JwtError::NotCompact),
        ("a.b.c=", JwtError::Base64("header")),
        ("e30.b.c", JwtError::Base64("payload")),
    ] {
        let verdict = checked(text);
        assert_eq!(
            verdict.failure(CheckKind::Readable),
            Some(&Failure::Token(failure))
        );
        assert_eq!(verdict.checks.len(), 1);
    }
    let twice = jwt::sign(&badge(), &key(), &key_id()).unwrap();
    assert!(jwt::read(twice.as_bytes()).is_ok());
    let signed = crate::proof::attach(&badge(), &examples::key(), &method(), examples::moment());
    let again = jwt::sign(&signed.unwrap(), &key(), &key_id());
    assert!(matches!(again, Err(Error::AlreadySigned)));
}

#[test]
fn a_member_without_meaning_is_told_of_in_a_token_whose_signature_covers_it() {
    let mut payload = payload();
    payload["credentialSubject"]["grade"] = json!("A");
    let token = forged(&header(), &payload);
    let verdict = checked(&token);
    assert!(verdict.is_valid(), "{verdict:?}");
    assert!(
        matches!(verdict.remarks.as_slice(), [Remark::Undefined(what)] if what.contains("grade")),
        "{verdict:?}"
    );
    // It cannot be changed either.
    payload["credentialSubject"]["grade"] = json!("B");
    let body = URL_SAFE_NO_PAD.encode(payload.to_string());
    let parts: Vec<&str> = token.split('.').collect();
    let changed = checked(&[parts[0], &body, parts[2]].join("."));
    assert_eq!(changed.failure(CheckKind::Signature), Some(&Failure::Signature));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_made_verifies_and_says_the_same(badge in strategies::badge()) {
        let token = jwt::sign(&badge, &key(), "did:web:x.example#key").unwrap();
        prop_assert!(jwt::is_compact(token.as_str()) && jwt::looks_like(token.as_bytes()));
        let read = jwt::read(token.as_bytes()).unwrap();
        let header = read.header().unwrap();
        prop_assert_eq!((header.algorithm, header.key_id.as_deref()), (Algorithm::Es256, Some("did:web:x.example#key")));
        prop_assert!(read.verifies(header.algorithm, &public().into()));
        prop_assert!(!read.verifies(Algorithm::EdDsa, &public().into()));
        let other = PublicKey::from(SigningKey::from_slice(&[9; 32]).unwrap().verifying_key());
        prop_assert!(!read.verifies(header.algorithm, &other.into()));
        prop_assert_eq!(read.claims_agree(), Ok(()));
        prop_assert_eq!(read.credential(), serde_json::to_value(&badge).unwrap());
        let back: OpenBadgeCredential = serde_json::from_value(read.credential()).unwrap();
        prop_assert_eq!(back, badge);
    }
}
