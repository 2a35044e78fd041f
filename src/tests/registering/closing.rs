//! The last page of a registration tells the platform to close it (LTI Dynamic Registration 1.0, section 3.7): what the
//! LMS's own page receives in Chromium, from a frame and from a window that it opened.

use crate::store::testing::TestDatabase;
use practice_lms::PracticeLms;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::way::invite;
use crate::tests::chromium::Chromium;
use crate::tests::harness::Scene;

/// Writes down every message that the page receives, where it is still found after the page has gone on. Those about the
/// height of a frame come as text, and are passed over.
const LISTEN: &str = "sessionStorage.removeItem('heard'); window.addEventListener('message', (event) => { \
     if (typeof event.data !== 'object') { return; } \
     const heard = JSON.parse(sessionStorage.getItem('heard') || '[]'); \
     heard.push({origin: event.origin, data: event.data, popup: Boolean(window.popup) && event.source === window.popup}); \
     sessionStorage.setItem('heard', JSON.stringify(heard)); });";
const HEARD: &str = "return JSON.parse(sessionStorage.getItem('heard') || '[]');";

async fn heard(chromium: &Chromium) -> Vec<Value> {
    let answer = chromium.driver.execute(HEARD, Vec::new()).await.unwrap();
    answer.json().as_array().unwrap().clone()
}

/// The same once something was received, ten seconds at most.
async fn heard_at_last(chromium: &Chromium) -> Vec<Value> {
    for _ in 0..100 {
        let all = heard(chromium).await;
        if !all.is_empty() {
            return all;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Vec::new()
}

/// The administrator's page of the LMS, which listens from now on.
async fn admin(chromium: &Chromium, lms: &PracticeLms) {
    let page = format!("{}/practice/admin", lms.origin());
    chromium.driver.goto(&page).await.unwrap();
    chromium.driver.execute(LISTEN, Vec::new()).await.unwrap();
}

#[test]
fn the_page_of_the_lms_receives_the_message_from_a_frame_and_from_a_window() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let mut wrong = Vec::new();
        for (name, lms) in scene.platforms() {
            let message = |popup: bool| json!([{"origin": scene.origin, "data": {"subject": "org.imsglobal.lti.close"}, "popup": popup}]);
            // In a frame, as both do it by themselves.
            admin(&chromium, lms).await;
            let url = chromium.driver.find(By::Name("url")).await.unwrap();
            url.send_keys(invite(&scene).await).await.unwrap();
            let add = match name {
                "moodle" => "Add LTI Advantage",
                _ => "Register by URL",
            };
            chromium.press(add).await;
            let frame = chromium
                .driver
                .query(By::Id("contentframe"))
                .first()
                .await
                .unwrap();
            chromium.driver.execute(LISTEN, Vec::new()).await.unwrap();
            frame.enter_frame().await.unwrap();
            chromium.press("Connect").await;
            chromium.reads("Registered: what is left to do").await;
            chromium.driver.enter_default_frame().await.unwrap();
            assert_eq!(
                heard(&chromium).await,
                Vec::<Value>::new(),
                "{name}: nobody has pressed it yet"
            );
            let frame = chromium.driver.find(By::Id("contentframe")).await.unwrap();
            frame.enter_frame().await.unwrap();
            chromium.press("Close this window").await;
            chromium.driver.enter_default_frame().await.unwrap();
            assert_eq!(json!(heard_at_last(&chromium).await), message(false), "{name}");
            // And did as it was told: the list of its tools again.
            chromium
                .reads(if name == "moodle" { "Pending" } else { "Key off" })
                .await;
            assert!(
                chromium.driver.find(By::Id("contentframe")).await.is_err(),
                "{name}"
            );

            // In a window of its own, which knows the page that opened it.
            admin(&chromium, lms).await;
            let token = lms.world().registration_token(None);
            let start = lms.world().registration_start(&invite(&scene).await, &token);
            let open = format!(
                "window.popup = window.open({}, 'registration', 'width=800,height=640');",
                json!(start)
            );
            let there = chromium.driver.window().await.unwrap();
            chromium.driver.execute(&open, Vec::new()).await.unwrap();
            let windows = chromium.driver.windows().await.unwrap();
            let popup = windows.into_iter().find(|one| *one != there).unwrap();
            chromium.driver.switch_to_window(popup).await.unwrap();
            chromium.reads("Connect this platform once more?").await;
            let name_of_look = format!("register-again-{name}");
            wrong.extend(
                chromium
                    .inspect(&name_of_look, &[(1280, false), (320, true)])
                    .await,
            );
            chromium.press("Connect").await;
            chromium.reads("Registered: what is left to do").await;
            chromium.press("Close this window").await;
            chromium.driver.switch_to_window(there).await.unwrap();
            assert_eq!(json!(heard_at_last(&chromium).await), message(true), "{name}");
            let close = "window.popup.close();";
            chromium.driver.execute(close, Vec::new()).await.unwrap();
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        chromium.end().await;
        scene.end().await;
    });
}
