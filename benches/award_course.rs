//! A course of 10,000 learners who have all earned a badge: `cargo bench --bench award_course`. What is measured is what the
//! job does that decides a badge, on SQLite in a file: records, awards, places in the status list, signed documents and
//! tokens. Afterwards every award is looked at.
//!
//! `CAIRN_AWARD_LEARNERS` makes a smaller run.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

mod school;

use std::collections::HashSet;
use std::time::Instant;

use cairn::domain::cause::Cause;
use cairn::service::Cairn;
use cairn::service::award::decide;
use cairn::service::credential::publish;
use cairn::store::{awards, credentials, decisions};
use school::Earned;

const AIM: f64 = 10.0;

fn main() {
    let learners = std::env::var("CAIRN_AWARD_LEARNERS").map_or(10_000, |text| text.parse().unwrap());
    cairn::app::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let cairn = school::open(folder.path(), "127.0.0.1:0").await;
        let earned = school::found(&cairn, learners).await;

        let (cpu, began) = (processor(), Instant::now());
        let decided = decide::decide_badge(&cairn, &earned.tenant, &earned.badge, Cause::Activation)
            .await
            .unwrap();
        let (cpu, took) = (processor() - cpu, began.elapsed().as_secs_f64());
        assert_eq!((decided.people, decided.awarded), (learners, learners));
        let count = f64::from(u32::try_from(learners).unwrap());
        let judged = match learners {
            ..10_000 => "a smaller run",
            _ if took < AIM => "reached",
            _ => "missed",
        };
        println!("award a course of {learners}: {took:.2} s (aim under {AIM} s for 10,000: {judged})");
        println!(
            "  {:.0} awards a second, {cpu:.2} s of processor time",
            count / took
        );
        look(&cairn, &earned, learners).await;
        println!(
            "  each award has its record, a document, a token and a place of its own; every 50th verifies"
        );

        let began = Instant::now();
        let again = decide::decide_badge(&cairn, &earned.tenant, &earned.badge, Cause::CheckNow)
            .await
            .unwrap();
        assert_eq!((again.people, again.awarded), (learners, 0));
        println!(
            "decide it again, nothing new: {:.2} s",
            began.elapsed().as_secs_f64()
        );
    });
}

/// Processor seconds of this process so far, as `benches/load` counts them.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |n: usize| fields[n].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// Every award is there once, and has what belongs to it.
async fn look(cairn: &Cairn, earned: &Earned, learners: usize) {
    let (tenant, badge) = (earned.tenant.clone(), earned.badge.clone());
    let found = cairn.store.read(move |db| {
        let awards = awards::latest_for_badge(db, &tenant, &badge)?;
        let decisions = decisions::current_for_badge(db, &tenant, &badge)?;
        let all = credentials::some_after(db, &tenant, None, i64::MAX)?;
        Ok((awards, decisions, all))
    });
    let (awards, decisions, all) = found.await.unwrap();
    assert_eq!((awards.len(), all.len()), (learners, learners));
    let mut places = HashSet::new();
    let mut slugs = HashSet::new();
    for (credential, person) in &all {
        assert_eq!(awards[person].id, credential.award);
        assert_eq!(decisions[person].id, awards[person].decision);
        assert!(credential.token.is_some());
        let place = (credential.status_list.clone(), credential.status_position);
        assert!(places.insert(place) && slugs.insert(&credential.slug));
    }
    for (credential, _) in all.iter().step_by(50) {
        let published = publish::by_slug(cairn, &credential.slug).await.unwrap();
        let checked = published.check(cairn).unwrap();
        assert!(checked.verdict.is_valid(), "{:?}", checked.verdict);
        let place = checked.document.credential_status.unwrap().status_list_index;
        assert_eq!(i32::try_from(place).unwrap(), credential.status_position);
    }
}
