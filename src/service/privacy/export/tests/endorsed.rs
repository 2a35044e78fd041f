//! What other bodies said of badges, in an archive: checked with the keys that are in it, and left where there are none.

use ed25519_dalek::SigningKey;
use openbadges::credential::{EndorsementCredential, EndorsementSubject, Profile, StatusEntry};
use openbadges::did::IssuerIdentity;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::{sign, testing::examples};

use super::{File, content, files, packed, sealed, verified};
use crate::service::privacy::export::verifying::{Finding, Report};

const PLACE: u32 = 7;

/// An archive with one endorsement, whose endorser took it back or did not, and has keys in it or has not.
fn endorsed(is_revoked: bool, has_keys: bool) -> Vec<File> {
    let key = SigningKey::from_bytes(&[9; 32]);
    let by = IssuerIdentity::new("https://badges.example", "employer-1").unwrap();
    let method = by.verification_method(&key.verifying_key());
    let document = EndorsementCredential {
        id: "https://badges.example/endorsements/1".to_owned(),
        name: "Endorsement of “Teamwork”".to_owned(),
        issuer: Profile {
            id: by.did().to_owned(),
            name: Some("Example Works".to_owned()),
            ..Profile::default()
        },
        valid_from: examples::moment(),
        credential_subject: EndorsementSubject {
            id: "https://badges.example/achievements/1".to_owned(),
            endorsement_comment: Some("We hire for this.".to_owned()),
            ..EndorsementSubject::default()
        },
        credential_status: Some(StatusEntry::revocation(&by.status_url("1"), PLACE)),
        ..EndorsementCredential::default()
    };
    let document = sign(&document, &key, &method, examples::moment()).unwrap();
    let mut bits = Bitstring::default();
    bits.set(PLACE, is_revoked).unwrap();
    let list = StatusListCredential::revocation(&by.status_url("1"), by.did(), &bits, examples::moment());
    let list = sign(&list.unwrap(), &key, &method, examples::moment()).unwrap();
    let keys = serde_json::to_vec(&by.document(&[key.verifying_key()])).unwrap();
    let mut files = files();
    files.push((
        "endorsements/one.json".into(),
        document.into_string().into_bytes(),
    ));
    if has_keys {
        files.push(("endorsers/employer-1/did.json".into(), keys));
        let list = list.into_string().into_bytes();
        files.push(("endorsers/employer-1/status.json".into(), list));
    }
    sealed(files)
}

fn found(files: &[File]) -> (Finding, Report) {
    let report = verified(packed(files)).unwrap();
    let [line] = report.endorsements.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!(line.name, "endorsements/one.json");
    (line.finding.clone(), report)
}

#[test]
fn an_endorsement_is_checked_with_the_keys_of_its_endorser_which_are_none_of_the_institution() {
    let as_of = Some(examples::moment());
    let (finding, report) = found(&endorsed(false, true));
    assert_eq!(finding, Finding::Verified { as_of });
    assert!(report.is_unchanged(), "{report:?}");
    assert_eq!(report.issuers, ["did:web:badges.example:issuers:abc"]);
    assert_eq!(report.badges.len(), 4, "it is no badge");
    let (finding, report) = found(&endorsed(true, true));
    assert_eq!(finding, Finding::Revoked { as_of });
    assert!(report.is_unchanged(), "{report:?}");
}

#[test]
fn an_endorsement_that_was_signed_elsewhere_is_left_and_a_changed_one_is_not() {
    let (finding, report) = found(&endorsed(false, false));
    assert_eq!(finding, Finding::Unchecked);
    assert!(report.is_unchanged(), "{report:?}");
    let mut changed = endorsed(false, true);
    let text = String::from_utf8(content(&mut changed, "endorsements/one.json").clone()).unwrap();
    let text = text.replace("We hire for this.", "We hire for that.");
    *content(&mut changed, "endorsements/one.json") = text.into_bytes();
    let (finding, report) = found(&changed);
    assert!(matches!(finding, Finding::Failed(_)), "{finding:?}");
    assert!(!report.has_sound_badges());
}
