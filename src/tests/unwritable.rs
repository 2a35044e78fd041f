//! A disk that is full, or read-only from one moment to the next: what is there goes on being shown.

use std::time::Duration;

use crate::store::testing::{Engine, full, read_only};
use openbadges::bake::extract;
use practice_lms::CourseRole;

use crate::tests::harness::{Scene, framed, launch_as, on_each_database};
use crate::tests::showing::stage::{Stage, get};

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// Asks `/readyz` until it answers so: what it found a moment ago counts for five seconds.
async fn until_it_says(scene: &Scene, status: u16, words: &str) {
    let mut last = String::new();
    for _ in 0..300 {
        let page = get(&format!("{}/readyz", scene.origin), "*/*").await;
        last = page.text();
        if page.status == status && last.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not {status} {words:?}, but {last}");
}

#[test]
fn while_nothing_can_be_written_public_pages_verification_and_downloads_go_on() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let (mut holder, mine, page) = stage.holding(0, &award).await;
        let choices = [("show_name", "yes"), ("allow_downloads", "yes")];
        let form = page.form("/share").unwrap();
        holder.submit(&page, &form, &choices).await.unwrap();
        let my_data = holder.get(&stage.inside("/me")).await.unwrap();
        let store = &stage.scene.cairn.store;

        read_only(store, true);
        let address = stage.url(&format!("/b/{}", credential.slug));
        let shown = get(&address, HTML).await;
        assert_eq!(shown.status, 200, "{}", shown.words());
        assert!(
            shown.words().contains("nothing was changed since it was signed"),
            "{}",
            shown.words()
        );
        for ending in [".json", ".png", ".svg"] {
            let file = get(&format!("{address}{ending}"), "*/*").await;
            assert_eq!(file.status, 200, "{ending}");
            if ending != ".json" {
                let signed = extract(&file.body).unwrap();
                assert_eq!(signed.as_bytes(), credential.document.as_bytes());
            }
        }
        let verdict = stage.verify(credential.document.as_bytes()).await;
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        assert_eq!(get(&stage.url("/verify"), HTML).await.status, 200);
        // The holder sees what is theirs, and takes it along.
        assert_eq!(holder.get(&mine).await.unwrap().status, 200);
        let form = my_data
            .forms()
            .into_iter()
            .find(|form| form.action.contains("archive"));
        let archive = holder.submit(&my_data, &form.unwrap(), &[]).await.unwrap();
        assert_eq!(archive.status, 200, "{}", archive.words());
        assert!(archive.body.starts_with(b"PK"), "an archive");
        // Who wants to come in is told.
        let mut browser = framed(&stage.scene.moodle);
        let refused = launch_as(&stage.scene.moodle, &mut browser, CourseRole::Student).await;
        assert_eq!(refused.status, 503, "{}", refused.words());
        assert!(refused.words().contains("read-only"), "{}", refused.words());
        until_it_says(&stage.scene, 503, "cannot be written to").await;

        read_only(store, false);
        until_it_says(&stage.scene, 200, "ready").await;
        stage.scene.end().await;
    });
}

#[test]
fn a_full_disk_is_not_ready_until_there_is_room_again() {
    on_each_database(|scene| async move {
        until_it_says(&scene, 200, "ready").await;
        if scene.cairn.store.engine() == Engine::Sqlite {
            full(&scene.cairn.store, true);
            until_it_says(&scene, 503, "The disk is full").await;
            full(&scene.cairn.store, false);
            until_it_says(&scene, 200, "ready").await;
        }
        // The files lie in the data folder, wherever the database is.
        let in_the_way = scene.cairn.settings.data_dir.join(".room");
        std::fs::create_dir(&in_the_way).unwrap();
        until_it_says(&scene, 503, "cannot be written to").await;
        std::fs::remove_dir(&in_the_way).unwrap();
        until_it_says(&scene, 200, "ready").await;
        scene.end().await;
    });
}
