//! Submission review: the teacher comes from the gradebook to the work of one student.

use practice_lms::{CourseRole, Flavour, PracticeLms};
use serde_json::{Value, json};

use super::{REPORT, open, place, send, visit};
use crate::tests::harness::on_each_database;

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// The teacher, or somebody of that role, opens the work of `student` from the column of the activity. Canvas has no such
/// message, so there an assignment's launch is made one.
async fn review_of(
    lms: &PracticeLms,
    role: CourseRole,
    student: u64,
    sub: &str,
) -> practice_lms::browser::Page {
    let world = lms.world();
    let course = world.courses()[0].id;
    let who = world.member(course, role).unwrap().id;
    let links = world.links(course);
    let link = links.iter().find(|link| link.title == "Field report").unwrap().id;
    let columns = world.line_items(course);
    let column = columns.iter().find(|one| one.link == Some(link)).unwrap();
    let form = match world.flavour() {
        Flavour::Moodle => world.review_form(course, who, column.id, student).unwrap(),
        Flavour::Canvas => world.launch_form(course, who, link).unwrap(),
    };
    let (sub, item) = (sub.to_owned(), column.resource_id.clone());
    world.tamper(move |_, claims| {
        claims.insert(format!("{LTI}message_type"), json!("LtiSubmissionReviewRequest"));
        claims.insert(format!("{LTI}for_user"), json!({"user_id": sub}));
        let custom = claims
            .get_mut(&format!("{LTI}custom"))
            .and_then(Value::as_object_mut);
        custom.unwrap().insert("cairn_review".into(), json!(item));
    });
    let (_, page) = open(lms, &form).await;
    world.stop_tampering();
    page
}

#[test]
fn the_gradebook_opens_the_right_student_for_teachers_alone() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            place(lms, "assignment_selection", &REPORT).await;
            let (mut student, page) = visit(lms, CourseRole::Student, "Field report").await;
            send(&mut student, &page, "/hand-in", &[("text", "Work of the first")]).await;
            let world = lms.world();
            let students = world.students(2);
            let (first, second) = (&students[0], &students[1]);
            let page = review_of(lms, CourseRole::Teacher, first.id, &first.sub).await;
            assert!(
                page.status == 200 && page.url.path().contains("/evidence/"),
                "{name}: {} {}",
                page.url,
                page.words()
            );
            assert!(
                page.words().contains(&first.name) && page.words().contains("Work of the first"),
                "{name}: {}",
                page.words()
            );
            // Somebody who was launched but handed in nothing.
            let links = world.links(2);
            let link = links.iter().find(|link| link.title == "Field report").unwrap().id;
            open(lms, &world.launch_form(2, second.id, link).unwrap()).await;
            let page = review_of(lms, CourseRole::Teacher, second.id, &second.sub).await;
            let sentence = format!("{} has not handed in anything", second.name);
            assert!(page.words().contains(&sentence), "{name}: {}", page.words());
            let page = review_of(lms, CourseRole::Teacher, first.id, "nobody").await;
            assert!(
                page.status == 422 && page.text().contains("review.student-unknown"),
                "{name}: {}",
                page.words()
            );
            for role in [CourseRole::Student, CourseRole::Observer] {
                let page = review_of(lms, role, first.id, &first.sub).await;
                assert_eq!(page.status, 403, "{name}, {role:?}: {}", page.words());
                assert!(!page.words().contains("Work of the first"), "{name}, {role:?}");
            }
        }
        scene.end().await;
    });
}

#[test]
fn a_column_of_no_activity_gets_a_sentence() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let world = lms.world();
            let student = world.students(2)[0].clone();
            let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
            let links = world.links(2);
            let link = links
                .iter()
                .find(|link| link.title == "Project report")
                .unwrap()
                .id;
            let form = world.launch_form(2, teacher, link).unwrap();
            world.tamper(move |_, claims| {
                claims.insert(format!("{LTI}message_type"), json!("LtiSubmissionReviewRequest"));
                claims.insert(format!("{LTI}for_user"), json!({"user_id": student.sub}));
            });
            let (_, page) = open(lms, &form).await;
            world.stop_tampering();
            assert!(
                page.status == 422 && page.text().contains("review.column-unknown"),
                "{name}: {}",
                page.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn the_review_of_a_duplicated_activity_opens_the_work_of_the_copy() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        place(lms, "", &REPORT).await;
        visit(lms, CourseRole::Teacher, "Field report").await;
        let world = lms.world();
        let links = world.links(2);
        let first = links.iter().find(|link| link.title == "Field report").unwrap().id;
        let copy = world.duplicate_link(2, first).unwrap();
        let (mut student, page) = visit(lms, CourseRole::Student, "Field report").await;
        send(&mut student, &page, "/hand-in", &[("text", "Work in the first")]).await;
        let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
        let who = world.member(2, CourseRole::Student).unwrap();
        let columns = world.line_items(2);
        let review = |link: u64| {
            let column = columns
                .iter()
                .find(|column| column.link == Some(link))
                .unwrap()
                .id;
            world.review_form(2, teacher, column, who.id).unwrap()
        };
        // Nobody has said yet what the copy is: not the work of the first, but the question.
        let (mut asked, page) = open(lms, &review(copy)).await;
        assert!(
            page.words().contains("This link is a copy of “Field report”"),
            "{}",
            page.words()
        );
        let choice = [
            ("opens", "activity"),
            ("title", "Second report"),
            ("points", "25"),
        ];
        send(&mut asked, &page, "/choose", &choice).await;
        let (_, page) = open(lms, &review(copy)).await;
        assert!(
            page.words()
                .contains("has not handed in anything for “Second report”"),
            "{}",
            page.words()
        );
        let (mut student, page) = visit(lms, CourseRole::Student, "Field report (copy)").await;
        send(&mut student, &page, "/hand-in", &[("text", "Work in the copy")]).await;
        for (link, work, other) in [
            (copy, "Work in the copy", "Work in the first"),
            (first, "Work in the first", "Work in the copy"),
        ] {
            let (_, page) = open(lms, &review(link)).await;
            assert!(
                page.words().contains(work) && !page.words().contains(other),
                "{link}: {}",
                page.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn after_a_course_reset_the_review_that_names_no_column_opens_the_work_by_its_link() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        place(lms, "", &REPORT).await;
        let (mut student, page) = visit(lms, CourseRole::Student, "Field report").await;
        send(
            &mut student,
            &page,
            "/hand-in",
            &[("text", "Work before the reset")],
        )
        .await;
        let world = lms.world();
        assert!(world.reset_course(2));
        let links = world.links(2);
        let link = links.iter().find(|link| link.title == "Field report").unwrap().id;
        let columns = world.line_items(2);
        let column = columns.iter().find(|one| one.link == Some(link)).unwrap().id;
        let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
        let who = world.member(2, CourseRole::Student).unwrap();
        let form = world.review_form(2, teacher, column, who.id).unwrap();
        let (_, page) = open(lms, &form).await;
        assert!(
            page.status == 200 && page.words().contains("Work before the reset"),
            "{}: {}",
            page.status,
            page.words()
        );
        scene.end().await;
    });
}

#[test]
fn speed_grader_opens_the_work_of_each_student_by_the_address_of_the_score() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        place(lms, "assignment_selection", &REPORT).await;
        let world = lms.world();
        let links = world.links(2);
        let link = links.iter().find(|link| link.title == "Field report").unwrap().id;
        let students = world.students(2);
        for student in &students[..2] {
            let (mut browser, page) = open(lms, &world.launch_form(2, student.id, link).unwrap()).await;
            let work = format!("Work of {}", student.name);
            let done = send(&mut browser, &page, "/hand-in", &[("text", &work)]).await;
            assert!(done.words().contains("Handed in."), "{}", done.words());
        }
        let columns = world.line_items(2);
        let column = columns
            .iter()
            .find(|column| column.link == Some(link))
            .unwrap()
            .id;
        let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
        let opened = async |who: u64, student: u64| {
            let mut form = None;
            for _ in 0..300 {
                form = world.speed_grader_form(2, who, column, student);
                if form.is_some() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            open(lms, &form.expect("no score brought an address")).await.1
        };
        for (student, other) in [(&students[0], &students[1]), (&students[1], &students[0])] {
            let page = opened(teacher, student.id).await;
            assert!(
                page.url.path().contains("/evidence/"),
                "{}: {}",
                page.url,
                page.words()
            );
            assert!(
                page.words().contains(&format!("Work of {}", student.name))
                    && !page.words().contains(&format!("Work of {}", other.name)),
                "{}",
                page.words()
            );
        }
        // The same address in the hands of a student leads to the activity, with their own work.
        let page = opened(students[1].id, students[0].id).await;
        assert!(
            page.url.path().contains("/activities/"),
            "{}: {}",
            page.url,
            page.words()
        );
        assert!(
            page.words().contains(&format!("Work of {}", students[1].name))
                && !page.words().contains(&format!("Work of {}", students[0].name)),
            "{}",
            page.words()
        );
        scene.end().await;
    });
}
