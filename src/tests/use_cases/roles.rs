//! Who is never awarded, whatever the gradebook says.

use chrono::DateTime;

use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::membership::{Doubt, SeenAs};
use crate::domain::page::Page;
use crate::domain::policy::{Assistants, Policy, Power, Refusal};
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::BadgeId;
use crate::service::award::{awarding, holders};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{AwardRefusal, CourseRefusal};
use crate::service::course::students;
use crate::store::testing::shortcuts::logged;
use crate::store::{awards, policies};
use lti::registration::Flavour;
use practice_lms::{CourseRole, Oddity};

fn always() -> Condition {
    Condition::NotBefore {
        at: DateTime::UNIX_EPOCH,
        zone: Zone::UTC,
    }
}

async fn holds(bench: &Bench, badge: &BadgeId, role: CourseRole) -> bool {
    let member = bench.world.member(bench.at, role).unwrap();
    let person = bench.person(&member.sub).await;
    bench.holders(badge).await.contains_key(&person)
}

#[tokio::test]
async fn who_teaches_is_not_awarded_although_the_platform_lists_a_learner() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let attendance = bench.badge_when("Here", always()).await;
        let assistant = bench.world.member(bench.at, CourseRole::Assistant).unwrap();
        let teacher = bench.world.member(bench.at, CourseRole::Teacher).unwrap();
        // A launch showed the assistant's other role; the member list goes on saying "Learner".
        let person = bench.person(&assistant.sub).await;
        bench.launched(&person, SeenAs::Staff).await;
        bench.grade(assistant.id, Some("100"));
        bench.grade(teacher.id, Some("100"));
        bench.check().await;
        for badge in [&badge, &attendance] {
            bench.decide(badge).await;
        }
        assert_eq!(bench.holders(&badge).await.len(), 0);
        let here = bench.holders(&attendance).await;
        assert!(!here.is_empty() && !here.contains_key(&person));
        assert!(!here.contains_key(&bench.person(&teacher.sub).await));
    }
}

#[tokio::test]
async fn in_canvas_only_students_are_awarded_not_staff_observers_or_the_test_student() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.check().await;
        let badge = bench.badge_when("Here", always()).await;
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 12);
        assert!(holds(&bench, &badge, CourseRole::Student).await);
        for role in [
            CourseRole::Teacher,
            CourseRole::Assistant,
            CourseRole::Designer,
            CourseRole::Observer,
            CourseRole::TestStudent,
        ] {
            assert!(!holds(&bench, &badge, role).await, "{role:?}");
        }
    }
}

#[tokio::test]
async fn in_moodle_a_member_without_a_result_row_is_not_awarded_by_a_rule_that_reads_grades() {
    for bench in benches().await {
        bench.check().await;
        let grade = Condition::Grade {
            item: bench.item().await,
            at_least: Threshold::Percent(80.into()),
        };
        let root = Group {
            need: Need::Any,
            nodes: vec![Node::Condition(grade), Node::Condition(always())],
        };
        let badge = bench.badge_by("Either", root).await;
        bench.run().await;
        assert_eq!(
            bench.holders(&badge).await.len(),
            0,
            "nobody is in the gradebook yet"
        );
        // A row without points says that Moodle's gradebook knows this person: a student.
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, None);
        bench.run().await;
        let person = bench.person(&student.sub).await;
        assert_eq!(bench.holders(&badge).await.keys().collect::<Vec<_>>(), [&person]);
    }
}

#[tokio::test]
async fn who_leaves_the_course_is_not_awarded_and_who_comes_back_is() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.world.set_role(bench.at, student.id, None);
        bench.grade(student.id, Some("90"));
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 0);
        bench
            .world
            .set_role(bench.at, student.id, Some(CourseRole::Student));
        bench.run().await;
        assert_eq!(bench.holders(&badge).await.len(), 1);
    }
}

/// Whoever assisted becomes a student and opens the course as one.
async fn becomes_a_student(bench: &Bench) -> crate::ids::PersonId {
    let assistant = bench.world.member(bench.at, CourseRole::Assistant).unwrap();
    let person = bench.person(&assistant.sub).await;
    bench.launched(&person, SeenAs::Staff).await;
    bench.run().await;
    bench
        .world
        .set_role(bench.at, assistant.id, Some(CourseRole::Student));
    bench.clock.advance(chrono::TimeDelta::minutes(1));
    bench.launched(&person, SeenAs::Learner).await;
    bench.run().await;
    person
}

#[tokio::test]
async fn in_moodle_who_was_staff_waits_for_a_teacher_whose_answer_is_remembered_and_can_be_changed() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge_when("Here", always()).await;
        let person = becomes_a_student(&bench).await;
        let teacher = bench.instructor().await;
        let asked = || async { students::asked(&bench.cairn, &teacher).await.unwrap().0 };
        assert!(!bench.holders(&badge).await.contains_key(&person));
        let waiting = asked().await.waiting;
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].person.id, person);
        assert!(matches!(waiting[0].doubt, Doubt::SeenAsStaff(_)));
        let by_hand = awarding::award_by_hand(&bench.cairn, &teacher, &badge, &person, "I saw it").await;
        assert!(
            matches!(by_hand, Err(ServiceError::Refused(refusal)) if refusal == AwardRefusal::StudentInDoubt.into())
        );

        for is_student in [true, true] {
            students::answer(&bench.cairn, &teacher, &person, is_student, None)
                .await
                .unwrap();
            bench.run().await;
            assert!(bench.holders(&badge).await.contains_key(&person));
        }
        let log = bench.course.tenant.clone();
        let log = bench
            .cairn
            .store
            .read(move |db| logged(db, &log, crate::domain::page::Page::first(50)));
        let said = |entry: &&crate::domain::audit::Logged| entry.action == "student.answered";
        assert_eq!(log.await.unwrap().iter().filter(said).count(), 1, "twice is once");
        let told = asked().await;
        assert!(told.waiting.is_empty() && told.told[0].is_student && told.told[0].by.is_some());

        students::answer(&bench.cairn, &teacher, &person, false, None)
            .await
            .unwrap();
        assert!(!bench.learners().await.contains(&person));
        assert!(
            bench.holders(&badge).await.contains_key(&person),
            "what was awarded stays"
        );
        let student = bench.world.students(bench.at).remove(0);
        let plain = bench.person(&student.sub).await;
        let refused = students::answer(&bench.cairn, &teacher, &plain, false, None).await;
        assert!(
            matches!(refused, Err(ServiceError::Refused(refusal)) if refusal == CourseRefusal::StudentNotInDoubt.into())
        );
        let learner = bench.learner(&student).await;
        let forbidden = students::answer(&bench.cairn, &learner, &person, true, None).await;
        assert!(matches!(forbidden, Err(ServiceError::Forbidden(_))));
    }
}

#[tokio::test]
async fn in_canvas_nobody_is_barred_for_ever_and_nobody_is_asked() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.check().await;
        let badge = bench.badge_when("Here", always()).await;
        let person = becomes_a_student(&bench).await;
        assert!(bench.holders(&badge).await.contains_key(&person));
        let teacher = bench.instructor().await;
        assert_eq!(
            students::asked(&bench.cairn, &teacher).await.unwrap().0.waiting,
            []
        );
        // An assistant in one section and a student in another is staff while that lasts.
        let other = bench.world.students(bench.at).remove(0);
        bench.world.add_role(bench.at, other.id, CourseRole::Assistant);
        bench.check().await;
        let other = bench.person(&other.sub).await;
        assert!(!bench.learners().await.contains(&other) && bench.learners().await.contains(&person));
    }
}

#[tokio::test]
async fn the_test_student_of_an_older_canvas_is_none_although_the_list_says_learner() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.world.be_odd(Oddity::TestStudentsAsLearners, true);
        bench.check().await;
        let test = bench.world.member(bench.at, CourseRole::TestStudent).unwrap();
        let person = bench.person(&test.sub).await;
        bench.launched(&person, SeenAs::Test).await;
        bench.run().await;
        assert!(!bench.learners().await.contains(&person));
    }
}

#[tokio::test]
async fn holders_who_left_are_not_among_those_who_earned_it() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge_when("Here", always()).await;
        bench.run().await;
        let counted = || async {
            let (course, now) = (bench.course.clone(), bench.clock.now());
            let counters = bench
                .cairn
                .store
                .read(move |db| awards::counters(db, &course.tenant, &course.id, now));
            let counter = counters.await.unwrap()[&badge];
            (bench.learners().await.len(), counter.holders, counter.students)
        };
        // Twelve students, and two whom Moodle lists as such.
        assert_eq!(counted().await, (14, 14, 14));
        let gone = bench.world.students(bench.at).remove(0);
        bench.world.set_role(bench.at, gone.id, None);
        let assistant = bench.world.member(bench.at, CourseRole::Assistant).unwrap();
        bench
            .launched(&bench.person(&assistant.sub).await, SeenAs::Staff)
            .await;
        bench.clock.advance(chrono::TimeDelta::minutes(1));
        bench.run().await;
        assert_eq!(counted().await, (12, 14, 12));
        let page = Page { offset: 0, limit: 50 };
        let held = holders::page(&bench.cairn, &bench.instructor().await, &badge, None, page).await;
        let held = held.unwrap();
        let gone = bench.person(&gone.sub).await;
        assert_eq!((held.total, held.former), (14, 2));
        let former = held.shown.iter().filter(|holder| holder.former);
        assert!(former.clone().any(|holder| holder.award.person == gone));
        assert_eq!(former.count(), 2);
    }
}

#[tokio::test]
async fn a_teaching_assistant_may_do_what_the_policy_says_whoever_asks_the_services() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.check().await;
        let badge = bench.badge_when("Here", always()).await;
        let mut assistant = bench.instructor().await;
        assistant.session.assistant = true;
        let student = bench.person(&bench.world.students(bench.at)[0].sub.clone()).await;
        let award = || awarding::award_by_hand(&bench.cairn, &assistant, &badge, &student, "I saw it");
        let refused = award().await;
        assert!(
            matches!(
                refused,
                Err(ServiceError::Policy(Refusal::Assistants(Power::Approve)))
            ),
            "{refused:?}"
        );
        let retired = crate::service::badge::design::retire(&bench.cairn, &assistant, &badge).await;
        assert!(matches!(
            retired,
            Err(ServiceError::Policy(Refusal::Assistants(Power::Create)))
        ));
        let (tenant, now) = (bench.course.tenant.clone(), bench.clock.now());
        let policy = Policy {
            assistants: Assistants {
                approve: true,
                ..Assistants::default()
            },
            ..Policy::default()
        };
        let set = bench
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &policy, now));
        set.await.unwrap();
        award().await.unwrap();
    }
}
