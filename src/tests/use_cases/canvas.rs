//! The Canvas flavour: a grade that a teacher types is read, and reading writes nothing into the gradebook.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Bench, benches_of};
use crate::clock::Clock as _;
use lti::registration::Flavour;
use openbadges::verify::verify;
use practice_lms::Endpoint;

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
