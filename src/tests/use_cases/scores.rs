//! Scores on their way to the gradebook of an LMS that answers wrongly: none is lost, and the teacher is told.

use std::time::Duration;

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::bench::wrong_answers;
use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::course::Opens;
use crate::domain::evidence::{Activity, SubmissionState};
use crate::ids::{ActivityId, SubmissionId};
use crate::random::SystemRandom;
use crate::service::award::evidence::{self, Answer, HandIn, HandedIn, Reviewed};
use crate::service::base::error::ServiceError;
use crate::service::course::columns;
use crate::service::course::links::{self, Choice};
use crate::service::course::scores;
use crate::store::links::LinkSeen;
use crate::store::{activities, jobs, links as store_links, submissions};
use crate::tests::log::Log;
use crate::web::words::{checks, errors};
use lti::registration::Flavour;
use practice_lms::world::MemberView;
use practice_lms::{Endpoint, Fault, GradeView};

/// Asked once and answered well: the fault comes after it.
const WELL: Fault = Fault::Delay(Duration::ZERO);

impl Bench {
    /// A link of the course without a column that opens an evidence activity of 100 points.
    pub(super) async fn activity(&self, title: &str) -> ActivityId {
        let link = self.link(title, None).await;
        let choice = Choice::Activity {
            title: title.into(),
            instructions: String::new(),
            maximum: Decimal::ONE_HUNDRED,
        };
        let opens = links::choose(&self.cairn, &self.instructor().await, &link, choice).await;
        let Opens::Activity { activity } = opens.unwrap() else {
            panic!("the link opens something else")
        };
        activity
    }

    pub(super) async fn known_activity(&self, id: &ActivityId) -> Activity {
        let (tenant, id) = (self.course.tenant.clone(), id.clone());
        let found = self.cairn.store.read(move |db| activities::get(db, &tenant, &id));
        found.await.unwrap().unwrap()
    }

    pub(super) async fn ensure(&self, activity: &ActivityId) -> Result<(), ServiceError> {
        let done = columns::ensure_activity_item(&self.cairn, &self.course.tenant, activity).await;
        done.map(drop)
    }

    pub(super) async fn hand_in(&self, student: &MemberView, activity: &ActivityId) -> SubmissionId {
        let visitor = self.learner(student).await;
        let text = HandIn {
            text: "My essay".into(),
            ..HandIn::default()
        };
        let done = evidence::hand_in(&self.cairn, &visitor, activity, text).await;
        assert_eq!(done.unwrap(), HandedIn::Done);
        let (tenant, activity) = (self.course.tenant.clone(), activity.clone());
        let latest = self
            .cairn
            .store
            .read(move |db| submissions::latest(db, &tenant, &activity, &visitor.person.id));
        latest.await.unwrap().unwrap().id
    }

    pub(super) async fn review(&self, submission: &SubmissionId, points: i64) {
        let answer = Answer {
            state: SubmissionState::Approved,
            message: String::new(),
            score: Some(points.into()),
        };
        let done = evidence::review(&self.cairn, &self.instructor().await, submission, answer, None).await;
        assert_eq!(done.unwrap(), Reviewed::Done);
    }

    pub(super) async fn send(&self, submission: &SubmissionId) -> Result<(), ServiceError> {
        self.clock.advance(TimeDelta::seconds(5));
        scores::send(&self.cairn, &self.course.tenant, submission).await
    }

    pub(super) fn cell(&self, column: &str, student: &MemberView) -> Option<GradeView> {
        let columns = self.world.line_items(self.at);
        let column = columns.iter().find(|one| one.label == column)?;
        self.world.grade(self.at, column.id, student.id)
    }

    pub(super) fn waits(&self, column: &str, student: &MemberView) -> bool {
        let progress = self.cell(column, student).and_then(|cell| cell.progress);
        progress.is_some_and(|(_, grading)| grading == "PendingManual")
    }

    pub(super) fn points(&self, column: &str, student: &MemberView) -> Option<Decimal> {
        self.cell(column, student)?.points
    }

    pub(super) async fn late(&self) -> Option<String> {
        checks::late(&scores::late(&self.cairn, &self.instructor().await).await.unwrap())
    }

    /// A worker tries until nothing is left but what it gave up.
    async fn until_given_up(&self) {
        for _ in 0..30 {
            // The clock stands while it works: a signature must not be old before it arrives.
            self.clock.advance(TimeDelta::minutes(11));
            let worker = crate::jobs::Worker::start(self.cairn.clone());
            tokio::time::sleep(Duration::from_millis(250)).await;
            worker.stop().await;
            let counts = self.cairn.store.read(jobs::counts).await.unwrap();
            if counts.iter().all(|count| count.state == "given_up") {
                return;
            }
        }
        panic!("never given up");
    }
}

/// One wrong answer while `submission` is sent: it fails with a sentence, and the next attempt arrives.
async fn fails_then_arrives(
    bench: &Bench,
    endpoint: Endpoint,
    fault: &Fault,
    words: &str,
    id: &SubmissionId,
) {
    let faults = bench.world.faults();
    if endpoint == Endpoint::Token {
        bench.world.forget_tokens();
    }
    *bench.patience.lock().unwrap() = match fault {
        Fault::Delay(_) => Duration::from_millis(300),
        _ => Duration::from_secs(20),
    };
    faults.inject(endpoint, fault, 60);
    let sent = bench.send(id).await;
    let asked = faults.left(endpoint) < 60;
    faults.clear();
    faults.idle().await;
    *bench.patience.lock().unwrap() = Duration::from_secs(20);
    assert!(asked, "{endpoint:?} {fault:?}: nothing was sent");
    let done = endpoint == Endpoint::Scores
        && match fault {
            // The score was taken; what is missing of the answer nobody needs.
            Fault::Empty | Fault::HalfJson => true,
            Fault::Unprocessable => bench.registration.flavour == Flavour::Canvas,
            _ => false,
        };
    match sent {
        Ok(()) => assert!(done, "{endpoint:?} {fault:?} was taken for an end"),
        Err(error) => {
            assert!(!done, "{endpoint:?} {fault:?}: {error}");
            let text = errors::sentence(&error);
            assert!(text.contains(words), "{endpoint:?} {fault:?}: {text}");
        }
    }
    bench.send(id).await.unwrap();
}

async fn survives(bench: &Bench, endpoint: Endpoint) {
    bench.world.grow(bench.at, 20);
    bench.check().await;
    let activity = bench.activity("Essay").await;
    bench.ensure(&activity).await.unwrap();
    let students = bench.world.students(bench.at);
    for (number, (fault, words)) in wrong_answers().into_iter().enumerate() {
        let words = match (endpoint, &fault) {
            (Endpoint::Token, _) => "",
            (_, Fault::Conflict) => "(409)",
            (_, Fault::Unprocessable) => "(422)",
            // Moodle answers so of a locked column while its other services go on.
            (Endpoint::Scores, Fault::ServerError) if bench.registration.flavour == Flavour::Moodle => {
                "takes no grade for now"
            }
            _ => words,
        };
        let student = &students[number];
        let hand_in = bench.hand_in(student, &activity).await;
        fails_then_arrives(bench, endpoint, &fault, words, &hand_in).await;
        assert!(bench.waits("Essay", student), "{endpoint:?} {fault:?}");
        let points = i64::try_from(number).unwrap() + 50;
        bench.review(&hand_in, points).await;
        fails_then_arrives(bench, endpoint, &fault, words, &hand_in).await;
        let there = bench.points("Essay", student);
        assert_eq!(there, Some(points.into()), "{endpoint:?} {fault:?}");
    }
}

#[tokio::test]
async fn no_wrong_answer_to_a_score_loses_it_in_moodle() {
    for bench in benches().await {
        survives(&bench, Endpoint::Scores).await;
    }
}

#[tokio::test]
async fn no_wrong_answer_to_a_score_loses_it_in_canvas() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        survives(&bench, Endpoint::Scores).await;
    }
}

#[tokio::test]
async fn no_token_no_score_but_it_is_sent_again() {
    for bench in benches().await {
        survives(&bench, Endpoint::Token).await;
    }
}

#[tokio::test]
async fn no_wrong_answer_costs_an_activity_its_column_or_gives_it_two() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            bench.check().await;
            let faults = bench.world.faults();
            for (number, (fault, _)) in wrong_answers().into_iter().enumerate() {
                let title = format!("Essay {number}");
                let activity = bench.activity(&title).await;
                *bench.patience.lock().unwrap() = match fault {
                    Fault::Delay(_) => Duration::from_millis(300),
                    _ => Duration::from_secs(20),
                };
                // It looks for the column first; making it is what goes wrong.
                faults.inject(Endpoint::LineItems, &WELL, 1);
                faults.inject(Endpoint::LineItems, &fault, 60);
                assert!(bench.ensure(&activity).await.is_err(), "{fault:?}");
                faults.clear();
                faults.idle().await;
                *bench.patience.lock().unwrap() = Duration::from_secs(20);
                assert_eq!(bench.known_activity(&activity).await.line_item, None);
                bench.ensure(&activity).await.unwrap();
                assert!(bench.known_activity(&activity).await.line_item.is_some());
                let columns = bench.world.line_items(bench.at);
                let own = columns.iter().filter(|one| one.label == title);
                assert_eq!(own.count(), 1, "{fault:?}");
            }
        }
    }
}

/// What the platform refuses, and the teacher is told, is a warning in the log.
#[track_caller]
fn given_up_without_an_error(log: &Log, bench: &Bench) {
    let mut lines = log.lines(bench.course.tenant.as_str());
    lines.retain(|line| line.contains("outcome=\"given-up\""));
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.contains(" WARN ")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_score_that_was_given_up_is_told_and_sent_after_the_next_check() {
    for bench in benches().await {
        bench.check().await;
        let activity = bench.activity("Essay").await;
        bench.ensure(&activity).await.unwrap();
        bench.work(&bench.cairn).await;
        assert_eq!(bench.late().await, None);
        let student = bench.world.students(bench.at).remove(0);
        let hand_in = bench.hand_in(&student, &activity).await;
        bench.review(&hand_in, 77).await;
        bench
            .world
            .faults()
            .inject(Endpoint::Scores, &Fault::Forbidden, 60);
        let log = Log::of_everything();
        bench.until_given_up().await;
        given_up_without_an_error(&log, &bench);
        let told = bench.late().await.expect("the teacher is told");
        assert!(
            told.starts_with("1 submission is not up to date in the gradebook yet."),
            "{told}"
        );
        assert!(told.contains("(403)") && told.contains(" (Error id "), "{told}");
        // A check that cannot list the columns takes nothing up.
        bench.world.faults().clear();
        bench
            .world
            .faults()
            .inject(Endpoint::LineItems, &Fault::ServerError, 60);
        bench.run().await;
        bench.world.faults().clear();
        assert_eq!(bench.points("Essay", &student), None);
        bench.run().await;
        assert_eq!(bench.points("Essay", &student), Some(77.into()));
        assert_eq!(bench.late().await, None);
    }
}

#[tokio::test]
async fn a_column_that_was_given_up_is_made_after_the_next_check_and_shows_what_waited() {
    for bench in benches().await {
        bench.check().await;
        bench
            .world
            .faults()
            .inject(Endpoint::LineItems, &Fault::Forbidden, 60);
        let activity = bench.activity("Essay").await;
        let student = bench.world.students(bench.at).remove(0);
        bench.hand_in(&student, &activity).await;
        let log = Log::of_everything();
        bench.until_given_up().await;
        given_up_without_an_error(&log, &bench);
        let told = bench.late().await.expect("the teacher is told");
        assert!(
            told.starts_with("An evidence activity has no gradebook column yet"),
            "{told}"
        );
        assert!(
            told.contains("The activity has no gradebook column yet. (Error id "),
            "{told}"
        );
        bench.world.faults().clear();
        bench.run().await;
        assert!(bench.waits("Essay", &student));
        assert_eq!(bench.late().await, None);
    }
}

#[tokio::test]
async fn a_grade_service_that_comes_later_gets_the_columns_and_what_was_reviewed_before() {
    for bench in benches().await {
        bench.check().await;
        let offered = bench.course.services.clone();
        let mut without = offered.clone();
        without.line_items_url = None;
        bench.offers(without).await;
        let activity = bench.activity("Essay").await;
        let student = bench.world.students(bench.at).remove(0);
        let hand_in = bench.hand_in(&student, &activity).await;
        bench.review(&hand_in, 64).await;
        bench.run().await;
        assert_eq!(bench.known_activity(&activity).await.line_item, None);
        assert_eq!(bench.late().await, None, "there is no gradebook to be late for");
        bench.offers(offered).await;
        bench.run().await;
        assert_eq!(bench.points("Essay", &student), Some(64.into()));
    }
}

#[tokio::test]
async fn who_is_no_student_at_the_platform_gets_no_score_and_nobody_waits_for_it() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            bench.check().await;
            let activity = bench.activity("Essay").await;
            bench.work(&bench.cairn).await;
            let student = bench.world.students(bench.at).remove(0);
            let hand_in = bench.hand_in(&student, &activity).await;
            bench.review(&hand_in, 50).await;
            bench.world.set_role(bench.at, student.id, None);
            bench.world.faults().reset_counters();
            bench.work(&bench.cairn).await;
            assert!(bench.world.faults().requests(Endpoint::Scores) > 0);
            assert_eq!(bench.points("Essay", &student), None);
            assert_eq!(bench.late().await, None);
        }
    }
}

#[tokio::test]
async fn a_typed_grade_stays_on_a_column_of_ours_and_a_second_review_replaces_only_our_own() {
    for bench in benches().await {
        bench.check().await;
        let activity = bench.activity("Essay").await;
        bench.work(&bench.cairn).await;
        let [ada, ben] = [0, 1].map(|at| bench.world.students(bench.at).remove(at));
        let column = bench.world.line_items(bench.at);
        let column = column.iter().find(|one| one.label == "Essay").unwrap().id;
        for student in [&ada, &ben] {
            let hand_in = bench.hand_in(student, &activity).await;
            bench.send(&hand_in).await.unwrap();
            if student.id == ada.id {
                bench.world.set_grade(bench.at, column, ada.id, Some(55.into()));
                bench.clock.advance(TimeDelta::minutes(1));
            }
            for points in [90, 95] {
                bench.review(&hand_in, points).await;
                bench.send(&hand_in).await.unwrap();
            }
        }
        assert_eq!(
            bench.points("Essay", &ada),
            Some(55.into()),
            "the teacher's grade wins"
        );
        assert_eq!(
            bench.points("Essay", &ben),
            Some(95.into()),
            "the later review counts"
        );
    }
}

#[tokio::test]
async fn a_column_that_the_teacher_deleted_is_named_and_never_asked_for_again() {
    for bench in benches().await {
        bench.check().await;
        let activity = bench.activity("Essay").await;
        bench.work(&bench.cairn).await;
        let student = bench.world.students(bench.at).remove(0);
        let column = bench.world.line_items(bench.at);
        let column = column.iter().find(|one| one.label == "Essay").unwrap().id;
        assert!(bench.world.delete_line_item(bench.at, column));
        bench.run().await;
        let hand_in = bench.hand_in(&student, &activity).await;
        bench.review(&hand_in, 50).await;
        bench.until_given_up().await;
        let told = bench.late().await.unwrap();
        assert!(
            told.contains("The gradebook column “Essay” was deleted from the course."),
            "{told}"
        );
        bench.world.faults().reset_counters();
        bench.run().await;
        assert_eq!(bench.world.faults().requests(Endpoint::Scores), 0);
    }
}

#[tokio::test]
async fn a_course_reset_binds_the_activity_to_its_new_column_and_what_waited_is_sent_there() {
    for named_by_launch in [false, true] {
        for bench in benches().await {
            bench.check().await;
            let link = bench.link("Essay", Some(Decimal::ONE_HUNDRED)).await;
            let launched = |column: u64| {
                let path = format!(
                    "/mod/lti/services.php/{}/lineitems/{column}/lineitem?type_id=1",
                    bench.at
                );
                let url = bench.world.url(&path);
                let (course, now) = (bench.course.clone(), bench.clock.now());
                let links = bench.world.links(bench.at);
                let id = links.iter().find(|one| one.title == "Essay").unwrap().id;
                let seen = LinkSeen {
                    tenant: course.tenant,
                    course: course.id,
                    resource_link_id: id.to_string(),
                    title: Some("Essay".into()),
                    line_item_url: Some(url),
                };
                let store = &bench.cairn.store;
                store.write(move |db| store_links::upsert_from_launch(db, &seen, now, &SystemRandom))
            };
            let column = |label: &str| {
                let all = bench.world.line_items(bench.at);
                all.into_iter().find(|one| one.label == label).unwrap().id
            };
            launched(column("Essay")).await.unwrap();
            let choice = Choice::Activity {
                title: "Essay".into(),
                instructions: String::new(),
                maximum: Decimal::ONE_HUNDRED,
            };
            let opens = links::choose(&bench.cairn, &bench.instructor().await, &link, choice).await;
            let Opens::Activity { activity } = opens.unwrap() else {
                panic!("the link opens something else")
            };
            bench.run().await;
            let before = bench.known_activity(&activity).await.line_item;
            assert!(before.is_some());
            let old = column("Essay");
            let graded = bench.world.students(bench.at).remove(1);
            let known_work = bench.hand_in(&graded, &activity).await;
            bench.review(&known_work, 40).await;
            bench.work(&bench.cairn).await;
            assert_eq!(bench.points("Essay", &graded), Some(40.into()));

            assert!(bench.world.reset_course(bench.at));
            assert_ne!(column("Essay"), old);
            if named_by_launch {
                launched(column("Essay")).await.unwrap();
            }
            let student = bench.world.students(bench.at).remove(0);
            let hand_in = bench.hand_in(&student, &activity).await;
            bench.review(&hand_in, 70).await;
            assert!(bench.send(&hand_in).await.is_err(), "the old column is not there");
            assert_eq!(bench.points("Essay", &student), None);

            assert_eq!(bench.run().await.problem, None);
            assert_eq!(
                bench.points("Essay", &student),
                Some(70.into()),
                "{named_by_launch}"
            );
            assert_eq!(bench.known_activity(&activity).await.line_item, before);
            assert_eq!(bench.late().await, None);

            // The reset took the grades: none is there, and a review gives a new one.
            let shown = evidence::review_view(&bench.cairn, &bench.instructor().await, &known_work).await;
            let there = shown.unwrap().gradebook;
            assert_eq!((there.grade, there.ours, there.excused), (None, false, false));
            bench.review(&known_work, 45).await;
            bench.send(&known_work).await.unwrap();
            assert_eq!(bench.points("Essay", &graded), Some(45.into()));
        }
    }
}
