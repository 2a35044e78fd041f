//! History that no policy keeps any longer, and the files that go with it.

use chrono::TimeDelta;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::benches;
use crate::clock::Clock as _;
use crate::domain::course::Opens;
use crate::domain::policy::Policy;
use crate::service::award::evidence::{self, HandIn};
use crate::service::course::links::{self, Choice};
use crate::service::institution::policies as forgetting;
use crate::store::policies;

#[tokio::test]
async fn a_replaced_file_goes_when_its_time_is_over_and_one_that_is_used_still_stays() {
    for bench in benches().await {
        bench.check().await;
        let link = bench.link("Report", None).await;
        let choice = Choice::Activity {
            title: "Report".into(),
            instructions: String::new(),
            maximum: Decimal::TEN,
        };
        let teacher = bench.instructor().await;
        let opens = links::choose(&bench.cairn, &teacher, &link, choice)
            .await
            .unwrap();
        let Opens::Activity { activity } = opens else {
            panic!("{opens:?}")
        };
        let students = bench.world.students(bench.at);
        let hand_in = async |n: usize, content: &'static str| {
            let visitor = bench.learner(&students[n]).await;
            let file = HandIn {
                file: super::sent(
                    &bench.cairn,
                    &visitor,
                    &activity,
                    "report.txt",
                    content.as_bytes(),
                )
                .await,
                ..HandIn::default()
            };
            evidence::hand_in(&bench.cairn, &visitor, &activity, file)
                .await
                .unwrap();
        };
        // The first student replaces two files; the second one hands in the same bytes as one of them, and keeps them.
        for content in ["a first draft", "a shared draft", "the last word"] {
            hand_in(0, content).await;
        }
        hand_in(1, "a shared draft").await;
        let is_there = async |content: &str| {
            let digest = hex::encode(Sha256::digest(content.as_bytes()));
            bench.cairn.blobs.get(&bench.course.tenant, &digest).await.is_ok()
        };
        let there = async || {
            [
                is_there("a first draft").await,
                is_there("a shared draft").await,
                is_there("the last word").await,
            ]
        };
        assert_eq!(there().await, [true; 3]);

        // Long after; the files themselves are as old as this test.
        bench.clock.advance(TimeDelta::days(400));
        forgetting::forget(&bench.cairn).await.unwrap();
        assert_eq!(there().await, [true; 3], "history is kept for ever by default");
        let (tenant, now) = (bench.course.tenant.clone(), bench.clock.now());
        let policy = Policy {
            keep_days: Some(90),
            ..Policy::default()
        };
        let set = bench
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &policy, now));
        set.await.unwrap();
        for _ in 0..2 {
            forgetting::forget(&bench.cairn).await.unwrap();
            assert_eq!(there().await, [false, true, true]);
        }
    }
}
