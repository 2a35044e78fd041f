//! A course of 10,000 learners who have all earned a badge: `cargo bench --bench award_course`. What is measured is what the
//! job does that decides a badge, on SQLite in a file: records, awards, places in the status list, signed documents and
//! tokens. Afterwards every award is looked at.
//!
//! `CAIRN_AWARD_LEARNERS` makes a smaller run; `CAIRN_AWARD_STACKS=50` does it once more with so many stacks above the badge, and says
//! how much longer an award takes with them (aim: at most 1.5 times). `CAIRN_AWARD_SCHOOL=90000` puts so many other students and 1,000
//! other badges into the institution.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::time::Instant;

use cairn::benchmarks::{Installation, Outcome};

const AIM: f64 = 10.0;
/// How much longer it may take with stacks above.
const MOST_FOR_STACKS: f64 = 1.5;
/// Other badges of the institution, where there are other students.
const BADGES: usize = 1_000;

fn main() {
    let number = |name: &str, usual: usize| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let learners = number("CAIRN_AWARD_LEARNERS", 10_000);
    let stacks = number("CAIRN_AWARD_STACKS", 0);
    let school = number("CAIRN_AWARD_SCHOOL", 0);
    cairn::app::block_on(async {
        let alone = run(learners, 0, school).await;
        if stacks > 0 {
            let ratio = run(learners, stacks, school).await / alone;
            let judged = if ratio <= MOST_FOR_STACKS {
                "reached"
            } else {
                "missed"
            };
            println!(
                "with {stacks} stacks above an award takes {ratio:.2} times as long (aim at most {MOST_FOR_STACKS}: {judged})"
            );
        }
    });
}

/// Awards a course, with so many stacks above its badge and so many other students around it; how many seconds it took.
async fn run(learners: usize, stacks: usize, school: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let cairn = Installation::open(folder.path(), "127.0.0.1:0").await;
    let course = cairn.course(learners).await;
    if school > 0 {
        cairn.around(&course, school, BADGES).await;
    }
    cairn.stacks(&course, stacks).await;

    let (cpu, began) = (processor(), Instant::now());
    let decided = cairn.decide(&course, false).await;
    let (cpu, took) = (processor() - cpu, began.elapsed().as_secs_f64());
    let all = Outcome {
        people: learners,
        awarded: learners,
    };
    assert_eq!(decided, all);
    let count = f64::from(u32::try_from(learners).unwrap());
    let judged = match learners {
        ..10_000 => "a smaller run",
        _ if took < AIM => "reached",
        _ => "missed",
    };
    println!(
        "award a course of {learners} with {stacks} stacks above, {school} other students: {took:.2} s (aim under {AIM} s for 10,000: {judged})"
    );
    println!(
        "  {:.0} awards a second, {cpu:.2} s of processor time",
        count / took
    );
    cairn.inspect(&course, learners).await;
    println!("  each award has its record, a document, a token and a place of its own; every 50th verifies");

    let began = Instant::now();
    let again = cairn.decide(&course, true).await;
    assert_eq!(again, Outcome { awarded: 0, ..all });
    println!(
        "decide it again, nothing new: {:.2} s",
        began.elapsed().as_secs_f64()
    );
    took
}

/// Processor seconds of this process so far, as `benches/load` counts them.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |n: usize| fields[n].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}
