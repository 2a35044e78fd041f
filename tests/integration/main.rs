//! Cairn's HTTP surface, driven through the practice LMS: one binary for all of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod backup;
#[path = "../../src/openbadges/tests/bounded.rs"]
mod bounded;
mod certification;
mod chromium;
mod class;
mod cli;
mod cli_keys;
mod console;
mod copying;
mod design;
mod dry_run;
mod engine;
mod evidence;
mod frame;
mod frame_answers;
mod frame_height;
mod guest;
mod harness;
mod killed;
mod ladder;
mod launch;
mod leaving;
mod master_key;
mod nameless;
mod operations;
mod pentest;
#[path = "../../src/openbadges/tests/pictures.rs"]
mod pictures;
mod placing;
mod registering;
mod screens;
mod showing;
mod site;
mod states;
mod tour;
mod trouble;
mod unsigned;
mod verifying;

// The strategies of `src/openbadges` are used here as well, and name their types from the root.
use cairn::openbadges;
