//! An archive that cannot be packed: the page says so when nobody tries any more, and it can be asked for again.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock as _, ManualClock};
use crate::domain::export::{Export, ExportState};
use crate::ids::ExportId;
use crate::random::SystemRandom;
use crate::service::institution::administrators::Scope;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::{exports, jobs};
use chrono::TimeDelta;

use super::unpacked;
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::Scene;

/// How many jobs that pack were given up.
async fn given_up(scene: &Scene) -> i64 {
    let counts = scene.cairn.store.read(jobs::counts).await.unwrap();
    let found = counts
        .iter()
        .find(|count| (count.kind.as_str(), count.state.as_str()) == ("export", "given_up"));
    found.map_or(0, |count| count.jobs)
}

#[test]
fn an_archive_that_nobody_packs_any_more_says_so_and_can_be_asked_for_again() {
    for database in TestDatabase::dealt() {
        crate::app::block_on(async {
            let clock = Arc::new(ManualClock::at("2026-11-23T10:00:00Z".parse().unwrap()));
            let scene = Scene::at(database, clock.clone()).await;
            let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
            let here = format!("/admin/privacy/{tenant}");
            // A file lies where the folder of archives is to be.
            let folder = scene.folder.path().join("exports");
            std::fs::write(&folder, "in the way").unwrap();

            let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
            let page = admin.get(&here).await;
            let asked = admin.send(&page, "/export", &[]).await;
            assert!(!asked.words().contains("Failed"), "{}", asked.words());
            assert!(
                asked.text().contains("disabled"),
                "one at a time: {}",
                asked.text()
            );
            for _ in 0..600 {
                if given_up(&scene).await == 1 {
                    break;
                }
                // Each try waits longer than the one before.
                clock.advance(TimeDelta::seconds(30));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(given_up(&scene).await, 1);

            let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
            let failed = admin.get(&here).await;
            let words = failed.words();
            for said in [
                "Failed",
                "It could not be packed, and nobody tries any more.",
                "Error id",
                "Try again",
            ] {
                assert!(words.contains(said), "{said}: {words}");
            }
            for absent in ["Being packed", "Waits", "Save (ZIP)"] {
                assert!(!words.contains(absent), "{absent}: {words}");
            }
            assert!(!failed.text().contains("disabled"), "{}", failed.text());

            // One whose work was lost altogether is not waited for either.
            let now = clock.now();
            let lost = Export {
                id: ExportId::new(now, &SystemRandom),
                tenant: tenant.clone(),
                state: ExportState::Running,
                badges: 3,
                total: 9,
                size: None,
                created_at: now,
                ended_at: None,
            };
            let kept = scene.cairn.store.write(move |db| exports::save(db, &lost));
            kept.await.unwrap();
            let both = admin.get(&here).await;
            assert_eq!(both.words().matches("Try again").count(), 2, "{}", both.words());
            assert!(
                both.words().contains("The work on it ended before it was ready."),
                "{}",
                both.words()
            );

            std::fs::remove_file(&folder).unwrap();
            let mut forms = both.forms().into_iter();
            let again = forms.rfind(|form| form.action.ends_with("/export")).unwrap();
            let again = admin.browser.submit(&both, &again, &[]).await.unwrap();
            assert!(!again.words().contains("Failed"), "{}", again.words());
            let mut ready = admin.get(&here).await;
            for _ in 0..600 {
                if ready.form("/exports/").is_ok() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                ready = admin.get(&here).await;
            }
            let archive = admin.send(&ready, "/exports/", &[]).await;
            assert_eq!(archive.status, 200, "{}", archive.words());
            assert!(unpacked(&archive.body).contains_key("README.txt"));
            let words = admin.get(&here).await.words();
            assert!(
                !words.contains("Failed") && !words.contains("Try again"),
                "{words}"
            );
            assert_eq!(given_up(&scene).await, 0);
            scene.end().await;
        });
    }
}
