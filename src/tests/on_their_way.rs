//! Scores on their way to the gradebook: the pages where a teacher waits for them look again by themselves, and leave alone
//! what was typed.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use practice_lms::browser::{Form, Page};
use practice_lms::{CourseRole, Endpoint, Fault};

use crate::store::testing::TestDatabase;
use crate::tests::chromium::Chromium;
use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::{ForwardClock, Scene, on_each_database};
use crate::tests::screens::launch;

/// What the script of a page sends to look again.
fn again(page: &Page) -> Option<Form> {
    let is_it = |form: &Form| {
        let mut attributes = form.attributes.iter();
        attributes.any(|(name, value)| name == "id" && value == "again")
    };
    page.forms().into_iter().find(is_it)
}

#[test]
fn pages_look_again_while_a_score_is_on_its_way_and_no_longer_than_that() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let (mut teacher, place) = activity(lms).await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        scene.at_rest().await;
        let review = first_in_queue(&mut teacher).await;
        assert!(again(&review).is_none(), "nothing is on its way");
        let faults = lms.world().faults();
        faults.inject(Endpoint::Scores, &Fault::Delay(Duration::from_secs(60)), 60);
        let given = [("score", "90"), ("verdict", "approve")];
        let queue = teacher.send(&review, "/review", &given).await;
        let form = again(&queue).unwrap_or_else(|| panic!("{}", queue.words()));
        assert_eq!(form.value("notice"), Some("reviewed"), "what was said stays");
        let all = teacher.get("/evidence?state=all").await;
        let form = again(&all).unwrap_or_else(|| panic!("{}", all.words()));
        assert_eq!(form.value("state"), Some("all"), "and what was looked for");
        let page = teacher.browser.get(review.url.as_str()).await.unwrap();
        assert!(again(&page).is_some(), "{}", page.words());
        let beyond = [("score", "101"), ("verdict", "approve")];
        let wrong = teacher.send(&page, "/review", &beyond).await;
        assert_eq!(wrong.status, 422, "{}", wrong.words());
        assert!(again(&wrong).is_none(), "what was typed is not replaced");

        faults.clear();
        for _ in 0..300 {
            if again(&teacher.get("/evidence").await).is_none() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let page = teacher.browser.get(review.url.as_str()).await.unwrap();
        let words = page.words();
        assert!(again(&page).is_none(), "{words}");
        assert!(
            words.contains("The gradebook has 90 of 100, as it was given here."),
            "{words}"
        );
        scene.end().await;
    });
}

#[test]
fn what_was_said_not_to_reach_the_gradebook_is_never_said_to_be_on_its_way() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].id;
        let (mut teacher, place) = activity(lms).await;
        teacher.until("", "1 column").await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        scene.at_rest().await;
        let mut columns = world.line_items(at).into_iter();
        let column = columns.find(|one| one.label == "Project report").unwrap().id;
        assert!(world.delete_line_item(at, column));
        let home = teacher.get("").await;
        teacher.send(&home, "/check", &[]).await;
        scene.at_rest().await;
        let review = first_in_queue(&mut teacher).await;
        let words = review.words();
        assert!(words.contains("do not reach the gradebook for now"), "{words}");
        let given = [("score", "90"), ("verdict", "approve")];
        let queue = teacher.send(&review, "/review", &given).await;
        assert!(!queue.words().contains("on their way"), "{}", queue.words());
        let late = teacher.until("/evidence", "is not up to date").await;
        let words = late.words();
        assert!(words.contains("was deleted from the course"), "{words}");
        assert!(!words.contains("on their way"), "{words}");
        scene.end().await;
    });
}

#[test]
fn a_page_whose_visit_has_ended_says_so_and_asks_no_more() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let clock = Arc::new(ForwardClock::default());
        let scene = Scene::at(TestDatabase::sqlite(), clock.clone()).await;
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let (mut teacher, place) = activity(lms).await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        scene.at_rest().await;
        let name = world
            .member(world.courses()[0].id, CourseRole::Teacher)
            .unwrap()
            .name;
        launch(&chromium, lms, 0, "Project report", &name).await;
        let review = first_in_queue(&mut teacher).await;
        let faults = world.faults();
        faults.inject(Endpoint::Scores, &Fault::Delay(Duration::from_secs(60)), 60);
        let given = [("score", "90"), ("verdict", "approve")];
        teacher.send(&review, "/review", &given).await;
        let queue = format!("{}/evidence", teacher.course);
        chromium.driver.goto(&queue).await.unwrap();
        chromium.reads("Scores are on their way").await;
        let count = "window.asked = 0; const real = window.fetch; \
                     window.fetch = (...all) => { window.asked += 1; return real(...all); };";
        chromium.driver.execute(count, Vec::new()).await.unwrap();
        clock.forward(TimeDelta::hours(11));
        chromium.reads("Your visit has ended").await;
        let asked = async || {
            let asked = chromium.driver.execute("return window.asked", Vec::new()).await;
            asked.unwrap().json().as_u64().unwrap()
        };
        let before = asked().await;
        assert!(before > 0, "it looked, and was told");
        tokio::time::sleep(Duration::from_secs(7)).await;
        assert_eq!(asked().await, before, "it is asked for no more");
        chromium.reads("Open Cairn again from your course").await;
        faults.clear();
        chromium.end().await;
        scene.end().await;
    });
}
