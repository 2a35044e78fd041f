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
