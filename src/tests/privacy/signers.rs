//! Archives of an institution whose identity origin was changed, from before and from after.

use std::collections::BTreeSet;
use std::path::Path;

use super::{cairn, packed, said, unpacked, verified};
use crate::service::privacy::export::manifest::Manifest;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::Stage;

/// Packs the archive as a server with that identity origin does, and says the key that the command names.
fn exported(stage: &Stage, folder: &Path, name: &str, identity: &str) -> String {
    let data = stage.scene.folder.path().display().to_string();
    let variables = [
        ("CAIRN_DATA_DIR", data.as_str()),
        ("CAIRN_DATABASE_URL", stage.scene.database_url()),
        ("CAIRN_PUBLIC_ORIGIN", stage.scene.origin.as_str()),
        ("CAIRN_IDENTITY_ORIGIN", identity),
        ("CAIRN_ALLOW_HTTP_LOOPBACK", "true"),
    ];
    let institution = "North Coast Polytechnic";
    let asked = ["export", "--institution", institution, "--out", name];
    let written = cairn(folder, &asked, &variables);
    let printed = said(&written);
    assert!(written.status.success(), "{printed}");
    let key = printed
        .split("--issuer ")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    key.unwrap().to_owned()
}

#[test]
fn after_its_did_changed_an_institution_has_archives_of_both_that_verify() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        stage.earned().await;
        let folder = tempfile::tempdir().unwrap();
        let first = stage.scene.cairn.settings.identity();
        let former = exported(&stage, folder.path(), "before.zip", &first);
        let present = exported(&stage, folder.path(), "after.zip", "https://moved.example");
        assert!(present.starts_with("did:web:moved.example:issuers:"), "{present}");
        let did = |key: &str| key.split_once('#').unwrap().0.to_owned();
        let (former_did, present_did) = (did(&former), did(&present));

        let bytes = std::fs::read(folder.path().join("after.zip")).unwrap();
        let files = unpacked(&bytes);
        let kept = |end: &str| files.keys().filter(|name| name.ends_with(end)).count();
        assert_eq!((kept("/did.json"), kept("/former-0/did.json")), (2, 1));
        assert_eq!(kept("-former-0.json"), 1, "{:?}", files.keys());
        let report = verified(&bytes, &stage.scene);
        assert!(report.is_unchanged(), "{report:?}");
        assert_eq!(report.badge_issuers, BTreeSet::from([former_did.clone()]));
        let Manifest::Signed(signed) = &report.manifest else {
            panic!("{report:?}");
        };
        assert_eq!(signed.issuer, present_did);
        let both = BTreeSet::from([former_did.clone(), present_did.clone()]);
        assert_eq!(signed.institution, Some(both));

        stage.scene.end().await;
        let checked = |name: &str, issuers: &[&String]| {
            let mut arguments = vec!["verify-archive", name];
            for one in issuers {
                arguments.extend(["--issuer", one.as_str()]);
            }
            let output = cairn(folder.path(), &arguments, &[]);
            (output.status.code(), said(&output))
        };
        for (name, issuers, code) in [
            ("before.zip", vec![&former], 0),
            ("before.zip", vec![&present, &former], 0),
            ("before.zip", vec![&former_did], 3),
            ("before.zip", vec![&present_did, &former_did], 3),
            ("before.zip", vec![&present], 1),
            ("before.zip", vec![], 3),
            ("after.zip", vec![&present], 0),
            ("after.zip", vec![&present_did], 3),
            ("after.zip", vec![&former_did], 1),
            ("after.zip", vec![], 3),
        ] {
            let (found, text) = checked(name, &issuers);
            assert_eq!(found, Some(code), "{name} {issuers:?}: {text}");
            assert_eq!(
                text.contains("which is not what --issuer names"),
                code == 1,
                "{text}"
            );
            assert_eq!(
                text.contains("Nothing in the archive can prove"),
                code == 3,
                "{text}"
            );
            assert_eq!(text.contains("--issuer DID#KEY"), code == 3, "{text}");
            assert!(!text.contains("sound"), "{text}");
        }
        let (code, text) = checked("after.zip", &[&"https://moved.example".to_owned()]);
        assert_eq!(code, Some(2), "{text}");
    });
}

#[test]
fn badges_alone_prove_nothing_of_who_packed_them_and_a_named_key_is_compared_where_one_signed() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        stage.earned().await;
        let folder = tempfile::tempdir().unwrap();
        let identity = stage.scene.cairn.settings.identity();
        let key = exported(&stage, folder.path(), "whole.zip", &identity);
        stage.scene.end().await;
        let (did, _) = key.split_once('#').unwrap();
        let other = format!("{did}#z6MkOther");
        let whole = unpacked(&std::fs::read(folder.path().join("whole.zip")).unwrap());
        let mut changed = whole.clone();
        changed.insert("README.txt".to_owned(), b"Ask us instead.".to_vec());
        let mut unsigned = whole;
        unsigned.retain(|name, _| !name.starts_with("SHA256SUMS"));
        for (name, files) in [("changed.zip", &changed), ("unsigned.zip", &unsigned)] {
            std::fs::write(folder.path().join(name), packed(files)).unwrap();
        }
        for (name, issuer, code, says) in [
            ("changed.zip", key.as_str(), 1, "The archive does not hold"),
            (
                "changed.zip",
                other.as_str(),
                1,
                "which is not what --issuer names",
            ),
            ("changed.zip", did, 3, "--issuer DID#KEY"),
            ("unsigned.zip", key.as_str(), 1, "Nobody signed for the files"),
            ("unsigned.zip", did, 3, "--issuer DID#KEY"),
        ] {
            let asked = ["verify-archive", name, "--badges-only", "--issuer", issuer];
            let output = cairn(folder.path(), &asked, &[]);
            let text = said(&output);
            assert_eq!(output.status.code(), Some(code), "{name} {issuer}: {text}");
            assert!(text.contains(says), "{name} {issuer}: {text}");
            assert_eq!(
                text.contains("Nobody signed for the files"),
                name == "unsigned.zip" && code == 1,
                "{text}"
            );
        }
    });
}
