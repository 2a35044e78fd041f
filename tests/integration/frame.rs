//! Cairn in the frame of an LMS on another site, in Chromium: what really comes back there.

use cairn::practice_lms::{CourseRole, PracticeLms};
use cairn::store::testing::TestDatabase;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::chromium::Chromium;
use crate::harness::Scene;

/// The address of a link's page in the LMS, with Cairn in its frame.
fn link_page(lms: &PracticeLms, role: CourseRole) -> String {
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world
        .links(course)
        .into_iter()
        .find(|link| link.title == "My badges")
        .unwrap()
        .id;
    let person = world.member(course, role).unwrap().id;
    format!("{}/course/{course}/link/{link}?user={person}", lms.origin())
}

async fn enter_frame(chromium: &Chromium) {
    chromium.driver.enter_default_frame().await.unwrap();
    let frame = chromium.driver.find(By::Id("contentframe")).await.unwrap();
    frame.enter_frame().await.unwrap();
}

#[test]
fn in_a_cross_site_frame_the_partitioned_cookie_carries_the_visit() {
    cairn::app::block_on(async {
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
    cairn::app::block_on(async {
        // No cookie of Cairn's host, partitioned or not, is kept or sent inside a page of the LMS's host.
        let blocked = json!({"profile.content_settings.exceptions.cookies": {
            "http://127.0.0.1:*,http://localhost:*": {"setting": 2}
        }});
        let Some(chromium) = Chromium::with_preferences(&[], blocked).await else {
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
        let window = {
            let mut windows = chromium.driver.windows().await.unwrap();
            for _ in 0..50 {
                if windows.len() > 1 {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                windows = chromium.driver.windows().await.unwrap();
            }
            windows[1].clone()
        };
        chromium.driver.switch_to_window(window).await.unwrap();
        chromium.reads("No badges to earn yet").await;
        chromium.end().await;
        scene.end().await;
    });
}
