//! Work that was handed in to a course that was deleted since, as who taught it sees it.

use chrono::TimeDelta;
use practice_lms::{CourseRole, Endpoint};

use crate::domain::cause::Cause;
use crate::service::course::sync::check_course;
use crate::tests::ended::{has_form, known, leads_back, on_a_forward_clock};
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
        scene.at_rest_for_now().await;
        let faults = world.faults();
        let asked = || faults.requests(Endpoint::Scores) + faults.requests(Endpoint::Results);
        let before = asked();
        for _ in 0..2 {
            clock.forward(TimeDelta::minutes(11));
            scene.at_rest_for_now().await;
        }
        assert_eq!(asked(), before);
        scene.end().await;
    });
}

#[test]
fn a_deleted_course_is_told_of_in_one_sentence_and_once_it_has_ended_no_review_is_saved() {
    on_a_forward_clock(|scene, clock| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].clone();
        let (mut teacher, place) = activity(lms).await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        world.add_link(at.id, "Lab book", 0, None);
        let mut lab = Guest::open(lms, 0, "Teacher", "Lab book").await;
        scene.at_rest().await;
        let course = known(&scene, &at.title).await;
        let review = first_in_queue(&mut teacher).await;
        assert!(has_form(&review, "/review"), "{}", review.words());
        world.delete_course(at.id);
        let look = || check_course(&scene.cairn, &course.tenant, &course.id, Cause::CheckNow);
        look().await.unwrap();

        // Before the hour is over nothing is closed, and no bare status is said.
        let home = teacher.get("").await.words();
        assert_eq!(home.matches("is no longer there").count(), 1, "{home}");
        assert!(home.contains("New badge"), "{home}");
        assert!(home.contains("Last read") && !home.contains("Checked"), "{home}");
        let choose = lab.page.clone();
        let chosen = [("opens", "activity"), ("title", "Lab book"), ("points", "50")];
        lab.send(&choose, "/choose", &chosen).await;
        let told = "An evidence activity has no gradebook column yet";
        teacher.until("", told).await;
        let shown = review.url.path().split_once("/evidence/").unwrap().1;
        for rest in ["", "/evidence", &format!("/evidence/{shown}")] {
            let words = teacher.get(rest).await.words();
            assert!(!words.contains("(404)"), "{rest}: {words}");
        }

        let open = ada.get(&place).await;
        clock.forward(TimeDelta::minutes(61));
        look().await.unwrap();
        assert!(known(&scene, &at.title).await.life.end().is_some());
        // A student who was writing reads what was typed again, and nothing of consoles.
        let typed = [("text", "My second report"), ("link", "https://work.example/2")];
        let lost = ada.send_files(&open, "/hand-in", &typed, &[]).await;
        assert_eq!(lost.status, 409, "{}", lost.words());
        for said in [
            "This was not handed in",
            "My second report",
            "This course has ended",
        ] {
            assert!(lost.words().contains(said), "{said}: {}", lost.words());
        }
        assert!(lost.text().contains("https://work.example/2"), "{}", lost.words());
        assert!(lost.text().contains("course.ended"), "{}", lost.words());
        assert!(!lost.words().contains("console"), "{}", lost.words());
        assert!(!has_form(&lost, "/hand-in"), "{}", lost.words());
        let home = teacher.get("").await.words();
        assert!(home.contains("This course has ended."), "{home}");
        for gone in [told, "New badge", "Retire", "is no longer there"] {
            assert!(!home.contains(gone), "{gone}: {home}");
        }
        // The form that was open before.
        let late = [("verdict", "decline"), ("message", "Too late")];
        let refused = teacher.send(&review, "/review", &late).await;
        assert_eq!(refused.status, 409, "{}", refused.words());
        assert!(refused.text().contains("course.ended"), "{}", refused.text());
        leads_back(&refused, &teacher.course);
        let still = first_in_queue(&mut teacher).await;
        let words = still.words();
        assert!(
            words.contains("My report") && !words.contains("Too late"),
            "{words}"
        );
        assert!(!has_form(&still, "/review"), "{words}");
        scene.end().await;
    });
}
