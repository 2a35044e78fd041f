//! `core_course_get_updates_since`: what changed in activities. Nothing tells of what is typed or hidden in the gradebook.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::super::world::model::{Cell, Column};
use super::access::{activities, can, reaches};
use super::{Call, Outcome, assign, entered, submission};

/// The activities that changed after that second.
pub(super) fn since(call: &Call<'_>) -> Outcome {
    let course = entered(call, "requireloginerror")?;
    let since = call.seconds("since").unwrap_or(0);
    let is_after = |time: DateTime<Utc>| time.timestamp() > since;
    let mut instances = Vec::new();
    for activity in activities(course) {
        if !reaches(call, course, &activity) {
            continue;
        }
        let mut updates = Vec::new();
        if let Some(column) = activity.column {
            if let Some(time) = column.facts.configured.filter(|time| is_after(*time)) {
                updates.push(json!({"name": "configuration", "timeupdated": time.timestamp()}));
            }
            let (right, handed_in) = match activity.module {
                "quiz" => ("mod/quiz:viewreports", "userattempts"),
                _ => ("mod/assign:viewgrades", "usersubmissions"),
            };
            // Without the right these parts are missing, in silence.
            if matches!(activity.module, "assign" | "quiz") && can(call, course, right) {
                let submitted = |cell: &Cell| cell.facts.submitted.is_some_and(is_after);
                updates.extend(named(column, handed_in, &submitted));
                let graded =
                    |cell: &Cell| assign::has_grade_row(cell) && is_after(assign::module_changed(cell));
                updates.extend(named(column, "usergrades", &graded));
            }
        }
        if !updates.is_empty() {
            instances.push(json!({"contextlevel": "module", "id": activity.cmid, "updates": updates}));
        }
    }
    Ok(json!({"instances": instances, "warnings": []}))
}

fn named(column: &Column, name: &str, is_meant: &dyn Fn(&Cell) -> bool) -> Option<Value> {
    let mut ids: Vec<u64> = column
        .cells
        .iter()
        .filter(|(_, cell)| is_meant(cell))
        .map(|(person, _)| submission(column, *person))
        .collect();
    ids.sort_unstable();
    (!ids.is_empty()).then(|| json!({"name": name, "itemids": ids}))
}
