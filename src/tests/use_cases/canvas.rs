//! The Canvas flavour: result rows exist only where a tool made them, so Cairn makes them.

use rust_decimal::Decimal;

use super::{Bench, benches_of};
use crate::clock::Clock as _;
use crate::web::words::checks;
use lti::registration::Flavour;
use openbadges::verify::verify;
use practice_lms::{CourseRole, Endpoint, Fault};

async fn canvases() -> Vec<Bench> {
    benches_of(Flavour::Canvas, |_| {}).await
}

#[tokio::test]
async fn a_grade_typed_by_a_teacher_becomes_a_badge_that_verifies() {
    for bench in canvases().await {
        bench.check().await;
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        let grade = |n: usize| bench.world.grade(bench.at, bench.column, students[n].id);
        // Typed before Cairn had rows: kept, but not to be seen by any tool.
        bench.grade(students[1].id, Some("77"));
        let outcome = bench.run().await;
        assert_eq!(outcome.problem, None);
        for n in 0..students.len() {
            let cell = grade(n).unwrap();
            assert!(cell.has_result && cell.attempts == 0, "{cell:?}");
        }
        assert_eq!(grade(1).unwrap().points, Some(Decimal::from(77)));
        for role in [CourseRole::TestStudent, CourseRole::Observer, CourseRole::Teacher] {
            let member = bench.world.member(bench.at, role).unwrap();
            assert_eq!(
                bench.world.grade(bench.at, bench.column, member.id),
                None,
                "{role:?}"
            );
        }
        assert_eq!(bench.holders(&badge).await.len(), 0);

        bench.grade(students[0].id, Some("80"));
        bench.grade(students[2].id, Some("79.9"));
        bench.world.faults().reset_counters();
        let outcome = bench.run().await;
        assert_eq!(outcome.problem, None);
        assert_eq!(
            bench.world.faults().requests(Endpoint::Scores),
            0,
            "rows are made once"
        );
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
async fn a_column_that_no_rule_reads_is_left_alone() {
    for bench in canvases().await {
        bench.check().await;
        bench.badge().await;
        bench.run().await;
        let columns = bench.world.line_items(bench.at);
        let report = columns.iter().find(|one| one.label == "Project report").unwrap();
        for student in bench.world.students(bench.at) {
            assert_eq!(bench.world.grade(bench.at, report.id, student.id), None);
        }
    }
}

#[tokio::test]
async fn rows_that_canvas_refuses_to_make_are_named_once_and_made_at_the_next_run() {
    for bench in canvases().await {
        bench.check().await;
        let badge = bench.badge().await;
        bench
            .world
            .faults()
            .inject(Endpoint::Scores, &Fault::Forbidden, 60);
        let problem = checks::trouble(&bench.run().await.problem.unwrap());
        assert!(
            problem
                .starts_with("Grades that are typed into the gradebook cannot be read for everybody yet: "),
            "{problem}"
        );
        assert!(
            problem.contains("(403)") && problem.contains("Error id"),
            "{problem}"
        );
        assert_eq!(bench.world.faults().left(Endpoint::Scores), 59, "one went ahead");
        bench.world.faults().clear();
        // Somebody whom Canvas does not take for an active student keeps nobody else from a row.
        bench
            .world
            .faults()
            .inject(Endpoint::Scores, &Fault::Unprocessable, 1);
        assert_eq!(bench.run().await.problem, None);
        assert_eq!(bench.run().await.problem, None);
        bench
            .world
            .fill_column(bench.at, bench.column, |_| Some(Decimal::from(90)));
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 12);
    }
}

#[tokio::test]
async fn more_rows_than_one_check_makes_are_made_by_the_following_ones() {
    for bench in canvases().await {
        bench.world.grow(bench.at, 230);
        bench.check().await;
        bench.badge().await;
        bench.world.faults().reset_counters();
        bench.check().await;
        assert_eq!(bench.world.faults().requests(Endpoint::Scores), 200);
        assert!(bench.world.faults().peak_in_flight() <= 10);
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        bench.work(&bench.cairn).await;
        assert_eq!(bench.world.faults().requests(Endpoint::Scores), 230);
    }
}
