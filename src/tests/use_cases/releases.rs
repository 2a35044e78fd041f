//! Grades that students cannot see yet: read from both platforms as they come, and counted when a teacher says so.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::course::Opens;
use crate::domain::decision::{CheckedNode, Decision, Seen, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::page::Page;
use crate::domain::release::{Change, Counting};
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::sentence::{Audience, next_step};
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, LineItemId, PersonId};
use crate::random::SystemRandom;
use crate::service::award::evidence::{self, Answer, HandIn};
use crate::service::award::{learning, progress, regrades};
use crate::service::badge::design;
use crate::service::base::queue::{self, ReleaseColumn};
use crate::service::base::session::Visitor;
use crate::service::course::links::{self, Choice};
use crate::service::course::releases::{self, Column};
use crate::service::course::scores;
use crate::store::submissions;
use crate::store::testing::shortcuts::logged;
use lti::registration::Flavour;
use practice_lms::world::MemberView;

const WAIT: Change = Change::Count(Counting::OnRelease);

impl Bench {
    async fn set_release(&self, item: &LineItemId, change: Change) {
        let teacher = self.instructor().await;
        releases::change(&self.cairn, &teacher, item, change, None)
            .await
            .unwrap();
        self.work(&self.cairn).await;
        // The audit log has no order within one moment.
        self.clock.advance(TimeDelta::seconds(1));
    }

    async fn release_columns(&self) -> Vec<Column> {
        let found = releases::columns(&self.cairn, &self.instructor().await).await;
        found.unwrap().columns
    }

    /// How a student stands towards the one badge, as their own page reads it.
    async fn seen_by_student(&self, student: &MemberView) -> Decision {
        let visitor = self.learner(student).await;
        let found = learning::of_visitor(&self.cairn, &visitor).await.unwrap();
        let decision = found.badges[0].decision.clone().unwrap();
        let next = next_step(&decision, &found.names, Audience::Student);
        if decision.outcome == Truth::Unknown {
            let says = "Next: get at least 80 of 100 in Final quiz, where grades are not released yet.";
            assert_eq!(next, says);
        }
        decision
    }

    async fn is_holder(&self, badge: &BadgeId, student: &MemberView) -> bool {
        let person = self.person(&student.sub).await;
        self.holders(badge).await.contains_key(&person)
    }

    async fn release_log(&self, of: &str) -> Vec<String> {
        let (tenant, all) = (self.course.tenant.clone(), Page { offset: 0, limit: 99 });
        let told = self.cairn.store.read(move |db| logged(db, &tenant, all)).await;
        let told = told
            .unwrap()
            .into_iter()
            .filter(|entry| entry.action.starts_with(of));
        let mut told: Vec<_> = told
            .map(|entry| {
                let cairn = if entry.actor.id().is_none() {
                    " by Cairn"
                } else {
                    ""
                };
                format!("{}{cairn}", entry.action)
            })
            .collect();
        told.reverse();
        told
    }

    async fn plan_release(&self, item: &LineItemId, minutes: i64) -> DateTime<Utc> {
        let at = self.clock.now() + TimeDelta::minutes(minutes);
        self.set_release(item, Change::Plan(at)).await;
        at
    }
}

fn seen(decision: &Decision) -> &Seen {
    let CheckedNode::Condition(checked) = &decision.tree.nodes[0] else {
        panic!("{decision:?}")
    };
    &checked.seen
}

#[tokio::test]
async fn a_grade_hidden_from_students_counts_at_once_unless_a_teacher_releases_the_column() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            let students = bench.world.students(bench.at);
            let (ada, ben, cleo) = (&students[0], &students[1], &students[2]);
            bench.check().await;
            let badge = bench.badge_of_grade("Quiz master").await;
            let item = bench.item().await;
            bench.world.hide_grades(bench.at, bench.column, true);
            bench.grade(ada.id, Some("95"));
            bench.run().await;
            assert_eq!(bench.world.grade_shown(bench.at, bench.column, ada.id), None);
            assert!(
                bench.is_holder(&badge, ada).await,
                "nothing tells that it is hidden"
            );

            // What was awarded stays; what comes waits, and nobody is told what it is or whether it is there.
            bench.set_release(&item, WAIT).await;
            bench.grade(ben.id, Some("95"));
            bench.grade(cleo.id, Some("10.5"));
            bench.run().await;
            assert!(bench.is_holder(&badge, ada).await && !bench.is_holder(&badge, ben).await);
            let (none, of) = (
                bench.seen_by_student(&students[3]).await,
                bench.seen_by_student(ben).await,
            );
            assert_eq!(none, of);
            assert_eq!(none, bench.seen_by_student(cleo).await);
            assert!(matches!(seen(&none), Seen::NotReleased { .. }) && none.outcome == Truth::Unknown);

            // Teachers see it, marked as what it is.
            let teacher = bench.instructor().await;
            let person = bench.person(&ben.sub).await;
            let sight = progress::sight(&bench.cairn, &teacher, &badge, &person)
                .await
                .unwrap();
            assert_eq!(sight.decision.unwrap(), of);
            let [(column, grade)] = sight.withheld.as_slice() else {
                panic!("{:?}", sight.withheld)
            };
            assert_eq!((column, grade.value), (&item, Some(95.into())));
            let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
            assert_eq!((trial.run.number(), trial.run.once_released), (0, 1));
            assert_eq!(trial.counting[0].1.counting, Counting::OnRelease);
            let review = releases::review(&bench.cairn, &teacher, &item).await.unwrap();
            assert_eq!(review.awards, [("Quiz master".to_owned(), 1)]);

            bench.set_release(&item, Change::Release).await;
            assert!(bench.is_holder(&badge, ben).await && !bench.is_holder(&badge, cleo).await);
            assert!(matches!(
                seen(&bench.seen_by_student(cleo).await),
                Seen::Grade { .. }
            ));
            bench.grade(cleo.id, Some("95"));
            bench.run().await;
            assert!(bench.is_holder(&badge, cleo).await, "what comes later counts too");
            bench.set_release(&item, Change::Release).await;
            assert_eq!(
                bench.release_log("column.").await,
                ["column.counting", "column.released"],
                "a second click is none"
            );
        }
    }
}

#[tokio::test]
async fn a_column_held_again_keeps_what_counted_and_takes_no_badge_for_a_grade_that_waits() {
    for bench in benches().await {
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        bench.check().await;
        let badge = bench.badge_of_grade("Quiz master").await;
        let item = bench.item().await;
        bench.set_release(&item, WAIT).await;
        bench.set_release(&item, Change::Release).await;
        bench.grade(ada.id, Some("95"));
        bench.run().await;
        bench.clock.advance(TimeDelta::seconds(5));
        bench.set_release(&item, Change::Hold).await;
        bench.clock.advance(TimeDelta::seconds(5));
        bench.run().await;
        assert_eq!(
            bench.seen_by_student(ada).await.outcome,
            Truth::Yes,
            "it counted already"
        );

        bench.grade(ada.id, Some("10.5"));
        bench.grade(ben.id, Some("95"));
        bench.run().await;
        assert!(bench.is_holder(&badge, ada).await && !bench.is_holder(&badge, ben).await);
        let (teacher, now) = (bench.instructor().await, bench.clock.now());
        let fallen = async |teacher: Visitor| {
            let found = bench
                .cairn
                .store
                .read_with(move |db| regrades::waiting_of(db, &teacher, now));
            found.await.unwrap().0.len()
        };
        assert_eq!(
            fallen(teacher.clone()).await,
            0,
            "a fall that nobody may know of yet"
        );
        bench.set_release(&item, Change::Release).await;
        assert!(bench.is_holder(&badge, ben).await);
        assert_eq!(fallen(teacher).await, 1);
    }
}

#[tokio::test]
async fn a_date_releases_by_itself_when_it_comes_and_not_when_it_was_put_off_or_taken_back() {
    for bench in benches().await {
        let ada = bench.world.students(bench.at).remove(0);
        bench.check().await;
        let badge = bench.badge_of_grade("Quiz master").await;
        let item = bench.item().await;
        bench.set_release(&item, WAIT).await;
        bench.grade(ada.id, Some("95"));
        bench.run().await;

        let past = Change::Plan(bench.clock.now());
        let refused = releases::change(&bench.cairn, &bench.instructor().await, &item, past, None).await;
        assert_eq!(refused.unwrap_err().code(), "column.release-date");
        bench.plan_release(&item, 60).await;
        let at = bench.plan_release(&item, 120).await;
        bench.clock.advance(TimeDelta::minutes(61));
        bench.work(&bench.cairn).await;
        assert!(!bench.is_holder(&badge, &ada).await, "it was put off");
        let columns = bench.release_columns().await;
        let column = columns.iter().find(|one| one.item.id == item).unwrap();
        assert_eq!(column.release.planned_at, Some(at));
        bench.set_release(&item, Change::Hold).await;
        bench.clock.advance(TimeDelta::minutes(60));
        bench.work(&bench.cairn).await;
        assert!(!bench.is_holder(&badge, &ada).await, "it was taken back");

        bench.plan_release(&item, 30).await;
        assert!(!bench.is_holder(&badge, &ada).await);
        bench.clock.advance(TimeDelta::minutes(31));
        bench.work(&bench.cairn).await;
        assert!(bench.is_holder(&badge, &ada).await);
        // Done twice, by a node that had it in its hands as well.
        let (tenant, now, job) = (
            bench.course.tenant.clone(),
            bench.clock.now(),
            ReleaseColumn { item },
        );
        let once_more = bench
            .cairn
            .store
            .write(move |db| queue::enqueue(db, &tenant, &job, now, now, &SystemRandom));
        once_more.await.unwrap();
        bench.work(&bench.cairn).await;
        assert_eq!(
            bench.release_log("column.").await,
            [
                "column.counting",
                "column.release-planned",
                "column.release-planned",
                "column.held",
                "column.release-planned",
                "column.released by Cairn"
            ]
        );
    }
}

#[tokio::test]
async fn an_answer_for_the_course_holds_for_columns_of_which_nobody_chose_otherwise() {
    for bench in benches().await {
        let ada = bench.world.students(bench.at).remove(0);
        bench.check().await;
        let badge = bench.badge_of_grade("Quiz master").await;
        let item = bench.item().await;
        let teacher = bench.instructor().await;
        let learner = bench.learner(&ada).await;
        let theirs = releases::answer(&bench.cairn, &learner, Counting::AtOnce, None).await;
        assert_eq!(theirs.unwrap_err().code(), "forbidden");
        for change in [WAIT, Change::Release] {
            let theirs = releases::change(&bench.cairn, &learner, &item, change, None).await;
            assert_eq!(theirs.unwrap_err().code(), "forbidden");
        }
        for _ in 0..2 {
            releases::answer(&bench.cairn, &teacher, Counting::OnRelease, None)
                .await
                .unwrap();
        }
        bench.grade(ada.id, Some("95"));
        bench.run().await;
        assert!(!bench.is_holder(&badge, &ada).await);
        assert!(
            bench
                .release_columns()
                .await
                .iter()
                .all(|one| !one.is_own && !one.release.is_open())
        );

        // New columns count at once from now on; one that waits is not released on the way.
        releases::answer(&bench.cairn, &teacher, Counting::AtOnce, None)
            .await
            .unwrap();
        bench.work(&bench.cairn).await;
        assert!(!bench.is_holder(&badge, &ada).await);
        assert!(
            bench
                .release_columns()
                .await
                .iter()
                .all(|one| one.is_own && !one.release.is_open())
        );
        bench.set_release(&item, Change::Count(Counting::AtOnce)).await;
        assert!(bench.is_holder(&badge, &ada).await);
        assert_eq!(
            bench.release_log("course.").await,
            ["course.counting", "course.counting"]
        );
        let unknown = releases::change(&bench.cairn, &teacher, &"nowhere".into(), WAIT, None).await;
        assert_eq!(unknown.unwrap_err().code(), "not-found");
    }
}

#[tokio::test]
async fn a_score_that_cairn_posted_from_a_review_counts_by_that_review() {
    for bench in benches().await {
        let ada = bench.world.students(bench.at).remove(0);
        bench.check().await;
        let teacher = bench.instructor().await;
        let link = bench.link("Field report", None).await;
        let choice = Choice::Activity {
            title: "Field report".into(),
            instructions: String::new(),
            maximum: Decimal::ONE_HUNDRED,
        };
        let opens = links::choose(&bench.cairn, &teacher, &link, choice).await;
        let Opens::Activity { activity } = opens.unwrap() else {
            panic!("the link opens something else")
        };
        bench.run().await;
        let columns = bench.release_columns().await;
        let item = columns
            .iter()
            .find(|one| one.item.label == "Field report")
            .unwrap();
        let item = item.item.id.clone();
        bench.set_release(&item, WAIT).await;
        let grade = Node::Condition(Condition::Grade {
            item: item.clone(),
            at_least: Threshold::Points(80.into()),
        });
        let root = Group {
            need: Need::All,
            nodes: vec![grade],
        };
        let badge = bench.badge_by("Reporter", root).await;

        let learner = bench.learner(&ada).await;
        let work = HandIn {
            text: "My report".into(),
            ..HandIn::default()
        };
        evidence::hand_in(&bench.cairn, &learner, &activity, work)
            .await
            .unwrap();
        let (tenant, of, by) = (
            bench.course.tenant.clone(),
            activity.clone(),
            learner.person.id.clone(),
        );
        let latest = bench
            .cairn
            .store
            .read(move |db| submissions::latest(db, &tenant, &of, &by));
        let submission = latest.await.unwrap().unwrap().id;
        let answer = Answer {
            state: SubmissionState::Approved,
            message: String::new(),
            score: Some(85.into()),
        };
        evidence::review(&bench.cairn, &teacher, &submission, answer, None)
            .await
            .unwrap();
        bench.clock.advance(TimeDelta::seconds(5));
        scores::send(&bench.cairn, &bench.course.tenant, &submission)
            .await
            .unwrap();
        bench.run().await;
        assert!(bench.is_holder(&badge, &ada).await);
        let shown = async || {
            let view = evidence::activity(&bench.cairn, &learner, &activity)
                .await
                .unwrap();
            view.grade.map(|grade| grade.value)
        };
        assert_eq!(shown().await, Some(Some(85.into())));

        // What a teacher types over it is the teacher's, and waits.
        let column = bench.world.line_items(bench.at);
        let column = column.iter().find(|one| one.label == "Field report").unwrap().id;
        bench.world.set_grade(bench.at, column, ada.id, Some(20.into()));
        bench.run().await;
        assert_eq!(shown().await, None);
        let review = evidence::review_view(&bench.cairn, &teacher, &submission)
            .await
            .unwrap();
        assert_eq!(review.gradebook.grade.map(|grade| grade.value), Some(20.into()));
        assert!(!review.is_released);
    }
}

#[tokio::test]
async fn where_only_rows_tell_students_from_staff_a_row_that_is_not_released_tells_it_too() {
    for bench in benches().await {
        let ada = bench.world.students(bench.at).remove(0);
        bench.check().await;
        let item = bench.item().await;
        let at_least = Threshold::Percent(80.into());
        let grade = Condition::Grade {
            item: item.clone(),
            at_least,
        };
        let always = Condition::NotBefore {
            at: DateTime::UNIX_EPOCH,
            zone: Zone::UTC,
        };
        let root = Group {
            need: Need::Any,
            nodes: vec![Node::Condition(grade), Node::Condition(always)],
        };
        let badge = bench.badge_by("Here", root).await;
        bench.set_release(&item, WAIT).await;
        bench.grade(ada.id, Some("10"));
        bench.run().await;
        let holders: Vec<PersonId> = bench.holders(&badge).await.into_keys().collect();
        assert_eq!(holders, [bench.person(&ada.sub).await]);
        let decided = bench.decide(&badge).await;
        assert_eq!(decided.awarded, 0);
    }
}
