//! The public verification: each refusal with its own reason.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use super::web::*;
use crate::credential::{EndorsementCredential, EndorsementSubject, OpenBadgeCredential, Profile};
use crate::did::IssuerIdentity;
use crate::jsonld::JsonLdError;
use crate::proof::attach;
use crate::status::StatusError;
use crate::testing::examples;
use crate::verify::{CheckKind, Failure, MAX_DOCUMENT, Outcome, verify, verify_file};

#[test]
fn what_cannot_be_read_is_refused() {
    let large = vec![b' '; MAX_DOCUMENT + 1];
    let failure = |bytes: &[u8]| {
        verify(bytes, &web(&[]), now())
            .failure(CheckKind::Readable)
            .cloned()
    };
    assert_eq!(failure(&large), Some(Failure::TooLarge(MAX_DOCUMENT)));
    assert!(matches!(failure(b"{"), Some(Failure::NotJson(_))));
    assert!(matches!(failure(&[b'['; 5_000]), Some(Failure::NotJson(_))));
    assert!(!verify(b"[]", &web(&[]), now()).is_valid());
    assert!(!verify(b"{}", &web(&[]), now()).is_valid());
}

/// Nothing is proven wrong of what is no badge, or cannot be read as one: nobody can say.
#[test]
fn what_is_no_badge_is_called_that_and_not_invalid() {
    let whole = signed(&badge()).to_string();
    let cut = String::from_utf8_lossy(&whole.as_bytes()[..whole.len() / 2]);
    let twice = whole.replacen("\"id\":", "\"id\":\"urn:x\",\"id\":", 1);
    let nothing = format!("{}.{}.AA", part("{\"alg\":\"ES256\"}"), part("{\"sub\":\"7\"}"));
    for (text, outcome, said) in [
        ("nonsense", Outcome::Unknown, "not a badge, or not a whole one"),
        (
            "Two. Sentences.",
            Outcome::Unknown,
            "not a badge, or not a whole one",
        ),
        ("a.b.c", Outcome::Unknown, "cannot be used"),
        ("", Outcome::Unknown, "not a badge"),
        (
            "{}",
            Outcome::Unknown,
            "nothing in it says that it is a credential",
        ),
        ("{\"name\":\"Ada\"}", Outcome::Unknown, "nothing in it says"),
        (
            "{\"id\":\"did:web:x\",\"verificationMethod\":[]}",
            Outcome::Unknown,
            "did.json",
        ),
        ("[1]", Outcome::Unknown, "no JSON object"),
        ("\"text\"", Outcome::Unknown, "no JSON object"),
        (
            nothing.as_str(),
            Outcome::Unknown,
            "a signed token that holds no badge",
        ),
        (
            "\n<!DOCTYPE html><title>A badge</title>",
            Outcome::Unknown,
            "it is a web page",
        ),
        ("%PDF-1.7", Outcome::Unknown, "it is a PDF"),
        (
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            Outcome::Unknown,
            "holds no Open Badges",
        ),
        (cut.as_ref(), Outcome::Unknown, "not a whole one"),
        (twice.as_str(), Outcome::Invalid, "says something twice"),
    ] {
        let verdict = verify_file(text.as_bytes(), &web(&[]), now());
        assert_eq!(verdict.outcome(), outcome, "{text}: {verdict:?}");
        assert_eq!(verdict.checks.len(), 1, "{text}: {verdict:?}");
        let sentence = verdict.checks[0].sentence();
        assert!(sentence.contains(said), "{text}: {sentence}");
    }
    // What says that it is a credential is judged as one, however little of it there is.
    for text in [
        "{\"credentialSubject\":{}}",
        "{\"type\":[\"VerifiableCredential\"]}",
        "{\"proof\":{}}",
    ] {
        let verdict = verify_file(text.as_bytes(), &web(&[]), now());
        assert_eq!(verdict.outcome(), Outcome::Invalid, "{text}: {verdict:?}");
    }
}

fn part(json: &str) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

#[test]
fn required_members_are_required() {
    let members = CheckKind::Members;
    assert_eq!(
        reason(members, |d| d["@context"][0] = json!("https://x.example")),
        Some(Failure::Context)
    );
    assert_eq!(
        reason(members, |d| d["type"] = json!(["VerifiableCredential"])),
        Some(Failure::OtherKind)
    );
    assert_eq!(
        reason(members, |d| d["type"] = json!(["OpenBadgeCredential"])),
        Some(Failure::WrongType("OpenBadgeCredential"))
    );
    assert_eq!(
        reason(members, |d| d["id"] = Value::Null),
        Some(Failure::Missing("id"))
    );
    assert_eq!(
        reason(members, |d| d["issuer"] = Value::Null),
        Some(Failure::Missing("issuer"))
    );
    let subject = "credentialSubject";
    assert_eq!(
        reason(members, |d| d[subject] = json!([])),
        Some(Failure::Missing(subject))
    );
    let achievement = |d: &mut Value, name: &str| d[subject]["achievement"][name] = Value::Null;
    assert_eq!(
        reason(members, |d| achievement(d, "name")),
        Some(Failure::Missing("name"))
    );
    let nobody = |d: &mut Value| {
        d[subject]["id"] = Value::Null;
        d[subject]["identifier"] = json!([]);
    };
    // Unusual and harmless: said, and no more than that.
    assert_eq!(reason(members, nobody), None);
    assert_eq!(
        reason(CheckKind::Period, |d| d["validFrom"] = json!("yesterday")),
        Some(Failure::Missing("validFrom"))
    );
}

#[test]
fn a_proof_has_one_form_only() {
    let proof = CheckKind::Proof;
    assert_eq!(reason(proof, |d| d["proof"] = json!([])), Some(Failure::NoProof));
    assert_eq!(
        reason(proof, |d| d["proof"][0]["cryptosuite"] = json!("eddsa-2022")),
        Some(Failure::UnknownProof)
    );
    let ed = json!("Ed25519Signature2020");
    assert_eq!(
        reason(proof, |d| d["proof"][0]["type"] = ed),
        Some(Failure::UnknownProof)
    );
    let purpose = json!("authentication");
    assert_eq!(
        reason(proof, |d| d["proof"][0]["proofPurpose"] = purpose),
        Some(Failure::Purpose)
    );
    assert_eq!(
        reason(proof, |d| d["proof"][0]["previousProof"] = json!("urn:x")),
        Some(Failure::ProofChain)
    );
    assert_eq!(
        reason(proof, |d| d["proof"][0]["proofValue"] = json!("zz")),
        Some(Failure::ProofValue)
    );
    let old = json!("2020-01-01T00:00:00Z");
    assert_eq!(
        reason(proof, |d| d["proof"][0]["expires"] = old),
        Some(Failure::ProofExpired)
    );
}

#[test]
fn the_key_has_to_be_the_issuers_own() {
    let key = CheckKind::Key;
    assert_eq!(
        reason(key, |d| d["issuer"]["id"] = json!("https://x.example")),
        Some(Failure::IssuerNotADid)
    );
    assert_eq!(
        reason(key, |d| d["issuer"]["id"] = json!("did:web:x.example")),
        Some(Failure::OtherController)
    );
    let unknown = json!(format!(
        "{}#z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH",
        issuer().did()
    ));
    assert_eq!(
        reason(key, |d| d["proof"][0]["verificationMethod"] = unknown),
        Some(Failure::UnknownKey)
    );

    let document = signed(&badge());
    let failure = |change: fn(&mut Value)| {
        let mut web = web(&[]);
        change(web.documents.get_mut(issuer().did()).unwrap());
        check(&document, &web).failure(CheckKind::Key).cloned()
    };
    assert_eq!(
        failure(|d| d["id"] = json!("did:web:x.example")),
        Some(Failure::OtherIdentity)
    );
    assert_eq!(
        failure(|d| d["assertionMethod"] = json!([])),
        Some(Failure::KeyNotForAssertion)
    );
    let controller = |d: &mut Value| d["verificationMethod"][0]["controller"] = json!("did:web:x.example");
    assert_eq!(failure(controller), Some(Failure::OtherController));
    let form = |d: &mut Value| d["verificationMethod"][0]["publicKeyMultibase"] = json!("z6Mk");
    assert_eq!(failure(form), Some(Failure::KeyForm));
    let nobody = check(&document, &Web::default());
    assert_eq!(nobody.failure(CheckKind::Key), Some(&Failure::IssuerUnavailable));
    assert_eq!(nobody.failure(CheckKind::Signature), Some(&Failure::NotChecked));
}

#[test]
fn undefined_members_are_refused_although_the_signature_would_hold() {
    let failure = reason(CheckKind::Terms, |d| d["credentialSubject"]["grade"] = json!("A"));
    assert!(matches!(failure, Some(Failure::Terms(JsonLdError::Undefined(_)))));
}

#[test]
fn a_status_entry_cannot_be_moved_out_of_sight() {
    let endorsement = EndorsementCredential {
        id: "urn:uuid:01990000-0000-7000-8000-00000000e000".to_owned(),
        name: "Endorsement".to_owned(),
        issuer: Profile {
            id: issuer().did().to_owned(),
            ..Profile::default()
        },
        valid_from: examples::moment(),
        credential_subject: EndorsementSubject {
            id: badge().id,
            ..EndorsementSubject::default()
        },
        ..EndorsementCredential::default()
    };
    let endorsement = attach(&endorsement, &examples::key(), &method(), examples::moment()).unwrap();
    let mut document = signed(&OpenBadgeCredential {
        endorsement: vec![endorsement],
        ..badge()
    });
    assert!(check(&document, &web(&[INDEX])).is_revoked());
    // The same statements about the same id, written where no reader looks for them.
    let status = document
        .as_object_mut()
        .unwrap()
        .remove("credentialStatus")
        .unwrap();
    let about = &mut document["endorsement"][0]["credentialSubject"];
    about["type"] = json!(["EndorsementSubject", "VerifiableCredential"]);
    about["credentialStatus"] = status;
    let verdict = check(&document, &web(&[INDEX]));
    assert_eq!(
        verdict.failure(CheckKind::Terms),
        Some(&Failure::Hidden("credentialStatus"))
    );
    assert!(!verdict.is_valid());
}

#[test]
fn a_status_that_cannot_be_looked_up_is_a_failure() {
    let document = signed(&badge());
    let url = issuer().status_url("1");
    let failure = |web: &Web| check(&document, web).failure(CheckKind::Status).cloned();

    let mut other = web(&[]);
    other.lists.clear();
    assert_eq!(failure(&other), Some(Failure::StatusUnavailable));
    other.lists.insert(url.clone(), b"nonsense".to_vec());
    assert!(matches!(failure(&other), Some(Failure::StatusListBad(_))));
    other.lists.insert(
        url.clone(),
        status_list(&issuer(), &SigningKey::from_bytes(&[9; 32]), &url, &[]),
    );
    assert_eq!(
        failure(&other),
        Some(Failure::StatusListBad(Box::new(Failure::UnknownKey)))
    );
    let elsewhere = issuer().status_url("2");
    other.lists.insert(
        url.clone(),
        status_list(&issuer(), &examples::key(), &elsewhere, &[]),
    );
    assert_eq!(failure(&other), Some(Failure::OtherStatusList));

    let stranger = IssuerIdentity::new("https://x.example", "x").unwrap();
    let key = examples::key();
    let identity = serde_json::to_value(stranger.document([&key.verifying_key()])).unwrap();
    other.documents.insert(stranger.did().to_owned(), identity);
    other
        .lists
        .insert(url.clone(), status_list(&stranger, &key, &url, &[]));
    assert_eq!(failure(&other), Some(Failure::OtherStatusList));

    let far = signed(&examples::full_badge(2_000_000).unwrap());
    let past = StatusError::PastTheEnd {
        index: 2_000_000,
        entries: 131_072,
    };
    assert_eq!(
        check(&far, &web(&[])).failure(CheckKind::Status),
        Some(&Failure::StatusList(past))
    );
    let size = reason(CheckKind::Status, |d| {
        d["credentialStatus"]["statusSize"] = json!(2);
    });
    assert_eq!(size, Some(Failure::UnknownStatus));
    let kind = reason(CheckKind::Status, |d| {
        d["credentialStatus"]["type"] = json!("RevocationList2020Status");
    });
    assert_eq!(kind, Some(Failure::UnknownStatus));
}
