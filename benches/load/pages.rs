//! Public pages of badges, when very many are stored: each one asked for is verified anew for whoever looks.

use std::time::{Duration, Instant};

use ambient::random::{SeededRandom, bytes};
use cairn::benchmarks::Installation;
use reqwest::Client;

use super::tool::Tool;

/// Pages that are asked for, one after another.
const ASKED: usize = 2_000;

pub(crate) async fn measure(tool: &Tool, stored: usize) {
    // The same data folder as the running process. Every badge is issued as the job does it, none is a copy.
    let cairn = Installation::open(tool.folder.path(), &tool.address.to_string()).await;
    let course = cairn.course(stored).await;
    let began = Instant::now();
    assert_eq!(cairn.decide(&course, false).await.awarded, stored);
    println!("{stored} badges issued in {:.1} s", began.elapsed().as_secs_f64());
    let slugs = cairn.slugs(&course).await;

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
