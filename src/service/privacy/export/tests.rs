//! Verifying archives that are as they should be, and over all that people could make of them.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::comparing::{Difference, Listed};
use super::manifest::{self, Manifest, ManifestProblem};
use super::verifying::{ArchiveError, Finding, Report, verify_archive};
use super::{badge_folder, file_name};
use crate::web::words::archives;
use openbadges::bake::bake_svg;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::{sign, testing::examples};

mod endorsed;
mod signers;

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
    assert!(report.has_sound_badges());
    assert_eq!(report.manifest, Manifest::Absent);
    assert!(!report.is_unchanged(), "nobody signed for what is in it");
}

const HEAD: &str =
    "folder,badge,name,email,id at the course site,awarded,valid until,revoked,reason,renewal\n";

/// The archive with a page, a list of holders and a signed manifest.
fn sealed(mut files: Vec<File>) -> Vec<File> {
    let until = (examples::moment() + TimeDelta::days(2)).to_rfc3339();
    let row = |folder: &str, until: &str, revoked: &str| {
        format!(
            "badges/{folder},Teamwork,Ada,ada@school.example,7,2025-09-01T00:00:00+00:00,{until},{revoked},,\n"
        )
    };
    let holders = [
        HEAD.to_owned(),
        row("a", "", ""),
        row("b", "", "2025-09-02T00:00:00+00:00"),
        row("c", &until, ""),
    ];
    files.push(("verify.html".into(), b"<p>Checks badges</p>".to_vec()));
    files.push(("holders.csv".into(), holders.concat().into_bytes()));
    signed(files)
}

fn sums(files: &[File]) -> String {
    let line = |(name, bytes): &File| manifest::line(name, &Sha256::digest(bytes).into());
    files.iter().map(line).collect()
}

/// What the issuer of the examples signs for, as the institution that it is.
fn contents(sums: &str, badges: u64) -> manifest::Contents<'_> {
    manifest::Contents {
        institution: [examples::issuer().unwrap().did().to_owned()].into(),
        sums,
        badges,
    }
}

fn signed(mut files: Vec<File>) -> Vec<File> {
    let sums = sums(&files);
    let issuer = examples::issuer().unwrap();
    let contents = contents(&sums, 3);
    let signature = manifest::sign(&issuer, &examples::key(), examples::moment(), contents).unwrap();
    files.push((manifest::SUMS.into(), sums.into_bytes()));
    files.push((manifest::SIGNATURE.into(), signature.into_bytes()));
    files
}

fn content<'a>(files: &'a mut [File], name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(known, _)| known == name).unwrap().1
}

#[test]
fn an_archive_as_it_was_packed_is_unchanged_and_says_who_signed_for_it() {
    let report = verified(packed(&sealed(files()))).unwrap();
    assert!(report.is_unchanged(), "{report:?}");
    let Manifest::Signed(by) = report.manifest else {
        panic!("{report:?}");
    };
    assert_eq!(by.issuer, "did:web:badges.example:issuers:abc");
    assert_eq!((by.at, by.files, by.badges), (examples::moment(), 9, 3));
    assert_eq!(by.institution, Some(BTreeSet::from([by.issuer.clone()])));
    let method = examples::issuer()
        .unwrap()
        .verification_method(&examples::key().verifying_key());
    assert_eq!(by.key, method);
}

/// What somebody may do to an archive, and what has to be said of it.
type Mutation = (fn(&mut Vec<File>), Difference);

#[test]
fn whatever_is_missing_added_changed_or_foreign_is_said() {
    let mutations: [Mutation; 9] = [
        (
            |files| files.retain(|(name, _)| name != "badges/a/badge.svg"),
            Difference::Missing("badges/a/badge.svg".into()),
        ),
        (
            |files| files.retain(|(name, _)| !name.starts_with("badges/c/")),
            Difference::Missing("badges/c/badge.json".into()),
        ),
        (
            |files| *content(files, "verify.html") = b"<p>Everything is valid</p>".to_vec(),
            Difference::Changed("verify.html".into()),
        ),
        (
            |files| *content(files, "README.txt") = b"Read this.".to_vec(),
            Difference::Changed("README.txt".into()),
        ),
        (
            |files| {
                let other = content(files, "badges/b/badge.json").clone();
                *content(files, "badges/a/badge.json") = other;
            },
            Difference::Changed("badges/a/badge.json".into()),
        ),
        (
            |files| {
                let other = content(files, "badges/b/badge.json").clone();
                files.push(("badges/a/zbadge.json".into(), other));
            },
            Difference::OtherBadge("badges/a/zbadge.json".into()),
        ),
        (
            |files| {
                let other = content(files, "badges/a/badge.json").clone();
                files.push(("badges/d/badge.json".into(), other));
            },
            Difference::Added("badges/d/badge.json".into()),
        ),
        (
            |files| {
                files.push((
                    "issuers/other/did.json".into(),
                    br#"{"id":"did:web:other.example"}"#.to_vec(),
                ))
            },
            Difference::Added("issuers/other/did.json".into()),
        ),
        (
            |files| files.push(("evidence/x/file.txt".into(), b"Mine".to_vec())),
            Difference::Added("evidence/x/file.txt".into()),
        ),
    ];
    for (mutate, said) in mutations {
        let mut files = sealed(files());
        mutate(&mut files);
        let report = verified(packed(&files)).unwrap();
        assert!(!report.is_unchanged(), "{said:?}");
        assert!(
            report.differences.contains(&said),
            "{said:?}: {:?}",
            report.differences
        );
    }
}

#[test]
fn sums_that_were_written_to_fit_do_not_hold() {
    let problem = |mutate: fn(&mut Vec<File>)| {
        let mut files = sealed(files());
        mutate(&mut files);
        let report = verified(packed(&files)).unwrap();
        assert!(!report.is_unchanged());
        report.manifest
    };
    let rewritten = problem(|files| {
        files.retain(|(name, _)| !name.starts_with("badges/c/") && !name.starts_with("SHA256SUMS."));
        let rest: Vec<File> = files
            .iter()
            .filter(|(name, _)| name != manifest::SUMS)
            .cloned()
            .collect();
        *content(files, manifest::SUMS) = sums(&rest).into_bytes();
        files.push(sealed(self::files()).pop().unwrap());
    });
    assert_eq!(rewritten, Manifest::Wrong(ManifestProblem::OtherSums));
    let by_another = problem(|files| {
        let key = SigningKey::from_bytes(&[9; 32]);
        let sums = String::from_utf8(content(files, manifest::SUMS).clone()).unwrap();
        let issuer = examples::issuer().unwrap();
        let signature = manifest::sign(&issuer, &key, examples::moment(), contents(&sums, 3)).unwrap();
        *content(files, manifest::SIGNATURE) = signature.into_bytes();
    });
    assert_eq!(by_another, Manifest::Wrong(ManifestProblem::UnknownKey));
    let claimed = problem(|files| {
        let at = content(files, manifest::SIGNATURE).len() - 10;
        let byte = &mut content(files, manifest::SIGNATURE)[at];
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    });
    assert_eq!(claimed, Manifest::Wrong(ManifestProblem::Signature));
    let counted = problem(|files| {
        let sums = String::from_utf8(content(files, manifest::SUMS).clone()).unwrap();
        let issuer = examples::issuer().unwrap();
        let contents = contents(&sums, 4);
        let signature = manifest::sign(&issuer, &examples::key(), examples::moment(), contents).unwrap();
        *content(files, manifest::SIGNATURE) = signature.into_bytes();
    });
    assert_eq!(counted, Manifest::Wrong(ManifestProblem::Counts));
    let garbage = problem(|files| *content(files, manifest::SIGNATURE) = b"signed, the issuer".to_vec());
    assert_eq!(garbage, Manifest::Wrong(ManifestProblem::Form));
    let gone = problem(|files| files.retain(|(name, _)| !name.starts_with("SHA256SUMS")));
    assert_eq!(gone, Manifest::Absent);
}

#[test]
fn the_list_of_holders_is_held_against_the_badges() {
    let listed = |from: &str, to: &str| {
        let mut files = sealed(files());
        files.truncate(files.len() - 2);
        let holders = String::from_utf8(content(&mut files, "holders.csv").clone()).unwrap();
        assert!(holders.contains(from), "{from}");
        *content(&mut files, "holders.csv") = holders.replacen(from, to, 1).into_bytes();
        let report = verified(packed(&signed(files))).unwrap();
        assert!(report.differences.is_empty() == report.is_unchanged());
        report.differences
    };
    let as_listed = |folder: &str, what| vec![Difference::ListedAs(format!("badges/{folder}"), what)];
    assert_eq!(
        listed("badges/a,Teamwork", "badges/a,'Teamwork"),
        [],
        "led by an apostrophe"
    );
    assert_eq!(
        listed("badges/a,Teamwork", "badges/a,Team work"),
        as_listed("a", Listed::Name)
    );
    assert_eq!(listed(",2025-09-03", ",2026-09-03"), as_listed("c", Listed::End));
    assert_eq!(
        listed(",,,,\n", ",,2025-09-02T00:00:00+00:00,,\n"),
        as_listed("a", Listed::Revoked)
    );
    assert_eq!(
        listed("badges/c,", "badges/d,"),
        [
            Difference::HeldNowhere("badges/d".into()),
            Difference::NotListed("badges/c".into())
        ]
    );
    assert_eq!(listed("folder,", "place,"), [Difference::Holders]);
}

#[test]
fn one_byte_of_one_badge_makes_the_check_fail() {
    let mut changed = files();
    let at = changed[3].1.iter().position(|byte| *byte == b'T').unwrap();
    changed[3].1[at] = b'U';
    let report = verified(packed(&changed)).unwrap();
    assert!(!report.has_sound_badges());
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
    for (missing, sentence) in [(1, "published key could not be fetched"), (2, "status list")] {
        let mut less = files();
        less.remove(missing);
        let report = verified(packed(&less)).unwrap();
        let Finding::Failed(why) = finding(&report, "badges/a/badge.json") else {
            panic!("{report:?}");
        };
        assert!(why.contains(sentence), "{why}");
        assert!(!report.has_sound_badges());
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
    assert!(!report.has_sound_badges());
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
    assert!(!report.has_sound_badges());
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
