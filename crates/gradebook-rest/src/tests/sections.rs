//! Sections of Canvas and groups of Moodle, with whoever is in them.

use super::canvas::{canvas, list, rule};
use super::moodle::moodle;
use super::{Lms, all, ok, status};
use crate::PersonKey;
use crate::canvas::Wanted;

fn enrolment(person: u32, more: &str) -> String {
    format!(r#"{{"user_id":"{person}","type":"StudentEnrollment","enrollment_state":"active"{more}}}"#)
}

#[tokio::test]
async fn the_sections_of_students_are_known_once_all_enrolments_were_read() {
    let known = async |rows: &[String]| {
        let lms = Lms::new(rule("[]".into(), list(rows), "[]".into()));
        let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
        assert!(grades.sections().is_none(), "nothing was read yet");
        all(&mut grades).await;
        grades.sections().cloned()
    };
    let (day, evening) = (r#","course_section_id":"31""#, r#","course_section_id":32"#);
    let rows = [enrolment(1, day), enrolment(2, evening), enrolment(1, evening)];
    let sections = known(&rows).await.unwrap();
    let of = |person: &str| {
        sections[&PersonKey::new(person)]
            .iter()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(of("1"), ["31", "32"]);
    assert_eq!(of("2"), ["32"]);

    for odd in [enrolment(3, ""), "7".to_owned()] {
        let rows = [enrolment(1, day), odd];
        assert_eq!(known(&rows).await, None, "{rows:?}");
    }
}

#[tokio::test]
async fn whoever_sees_some_sections_only_is_told_no_sections() {
    let answers = rule(
        "[]".into(),
        list(&[enrolment(1, r#","course_section_id":"31""#)]),
        "[]".into(),
    );
    let lms = Lms::new(move |asked| {
        if asked.query.contains("user_id=self") {
            return ok(
                r#"[{"type":"TeacherEnrollment","course_section_id":"31","limit_privileges_to_course_section":true}]"#,
            );
        }
        answers(asked)
    });
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    all(&mut grades).await;
    assert_eq!(grades.sections(), None);
}

#[tokio::test]
async fn sections_have_names_and_an_odd_one_spoils_itself_alone() {
    let lms = Lms::new(|asked| match asked.path.as_str() {
        "/api/v1/courses/4711/sections" => {
            ok(r#"[{"id":"31","name":" Day \n"},{"id":32,"name":"Evening & more"},{"id":"33"},7]"#)
        }
        _ => status(404, "{}"),
    });
    let listed = canvas(&lms).sections("4711").await.unwrap();
    let named: Vec<(&str, &str)> = listed
        .rows
        .iter()
        .map(|one| (one.id.as_str(), one.name.as_str()))
        .collect();
    assert_eq!(named, [("31", "Day"), ("32", "Evening & more")]);
    assert_eq!(listed.unreadable, 2);
}

#[tokio::test]
async fn groups_of_moodle_come_with_their_names() {
    let lms = Lms::new(|asked| match asked.field("options[2][value]") {
        Some("0") => ok(
            r#"[{"id":5,"roles":[{"shortname":"student"}],"groups":[{"id":3,"name":"Group A &amp; co"},{"id":4,"name":" "},{"id":7,"name":"R&amp;amp;D"},{"name":"x"}]},{"id":6}]"#,
        ),
        _ => ok("[]"),
    });
    let listed = moodle(&lms).people("8").await.unwrap();
    assert_eq!(listed.rows[0].groups, ["3", "4", "7"]);
    let names: Vec<(&str, &str)> = listed.rows[0]
        .group_names
        .iter()
        .map(|(id, name)| (id.as_str(), name.as_str()))
        .collect();
    // Unescaped once.
    assert_eq!(names, [("3", "Group A & co"), ("7", "R&amp;D")]);
    assert!(listed.rows[1].groups.is_empty() && listed.rows[1].group_names.is_empty());
}
