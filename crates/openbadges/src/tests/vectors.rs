//! Credentials that JavaScript libraries signed: the same bytes, a good signature, and none after any change.

use serde_json::Value;

use crate::credential::{EndorsementCredential, OpenBadgeCredential, Proof};
use crate::proof::{Signable, canonical_config, verifies};
use crate::status::StatusListCredential;
use crate::{jsonld, multibase};

struct Vector {
    name: &'static str,
    json: &'static str,
    document: &'static str,
    config: &'static str,
}

macro_rules! vector {
    ($name:literal) => {
        Vector {
            name: $name,
            json: include_str!(concat!("../../vectors/", $name, ".json")),
            document: include_str!(concat!("../../vectors/", $name, ".doc.nq")),
            config: include_str!(concat!("../../vectors/", $name, ".proof.nq")),
        }
    };
}

const BADGES: [Vector; 6] = [
    vector!("badge"),
    vector!("badge-endorsed"),
    vector!("byid"),
    vector!("credits"),
    vector!("full"),
    vector!("small"),
];

fn key_of(proof: &Proof) -> ed25519_dalek::VerifyingKey {
    multibase::decode_key(proof.verification_method.rsplit_once('#').unwrap().1).unwrap()
}

#[test]
fn every_badge_is_reproduced_to_the_byte_and_verifies() {
    for vector in BADGES {
        let badge: OpenBadgeCredential = serde_json::from_str(vector.json).unwrap();
        assert_eq!(badge.canonical().unwrap(), vector.document, "{}", vector.name);
        assert_eq!(
            canonical_config(&badge.proof[0]).unwrap(),
            vector.config,
            "{}",
            vector.name
        );
        assert!(verifies(&badge, &key_of(&badge.proof[0])), "{}", vector.name);
        for endorsement in &badge.endorsement {
            assert!(
                verifies(endorsement, &key_of(&endorsement.proof[0])),
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn an_endorsement_is_reproduced_to_the_byte_and_verifies() {
    let vector = vector!("endorsement");
    let endorsement: EndorsementCredential = serde_json::from_str(vector.json).unwrap();
    assert_eq!(endorsement.canonical().unwrap(), vector.document);
    assert_eq!(canonical_config(&endorsement.proof[0]).unwrap(), vector.config);
    assert!(verifies(&endorsement, &key_of(&endorsement.proof[0])));
}

#[test]
fn a_status_list_verifies() {
    let list: StatusListCredential =
        serde_json::from_str(include_str!("../../vectors/status-list.json")).unwrap();
    assert!(verifies(&list, &key_of(&list.proof[0])));
}

#[test]
fn the_json_is_written_as_it_was_read() {
    for vector in BADGES {
        let badge: OpenBadgeCredential = serde_json::from_str(vector.json).unwrap();
        let published: Value = serde_json::from_str(vector.json).unwrap();
        assert_eq!(
            serde_json::to_value(&badge).unwrap(),
            published,
            "{}",
            vector.name
        );
    }
}

#[test]
fn a_json_ld_processor_gives_the_same_bytes() {
    for vector in BADGES {
        let mut document: Value = serde_json::from_str(vector.json).unwrap();
        document.as_object_mut().unwrap().remove("proof");
        let quads = jsonld::quads(&document).unwrap();
        assert_eq!(
            crate::canon::canonicalize(&quads),
            vector.document,
            "{}",
            vector.name
        );
    }
}

/// Pointers to every string, number and boolean of a document.
pub(crate) fn leaves(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                leaves(
                    value,
                    &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                    into,
                );
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &format!("{at}/{index}"), into);
            }
        }
        Value::Null => {}
        _ => into.push(at.to_owned()),
    }
}

/// Another value of the same kind that is still well-formed in its place.
pub(super) fn tampered(value: &Value) -> Value {
    match value {
        Value::Bool(value) => Value::Bool(!value),
        Value::Number(_) => serde_json::json!(4.25),
        Value::String(text) if chrono::DateTime::parse_from_rfc3339(text).is_ok() => {
            let later =
                chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc() + chrono::TimeDelta::seconds(1);
            Value::String(later.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
        }
        Value::String(text) if text.parse::<u32>().is_ok() => Value::String(format!("1{text}")),
        Value::String(text) => Value::String(format!("{text}0")),
        other => other.clone(),
    }
}

#[test]
fn no_member_can_be_changed_without_breaking_the_signature() {
    for vector in BADGES {
        let published: Value = serde_json::from_str(vector.json).unwrap();
        let original: OpenBadgeCredential = serde_json::from_str(vector.json).unwrap();
        let key = key_of(&original.proof[0]);
        let mut places = Vec::new();
        leaves(&published, "", &mut places);
        let mut changed = 0;
        for place in places {
            let mut document = published.clone();
            let value = document.pointer_mut(&place).unwrap();
            let other = tampered(value);
            assert_ne!(*value, other);
            *value = other;
            // What the typed model cannot read is refused before a signature is looked at.
            if let Ok(badge) = serde_json::from_value::<OpenBadgeCredential>(document) {
                changed += 1;
                assert!(!verifies(&badge, &key), "{}: {place} can be changed", vector.name);
            }
        }
        assert!(changed > 10, "{}", vector.name);
    }
}

#[test]
fn no_member_can_be_left_out_without_breaking_the_signature() {
    for vector in BADGES {
        let published: Value = serde_json::from_str(vector.json).unwrap();
        let original: OpenBadgeCredential = serde_json::from_str(vector.json).unwrap();
        let key = key_of(&original.proof[0]);
        for place in [
            "",
            "/issuer",
            "/credentialSubject",
            "/credentialSubject/achievement",
            "/evidence/0",
        ] {
            let Some(Value::Object(members)) = published.pointer(place) else {
                continue;
            };
            for name in members.keys() {
                let mut document = published.clone();
                document
                    .pointer_mut(place)
                    .unwrap()
                    .as_object_mut()
                    .unwrap()
                    .remove(name);
                if let Ok(badge) = serde_json::from_value::<OpenBadgeCredential>(document) {
                    assert!(
                        !verifies(&badge, &key),
                        "{}: {place}/{name} can be left out",
                        vector.name
                    );
                }
            }
        }
    }
}
