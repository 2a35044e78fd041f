//! Random credentials: our quads are those of a JSON-LD processor for the same JSON.

use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use crate::canon::canonicalize;
use crate::credential::OpenBadgeCredential;
use crate::jsonld;
use crate::proof::{Signable, attach, verifies};
use crate::testing::strategies::badge;

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
