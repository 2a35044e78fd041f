//! What the fuzz targets `bake`, `verify` and `status` do, with random input in the normal run (`docs/fuzzing.md`).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::Value;

use super::web::*;
use crate::bake::{BakeError, bake_png, bake_svg, extract};
use crate::status::{Bitstring, MIN_ENTRIES, StatusError};
use crate::testing::pictures::grey;
use crate::verify::{CheckKind, verify};
use crate::{jwt, multibase, testing::examples};

/// Any JSON, with a good share of what means something in a credential.
fn any_json() -> impl Strategy<Value = Value> {
    let texts = prop_oneof![
        ".{0,20}",
        "(did:web:|did:key:z|https://|urn:uuid:|_:)[a-zA-Z0-9.:%#/-]{0,30}",
        "(VerifiableCredential|DataIntegrityProof|assertionMethod|20[0-9]{2}-0[1-9]-01T00:00:00Z)",
    ];
    strict_json::testing::any_json(texts, "(id|type|@id|@type|name|[a-zA-Z@:]{1,12})")
}

/// The members of a badge that decide about it, and one that has no meaning.
const MEMBERS: [&str; 14] = [
    "/@context",
    "/id",
    "/type",
    "/issuer",
    "/issuer/id",
    "/validFrom",
    "/credentialSubject",
    "/credentialSubject/achievement",
    "/credentialStatus",
    "/credentialStatus/statusListIndex",
    "/proof",
    "/proof/0/verificationMethod",
    "/proof/0/proofValue",
    "/evidence",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_baked_is_found_again_and_never_baked_a_second_time(
        credential in "\\{[^\\x00-\\x1f\\x7f]{0,60}\\}",
        inside in "(<g/>|<title>[a-z&;]{0,8}</title>|<!-- [a-z ]{0,9} -->|<g xmlns='urn:x'><a/></g>){0,4}",
    ) {
        let baked = bake_png(&grey(1), &credential).unwrap();
        prop_assert_eq!(extract(&baked), Ok(credential.clone()));
        prop_assert_eq!(bake_png(&baked, &credential), Err(BakeError::AlreadyBaked));
        // A title may hold what is no reference; such a drawing is refused.
        let drawing = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");
        if let Ok(baked) = bake_svg(&drawing, &credential) {
            prop_assert_eq!(extract(baked.as_bytes()), Ok(credential.clone()));
            prop_assert_eq!(bake_svg(&baked, &credential), Err(BakeError::AlreadyBaked));
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused_in_a_sentence(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let verdict = verify(&bytes, &web(&[]), now());
        prop_assert!(!verdict.is_valid());
        prop_assert!(verdict.checks.iter().all(|check| check.sentence().ends_with('.')));
        let _ = extract(&bytes);
    }

    #[test]
    fn a_badge_with_anything_in_it_is_valid_only_where_nothing_changed(
        place in proptest::sample::select(&MEMBERS[..]),
        value in any_json(),
    ) {
        let good = signed(&badge());
        let mut document = good.clone();
        if let Some(member) = document.pointer_mut(place) {
            *member = value;
        }
        let verdict = check(&document, &web(&[]));
        prop_assert!(!verdict.is_valid() || document == good, "{} {}", place, document);
    }

    #[test]
    fn a_token_with_anything_in_it_is_never_valid(header in any_json(), payload in any_json(), name in "[a-z]{2,4}") {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let key = examples::token_key().unwrap();
        let token = jwt::sign(&badge(), &key, &issuer().verification_method(key.verifying_key())).unwrap();
        let mut claims = jwt::read(token.as_bytes()).unwrap().payload().clone();
        claims[name] = payload.clone();
        for claims in [claims, payload] {
            let [head, body] = [&header, &claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
            let (_, signature) = token.as_str().rsplit_once('.').unwrap();
            let token = [head.as_str(), body.as_str(), signature].join(".");
            prop_assert!(!verify(token.as_bytes(), &web(&[]), now()).is_valid());
        }
    }

    #[test]
    fn anything_for_an_identity_or_a_status_list_is_no_help(identity in any_json(), list in any_json()) {
        let good = signed(&badge());
        let mut lists = web(&[]);
        lists.lists.insert(issuer().status_url("1"), list.to_string().into_bytes());
        let verdict = check(&good, &lists);
        prop_assert!(verdict.failure(CheckKind::Status).is_some());
        let mut identities = web(&[]);
        identities.documents.insert(issuer().did().to_owned(), identity);
        prop_assert!(check(&good, &identities).failure(CheckKind::Key).is_some());
    }

    #[test]
    fn a_packed_list_is_itself_or_refused_for_its_length(length in 0..2_500_000_usize, fill: u8) {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&vec![fill; length]).unwrap();
        let text = multibase::encode_base64url(&packer.finish().unwrap());
        match Bitstring::decode(&text) {
            Ok(bits) => prop_assert!(bits.as_bytes().len() == length && bits.as_bytes().iter().all(|byte| *byte == fill)),
            Err(StatusError::TooShort(entries)) => {
                prop_assert!(entries < MIN_ENTRIES && usize::try_from(entries).unwrap() == length * 8);
            }
            Err(error) => prop_assert!(error == StatusError::TooLong && length > 1 << 20, "{error:?}"),
        }
    }

    #[test]
    fn arbitrary_packed_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), gzip: bool) {
        let bytes = if gzip { [&[0x1f, 0x8b, 8, 0][..], &bytes].concat() } else { bytes };
        prop_assert!(Bitstring::decode(&multibase::encode_base64url(&bytes)).is_err());
    }
}
