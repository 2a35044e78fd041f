//! Random credentials: our quads are those of a JSON-LD processor for the same JSON.

use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use crate::canon::canonicalize;
use crate::credential::{ClrCredential, OpenBadgeCredential};
use crate::jsonld;
use crate::proof::{Signable, attach, verifies};
use crate::testing::strategies::{badge, record};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn our_quads_are_those_of_a_json_ld_processor(badge in badge()) {
        let document = serde_json::to_value(&badge).unwrap();
        let quads = jsonld::quads(&document).unwrap();
        prop_assert_eq!(badge.canonical().unwrap(), canonicalize(&quads));
    }

    #[test]
    fn json_gives_the_same_credential_back(badge in badge()) {
        let text = serde_json::to_string(&badge).unwrap();
        let read: OpenBadgeCredential = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read.canonical().unwrap(), &badge.canonical().unwrap());
        prop_assert_eq!(read, badge);
    }

    #[test]
    fn what_is_signed_verifies_with_its_key_alone(badge in badge()) {
        let key = SigningKey::from_bytes(&[1; 32]);
        let signed = attach(&badge, &key, "did:web:x.example#key", badge.valid_from).unwrap();
        prop_assert!(verifies(&signed, &key.verifying_key()));
        prop_assert!(!verifies(&signed, &SigningKey::from_bytes(&[2; 32]).verifying_key()));
        prop_assert!(attach(&signed, &key, "did:web:x.example#key", badge.valid_from).is_err());
    }
}

proptest! {
    // Each has up to three badges in it.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn our_quads_of_a_record_are_those_of_a_json_ld_processor(mut record in record()) {
        // oxjsonld knows no term of the context of `ClrCredential` once that of `VerifiableCredential` is in force; `records` has it.
        record.partial = None;
        let document = serde_json::to_value(&record).unwrap();
        let quads = jsonld::quads(&document).unwrap();
        prop_assert_eq!(record.canonical().unwrap(), canonicalize(&quads));
    }

    #[test]
    fn a_signed_record_holds_its_parts_byte_by_byte_and_verifies(record in record()) {
        let key = SigningKey::from_bytes(&[1; 32]);
        let signed = attach(&record, &key, "did:web:x.example#key", record.valid_from).unwrap();
        prop_assert!(verifies(&signed, &key.verifying_key()));
        let text = serde_json::to_string(&signed).unwrap();
        for part in &record.credential_subject.verifiable_credential {
            prop_assert!(text.contains(part.as_str()));
        }
        let read: ClrCredential = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        for part in &read.credential_subject.verifiable_credential {
            prop_assert!(verifies(part.badge(), &SigningKey::from_bytes(&[5; 32]).verifying_key()));
        }
        prop_assert_eq!(read, signed);
    }
}
