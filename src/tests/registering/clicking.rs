//! An administrator installs Cairn by clicking, in Chromium, in both flavours.

use crate::service::institution::administrators::{Scope, links};
use crate::store::testing::TestDatabase;
use thirtyfour::prelude::*;

use crate::tests::chromium::{Chromium, LOOKS};
use crate::tests::harness::Scene;

/// Pictures at both widths in both schemes, and nothing to stumble over.
async fn inspect(chromium: &Chromium, name: &str) {
    let found = chromium.inspect(name, &LOOKS).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_administrator_installs_in_both_flavours_by_clicking() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let Some(chromium) = Chromium::start(&[]).await else {
            return scene.end().await;
        };
        chromium.emulate(1280, false).await;
        let link = links::make(
            &scene.cairn,
            &Scope::Everything,
            crate::service::institution::administrators::Operator::CommandLine,
        )
        .await
        .unwrap();
        chromium.driver.goto(&link).await.unwrap();
        chromium
            .driver
            .find(By::Id("f-name"))
            .await
            .unwrap()
            .send_keys("Ada")
            .await
            .unwrap();
        chromium.press("Go in").await;
        chromium.reads("You are signed in.").await;
        for (name, lms) in scene.platforms() {
            chromium
                .driver
                .goto(&format!("{}/admin/platforms", scene.origin))
                .await
                .unwrap();
            inspect(&chromium, &format!("platforms-{name}")).await;
            chromium.press("Make an address").await;
            chromium.reads("It works once").await;
            let field = chromium.driver.find(By::Id("f-address")).await.unwrap();
            let address = field.prop("value").await.unwrap().unwrap();

            chromium
                .driver
                .goto(&format!("{}/practice/admin", lms.origin()))
                .await
                .unwrap();
            chromium
                .driver
                .find(By::Name("url"))
                .await
                .unwrap()
                .send_keys(&address)
                .await
                .unwrap();
            let add = if name == "moodle" {
                "Add LTI Advantage"
            } else {
                "Register by URL"
            };
            chromium.press(add).await;
            let frame = chromium
                .driver
                .query(By::Id("contentframe"))
                .first()
                .await
                .unwrap();
            frame.enter_frame().await.unwrap();
            chromium.reads("Cairn will be able to").await;
            chromium.picture(&format!("ask-{name}")).await;
            chromium.press("Connect").await;
            chromium.reads("Registered: what is left to do").await;
            chromium.picture(&format!("done-{name}")).await;
            chromium.press("Close this window").await;
            chromium.driver.enter_default_frame().await.unwrap();
            let waiting = if name == "moodle" { "Pending" } else { "Key off" };
            chromium.reads(waiting).await;
            if name == "moodle" {
                chromium.press("Activate").await;
                chromium.reads("Active").await;
            } else {
                chromium.press("Enable").await;
                chromium.reads("Added").await;
            }
        }
        for page in ["by-hand/moodle", "by-hand/canvas"] {
            let href = format!("{}/admin/platforms/{page}", scene.origin);
            chromium.driver.goto(&href).await.unwrap();
            inspect(&chromium, &page.replace('/', "-")).await;
        }
        chromium
            .driver
            .goto(&format!("{}/admin/platforms", scene.origin))
            .await
            .unwrap();
        let first = chromium.driver.find(By::Css(".lines a")).await.unwrap();
        first.click().await.unwrap();
        chromium.press("Run the self-test").await;
        chromium.reads("Its public keys can be read").await;
        inspect(&chromium, "platform-tested").await;
        chromium.end().await;
        scene.end().await;
    });
}
