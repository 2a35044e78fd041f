//! Platform storage that answers wrongly, in Chromium, where no cookie of Cairn's comes back in a frame: whatever it says,
//! nobody is let in by it, and the page says what to do.

use crate::store::testing::TestDatabase;
use practice_lms::{CourseRole, Flavour, Lie, Manner, PracticeLms, StorageFrame};
use serde_json::{Value, json};

use crate::tests::chromium::Chromium;
use crate::tests::frame::{blocked, link_page, open};
use crate::tests::harness::{Scene, framed, launch_as};

const LIES: [Lie; 5] = [Lie::Id, Lie::Error, Lie::Value, Lie::Silence, Lie::Frame];

/// Everything that the page in the frame has: what is read, where it is, whether a form of a visit is in it.
async fn seen(chromium: &Chromium) -> Value {
    let script =
        "return [document.body.innerText, location.pathname, !!document.querySelector('[name=session]')]";
    let found = chromium.driver.execute(script, Vec::new()).await.unwrap();
    found.json().clone()
}

/// How many visits there are.
fn visits(scene: &Scene) -> i64 {
    scene.database.rows()["sessions"]
}

/// The frame offers a window, at the login, and nobody was let in.
async fn offers_a_window(chromium: &Chromium, scene: &Scene, before: i64, what: &str) {
    chromium
        .reads(
            "Your browser keeps no cookies for pages inside other pages. Cairn can be opened in a window of its own.",
        )
        .await;
    let seen = seen(chromium).await;
    assert_eq!(
        seen[1], "/lti/login",
        "{what}: it did not leave for the platform: {seen}"
    );
    assert_eq!(seen[2], json!(false), "{what}: {seen}");
    let shown =
        "return Array.from(document.querySelectorAll('form:not([hidden]) button'), (one) => one.innerText)";
    let shown = chromium.driver.execute(shown, Vec::new()).await.unwrap();
    assert_eq!(shown.json(), &json!(["Open in a new window"]), "{what}");
    let said = seen[0].as_str().unwrap().to_lowercase();
    let once = "keeps no cookies for pages inside other pages";
    assert_eq!(said.matches(once).count(), 1, "{what}: {said}");
    assert_eq!(visits(scene), before, "{what}: somebody was let in");
}

async fn learn(scene: &Scene, lms: &PracticeLms) -> i64 {
    // The course is known before, so that the frame alone could make a visit.
    launch_as(lms, &mut framed(lms), CourseRole::Student).await;
    visits(scene)
}

#[test]
fn what_is_stored_wrongly_ends_at_the_login_with_a_window() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let before = learn(&scene, &scene.canvas).await;
        for lie in LIES {
            scene.canvas.world().answer_storage(Manner::Put(lie));
            open(&chromium, &link_page(&scene.canvas, CourseRole::Student)).await;
            offers_a_window(&chromium, &scene, before, &format!("{lie:?}")).await;
        }
        // The same page, answered honestly, is let in: what went before was refused for its answers.
        scene.canvas.world().answer_storage(Manner::Honest);
        open(&chromium, &link_page(&scene.canvas, CourseRole::Student)).await;
        chromium.reads("No badges to earn yet").await;
        assert_eq!(visits(&scene), before + 1);
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn what_is_given_back_wrongly_lets_nobody_in_and_says_to_use_a_window() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let before = learn(&scene, &scene.canvas).await;
        for lie in LIES {
            scene.canvas.world().answer_storage(Manner::Get(lie));
            open(&chromium, &link_page(&scene.canvas, CourseRole::Student)).await;
            chromium.reads("launch.browser-not-bound").await;
            let seen = seen(&chromium).await;
            let words = seen[0].as_str().unwrap();
            for said in [
                "Cairn did not open",
                "Open the activity again, in a new window if your browser blocks cookies in frames.",
                "Nothing was changed.",
            ] {
                assert!(words.contains(said), "{lie:?} lacks {said:?}: {words}");
            }
            assert_eq!(seen[1], "/lti/launch/proof", "{lie:?}");
            assert_eq!(seen[2], json!(false), "{lie:?}");
            assert_eq!(visits(&scene), before, "{lie:?}: somebody was let in");
        }
        scene.canvas.world().answer_storage(Manner::Honest);
        open(&chromium, &link_page(&scene.canvas, CourseRole::Student)).await;
        chromium.reads("No badges to earn yet").await;
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn a_frame_on_another_origin_than_the_sign_in_is_not_told_and_not_believed() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::with_preferences(&[], blocked()).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let lms = scene
            .another(Flavour::Canvas, |options| {
                options.storage = StorageFrame::SiblingElsewhere;
            })
            .await;
        let before = learn(&scene, &lms).await;
        assert_ne!(lms.world().sso(), lms.origin());
        open(&chromium, &link_page(&lms, CourseRole::Student)).await;
        offers_a_window(&chromium, &scene, before, "another origin").await;
        // The value that proves a browser never came there.
        chromium
            .driver
            .goto(&format!("{}/practice/style.css", lms.origin()))
            .await
            .unwrap();
        let kept = chromium
            .driver
            .execute("return Object.keys(localStorage)", Vec::new())
            .await
            .unwrap();
        assert_eq!(kept.json(), &json!([]));
        chromium.end().await;
        scene.end().await;
        lms.stop().await;
    });
}
