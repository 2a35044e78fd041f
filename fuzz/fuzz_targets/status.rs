//! Any bytes as a status list, whole and as its bits: unpacked within bounds or refused, never a panic; and a list that the
//! issuer did not sign says nothing about a badge.
#![no_main]

mod world;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openbadges::testing::examples;
use openbadges::status::{Bitstring, MIN_ENTRIES};
use openbadges::verify::{CheckKind, verify};
use libfuzzer_sys::fuzz_target;
use world::{WORLD, World};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for encoded in [text.into_owned(), format!("u{}", URL_SAFE_NO_PAD.encode(bytes))] {
        if let Ok(bits) = Bitstring::decode(&encoded) {
            assert!(bits.entries() >= MIN_ENTRIES && bits.as_bytes().len() <= 1 << 20);
            let again = Bitstring::decode(&bits.encode().expect("it packs"));
            assert_eq!(again.as_ref(), Ok(&bits));
        }
    }
    let mut world = World::new();
    if !world.lists.values().any(|own| own == bytes) {
        for list in world.lists.values_mut() {
            *list = bytes.to_vec();
        }
        let now = examples::moment() + chrono::TimeDelta::days(1);
        let verdict = verify(WORLD.badge.to_string().as_bytes(), &world, now);
        let failure = verdict.failure(CheckKind::Status);
        assert!(
            failure.is_some() && !verdict.is_revoked(),
            "believed: {failure:?}"
        );
    }
});
