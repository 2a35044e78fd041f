//! The guided tour in both flavours, on each database: what `cairn demo --tour` does.

use cairn::demo::{places, tour};

use crate::harness::on_each_database;

#[test]
fn the_tour_walks_from_a_new_badge_to_a_revoked_one_and_leaves_every_form() {
    on_each_database(|scene| async move {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&scene.cairn, &scene.moodle, &scene.canvas);
        let said = std::cell::RefCell::new(String::new());
        let say = |line: &str| {
            let mut said = said.borrow_mut();
            said.push_str(line);
            said.push('\n');
        };
        let walked = tour::walk(&places, folder.path(), &say).await;
        let entries = walked.unwrap_or_else(|error| panic!("{}\n{error}", said.borrow()));
        for flavour in ["moodle", "canvas"] {
            for form in ["json", "png", "svg"] {
                for expected in ["valid", "revoked"] {
                    let entry = entries.iter().find(|entry| {
                        entry.flavour == flavour && entry.form == form && entry.expected == expected
                    });
                    let file = &entry
                        .unwrap_or_else(|| panic!("{flavour} {form} {expected}"))
                        .file;
                    assert!(
                        std::fs::metadata(folder.path().join(file)).unwrap().len() > 1_000,
                        "{file}"
                    );
                }
            }
        }
        let index: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("index.json")).unwrap()).unwrap();
        assert_eq!(index.as_array().unwrap().len(), entries.len());
        let site = folder.path().join("site/issuers");
        let issuer = std::fs::read_dir(site).unwrap().next().unwrap().unwrap().path();
        assert!(issuer.join("did.json").is_file() && issuer.join("status").is_dir());
        scene.end().await;
    });
}
