//! Who is never awarded, whatever the gradebook says.

use chrono::DateTime;

use super::{Bench, benches, benches_of};
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::BadgeId;
use lti::registration::Flavour;
use practice_lms::CourseRole;

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
        bench.launched(&person, true, true).await;
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
