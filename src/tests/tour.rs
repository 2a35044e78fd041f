//! The guided tour in both flavours, on each database: what `cairn demo --tour` does.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use crate::demo::tour::{Place, TourError};
use crate::demo::{places, tour};
use crate::store::testing::TestDatabase;

use crate::tests::harness::{Scene, on_each_database};

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
        // Whose each is, as the LMS knows them; the kit holds the hash against it.
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let students = world.students(world.courses()[0].id);
            for (expected, student) in [("valid", &students[0]), ("revoked", &students[1])] {
                let whose = format!("{}#{}", world.issuer(), student.sub);
                let of = |entry: &&tour::Entry| entry.flavour == flavour && entry.expected == expected;
                assert!(
                    entries.iter().filter(of).all(|entry| entry.recipient == whose),
                    "{whose}"
                );
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

/// Walks where something is not as it should be. The tour must end there, and claim nothing.
async fn ends(places: &[Place], say: &dyn Fn(&str)) -> TourError {
    let folder = tempfile::tempdir().unwrap();
    let ended = tour::walk(places, folder.path(), say).await;
    assert!(
        !folder.path().join("index.json").exists(),
        "an index of what did not hold"
    );
    ended.unwrap_err()
}

#[test]
fn a_tour_ends_at_the_first_step_that_does_not_hold() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let [moodle, canvas] = places(&scene.cairn, &scene.moodle, &scene.canvas);
        let quiet = |_: &str| {};

        let nowhere = Place {
            cairn: "http://127.0.0.1:1".to_owned(),
            ..moodle.clone()
        };
        let ended = ends(&[nowhere], &quiet).await;
        assert!(matches!(ended, TourError::Unexpected { .. }), "{ended}");

        // Ten times as many students: "0 of 32" begins what the page says, and is not what it says.
        let world = scene.moodle.world();
        let at = world.courses()[0].id;
        world.grow(at, 318);
        let ended = ends(std::slice::from_ref(&moodle), &quiet).await.to_string();
        assert!(
            ended.contains("expected “0 of 32 students earn”") && ended.contains("0 of 320 students earn"),
            "{ended}"
        );

        let plug = |line: &str| {
            if line.contains("Check now reads") {
                scene.pull_the_plug();
            }
        };
        let ended = ends(&[canvas], &plug).await;
        assert!(matches!(ended, TourError::Browser { .. }), "{ended}");
        scene.end().await;
    });
}

#[test]
fn the_command_fails_and_names_the_step_when_its_tour_does_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("tour");
    let mut child = Command::new(crate::tests::program::path())
        .args(["demo", "--tour"])
        .arg(&index)
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("In the Moodle-like LMS")));
    // Nothing can be handed in where a file stands in the place of the folder.
    let kept = folder.path().join(format!("cairn-demo-{}/files", child.id()));
    std::fs::remove_dir_all(&kept).unwrap();
    std::fs::write(&kept, "in the way").unwrap();
    let said: Vec<String> = lines.map(Result::unwrap).collect();
    let mut problem = String::new();
    child.stderr.take().unwrap().read_to_string(&mut problem).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{said:?} {problem}");
    assert!(problem.contains("cairn: handing in: expected"), "{problem}");
    assert!(
        !said.iter().any(|line| line.contains("Everything held")),
        "{said:?}"
    );
    assert!(!index.join("index.json").exists());
}
