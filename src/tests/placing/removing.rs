//! What was chosen for a course and never saved there: a teacher removes it.

use practice_lms::CourseRole;

use super::{REPORT, answer, choose, place, send, visit};
use crate::store::testing::shortcuts::{first_tenant, logged};
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

const LIST: &str = "Chosen for the course and never opened";

#[test]
fn a_choice_that_was_never_saved_in_the_course_is_removed_by_a_teacher() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let (mut browser, picker) = choose(lms, CourseRole::Teacher, "").await;
        let review = send(&mut browser, &picker, "/place/review", &REPORT).await;
        // The answer is on its way, and the form of the course is left there.
        answer(&mut browser, &review).await;
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let (_, picker) = choose(lms, CourseRole::Teacher, "").await;
        assert!(picker.words().contains("Field report"), "{}", picker.words());

        let evidence = teacher.get("/evidence").await;
        let words = evidence.words();
        assert!(words.contains(&format!("{LIST} (1)")), "{words}");
        let href = evidence.links("/remove").remove(0);
        let asked = teacher.browser.get(&href).await.unwrap();
        let words = asked.words();
        assert!(
            words.contains("Remove “Field report”?") && words.contains("This cannot be undone"),
            "{words}"
        );
        let done = teacher.send(&asked, "/remove/confirm", &[]).await;
        let words = done.words();
        assert!(
            words.contains("The evidence activity was removed.") && !words.contains(LIST),
            "{words}"
        );
        let (_, picker) = choose(lms, CourseRole::Teacher, "").await;
        assert!(!picker.words().contains("Field report"), "{}", picker.words());
        let entries = scene.cairn.store.read(|db| {
            let tenant = first_tenant(db)?.unwrap().id;
            logged(db, &tenant, crate::domain::page::Page::first(50))
        });
        let entries = entries.await.unwrap();
        let removed = entries.iter().find(|entry| entry.action == "link.removed");
        assert_eq!(removed.unwrap().detail["title"], "Field report");
        scene.end().await;
    });
}

#[test]
fn of_two_activities_of_one_name_the_page_says_which_it_removes() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        for _ in 0..2 {
            let (mut browser, picker) = choose(lms, CourseRole::Teacher, "").await;
            let review = send(&mut browser, &picker, "/place/review", &REPORT).await;
            answer(&mut browser, &review).await;
        }
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let evidence = teacher.get("/evidence").await;
        let mut asked = Vec::new();
        for href in evidence.links("/remove") {
            asked.push(teacher.browser.get(&href).await.unwrap().words());
        }
        assert_eq!(asked.len(), 2, "{}", evidence.words());
        let titles: Vec<&str> = asked
            .iter()
            .filter_map(|words| words.split_once("Remove “Field report” (")?.1.split_once(")?"))
            .map(|(mark, _)| mark)
            .collect();
        assert_eq!(titles.len(), 2, "{asked:?}");
        assert_ne!(titles[0], titles[1]);
        for mark in titles {
            assert!(evidence.words().contains(mark), "{mark}: {}", evidence.words());
        }
        scene.end().await;
    });
}

#[test]
fn what_somebody_has_opened_in_the_course_is_not_offered_for_removal() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        place(lms, "", &REPORT).await;
        visit(lms, CourseRole::Teacher, "Field report").await;
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let words = teacher.get("/evidence").await.words();
        assert!(!words.contains(LIST), "{words}");
        let opened = Guest::open(lms, 0, "Teacher", "Field report").await;
        let place = opened
            .page
            .url
            .path()
            .split_once("/activities/")
            .unwrap()
            .1
            .to_owned();
        let page = teacher.get(&format!("/activities/{place}/remove")).await;
        assert_eq!(page.status, 409, "{}", page.words());
        assert!(
            page.words().contains("This evidence activity is in the course"),
            "{}",
            page.words()
        );
        scene.end().await;
    });
}
