//! A rule over the gradebook of an earlier year: what its teacher says stands for what, and that nothing of the file stays.

use bytes::Bytes;

use super::{Bench, benches, benches_of};
use crate::domain::replay::{Answer, Answers, Basis};
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::subject::Subject;
use crate::ids::BadgeId;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{GradesRefusal, Refusal, ReplayRefusal};
use crate::service::base::session::Visitor;
use crate::service::course::outside;
use crate::service::course::replay::{self, Brought, LARGEST};
use lti::registration::Flavour;

/// A gradebook of Canvas of an earlier year: nobody of it is in the course.
const CANVAS: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Final quiz (9001),Essay (9002)\n\
    \x20   Points Possible,,,,,50.00,20.00\n\
    \"Early, Una\",701,U-1,una,A,40.00,18.00\n\
    \"Early, Dov\",702,U-2,dov,A,38.00,11.00\n\
    \"Early, Ida\",703,U-3,ida,A,,20.00\n";

/// The same of Moodle, which says no points.
const MOODLE: &str = "First name,Last name,ID number,Email address,External tool: Final quiz (Real),Last downloaded from this course\n\
    Una,Early,U-1,una@example.test,80.00,1764000000\n\
    Dov,Early,U-2,dov@example.test,79.99,1764000000\n\
    Ida,Early,U-3,ida@example.test,-,1764000000\n";

impl Bench {
    /// A badge for 80 percent of the quiz and the word of an instructor.
    async fn badge_for_both(&self) -> BadgeId {
        self.check().await;
        let grade = Condition::Grade {
            item: self.item().await,
            at_least: Threshold::Percent(80.into()),
        };
        let root = Group {
            need: Need::All,
            nodes: [grade, Condition::InstructorApproves].map(Node::Condition).into(),
        };
        self.badge_by("Both", root).await
    }

    /// How many people are known in the course, whoever they are.
    async fn members(&self) -> usize {
        let course = self.course.clone();
        let all = self
            .cairn
            .store
            .read(move |db| crate::store::enrolments::everybody(db, &course.tenant, &course.id));
        all.await.unwrap().len()
    }
}

async fn bring(teacher: &Visitor, text: &str) -> Result<Brought, ServiceError> {
    replay::bring(teacher, Bytes::copy_from_slice(text.as_bytes())).await
}

fn refused(error: Result<impl std::fmt::Debug, ServiceError>) -> Refusal {
    match error {
        Err(ServiceError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn at(at: usize) -> Answer {
    Answer::Column { at, of: None }
}

#[tokio::test]
async fn nothing_is_assumed_until_a_teacher_says_it_and_then_everybody_of_that_year_is_counted() {
    for (flavour, file) in [(Flavour::Canvas, CANVAS), (Flavour::Moodle, MOODLE)] {
        for bench in benches_of(flavour, |_| {}).await {
            let badge = bench.badge_for_both().await;
            let (teacher, before) = (bench.instructor().await, bench.members().await);
            let brought = bring(&teacher, file).await.unwrap();
            assert_eq!(brought.cohort.people.len(), 3);
            let tried = replay::tried(&bench.cairn, &teacher, &badge, Some(&brought)).await;
            let tried = tried.unwrap();
            let quiz = Subject::Item(bench.item().await);
            let asked: Vec<_> = tried.questions.iter().map(|one| one.subject.clone()).collect();
            assert_eq!(asked, [quiz.clone(), Subject::Approval]);
            assert_eq!(tried.questions[0].proposed, Some((0, Basis::Name)));
            assert!(tried.questions[1].columns.is_empty() && tried.questions[1].proposed.is_none());

            let kept = brought.kept.clone().unwrap();
            let run = async |answers: Answers| {
                let brought = replay::again(&teacher, kept.clone()).await?;
                replay::run(&bench.cairn, &teacher, &tried, brought, answers).await
            };
            let silent = run(Answers::new()).await;
            assert_eq!(refused(silent), Refusal::from(ReplayRefusal::Unanswered(2)));
            let half = run(Answers::from([(quiz.clone(), at(0))])).await;
            assert_eq!(refused(half), Refusal::from(ReplayRefusal::Unanswered(1)));
            let elsewhere = Answers::from([(quiz.clone(), at(99)), (Subject::Approval, Answer::Met)]);
            assert_eq!(
                refused(run(elsewhere).await),
                Refusal::from(ReplayRefusal::Unanswered(1))
            );
            for of in ["0", "-1"] {
                let of = Some(of.parse().unwrap());
                let answers = Answers::from([
                    (quiz.clone(), Answer::Column { at: 0, of }),
                    (Subject::Approval, Answer::Met),
                ]);
                assert_eq!(refused(run(answers).await), Refusal::from(ReplayRefusal::Points));
            }

            let with =
                |approval: Answer| Answers::from([(quiz.clone(), at(0)), (Subject::Approval, approval)]);
            let (_, met) = run(with(Answer::Met)).await.unwrap();
            assert_eq!((met.people, met.earned.as_slice(), met.open()), (3, &[0][..], 1));
            assert_eq!(met.others[0].person, 1, "the nearest first");
            assert_eq!((met.distances[0], met.untold), (1, 1));
            let (_, open) = run(with(Answer::Open)).await.unwrap();
            assert_eq!((open.earned.len(), open.open()), (0, 2));
            let (_, none) = run(with(Answer::NotMet)).await.unwrap();
            assert_eq!((none.earned.len(), none.open()), (0, 0));

            // Nobody of the file is anybody here, and nothing of it is known.
            assert_eq!(bench.members().await, before);
            assert!(bench.holders(&badge).await.is_empty());
            let sources = outside::sources(&bench.cairn, &teacher).await.unwrap();
            assert!(sources.files.is_empty() && sources.columns.is_empty());
        }
    }
}

#[tokio::test]
async fn what_is_no_gradebook_is_refused_as_it_is_elsewhere() {
    for bench in benches().await {
        bench.check().await;
        let teacher = bench.instructor().await;
        let cut = CANVAS.strip_suffix(",20.00\n").unwrap();
        assert_eq!(
            refused(bring(&teacher, cut).await),
            Refusal::from(GradesRefusal::Cut(5))
        );
        let other = bring(&teacher, "a,b\n1,2\n").await;
        assert_eq!(refused(other), Refusal::from(GradesRefusal::NotAGradebook));
        let endless = format!("{CANVAS}{}", "x,1\n".repeat(200_000));
        assert!(matches!(
            refused(bring(&teacher, &endless).await),
            Refusal::Grades(GradesRefusal::Unreadable(_))
        ));
        let large = "x".repeat(LARGEST + 1);
        assert!(matches!(
            refused(bring(&teacher, &large).await),
            Refusal::Grades(GradesRefusal::TooLarge(_))
        ));
        let formula = CANVAS.replace("40.00", "=40+1");
        let read = bring(&teacher, &formula).await.unwrap();
        assert_eq!(
            (read.cohort.columns[0].unread, &read.cohort.people[0].values[0]),
            (1, &None)
        );
        let damaged = replay::again(&teacher, "AAAA".to_owned()).await;
        assert_eq!(refused(damaged), Refusal::from(ReplayRefusal::Damaged));
    }
}

#[tokio::test]
async fn an_earlier_year_is_for_those_who_teach_and_of_badges_of_the_course() {
    for bench in benches().await {
        let badge = bench.badge_for_both().await;
        let student = bench.learner(&bench.world.students(bench.at)[0]).await;
        let teacher = bench.instructor().await;
        let closed = |error: &ServiceError| matches!(error, ServiceError::Forbidden(_));
        assert!(closed(&bring(&student, CANVAS).await.unwrap_err()));
        assert!(closed(&replay::again(&student, String::new()).await.unwrap_err()));
        let tried = replay::tried(&bench.cairn, &student, &badge, None).await;
        assert!(closed(&tried.unwrap_err()));
        let tried = replay::tried(&bench.cairn, &teacher, &badge, None).await.unwrap();
        let brought = bring(&teacher, CANVAS).await.unwrap();
        let run = replay::run(&bench.cairn, &student, &tried, brought, Answers::new()).await;
        assert!(closed(&run.unwrap_err()));
        let none = replay::tried(&bench.cairn, &teacher, &"none".into(), None).await;
        assert!(matches!(none, Err(ServiceError::NotFound("badge"))), "{none:?}");
    }
}
