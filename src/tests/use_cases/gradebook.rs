//! What teachers and platforms do in the gradebook to the scores that are sent there: a teacher's grade is never lost, and
//! no refusal is.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::evidence::SubmissionState;
use crate::domain::membership::{Doubt, Membership};
use crate::domain::page::Page;
use crate::domain::posted_score::{Points, Refusal};
use crate::domain::rule::{Condition, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{ActivityId, BadgeId, SubmissionId};
use crate::jobs::Worker;
use crate::service::award::evidence::{self, Answer, InGradebook, Reviewed};
use crate::service::award::progress;
use crate::service::badge::design;
use crate::service::base::refusal::ColumnRefusal;
use crate::service::course::scores::{Told, told_of};
use crate::service::course::students;
use crate::service::course::sync::{Stage, progress as check_progress};
use crate::store::line_items;
use crate::store::testing::shortcuts::logged;
use crate::web::words;
use lti::registration::Flavour;
use practice_lms::world::MemberView;
use practice_lms::{Closed, CourseRole, Endpoint, Fault};

mod at_once;

const BOTH: [Flavour; 2] = [Flavour::Moodle, Flavour::Canvas];

fn points(value: i64, maximum: i64) -> Option<Points> {
    Some(Points {
        value: value.into(),
        maximum: maximum.into(),
    })
}

impl Bench {
    /// An activity "Essay" of 100 points with its column, and the column's number.
    async fn essay(&self) -> (ActivityId, u64) {
        self.check().await;
        let activity = self.activity("Essay").await;
        self.work(&self.cairn).await;
        let columns = self.world.line_items(self.at);
        let column = columns.iter().find(|one| one.label == "Essay").unwrap().id;
        (activity, column)
    }

    /// An active badge for 80 percent of the essay.
    async fn essayist(&self) -> BadgeId {
        let course = self.course.clone();
        let items = self
            .cairn
            .store
            .read(move |db| line_items::for_course(db, &course.tenant, &course.id));
        let mut items = items.await.unwrap().into_iter();
        let item = items.find(|one| one.label == "Essay").unwrap().id;
        let at_least = Threshold::Percent(80.into());
        let badge = self
            .badge_when("Essayist", Condition::Grade { item, at_least })
            .await;
        self.work(&self.cairn).await;
        badge
    }

    /// A worker sends it once, in vain; from then on it waits for its next try.
    async fn fails_once(&self) {
        let worker = Worker::start(Arc::clone(&self.cairn));
        for _ in 0..200 {
            if self.late().await.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        worker.stop().await;
        assert!(self.late().await.is_some(), "it did not fail");
    }

    fn student(&self, number: usize) -> MemberView {
        self.world.students(self.at).remove(number)
    }

    async fn asks_for_a_change(&self, submission: &SubmissionId) {
        let answer = Answer {
            state: SubmissionState::ChangesAsked,
            message: "Say why, please.".into(),
            score: None,
        };
        let done = evidence::review(&self.cairn, &self.instructor().await, submission, answer, None).await;
        assert_eq!(done.unwrap(), Reviewed::Done);
    }

    async fn gradebook(&self, submission: &SubmissionId) -> InGradebook {
        let shown = evidence::review_view(&self.cairn, &self.instructor().await, submission).await;
        shown.unwrap().gradebook
    }

    /// Why points that are given now do not reach the gradebook.
    async fn kept_back(&self, submission: &SubmissionId) -> Option<ColumnRefusal> {
        let shown = evidence::review_view(&self.cairn, &self.instructor().await, submission).await;
        shown.unwrap().kept_back
    }

    async fn told(&self) -> Told {
        let (visitor, now) = (self.instructor().await, self.clock.now());
        let told = self.cairn.store.read_with(move |db| told_of(db, &visitor, now));
        told.await.unwrap()
    }

    /// What the results say of a student in the column, as it counts.
    async fn read_back(&self, submission: &SubmissionId) -> Option<Points> {
        // A reading of its own, later than whatever was sent.
        self.clock.advance(TimeDelta::minutes(1));
        self.check().await;
        self.gradebook(submission).await.grade
    }
}

#[tokio::test]
async fn a_second_review_arrives_and_a_grade_that_a_teacher_typed_stays() {
    for flavour in BOTH {
        for bench in benches_of(flavour, |_| {}).await {
            let (activity, column) = bench.essay().await;
            for (number, typed) in [(0, true), (1, false)] {
                let student = bench.student(number);
                let hand_in = bench.hand_in(&student, &activity).await;
                bench.send(&hand_in).await.unwrap();
                if typed {
                    bench
                        .world
                        .set_grade(bench.at, column, student.id, Some(40.into()));
                    bench.clock.advance(TimeDelta::minutes(1));
                }
                for given in [90, 95] {
                    bench.review(&hand_in, given).await;
                    bench.send(&hand_in).await.unwrap();
                }
                let expected = if typed { 40 } else { 95 };
                assert_eq!(
                    bench.points("Essay", &student),
                    Some(expected.into()),
                    "{flavour:?}"
                );
                // The same before and after the results were read.
                let there = bench.gradebook(&hand_in).await;
                assert_eq!(
                    (there.grade, there.ours),
                    (points(expected, 100), !typed),
                    "{flavour:?}"
                );
                assert_eq!(
                    bench.read_back(&hand_in).await,
                    points(expected, 100),
                    "{flavour:?}"
                );
                let says = words::scores::in_gradebook(&bench.gradebook(&hand_in).await, true).unwrap();
                let counts = "The gradebook says 40 of 100. That grade counts, whatever you give here.";
                assert_eq!(says == counts, typed, "{says}");
            }
        }
    }
}

#[tokio::test]
async fn a_grade_of_ours_that_a_teacher_took_away_is_not_sent_again() {
    for flavour in BOTH {
        for bench in benches_of(flavour, |_| {}).await {
            let (activity, column) = bench.essay().await;
            let student = bench.student(0);
            let hand_in = bench.hand_in(&student, &activity).await;
            bench.review(&hand_in, 90).await;
            bench.send(&hand_in).await.unwrap();
            assert_eq!(bench.points("Essay", &student), Some(90.into()));
            bench.world.set_grade(bench.at, column, student.id, None);
            bench.clock.advance(TimeDelta::minutes(1));
            bench.review(&hand_in, 95).await;
            bench.send(&hand_in).await.unwrap();
            assert_eq!(bench.points("Essay", &student), None, "{flavour:?}");
            assert_eq!(bench.read_back(&hand_in).await, None);
            let there = bench.gradebook(&hand_in).await;
            assert!(there.excused, "{flavour:?}: {there:?}");
        }
    }
}

#[tokio::test]
async fn a_cell_that_was_emptied_is_said_after_the_next_check_without_a_second_review() {
    for flavour in BOTH {
        for bench in benches_of(flavour, |_| {}).await {
            let (activity, column) = bench.essay().await;
            let student = bench.student(0);
            let hand_in = bench.hand_in(&student, &activity).await;
            bench.review(&hand_in, 90).await;
            bench.work(&bench.cairn).await;
            assert!(!bench.gradebook(&hand_in).await.excused);
            bench.world.set_grade(bench.at, column, student.id, None);
            assert_eq!(bench.read_back(&hand_in).await, None, "{flavour:?}");
            let there = bench.gradebook(&hand_in).await;
            assert!(there.excused, "{flavour:?}: {there:?}");
        }
    }
}

#[tokio::test]
async fn a_column_with_other_points_is_said_beside_the_review_and_so_is_its_grade() {
    for flavour in BOTH {
        for bench in benches_of(flavour, |_| {}).await {
            let (activity, column) = bench.essay().await;
            bench.world.change_maximum(bench.at, column, 200.into());
            bench.run().await;
            let hand_in = bench.hand_in(&bench.student(0), &activity).await;
            bench.review(&hand_in, 60).await;
            bench.work(&bench.cairn).await;
            let there = bench.gradebook(&hand_in).await;
            assert_eq!((there.grade, there.ours), (points(120, 200), true), "{flavour:?}");
            let shown = evidence::review_view(&bench.cairn, &bench.instructor().await, &hand_in).await;
            assert_eq!(shown.unwrap().column_maximum, Some(200.into()));
        }
    }
}

#[tokio::test]
async fn handing_in_again_leaves_a_grade_as_it_is_and_readable_in_points_of_its_column() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (activity, column) = bench.essay().await;
        let student = bench.student(0);
        let first = bench.hand_in(&student, &activity).await;
        bench.send(&first).await.unwrap();
        // The points are not those of the activity, and Cairn has not read that yet.
        bench.world.change_maximum(bench.at, column, Decimal::TEN);
        bench
            .world
            .set_grade(bench.at, column, student.id, Some(4.into()));
        bench.asks_for_a_change(&first).await;
        let second = bench.hand_in(&student, &activity).await;
        for _ in 0..2 {
            bench.send(&second).await.unwrap();
        }
        let cell = bench.cell("Essay", &student).unwrap();
        assert_eq!(cell.points, Some(4.into()));
        assert!(cell.needs_grading, "the gradebook shows that work waits");
        assert_eq!(cell.attempts, 2, "one for each hand-in, however often it is sent");
        assert_eq!(bench.read_back(&second).await, points(4, 10));
        // A review that comes now does not go over it either.
        bench.review(&second, 90).await;
        bench.send(&second).await.unwrap();
        assert_eq!(bench.read_back(&second).await, points(4, 10));
    }
}

#[tokio::test]
async fn what_the_gradebook_refuses_for_a_time_is_told_by_name_and_sent_when_it_may() {
    let cases = [
        (Flavour::Canvas, Closed::Unpublished, Refusal::Unpublished),
        (Flavour::Canvas, Closed::GradingPeriod, Refusal::ClosedPeriod),
        (Flavour::Canvas, Closed::Moderated, Refusal::Moderated),
        (Flavour::Canvas, Closed::Concluded, Refusal::Concluded),
        (Flavour::Moodle, Closed::Locked, Refusal::Locked),
    ];
    for flavour in BOTH {
        for bench in benches_of(flavour, |_| {}).await {
            let (activity, column) = bench.essay().await;
            let cases = cases.iter().filter(|(of, ..)| *of == flavour);
            for (number, (_, closed, why)) in cases.enumerate() {
                let student = bench.student(number);
                let hand_in = bench.hand_in(&student, &activity).await;
                bench.review(&hand_in, 77).await;
                bench.world.close_line_item(bench.at, column, Some(*closed));
                let sent = bench.send(&hand_in).await;
                assert_eq!(sent.is_err(), *closed == Closed::Locked, "{closed:?}: {sent:?}");
                let told = bench.told().await;
                let [one] = told.untaken.as_slice() else {
                    panic!("{closed:?}: {told:?}");
                };
                assert_eq!((one.why, one.given, one.waits), (*why, Some(77.into()), false));
                assert_eq!((&one.student, &one.column), (&student.name, &"Essay".to_owned()));
                let (there, _) = bench.gradebook(&hand_in).await.refused.unwrap();
                assert_eq!(there, *why);

                // It is tried with each check, and arrives with the first after a teacher did their part.
                bench.world.faults().reset_counters();
                bench.check().await;
                bench.world.close_line_item(bench.at, column, None);
                bench.clock.advance(TimeDelta::minutes(20));
                bench.run().await;
                assert!(bench.world.faults().requests(Endpoint::Scores) > 0);
                assert_eq!(bench.points("Essay", &student), Some(77.into()), "{closed:?}");
                assert_eq!(bench.told().await, Told::default(), "{closed:?}");
                assert_eq!(bench.late().await, None, "{closed:?}");
            }
        }
    }
}

/// What is said of a score that a worker could not send: it waits to be tried again, so that the queue is never empty.
async fn late_at_work(bench: &Bench) -> String {
    let worker = Worker::start(Arc::clone(&bench.cairn));
    let mut told = bench.late().await;
    for _ in 0..200 {
        if told.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        told = bench.late().await;
    }
    worker.stop().await;
    told.expect("it waits")
}

#[tokio::test]
async fn what_waited_for_a_column_is_sent_by_the_check_that_finds_it_again() {
    for bench in benches().await {
        let (activity, column) = bench.essay().await;
        let student = bench.student(0);
        let hand_in = bench.hand_in(&student, &activity).await;
        bench.work(&bench.cairn).await;
        assert_eq!(bench.kept_back(&hand_in).await, None);
        assert!(bench.world.delete_line_item(bench.at, column));
        bench.run().await;
        bench.clock.advance(TimeDelta::seconds(5));
        let gone = Some(ColumnRefusal::Gone("Essay".into()));
        assert_eq!(bench.kept_back(&hand_in).await, gone, "said before the points");
        bench.review(&hand_in, 77).await;
        let told = late_at_work(&bench).await;
        assert!(told.contains("“Essay” was deleted from the course."), "{told}");
        assert!(bench.world.restore_line_item(bench.at, column));
        bench.run().await;
        assert_eq!(bench.points("Essay", &student), Some(77.into()));
        assert_eq!(bench.late().await, None);
    }
}

#[tokio::test]
async fn a_locked_column_is_no_course_site_that_is_out_of_order() {
    for bench in benches().await {
        let (activity, column) = bench.essay().await;
        let hand_in = bench.hand_in(&bench.student(0), &activity).await;
        bench.review(&hand_in, 77).await;
        bench
            .world
            .close_line_item(bench.at, column, Some(Closed::Locked));
        let refused = bench.send(&hand_in).await.unwrap_err();
        assert_eq!(refused.code(), "column.locked");
        let told = late_at_work(&bench).await;
        assert!(
            told.contains("“Essay” takes no grade for now, as when it is locked."),
            "{told}"
        );
        assert!(!told.contains("out of order"), "{told}");
    }
}

#[tokio::test]
async fn attempts_that_are_used_up_are_told_and_do_not_keep_a_grade_back() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (activity, column) = bench.essay().await;
        bench.world.allow_attempts(bench.at, column, Some(1));
        let student = bench.student(0);
        let first = bench.hand_in(&student, &activity).await;
        bench.send(&first).await.unwrap();
        bench.asks_for_a_change(&first).await;
        let second = bench.hand_in(&student, &activity).await;
        bench.send(&second).await.unwrap();
        let told = bench.told().await;
        assert_eq!(
            told.untaken.iter().map(|one| one.why).collect::<Vec<_>>(),
            [Refusal::Attempts]
        );
        bench.review(&second, 50).await;
        bench.send(&second).await.unwrap();
        assert_eq!(bench.points("Essay", &student), Some(50.into()));
        assert_eq!(bench.told().await, Told::default());
    }
}

#[tokio::test]
async fn a_refusal_that_a_teacher_settled_otherwise_is_not_told_any_more() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (activity, column) = bench.essay().await;
        bench
            .world
            .close_line_item(bench.at, column, Some(Closed::Unpublished));
        let hand_in = bench.hand_in(&bench.student(0), &activity).await;
        bench.send(&hand_in).await.unwrap();
        assert_eq!(bench.told().await.untaken.len(), 1);
        bench.asks_for_a_change(&hand_in).await;
        bench.send(&hand_in).await.unwrap();
        assert_eq!(bench.told().await, Told::default());
    }
}

#[tokio::test]
async fn whom_moodle_refuses_to_grade_is_awarded_by_nobody_but_a_teacher_until_it_grades_them() {
    for bench in benches().await {
        let (activity, _) = bench.essay().await;
        let condition = Condition::EvidenceApproved {
            activity: activity.clone(),
        };
        let badge = bench.badge_when("Essayist", condition).await;
        bench.work(&bench.cairn).await;
        let mut hand_ins = Vec::new();
        for number in [0, 1] {
            let student = bench.student(number);
            hand_ins.push((bench.hand_in(&student, &activity).await, student));
        }
        for (_, student) in &hand_ins {
            // The member list goes on calling them a learner.
            bench
                .world
                .set_role(bench.at, student.id, Some(CourseRole::Assistant));
        }
        bench.run().await;
        for (hand_in, _) in &hand_ins {
            bench.review(hand_in, 80).await;
        }
        bench.run().await;
        assert!(bench.holders(&badge).await.is_empty(), "no students for certain");
        let told = bench.told().await;
        assert_eq!(told.untaken.len(), 2, "{told:?}");
        assert!(
            told.untaken
                .iter()
                .all(|one| one.why == Refusal::Person && one.waits),
            "{told:?}"
        );
        assert_eq!(bench.late().await, None);

        let teacher = bench.instructor().await;
        let (one, other) = (
            bench.person(&hand_ins[0].1.sub).await,
            bench.person(&hand_ins[1].1.sub).await,
        );
        let sight = progress::sight(&bench.cairn, &teacher, &badge, &one)
            .await
            .unwrap();
        assert!(matches!(
            sight.membership(),
            Some(Membership::Waits(
                Doubt::RefusedGrading(_) | Doubt::SeenAsStaff(_)
            ))
        ));
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        assert_eq!((trial.run.number(), trial.unanswered.len()), (0, 2));
        // A teacher knows better, or the role is mended and the platform takes the grade.
        students::answer(&bench.cairn, &teacher, &one, true, None)
            .await
            .unwrap();
        bench
            .world
            .set_role(bench.at, hand_ins[1].1.id, Some(CourseRole::Student));
        bench.run().await;
        assert_eq!(bench.points("Essay", &hand_ins[1].1), Some(80.into()));
        let holders = bench.holders(&badge).await;
        assert!(holders.contains_key(&one) && holders.contains_key(&other));
        assert_eq!(bench.told().await.untaken.len(), 1, "the first is still refused");
    }
}

#[tokio::test]
async fn grades_of_ours_are_sent_anew_when_the_points_of_their_column_change_in_canvas() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (activity, column) = bench.essay().await;
        let (ada, ben) = (bench.student(0), bench.student(1));
        let mut hand_ins = Vec::new();
        for student in [&ada, &ben] {
            let hand_in = bench.hand_in(student, &activity).await;
            bench.review(&hand_in, 80).await;
            bench.send(&hand_in).await.unwrap();
            hand_ins.push(hand_in);
        }
        bench.run().await;
        bench.world.set_grade(bench.at, column, ben.id, Some(70.into()));
        bench.world.change_maximum(bench.at, column, 20.into());
        bench.world.set_grade(bench.at, column, ben.id, Some(7.into()));
        bench.clock.advance(TimeDelta::minutes(20));
        bench.run().await;
        assert_eq!(bench.points("Essay", &ada), Some(16.into()), "80 of 100");
        assert_eq!(bench.points("Essay", &ben), Some(7.into()), "the teacher's");
        assert_eq!(bench.read_back(&hand_ins[0]).await, points(16, 20));
        let told = bench.told().await;
        let [anew] = told.anew.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!((anew.count, anew.maximum), (1, 20.into()));
        // Doing it again does nothing.
        bench.world.faults().reset_counters();
        bench.run().await;
        for hand_in in &hand_ins {
            bench.send(hand_in).await.unwrap();
        }
        assert_eq!(bench.world.faults().requests(Endpoint::Scores), 0);
        let tenant = bench.course.tenant.clone();
        let all = Page { offset: 0, limit: 50 };
        let log = bench.cairn.store.read(move |db| logged(db, &tenant, all));
        let log = log.await.unwrap();
        let said: Vec<_> = log
            .iter()
            .filter(|entry| entry.action == "scores.sent-anew")
            .collect();
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].detail["scores"], 2, "as many as were looked at");
        // It is news for a week.
        bench.clock.advance(TimeDelta::days(8));
        assert_eq!(bench.told().await, Told::default());
    }
}
