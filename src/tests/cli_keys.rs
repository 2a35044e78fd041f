//! `cairn keys`, as those who run the program meet it.

use crate::tests::cli::{add_platform, cairn, done, failed};

/// The institution in a list of keys.
fn institution(keys: &str) -> String {
    let line = keys.lines().find(|line| line.contains("did:web:")).unwrap();
    line.split("   did:").next().unwrap().to_owned()
}

/// The keys that sign documents, in a list of keys.
fn signing(keys: &str) -> Vec<String> {
    let lines = keys.lines().filter(|line| line.contains("signing key Ed25519"));
    lines
        .map(|line| line.split_whitespace().nth(3).unwrap().to_owned())
        .collect()
}

#[test]
fn it_lists_its_keys_and_prints_nothing_private() {
    let folder = tempfile::tempdir().unwrap();
    add_platform(folder.path());
    let keys = done(folder.path(), &["keys", "list"]);
    assert!(keys.starts_with("tool key      RS256 "), "{keys}");
    assert!(
        keys.contains("did:web:") && keys.contains("signing key Ed25519  z6Mk"),
        "{keys}"
    );
    assert!(keys.contains("signing key ES256    zDn"), "{keys}");
    assert!(!keys.contains("PRIVATE"), "{keys}");
    assert_eq!(keys, done(folder.path(), &["keys", "list"]), "they stay the same");
}

#[test]
fn a_key_is_rotated_by_name_and_the_old_one_stays_known() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    add_platform(folder);
    let before = done(folder, &["keys", "list"]);
    let institution = institution(&before);
    let [first] = signing(&before).try_into().unwrap();
    let (_, err) = failed(cairn(folder).args(["keys", "rotate", "--institution", "Nowhere College"]));
    assert!(
        err.contains("There is no institution “Nowhere College”") && err.contains(&institution),
        "{err}"
    );
    let rotated = done(folder, &["keys", "rotate", "--institution", &institution]);
    let after = signing(&rotated);
    assert_eq!(after.len(), 2, "{rotated}");
    assert!(after.contains(&first), "{rotated}");
    assert!(!rotated.contains("PRIVATE"), "{rotated}");
    assert_eq!(rotated, done(folder, &["keys", "list"]), "they stay the same");
}

#[test]
fn a_key_is_withdrawn_after_a_review_and_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    add_platform(folder);
    let before = done(folder, &["keys", "list"]);
    let institution = institution(&before);
    let [stolen] = signing(&before).try_into().unwrap();
    let (_, err) = failed(cairn(folder).args([
        "keys",
        "withdraw",
        "--institution",
        &institution,
        "--key",
        "z6MkNone",
    ]));
    assert!(
        err.contains("has no such key") && err.contains("cairn keys list"),
        "{err}"
    );
    let asked = [
        "keys",
        "withdraw",
        "--institution",
        &institution,
        "--key",
        &stolen,
    ];
    let review = done(folder, &asked);
    for said in [
        "sign 0 badges anew",
        "let a new key sign from now on",
        "Nothing was done. Say --yes to do it",
    ] {
        assert!(review.contains(said), "{said} in {review}");
    }
    assert_eq!(done(folder, &["keys", "list"]), before);
    let sure = [&asked[..], &["--reason", "A laptop was stolen.", "--yes"]].concat();
    let after = done(folder, &sure);
    assert!(after.contains("Signed 0 badges anew."), "{after}");
    assert!(after.contains(&format!("{stolen}   withdrawn")), "{after}");
    assert_eq!(signing(&after).len(), 2, "a new one signs: {after}");
    // A run that was stopped in the middle is ended by the next.
    let again = done(folder, &sure);
    assert!(again.contains("It is withdrawn already."), "{again}");
    assert_eq!(signing(&again), signing(&after));
}
