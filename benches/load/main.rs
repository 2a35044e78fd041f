//! Cairn under load, measured from outside: `cargo bench --bench load`. Builds and starts the `cairn` binary in a process of its own;
//! the practice LMS and the browsers are in this one, so that their work is not counted.
//!
//! `CAIRN_LOAD_LAUNCHES` and `CAIRN_LOAD_MEMBERS` make a smaller run (10,000 and 5,000 otherwise).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

mod launches;
mod reading;
mod tool;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// One line: what was measured, the figure, the aim.
fn line(what: &str, figure: f64, digits: usize, unit: &str, aim: f64) {
    let judged = if figure < aim { "reached" } else { "missed" };
    println!("{what}: {figure:.digits$} {unit} (aim under {aim} {unit}: {judged})");
}

fn ratio(figure: f64, peers: &[(&str, f64)]) {
    for (name, theirs) in peers {
        println!("  {:.3} times {name} ({theirs})", figure / theirs);
    }
}

fn main() {
    let launches = number("CAIRN_LOAD_LAUNCHES", 10_000);
    let members = number("CAIRN_LOAD_MEMBERS", 5_000);
    cairn::app::block_on(async {
        let tool = tool::start_twice();
        launches::measure(&tool, launches).await;
        for flavour in [
            cairn::lti::registration::Flavour::Moodle,
            cairn::lti::registration::Flavour::Canvas,
        ] {
            reading::measure(&tool, flavour, members).await;
        }
    });
}
