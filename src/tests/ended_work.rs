//! Work that was handed in to a course that was deleted since, as who taught it sees it.

use chrono::TimeDelta;
use practice_lms::{CourseRole, Endpoint};

use crate::domain::cause::Cause;
use crate::service::course::sync::check_course;
use crate::tests::ended::{known, on_a_forward_clock};
use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;

#[test]
fn what_was_said_of_work_stays_readable_and_what_cannot_be_sent_is_said_once_and_promises_nothing() {
    on_a_forward_clock(|scene, clock| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].clone();
        let name = world.member(at.id, CourseRole::Teacher).unwrap().name;
        let (mut teacher, place) = activity(lms).await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        let open = first_in_queue(&mut teacher).await;
        let given = [
            ("score", "40"),
            ("message", "Well argued."),
            ("verdict", "approve"),
        ];
        teacher.send(&open, "/review", &given).await;
        scene.at_rest().await;
        let course = known(&scene, &at.title).await;
        world.delete_course(at.id);
        let look = || check_course(&scene.cairn, &course.tenant, &course.id, Cause::CheckNow);
        look().await.unwrap();

        // Within the hour it may still be that the course comes back, so a review is kept; sending it cannot help.
        let review = teacher.browser.get(open.url.as_str()).await.unwrap();
        let given = [
            ("score", "45"),
            ("message", "Well argued."),
            ("verdict", "approve"),
        ];
        teacher.send(&review, "/review", &given).await;
        let home = teacher
            .until("", "is not up to date in the gradebook. It is kept here.")
            .await;
        let words = home.words();
        assert_eq!(words.matches("is no longer there").count(), 1, "{words}");
        assert!(!words.contains("again by itself"), "{words}");
        let queue = teacher.get("/evidence").await.words();
        assert_eq!(queue.matches("is no longer there").count(), 1, "{queue}");
        for untrue in ["on their way", "again by itself"] {
            assert!(!queue.contains(untrue), "{untrue}: {queue}");
        }

        clock.forward(TimeDelta::minutes(61));
        look().await.unwrap();
        assert!(known(&scene, &at.title).await.life.end().is_some());
        let read = teacher.browser.get(open.url.as_str()).await.unwrap().words();
        let said = ["This course has ended.", "45 of 100 points", "Well argued."];
        for said in said.into_iter().chain([name.as_str()]) {
            assert!(read.contains(said), "{said}: {read}");
        }
        for untrue in [
            "for this student yet",
            "do not reach the gradebook",
            "Your review",
        ] {
            assert!(!read.contains(untrue), "{untrue}: {read}");
        }
        let queue = teacher.get("/evidence").await.words();
        assert!(queue.contains("This course has ended."), "{queue}");
        assert!(!queue.contains("on their way"), "{queue}");

        // Nobody asks a course that has ended to take a score: its daily look says when it is there again.
        scene.at_rest().await;
        let faults = world.faults();
        let asked = || faults.requests(Endpoint::Scores) + faults.requests(Endpoint::Results);
        let before = asked();
        for _ in 0..2 {
            clock.forward(TimeDelta::minutes(11));
            scene.at_rest().await;
        }
        assert_eq!(asked(), before);
        scene.end().await;
    });
}
