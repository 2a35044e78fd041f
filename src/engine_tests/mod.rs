//! From a grade in the practice LMS to a badge that verifies, over HTTP, on each database.

mod awarding;
mod bench;
mod canvas;
mod columns;
mod console;
mod cycles;
mod faults;
mod look;
mod nodes;
mod roles;
mod schedule;

use bench::{Bench, benches, benches_of};
