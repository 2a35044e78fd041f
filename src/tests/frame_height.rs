//! `lti.frameResize` in Chromium: the page round Cairn's frame hears the height that the page has, from the LMS that
//! launched, and nobody else hears anything.

use crate::store::testing::TestDatabase;
use practice_lms::{CourseRole, PracticeLms};
use serde_json::{Value, json};

use crate::tests::chromium::Chromium;
use crate::tests::frame::{enter_frame, link_page, open};
use crate::tests::harness::Scene;

/// Keeps, in every page from its first moment, the messages that it hears.
const LISTENS: &str = "window.heard = []; window.addEventListener('message', (event) => { \
    let data = event.data; try { data = JSON.parse(data); } catch { /* It is one already. */ } \
    window.heard.push({ from: event.origin, subject: data && data.subject, height: data && data.height }); });";

async fn listen(chromium: &Chromium) {
    let script = json!({ "source": LISTENS });
    chromium.tell("Page.enable", json!({})).await;
    chromium
        .tell("Page.addScriptToEvaluateOnNewDocument", script)
        .await;
}

/// The heights that the page of the LMS heard, with whom they came from.
async fn heights(chromium: &Chromium) -> Vec<(String, f64)> {
    chromium.driver.enter_default_frame().await.unwrap();
    let script = "return window.heard.filter((one) => one.subject === 'lti.frameResize')";
    let heard = chromium.driver.execute(script, Vec::new()).await.unwrap();
    let heard = heard.json().as_array().unwrap().clone();
    let line = |one: Value| {
        (
            one["from"].as_str().unwrap().to_owned(),
            one["height"].as_f64().unwrap(),
        )
    };
    heard.into_iter().map(line).collect()
}

/// How high the page in the frame is.
async fn height(chromium: &Chromium) -> f64 {
    enter_frame(chromium).await;
    let body = "return document.body.getBoundingClientRect().height";
    let height = chromium.driver.execute(body, Vec::new()).await.unwrap();
    height.json().as_f64().unwrap()
}

/// Waits until the last height that was heard is the page's, give or take what is not worth a message.
async fn agrees(chromium: &Chromium, origin: &str, what: &str) -> f64 {
    let (mut page, mut heard) = (0.0, Vec::new());
    for _ in 0..50 {
        page = height(chromium).await;
        heard = heights(chromium).await;
        if heard.last().is_some_and(|(_, last)| (last - page).abs() < 5.0) {
            assert!(heard.iter().all(|(from, _)| from == origin), "{what}: {heard:?}");
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{what}: the page is {page} high, and heard was {heard:?}");
}

/// Waits until the frame shows the page whose address ends so.
async fn arrived(chromium: &Chromium, end: &str) {
    for _ in 0..50 {
        enter_frame(chromium).await;
        let here = chromium
            .driver
            .execute("return location.pathname", Vec::new())
            .await
            .unwrap();
        if here.json().as_str().is_some_and(|here| here.ends_with(end)) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the frame never shows {end}");
}

#[test]
fn the_lms_that_launched_hears_the_height_of_each_page_and_of_each_change() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&["--test-third-party-cookie-phaseout"]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        listen(&chromium).await;
        for (name, lms) in scene.platforms() {
            open(&chromium, &link_page(lms, CourseRole::Teacher)).await;
            chromium.reads("Progress").await;
            let first = agrees(&chromium, &scene.origin, name).await;
            // A page that grows says so.
            enter_frame(&chromium).await;
            let grow = "const more = document.createElement('div'); more.style.height = '700px'; document.querySelector('main').append(more);";
            chromium.driver.execute(grow, Vec::new()).await.unwrap();
            let grown = agrees(&chromium, &scene.origin, name).await;
            assert!(grown > first + 600.0, "{name}: {first}, then {grown}");
            // And another page says its own.
            enter_frame(&chromium).await;
            let link = "document.querySelector('nav a[href$=\"/progress\"]').click()";
            chromium.driver.execute(link, Vec::new()).await.unwrap();
            arrived(&chromium, "/progress").await;
            let next = agrees(&chromium, &scene.origin, name).await;
            assert!(next < grown, "{name}: {grown}, then {next}");
        }
        chromium.end().await;
        scene.end().await;
    });
}

/// Puts `address` into the frame of a page of that LMS, waits, and says what its page heard from `origin`.
async fn overheard(chromium: &Chromium, lms: &PracticeLms, address: &str, origin: &str) -> Value {
    let world = lms.world();
    let course = world.courses()[0].id;
    // A page of the LMS that opens no tool.
    let page = format!(
        "{}/course/{course}?user={}",
        lms.origin(),
        world.members(course)[0].id
    );
    chromium.driver.goto(&page).await.unwrap();
    let script = "const [address, origin, done] = arguments; const frame = document.createElement('iframe'); \
        frame.id = 'contentframe'; frame.src = address; frame.onload = () => setTimeout(() => done(window.heard.filter((one) => one.from === origin)), 700); \
        document.body.append(frame);";
    let found = chromium
        .driver
        .execute_async(script, vec![json!(address), json!(origin)])
        .await
        .unwrap();
    found.json().clone()
}

#[test]
fn an_lms_that_did_not_launch_hears_nothing() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&["--test-third-party-cookie-phaseout"]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        listen(&chromium).await;
        // A visit that Canvas opened, with its cookie in this very browser, shown by another LMS of the same site: nothing but
        // the page's own word keeps it out.
        open(&chromium, &link_page(&scene.canvas, CourseRole::Teacher)).await;
        chromium.reads("New badge").await;
        let course = chromium
            .driver
            .execute("return location.href", Vec::new())
            .await
            .unwrap();
        let course = course.json().as_str().unwrap().to_owned();
        assert!(course.contains("/c/"), "{course}");
        let heard = overheard(&chromium, &scene.canvas, &course, &scene.origin).await;
        assert!(
            !heard.as_array().unwrap().is_empty(),
            "the LMS that launched hears it, by the same way"
        );
        let heard = overheard(&chromium, &scene.moodle, &course, &scene.origin).await;
        assert_eq!(heard, json!([]), "another LMS showed a visit");
        // What anybody may frame, because nobody's data is on it, says nothing either.
        for path in [
            "/lti/login",
            "/nothing",
            "/b/nothing",
            "/c/nothing",
            "/lti/register/nothing",
        ] {
            let address = format!("{}{path}", scene.origin);
            let heard = overheard(&chromium, &scene.moodle, &address, &scene.origin).await;
            assert_eq!(heard, json!([]), "{path}");
        }
        chromium.end().await;
        scene.end().await;
    });
}
