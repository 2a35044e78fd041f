//! Cairn's HTTP surface, driven through the practice LMS: one binary for all of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod certification;
mod chromium;
mod copying;
mod design;
mod engine;
mod evidence;
mod frame;
mod guest;
mod harness;
mod launch;
mod operations;
mod screens;
mod showing;
mod tour;
