//! A teacher says when grades count, and what students read until then.

use practice_lms::PracticeLms;
use practice_lms::browser::Page;
use rust_decimal::Decimal;

use crate::store::testing::TestDatabase;
use crate::tests::chromium::Chromium;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::screens::{Viewer, launch};

const WAITING: &str =
    "Grades in “Final quiz” count when you release them. Until then no student is told of them.";

/// A teacher with a badge for 80 percent in "Final quiz", which is not active yet; and the badge.
async fn begun(lms: &PracticeLms) -> (Guest, String) {
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    let page = teacher.page.clone();
    if page.form("/choose").is_ok() {
        teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    let home = teacher.until("", "Checked").await;
    assert!(
        !home.words().contains("When do grades count?"),
        "no rule reads a grade yet"
    );
    let badge = teacher.make_badge("Quiz master", "knowledge").await;
    let rule = teacher.rule_on_column(&badge, "Final quiz").await;
    reads(
        &rule,
        "Grades in “Final quiz” count as soon as they are in the gradebook",
    );
    (teacher, badge)
}

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

/// Types the grade of one student, who does not see it at the LMS, and has it read.
async fn graded_in_secret(lms: &PracticeLms, teacher: &mut Guest, student: usize, points: i64) {
    let world = lms.world();
    let at = world.courses()[0].id;
    let column = world
        .line_items(at)
        .into_iter()
        .find(|one| one.label == "Final quiz");
    let (column, student) = (column.unwrap().id, world.students(at)[student].id);
    world.hide_grades(at, column, true);
    assert!(world.set_grade(at, column, student, Some(Decimal::new(points, 1))));
    let home = teacher.get("").await;
    teacher.send(&home, "/check", &[]).await;
}

/// The review page before "Final quiz" is released, and the address at which that column is changed.
async fn release_page(teacher: &mut Guest) -> (Page, String) {
    let columns = teacher.get("/columns").await;
    for href in columns.links("/release") {
        let href = columns.url.join(&href).unwrap();
        let page = teacher.browser.get(href.as_str()).await.unwrap();
        if page.words().contains("Release the grades in “Final quiz”?") {
            let item = href.path().rsplit('/').nth(1).unwrap().to_owned();
            return (page, format!("/columns/{item}/change"));
        }
    }
    panic!("{}", columns.words());
}

#[test]
fn a_teacher_is_asked_once_holds_a_column_and_releases_it_and_students_read_nothing_before() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let world = lms.world();
            let students = world.students(world.courses()[0].id);
            let (mut teacher, badge) = begun(lms).await;
            let home = teacher.get("").await;
            let product = if name == "moodle" { "Moodle" } else { "Canvas" };
            reads(&home, "When do grades count?");
            reads(
                &home,
                &format!("{product} gives Cairn every grade as soon as it is in the gradebook"),
            );
            let answered = teacher
                .send(&home, "/columns/answer", &[("counting", "on_release")])
                .await;
            reads(&answered, "Saved. You can change when grades count");
            assert!(
                !answered.words().contains("When do grades count?"),
                "{name}: asked once"
            );

            teacher.activate(&badge).await;
            graded_in_secret(lms, &mut teacher, 0, 935).await;
            let preview = format!("/badges/{badge}/preview");
            let tried = teacher.until(&preview, "1 more earns it once you release").await;
            reads(&tried, WAITING);
            reads(&tried, "not released yet");
            let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
            reads(&rule, WAITING);

            // Two students, one with a grade and one without, read the same.
            for student in &students[..2] {
                let mut guest = Guest::open(lms, 0, &student.name, "My badges").await;
                for place in [String::new(), format!("/badges/{badge}")] {
                    let page = guest.get(&place).await;
                    assert!(!page.words().contains("93.5"), "{name}: {}", page.words());
                    reads(
                        &page,
                        "get at least 80 of 100 in Final quiz, where grades are not released yet",
                    );
                }
                let page = guest.get(&format!("/badges/{badge}")).await;
                reads(&page, "Final quiz: grades are not released yet, needs 80 of 100");
                let closed = guest.get("/columns").await;
                assert_eq!(closed.status, 403, "{}", closed.words());
            }
            let progress = teacher.until("/progress", "Not released yet").await;
            let mut all = progress.links("/people/").into_iter();
            let seen = loop {
                let href = progress.url.join(&all.next().expect("nobody has it")).unwrap();
                let page = teacher.browser.get(href.as_str()).await.unwrap();
                if page.words().contains(&students[0].name) {
                    break page;
                }
            };
            reads(
                &seen,
                "Not released yet, so only teachers see it: Final quiz: 93.5 of 100.",
            );

            let (review, change) = release_page(&mut teacher).await;
            reads(&review, "1 student earns “Quiz master” at once.");
            let done = teacher.send(&review, "/change", &[]).await;
            reads(&done, "Released. Those who meet a rule are being awarded now.");
            reads(&done, "Grades in “Final quiz” were released on");
            teacher.until("", "Knowledge badge 1 of").await;
            let mut holder = Guest::open(lms, 0, &students[0].name, "My badges").await;
            let page = holder.get(&format!("/badges/{badge}")).await;
            reads(&page, "Final quiz: 93.5 of 100, needs 80");

            // Held again, with a date that must be to come.
            let columns = teacher.get("/columns").await;
            let held = teacher.send(&columns, &change, &[("action", "hold")]).await;
            reads(&held, "Held. Grades that are read from now on wait");
            reads(&held, "Grades in “Final quiz” that are newer than");
            for wrong in ["2001-01-01T10:00", "tomorrow", ""] {
                let fields = [("at", wrong), ("action", "plan")];
                let refused = teacher.send(&held, &change, &fields).await;
                assert_eq!(refused.status, 422, "{wrong}");
                reads(&refused, "Choose a day and a time that are still to come.");
            }
            let fields = [("at", "2099-01-01T10:00"), ("action", "plan")];
            let planned = teacher.send(&held, &change, &fields).await;
            reads(
                &planned,
                "count from 1 January 2099, 10:00 UTC on, when they are released.",
            );
            reads(&planned, "Take the date back");
            let unknown = teacher.send(&planned, &change, &[("action", "polish")]).await;
            assert_eq!(unknown.status, 422);
        }
        scene.end().await;
    });
}

#[test]
fn the_pages_that_say_when_grades_count_are_fit_for_everybody() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let lms = &scene.moodle;
        let (mut teacher, badge) = begun(lms).await;
        let world = lms.world();
        let at = world.courses()[0].id;
        let name = world.member(at, practice_lms::CourseRole::Teacher).unwrap().name;
        let student = world.students(at).remove(0).name;
        let mut viewer = Viewer {
            chromium: &chromium,
            wrong: Vec::new(),
        };
        launch(&chromium, lms, 0, "My badges", &name).await;
        viewer.inspect("releases-question").await;
        // What is pressed is on its way before another page is asked for.
        chromium.leaving(chromium.press("When I release them")).await;
        let columns = format!("{}/columns", teacher.course);
        viewer.goto("columns-waiting", &columns).await;
        let rule = format!("{}/badges/{badge}/rule", teacher.course);
        viewer.goto("rule-waiting", &rule).await;
        let preview = format!("{}/badges/{badge}/preview", teacher.course);
        teacher.activate(&badge).await;
        viewer.goto("dry-run-waiting", &preview).await;
        chromium.driver.goto(&columns).await.unwrap();
        let release = viewer.link("/release").await;
        viewer.goto("column-release", &release).await;
        viewer.press("Release the grades").await;
        viewer.inspect("columns-released").await;
        viewer.press("Hold again").await;
        viewer.inspect("columns-held").await;
        launch(&chromium, lms, 0, "My badges", &student).await;
        let own = format!("{}/badges/{badge}", teacher.course);
        viewer.goto("student-waiting", &own).await;
        let wrong = viewer.wrong.join("\n");
        assert!(wrong.is_empty(), "{wrong}");
        chromium.end().await;
        scene.end().await;
    });
}

#[test]
fn whoever_changes_a_column_second_is_shown_how_the_first_one_left_it() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let (mut teacher, _) = begun(lms).await;
        let mut assistant = Guest::open(lms, 0, "Assistant", "My badges").await;
        let (first, second) = (assistant.get("/columns").await, teacher.get("/columns").await);
        let wait = [("counting", "on_release")];
        for (guest, page) in [(&mut assistant, &first), (&mut teacher, &second)] {
            let done = guest.send(page, "/columns/answer", &wait).await;
            assert_eq!(done.status, 200, "the same is no clash: {}", done.words());
        }
        let at_once = [("counting", "at_once")];
        let clash = teacher.send(&second, "/columns/answer", &at_once).await;
        assert_eq!(clash.status, 409, "{}", clash.words());
        for said in [
            "Nora Newbold saved this",
            "Grades in a new column count when you release them.",
            "Grades in a new column count as soon as they are in the gradebook.",
        ] {
            reads(&clash, said);
        }

        // A date is set while somebody looks at what a release would do.
        let (review, change) = release_page(&mut teacher).await;
        let page = assistant.get("/columns").await;
        let date = [("at", "2099-01-01T10:00"), ("action", "plan")];
        let planned = assistant.send(&page, &change, &date).await;
        reads(&planned, "count from 1 January 2099, 10:00 UTC on");
        let clash = teacher.send(&review, "/change", &[]).await;
        assert_eq!(clash.status, 409, "{}", clash.words());
        for said in [
            "Nora Newbold saved this",
            "count from 1 January 2099, 10:00 UTC on",
            "Grades in “Final quiz” were released on",
        ] {
            reads(&clash, said);
        }
        let columns = assistant.get("/columns").await;
        reads(&columns, "count from 1 January 2099");
        let saved = teacher.send(&clash, "/change", &[]).await;
        assert_eq!(saved.status, 200, "{}", saved.words());
        reads(&saved, "Grades in “Final quiz” were released on");

        // Whoever insists on another date gets it, and what counts already goes on counting.
        let date = [("at", "2099-02-01T10:00"), ("action", "plan")];
        let clash = assistant.send(&planned, &change, &date).await;
        assert_eq!(clash.status, 409, "{}", clash.words());
        reads(&clash, "Tess Teacher saved this");
        let saved = assistant.send(&clash, "/change", &[]).await;
        reads(&saved, "count from 1 February 2099, 10:00 UTC on");
        scene.end().await;
    });
}
