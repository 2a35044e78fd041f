//! An archive that somebody else signed anew, with their keys in it, and archives of an institution whose DID changed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use openbadges::did::IssuerIdentity;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::{sign, testing::examples};
use sha2::{Digest as _, Sha256};

use super::{File, content, files, packed, sealed, sums, verified};
use crate::service::privacy::export::comparing::Difference;
use crate::service::privacy::export::manifest::{self, Manifest, ManifestProblem};
use crate::service::privacy::export::signer::{Known, Named, Outcome, outcome};
use crate::service::privacy::export::verifying::Report;

const OURS: &str = "did:web:badges.example:issuers:abc";
const THEIRS: &str = "did:web:elsewhere.example:issuers:xyz";

fn other() -> (IssuerIdentity, SigningKey) {
    let identity = IssuerIdentity::new("https://elsewhere.example", "xyz").unwrap();
    (identity, SigningKey::from_bytes(&[9; 32]))
}

/// The file with the keys of an issuer.
fn did_json(folder: &str, identity: &IssuerIdentity, key: &SigningKey) -> File {
    let document = identity.document(&[key.verifying_key()]);
    (
        format!("issuers/{folder}/did.json"),
        serde_json::to_vec(&document).unwrap(),
    )
}

/// The archive signed anew by that issuer, as one of these institutions.
fn signed_anew(mut files: Vec<File>, by: &(IssuerIdentity, SigningKey), institution: &[&str]) -> Vec<File> {
    files.retain(|(name, _)| !name.starts_with("SHA256SUMS"));
    let sums = sums(&files);
    let contents = manifest::Contents {
        institution: institution.iter().map(|did| (*did).to_owned()).collect(),
        sums: &sums,
        badges: 3,
    };
    let signature = manifest::sign(&by.0, &by.1, examples::moment(), contents).unwrap();
    files.push((manifest::SUMS.into(), sums.into_bytes()));
    files.push((manifest::SIGNATURE.into(), signature.into_bytes()));
    files
}

/// The archive with another README, and with the keys of the other institution.
fn tampered() -> Vec<File> {
    let mut files = sealed(files());
    *content(&mut files, "README.txt") = b"Ask us instead.".to_vec();
    let (identity, key) = other();
    files.push(did_json("xyz", &identity, &key));
    files
}

fn report(files: &[File]) -> Report {
    verified(packed(files)).unwrap()
}

fn named(all: &[&str]) -> Vec<Named> {
    all.iter().map(|one| one.parse().unwrap()).collect()
}

/// What it comes to for whoever named these: the signer and how far it is known, or nothing.
fn known(report: &Report, all: &[&str]) -> Option<(String, Known)> {
    match outcome(report, &named(all), false) {
        Outcome::Unchanged(signed, known) => Some((signed.issuer.clone(), known)),
        _ => None,
    }
}

#[test]
fn badges_of_ours_signed_for_by_another_institution_are_foreign_to_it() {
    let signed = signed_anew(tampered(), &other(), &[THEIRS]);
    let report = report(&signed);
    assert!(!report.is_unchanged());
    let Some(Difference::OtherIssuer(file, issuer)) = report.differences.first() else {
        panic!("{report:?}");
    };
    assert_eq!(issuer, OURS);
    assert!(
        file.starts_with("issuers/") || file.starts_with("status/"),
        "{file}"
    );
    assert_eq!(outcome(&report, &[], false), Outcome::Broken);
    assert_eq!(outcome(&report, &named(&[THEIRS]), false), Outcome::Broken);
}

#[test]
fn who_claims_to_be_both_institutions_is_refused_where_one_is_named_and_known_nowhere() {
    let signed = signed_anew(tampered(), &other(), &[THEIRS, OURS]);
    let report = report(&signed);
    assert!(report.is_unchanged(), "nothing inside can tell: {report:?}");
    assert_eq!(known(&report, &[]), Some((THEIRS.to_owned(), Known::Unknown)));
    let Outcome::OtherSigner(by) = outcome(&report, &named(&[OURS]), false) else {
        panic!("{report:?}");
    };
    assert_eq!(by.issuer, THEIRS);
}

#[test]
fn who_names_only_us_and_signs_as_another_proves_nothing() {
    let signed = signed_anew(tampered(), &other(), &[OURS]);
    let report = report(&signed);
    assert_eq!(report.manifest, Manifest::Wrong(ManifestProblem::NotItsIssuer));
    assert_eq!(outcome(&report, &named(&[OURS]), false), Outcome::Broken);
}

#[test]
fn a_key_of_somebody_else_in_our_own_did_json_is_told_by_naming_the_key() {
    let (ours, real) = (examples::issuer().unwrap(), examples::key());
    let (_, foreign) = other();
    let mut files = sealed(files());
    *content(&mut files, "README.txt") = b"Ask us instead.".to_vec();
    let both = ours.document(&[real.verifying_key(), foreign.verifying_key()]);
    *content(&mut files, "issuers/abc/did.json") = serde_json::to_vec(&both).unwrap();
    let signed = signed_anew(files, &(ours.clone(), foreign), &[OURS]);
    let report = report(&signed);
    assert_eq!(known(&report, &[OURS]), Some((OURS.to_owned(), Known::ByName)));
    let real = ours.verification_method(&real.verifying_key());
    assert_eq!(known(&report, &[&real]), None);
    let honest = self::report(&sealed(self::files()));
    assert_eq!(known(&honest, &[&real]), Some((OURS.to_owned(), Known::ByKey)));
    assert_eq!(
        known(&honest, &[THEIRS, OURS]),
        Some((OURS.to_owned(), Known::ByName))
    );
}

#[test]
fn another_key_under_the_name_of_ours_is_no_key() {
    let (ours, real) = (examples::issuer().unwrap(), examples::key());
    let (_, foreign) = other();
    let mut files = sealed(files());
    files.retain(|(name, _)| !name.starts_with("SHA256SUMS"));
    // The name of the real key, with the other one behind it.
    let method = ours.verification_method(&real.verifying_key());
    let document = String::from_utf8(content(&mut files, "issuers/abc/did.json").clone()).unwrap();
    let theirs = ours.document(&[foreign.verifying_key()]);
    let foreign_name = ours.verification_method(&foreign.verifying_key());
    let theirs = serde_json::to_string(&theirs)
        .unwrap()
        .replace(&foreign_name, &method);
    assert_ne!(theirs, document);
    *content(&mut files, "issuers/abc/did.json") = theirs.into_bytes();
    let sums = sums(&files);
    let payload = serde_json::json!({
        "iss": OURS, "iat": examples::moment().timestamp(), "files": files.len(), "badges": 3,
        "sha256": hex::encode(Sha256::digest(&sums)),
    });
    let signature = token(&method, &payload, &foreign);
    files.push((manifest::SUMS.into(), sums.into_bytes()));
    files.push((manifest::SIGNATURE.into(), signature.into_bytes()));
    assert_eq!(
        report(&files).manifest,
        Manifest::Wrong(ManifestProblem::UnknownKey)
    );
}

/// A signature as a program writes it that shares nothing with ours.
fn token(kid: &str, payload: &serde_json::Value, key: &SigningKey) -> String {
    let header = serde_json::json!({ "alg": "EdDSA", "kid": kid, "typ": "cairn-archive+jwt" });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(payload));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes());
    format!("{signed}.{signature}")
}

/// As versions packed it that did not say of which institution an archive is.
fn of_an_older_version(mut files: Vec<File>, by: &(IssuerIdentity, SigningKey)) -> Vec<File> {
    files.retain(|(name, _)| !name.starts_with("SHA256SUMS"));
    let sums = sums(&files);
    let payload = serde_json::json!({
        "iss": by.0.did(), "iat": examples::moment().timestamp(), "files": files.len(), "badges": 3,
        "sha256": hex::encode(Sha256::digest(&sums)),
    });
    let signature = token(&by.0.verification_method(&by.1.verifying_key()), &payload, &by.1);
    files.push((manifest::SUMS.into(), sums.into_bytes()));
    files.push((manifest::SIGNATURE.into(), signature.into_bytes()));
    files
}

#[test]
fn an_archive_that_names_no_institution_is_of_whoever_signed_it() {
    let ours = (examples::issuer().unwrap(), examples::key());
    let old = report(&of_an_older_version(sealed(files()), &ours));
    assert!(old.is_unchanged(), "{old:?}");
    let Manifest::Signed(signed) = &old.manifest else {
        panic!("{old:?}");
    };
    assert_eq!(signed.institution, None);
    assert_eq!(known(&old, &[OURS]), Some((OURS.to_owned(), Known::ByName)));
    let theirs = report(&of_an_older_version(tampered(), &other()));
    assert!(!theirs.is_unchanged(), "{theirs:?}");
}

#[test]
fn foreign_keys_and_lists_are_noticed_where_no_badge_needs_them() {
    let (identity, key) = other();
    let ours = (examples::issuer().unwrap(), examples::key());
    let method = identity.verification_method(&key.verifying_key());
    let url = identity.status_url("9");
    let list =
        StatusListCredential::revocation(&url, identity.did(), &Bitstring::default(), examples::moment());
    let list = sign(&list.unwrap(), &key, &method, examples::moment()).unwrap();
    let list = ("status/9.json".to_owned(), list.into_string().into_bytes());
    for foreign in [did_json("xyz", &identity, &key), list] {
        let mut files = sealed(files());
        let said = Difference::OtherIssuer(foreign.0.clone(), THEIRS.to_owned());
        files.push(foreign);
        let report = report(&signed_anew(files, &ours, &[OURS]));
        assert_eq!(report.differences, [said]);
    }
}

#[test]
fn badges_of_a_former_did_are_the_institutions_own() {
    let moved = (
        IssuerIdentity::new("https://moved.example", "abc").unwrap(),
        examples::key(),
    );
    let now = moved.0.did().to_owned();
    let mut files = sealed(files());
    files.push(did_json("abc/present", &moved.0, &moved.1));
    let report = report(&signed_anew(files, &moved, &[OURS, &now]));
    assert!(report.is_unchanged(), "{report:?}");
    assert_eq!(known(&report, &[&now]), Some((now.clone(), Known::ByName)));
    assert_eq!(known(&report, &[OURS]), None, "it was signed after the change");
    // One from before is of the former DID, and is told so.
    let before = self::report(&sealed(self::files()));
    assert_eq!(known(&before, &[&now]), None);
    assert_eq!(
        known(&before, &[&now, OURS]),
        Some((OURS.to_owned(), Known::ByName))
    );
}

#[test]
fn badges_alone_are_held_against_the_issuers_that_were_named() {
    let report = report(&files());
    let of = |all: &[&str]| {
        outcome(&report, &named(all), true) == Outcome::Badges(&report.badge_issuers, Known::ByName)
    };
    assert!(of(&[OURS]) && of(&[THEIRS, OURS]));
    assert_eq!(
        outcome(&report, &[], true),
        Outcome::Badges(&report.badge_issuers, Known::Unknown)
    );
    assert_eq!(
        outcome(&report, &named(&[THEIRS]), true),
        Outcome::OtherIssuer(OURS)
    );
    let with_key = named(&["did:web:badges.example:issuers:abc#z6Mk"]);
    assert_eq!(outcome(&report, &with_key, true), Outcome::NothingToCompare);
    assert_eq!(outcome(&report, &named(&[OURS]), false), Outcome::Broken);
}

#[test]
fn a_named_key_is_held_against_the_signature_that_is_there_also_where_badges_alone_count() {
    let (ours, key) = (examples::issuer().unwrap(), examples::key());
    let real = ours.verification_method(&key.verifying_key());
    let foreign = ours.verification_method(&other().1.verifying_key());
    let mut changed = sealed(files());
    *content(&mut changed, "README.txt") = b"Ask us instead.".to_vec();
    let mut wrong = sealed(files());
    *content(&mut wrong, manifest::SIGNATURE) = b"nothing".to_vec();
    let (changed, wrong) = (report(&changed), report(&wrong));
    let Manifest::Signed(by) = &changed.manifest else {
        panic!("{changed:?}");
    };
    assert!(changed.has_sound_badges() && !changed.is_unchanged());
    for both in [vec![real.as_str()], vec![foreign.as_str(), OURS]] {
        assert_eq!(
            outcome(&changed, &named(&both), true),
            Outcome::Broken,
            "{both:?}"
        );
    }
    assert_eq!(
        outcome(&changed, &named(&[&foreign]), true),
        Outcome::OtherSigner(by)
    );
    assert!(matches!(wrong.manifest, Manifest::Wrong(_)) && wrong.has_sound_badges());
    for one in [&real, &foreign] {
        assert_eq!(outcome(&wrong, &named(&[one]), true), Outcome::Broken);
    }
    // Whoever names no key looks at the badges alone, whatever was signed.
    for report in [&changed, &wrong] {
        let found = outcome(report, &named(&[OURS]), true);
        assert_eq!(found, Outcome::Badges(&report.badge_issuers, Known::ByName));
    }
}

#[test]
fn what_is_no_did_is_not_taken_for_one() {
    for text in [
        "",
        "abc",
        "https://badges.example",
        "did:web",
        "did:web:",
        "did::x",
        "did:web:x#",
    ] {
        assert!(text.parse::<Named>().is_err(), "{text}");
    }
    assert!("did:web:x.example%3A8443:issuers:a#z6Mk".parse::<Named>().is_ok());
}
