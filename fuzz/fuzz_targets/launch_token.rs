//! Any text as a token, and any text as the claims of a token that is well signed: refused or let in, never a panic.
#![no_main]

mod platform;

use libfuzzer_sys::fuzz_target;
use platform::PLATFORM;

fuzz_target!(|text: &str| {
    assert!(PLATFORM.verify(text).is_err(), "an unsigned token was let in");
    let _ = PLATFORM.verify(&PLATFORM.sign(text));
    // What is valid JSON is laid over a good launch, so that single claims are varied.
    let mut claims = PLATFORM.claims();
    if let (Ok(serde_json::Value::Object(changes)), Some(known)) = (serde_json::from_str(text), claims.as_object_mut()) {
        known.extend(changes);
        let _ = PLATFORM.verify(&PLATFORM.sign(&claims.to_string()));
    }
});
