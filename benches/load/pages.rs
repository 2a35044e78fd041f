//! Public pages of badges, when very many are stored: each one asked for is verified anew for whoever looks.

use std::time::{Duration, Instant};

use cairn::domain::cause::Cause;
use cairn::random::{SeededRandom, bytes};
use cairn::service::award::decide;
use cairn::store::credentials;
use reqwest::Client;

use super::school;
use super::tool::Tool;

/// Pages that are asked for, one after another.
const ASKED: usize = 2_000;

pub async fn measure(tool: &Tool, stored: usize) {
    // The same data folder as the running process. Every badge is issued as the job does it, none is a copy.
    let cairn = school::open(tool.folder.path(), &tool.address.to_string()).await;
    let earned = school::found(&cairn, stored).await;
    let began = Instant::now();
    let decided = decide::decide_badge(&cairn, &earned.tenant, &earned.badge, Cause::Activation).await;
    assert_eq!(decided.unwrap().awarded, stored);
    println!("{stored} badges issued in {:.1} s", began.elapsed().as_secs_f64());
    let tenant = earned.tenant;
    let all = cairn
        .store
        .read(move |db| credentials::some_after(db, &tenant, None, i64::MAX));
    let slugs: Vec<String> = all.await.unwrap().into_iter().map(|(one, _)| one.slug).collect();

    #[allow(
        clippy::disallowed_methods,
        reason = "a visitor of the page, outside of Cairn"
    )]
    let client = Client::new();
    let random = SeededRandom::new(5);
    let mut took = Vec::with_capacity(ASKED);
    let cpu = tool.cpu();
    // The first fifty warm up.
    for n in 0..ASKED + 50 {
        let drawn = usize::try_from(u32::from_le_bytes(bytes(&random))).unwrap();
        let address = format!("{}/b/{}", tool.origin(), slugs[drawn % slugs.len()]);
        let began = Instant::now();
        let answer = client
            .get(address)
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let text = answer.text().await.unwrap();
        if n >= 50 {
            took.push(began.elapsed());
        }
        assert!(
            text.contains("Cleans data sets") && !text.contains("role=\"alert\""),
            "{text}"
        );
    }
    let cpu = (tool.cpu() - cpu) / f64::from(u32::try_from(ASKED + 50).unwrap());
    took.sort_unstable();
    let at = |part: usize| millis(took[(took.len() * part / 100).min(took.len() - 1)]);
    let what = format!("public page with {stored} badges stored, median of {ASKED}");
    super::line(&what, at(50), 2, "ms", 5.0);
    println!(
        "  99th percentile {:.2} ms; {:.2} ms of the tool's processor time each; memory {:.1} MB",
        at(99),
        cpu * 1_000.0,
        tool.memory()
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
