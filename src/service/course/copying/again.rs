//! Looking again, at each later check, for what was not found at first: a column that was not there before is taken where
//! it fits. What a person chose is in the rule from then on and is never looked at again.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::map::rewrite;
use super::recognise::recognise;
use super::source::{Source, columns, outside_columns};
use super::{links as copied_links, placeholder};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::copying::{Mapping, Permission, match_columns, match_outside};
use crate::domain::course::{CopyState, Course, LineItem};
use crate::domain::evidence::Activity;
use crate::domain::outside::OutsideColumn;
use crate::ids::{LineItemId, OutsideColumnId};
use crate::random::Random;
use crate::service::badge::copied_inputs::PLACEHOLDER;
use crate::service::badge::copied_inputs::{self, Kind};
use crate::service::course::releases;
use crate::store::{Db, StoreError, activities, audit, badges, copies, courses, line_items, links, rules};

/// Looks again for what was not found, now that the course was read: by a check, by the interface of the LMS, or from a gradebook
/// file. Run it in the transaction that writes the columns, or after it.
pub(crate) fn map_again(
    db: &mut Db,
    course: &Course,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    let copies = copies::for_course(db, tenant, &course.id)?;
    if !copies.iter().any(|copy| copy.state == CopyState::Taken) {
        return Ok(());
    }
    let new = columns(db, tenant, &course.id)?;
    recognise(db, course, &copies, &new, now, random)?;
    for copy in copies.iter().filter(|copy| copy.state == CopyState::Taken) {
        let (waiting, waiting_outside) = waiting_columns(db, course)?;
        let waiting_activities = waiting_activities(db, course)?;
        if waiting.is_empty() && waiting_outside.is_empty() && waiting_activities.is_empty() {
            break;
        }
        let Some(from) = courses::get(db, tenant, &copy.source)? else {
            continue;
        };
        let source = Source::load(db, tenant, &from.id, Permission::Everything)?;
        let (taken, taken_outside) = taken_columns(db, course)?;
        let mut mapping = found_now(&source, &waiting, &new, &taken);
        if !waiting_outside.is_empty() {
            let mut free = outside_columns(db, tenant, &course.id)?;
            free.retain(|column| !taken_outside.contains(&column.id));
            mapping.outside = found_outside(&source, &waiting_outside, &free);
        }
        if rewrite(db, course, &mapping, now, random)? {
            let (action, subject) = (Action::CopyMapped, course.id.as_str());
            let entry = Entry::new(tenant, Actor::Cairn, action, subject, now);
            let entry = entry.detail(json!({ "columns": mapping.columns, "outside": mapping.outside }));
            audit::record(db, &entry, random)?;
        }
        let all = match_columns(&source.items, &new);
        for (activity, origin) in waiting_activities {
            let old = source
                .activities
                .iter()
                .find(|one| placeholder(one.id.as_str()) == origin);
            let found = old.and_then(|old| all.get(old.line_item.as_ref()?));
            if let Some(column) = found.and_then(|found| new.iter().find(|item| item.id == found.to)) {
                if let Some(from) = old.and_then(|old| old.line_item.as_ref()) {
                    releases::carry(db, tenant, from, &column.id)?;
                }
                copied_links::found_column(db, course, &activity.id, column, now, random)?;
            }
        }
    }
    copied_inputs::settle_all(db, course, now, random)
}

/// What stands in for the columns that are waited for, by name.
fn found_now(
    source: &Source,
    waiting: &HashMap<LineItemId, LineItem>,
    new: &[LineItem],
    taken: &HashSet<LineItemId>,
) -> Mapping {
    let read = source.read_items();
    // Old columns that no rule reads count as well: they may be the ones that a new column stands for.
    let mut old: Vec<LineItem> = source
        .items
        .iter()
        .filter(|item| !read.contains(&item.id))
        .cloned()
        .collect();
    let names: HashSet<String> = source
        .items
        .iter()
        .map(|item| placeholder(item.id.as_str()))
        .collect();
    old.extend(waiting.values().filter(|item| names.contains(&item.url)).cloned());
    let free: Vec<LineItem> = new
        .iter()
        .filter(|item| !taken.contains(&item.id))
        .cloned()
        .collect();
    let mut mapping = Mapping::default();
    for (from, found) in match_columns(&old, &free) {
        if waiting.contains_key(&from) {
            mapping.columns.insert(from, found.to);
        }
    }
    mapping
}

/// The same of columns that are none of ours. Old ones that something stands for already are no candidates any more.
fn found_outside(
    source: &Source,
    waiting: &HashSet<OutsideColumnId>,
    free: &[OutsideColumn],
) -> HashMap<OutsideColumnId, OutsideColumnId> {
    let read = source.read_outside();
    let mut old = source.outside.clone();
    old.retain(|column| waiting.contains(&column.id) || !read.contains(&column.id));
    let found = match_outside(&old, free).into_iter();
    found
        .filter(|(from, _)| waiting.contains(from))
        .map(|(from, found)| (from, found.to))
        .collect()
}

/// The stand-ins that copied drafts of a course read, and the columns of the old course that are none of ours.
fn waiting_columns(
    db: &mut Db,
    course: &Course,
) -> Result<(HashMap<LineItemId, LineItem>, HashSet<OutsideColumnId>), StoreError> {
    let (mut waiting, mut outside) = (HashMap::new(), HashSet::new());
    for (badge, _) in badges::copied(db, &course.tenant, &course.id)? {
        if !copied_inputs::rests(&badge) {
            continue;
        }
        for missing in copied_inputs::of_badge(db, course, &badge)? {
            if missing.kind == Kind::Outside {
                outside.insert(missing.id.as_str().into());
            }
            if missing.kind == Kind::Column
                && let Some(item) = line_items::get(db, &course.tenant, &missing.id.as_str().into())?
            {
                waiting.insert(item.id.clone(), item);
            }
        }
    }
    Ok((waiting, outside))
}

/// Columns that a rule of a copied badge reads already, and those of them that are none of ours.
fn taken_columns(
    db: &mut Db,
    course: &Course,
) -> Result<(HashSet<LineItemId>, HashSet<OutsideColumnId>), StoreError> {
    let (mut taken, mut outside) = (HashSet::new(), HashSet::new());
    for (badge, _) in badges::copied(db, &course.tenant, &course.id)? {
        for rule in rules::for_badge(db, &course.tenant, &badge.id)? {
            taken.extend(rule.root.line_items().cloned());
            outside.extend(rule.root.outside_columns().cloned());
        }
    }
    Ok((taken, outside))
}

/// Copied activities without a column that wait for their link, each with the name of the link that stands in for it.
fn waiting_activities(db: &mut Db, course: &Course) -> Result<Vec<(Activity, String)>, StoreError> {
    let mut waiting = Vec::new();
    for activity in activities::for_course(db, &course.tenant, &course.id)? {
        if activity.line_item.is_some() {
            continue;
        }
        if let Some(link) = links::get(db, &course.tenant, &activity.link)?
            && link.resource_link_id.starts_with(PLACEHOLDER)
        {
            waiting.push((activity, link.resource_link_id));
        }
    }
    Ok(waiting)
}
