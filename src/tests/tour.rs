//! The guided tour in both flavours, on each database: what `cairn demo --tour` does.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use crate::demo::tour::{Place, TourError};
use crate::demo::{places, tour};
use crate::store::testing::TestDatabase;
use practice_lms::browser::{Browser, Page};

use crate::tests::harness::{Scene, on_each_database};

#[test]
fn the_tour_walks_from_a_new_badge_to_a_revoked_one_and_leaves_every_form() {
    on_each_database(|scene| async move {
        let folder = tempfile::tempdir().unwrap();
        let places = places(&scene.cairn, &scene.moodle, &scene.canvas).await.unwrap();
        let said = std::cell::RefCell::new(String::new());
        let say = |line: &str| {
            let mut said = said.borrow_mut();
            said.push_str(line);
            said.push('\n');
        };
        let walked = tour::walk(&places, folder.path(), &say).await;
        let entries = walked.unwrap_or_else(|error| panic!("{}\n{error}", said.borrow()));
        for lms in ["Moodle", "Canvas"] {
            let native = format!("the decision says that the grade was read from {lms}");
            assert!(said.borrow().contains(&native), "{native}: {}", said.borrow());
        }
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
        for (flavour, form) in [
            ("moodle", "clr.json"),
            ("canvas", "clr.json"),
            ("moodle", "clr.jwt"),
        ] {
            let record = entries
                .iter()
                .find(|entry| entry.flavour == flavour && entry.form == form);
            let file = &record.unwrap_or_else(|| panic!("{flavour} {form}")).file;
            assert!(
                std::fs::metadata(folder.path().join(file)).unwrap().len() > 5_000,
                "{file} holds two badges"
            );
        }
        // A programme over both LMSs, with a badge of either in its record.
        let bytes = std::fs::read(folder.path().join("moodle-ada-programme.clr.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let parts = record["credentialSubject"]["verifiableCredential"]
            .as_array()
            .unwrap();
        let whose: Vec<String> = parts
            .iter()
            .map(|part| part["credentialSubject"]["id"].to_string())
            .collect();
        assert_eq!(whose.len(), 3, "the programme and two badges");
        assert!(
            whose[1..].contains(&whose[0]) && whose[1] != whose[2],
            "{whose:?}"
        );
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
        let [moodle, canvas] = places(&scene.cairn, &scene.moodle, &scene.canvas).await.unwrap();
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

/// A program that ends with the test, however that ends.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The word that stands in the guide after that.
fn told(guide: &str, before: &str) -> String {
    let rest = guide
        .split_once(before)
        .unwrap_or_else(|| panic!("{before}: {guide}"))
        .1;
    rest.split_whitespace()
        .next()
        .unwrap()
        .trim_end_matches(':')
        .to_owned()
}

/// Does what the guide says, with what stands in it and nothing else.
async fn follow(guide: &str) {
    let [keys, back, door, beyond, lms] = [
        "a. Open ",
        "paste ",
        "console by ",
        "and open ",
        "the address is ",
    ]
    .map(|before| told(guide, before));
    let mut admin = Browser::new().unwrap();
    let entry = admin.get(&door).await.unwrap();
    let inside = send(&mut admin, &entry, "/admin/link/", &[("name", "Ada")]).await;
    assert!(
        inside.words().contains("You are signed in."),
        "{}",
        inside.words()
    );
    let page = admin.get(&beyond).await.unwrap();
    assert!(page.words().contains("not switched on"), "{}", page.words());
    let made = admin.get(&keys).await.unwrap();
    let wanted = [("redirect_uris", back.as_str()), ("includes", "1")];
    let made = send(&mut admin, &made, "/practice/admin/keys", &wanted)
        .await
        .text();
    let shown: Vec<&str> = made.split("<dd><code>").skip(1).collect();
    let [client_id, secret] = [0, 1].map(|at: usize| shown[at].split('<').next().unwrap());
    let lms = lms.trim_end_matches(';');
    let key = [("address", lms), ("client_id", client_id), ("secret", secret)];
    let saved = send(&mut admin, &page, "/key", &key).await;
    assert!(
        saved.words().contains("Saved and switched on"),
        "{}",
        saved.words()
    );
    let leaving = send(&mut admin, &saved, "/sign-in", &[]).await;
    let away = leaving.links("/login/oauth2/auth").remove(0);
    let asked = admin.get(&away).await.unwrap();
    let form = asked.form("/login/oauth2/accept").unwrap();
    let alex = form.option("user", "Alex Admin").unwrap();
    let agreed = admin.submit(&asked, &form, &[("user", alex)]).await.unwrap();
    assert!(agreed.words().contains("You agreed"), "{}", agreed.words());

    // The other one is on: what is left is to test it.
    let all = beyond.split_once("/beyond/").unwrap().0;
    let all = admin.get(all).await.unwrap();
    let moodle = admin
        .get(&all.link("Moodle at North Coast").unwrap())
        .await
        .unwrap();
    let moodle = moodle.links("/platforms/beyond/").remove(0);
    let moodle = admin.get(&moodle).await.unwrap();
    assert!(moodle.form("/test").is_ok(), "{}", moodle.words());
}

async fn send(browser: &mut Browser, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
    let form = page.form(action).unwrap();
    browser.submit(page, &form, fields).await.unwrap()
}

#[test]
fn the_guide_of_the_demo_says_with_every_value_how_grades_of_an_lms_come_to_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let child = Command::new(crate::tests::program::path())
        .args(["demo", "--ports", "0", "0", "0"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let guide = lines.by_ref().map(Result::unwrap);
    let guide: Vec<String> = guide.take_while(|line| !line.starts_with("Stop with")).collect();
    crate::app::block_on(follow(&guide.join("\n")));
}
