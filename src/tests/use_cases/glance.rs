//! A class at a glance: the table ordered and searched, read whole, and where the class stood on each day.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::page::Page;
use crate::domain::rule::{Condition, Group, Need, Node, Threshold};
use crate::domain::stage::{Funnel, Order, Search, Sought, Stage};
use crate::domain::zone::Zone;
use crate::ids::BadgeId;
use crate::service::award::{over_time, progress};
use crate::service::base::error::ServiceError;

/// A badge for the quiz, and one for the quiz and an approval, after two students have passed the quiz.
async fn two_badges(bench: &Bench) -> [BadgeId; 2] {
    bench.check().await;
    let quiz = bench.badge_of_grade("Quiz master").await;
    let grade = Condition::Grade {
        item: bench.item().await,
        at_least: Threshold::Percent(80.into()),
    };
    let both = Group {
        need: Need::All,
        nodes: [grade, Condition::InstructorApproves].map(Node::Condition).into(),
    };
    let both = bench.badge_by("Both", both).await;
    let students = bench.world.students(bench.at);
    bench.grade(students[0].id, Some("90"));
    bench.grade(students[1].id, Some("85"));
    bench.run().await;
    [quiz, both]
}

#[tokio::test]
async fn the_table_puts_first_who_has_earned_most_or_is_nearest_and_finds_who_stands_where() {
    for bench in benches().await {
        let [quiz, both] = two_badges(&bench).await;
        let teacher = bench.instructor().await;
        let all = bench.learners().await.len();
        let students = bench.world.students(bench.at);
        let mut two = BTreeSet::new();
        for student in &students[..2] {
            two.insert(bench.person(&student.sub).await);
        }
        for order in [Order::Earned, Order::Next] {
            let asked = progress::matrix(&bench.cairn, &teacher, Search::default(), order, Page::first(50));
            let matrix = asked.await.unwrap();
            assert_eq!((matrix.rows.len(), matrix.badges.len()), (all, 2));
            let first: BTreeSet<_> = matrix.rows[..2].iter().map(|row| row.person.id.clone()).collect();
            assert_eq!(first, two, "{order:?}");
            for (place, row) in matrix.rows.iter().enumerate() {
                let (next, _) = row.next(&matrix.badges).unwrap();
                let (earned, nearest) = if place < 2 { (1, &both) } else { (0, &quiz) };
                assert_eq!((row.earned(matrix.now), &next.id), (earned, nearest));
            }
        }
        let found = async |badge: &BadgeId, standing: Sought| {
            let search = Search {
                badge: Some(badge.clone()),
                standing: Some(standing),
                ..Search::default()
            };
            let page = Page::first(50);
            let matrix = progress::matrix(&bench.cairn, &teacher, search, Order::Name, page);
            matrix.await.unwrap()
        };
        assert_eq!(found(&both, Sought::At(Stage::Near)).await.total, 2);
        assert_eq!(found(&quiz, Sought::At(Stage::Earned)).await.total, 2);
        let others = i64::try_from(all - 2).unwrap();
        assert_eq!(found(&quiz, Sought::NotEarned).await.total, others);
        assert_eq!(found(&quiz, Sought::At(Stage::NotBegun)).await.total, others);
        let any = found(&"elsewhere".into(), Sought::At(Stage::Earned)).await;
        assert_eq!(
            (any.search.badge, any.total),
            (None, 2),
            "a badge of elsewhere is none"
        );
        let learner = bench.learner(&students[0]).await;
        let refused = progress::part(&bench.cairn, &learner, Search::default(), None).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
        let refused = over_time::seen(&bench.cairn, &learner, None).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
    }
}

#[tokio::test]
async fn the_whole_table_comes_in_parts_and_ends() {
    for bench in benches().await {
        two_badges(&bench).await;
        let (teacher, all) = (bench.instructor().await, bench.learners().await);
        let part = progress::part(&bench.cairn, &teacher, Search::default(), None);
        let part = part.await.unwrap().unwrap();
        let found: BTreeSet<_> = part.rows.iter().map(|row| row.person.id.clone()).collect();
        assert_eq!((part.rows.len(), found), (all.len(), all.into_iter().collect()));
        let behind = progress::part(&bench.cairn, &teacher, Search::default(), Some(part));
        assert!(behind.await.unwrap().is_none(), "one part holds them all");
    }
}

#[tokio::test]
async fn the_first_check_of_a_day_keeps_where_the_class_stands_and_no_other_does() {
    for bench in benches().await {
        let first_day = Zone::UTC.day(bench.clock.now());
        let [quiz, both] = two_badges(&bench).await;
        let teacher = bench.instructor().await;
        let students = i64::try_from(bench.learners().await.len()).unwrap();
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        let none = Funnel {
            students,
            ..Funnel::default()
        };
        let seen = async |badge: Option<&BadgeId>| {
            let seen = over_time::seen(&bench.cairn, &teacher, badge.cloned()).await;
            seen.unwrap()
        };
        // The check read the grades that the badges are earned by after it had counted.
        let before: Vec<_> = seen(Some(&quiz)).await.funnels.into_iter().collect();
        assert_eq!(before, [(first_day, none)]);
        assert_eq!(
            over_time::keep_day(&bench.cairn, tenant, course).await.unwrap(),
            0
        );
        bench.run().await;
        assert_eq!(seen(Some(&quiz)).await.funnels.len(), 1, "the same day");

        bench.clock.advance(TimeDelta::days(1));
        bench.run().await;
        let after = seen(Some(&quiz)).await;
        let newest = after.funnels.last_key_value().map(|(_, funnel)| *funnel);
        assert_eq!(
            (after.funnels.len(), newest),
            (2, Some(Funnel { earned: 2, ..none }))
        );
        let of_both = seen(Some(&both)).await;
        let newest = of_both.funnels.last_key_value().map(|(_, funnel)| *funnel);
        assert_eq!(
            (newest, of_both.awards.len()),
            (Some(Funnel { near: 2, ..none }), 0)
        );
        let all = seen(None).await;
        let newest = all.funnels.last_key_value().map(|(_, funnel)| *funnel);
        let together = Funnel {
            students: 2 * students,
            earned: 2,
            near: 2,
            ..Funnel::default()
        };
        assert_eq!((newest, all.students), (Some(together), students));
        assert_eq!(all.awards.values().sum::<i64>(), 2);
        assert_eq!(all.awards.keys().next(), Some(&first_day));
        let elsewhere = seen(Some(&"elsewhere".into())).await;
        assert!(elsewhere.badge.is_none() && elsewhere.awards == all.awards);
    }
}
