//! Evidence from both sides: what students hand in, what teachers say of it, and what the gradebook makes of it.

use practice_lms::{Endpoint, Fault, PracticeLms};
use rust_decimal::Decimal;

use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

pub(crate) const ADA: &str = "Ada Adeyemi";

/// A teacher who made the link "Project report" an activity; and the activity's place in the course.
pub(crate) async fn activity(lms: &PracticeLms) -> (Guest, String) {
    let mut teacher = Guest::open(lms, 0, "Teacher", "Project report").await;
    let page = teacher.page.clone();
    let fields = [
        ("opens", "activity"),
        ("title", "Project report"),
        ("points", "100"),
    ];
    let chosen = teacher.send(&page, "/choose", &fields).await;
    assert!(
        chosen.words().contains("this link opens what you chose"),
        "{}",
        chosen.words()
    );
    let place = chosen.url.path().split_once("/activities/").unwrap().1.to_owned();
    (teacher, format!("/activities/{place}"))
}

/// What the gradebook has for Ada in the report's column.
fn in_gradebook(lms: &PracticeLms) -> Option<practice_lms::GradeView> {
    let world = lms.world();
    let at = world.courses()[0].id;
    let column = world
        .line_items(at)
        .into_iter()
        .find(|one| one.label == "Project report")?
        .id;
    let ada = world.students(at).into_iter().find(|one| one.name == ADA)?.id;
    world.grade(at, column, ada)
}

async fn until_gradebook(lms: &PracticeLms, what: &str, holds: impl Fn(&practice_lms::GradeView) -> bool) {
    for _ in 0..300 {
        if in_gradebook(lms).as_ref().is_some_and(&holds) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{what}: {:?}", in_gradebook(lms));
}

pub(crate) async fn hand_in(student: &mut Guest, place: &str, text: &str) {
    let page = student.get(place).await;
    let done = student
        .send_files(&page, "/hand-in", &[("text", text)], &[])
        .await;
    assert!(done.words().contains("Handed in."), "{}", done.words());
}

/// Opens the first hand-in of the queue.
pub(crate) async fn first_in_queue(teacher: &mut Guest) -> practice_lms::browser::Page {
    let queue = teacher.get("/evidence").await;
    let first = queue
        .links("/evidence/")
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("{}", queue.words()));
    teacher.browser.get(&first).await.unwrap()
}

#[test]
fn a_report_waits_is_changed_is_approved_and_its_grade_arrives() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut teacher, place) = activity(lms).await;
            let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
            hand_in(&mut ada, &place, "My <b>first</b> report").await;
            until_gradebook(lms, "it waits", |grade| {
                grade.points.is_none()
                    && grade
                        .progress
                        .as_ref()
                        .is_some_and(|(_, grading)| grading == "PendingManual")
            })
            .await;

            let review = first_in_queue(&mut teacher).await;
            assert!(
                review.text().contains("&#60;b&#62;first") || review.text().contains("&lt;b&gt;first"),
                "{name}"
            );
            let without = teacher.send(&review, "/review", &[("verdict", "changes")]).await;
            assert_eq!(without.status, 422, "{name}: a change needs a message");
            assert!(
                review.words().contains("They count only with “Approve”."),
                "{}",
                review.words()
            );
            let asked = [
                ("message", "Say why, please."),
                ("verdict", "changes"),
                ("score", "70"),
            ];
            let saved = teacher.send(&review, "/review", &asked).await;
            assert!(
                saved.words().contains("The points that you typed were left out"),
                "{}",
                saved.words()
            );
            let page = ada.get(&place).await;
            assert!(
                page.words().contains("Changes asked") && page.words().contains("Say why, please."),
                "{name}"
            );

            hand_in(&mut ada, &place, "My second report").await;
            let page = ada.get(&place).await;
            assert!(
                page.words()
                    .contains("Version 1, changes were asked for: Say why, please."),
                "{}",
                page.words()
            );

            let review = first_in_queue(&mut teacher).await;
            let beyond = [("score", "101"), ("verdict", "approve")];
            let refused = teacher.send(&review, "/review", &beyond).await;
            assert!(
                refused.words().contains("Give 0 to 100 points."),
                "{}",
                refused.words()
            );
            teacher
                .send(&review, "/review", &[("score", "90"), ("verdict", "approve")])
                .await;
            until_gradebook(lms, "its grade", |grade| grade.points == Some(Decimal::from(90))).await;
            let page = ada.get(&place).await;
            assert!(
                page.words().contains("It is approved, so it stays as it is."),
                "{name}: {}",
                page.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_grade_that_the_teacher_types_in_the_gradebook_wins() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut teacher, place) = activity(lms).await;
            let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
            hand_in(&mut ada, &place, "My report").await;
            until_gradebook(lms, "it waits", |grade| grade.has_result).await;
            let world = lms.world();
            let at = world.courses()[0].id;
            let column = world
                .line_items(at)
                .into_iter()
                .find(|one| one.label == "Project report")
                .unwrap()
                .id;
            let id = world
                .students(at)
                .into_iter()
                .find(|one| one.name == ADA)
                .unwrap()
                .id;
            world.set_grade(at, column, id, Some(Decimal::from(55)));

            let home = teacher.get("").await;
            teacher.send(&home, "/check", &[]).await;
            ada.until(&place, "55 of 100").await;
            let review = first_in_queue(&mut teacher).await;
            assert!(
                review.words().contains("The gradebook says 55 of 100"),
                "{name}: {}",
                review.words()
            );
            teacher
                .send(&review, "/review", &[("score", "90"), ("verdict", "approve")])
                .await;
            // Handing in again after this would be refused; when all is sent the typed grade still stands.
            scene.at_rest().await;
            assert_eq!(
                in_gradebook(lms).unwrap().points,
                Some(Decimal::from(55)),
                "{name}"
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_grade_typed_before_anything_is_handed_in_is_never_cleared() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut teacher, place) = activity(lms).await;
            teacher.until("", "1 column").await;
            let world = lms.world();
            let at = world.courses()[0].id;
            let column = world
                .line_items(at)
                .into_iter()
                .find(|one| one.label == "Project report")
                .unwrap()
                .id;
            let id = world
                .students(at)
                .into_iter()
                .find(|one| one.name == ADA)
                .unwrap()
                .id;
            world.set_grade(at, column, id, Some(Decimal::from(70)));
            let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
            hand_in(&mut ada, &place, "Late, but here").await;
            scene.at_rest().await;
            assert_eq!(
                in_gradebook(lms).unwrap().points,
                Some(Decimal::from(70)),
                "{name}"
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_file_is_kept_whole_and_can_never_run() {
    on_each_database(|scene| async move {
        let (mut teacher, place) = activity(&scene.moodle).await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        let page = ada.get(&place).await;
        let nothing = ada.send_files(&page, "/hand-in", &[], &[]).await;
        assert_eq!(nothing.status, 422);
        assert!(
            nothing.words().contains("a text, a link or a file"),
            "{}",
            nothing.words()
        );
        let bad = [("link", "javascript:alert(1)"), ("text", "kept")];
        let refused = ada.send_files(&page, "/hand-in", &bad, &[]).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.form("/hand-in").unwrap().value("text"), Some("kept"));
        let large = vec![b'x'; 21_000_000];
        let form = page.form("/hand-in").unwrap();
        let file = [("file", "large.txt", "text/plain", large.as_slice())];
        let typed = [("text", "kept as well")];
        let refused = ada
            .browser
            .submit_files(&page, &form, &typed, &file)
            .await
            .unwrap();
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("The file is larger than 20 MB."),
            "{}",
            refused.words()
        );
        assert_eq!(
            refused.form("/hand-in").unwrap().value("text"),
            Some("kept as well")
        );

        let harmful = b"<!doctype html><script>alert(document.domain)</script>";
        let file = [("file", "../report \"x\".html", "text/html", harmful.as_slice())];
        let done = ada.send_files(&page, "/hand-in", &[], &file).await;
        assert!(done.words().contains("Handed in."), "{}", done.words());
        let review = first_in_queue(&mut teacher).await;
        let ticket = review.links("/f/").into_iter().next().unwrap();
        // The ticket opens this file for whoever has it, without any session, for a minute.
        let mut anybody = practice_lms::browser::Browser::new().unwrap();
        let served = anybody.get(&ticket).await.unwrap();
        assert_eq!((served.status, served.body.as_slice()), (200, harmful.as_slice()));
        assert!(served.header("content-type").unwrap().starts_with("text/plain"));
        assert!(
            served
                .header("content-disposition")
                .unwrap()
                .starts_with("attachment")
        );
        assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
        assert!(
            served
                .header("content-security-policy")
                .unwrap()
                .contains("sandbox")
        );
        let forged = format!("{}x", ticket);
        assert_eq!(anybody.get(&forged).await.unwrap().status, 404);
        // What was handed in is no picture, even for one who knows its digest.
        let digest = review
            .text()
            .split("SHA-256 <code>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned();
        for ending in ["png", "svg"] {
            let url = format!("{}/p/{digest}.{ending}", scene.origin);
            assert_eq!(anybody.get(&url).await.unwrap().status, 404);
        }
        scene.end().await;
    });
}

#[test]
fn only_students_hand_in_and_only_teachers_review() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (mut teacher, place) = activity(lms).await;
            let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
            hand_in(&mut ada, &place, "My report").await;
            let review = first_in_queue(&mut teacher).await;
            let path = review.url.path().split_once("/evidence/").unwrap().1.to_owned();
            assert_eq!(ada.get(&format!("/evidence/{path}")).await.status, 403, "{name}");
            let csrf = ada
                .page
                .form("/hand-in")
                .unwrap()
                .value("csrf")
                .unwrap()
                .to_owned();
            let url = format!("{}/evidence/{path}/review", ada.course);
            let fields = [("csrf", csrf.as_str()), ("verdict", "approve"), ("score", "100")];
            assert_eq!(
                ada.browser.post(&url, &fields).await.unwrap().status,
                403,
                "{name}"
            );
            // Moodle sends an observer as a learner, and nothing in its launch says otherwise.
            let others: &[&str] = match name {
                "canvas" => &["Teacher", "Assistant", "Observer"],
                _ => &["Teacher", "Assistant"],
            };
            for &role in others {
                let mut other = Guest::open(lms, 0, role, "Project report").await;
                let page = other.get(&place).await;
                assert!(page.form("/hand-in").is_err(), "{name}, {role}");
                let proof = page
                    .text()
                    .split("name=\"csrf\" value=\"")
                    .nth(1)
                    .map(|rest| rest.split('"').next().unwrap().to_owned());
                let fields = [("csrf", proof.as_deref().unwrap_or_default()), ("text", "mine")];
                let url = format!("{}{place}/hand-in", other.course);
                assert_eq!(
                    other.browser.post(&url, &fields).await.unwrap().status,
                    403,
                    "{name}, {role}"
                );
            }
            let mut ben = Guest::open(lms, 0, "Ben Bergström", "Project report").await;
            assert!(
                !ben.get(&place).await.words().contains("My report"),
                "{name}: others see nothing of it"
            );
            let mut elsewhere = Guest::open(lms, 1, "Teacher", "My badges").await;
            assert_eq!(
                elsewhere.get(&format!("/evidence/{path}")).await.status,
                404,
                "{name}"
            );
            assert_eq!(elsewhere.get(&place).await.status, 404, "{name}");
        }
        scene.end().await;
    });
}

#[test]
fn a_review_of_what_was_replaced_meanwhile_loses_nothing_that_was_typed() {
    on_each_database(|scene| async move {
        let (mut teacher, place) = activity(&scene.moodle).await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "First").await;
        let review = first_in_queue(&mut teacher).await;
        hand_in(&mut ada, &place, "Second").await;
        let late = [("message", "A long answer"), ("verdict", "decline")];
        let refused = teacher.send(&review, "/review", &late).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("handed in a newer version"),
            "{}",
            refused.words()
        );
        assert!(
            refused.words().contains("Second"),
            "the new version is shown: {}",
            refused.words()
        );
        assert_eq!(
            refused.form("/review").unwrap().value("message"),
            Some("A long answer")
        );
        teacher.send(&refused, "/review", &[("verdict", "decline")]).await;
        assert!(ada.get(&place).await.words().contains("Declined"));
        scene.end().await;
    });
}

#[test]
fn a_canvas_link_without_an_assignment_gets_one_that_opens_the_same_activity() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let at = world.courses()[0].id;
        world.add_link(at, "Reading diary", 0, None);
        let mut teacher = Guest::open(lms, 0, "Teacher", "Reading diary").await;
        let page = teacher.page.clone();
        let fields = [
            ("opens", "activity"),
            ("title", "Reading diary"),
            ("points", "10"),
        ];
        let chosen = teacher.send(&page, "/choose", &fields).await;
        let place = chosen.url.path().split_once("/activities/").unwrap().1.to_owned();
        teacher.until("", "2 columns").await;
        let made = world
            .line_items(at)
            .into_iter()
            .find(|one| one.label == "Reading diary")
            .unwrap();
        assert_eq!(made.maximum, Decimal::TEN);
        let own = made
            .link
            .expect("an external_tool assignment has a link of its own");
        let form = world.launch_form(at, world.students(at)[0].id, own).unwrap();
        let mut student = crate::tests::harness::framed(lms);
        let opened = student.launch(&form).await.unwrap();
        assert!(
            opened.url.path().ends_with(&format!("/activities/{place}")),
            "{}",
            opened.url
        );
        scene.end().await;
    });
}

#[test]
fn a_typed_grade_wins_in_a_column_that_cairn_made_for_a_moodle_link_without_one() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let world = lms.world();
        let at = world.courses()[0].id;
        world.add_link(at, "Reading diary", 0, None);
        let mut teacher = Guest::open(lms, 0, "Teacher", "Reading diary").await;
        let page = teacher.page.clone();
        let fields = [
            ("opens", "activity"),
            ("title", "Reading diary"),
            ("points", "100"),
        ];
        let chosen = teacher.send(&page, "/choose", &fields).await;
        let place = chosen.url.path().split_once("/activities/").unwrap().1.to_owned();
        let place = format!("/activities/{place}");
        teacher.until("", "2 columns").await;
        let mut ada = Guest::open(lms, 0, ADA, "Reading diary").await;
        hand_in(&mut ada, &place, "What I read").await;
        let column = world.line_items(at);
        let column = column.iter().find(|one| one.label == "Reading diary").unwrap().id;
        let id = world
            .students(at)
            .into_iter()
            .find(|one| one.name == ADA)
            .unwrap()
            .id;
        for _ in 0..300 {
            if world.grade(at, column, id).is_some_and(|grade| grade.has_result) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        // Moodle has no flag here that would protect it: only Cairn does.
        world.set_grade(at, column, id, Some(Decimal::from(55)));
        let review = first_in_queue(&mut teacher).await;
        let given = [("score", "90"), ("verdict", "approve")];
        let done = teacher.send(&review, "/review", &given).await;
        assert!(done.words().contains("Your review was saved"), "{}", done.words());
        scene.at_rest().await;
        assert_eq!(
            world.grade(at, column, id).unwrap().points,
            Some(Decimal::from(55))
        );
        let home = teacher.get("").await;
        teacher.send(&home, "/check", &[]).await;
        ada.until(&place, "55 of 100").await;
        scene.end().await;
    });
}

#[test]
fn a_grade_that_does_not_arrive_is_told_where_the_teacher_reviews() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let (mut teacher, place) = activity(lms).await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        until_gradebook(lms, "it waits", |grade| grade.has_result).await;
        let faults = lms.world().faults();
        faults.inject(Endpoint::Scores, &Fault::Forbidden, 60);
        let review = first_in_queue(&mut teacher).await;
        let given = [("score", "90"), ("verdict", "approve")];
        teacher.send(&review, "/review", &given).await;
        let late = "1 submission is not up to date in the gradebook yet.";
        for place in ["/evidence", ""] {
            let page = teacher.until(place, late).await;
            assert!(
                page.words().contains("(403)") && page.words().contains("(Error id "),
                "{}",
                page.words()
            );
        }
        faults.clear();
        until_gradebook(lms, "its grade", |grade| grade.points == Some(Decimal::from(90))).await;
        for _ in 0..100 {
            if !teacher.get("/evidence").await.words().contains(late) {
                scene.end().await;
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("it is said although the grade has arrived");
    });
}

#[test]
fn what_cannot_be_read_hides_nothing_else_that_is_wrong_with_a_review_or_a_badge() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let (mut teacher, place) = activity(lms).await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        let page = first_in_queue(&mut teacher).await;
        let typed = [("message", ""), ("score", "many"), ("verdict", "changes")];
        let review = teacher.send(&page, "/review", &typed).await;
        let badge = teacher.make_badge("SQL basics", "knowledge").await;
        let editor = teacher.get(&format!("/badges/{badge}/edit")).await;
        let typed = [("name", ""), ("hours", "many"), ("action", "save")];
        let save = format!("/badges/{badge}/save");
        let design = teacher.send_files(&editor, &save, &typed, &[]).await;
        for (refused, sentences) in [
            (review, ["Type the points as a number", "Tell the student why"]),
            (design, ["Type a number, for instance", "Give the badge a name."]),
        ] {
            assert_eq!(refused.status, 422, "{}", refused.words());
            for said in ["2 things are not right yet."].iter().chain(&sentences) {
                assert!(refused.words().contains(said), "{said}: {}", refused.words());
            }
        }
        scene.end().await;
    });
}
