//! The Canvas flavour: a grade that a teacher types is read, and reading writes nothing into the gradebook.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Bench, benches_of};
use crate::clock::Clock as _;
use crate::store::{facts, line_items};
use lti::registration::Flavour;
use openbadges::verify::verify;
use practice_lms::Endpoint;
use practice_lms::world::MemberView;

async fn canvases() -> Vec<Bench> {
    benches_of(Flavour::Canvas, |_| {}).await
}

#[tokio::test]
async fn a_grade_typed_by_a_teacher_becomes_a_badge_that_verifies() {
    for bench in canvases().await {
        bench.check().await;
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[1].id, Some("77"));
        let outcome = bench.run().await;
        assert_eq!(outcome.problem, None);
        assert_eq!(bench.holders(&badge).await.len(), 0);

        bench.grade(students[0].id, Some("80"));
        bench.grade(students[2].id, Some("79.9"));
        let outcome = bench.run().await;
        assert_eq!(outcome.problem, None);
        let winner = bench.person(&students[0].sub).await;
        let holders = bench.holders(&badge).await;
        assert_eq!(holders.keys().collect::<Vec<_>>(), [&winner]);
        let credential = bench.credential(&holders[&winner]).await;
        let web = bench.web(&credential).await;
        let verdict = verify(credential.document.as_bytes(), &web, bench.clock.now());
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        assert!(!credential.document.contains(&students[0].sub));
    }
}

#[tokio::test]
async fn a_check_posts_no_score_and_marks_nobody_as_waiting_for_a_grade() {
    for bench in canvases().await {
        bench.check().await;
        bench.badge().await;
        bench.world.faults().reset_counters();
        for _ in 0..2 {
            assert_eq!(bench.run().await.problem, None);
        }
        assert_eq!(bench.world.faults().requests(Endpoint::Scores), 0);
        for column in bench.world.line_items(bench.at) {
            let ours = column.tool.is_some();
            for member in bench.world.members(bench.at) {
                let grade = bench.world.grade(bench.at, column.id, member.id);
                assert!(
                    !(ours && grade.is_some()) && grade.is_none_or(|grade| !grade.needs_grading),
                    "{}: {}",
                    column.label,
                    member.name
                );
            }
        }
    }
}

#[tokio::test]
async fn grades_typed_before_cairn_ever_looked_are_read() {
    for bench in canvases().await {
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        bench.grade(students[1].id, Some("40"));
        // Excused: the row stays, without a score.
        bench.grade(students[2].id, Some("70"));
        bench.grade(students[2].id, None);
        assert_eq!(bench.check().await.problem, None);
        assert_eq!(bench.world.faults().requests(Endpoint::Scores), 0);
        let mut expected = HashMap::new();
        for (n, points) in [Some(95), Some(40), None].into_iter().enumerate() {
            let person = bench.person(&students[n].sub).await;
            expected.insert(person, points.map(Decimal::from));
        }
        assert_eq!(bench.known().await, expected);

        let badge = bench.badge().await;
        bench.work(&bench.cairn).await;
        let winner = bench.person(&students[0].sub).await;
        assert_eq!(bench.holders(&badge).await.keys().collect::<Vec<_>>(), [&winner]);
    }
}

/// The points of a student in a column, as rules read them.
async fn read(bench: &Bench, column: &str, student: &MemberView) -> Option<Decimal> {
    let (course, column) = (bench.course.clone(), column.to_owned());
    let person = bench.person(&student.sub).await;
    let found = bench.cairn.store.read(move |db| {
        let mut items = line_items::for_course(db, &course.tenant, &course.id)?.into_iter();
        let item = items.find(|item| item.label == column).unwrap();
        let all = facts::for_course(db, &course.tenant, &course.id, &"none".into())?;
        let grade = all.get(&person).and_then(|facts| facts.grades.get(&item.id));
        Ok(grade.and_then(|grade| grade.value))
    });
    found.await.unwrap()
}

/// The number of a column at the LMS.
fn at_the_lms(bench: &Bench, column: &str) -> u64 {
    let mut all = bench.world.line_items(bench.at).into_iter();
    all.find(|one| one.label == column).unwrap().id
}

#[tokio::test]
async fn late_work_and_work_of_groups_are_read_as_canvas_tells_them_and_as_the_page_says() {
    for bench in canvases().await {
        bench.check().await;
        let activity = bench.activity("Essay").await;
        bench.ensure(&activity).await.unwrap();
        let (essay, students) = (at_the_lms(&bench, "Essay"), bench.world.students(bench.at));
        let [named, companion, late, ..] = students.as_slice() else {
            panic!("{students:?}")
        };
        bench
            .world
            .group_students(bench.at, essay, &[named.id, companion.id]);
        for student in [named, late] {
            bench
                .world
                .deduct_for_lateness(bench.at, essay, student.id, 20.into());
        }
        let handed_in = bench.hand_in(named, &activity).await;
        bench.review(&handed_in, 90).await;
        bench.send(&handed_in).await.unwrap();
        bench
            .world
            .set_grade(bench.at, essay, late.id, Some(Decimal::from(95)));
        assert_eq!(bench.check().await.problem, None);

        // Ours is told before the deduction, the teacher's after it.
        assert_eq!(bench.points("Essay", named), Some(Decimal::from(70)));
        assert_eq!(read(&bench, "Essay", named).await, Some(Decimal::from(90)));
        assert_eq!(read(&bench, "Essay", late).await, Some(Decimal::from(75)));
        // The group has the grade, and its row is of the student who was named, until somebody types it.
        assert_eq!(bench.points("Essay", companion), Some(Decimal::from(90)));
        assert_eq!(read(&bench, "Essay", companion).await, None);
        bench
            .world
            .set_grade(bench.at, essay, companion.id, Some(Decimal::from(85)));
        assert_eq!(bench.check().await.problem, None);
        assert_eq!(read(&bench, "Essay", companion).await, Some(Decimal::from(85)));
    }
}

#[tokio::test]
async fn of_complete_or_incomplete_a_typed_grade_is_all_or_nothing_and_ours_is_what_was_sent() {
    for bench in canvases().await {
        bench.check().await;
        let activity = bench.activity("Essay").await;
        bench.ensure(&activity).await.unwrap();
        let (essay, students) = (at_the_lms(&bench, "Essay"), bench.world.students(bench.at));
        let [ours, complete, incomplete, ..] = students.as_slice() else {
            panic!("{students:?}")
        };
        assert!(bench.world.grade_pass_fail(bench.at, essay, true));
        let handed_in = bench.hand_in(ours, &activity).await;
        bench.review(&handed_in, 60).await;
        bench.send(&handed_in).await.unwrap();
        for (student, typed) in [(complete, 1), (incomplete, 0)] {
            bench
                .world
                .set_grade(bench.at, essay, student.id, Some(typed.into()));
        }
        assert_eq!(bench.check().await.problem, None);
        assert_eq!(bench.points("Essay", ours), Some(Decimal::ONE_HUNDRED));
        assert_eq!(read(&bench, "Essay", ours).await, Some(Decimal::from(60)));
        assert_eq!(read(&bench, "Essay", complete).await, Some(Decimal::ONE_HUNDRED));
        assert_eq!(read(&bench, "Essay", incomplete).await, Some(Decimal::ZERO));
    }
}
