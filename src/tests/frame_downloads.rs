//! Every file that a page in a frame of the LMS offers is saved by Chromium: it sends no partitioned cookie with a click on a
//! link that has the attribute `download`, so the header of the answer alone says that it is a file.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use practice_lms::CourseRole;
use serde_json::json;

use super::chromium::Chromium;
use super::frame::{enter_frame, link_page, open};
use super::guest::Guest;
use super::harness::Scene;
use super::showing::stage::Stage;
use crate::store::testing::TestDatabase;

/// Goes to a page of the course within the frame.
async fn go(chromium: &Chromium, address: &str, reads: &str) {
    enter_frame(chromium).await;
    let script = format!("location.href = '{address}'");
    chromium.driver.execute(script, Vec::new()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    enter_frame(chromium).await;
    chromium.reads(reads).await;
}

/// The names of what was saved whole.
fn saved(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let whole = files.filter(|file| file.metadata().is_ok_and(|data| data.len() > 0));
    let names = whole.map(|file| file.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| !name.ends_with(".crdownload") && !name.starts_with('.'))
        .collect()
}

/// Presses the link or button with these words, and finds the file that it saves.
async fn saves(chromium: &Chromium, folder: &Path, words: &str, ending: &str) {
    let before = saved(folder);
    let press = "const [words] = arguments;
        const all = [...document.querySelectorAll('main a, main button')];
        const found = all.find((one) => one.textContent.trim() === words);
        if (found) { found.closest('details')?.setAttribute('open', ''); found.click(); }
        return [Boolean(found), Boolean(found?.hasAttribute('download'))];";
    let pressed = chromium.driver.execute(press, vec![json!(words)]).await.unwrap();
    assert_eq!(pressed.json(), &json!([true, false]), "{words}");
    for _ in 0..150 {
        let new: Vec<String> = saved(folder).difference(&before).cloned().collect();
        if let [name] = new.as_slice() {
            assert!(name.ends_with(ending), "{words}: {name}");
            // Another file may be called the same.
            std::fs::remove_file(folder.join(name)).unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{words}: nothing was saved, there is {before:?}");
}

#[test]
fn every_download_in_a_cross_site_frame_is_saved() {
    crate::app::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let preferences = json!({
            "download": {"default_directory": folder.path(), "prompt_for_download": false},
            "profile": {"default_content_setting_values": {"automatic_downloads": 1}},
        });
        // What browsers that end third-party cookies let through: partitioned ones alone.
        let arguments = ["--test-third-party-cookie-phaseout"];
        let Some(chromium) = Chromium::with_preferences(&arguments, preferences).await else {
            return;
        };
        let allow = json!({"behavior": "allow", "downloadPath": folder.path()});
        let _ = chromium
            .driver
            .cdp()
            .send_raw("Browser.setDownloadBehavior", allow)
            .await;
        let stage = Stage::set(Scene::on(TestDatabase::sqlite()).await).await;
        let lms = &stage.scene.moodle;
        let (badge, award, _) = stage.earned().await;
        let mut teacher = Guest::open(lms, 0, "Teacher", "Project report").await;
        teacher.takes_work().await;
        let mut student = Guest::open(lms, 0, &stage.student(0).1, "Project report").await;
        let page = student.page.clone();
        let file = [(
            "file",
            "report.txt",
            "text/plain",
            b"My report, as a file.".as_slice(),
        )];
        student.send_files(&page, "/hand-in", &[], &file).await;
        let activity = page.url.path().to_owned();
        let queue = teacher.get("/evidence").await;
        let work = queue.links("/evidence/").remove(0);

        let folder = folder.path();
        open(&chromium, &link_page(lms, CourseRole::Student)).await;
        chromium.reads("My badges").await;
        go(
            &chromium,
            &stage.inside(&format!("/credentials/{}", award.id)),
            "Take it with you",
        )
        .await;
        for (words, ending) in [
            ("Picture (PNG)", ".png"),
            ("Picture that scales (SVG)", ".svg"),
            ("Data file (JSON)", ".json"),
            ("Signed token (JWT)", ".jwt"),
            ("Picture with the token (PNG)", ".png"),
            ("Picture with the token that scales (SVG)", ".svg"),
        ] {
            saves(&chromium, folder, words, ending).await;
        }
        go(&chromium, &stage.inside("/me"), "Take everything with you").await;
        saves(&chromium, folder, "Save my badges and data (ZIP)", ".zip").await;
        go(&chromium, &activity, "report.txt").await;
        saves(&chromium, folder, "report.txt", ".txt").await;

        chromium.driver.enter_default_frame().await.unwrap();
        open(&chromium, &link_page(lms, CourseRole::Teacher)).await;
        go(&chromium, &stage.inside("/progress"), "Download as CSV").await;
        saves(&chromium, folder, "Download as CSV", ".csv").await;
        go(
            &chromium,
            &stage.inside(&format!("/badges/{badge}/preview")),
            "All names as a CSV file",
        )
        .await;
        saves(&chromium, folder, "All names as a CSV file", ".csv").await;
        go(&chromium, &work, "report.txt").await;
        saves(&chromium, folder, "report.txt", ".txt").await;
        chromium.end().await;
        stage.scene.end().await;
    });
}

#[test]
fn no_link_of_a_page_that_a_visit_shows_has_the_attribute() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut looked_at = 0;
    for folder in ["admin", "instructor", "learner", "lti", "shared"] {
        for file in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let links = text.split("<a ").skip(1);
            for link in links.filter_map(|rest| rest.split('>').next()) {
                assert!(
                    !link.split_whitespace().any(|part| part.starts_with("download")),
                    "{path:?}: {link}"
                );
            }
            looked_at += 1;
        }
    }
    assert!(looked_at > 60, "{looked_at}");
}
