//! From a grade in the practice LMS to a badge that verifies, over HTTP, on each database.

mod actions;
mod awarding;
mod bench;
mod beyond;
mod canvas;
mod columns;
mod console;
mod counted_copies;
mod cycles;
mod database;
mod ended;
mod erased;
mod faults;
mod files;
mod former;
mod glance;
mod gradebook;
mod institution_badges;
mod lists;
mod makers;
mod merged;
mod moved;
mod nodes;
mod oddities;
mod outside;
mod own_course;
mod programmes;
mod recipients;
mod regrades;
mod releases;
mod replay;
mod rest_grades;
mod retention;
mod roles;
mod schedule;
mod scores;
mod sections;
mod seen;
mod services_over_http;
mod time;
mod tokens;
mod unopened;
mod versions;
mod withdrawing;
mod worker;

use std::sync::Arc;

use crate::ids::ActivityId;
use crate::service::Cairn;
use crate::service::award::uploads::{Receiving, Sent};
use crate::service::base::session::Visitor;
use bench::{Bench, benches, benches_of};

/// A file as a form brings one.
async fn sent(
    cairn: &Arc<Cairn>,
    visitor: &Visitor,
    activity: &ActivityId,
    name: &str,
    content: &[u8],
) -> Option<Sent> {
    let mut receiving = Receiving::of(Arc::clone(cairn), visitor, activity.clone());
    receiving.add(content).await;
    receiving.end(name.to_owned()).await.map(Sent::Here)
}
