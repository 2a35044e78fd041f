//! Deep linking from the window that a frame without cookies offers: what is chosen there ends in the form of the LMS, by way
//! of the frame.

use std::sync::Arc;

use chrono::TimeDelta;
use practice_lms::browser::{Browser, Form, Page, ThirdPartyCookies};
use practice_lms::{CourseRole, LoginForm, PracticeLms};
use reqwest::Method;
use serde_json::{Value, json};

use super::chromium::Chromium;
use super::firefox::Firefox;
use super::frame::{blocked, enter_frame, switch_to_new_window};
use super::harness::{ForwardClock, Scene, launch_form, on_each_database};
use crate::service::base::session::digest;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::waiting_answers;

/// A frame in a page of the LMS in which no cookie of Cairn's is kept.
fn frame_of(lms: &PracticeLms) -> Browser {
    Browser::new()
        .unwrap()
        .framed_by(lms.origin(), ThirdPartyCookies::None)
        .sending("sec-fetch-dest", "iframe")
}

/// A window of its own.
fn window() -> Browser {
    Browser::new().unwrap().sending("sec-fetch-dest", "document")
}

fn teachers_choice(lms: &PracticeLms) -> LoginForm {
    let world = lms.world();
    let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
    world
        .selection_form(2, teacher, 0, "assignment_selection")
        .unwrap()
}

fn form(page: &Page, id: &str) -> Form {
    let forms = page.forms();
    let is_it = |form: &&Form| {
        form.attributes
            .iter()
            .any(|(name, value)| name == "id" && value == id)
    };
    forms
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("{}", page.text()))
        .clone()
}

/// The page of the login in its frame: it offers a window, and waits.
async fn offered(lms: &PracticeLms, form: &LoginForm) -> (Browser, Page) {
    let mut frame = frame_of(lms);
    let page = frame.login(form).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    (frame, page)
}

/// Opens the window of that page.
async fn opened(login: &Page) -> (Browser, Page) {
    let mut window = window();
    let page = window.submit(login, &form(login, "window"), &[]).await.unwrap();
    (window, page)
}

async fn send(browser: &mut Browser, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
    let form = page.form(action).unwrap_or_else(|error| panic!("{error}"));
    browser.submit(page, &form, fields).await.unwrap()
}

/// Chooses "My badges" in the window; the page that it ends with.
async fn choose(window: &mut Browser, picker: &Page) -> Page {
    let review = send(window, picker, "/place/review", &[("item", "my_badges")]).await;
    send(window, &review, "/place/send", &[]).await
}

/// What the script in the frame is told.
async fn ask(frame: &mut Browser, login: &Page, changes: &[(&str, &str)]) -> Value {
    let asked = form(login, "waiting");
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(asked.filled(changes))
        .finish();
    let url = login.url.join(&asked.action).unwrap();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/json"),
    ];
    let answer = frame.fetch(Method::POST, url.as_str(), &headers, body.into_bytes());
    let answer = answer.await.unwrap();
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (200, Some("no-store"))
    );
    serde_json::from_slice(&answer.body).unwrap()
}

/// What the frame posts fills the form of the LMS, and the teacher saves it.
async fn placed(lms: &PracticeLms, frame: &mut Browser, told: &Value) {
    let (action, jwt) = (told["action"].as_str().unwrap(), told["jwt"].as_str().unwrap());
    let filled = frame.post(action, &[("JWT", jwt)]).await.unwrap();
    let saved = filled.form("/placed").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(saved.value("name"), Some("My badges"), "{}", filled.words());
    let before = lms.world().links(2).len();
    frame.submit(&filled, &saved, &[]).await.unwrap();
    assert_eq!(lms.world().links(2).len(), before + 1);
}

#[test]
fn the_frame_fetches_what_was_chosen_in_its_window_once_and_it_ends_in_the_form() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut frame, login) = offered(lms, &teachers_choice(lms)).await;
            assert_eq!(
                ask(&mut frame, &login, &[]).await,
                json!({"state": "not-yet"}),
                "{name}"
            );
            let (mut window, picker) = opened(&login).await;
            assert!(
                picker.words().contains("Put badges into your course"),
                "{name}: {}",
                picker.words()
            );
            assert_eq!(
                ask(&mut frame, &login, &[]).await,
                json!({"state": "choosing"}),
                "{name}"
            );
            let done = choose(&mut window, &picker).await;
            assert!(
                done.words()
                    .contains("Your choice waits for the page of your course."),
                "{name}: {}",
                done.words()
            );
            assert!(
                done.form("").is_err(),
                "{name}: the window posts nothing: {}",
                done.text()
            );
            // Another secret, or the pass of another login, opens nothing.
            let (_, other) = offered(lms, &teachers_choice(lms)).await;
            let theirs = form(&other, "waiting");
            for field in ["secret", "cairn_waiting"] {
                let wrong = [(field, theirs.value(field).unwrap())];
                assert_eq!(
                    ask(&mut frame, &login, &wrong).await,
                    json!({"state": "over"}),
                    "{name}: {field}"
                );
            }
            let told = ask(&mut frame, &login, &[]).await;
            assert_eq!(told["state"], "chosen", "{name}: {told}");
            assert_eq!(
                ask(&mut frame, &login, &[]).await,
                json!({"state": "over"}),
                "{name}: given once"
            );
            placed(lms, &mut frame, &told).await;
            // What is chosen once more is said to be too late.
            let late = choose(&mut window, &picker).await;
            assert!(
                late.words().contains("this choice was not taken"),
                "{name}: {}",
                late.words()
            );
            // No secret is kept, and none of a visit is in an address.
            let secret = form(&login, "waiting").value("secret").unwrap().to_owned();
            for (known, is_there) in [(secret.clone(), false), (digest(&secret), true)] {
                let now = scene.cairn.clock.now();
                let found = scene.cairn.store.read(move |db| {
                    let tenant = first_tenant(db)?.unwrap();
                    waiting_answers::by_digest(db, &tenant.id, &known, now)
                });
                assert_eq!(
                    found.await.unwrap().is_some(),
                    is_there,
                    "{name}: the digest alone is kept"
                );
            }
            for address in picker.way.iter().chain(&done.way) {
                assert!(
                    !address.contains(&secret) && !address.contains("session="),
                    "{name}: {address}"
                );
            }
        }
        scene.end().await;
    });
}

#[test]
fn without_scripts_a_button_in_the_frame_takes_it_over() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut frame, login) = offered(lms, &teachers_choice(lms)).await;
            let (mut window, picker) = opened(&login).await;
            let early = frame.submit(&login, &form(&login, "waiting"), &[]).await.unwrap();
            assert!(
                early.words().contains("Nothing chosen yet"),
                "{name}: {}",
                early.words()
            );
            let ancestors = early.header("content-security-policy").unwrap();
            assert!(
                ancestors.contains(&format!("frame-ancestors {}", lms.origin())),
                "{name}: {ancestors}"
            );
            choose(&mut window, &picker).await;
            let filled = send(&mut frame, &early, "/lti/waiting", &[]).await;
            let saved = filled
                .form("/placed")
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(saved.value("name"), Some("My badges"), "{name}");
            let again = send(&mut frame, &early, "/lti/waiting", &[]).await;
            assert!(
                again.words().contains("does not wait any more"),
                "{name}: {}",
                again.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_page_in_the_window_ends_the_waiting_and_a_foreign_pass_starts_none() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut frame, login) = offered(lms, &launch_form(lms, CourseRole::Student)).await;
            let (_, page) = opened(&login).await;
            assert!(page.words().contains("My badges"), "{name}: {}", page.words());
            assert_eq!(
                ask(&mut frame, &login, &[]).await,
                json!({"state": "page"}),
                "{name}"
            );
            // The pass of one login beside another: the window works, and posts its answer itself.
            let (mut frame, login) = offered(lms, &teachers_choice(lms)).await;
            let (_, other) = offered(lms, &teachers_choice(lms)).await;
            let pass = form(&other, "waiting").value("cairn_waiting").unwrap().to_owned();
            let mut window = window();
            let mixed = [("cairn_waiting", pass.as_str())];
            let picker = window
                .submit(&login, &form(&login, "window"), &mixed)
                .await
                .unwrap();
            let done = choose(&mut window, &picker).await;
            assert!(
                done.url.as_str().starts_with(lms.origin()),
                "{name}: {}",
                done.url
            );
            assert!(done.form("/placed").is_err(), "{name}: where it stays empty");
            for asked in [&login, &other] {
                assert_eq!(
                    ask(&mut frame, asked, &[]).await,
                    json!({"state": "not-yet"}),
                    "{name}"
                );
            }
        }
        scene.end().await;
    });
}

#[test]
fn who_thinks_better_of_it_in_the_window_fills_in_nothing() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut frame, login) = offered(lms, &teachers_choice(lms)).await;
            let (mut window, picker) = opened(&login).await;
            let mut cancel = picker.form("/place/review").unwrap();
            cancel.action = cancel.action.replace("/review", "/cancel");
            let done = window.submit(&picker, &cancel, &[]).await.unwrap();
            assert!(
                done.words().contains("Nothing was chosen"),
                "{name}: {}",
                done.words()
            );
            let told = ask(&mut frame, &login, &[]).await;
            let (action, jwt) = (told["action"].as_str().unwrap(), told["jwt"].as_str().unwrap());
            let back = frame.post(action, &[("JWT", jwt)]).await.unwrap();
            assert!(
                back.words().contains("No content was chosen."),
                "{name}: {}",
                back.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn it_is_signed_when_it_is_fetched_and_waits_two_hours_at_most() {
    crate::app::block_on(async {
        let clock = Arc::new(ForwardClock::default());
        let scene = Scene::at(TestDatabase::sqlite(), clock.clone()).await;
        let lms = &scene.canvas;
        let (mut frame, login) = offered(lms, &teachers_choice(lms)).await;
        let (mut window, picker) = opened(&login).await;
        choose(&mut window, &picker).await;
        // Longer than a platform takes an answer for.
        clock.forward(TimeDelta::minutes(30));
        let told = ask(&mut frame, &login, &[]).await;
        placed(lms, &mut frame, &told).await;
        let (mut frame, login) = offered(lms, &teachers_choice(lms)).await;
        opened(&login).await;
        assert_eq!(ask(&mut frame, &login, &[]).await, json!({"state": "choosing"}));
        clock.forward(TimeDelta::minutes(121));
        assert_eq!(ask(&mut frame, &login, &[]).await, json!({"state": "over"}));
        scene.end().await;
    });
}

/// The address of the page round the frame, where the teacher is who is signed in.
fn select_page(lms: &PracticeLms) -> String {
    let teacher = lms.world().member(2, CourseRole::Teacher).unwrap().id;
    format!("{}/course/2/select?tool=0&user={teacher}", lms.origin())
}

/// Chooses "My badges" in the picker.
const PICK: &str = "document.querySelector('[name=item][value=my_badges]').checked = true";

/// The name in the form of the page round the frame.
const FILLED: &str = "document.querySelector('#mform [name=name]')?.value || ''";

#[test]
fn in_chromium_without_cookies_the_choice_ends_in_the_form_round_the_frame() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let (driver, lms) = (&chromium.driver, &scene.moodle);
        driver.goto(&select_page(lms)).await.unwrap();
        enter_frame(&chromium).await;
        chromium.reads("Cairn can be opened in a window of its own").await;
        chromium.press("Open in a new window").await;
        chromium.reads("this page takes it over by itself").await;
        let first = driver.windows().await.unwrap().remove(0);
        switch_to_new_window(&chromium).await;
        chromium.reads("Put badges into your course").await;
        driver.execute(PICK, Vec::new()).await.unwrap();
        chromium.press("See what goes in").await;
        chromium.reads("This goes into your course").await;
        chromium.press("Put it into the course").await;
        chromium
            .reads("Your choice waits for the page of your course.")
            .await;
        assert_eq!(chromium.stumbling_blocks().await, Vec::<String>::new());
        driver.switch_to_window(first).await.unwrap();
        let mut filled = String::new();
        for _ in 0..300 {
            let asked = driver
                .execute(format!("return {FILLED}"), Vec::new())
                .await
                .unwrap();
            filled = asked.json().as_str().unwrap_or_default().to_owned();
            if filled == "My badges" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(filled, "My badges");
        let before = lms.world().links(2).len();
        chromium
            .leaving(chromium.press("Save and return to course"))
            .await;
        assert_eq!(lms.world().links(2).len(), before + 1);
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn in_firefox_without_third_party_cookies_the_choice_ends_in_the_form_round_the_frame() {
    crate::app::block_on(async {
        // Refuses every cookie of a site within another one, partitioned ones too.
        let blocked = [("network.cookie.cookieBehavior", "1")];
        let Some(mut firefox) = Firefox::start(&blocked).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let lms = &scene.moodle;
        let first = firefox.windows().await[0]["context"].as_str().unwrap().to_owned();
        // Signed in by a cookie, as people are: the form that is saved in the end comes from the same person.
        let teacher = lms.world().member(2, CourseRole::Teacher).unwrap().id;
        firefox.open(&first, lms.origin()).await;
        let cookie = format!("document.cookie = 'practice_session={teacher}; path=/'");
        firefox.run(&first, &cookie).await;
        firefox.open(&first, &select_page(lms)).await;
        let frame = firefox.frame(&first).await;
        firefox
            .reads(&frame, "Cairn can be opened in a window of its own")
            .await;
        firefox.press(&frame, "Open in a new window").await;
        let second = firefox.second_window().await;
        firefox.reads(&second, "Put badges into your course").await;
        firefox.run(&second, PICK).await;
        firefox.press(&second, "See what goes in").await;
        firefox.reads(&second, "This goes into your course").await;
        firefox.press(&second, "Put it into the course").await;
        firefox
            .reads(&second, "Your choice waits for the page of your course.")
            .await;
        firefox.until(&first, FILLED, "My badges").await;
        let before = lms.world().links(2).len();
        firefox.press(&first, "Save and return to course").await;
        firefox.reads(&first, "Edit the course").await;
        assert_eq!(lms.world().links(2).len(), before + 1);
        drop(firefox);
        scene.end().await;
    });
}
