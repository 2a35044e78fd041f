//! A copied badge counts as what it was copied from, until somebody changes what it asks, and knows it.

use super::{badges_of, copied, known, offer, teacher};
use crate::service::badge::lineage;
use crate::tests::harness::on_each_database;

#[test]
fn what_a_copy_asks_is_changed_only_by_who_was_told_what_that_does() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut old = teacher(lms, 0).await;
        let (_, copy) = copied(lms, &mut old).await;
        let mut new = teacher(lms, 4).await;
        let page = offer(&mut new).await;
        new.send(&page, "/take", &[]).await;
        let course = known(&scene, lms, copy).await.unwrap();
        let quiz = badges_of(&scene, &course).await.remove(0);
        let first = {
            let source = known(&scene, lms, lms.world().courses()[0].id).await.unwrap();
            badges_of(&scene, &source).await.remove(0).id
        };
        let outside = async || {
            let quiz = quiz.clone();
            let found = scene.cairn.store.read(move |db| lineage::outside(db, &quiz));
            found.await.unwrap()
        };
        assert_eq!(outside().await, None, "it was never active");
        let says = "This badge will no longer count for “Quiz master” outside this course";
        let preview = new.preview(quiz.id.as_str()).await;
        assert!(!preview.words().contains(says), "{}", preview.words());
        new.activate(quiz.id.as_str()).await;
        assert_eq!(outside().await, Some(first), "as it was copied");

        let editor = new.get(&format!("/badges/{}/edit", quiz.id)).await;
        let fields = [("criteria", "Be there."), ("action", "save")];
        let asked = new.send_files(&editor, "/save", &fields, &[]).await;
        assert_eq!(asked.status, 422, "{}", asked.words());
        assert!(asked.words().contains(says), "{}", asked.words());

        let rule = new.get(&format!("/badges/{}/rule", quiz.id)).await;
        let easy = [("n.0.value", "10"), ("action", "save")];
        let asked = new.build(&rule, &easy).await;
        assert_eq!(asked.status, 422, "{}", asked.words());
        assert!(asked.words().contains(says), "{}", asked.words());
        let ticked = [("n.0.value", "10"), ("leaves", "yes"), ("action", "save")];
        let saved = new.build(&asked, &ticked).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());

        // What decides is said once more before it does.
        let preview = new.preview(quiz.id.as_str()).await;
        assert!(preview.words().contains(says), "{}", preview.words());
        let refused = new.send(&preview, "/activate", &[]).await;
        assert_eq!(refused.status, 422, "{}", refused.words());
        let done = new.send(&refused, "/activate", &[("leaves", "yes")]).await;
        assert!(done.words().contains("Activated."), "{}", done.words());
        assert_eq!(outside().await, None);
        scene.end().await;
    });
}
