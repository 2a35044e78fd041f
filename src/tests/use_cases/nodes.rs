//! Several workers and several nodes on one database.

use std::sync::Arc;

use super::bench::node;
use super::{Bench, benches};
use crate::domain::cause::Cause;
use crate::domain::rule::Condition;
use crate::ids::PersonId;
use crate::jobs::Worker;
use crate::service::Cairn;
use crate::service::award::decide;
use crate::service::course::sync::enqueue_check;
use crate::store::{awards, credentials};

/// Every student has one award of each of two badges, each with one credential.
async fn assert_once(bench: &Bench, people: &[PersonId]) {
    for person in people {
        let (tenant, person) = (bench.course.tenant.clone(), person.clone());
        let found = bench.cairn.store.read(move |db| {
            let all = awards::for_person(db, &tenant, &person)?;
            for award in &all {
                assert!(credentials::by_award(db, &tenant, &award.id)?.is_some());
            }
            Ok(all)
        });
        let all = found.await.unwrap();
        assert_eq!(all.len(), 2, "one of each badge");
        assert_ne!(all[0].badge, all[1].badge);
    }
}

async fn race(bench: &Bench, nodes: [&Arc<Cairn>; 2]) {
    bench.check().await;
    let badge = bench.badge().await;
    let above = bench
        .badge_when(
            "Above",
            Condition::HoldsBadge {
                badge: badge.clone(),
                within_years: None,
            },
        )
        .await;
    let mut people = Vec::new();
    for student in &bench.world.students(bench.at)[..8] {
        bench.grade(student.id, Some("95"));
        people.push(bench.person(&student.sub).await);
    }
    let workers = nodes.map(|cairn| Worker::start(Arc::clone(cairn)));
    let (tenant, course) = (&bench.course.tenant, &bench.course.id);
    for cairn in nodes {
        enqueue_check(cairn, tenant, course, Cause::CheckNow)
            .await
            .unwrap();
    }
    for _ in 0..200 {
        // A transaction that loses a race on PostgreSQL is rolled back; the queue would try it again.
        let [one, other] = nodes.map(|cairn| decide::decide_badge(cairn, tenant, &badge, Cause::CheckNow));
        let _ = tokio::join!(one, other);
        if bench.holders(&above).await.len() == people.len() {
            break;
        }
    }
    bench.until_idle().await;
    for worker in workers {
        worker.stop().await;
    }
    assert_once(bench, &people).await;
}

#[tokio::test]
async fn two_workers_award_once_and_the_badge_above_follows() {
    for bench in benches().await {
        race(&bench, [&bench.cairn, &bench.cairn]).await;
    }
}

#[tokio::test]
async fn two_nodes_on_one_database_award_once_and_both_sign_with_the_same_key() {
    for bench in benches().await {
        let second = node(&bench.settings, &bench.clock, &bench.patience).await;
        assert_eq!(second.tool_key.kid(), bench.cairn.tool_key.kid());
        race(&bench, [&bench.cairn, &Arc::new(second)]).await;
    }
}
