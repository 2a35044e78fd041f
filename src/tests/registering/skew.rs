//! A platform whose clock is wrong: its launches are refused, and the self-test says by how much, in both flavours.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::service::institution::administrators::Scope;
use crate::store::registrations;
use crate::store::testing::TestDatabase;
use chrono::{DateTime, TimeDelta, Utc};
use practice_lms::{CourseRole, Flavour};

use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, framed, launch_as};

/// A clock that goes wrong by always the same time.
#[derive(Debug)]
struct Wrong(TimeDelta);

impl Clock for Wrong {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }

    fn steady(&self) -> Duration {
        SystemClock.steady()
    }
}

#[test]
fn a_clock_that_is_five_minutes_off_is_named_with_its_minutes_and_what_comes_of_it() {
    for (flavour, word, setting) in [
        (Flavour::Moodle, "Moodle", "Moodle takes the time of its server"),
        (
            Flavour::Canvas,
            "Canvas",
            "For a Canvas of your own, let its servers do so too",
        ),
    ] {
        for (minutes, direction) in [(5, "ahead of"), (-5, "behind")] {
            crate::app::block_on(off_by(flavour, word, setting, minutes, direction));
        }
    }
}

async fn off_by(flavour: Flavour, word: &str, setting: &str, minutes: i64, direction: &str) {
    let scene = Scene::on(TestDatabase::sqlite()).await;
    let wrong = Arc::new(Wrong(TimeDelta::minutes(minutes)));
    let lms = scene.another(flavour, |options| options.clock = wrong).await;
    // Whether this is let in or refused: the test says the same.
    launch_as(&lms, &mut framed(&lms), CourseRole::Teacher).await;
    let issuer = lms.registration().issuer;
    let found = scene
        .cairn
        .store
        .read(move |db| registrations::by_issuer(db, &issuer));
    let known = found.await.unwrap().remove(0);
    let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
    let page = admin.get(&format!("/admin/platforms/p/{}", known.id)).await;
    let words = admin.send(&page, "/test", &[]).await.words();
    let off = words.split("Its clock is ").nth(1).unwrap_or_default();
    let seconds: i64 = off.split(' ').next().unwrap_or_default().parse().unwrap_or(0);
    assert!(
        (297..=303).contains(&seconds) && off.contains(&format!("seconds {direction} ours")),
        "{word}, {minutes}: {words}"
    );
    for said in [
        "Something does not work.",
        "A launch is refused when they differ by a minute.",
        setting,
        // Tokens are refused as well, and it is not our keys that are to blame.
        "It gives no access token",
        &format!("Cairn can see no grades here now: {word} tells nothing without an access token."),
    ] {
        assert!(words.contains(said), "{word}, {minutes}, lacks {said:?}: {words}");
    }
    assert!(!words.contains("Our keys are at"), "{word}, {minutes}: {words}");
    scene.end().await;
    lms.stop().await;
}
