//! Gradebook files that a teacher brings: what is in them counts by its own column, once they say so, and says where it is from.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Bench, benches, benches_of};
use crate::domain::decision::{CheckedNode, Seen};
use crate::domain::facts::GradeSource;
use crate::domain::outside::OutsideValue;
use crate::domain::rule::{Condition, Needed, Threshold};
use crate::ids::{BadgeId, OutsideColumnId};
use crate::service::award::progress;
use crate::service::award::uploads::Receiving;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{GradesRefusal, Refusal};
use crate::service::base::session::Visitor;
use crate::service::course::outside::{self, Choice, Doubt, Left, Review, Took};
use lti::registration::Flavour;
use practice_lms::world::MemberView;

mod odd_files;
mod several;

/// A row: name, id, what stands in "SIS Login ID", and the cells.
type Row<'a> = (&'a str, u64, &'a str, &'a [&'a str]);

/// A gradebook of Canvas with these assignments, each worth ten points.
fn canvas(assignments: &[&str], rows: &[Row<'_>]) -> String {
    let mut text = format!("Student,ID,SIS Login ID,Section,{}\n", assignments.join(","));
    let points = vec!["10.00"; assignments.len()].join(",");
    text.push_str(&format!("    Points Possible,,,,{points}\n"));
    for (name, id, login, cells) in rows {
        text.push_str(&format!("{name},{id},{login},A,{}\n", cells.join(",")));
    }
    text
}

impl Bench {
    async fn bring(&self, teacher: &Visitor, text: &str) -> Result<Review, ServiceError> {
        let mut receiving = Receiving::of_gradebook(Arc::clone(&self.cairn), teacher);
        receiving.add(text.as_bytes()).await;
        let upload = receiving.end("grades.csv".to_owned()).await;
        outside::bring(&self.cairn, teacher, upload).await
    }

    /// Uses what is ticked to begin with, and the column at these places.
    pub(super) async fn use_file(
        &self,
        teacher: &Visitor,
        text: &str,
        also: &[usize],
    ) -> Result<Took, ServiceError> {
        let review = self.bring(teacher, text).await?;
        let ticked = review.columns.iter().filter(|column| column.ticked);
        let mut columns: BTreeSet<usize> = ticked.map(|column| column.index).collect();
        columns.extend(also);
        let choice = Choice {
            columns,
            ..Choice::default()
        };
        outside::take(&self.cairn, teacher, &review.file, choice).await
    }

    async fn column_of(&self, teacher: &Visitor, label: &str) -> OutsideColumnId {
        let found = outside::sources(&self.cairn, teacher).await.unwrap();
        let mut columns = found.columns.into_iter().map(|one| one.column);
        columns.find(|column| column.label == label).unwrap().id
    }

    async fn earned(&self, badge: &BadgeId, student: &MemberView) -> bool {
        let person = self.person(&student.sub).await;
        self.holders(badge).await.contains_key(&person)
    }

    /// A badge for 80 percent of that column.
    async fn badge_for(&self, column: OutsideColumnId) -> BadgeId {
        let needs = Needed::AtLeast(Threshold::Percent(Decimal::from(80)));
        self.badge_when("Weekly", Condition::Elsewhere { column, needs })
            .await
    }
}

fn refused(error: Result<impl std::fmt::Debug, ServiceError>) -> GradesRefusal {
    match error {
        Err(ServiceError::Refused(Refusal::Grades(refusal))) => refusal,
        other => panic!("{other:?}"),
    }
}

fn changes(took: Result<Took, ServiceError>) -> outside::Changes {
    match took {
        Ok(Took::Done(changes)) => changes,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_awards_at_once_and_a_second_one_updates_and_says_what_changed() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        for bench in benches_of(flavour, |_| {}).await {
            bench.run().await;
            let teacher = bench.instructor().await;
            let students = bench.world.students(bench.at);
            let (ada, ben) = (&students[0], &students[1]);
            let quiz = ["Weekly quiz (501)"];
            let file = |first: &str, second: &str| {
                canvas(
                    &quiz,
                    &[
                        (&ada.name, 41, &ada.email, &[first]),
                        (&ben.name, 42, &ben.email, &[second]),
                    ],
                )
            };
            let first = changes(bench.use_file(&teacher, &file("8.00", "7.99"), &[]).await);
            assert_eq!((first.came, first.changed, first.went), (2, 0, 0));
            assert_eq!(first.new, ["Weekly quiz"]);
            assert!(!first.is_update);
            let badge = bench
                .badge_for(bench.column_of(&teacher, "Weekly quiz").await)
                .await;
            bench.decide(&badge).await;
            assert!(bench.earned(&badge, ada).await, "exactly 80 percent counts");
            assert!(!bench.earned(&badge, ben).await);
            // What is signed says what stood there.
            let held = bench.holders(&badge).await;
            let award = &held[&bench.person(&ada.sub).await];
            let document = bench.credential(award).await.document;
            assert!(document.contains("Weekly quiz"), "{document}");
            let person = bench.person(&ben.sub).await;
            let sight = progress::sight(&bench.cairn, &teacher, &badge, &person)
                .await
                .unwrap();
            let decision = sight.decision.unwrap();
            let CheckedNode::Condition(checked) = &decision.tree.nodes[0] else {
                panic!("{decision:?}")
            };
            let Seen::Elsewhere { value, source, .. } = &checked.seen else {
                panic!("{checked:?}")
            };
            assert_eq!(*source, GradeSource::Csv);
            assert_eq!(*value, OutsideValue::Points(Decimal::new(799, 2)));

            // The second file has Ben's new grade, and whoever is concerned is decided by themselves.
            let second = changes(bench.use_file(&teacher, &file("8", "9.00"), &[]).await);
            assert_eq!((second.came, second.changed, second.went), (0, 1, 0));
            assert!(second.is_update && second.new.is_empty());
            bench.work(&bench.cairn).await;
            assert!(bench.earned(&badge, ben).await);
        }
    }
}

#[tokio::test]
async fn twice_is_once_and_nothing_lies_there_afterwards() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let ada = &bench.world.students(bench.at)[0];
        let text = canvas(&["Quiz (1)"], &[(&ada.name, 41, &ada.email, &["9"])]);
        let review = bench.bring(&teacher, &text).await.unwrap();
        let choice = Choice {
            columns: [4].into(),
            ..Choice::default()
        };
        let take = || outside::take(&bench.cairn, &teacher, &review.file, choice.clone());
        changes(take().await);
        assert_eq!(take().await.unwrap(), Took::Before);
        let found = outside::sources(&bench.cairn, &teacher).await.unwrap();
        assert_eq!((found.files.len(), found.columns.len()), (1, 1));
        assert_eq!((found.files[0].matched, found.files[0].unmatched), (1, 0));
        let gone = outside::review(&bench.cairn, &teacher, &review.file).await;
        assert_eq!(refused(gone), GradesRefusal::Gone);
        let student = bench.learner(ada).await;
        let closed = bench.bring(&student, &text).await;
        assert!(matches!(closed, Err(ServiceError::Forbidden(_))), "{closed:?}");
    }
}

#[tokio::test]
async fn a_name_alone_decides_nothing_until_a_teacher_says_so_and_is_known_from_then_on() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        let file = |grade: &str| {
            canvas(
                &["Quiz (1)"],
                &[
                    (&ada.name, 41, &ada.email, &["9"]),
                    (&ben.name, 42, "", &[grade]),
                    ("Nobody Atall", 43, "", &["1"]),
                ],
            )
        };
        let review = bench.bring(&teacher, &file("9")).await.unwrap();
        assert_eq!(review.to_confirm.len(), 1);
        let said = &review.to_confirm[0];
        assert_eq!(
            (said.line, said.person.clone()),
            (4, bench.person(&ben.sub).await)
        );
        let left: Vec<(u64, Left)> = review.left_out.iter().map(|row| (row.line, row.why)).collect();
        assert_eq!(left, [(5, Left::Unmatched)]);
        let choice = Choice {
            columns: [4].into(),
            ..Choice::default()
        };
        let took = outside::take(&bench.cairn, &teacher, &review.file, choice.clone()).await;
        assert_eq!(changes(took).came, 1, "Ben is left out");

        let review = bench.bring(&teacher, &file("8")).await.unwrap();
        let confirmed = Choice {
            confirmed: [(4, review.to_confirm[0].person.clone())].into(),
            ..choice.clone()
        };
        let took = outside::take(&bench.cairn, &teacher, &review.file, confirmed).await;
        assert_eq!(changes(took).came, 1);
        let review = bench.bring(&teacher, &file("7")).await.unwrap();
        assert_eq!(review.to_confirm, [], "the id of his row is known now");
        let took = outside::take(&bench.cairn, &teacher, &review.file, choice).await;
        assert_eq!(changes(took).changed, 1);
    }
}

#[tokio::test]
async fn a_file_of_another_course_is_not_taken() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        let row = |student: &MemberView, id: u64| (student.name.clone(), id, student.email.clone());
        let (first, second) = (row(ada, 41), row(ben, 42));
        let of = |assignment: &str| {
            canvas(
                &[assignment],
                &[
                    (&first.0, first.1, &first.2, &["9"]),
                    (&second.0, second.1, &second.2, &["9"]),
                ],
            )
        };
        changes(bench.use_file(&teacher, &of("Quiz (1)"), &[]).await);
        let other = bench.bring(&teacher, &of("Quiz (77001)")).await;
        assert_eq!(refused(other), GradesRefusal::OtherCourse);
        let nobody = canvas(&["Quiz (1)"], &[("Nobody Atall", 7, "", &["9"])]);
        assert_eq!(
            refused(bench.bring(&teacher, &nobody).await),
            GradesRefusal::Nobody(1)
        );
        // Most rows are of others: it is taken once a teacher says that it is of this course.
        let few = canvas(
            &["Quiz (1)"],
            &[
                (&first.0, first.1, &first.2, &["10"]),
                ("Nobody Atall", 7, "", &["9"]),
                ("Somebody Else", 8, "", &["9"]),
            ],
        );
        assert_eq!(
            refused(bench.use_file(&teacher, &few, &[]).await),
            GradesRefusal::NotConfirmed
        );
        let review = bench.bring(&teacher, &few).await.unwrap();
        assert_eq!(review.doubts, [Doubt::FewMatch]);
        let choice = Choice {
            columns: [4].into(),
            is_of_course: true,
            ..Choice::default()
        };
        let took = changes(outside::take(&bench.cairn, &teacher, &review.file, choice).await);
        assert_eq!((took.changed, took.people_missing), (1, 1), "Ben's grade stays");

        // The wrong one was first: all is removed, and the right one can come.
        outside::remove(&bench.cairn, &teacher).await.unwrap();
        let found = outside::sources(&bench.cairn, &teacher).await.unwrap();
        assert!(found.files.is_empty() && found.columns.is_empty());
        changes(bench.use_file(&teacher, &of("Quiz (77001)"), &[]).await);
    }
}

#[tokio::test]
async fn what_may_not_be_seen_yet_counts_only_after_a_tick_and_what_is_gone_from_the_file_stays() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let ada = &bench.world.students(bench.at)[0];
        let text = format!(
            "Student,ID,SIS Login ID,Section,Quiz (1),Viva (2)\n,,,,,Manual Posting\n    Points Possible,,,,10,10\n{},41,{},A,9,8\n",
            ada.name, ada.email
        );
        let review = bench.bring(&teacher, &text).await.unwrap();
        let ticked: Vec<bool> = review.columns.iter().map(|column| column.ticked).collect();
        assert_eq!(ticked, [true, false]);
        let first = changes(bench.use_file(&teacher, &text, &[]).await);
        assert_eq!(first.new, ["Quiz"]);
        let with_it = changes(bench.use_file(&teacher, &text, &[5]).await);
        assert_eq!(
            (with_it.new.as_slice(), with_it.came),
            (&["Viva".to_owned()][..], 1)
        );

        let badge = bench.badge_for(bench.column_of(&teacher, "Viva").await).await;
        bench.decide(&badge).await;
        assert!(bench.earned(&badge, ada).await);
        let without = canvas(&["Quiz (1)"], &[(&ada.name, 41, &ada.email, &["EX"])]);
        let then = changes(bench.use_file(&teacher, &without, &[]).await);
        assert_eq!(
            (then.missing.as_slice(), then.changed),
            (&["Viva".to_owned()][..], 1)
        );

        // Its use is stopped: the award stays, and nothing is known of it any more.
        let viva = bench.column_of(&teacher, "Viva").await;
        outside::stop(&bench.cairn, &teacher, &viva).await.unwrap();
        outside::stop(&bench.cairn, &teacher, &viva).await.unwrap();
        bench.work(&bench.cairn).await;
        assert!(bench.earned(&badge, ada).await);
        let person = bench.person(&ada.sub).await;
        let sight = progress::sight(&bench.cairn, &teacher, &badge, &person)
            .await
            .unwrap();
        let decision = sight.decision.unwrap();
        let CheckedNode::Condition(checked) = &decision.tree.nodes[0] else {
            panic!("{decision:?}")
        };
        assert_eq!(checked.seen, Seen::NothingElsewhere);
    }
}

#[tokio::test]
async fn what_is_no_gradebook_is_refused_and_changes_nothing() {
    for bench in benches().await {
        bench.run().await;
        let teacher = bench.instructor().await;
        let ada = &bench.world.students(bench.at)[0];
        let whole = canvas(
            &["Quiz (1)", "Lab (2)"],
            &[(&ada.name, 41, &ada.email, &["9", "8"])],
        );
        let cut = whole.trim_end().strip_suffix(",8").unwrap();
        assert_eq!(refused(bench.bring(&teacher, cut).await), GradesRefusal::Cut(3));
        let other = bench.bring(&teacher, "a,b\n1,2\n").await;
        assert_eq!(refused(other), GradesRefusal::NotAGradebook);
        let none = outside::bring(&bench.cairn, &teacher, None).await;
        assert_eq!(refused(none), GradesRefusal::NoFile);
        let endless = format!("{whole}{}", "x,1\n".repeat(200_000));
        assert!(matches!(
            refused(bench.bring(&teacher, &endless).await),
            GradesRefusal::Unreadable(_)
        ));
        // A formula is no grade, and what was known before stays.
        changes(bench.use_file(&teacher, &whole, &[]).await);
        let formula = whole.replace(",9,8", ",=1+1,8");
        let review = bench.bring(&teacher, &formula).await.unwrap();
        assert_eq!((review.columns[0].unread, review.columns[0].grades), (1, 0));
        let took = changes(bench.use_file(&teacher, &formula, &[]).await);
        assert_eq!((took.came, took.changed, took.went), (0, 0, 0));
    }
}
