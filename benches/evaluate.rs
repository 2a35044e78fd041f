//! Deciding: a nested rule of eight conditions for 1,000 people, each with grades, evidence and badges. And looking for badges that
//! say nearly the same, among 1,000 of an institution.
//! `cargo bench --bench evaluate`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

mod figure;

use cairn::benchmarks::evaluate::Class;
use cairn::benchmarks::overlaps::Badges;
use figure::Figure;

fn main() {
    let class = Class::of(1_000);
    Figure {
        work: "evaluate conditions",
        unit: "conditions",
        each: f64::from(u32::try_from(class.conditions()).unwrap()),
        aim: Some(1_000_000.0),
        peers: &[],
    }
    .measure(|| class.decide());
    let badges = Badges::of(1_000);
    let found = badges.overlaps();
    assert!(found >= 100, "{found}");
    Figure {
        work: "look for overlaps among 1,000 badges",
        unit: "badges",
        each: 1_000.0,
        aim: Some(1_000.0),
        peers: &[],
    }
    .measure(|| badges.overlaps());
}
