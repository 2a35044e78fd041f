//! Columns that a platform made anew: Moodle's course reset gives the column of an activity another id and takes from it
//! everything that we gave it. What rules and activities name goes on under its own id, at the new address.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::read::Reading;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::columns::{NewColumn, remade};
use crate::domain::course::{Course, LineItem};
use crate::ids::LineItemId;
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::refusal::PlatformService;
use crate::service::course::reach::vetted;
use crate::store::line_items::ItemSeen;
use crate::store::{Db, StoreError, activities, audit, line_items, links, posted_scores, rules};
use lti::registration::Registration;
use lti::services::Platform;
use lti::services::error::Reason;

/// How addresses begin that no platform has.
const OURS: &str = "urn:";

/// Which of the columns that the platform lists it made in place of one of ours. Each of ours is asked for once more: only
/// what answers that it is not there is replaced.
pub(super) async fn look(
    cairn: &Cairn,
    course: &Course,
    registration: &Registration,
    platform: &Platform,
    reading: &Reading,
) -> Vec<(LineItemId, String)> {
    let Some(listed) = reading.items.clone() else {
        return Vec::new();
    };
    let here = course.clone();
    let found = cairn.store.read(move |db| candidates(db, &here, &listed)).await;
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "columns that were made anew are not looked for");
            return Vec::new();
        }
    };
    let mut remade = Vec::new();
    for (item, url) in found {
        let Ok(old) = vetted(registration, Some(&item.url), PlatformService::Grades) else {
            continue;
        };
        let answer = platform.line_item(&old).await;
        if answer.is_err_and(|error| matches!(error.reason, Reason::NotFound)) {
            remade.push((item.id, url));
        }
    }
    remade
}

/// The pairs that fit, by what is known here.
fn candidates(
    db: &mut Db,
    course: &Course,
    listed: &[ItemSeen],
) -> Result<Vec<(LineItem, String)>, StoreError> {
    let (tenant, id) = (&course.tenant, &course.id);
    let there: HashSet<&str> = listed.iter().map(|seen| seen.url.as_str()).collect();
    let known = line_items::for_course(db, tenant, id)?;
    let mut told = HashMap::new();
    for activity in activities::for_course(db, tenant, id)? {
        if let (Some(item), Some(link)) = (&activity.line_item, links::get(db, tenant, &activity.link)?)
            && let Some(url) = link.line_item_url
        {
            told.insert(item.clone(), url);
        }
    }
    let (mut missing, mut new_to_us) = (Vec::new(), HashSet::new());
    for item in &known {
        let named = told.contains_key(&item.id) || is_named(db, item)?;
        if !there.contains(item.url.as_str()) {
            if named && !item.url.starts_with(OURS) {
                missing.push(item.clone());
            }
        } else if !named {
            new_to_us.insert(item.url.as_str());
        }
    }
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let of_ours: HashSet<&str> = known.iter().map(|item| item.url.as_str()).collect();
    let new: Vec<NewColumn> = listed
        .iter()
        .filter(|seen| !of_ours.contains(seen.url.as_str()) || new_to_us.contains(seen.url.as_str()))
        .map(|seen| NewColumn {
            url: seen.url.clone(),
            resource_id: seen.resource_id.clone(),
            tag: seen.tag.clone(),
            resource_link_id: seen.resource_link_id.clone(),
        })
        .collect();
    let pairs = remade(&missing, &new, &told);
    let by_id = |id: &LineItemId| missing.iter().find(|item| item.id == *id).cloned();
    Ok(pairs
        .into_iter()
        .filter_map(|(id, url)| Some((by_id(&id)?, url)))
        .collect())
}

/// Whether a rule or an activity names the column.
fn is_named(db: &mut Db, item: &LineItem) -> Result<bool, StoreError> {
    if rules::names_item(db, &item.tenant, &item.id)? {
        return Ok(true);
    }
    let all = activities::for_course(db, &item.tenant, &item.course)?;
    Ok(all
        .iter()
        .any(|activity| activity.line_item.as_ref() == Some(&item.id)))
}

/// Has our columns be the ones that the platform made in their place, and says which were. What waits for them is sent there
/// from now on. Run it in the transaction that takes over the list, before that.
pub(super) fn rebind(
    db: &mut Db,
    course: &Course,
    found: &[(LineItemId, String)],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Vec<LineItemId>, StoreError> {
    let mut rebound = Vec::new();
    for (id, url) in found {
        let item = line_items::get(db, &course.tenant, id)?;
        let Some(item) = item.filter(|item| item.course == course.id && item.url != *url) else {
            continue;
        };
        // Somebody may have named the new one while the platform was asked.
        if let Some(other) = line_items::by_url(db, &course.tenant, &course.id, url)?
            && is_named(db, &other)?
        {
            continue;
        }
        line_items::rebind(db, &item, url)?;
        posted_scores::start_afresh(db, &course.tenant, id)?;
        let entry = Entry::new(
            &course.tenant,
            Actor::Cairn,
            Action::ColumnRebound,
            id.as_str(),
            now,
        );
        audit::record(db, &entry.detail(json!({ "label": item.label })), random)?;
        rebound.push(id.clone());
    }
    Ok(rebound)
}
