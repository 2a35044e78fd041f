//! From a grade in the practice LMS to a badge that verifies, over HTTP, on each database.

mod actions;
mod awarding;
mod bench;
mod canvas;
mod columns;
mod console;
mod cycles;
mod database;
mod ended;
mod erased;
mod faults;
mod files;
mod gradebook;
mod lists;
mod merged;
mod nodes;
mod oddities;
mod own_course;
mod recipients;
mod regrades;
mod releases;
mod retention;
mod roles;
mod schedule;
mod scores;
mod seen;
mod services_over_http;
mod time;
mod tokens;
mod unopened;
mod withdrawing;
mod worker;

use bench::{Bench, benches, benches_of};
