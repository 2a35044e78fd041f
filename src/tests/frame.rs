//! Cairn in the frame of an LMS on another site, in Chromium: what really comes back there.

use crate::store::testing::TestDatabase;
use practice_lms::{CourseRole, Flavour, PracticeLms, StorageFrame};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::tests::chromium::Chromium;
use crate::tests::guest::Guest;
use crate::tests::harness::Scene;

/// No cookie of Cairn's host, partitioned or not, is kept or sent inside a page of the LMS's host.
pub(crate) fn blocked() -> Value {
    json!({"profile.content_settings.exceptions.cookies": {
        "http://127.0.0.1:*,http://localhost:*": {"setting": 2}
    }})
}

/// The address of a link's page in the LMS, with Cairn in its frame.
pub(crate) fn link_page(lms: &PracticeLms, role: CourseRole) -> String {
    page_of(lms, role, "My badges")
}

pub(crate) fn page_of(lms: &PracticeLms, role: CourseRole, link: &str) -> String {
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world
        .links(course)
        .into_iter()
        .find(|known| known.title == link)
        .unwrap()
        .id;
    let person = world.member(course, role).unwrap().id;
    format!("{}/course/{course}/link/{link}?user={person}", lms.origin())
}

pub(crate) async fn enter_frame(chromium: &Chromium) {
    chromium.driver.enter_default_frame().await.unwrap();
    let frame = chromium.driver.find(By::Id("contentframe")).await.unwrap();
    frame.enter_frame().await.unwrap();
}

#[test]
fn in_a_cross_site_frame_the_partitioned_cookie_carries_the_visit() {
    crate::app::block_on(async {
        // What browsers that end third-party cookies let through: partitioned ones alone.
        let Some(chromium) = Chromium::start(&["--test-third-party-cookie-phaseout"]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        for (name, lms) in scene.platforms() {
            chromium
                .driver
                .goto(&link_page(lms, CourseRole::Student))
                .await
                .unwrap();
            enter_frame(&chromium).await;
            chromium.reads("My badges").await;
            chromium.reads("Data Literacy 101").await;
            // The second request is the proof: only a cookie can have carried it.
            let link = chromium.driver.find(By::LinkText("My badges")).await.unwrap();
            link.click().await.unwrap();
            enter_frame(&chromium).await;
            chromium.reads("No badges to earn yet").await;
            let document = chromium
                .driver
                .execute("return [document.cookie, location.href]", Vec::new());
            let seen = document.await.unwrap().json().to_string();
            assert!(
                !seen.contains("session="),
                "{name}: no session is readable or in the address: {seen}"
            );
        }
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn where_no_cookie_comes_back_a_window_is_offered_before_leaving_for_the_platform() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        chromium
            .driver
            .goto(&link_page(&scene.moodle, CourseRole::Student))
            .await
            .unwrap();
        enter_frame(&chromium).await;
        chromium.reads("Cairn can be opened in a window of its own").await;
        let shown = chromium
            .driver
            .find_all(By::Css("form:not([hidden]) button"))
            .await
            .unwrap();
        assert_eq!(shown.len(), 1, "one way on");
        assert_eq!(shown[0].text().await.unwrap(), "Open in a new window");
        shown[0].click().await.unwrap();
        switch_to_new_window(&chromium).await;
        chromium.reads("No badges to earn yet").await;
        chromium.end().await;
        scene.end().await;
    });
}

pub(crate) async fn switch_to_new_window(chromium: &Chromium) {
    let mut windows = chromium.driver.windows().await.unwrap();
    for _ in 0..50 {
        if windows.len() > 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        windows = chromium.driver.windows().await.unwrap();
    }
    chromium
        .driver
        .switch_to_window(windows[1].clone())
        .await
        .unwrap();
}

/// Presses the first button of the frame with these words, once its page is there.
async fn press(chromium: &Chromium, words: &str) {
    let path = format!("//button[contains(normalize-space(.), \"{words}\")]");
    let mut found = chromium.driver.find(By::XPath(path.as_str())).await;
    for _ in 0..200 {
        if found.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        found = chromium.driver.find(By::XPath(path.as_str())).await;
    }
    let button = found.unwrap_or_else(|_| panic!("there is no button {words:?}"));
    // A click scrolls it into view, but not past what the LMS lays over its page.
    chromium
        .driver
        .execute("arguments[0].click()", vec![button.to_json().unwrap()])
        .await
        .unwrap();
}

/// Opens the link's page in the LMS and goes into Cairn's frame.
pub(crate) async fn open(chromium: &Chromium, page: &str) {
    chromium.driver.goto(page).await.unwrap();
    enter_frame(chromium).await;
}

/// What the page of the LMS, or of the host that signs people in, keeps for Cairn.
async fn kept(chromium: &Chromium, origin: &str, tool: &str) -> String {
    chromium
        .driver
        .goto(&format!("{origin}/practice/style.css"))
        .await
        .unwrap();
    let script = format!("return localStorage.getItem('platform-storage {tool}') || 'nothing'");
    let found = chromium.driver.execute(script, Vec::new()).await.unwrap();
    found.json().as_str().unwrap().to_owned()
}

#[test]
fn without_cookies_platform_storage_proves_the_browser_and_forms_carry_the_visit() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let mut before = Guest::open(&scene.canvas, 0, "Teacher", "Project report").await;
        let fields = [
            ("opens", "activity"),
            ("title", "Project report"),
            ("points", "100"),
        ];
        let page = before.page.clone();
        before.send(&page, "/choose", &fields).await;

        // The student: a page, another page, a hand-in with a file, the file.
        open(
            &chromium,
            &page_of(&scene.canvas, CourseRole::Student, "Project report"),
        )
        .await;
        chromium.reads("Text, a link or a file: one is enough.").await;
        let links = chromium
            .driver
            .find_all(By::Css("header a, main a"))
            .await
            .unwrap();
        assert!(links.is_empty(), "a link would lose the visit");
        let report = scene.folder.path().join("report.txt");
        std::fs::write(&report, "My report, as a file.").unwrap();
        let field = chromium.driver.find(By::Id("f-file")).await.unwrap();
        field.send_keys(report.display().to_string()).await.unwrap();
        press(&chromium, "Hand in").await;
        enter_frame(&chromium).await;
        chromium.reads("Handed in. You will see the answer here.").await;
        chromium.reads("report.txt").await;
        press(&chromium, "My badges").await;
        enter_frame(&chromium).await;
        chromium.reads("No badges to earn yet").await;

        // The teacher: every place of the navigation, a form that is refused, one that is saved, the review of the file.
        open(&chromium, &link_page(&scene.canvas, CourseRole::Teacher)).await;
        for (button, text) in [
            ("Progress", "Progress"),
            ("Evidence", "1 submission waits for a review."),
            ("Badges", "New badge"),
        ] {
            press(&chromium, button).await;
            enter_frame(&chromium).await;
            chromium.reads(text).await;
        }
        press(&chromium, "New badge").await;
        enter_frame(&chromium).await;
        chromium.reads("What it proves").await;
        press(&chromium, "Save").await;
        enter_frame(&chromium).await;
        chromium.reads("Name").await;
        let name = chromium.driver.find(By::Id("f-name")).await.unwrap();
        name.send_keys("Kept without cookies").await.unwrap();
        press(&chromium, "Save").await;
        enter_frame(&chromium).await;
        chromium.reads("Saved.").await;
        press(&chromium, "Evidence").await;
        enter_frame(&chromium).await;
        let world = scene.canvas.world();
        let student = world
            .member(world.courses()[0].id, CourseRole::Student)
            .unwrap()
            .name;
        press(&chromium, &student).await;
        enter_frame(&chromium).await;
        chromium.reads("My report, as a file.").await;
        let seen = chromium
            .driver
            .execute("return document.cookie + location.href", Vec::new())
            .await
            .unwrap();
        assert!(!seen.json().to_string().contains("session"), "{}", seen.json());

        // And the window, where cookies are Cairn's own: the same page.
        press(&chromium, "Open in new window").await;
        switch_to_new_window(&chromium).await;
        chromium.reads("My report, as a file.").await;
        let stored = kept(&chromium, scene.canvas.origin(), &scene.origin).await;
        assert_eq!(stored, "{}", "each login takes back what it stored");
        chromium.end().await;
        scene.end().await;
    });
}

/// The id of what has the focus, once the page in the frame that was marked is gone.
async fn focus_of_what_comes(chromium: &Chromium) -> String {
    let seen = "const left = document.documentElement.dataset.left || document.readyState !== 'complete'; \
                return left ? '' : document.activeElement.id || 'nothing'";
    for _ in 0..400 {
        enter_frame(chromium).await;
        // Between two pages there is nothing that could answer.
        if let Ok(answer) = chromium.driver.execute(seen, Vec::new()).await {
            let id = answer.json().as_str().unwrap_or_default().to_owned();
            if !id.is_empty() {
                return id;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the page stays");
}

#[test]
fn in_a_cross_site_frame_the_focus_follows_what_the_rule_builder_did() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&["--test-third-party-cookie-phaseout"]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let lms = &scene.moodle;
        let mut before = Guest::open(lms, 0, "Teacher", "My badges").await;
        let badge = before.make_badge("Reads tables", "knowledge").await;
        open(&chromium, &link_page(lms, CourseRole::Teacher)).await;
        chromium.reads("Data Literacy 101").await;
        let rule = json!(format!("{}/badges/{badge}/rule", before.course));
        let go = "location.assign(arguments[0])";
        chromium.driver.execute(go, vec![rule]).await.unwrap();
        enter_frame(&chromium).await;
        chromium.reads("Award this badge when").await;
        for (action, focused) in [
            ("add::grade", "r-0"),
            ("add::badge", "r-1"),
            ("up:1", "r-0"),
            ("remove:0", "r-0"),
            ("refresh", "sentence"),
            ("remove:0", "f-n."),
        ] {
            let button = format!("button[value='{action}']:not(.first-button)");
            let button = chromium.driver.find(By::Css(button)).await.unwrap();
            let press = "document.documentElement.dataset.left = 'here'; arguments[0].click()";
            let button = vec![button.to_json().unwrap()];
            chromium.driver.execute(press, button).await.unwrap();
            assert_eq!(focus_of_what_comes(&chromium).await, focused, "{action}");
        }
        // Of an attribute that it refuses here, the browser writes an error.
        let refused = "return document.querySelectorAll('[autofocus]').length";
        let refused = chromium.driver.execute(refused, Vec::new()).await.unwrap();
        assert_eq!(*refused.json(), json!(0));
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn hosted_canvas_keeps_the_proof_in_a_frame_of_the_host_that_signs_people_in() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let hosted = scene
            .another(Flavour::Canvas, |options| options.storage = StorageFrame::Sibling)
            .await;
        open(&chromium, &link_page(&hosted, CourseRole::Student)).await;
        chromium.reads("No badges to earn yet").await;
        let world = hosted.world();
        assert_ne!(world.sso(), hosted.origin());
        assert_eq!(
            kept(&chromium, world.sso(), &scene.origin).await,
            "{}",
            "kept there and taken back"
        );
        assert_eq!(
            kept(&chromium, hosted.origin(), &scene.origin).await,
            "nothing",
            "the page round it heard none"
        );
        chromium.end().await;
        scene.end().await;
        hosted.stop().await;
    });
}

#[test]
fn where_that_frame_is_missing_the_page_round_it_keeps_the_random_value() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let editor = scene
            .another(Flavour::Canvas, |options| {
                options.storage = StorageFrame::SiblingMissing
            })
            .await;
        open(&chromium, &link_page(&editor, CourseRole::Student)).await;
        chromium.reads("No badges to earn yet").await;
        assert_eq!(kept(&chromium, editor.origin(), &scene.origin).await, "{}");
        chromium.end().await;
        scene.end().await;
        editor.stop().await;
    });
}

#[test]
fn where_the_platforms_storage_is_full_the_window_is_offered_before_leaving() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        kept(&chromium, scene.canvas.origin(), &scene.origin).await;
        let fill = format!(
            "localStorage.setItem('platform-storage {}', JSON.stringify({{old: 'x'.repeat(4090)}}))",
            scene.origin
        );
        chromium.driver.execute(fill, Vec::new()).await.unwrap();
        open(&chromium, &link_page(&scene.canvas, CourseRole::Student)).await;
        chromium.reads("Cairn can be opened in a window of its own").await;
        press(&chromium, "Open in a new window").await;
        switch_to_new_window(&chromium).await;
        chromium.reads("No badges to earn yet").await;
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn the_frame_grows_with_the_page_where_the_lms_listens_and_cookies_leave_nothing_stored() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&["--test-third-party-cookie-phaseout"]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        open(&chromium, &link_page(&scene.canvas, CourseRole::Teacher)).await;
        chromium.reads("New badge").await;
        let links = chromium.driver.find_all(By::LinkText("Progress")).await.unwrap();
        assert!(!links.is_empty(), "where cookies are, links are links");
        links[0].click().await.unwrap();
        enter_frame(&chromium).await;
        chromium.reads("Progress").await;
        let body = "return document.body.getBoundingClientRect().height";
        let height = chromium
            .driver
            .execute(body, Vec::new())
            .await
            .unwrap()
            .json()
            .as_f64()
            .unwrap();
        chromium.driver.enter_default_frame().await.unwrap();
        let frame = "return document.getElementById('contentframe').getBoundingClientRect().height";
        let mut grown = 0.0;
        for _ in 0..50 {
            grown = chromium
                .driver
                .execute(frame, Vec::new())
                .await
                .unwrap()
                .json()
                .as_f64()
                .unwrap();
            if (grown - height).abs() < 8.0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(
            (grown - height).abs() < 8.0,
            "the page is {height} high and its frame {grown}"
        );
        assert_eq!(kept(&chromium, scene.canvas.origin(), &scene.origin).await, "{}");
        chromium.end().await;
        scene.end().await;
    });
}
