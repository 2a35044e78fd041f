//! What time alone does: a date that falls due, a term that ends.

use chrono::TimeDelta;

use super::{Bench, benches, benches_of};
use crate::clock::Clock as _;
use crate::domain::badge::Expiry;
use crate::domain::decision::Truth;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, PersonId};
use crate::service::course::sync::enqueue_due;
use crate::store::decisions;
use lti::registration::Flavour;

fn half_hour(settings: &mut crate::settings::Settings) {
    settings.check_interval = Some(TimeDelta::minutes(30));
}

async fn grade(bench: &Bench) -> Condition {
    Condition::Grade {
        item: bench.item().await,
        at_least: Threshold::Percent(80.into()),
    }
}

/// The schedule has the course read if it is time for it, and everything is done that this calls for.
async fn by_schedule(bench: &Bench) {
    enqueue_due(&bench.cairn).await.unwrap();
    bench.work(&bench.cairn).await;
}

async fn outcome(bench: &Bench, badge: &BadgeId, person: &PersonId) -> Truth {
    let (tenant, badge, person) = (bench.course.tenant.clone(), badge.clone(), person.clone());
    let found = bench
        .cairn
        .store
        .read(move |db| decisions::current(db, &tenant, &badge, &person));
    found.await.unwrap().unwrap().0.decision.outcome
}

#[tokio::test]
async fn a_date_that_falls_due_awards_although_no_grade_has_changed() {
    for bench in benches_of(Flavour::Moodle, half_hour).await {
        by_schedule(&bench).await;
        let due = bench.clock.now() + TimeDelta::days(10);
        let root = Group {
            need: Need::All,
            nodes: vec![
                Node::Condition(grade(&bench).await),
                Node::Condition(Condition::NotBefore {
                    at: due,
                    zone: Zone::UTC,
                }),
            ],
        };
        let badge = bench.badge_by("In spring", root).await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("90"));
        bench.grade(students[1].id, Some("20"));
        bench.clock.advance(TimeDelta::hours(1));
        by_schedule(&bench).await;
        let grades = bench.known().await;
        assert!(bench.holders(&badge).await.is_empty(), "the day has not come");

        bench
            .clock
            .advance(due - bench.clock.now() - TimeDelta::minutes(1));
        by_schedule(&bench).await;
        assert!(bench.holders(&badge).await.is_empty(), "a minute too early");

        bench.clock.advance(TimeDelta::minutes(31));
        by_schedule(&bench).await;
        let first = bench.person(&students[0].sub).await;
        let holders = bench.holders(&badge).await;
        assert_eq!(holders.keys().collect::<Vec<_>>(), [&first]);
        assert!(holders[&first].awarded_at >= due);
        assert_eq!(bench.known().await, grades, "nothing but time has changed");
    }
}

#[tokio::test]
async fn an_expired_badge_does_not_count_towards_a_stack_until_it_is_earned_again() {
    for bench in benches().await {
        bench.check().await;
        let ends = Expiry::AfterDays { days: 30 };
        let aid = bench
            .badge_that_ends("First aid", grade(&bench).await, ends)
            .await;
        let students = bench.world.students(bench.at);
        for student in &students[..2] {
            bench.grade(student.id, Some("90"));
        }
        bench.run().await;
        let (renews, lapses) = (
            bench.person(&students[0].sub).await,
            bench.person(&students[1].sub).await,
        );
        assert_eq!(bench.holders(&aid).await.len(), 2);

        // Who was graded anew is given another one when the term ends, and who no longer has the grade is not.
        bench.grade(students[1].id, Some("10"));
        bench.grade(students[0].id, Some("91"));
        bench.clock.advance(TimeDelta::days(30));
        bench.run().await;
        let held = bench.holders(&aid).await;
        assert_eq!((held[&renews].cycle, held[&lapses].cycle), (2, 1));

        let on_aid = Condition::HoldsBadge {
            badge: aid.clone(),
            within_years: None,
        };
        let stack = bench.badge_when("Rescuer", on_aid.clone()).await;
        // With another badge that everybody holds it is still one of the two that are needed.
        let always = Condition::NotBefore {
            at: chrono::DateTime::UNIX_EPOCH,
            zone: Zone::UTC,
        };
        let other = bench.badge_when("Swimmer", always).await;
        let root = Group {
            need: Need::AtLeast(2),
            nodes: vec![
                Node::Condition(on_aid),
                Node::Condition(Condition::HoldsBadge {
                    badge: other.clone(),
                    within_years: None,
                }),
                Node::Condition(Condition::InstructorApproves),
            ],
        };
        let two = bench.badge_by("Lifeguard", root).await;
        bench.run().await;
        assert!(bench.holders(&other).await.contains_key(&lapses));
        for badge in [&stack, &two] {
            let holders = bench.holders(badge).await;
            assert_eq!(holders.keys().collect::<Vec<_>>(), [&renews]);
        }
        assert_eq!(outcome(&bench, &stack, &lapses).await, Truth::No);

        bench.grade(students[1].id, Some("80"));
        bench.run().await;
        assert_eq!(bench.holders(&aid).await[&lapses].cycle, 2);
        for badge in [&stack, &two] {
            assert!(bench.holders(badge).await.contains_key(&lapses));
        }
    }
}
