//! What an operator sees of a check without looking into the database: its line in the log.

use std::time::Duration;

use super::{Bench, benches, benches_of};
use crate::domain::cause::Cause;
use crate::jobs::Worker;
use crate::service::base::trouble::Trouble;
use crate::service::course::sync::enqueue_check;
use crate::store::testing::{heal, trouble};
use crate::tests::log::Log;
use lti::registration::Flavour;
use practice_lms::{Endpoint, Fault};

async fn ask(bench: &Bench) {
    let (tenant, course) = (&bench.course.tenant, &bench.course.id);
    enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
        .await
        .unwrap();
}

/// The one line that a search for the id of the course has found since `before` lines.
#[track_caller]
fn only_line(log: &Log, bench: &Bench, before: usize) -> String {
    let mut lines = log.lines(bench.course.id.as_str());
    assert_eq!(lines.len(), before + 1, "{lines:#?}");
    let line = lines.remove(before);
    let (tenant, course) = (&bench.course.tenant, &bench.course.id);
    let told = [
        "job{kind=\"check_course\" id=".to_owned(),
        format!(" tenant={tenant} attempt=1 course={course}}}"),
        " ms=".to_owned(),
    ];
    for part in told {
        assert!(line.contains(&part), "{part}: {line}");
    }
    line
}

#[tokio::test]
async fn a_check_that_failed_is_found_by_the_id_of_its_course_in_one_line_with_the_reason() {
    let log = Log::of_everything();
    for bench in benches().await {
        ask(&bench).await;
        bench.work(&bench.cairn).await;
        let line = only_line(&log, &bench, 0);
        assert!(
            line.contains(" INFO ") && line.contains("outcome=\"done\""),
            "{line}"
        );

        // The platform is out of order: the check ends, and says so to the instructor.
        let faults = bench.world.faults();
        for endpoint in [Endpoint::LineItems, Endpoint::Members] {
            faults.inject(endpoint, &Fault::ServerError, 60);
        }
        ask(&bench).await;
        bench.work(&bench.cairn).await;
        faults.clear();
        let line = only_line(&log, &bench, 1);
        assert!(
            line.contains(" WARN ") && line.contains("outcome=\"incomplete\""),
            "{line}"
        );
        assert!(line.contains("out of order (status 500)"), "{line}");
        let problem = bench.checks().await.problem.unwrap();
        let id = Trouble::read(&problem).error_id.unwrap();
        assert!(
            line.contains(&id),
            "what the instructor is told has the same id: {line}"
        );

        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        // The database takes nothing: the check fails, and is done again.
        trouble(&bench.cairn.store, "results", "database or disk is full").await;
        ask(&bench).await;
        let worker = Worker::start(bench.cairn.clone());
        tokio::time::sleep(Duration::from_millis(600)).await;
        worker.stop().await;
        heal(&bench.cairn.store, "results").await;
        let line = only_line(&log, &bench, 2);
        for part in [
            " WARN ",
            "outcome=\"retry\"",
            "code=\"store\"",
            "error_id=",
            "detail=",
            "retry_at=",
        ] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
}

#[tokio::test]
async fn nobody_is_named_in_the_log_of_checks_decisions_and_awards() {
    let log = Log::of_everything();
    // Canvas names people by a `sub` that is long enough to be looked for.
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.check().await;
        let badge = bench.badge().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        ask(&bench).await;
        bench.work(&bench.cairn).await;
        assert_eq!(bench.holders(&badge).await.len(), 1);
        assert!(!log.lines(badge.as_str()).is_empty(), "its decision has a line");
        let members = bench.world.members(bench.at);
        let personal = members.iter().flat_map(|person| {
            [
                ("a name", person.name.as_str()),
                ("an address of e-mail", person.email.as_str()),
                ("a sub", person.sub.as_str()),
            ]
        });
        log.holds_none(&personal.collect::<Vec<_>>());
    }
}
