//! Cairn under load, measured from outside: `cargo bench --bench load`. Builds and starts the `cairn` binary in a process of its own;
//! the practice LMS and the browsers are in this one, so that their work is not counted.
//!
//! Only a part: `-- launches`, `-- reading`, `-- abuse`, `-- pictures`, `-- matrix` or `-- pages` behind the command. `CAIRN_LOAD_LAUNCHES`, `CAIRN_LOAD_MEMBERS` and
//! `CAIRN_LOAD_CREDENTIALS` make a smaller run (10,000, 5,000 and 100,000 otherwise). `CAIRN_LOAD_BINARY` names another `cairn` to
//! be measured: one that was built before a change, in turn with the one after.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

mod abuse;
mod launches;
mod matrix;
mod pages;
mod pictures;
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

/// Whether a part was asked for: every one is when none was named.
fn is_asked(part: &str) -> bool {
    let mut named = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .peekable();
    named.peek().is_none() || named.any(|word| word == part)
}

fn main() {
    let launches = number("CAIRN_LOAD_LAUNCHES", 10_000);
    let members = number("CAIRN_LOAD_MEMBERS", 5_000);
    let credentials = number("CAIRN_LOAD_CREDENTIALS", 100_000);
    cairn::app::block_on(async {
        let tool = tool::start_twice();
        if is_asked("launches") {
            launches::measure(&tool, launches).await;
        }
        if is_asked("reading") {
            for flavour in [
                lti::registration::Flavour::Moodle,
                lti::registration::Flavour::Canvas,
            ] {
                reading::measure(&tool, flavour, members).await;
            }
        }
        if is_asked("abuse") {
            abuse::measure(&tool).await;
        }
        if is_asked("pictures") {
            pictures::measure(&tool).await;
        }
        if is_asked("matrix") {
            matrix::measure(&tool, members).await;
        }
        if is_asked("pages") {
            pages::measure(&tool, credentials).await;
        }
    });
}
