//! From a grade in the practice LMS to a badge that verifies, over HTTP, on each database.

mod awarding;
mod bench;
mod canvas;
mod columns;
mod cycles;
mod faults;
mod look;
mod nodes;
mod recipients;
mod roles;
mod schedule;
mod time;

use bench::{Bench, benches, benches_of};
