//! All badges of one student among 100,000 students and 1,000 badges: `cargo bench --bench my_badges`. What is measured is what the
//! page reads, on SQLite in a file: without a search, and with one.
//!
//! `CAIRN_MINE_STUDENTS` makes a smaller run.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

use std::time::{Duration, Instant};

use cairn::benchmarks::{Installation, Student};

const AIM: Duration = Duration::from_millis(10);
const BADGES: usize = 1_000;
const HELD: usize = 40;
const TIMES: usize = 301;

fn main() {
    let students = std::env::var("CAIRN_MINE_STUDENTS").map_or(100_000, |text| text.parse().unwrap());
    cairn::app::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let cairn = Installation::open(folder.path(), "127.0.0.1:0").await;
        let student = cairn.student(students, BADGES, HELD).await;
        for sought in [None, Some("ESCO cleansing")] {
            let (earned, begun) = cairn.my_badges(&student, sought).await;
            assert!(earned >= 40 && begun >= 40, "{earned} earned, {begun} on the way");
            let median = measured(&cairn, &student, sought).await;
            let judged = if median < AIM { "reached" } else { "missed" };
            let what = sought.map_or_else(String::new, |text| format!(", search for {text:?}"));
            println!(
                "my badges{what}: {:.2} ms median (aim under {} ms: {judged}), {students} students, {BADGES} badges",
                median.as_secs_f64() * 1_000.0,
                AIM.as_millis(),
            );
        }
    });
}

async fn measured(cairn: &Installation, student: &Student, sought: Option<&str>) -> Duration {
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let began = Instant::now();
        cairn.my_badges(student, sought).await;
        took.push(began.elapsed());
    }
    took.sort();
    took.get(TIMES / 2).copied().unwrap()
}
