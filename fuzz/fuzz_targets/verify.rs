//! Any bytes as a document or a token, and any JSON laid over a good badge: a verdict in sentences, never a panic, and
//! never valid under the name of an issuer that did not sign it.
#![no_main]

mod world;

use openbadges::verify::{Verdict, verify};
use openbadges::{canon, examples, jsonld};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use world::{WORLD, World};

fuzz_target!(|bytes: &[u8]| {
    let _ = judged(bytes, &WORLD);
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    genuine(&value);
    // As the identity document of the issuer.
    let mut world = World::new();
    for document in world.documents.values_mut() {
        document.clone_from(&value);
    }
    let _ = judged(WORLD.badge.to_string().as_bytes(), &world);
    // Laid over the badge, so that single members are varied.
    let mut badge = WORLD.badge.clone();
    if let (Value::Object(changes), Some(known)) = (value, badge.as_object_mut()) {
        known.extend(changes);
        genuine(&badge);
    }
});

fn judged(bytes: &[u8], world: &World) -> Verdict {
    let verdict = verify(bytes, world, examples::moment() + chrono::TimeDelta::days(1));
    assert!(verdict.checks.iter().all(|check| check.sentence().ends_with('.')));
    verdict
}

/// What is valid under the issuer's name says what the issuer signed, whatever its JSON looks like.
fn genuine(document: &Value) {
    let issuer = document["issuer"]["id"].as_str().or(document["issuer"].as_str());
    if judged(document.to_string().as_bytes(), &WORLD).is_valid()
        && issuer.is_some_and(|did| WORLD.documents.contains_key(did))
    {
        assert_eq!(
            statements(document),
            statements(&WORLD.badge),
            "forged: {document}"
        );
    }
}

fn statements(document: &Value) -> Option<String> {
    let mut document = document.clone();
    document.as_object_mut()?.remove("proof");
    Some(canon::canonicalize(&jsonld::quads(&document).ok()?))
}
