//! What rules ask of several columns of different sources, of totals, and of who passes.

use rust_decimal::Decimal;

use super::{canvas, changes};
use crate::clock::Clock as _;
use crate::domain::decision::{CheckedCondition, CheckedNode, Seen, Truth};
use crate::domain::design_review::RuleProblem;
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Counting, Measure, OutsideColumn, RestColumn, Scope};
use crate::domain::reading::{Readings, Why};
use crate::domain::rule::{Condition, GradeColumn, Group, Need, Needed, Node, Threshold};
use crate::ids::BadgeId;
use crate::service::award::progress;
use crate::service::badge::design;
use crate::service::base::names;
use crate::service::base::session::Visitor;
use crate::store::{outside, readings};
use crate::tests::use_cases::bench::{Bench, benches};
use practice_lms::world::MemberView;

impl Bench {
    /// What was seen of the first condition of a badge for somebody.
    async fn first_checked(&self, teacher: &Visitor, badge: &BadgeId, who: &MemberView) -> CheckedCondition {
        let person = self.person(&who.sub).await;
        let sight = progress::sight(&self.cairn, teacher, badge, &person)
            .await
            .unwrap();
        match sight.decision.unwrap().tree.nodes.into_iter().next() {
            Some(CheckedNode::Condition(checked)) => checked,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_best_of_a_column_of_ours_and_two_of_a_file_award_together_and_excused_is_never_nought() {
    for bench in benches().await {
        let students = bench.world.students(bench.at);
        let [ada, ben, cleo] = &students[..3] else {
            panic!("{students:?}")
        };
        bench.grade(ada.id, Some("90"));
        bench.grade(ben.id, Some("50"));
        bench.run().await;
        let teacher = bench.instructor().await;
        let file = canvas(
            &["Weekly (1)", "Lab (2)"],
            &[
                (&ada.name, 41, &ada.email, &["6.00", "EX"]),
                (&ben.name, 42, &ben.email, &["6.00", "8.90"]),
                (&cleo.name, 43, &cleo.email, &["10.00", ""]),
            ],
        );
        changes(bench.use_file(&teacher, &file, &[]).await);
        let weekly = bench.column_of(&teacher, "Weekly").await;
        let lab = bench.column_of(&teacher, "Lab").await;
        let best = Condition::BestOf {
            best: 2,
            of: vec![
                GradeColumn::Ours(bench.item().await),
                GradeColumn::Elsewhere(weekly),
                GradeColumn::Elsewhere(lab),
            ],
            at_least: Decimal::from(75),
        };
        let badge = bench.badge_when("Steady", best).await;
        bench.work(&bench.cairn).await;
        assert!(bench.earned(&badge, ada).await, "90 and 60 are 75 on average");
        assert!(!bench.earned(&badge, ben).await, "60 and 89 are not");
        let seen = bench.first_checked(&teacher, &badge, ben).await;
        assert_eq!(seen.truth, Truth::No, "each of his grades is known");
        let seen = bench.first_checked(&teacher, &badge, cleo).await;
        assert_eq!(seen.truth, Truth::Unknown);
        assert!(matches!(seen.seen, Seen::Best { average: None, .. }), "{seen:?}");
        // What is signed says what the average was.
        let held = bench.holders(&badge).await;
        let award = &held[&bench.person(&ada.sub).await];
        let document = bench.credential(award).await.document;
        assert!(
            document.contains("Average of the best 2 of 3 grades"),
            "{document}"
        );

        // The second grade makes it certain, whichever source tells it.
        bench.grade(cleo.id, Some("50"));
        bench.run().await;
        assert!(bench.earned(&badge, cleo).await);
    }
}

#[tokio::test]
async fn a_total_and_a_letter_that_passes_decide_and_what_cannot_be_asked_is_refused_by_name() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        let text = format!(
            "Student,ID,SIS Login ID,Section,Quiz (1),Current Score,Current Grade\n    Points Possible,,,,10.00,(read only),(read only)\n{},41,{},A,9.00,88.00,B+\n{},42,{},A,9.00,88.00,F\n",
            ada.name, ada.email, ben.name, ben.email
        );
        changes(bench.use_file(&teacher, &text, &[5, 6]).await);
        let total = bench.column_of(&teacher, "Current Score").await;
        let letter = bench.column_of(&teacher, "Current Grade").await;
        let passes = |words: &[&str]| Condition::Elsewhere {
            column: letter.clone(),
            needs: Needed::Passed(words.iter().map(|word| (*word).to_owned()).collect()),
        };
        let at_least = Condition::Elsewhere {
            column: total.clone(),
            needs: Needed::AtLeast(Threshold::Percent(Decimal::from(88))),
        };
        let all = |conditions: Vec<Condition>| Group {
            need: Need::All,
            nodes: conditions.into_iter().map(Node::Condition).collect(),
        };
        let root = all(vec![passes(&["A", "B+"]), at_least]);
        let badge = bench.badge_by("Passed", root).await;
        bench.work(&bench.cairn).await;
        assert!(bench.earned(&badge, ada).await);
        assert!(!bench.earned(&badge, ben).await);
        assert_eq!(bench.first_checked(&teacher, &badge, ben).await.truth, Truth::No);

        let unaskable = all(vec![
            passes(&[]),
            Condition::HandedIn {
                column: total.clone(),
                on_time: true,
            },
            Condition::Completed {
                column: total.clone(),
            },
            Condition::BestOf {
                best: 1,
                of: vec![
                    GradeColumn::Elsewhere(total),
                    GradeColumn::Elsewhere(letter.clone()),
                ],
                at_least: Decimal::from(50),
            },
        ]);
        let review = design::review(&bench.cairn, &teacher, &badge, &unaskable)
            .await
            .unwrap();
        let label = |text: &str| text.to_owned();
        let expected = [
            RuleProblem::NoWord {
                label: label("Current Grade"),
            },
            RuleProblem::HandInsNotTold {
                label: label("Current Score"),
            },
            RuleProblem::CompletionNotTold {
                label: label("Current Score"),
            },
            RuleProblem::NoShare {
                label: label("Current Grade"),
            },
        ];
        assert_eq!(review.problems, expected);
    }
}

#[tokio::test]
async fn what_the_lms_told_is_named_as_out_of_reach_while_its_last_reading_broke_off() {
    for bench in benches().await {
        bench.run().await;
        let now = bench.clock.now();
        let column = OutsideColumn {
            id: "quiz".into(),
            tenant: bench.course.tenant.clone(),
            course: bench.course.id.clone(),
            source: GradeSource::RestMoodle,
            key: "item:7".to_owned(),
            label: "Weekly quiz".to_owned(),
            maximum: Some(Decimal::TEN),
            measure: Measure::Points,
            scope: Scope::Item,
            counting: Counting::Released,
            file: None,
            rest: Some(RestColumn {
                is_listed: true,
                ..RestColumn::default()
            }),
        };
        for trouble in [None, Some(Why::Consent), None] {
            let (course, column, is_unread) = (bench.course.clone(), column.clone(), trouble.is_some());
            let named = bench.cairn.store.write(move |db| {
                outside::save_column(db, &column, None, now)?;
                let last = Readings {
                    was_on: true,
                    trouble: trouble.clone(),
                    ..Readings::default()
                };
                readings::save(db, &course.tenant, &course.id, &last)?;
                names::of_course(db, &course.tenant, &course.id)
            });
            let named = named.await.unwrap();
            assert_eq!(named.out_of_reach.contains(&GradeSource::RestMoodle), is_unread);
        }
    }
}
