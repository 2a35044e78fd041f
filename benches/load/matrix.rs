//! The table of a class: 5,000 students by 30 badges, in every order, searched, and whole as a file; and how the class came
//! along. Each page is asked for as a teacher's browser asks, of the process of its own, and held against what it must hold.

use std::time::{Duration, Instant};

use cairn::benchmarks::Installation;
use reqwest::Client;

use super::tool::Tool;

const BADGES: usize = 30;
/// How often each page is asked for; the first ten warm up.
const ASKED: usize = 60;

pub(crate) async fn measure(tool: &Tool, students: usize) {
    // The same data folder as the running process.
    let cairn = Installation::open(tool.folder.path(), &tool.address.to_string()).await;
    let began = Instant::now();
    let class = cairn.class(students, BADGES).await;
    println!(
        "{students} students × {BADGES} badges decided and awarded in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    #[allow(
        clippy::disallowed_methods,
        reason = "a visitor of the page, outside of Cairn"
    )]
    let client = Client::new();
    let before = tool.memory();
    let of_section = format!("/progress?section={}&order=next", class.section);
    for (what, rest) in [
        ("by name", "/progress"),
        ("by badges earned", "/progress?order=earned"),
        ("by the next badge", "/progress?order=next"),
        ("its last page", "/progress?order=next&page=100"),
        ("one condition missing", "/progress?standing=near&order=next"),
        ("one section of fifty", of_section.as_str()),
        ("over time", "/progress/over-time"),
    ] {
        let address = format!("{}{}{rest}", tool.origin(), class.path);
        let mut took = Vec::with_capacity(ASKED);
        let (mut size, cpu) = (0, tool.cpu());
        for n in 0..ASKED {
            let began = Instant::now();
            let text = ask(&client, &address, &class.cookie).await;
            if n >= 10 {
                took.push(began.elapsed());
            }
            size = text.len();
            let expected = if rest.contains("over-time") {
                "role=\"img\""
            } else {
                "scope=\"row\""
            };
            assert!(text.contains(expected) || students < 5_000, "{rest}: {text}");
        }
        let cpu = (tool.cpu() - cpu) / 60.0;
        took.sort_unstable();
        let at = |part: usize| millis(took[took.len() * part / 100]);
        let what = format!("table of {students} × {BADGES}, {what}, median of {}", took.len());
        super::line(&what, at(50), 1, "ms", 300.0);
        println!(
            "  99th percentile {:.1} ms; {:.1} ms of the tool's processor time each; {} kB",
            at(99),
            cpu * 1_000.0,
            size / 1_000
        );
    }
    println!(
        "  memory {before:.1} MB before the pages, {:.1} MB after them",
        tool.memory()
    );

    let address = format!("{}{}/progress.csv", tool.origin(), class.path);
    let (began, mut most) = (Instant::now(), 0.0_f64);
    let mut answer = client
        .get(&address)
        .header("cookie", &class.cookie)
        .send()
        .await
        .unwrap();
    let (mut bytes, mut lines) = (0, 0);
    while let Some(part) = answer.chunk().await.unwrap() {
        bytes += part.len();
        lines += part.iter().filter(|byte| **byte == b'\n').count();
        most = most.max(tool.memory());
    }
    assert_eq!(lines, students + 1, "a head and every student");
    println!(
        "  the whole table as a file: {:.2} s, {} kB, at most {most:.1} MB of memory meanwhile",
        began.elapsed().as_secs_f64(),
        bytes / 1_000
    );
}

async fn ask(client: &Client, address: &str, cookie: &str) -> String {
    let answer = client
        .get(address)
        .header("accept", "text/html")
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{address}");
    answer.text().await.unwrap()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
