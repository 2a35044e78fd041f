//! An LMS that answers wrongly: a sentence with an id, nothing lost, nothing awarded wrongly, and the next run heals it.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use rust_decimal::Decimal;

use super::bench::wrong_answers;
use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::badge::BadgeState;
use crate::ids::{BadgeId, PersonId};
use crate::service::base::trouble::Trouble;
use crate::web::words::checks;
use lti::registration::Flavour;
use practice_lms::{Endpoint, Fault};

/// A course in which the first student has just earned the badge and two others are known not to have.
async fn scene(bench: &Bench) -> BadgeId {
    bench.check().await;
    let badge = bench.badge().await;
    let students = bench.world.students(bench.at);
    for (student, points) in students.iter().zip(["90", "20", "30"]) {
        bench.grade(student.id, Some(points));
    }
    assert_eq!(bench.run().await.problem, None);
    badge
}

/// What must not change while the LMS is wrong.
async fn standing(
    bench: &Bench,
    badge: &BadgeId,
) -> (
    HashMap<PersonId, Option<Decimal>>,
    Vec<PersonId>,
    BTreeSet<PersonId>,
) {
    let holders = bench.holders(badge).await.into_keys().collect();
    (bench.known().await, bench.learners().await, holders)
}

/// Everything that a teacher sees of a check that failed in part: one paragraph, its sentences whole, with an id.
async fn assert_told(bench: &Bench, told: Option<Trouble>, words: &str) {
    let told = told.expect("a problem");
    let problem = checks::trouble(&told);
    assert!(problem.contains(words), "{problem}");
    let is_away = told.reasons.iter().any(|reason| reason.away().is_some());
    assert!(!problem.contains("status 50"), "no bare status: {problem}");
    assert_eq!(problem.contains("Nothing was lost"), is_away, "{problem}");
    let (sentences, id) = problem.rsplit_once(" (Error id ").unwrap();
    assert_eq!(id.trim_end_matches(')').len(), 8, "{problem}");
    assert!(sentences.ends_with(['.', '?']), "{problem}");
    assert!(!problem.contains(".."), "{problem}");
    assert!(!problem.contains('<'), "no markup of theirs: {problem}");
    let kept = bench.checks().await.problem.expect("it is kept");
    assert_eq!(Trouble::read(&kept), told);
}

async fn survives(bench: &Bench, endpoint: Endpoint) {
    let badge = scene(bench).await;
    let student = bench.world.students(bench.at).remove(0);
    let winner = bench.person(&student.sub).await;
    let faults = bench.world.faults();
    for (index, (fault, words)) in wrong_answers().into_iter().enumerate() {
        let before = standing(bench, &badge).await;
        // A regrade, so that each healing has something to read.
        let points = Decimal::from(81 + i64::try_from(index).unwrap());
        bench.grade(student.id, Some(&points.to_string()));
        *bench.patience.lock().unwrap() = match fault {
            Fault::Delay(_) => Duration::from_millis(300),
            _ => Duration::from_secs(20),
        };
        faults.inject(endpoint, &fault, 60);
        let outcome = bench.run().await;
        assert_told(bench, outcome.problem, words).await;
        assert_eq!(bench.state(&badge).await, BadgeState::Active, "{fault:?}");
        let mut after = standing(bench, &badge).await;
        if endpoint == Endpoint::Members {
            // The grades could be read: they count.
            assert_eq!(
                after.0.insert(winner.clone(), before.0[&winner]),
                Some(Some(points))
            );
        }
        assert_eq!(after, before, "{endpoint:?} {fault:?}");

        faults.clear();
        faults.idle().await;
        *bench.patience.lock().unwrap() = Duration::from_secs(20);
        let healed = bench.run().await;
        assert_eq!(healed.problem, None, "{endpoint:?} {fault:?}");
        assert_eq!(bench.checks().await.problem, None);
        assert_eq!(
            bench.known().await[&winner],
            Some(points),
            "{endpoint:?} {fault:?}"
        );
        assert_eq!(bench.holders(&badge).await.len(), 1);
    }
}

#[tokio::test]
async fn a_wrong_list_of_columns_costs_nothing() {
    for bench in benches().await {
        survives(&bench, Endpoint::LineItems).await;
    }
}

#[tokio::test]
async fn a_wrong_list_of_members_costs_nothing() {
    for bench in benches().await {
        survives(&bench, Endpoint::Members).await;
    }
}

#[tokio::test]
async fn wrong_results_cost_nothing() {
    for bench in benches().await {
        survives(&bench, Endpoint::Results).await;
    }
}

#[tokio::test]
async fn wrong_results_of_canvas_cost_nothing() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        survives(&bench, Endpoint::Results).await;
    }
}

#[tokio::test]
async fn what_was_earned_behind_a_fault_is_awarded_at_the_next_run() {
    for bench in benches().await {
        let badge = scene(&bench).await;
        let late = bench.world.students(bench.at).remove(1);
        bench.grade(late.id, Some("100"));
        bench
            .world
            .faults()
            .inject(Endpoint::Results, &Fault::ServerError, 60);
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 1);
        bench.world.faults().clear();
        bench.run().await;
        let person = bench.person(&late.sub).await;
        assert!(bench.holders(&badge).await.contains_key(&person));
    }
}

#[tokio::test]
async fn no_token_no_data_and_one_sentence_that_says_so() {
    for bench in benches().await {
        let badge = scene(&bench).await;
        let before = standing(&bench, &badge).await;
        let last_at = bench.checks().await.last_at;
        bench.clock.advance(chrono::TimeDelta::hours(2));
        for (fault, words) in [
            (Fault::Unauthorized, "401"),
            (Fault::ServerError, "out of order"),
            (Fault::Html, "not JSON"),
        ] {
            bench.world.forget_tokens();
            bench.world.faults().inject(Endpoint::Token, &fault, 60);
            let outcome = bench.run().await;
            assert_told(&bench, outcome.problem, words).await;
            assert_eq!(standing(&bench, &badge).await, before);
            assert_eq!(bench.checks().await.last_at, last_at, "nothing was read");
            bench.world.faults().clear();
        }
        assert_eq!(bench.run().await.problem, None);
        assert_eq!(bench.checks().await.last_at, Some(bench.clock.now()));
    }
}

#[tokio::test]
async fn what_is_withheld_is_told_in_words_and_not_by_the_name_of_a_scope() {
    use lti::services::media::scope;
    for bench in benches().await {
        scene(&bench).await;
        for (withheld, words) in [
            (
                &[scope::RESULT_READ][..],
                "does not allow this tool to read grades",
            ),
            (
                &[scope::MEMBERS_READ],
                "does not allow this tool to read who is in a course",
            ),
            (
                &[scope::LINE_ITEM, scope::LINE_ITEM_READ],
                "does not allow this tool to read its own gradebook columns",
            ),
        ] {
            bench.world.forget_tokens();
            bench.world.withhold(0, withheld);
            let told = bench.run().await.problem;
            assert!(
                told.as_ref().is_some_and(|told| !told.stored().contains("://")),
                "{told:?}"
            );
            assert_told(&bench, told, words).await;
            bench.world.withhold(0, &[]);
            bench.clock.advance(chrono::TimeDelta::hours(2));
            assert_eq!(bench.run().await.problem, None, "{words}");
        }
    }
}

#[tokio::test]
async fn one_column_that_cannot_be_read_does_not_spoil_the_others() {
    for bench in benches().await {
        let badge = scene(&bench).await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("99"));
        // One of the two columns, whichever is asked first.
        bench
            .world
            .faults()
            .inject(Endpoint::Results, &Fault::NotFound, 1);
        let outcome = bench.run().await;
        let problem = checks::trouble(&outcome.problem.unwrap());
        let named = ["“Final quiz”: ", "“Project report”: "];
        assert_eq!(
            named.iter().filter(|label| problem.contains(**label)).count(),
            1,
            "{problem}"
        );
        assert_eq!(bench.run().await.problem, None);
        assert_eq!(bench.holders(&badge).await.len(), 1);
    }
}
