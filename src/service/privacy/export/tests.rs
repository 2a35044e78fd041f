//! Verifying archives that are as they should be, and over all that people could make of them.

use std::io::{Cursor, Write as _};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::verifying::{ArchiveError, Finding, Report, verify_archive};
use super::{badge_folder, file_name};
use crate::web::words::archives;
use openbadges::bake::bake_svg;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::{sign, testing::examples};

type File = (String, Vec<u8>);

fn now() -> DateTime<Utc> {
    examples::moment() + TimeDelta::days(30)
}

/// A sound archive: badge 1 in two forms, badge 2 revoked, badge 3 expired.
fn files() -> Vec<File> {
    let (key, issuer) = (examples::key(), examples::issuer().unwrap());
    let method = issuer.verification_method(&key.verifying_key());
    let signed = |index: u32, until: Option<DateTime<Utc>>| {
        let mut badge = examples::full_badge(index).unwrap();
        badge.valid_until = until;
        sign(&badge, &key, &method, examples::moment())
            .unwrap()
            .into_string()
    };
    let mut bits = Bitstring::default();
    bits.set(2, true).unwrap();
    let list = StatusListCredential::revocation(
        &issuer.status_url("1"),
        issuer.did(),
        &bits,
        examples::moment() + TimeDelta::days(1),
    );
    let list = sign(&list.unwrap(), &key, &method, examples::moment())
        .unwrap()
        .into_string();
    let did = serde_json::to_vec(&issuer.document(&[key.verifying_key()])).unwrap();
    let first = signed(1, None);
    let svg = bake_svg("<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>", &first).unwrap();
    let expired = signed(3, Some(examples::moment() + TimeDelta::days(2)));
    vec![
        ("README.txt".into(), b"Read me.".to_vec()),
        ("issuers/abc/did.json".into(), did),
        ("status/1.json".into(), list.into_bytes()),
        ("badges/a/badge.json".into(), first.into_bytes()),
        ("badges/a/badge.svg".into(), svg.into_bytes()),
        ("badges/b/badge.json".into(), signed(2, None).into_bytes()),
        ("badges/c/badge.json".into(), expired.into_bytes()),
    ]
}

fn packed_as(files: &[File], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn packed(files: &[File]) -> Vec<u8> {
    packed_as(files, CompressionMethod::Deflated)
}

fn verified(bytes: Vec<u8>) -> Result<Report, ArchiveError> {
    verify_archive(Cursor::new(bytes), now())
}

fn finding<'a>(report: &'a Report, name: &str) -> &'a Finding {
    &report
        .badges
        .iter()
        .find(|line| line.name == name)
        .unwrap()
        .finding
}

#[test]
fn every_badge_is_verified_revoked_or_expired_as_of_the_date_of_its_list() {
    let report = verified(packed(&files())).unwrap();
    let as_of = Some(examples::moment() + TimeDelta::days(1));
    assert_eq!(
        finding(&report, "badges/a/badge.json"),
        &Finding::Verified { as_of }
    );
    assert_eq!(
        finding(&report, "badges/a/badge.svg"),
        &Finding::Verified { as_of }
    );
    assert_eq!(
        finding(&report, "badges/b/badge.json"),
        &Finding::Revoked { as_of }
    );
    assert!(matches!(
        finding(&report, "badges/c/badge.json"),
        Finding::Expired(_)
    ));
    assert_eq!(report.badges.len(), 4);
    assert_eq!(report.issuers, ["did:web:badges.example:issuers:abc"]);
    assert!(report.is_sound());
}

#[test]
fn one_byte_of_one_badge_makes_the_check_fail() {
    let mut changed = files();
    let at = changed[3].1.iter().position(|byte| *byte == b'T').unwrap();
    changed[3].1[at] = b'U';
    let report = verified(packed(&changed)).unwrap();
    assert!(!report.is_sound());
    assert!(matches!(
        finding(&report, "badges/a/badge.json"),
        Finding::Failed(_)
    ));
    assert!(matches!(
        finding(&report, "badges/a/badge.svg"),
        Finding::Verified { .. }
    ));

    // The same in the archive itself: the checksum tells.
    let mut bytes = packed_as(&files(), CompressionMethod::Stored);
    let needle = b"Group report";
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap();
    bytes[at] ^= 1;
    let report = verified(bytes).unwrap();
    let Finding::Failed(why) = finding(&report, "badges/a/badge.json") else {
        panic!("{report:?}");
    };
    assert!(why.contains("damaged"), "{why}");
}

#[test]
fn without_its_issuer_or_its_list_a_badge_is_not_verified() {
    for (missing, sentence) in [(1, "identity document"), (2, "status list")] {
        let mut less = files();
        less.remove(missing);
        let report = verified(packed(&less)).unwrap();
        let Finding::Failed(why) = finding(&report, "badges/a/badge.json") else {
            panic!("{report:?}");
        };
        assert!(why.contains(sentence), "{why}");
        assert!(!report.is_sound());
    }
}

#[test]
fn a_form_that_nobody_knows_is_not_passed_over() {
    let mut more = files();
    more.push(("badges/a/badge.jwt".into(), b"a.b.c".to_vec()));
    let report = verified(packed(&more)).unwrap();
    assert!(matches!(
        finding(&report, "badges/a/badge.jwt"),
        Finding::Failed(_)
    ));
    assert!(!report.is_sound());
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    for name in [
        "../evil",
        "/etc/passwd",
        "badges/../../x.json",
        "C:\\x",
        "a\\b",
        "badges//x",
        "./x",
    ] {
        let mut more = files();
        more.push((name.to_owned(), b"x".to_vec()));
        let error = verified(packed(&more)).unwrap_err();
        assert_eq!(error, ArchiveError::Name(name.to_owned()));
        assert!(archives::refused(&error).contains("Do not unpack it"));
    }
}

#[test]
fn the_same_name_twice_is_refused_whatever_its_letters() {
    let mut more = files();
    more.push(("Badges/A/badge.json".into(), b"x".to_vec()));
    assert_eq!(
        verified(packed(&more)).unwrap_err(),
        ArchiveError::Twice("Badges/A/badge.json".into())
    );
    // Exactly the same name, which no honest program writes.
    let mut more = files();
    more.push(("badges/a/badge.jsoX".into(), b"x".to_vec()));
    let mut bytes = packed(&more);
    let needle = b"badges/a/badge.jsoX";
    for at in 0..bytes.len() - needle.len() {
        if bytes[at..].starts_with(needle) {
            bytes[at + needle.len() - 1] = b'n';
        }
    }
    assert!(matches!(verified(bytes).unwrap_err(), ArchiveError::Twice(_)));
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let mut more = files();
    more.push(("badges/d/badge.json".into(), vec![b' '; 9 << 20]));
    assert_eq!(
        verified(packed(&more)).unwrap_err(),
        ArchiveError::TooLarge("badges/d/badge.json".into())
    );
    let mut more = files();
    for n in 0..3 {
        more.push((format!("evidence/{n}"), vec![0; 40 << 20]));
    }
    let bytes = packed(&more);
    assert!(bytes.len() < 200_000);
    assert!(matches!(verified(bytes).unwrap_err(), ArchiveError::Bomb(_)));
}

#[test]
fn what_is_no_archive_or_broke_off_is_refused() {
    let whole = packed(&files());
    let mut cut = whole.clone();
    cut.truncate(whole.len() - 30);
    let mut short = whole.clone();
    short.truncate(whole.len() / 2);
    for bytes in [Vec::new(), b"PK".to_vec(), b"no archive".repeat(100), cut, short] {
        let error = verified(bytes).unwrap_err();
        assert!(matches!(error, ArchiveError::NotAnArchive(_)), "{error}");
    }
    let mut no_badge = files();
    no_badge.truncate(3);
    assert_eq!(verified(packed(&no_badge)).unwrap_err(), ArchiveError::NoBadge);
    let mut twice = files();
    twice.push(("issuers/other/did.json".into(), twice[1].1.clone()));
    assert!(matches!(
        verified(packed(&twice)).unwrap_err(),
        ArchiveError::IssuerTwice(_)
    ));
}

#[test]
fn another_file_that_is_damaged_is_said() {
    let mut bytes = packed_as(&files(), CompressionMethod::Stored);
    let at = bytes.windows(8).position(|window| window == b"Read me.").unwrap();
    bytes[at] = b'L';
    let report = verified(bytes).unwrap();
    assert!(!report.is_sound());
    assert!(report.damaged[0].starts_with("README.txt: "), "{report:?}");
}

#[test]
fn file_names_lie_in_their_folder() {
    assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
    assert_eq!(file_name("CON: über.pdf"), "CON_ über.pdf");
    assert_eq!(file_name(" .. "), "file");
    let _ = badge_folder;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn one_changed_byte_anywhere_never_panics_and_never_invents_a_badge(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut bytes = packed(&files());
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(report) = verified(bytes) {
            for line in report.badges {
                let verified = matches!(line.finding, Finding::Verified { .. });
                prop_assert!(!verified || line.name.starts_with("badges/a/"), "{line:?}");
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verified(bytes).is_err());
    }
}
