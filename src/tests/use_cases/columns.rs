//! What happens to a rule when the column that it reads is not what it was.

use std::time::Duration;

use rust_decimal::Decimal;

use super::bench::wrong_answers;
use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::badge::{BadgeState, Expiry};
use crate::domain::columns::TroubleKind;
use crate::domain::decision::{CheckedNode, Seen, Truth};
use crate::domain::facts::Recorded;
use crate::domain::page::Page;
use crate::domain::rest::Rest;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::stage::Search;
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, LineItemId};
use crate::service::award::progress;
use crate::service::badge::design::{self, Activated};
use crate::service::badge::resting;
use crate::service::base::error::ServiceError;
use crate::service::base::platforms;
use crate::service::course::columns;
use crate::store::testing::shortcuts::logged;
use crate::store::{badges, line_items};
use crate::web::words;
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
            words::rules::rest(&reason),
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
            words::rules::rest(&reason),
            "The maximum of the gradebook column “Final quiz” was changed. Look at the rule and activate it again."
        );
        assert_eq!(bench.state(&other).await, BadgeState::Active);
        assert_eq!(bench.holders(&badge).await.len(), 0);

        // Back to what it was: nothing else changed, so it goes on by itself.
        bench
            .world
            .change_maximum(bench.at, bench.column, Decimal::ONE_HUNDRED);
        bench.run().await;
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
        let person = bench.person(&student.sub).await;
        assert_eq!(bench.holders(&badge).await.keys().collect::<Vec<_>>(), [&person]);
        let tenant = bench.course.tenant.clone();
        let all = Page { offset: 0, limit: 50 };
        let told = bench.cairn.store.read(move |db| logged(db, &tenant, all));
        let told = told.await.unwrap();
        for action in ["badge.paused", "badge.resumed"] {
            let entries = told.iter().filter(|entry| entry.action == action);
            assert_eq!(entries.count(), 1, "{action}");
        }
    }
}

/// What the teachers of a badge are told that happened by itself.
async fn told(bench: &Bench, badge: &BadgeId) -> Vec<TroubleKind> {
    let (tenant, badge) = (bench.course.tenant.clone(), badge.clone());
    let found = bench
        .cairn
        .store
        .read(move |db| badges::rest_of(db, &tenant, &badge));
    let (_, resumed) = found.await.unwrap();
    let columns = resumed.map(|told| told.columns).unwrap_or_default();
    columns.into_iter().map(|one| one.kind).collect()
}

fn percent(item: LineItemId, percent: u32) -> Group {
    graded(item, Threshold::Percent(percent.into()))
}

fn graded(item: LineItemId, at_least: Threshold) -> Group {
    Group {
        need: Need::All,
        nodes: vec![Node::Condition(Condition::Grade { item, at_least })],
    }
}

async fn reason(bench: &Bench, badge: &BadgeId) -> String {
    match bench.state(badge).await {
        BadgeState::Paused { reason } => words::rules::rest(&reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_column_that_comes_back_has_its_badge_decide_again_and_the_teacher_is_told() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        assert!(bench.world.delete_line_item(bench.at, bench.column));
        bench.run().await;
        assert!(reason(&bench, &badge).await.contains("no longer in the course"));
        assert!(bench.world.restore_line_item(bench.at, bench.column));
        assert_eq!(bench.run().await.problem, None);
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
        assert_eq!(told(&bench, &badge).await, [TroubleKind::Gone]);
        assert_eq!(bench.holders(&badge).await.len(), 1);

        // With other points it is not what the rule was made for, and says so.
        assert!(bench.world.delete_line_item(bench.at, bench.column));
        bench.run().await;
        assert!(bench.world.restore_line_item(bench.at, bench.column));
        bench.world.change_maximum(bench.at, bench.column, 200.into());
        bench.run().await;
        let said = reason(&bench, &badge).await;
        assert!(said.starts_with("The maximum of the gradebook column"), "{said}");
        bench.world.change_maximum(bench.at, bench.column, 100.into());
        bench.run().await;
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
    }
}

#[tokio::test]
async fn a_badge_whose_rule_was_touched_meanwhile_waits_for_one_click_and_says_nothing_untrue() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let teacher = bench.instructor().await;
        assert!(bench.world.delete_line_item(bench.at, bench.column));
        bench.run().await;
        let refused = resting::resume_by_hand(&bench.cairn, &teacher, &badge).await;
        assert_eq!(refused.unwrap_err().code(), "badge.still-rests");
        let root = percent(bench.item().await, 90);
        design::save_rule(&bench.cairn, &teacher, &badge, &root, None)
            .await
            .unwrap();

        assert!(bench.world.restore_line_item(bench.at, bench.column));
        bench.run().await;
        let said = reason(&bench, &badge).await;
        assert!(said.contains("is in the gradebook again"), "{said}");
        for _ in 0..2 {
            resting::resume_by_hand(&bench.cairn, &teacher, &badge)
                .await
                .unwrap();
        }
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
        bench.run().await;
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
        assert_eq!(told(&bench, &badge).await, [], "they said it themselves");
    }
}

#[tokio::test]
async fn a_new_maximum_that_one_rule_accepts_is_not_accepted_for_another_one() {
    for bench in benches().await {
        bench.check().await;
        let (badge, other) = (bench.badge().await, bench.badge_of_grade("Other").await);
        let teacher = bench.instructor().await;
        bench.world.change_maximum(bench.at, bench.column, 200.into());
        bench.run().await;
        // The rule that ran is activated again, after a look at who would earn it now.
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        let done = design::activate(&bench.cairn, &teacher, &badge, 0, &trial.run.digest).await;
        assert_eq!(done.unwrap(), Activated::Done);
        bench.run().await;
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
        let said = reason(&bench, &other).await;
        assert!(said.starts_with("The maximum of the gradebook column"), "{said}");
    }
}

#[tokio::test]
async fn what_an_earlier_version_paused_is_told_as_it_is_and_waits_for_a_click() {
    for bench in benches().await {
        bench.check().await;
        let (badge, elsewhere) = (bench.badge().await, bench.badge_of_grade("Elsewhere").await);
        for (id, reason) in [
            (
                &badge,
                "The gradebook column “Final quiz” is no longer in the course.",
            ),
            (&elsewhere, "Something else."),
        ] {
            let paused = BadgeState::Paused {
                reason: Rest::Earlier(reason.to_owned()),
            };
            let (tenant, id, now) = (bench.course.tenant.clone(), id.clone(), bench.clock.now());
            let done = bench
                .cairn
                .store
                .write(move |db| badges::set_state(db, &tenant, &id, &paused, now));
            done.await.unwrap();
        }
        bench.run().await;
        assert!(reason(&bench, &badge).await.contains("is in the gradebook again"));
        assert_eq!(reason(&bench, &elsewhere).await, "Something else.");
        let teacher = bench.instructor().await;
        resting::resume_by_hand(&bench.cairn, &teacher, &badge)
            .await
            .unwrap();
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
        let refused = resting::resume_by_hand(&bench.cairn, &teacher, &elsewhere).await;
        assert_eq!(refused.unwrap_err().code(), "badge.still-rests");
    }
}

#[tokio::test]
async fn a_badge_that_rests_shows_the_grades_that_were_read_since() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("40"));
        bench.run().await;
        bench.world.change_maximum(bench.at, bench.column, 200.into());
        bench.grade(student.id, Some("190"));
        bench.run().await;
        assert!(bench.state(&badge).await.rests());
        let (teacher, person) = (bench.instructor().await, bench.person(&student.sub).await);
        let sight = progress::sight(&bench.cairn, &teacher, &badge, &person)
            .await
            .unwrap();
        assert_eq!(sight.decision.unwrap().outcome, Truth::Yes);
        let part = progress::part(&bench.cairn, &teacher, Search::default(), None).await;
        let matrix = part.unwrap().unwrap();
        let row = matrix.rows.iter().find(|row| row.person.id == person).unwrap();
        assert_eq!(row.cells[0].decision.as_ref().unwrap().outcome, Truth::Yes);
        assert_eq!(bench.holders(&badge).await.len(), 0, "and awards nothing");
    }
}

#[tokio::test]
async fn a_scale_is_never_read_as_percent_and_a_step_of_it_can_be_asked_for() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        assert!(bench.world.grade_by_scale(bench.at, bench.column, 4));
        bench.run().await;
        bench.grade(student.id, Some("4"));
        bench.run().await;
        let (item, teacher) = (bench.item().await, bench.instructor().await);
        let person = bench.person(&student.sub).await;
        resting::mark_scale(&bench.cairn, &teacher, &item, true)
            .await
            .unwrap();
        bench.run().await;
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        let decision = &trial.decisions[&person];
        assert_eq!(decision.outcome, Truth::Unknown, "4 of 4 is not 100 percent");
        assert!(
            trial.sentence.contains("Final quiz (a scale)"),
            "{}",
            trial.sentence
        );

        let review = |root: Group| {
            let (bench, teacher, badge) = (&bench, &teacher, &badge);
            async move {
                let review = design::review(&bench.cairn, teacher, badge, &root).await;
                review.unwrap()
            }
        };
        let refused = review(percent(item.clone(), 75)).await;
        let told = words::rules::problem(&refused.problems[0]);
        assert!(told.contains("graded by a scale"), "{refused:?}");
        let step = graded(item.clone(), Threshold::Points(3.into()));
        let sound = review(step.clone()).await;
        assert_eq!(sound.problems, []);
        assert!(
            sound
                .sentence
                .contains("at least step 3 of 4 in Final quiz (a scale)"),
            "{}",
            sound.sentence
        );
        design::save_rule(&bench.cairn, &teacher, &badge, &step, None)
            .await
            .unwrap();
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        let done = design::activate(&bench.cairn, &teacher, &badge, 1, &trial.run.digest).await;
        assert_eq!(done.unwrap(), Activated::Done);
        bench.work(&bench.cairn).await;
        assert_eq!(bench.holders(&badge).await.keys().collect::<Vec<_>>(), [&person]);

        let stranger = resting::mark_scale(&bench.cairn, &teacher, &"none".into(), true).await;
        assert!(matches!(stranger, Err(ServiceError::NotFound(_))));
    }
}

#[tokio::test]
async fn a_percent_rule_rests_once_its_column_is_said_to_be_a_scale_and_goes_on_when_it_is_not() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let (item, teacher) = (bench.item().await, bench.instructor().await);
        for _ in 0..2 {
            resting::mark_scale(&bench.cairn, &teacher, &item, true)
                .await
                .unwrap();
        }
        let said = reason(&bench, &badge).await;
        assert!(said.contains("graded by a scale"), "{said}");
        bench.run().await;
        assert_eq!(reason(&bench, &badge).await, said);
        resting::mark_scale(&bench.cairn, &teacher, &item, false)
            .await
            .unwrap();
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
    }
}

#[tokio::test]
async fn a_course_reset_has_the_rule_read_the_new_column_under_the_old_name() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let item = bench.item().await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("95"));
        bench.grade(students[1].id, Some("50"));
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 1);
        assert!(bench.world.reset_course(bench.at));
        assert_eq!(bench.run().await.problem, None);
        assert_eq!(bench.state(&badge).await, BadgeState::Active);
        assert_eq!(bench.item().await, item);
        assert_eq!(told(&bench, &badge).await, [TroubleKind::Remade]);
        assert_eq!(bench.known().await.len(), 0, "its grades start afresh");

        let columns = bench.world.line_items(bench.at);
        let new = columns.iter().find(|one| one.label == "Final quiz").unwrap().id;
        assert_ne!(new, bench.column);
        let given = bench
            .world
            .set_grade(bench.at, new, students[1].id, Some(90.into()));
        assert!(given);
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 2);
        let course = bench.course.clone();
        let all = bench
            .cairn
            .store
            .read(move |db| line_items::for_course(db, &course.tenant, &course.id));
        let all = all.await.unwrap();
        let quiz = all.iter().filter(|one| one.label == "Final quiz");
        assert_eq!(quiz.count(), 1, "no second row: {all:?}");
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
        design::save_rule(&bench.cairn, &teacher, &badge, &root, None)
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
