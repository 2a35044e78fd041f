//! What happens to a rule when the column that it reads is not what it was.

use std::time::Duration;

use rust_decimal::Decimal;

use super::bench::wrong_answers;
use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::badge::{BadgeState, Expiry};
use crate::domain::decision::{CheckedNode, Seen, Truth};
use crate::domain::facts::Recorded;
use crate::domain::page::Page;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::BadgeId;
use crate::service::badge::design::{self, Activated};
use crate::service::base::error::ServiceError;
use crate::service::base::platforms;
use crate::service::course::columns;
use crate::store::testing::shortcuts::logged;
use lti::registration::Flavour;
use lti::services::media::scope;
use lti::services::score::Score;
use practice_lms::world::MemberView;
use practice_lms::{Endpoint, Fault};

#[tokio::test]
async fn a_deleted_column_pauses_the_badge_that_reads_it_and_says_why() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        assert!(bench.world.delete_line_item(bench.at, bench.column));
        let outcome = bench.run().await;
        assert_eq!(outcome.problem, None, "the course itself is read without trouble");
        let BadgeState::Paused { reason } = bench.state(&badge).await else {
            panic!("the badge goes on deciding");
        };
        assert_eq!(
            reason,
            "The gradebook column “Final quiz” is no longer in the course. Change the rule so that it names another one."
        );
        assert_eq!(bench.decide(&badge).await.awarded, 0);
        assert_eq!(bench.holders(&badge).await.len(), 0);
    }
}

#[tokio::test]
async fn a_changed_maximum_pauses_the_badge_until_a_teacher_looks_and_no_other_badge() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let other = bench
            .badge_when(
                "Other",
                Condition::NotBefore {
                    at: chrono::DateTime::UNIX_EPOCH,
                    zone: Zone::UTC,
                },
            )
            .await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("85"));
        assert!(
            bench
                .world
                .change_maximum(bench.at, bench.column, Decimal::from(200))
        );
        bench.run().await;
        let BadgeState::Paused { reason } = bench.state(&badge).await else {
            panic!("85 of 200 might have been taken for 85 percent");
        };
        assert_eq!(
            reason,
            "The maximum of the gradebook column “Final quiz” was changed. Look at the rule and activate it again."
        );
        assert_eq!(bench.state(&other).await, BadgeState::Active);
        assert_eq!(bench.holders(&badge).await.len(), 0);

        // Back to what it was: still a teacher's matter, and said once.
        bench
            .world
            .change_maximum(bench.at, bench.column, Decimal::ONE_HUNDRED);
        bench.run().await;
        assert!(matches!(bench.state(&badge).await, BadgeState::Paused { .. }));
        assert_eq!(bench.holders(&badge).await.len(), 0);
        let tenant = bench.course.tenant.clone();
        let all = Page { offset: 0, limit: 50 };
        let told = bench.cairn.store.read(move |db| logged(db, &tenant, all));
        let told = told.await.unwrap();
        let paused = told.iter().filter(|entry| entry.action == "badge.paused");
        assert_eq!(paused.count(), 1);
    }
}

#[tokio::test]
async fn a_new_rule_after_a_deleted_column_awards_who_waited() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        assert!(bench.world.delete_line_item(bench.at, bench.column));
        bench.run().await;
        assert!(matches!(bench.state(&badge).await, BadgeState::Paused { .. }));

        let teacher = bench.instructor().await;
        let made = columns::create(&bench.cairn, &teacher, "Final quiz again", Decimal::TEN).await;
        let made = made.unwrap();
        bench.run().await;
        let at = bench.world.line_items(bench.at);
        let at = at.iter().find(|one| one.label == "Final quiz again").unwrap().id;
        bench
            .world
            .set_grade(bench.at, at, student.id, Some(Decimal::from(9)));
        bench.run().await;
        let root = Group {
            need: Need::All,
            nodes: vec![Node::Condition(Condition::Grade {
                item: made.id,
                at_least: Threshold::Percent(80.into()),
            })],
        };
        design::save_rule(&bench.cairn, &teacher, &badge, &root)
            .await
            .unwrap();
        assert_eq!(
            bench.holders(&badge).await.len(),
            0,
            "it rests until it is activated"
        );
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        assert_eq!(trial.run.number(), 1);
        let done = design::activate(&bench.cairn, &teacher, &badge, 1, &trial.run.digest).await;
        assert_eq!(done.unwrap(), Activated::Done);
        bench.work(&bench.cairn).await;
        let person = bench.person(&student.sub).await;
        assert_eq!(bench.holders(&badge).await.keys().collect::<Vec<_>>(), [&person]);
    }
}

#[tokio::test]
async fn a_column_that_could_not_be_made_says_why_and_is_made_once_at_the_next_click() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            bench.check().await;
            let teacher = bench.instructor().await;
            for (number, (fault, words)) in wrong_answers().into_iter().enumerate() {
                *bench.patience.lock().unwrap() = match fault {
                    Fault::Delay(_) => Duration::from_millis(300),
                    _ => Duration::from_secs(20),
                };
                let label = format!("Column {number}");
                let faults = bench.world.faults();
                faults.inject(Endpoint::LineItems, &Fault::Delay(Duration::ZERO), 1);
                faults.inject(Endpoint::LineItems, &fault, 60);
                let refused = columns::create(&bench.cairn, &teacher, &label, Decimal::TEN).await;
                let Err(ServiceError::Platform(error)) = refused else {
                    panic!("{fault:?}: {refused:?}");
                };
                assert!(error.to_string().contains(words), "{fault:?}: {error}");
                faults.clear();
                // The platform goes on with a request that nobody waits for any more: the click comes after it.
                faults.idle().await;
                *bench.patience.lock().unwrap() = Duration::from_secs(20);
                columns::create(&bench.cairn, &teacher, &label, Decimal::TEN)
                    .await
                    .unwrap();
                let all = bench.world.line_items(bench.at);
                let own = all.iter().filter(|one| one.label == label);
                assert_eq!(own.count(), 1, "{fault:?}");
            }
        }
    }
}

/// A course with a column of Cairn's own out of `before` points, in which one student has `given` points; then its
/// maximum becomes `after`, and the course is read again. Gives the student, and an active badge for 60 percent of the
/// column that is made at the end.
async fn regauged(bench: &Bench, [given, before, after]: [u32; 3]) -> (MemberView, BadgeId) {
    bench.check().await;
    let teacher = bench.instructor().await;
    let made = columns::create(&bench.cairn, &teacher, "Field work", before.into()).await;
    let made = made.unwrap();
    bench.run().await;
    let student = bench.world.students(bench.at).remove(0);
    let column = bench.world.line_items(bench.at);
    let column = column.iter().find(|one| one.label == "Field work").unwrap().id;
    if bench.registration.flavour == Flavour::Canvas {
        let target = platforms::target(&bench.cairn, &bench.registration);
        let (capabilities, granted) = (bench.registration.capabilities(), vec![scope::SCORE.to_owned()]);
        let platform = bench.cairn.lti.platform(target, capabilities, granted);
        let score = Score::graded(&student.sub, bench.clock.now(), given.into(), before.into());
        let url = made.url.parse().unwrap();
        platform.post_score(&url, &score).await.unwrap();
    } else {
        let typed = bench
            .world
            .set_grade(bench.at, column, student.id, Some(given.into()));
        assert!(typed);
    }
    assert_eq!(bench.run().await.problem, None);
    assert!(bench.world.change_maximum(bench.at, column, after.into()));
    assert_eq!(bench.run().await.problem, None);
    let grade = Condition::Grade {
        item: made.id,
        at_least: Threshold::Percent(60.into()),
    };
    let badge = bench.badge_that_ends("Field worker", grade, Expiry::Never).await;
    bench.work(&bench.cairn).await;
    (student, badge)
}

#[tokio::test]
async fn a_grade_from_before_a_changed_maximum_counts_as_the_gradebook_shows_it() {
    // Moodle keeps the points of a typed grade; Canvas shows the share that a tool posted.
    let cases = [
        (Flavour::Moodle, [30, 50, 100], 30, Truth::No),
        (Flavour::Canvas, [8, 10, 20], 16, Truth::Yes),
    ];
    for (flavour, points, counts, truth) in cases {
        for bench in benches_of(flavour, |_| {}).await {
            let (student, badge) = regauged(&bench, points).await;
            let person = bench.person(&student.sub).await;
            let teacher = bench.instructor().await;
            let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
            let decision = &trial.decisions[&person];
            assert_eq!(decision.outcome, truth, "{flavour:?}");
            let [CheckedNode::Condition(checked)] = decision.tree.nodes.as_slice() else {
                panic!("{decision:?}");
            };
            let Seen::Grade {
                value,
                maximum,
                recorded,
                ..
            } = &checked.seen
            else {
                panic!("{checked:?}");
            };
            let [given, before, after] = points.map(Decimal::from);
            assert_eq!((*value, *maximum), (Decimal::from(counts), after), "{flavour:?}");
            let said = Recorded {
                value: given,
                maximum: before,
            };
            assert_eq!(*recorded, Some(said), "{flavour:?}");
            let holders = bench.holders(&badge).await;
            assert_eq!(holders.contains_key(&person), truth == Truth::Yes, "{flavour:?}");
            assert_eq!(holders.len(), usize::from(truth == Truth::Yes), "{flavour:?}");
        }
    }
}
