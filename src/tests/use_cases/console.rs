//! What goes on by itself behind the console: keys that two nodes share, and history that is forgotten.

use chrono::TimeDelta;

use super::bench::node;
use super::benches;
use crate::domain::keys::KeyState;
use crate::domain::page::Page;
use crate::domain::policy::Policy;
use crate::ids::AdminId;
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::policies;
use crate::service::institution::tool_keys;
use crate::store::decisions;

fn everything() -> Administrator {
    Administrator {
        actor: AdminId::from("ada"),
        name: "Ada".into(),
        scope: Scope::Everything,
    }
}

#[tokio::test]
async fn a_new_key_for_platforms_is_known_to_every_node_before_it_signs() {
    for bench in benches().await {
        let (here, there) = (
            &bench.cairn,
            node(&bench.settings, &bench.clock, &bench.patience).await,
        );
        let (old, by) = (here.tool_key.kid(), everything());
        tool_keys::publish_next(here, &by).await.unwrap();
        let all = tool_keys::list(here).await.unwrap();
        let next = all
            .iter()
            .find(|key| key.state == KeyState::Next)
            .unwrap()
            .kid
            .clone();
        let early = tool_keys::use_next(here, &by, &next).await.unwrap_err();
        assert_eq!(early.code(), "tool-key.too-young");

        bench.clock.advance(TimeDelta::minutes(10));
        there.notice_tool_keys().await;
        let published = there.tool_key.public_set().to_string();
        assert!(
            published.contains(&next) && published.contains(&old),
            "{published}"
        );
        assert_eq!(there.tool_key.kid(), old);

        tool_keys::use_next(here, &by, &next).await.unwrap();
        // A second click is the first one.
        tool_keys::use_next(here, &by, &next).await.unwrap();
        assert_eq!(here.tool_key.kid(), next);
        bench.clock.advance(TimeDelta::seconds(5));
        there.notice_tool_keys().await;
        assert_eq!(there.tool_key.kid(), next);
        assert!(
            there.tool_key.public_set().to_string().contains(&old),
            "what was just sent still counts"
        );

        tool_keys::remove_old(here, &by, &old).await.unwrap();
        assert!(!here.tool_key.public_set().to_string().contains(&old));
        let active = tool_keys::remove_old(here, &by, &next).await.unwrap_err();
        assert_eq!(active.code(), "tool-key.changed", "the key that signs stays");
    }
}

#[tokio::test]
async fn only_superseded_records_are_forgotten_and_only_after_their_time() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at)[1].clone();
        for points in ["10", "20", "30"] {
            bench.grade(student.id, Some(points));
            bench.clock.advance(TimeDelta::minutes(1));
            bench.check().await;
            bench.decide(&badge).await;
        }
        let (tenant, person) = (bench.course.tenant.clone(), bench.person(&student.sub).await);
        let left = || {
            let (tenant, badge, person) = (tenant.clone(), badge.clone(), person.clone());
            bench
                .cairn
                .store
                .read(move |db| decisions::history(db, &tenant, &badge, &person, Page::first(50)))
        };
        let all = left().await.unwrap();
        assert!(all.len() >= 3, "{} records", all.len());

        policies::forget(&bench.cairn).await.unwrap();
        assert_eq!(
            left().await.unwrap().len(),
            all.len(),
            "no policy, nothing is forgotten"
        );
        let policy = Policy {
            keep_days: Some(30),
            ..Policy::default()
        };
        policies::set(&bench.cairn, &everything(), &tenant, policy, None)
            .await
            .unwrap();
        bench.clock.advance(TimeDelta::days(29));
        policies::forget(&bench.cairn).await.unwrap();
        assert_eq!(left().await.unwrap().len(), all.len());
        bench.clock.advance(TimeDelta::days(2));
        policies::forget(&bench.cairn).await.unwrap();
        let kept = left().await.unwrap();
        assert_eq!(
            kept,
            all.first().cloned().into_iter().collect::<Vec<_>>(),
            "the present one"
        );
    }
}
