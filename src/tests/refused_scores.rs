//! Scores that the gradebook refuses, as the teacher meets them: by name on the first page, and beside the work.

use practice_lms::Closed;

use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

#[test]
fn a_teacher_sees_whose_score_is_refused_and_what_to_do_until_it_is_taken() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let (mut teacher, place) = activity(lms).await;
        teacher.until("", "1 column").await;
        let world = lms.world();
        let at = world.courses()[0].id;
        let columns = world.line_items(at);
        let column = columns
            .iter()
            .find(|one| one.label == "Project report")
            .unwrap()
            .id;
        world.close_line_item(at, column, Some(Closed::Unpublished));
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        let home = teacher.until("", "The assignment is not published.").await;
        let words = home.words();
        assert!(
            words.contains("Needs attention")
                && words.contains(&format!("{ADA}: the gradebook does not know that work")),
            "{words}"
        );
        let review = first_in_queue(&mut teacher).await;
        let words = review.words();
        assert!(
            words.contains("The gradebook has not taken what was to be sent for this work.")
                && words.contains("The gradebook has no grade for this student yet."),
            "{words}"
        );
        world.close_line_item(at, column, None);
        teacher
            .send(&review, "/review", &[("score", "90"), ("verdict", "approve")])
            .await;
        scene.at_rest().await;
        let home = teacher.get("").await;
        assert!(!home.words().contains("is not published"), "{}", home.words());
        let queue = teacher.get("/evidence?state=all").await;
        let first = queue.links("/evidence/").into_iter().next().unwrap();
        let review = teacher.browser.get(&first).await.unwrap();
        assert!(
            review
                .words()
                .contains("The gradebook has 90 of 100, as it was given here."),
            "{}",
            review.words()
        );
        scene.end().await;
    });
}
