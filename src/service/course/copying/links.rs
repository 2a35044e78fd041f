//! Copied links: each opens what stands for what it opened in the old course.
//!
//! A copied activity waits behind a link that no platform knows, named after the activity it was copied from. That link
//! stays when a real one is found, so that every further copy of the old link finds the same activity.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::placeholder;
use crate::domain::course::{Course, LineItem, Link, Opens};
use crate::domain::evidence::Activity;
use crate::ids::{ActivityId, BadgeId};
use crate::random::Random;
use crate::service::badge::copied_inputs::{self, PLACEHOLDER};
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, EnsureLineItem};
use crate::store::{Db, StoreError, activities, badges, copies, links};

/// How far back a badge's ancestors are looked for.
const GENERATIONS: usize = 20;

/// Has a new link open what its item stands for here, and ties a copied activity to the first real link that opens it.
pub(super) fn open(
    db: &mut Db,
    course: &Course,
    mut link: Link,
    item: Option<&str>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Link, ServiceError> {
    if let (Opens::Unchosen, Some(item)) = (&link.opens, item)
        && let Some(opens) = what_it_opens(db, course, item)?
    {
        links::set_opens(db, &course.tenant, &link.id, &opens)?;
        link.opens = opens;
    }
    if let Opens::Activity { activity } = &link.opens
        && tie(db, course, activity, &link, now, random)?
    {
        copied_inputs::settle_all(db, course, now, random)?;
    }
    Ok(link)
}

/// What an item of another course stands for here; nothing for an item of this course, and for one that was not copied.
fn what_it_opens(db: &mut Db, course: &Course, item: &str) -> Result<Option<Opens>, StoreError> {
    if let Some((placed_in, opens)) = copies::placed_in(db, &course.tenant, item)? {
        if placed_in == course.id {
            return Ok(None);
        }
        let Ok(mut opens) = serde_json::from_str::<Value>(&opens) else {
            return Ok(None);
        };
        if !translate(db, course, &mut opens)? {
            return Ok(None);
        }
        return Ok(serde_json::from_value(opens).ok());
    }
    let activity = copied_activity(db, course, item)?;
    Ok(activity.map(|activity| Opens::Activity { activity }))
}

/// Puts the ids of this course in place of those of the old one. `false`: one of them stands for nothing here.
fn translate(db: &mut Db, course: &Course, value: &mut Value) -> Result<bool, StoreError> {
    match value {
        Value::String(text) if uuid::Uuid::try_parse(text).is_ok() => {
            let mut here = copied_activity(db, course, text)?.map(|id| id.to_string());
            if here.is_none() {
                here = copied_badge(db, course, text)?.map(|id| id.to_string());
            }
            let Some(here) = here else { return Ok(false) };
            *text = here;
            Ok(true)
        }
        Value::Object(members) => members
            .values_mut()
            .try_fold(true, |all, member| Ok(all && translate(db, course, member)?)),
        Value::Array(members) => members
            .iter_mut()
            .try_fold(true, |all, member| Ok(all && translate(db, course, member)?)),
        _ => Ok(true),
    }
}

/// The activity of this course that was copied from the one of that id.
fn copied_activity(db: &mut Db, course: &Course, source: &str) -> Result<Option<ActivityId>, StoreError> {
    let stands_in = links::by_resource_link(db, &course.tenant, &course.id, &placeholder(source))?;
    Ok(match stands_in.map(|link| link.opens) {
        Some(Opens::Activity { activity }) => Some(activity),
        _ => None,
    })
}

/// The badge of this course that was copied from the one of that id, perhaps by way of other courses.
fn copied_badge(db: &mut Db, course: &Course, source: &str) -> Result<Option<BadgeId>, StoreError> {
    for (badge, from) in badges::copied(db, &course.tenant, &course.id)? {
        let mut ancestor = Some(from);
        for _ in 0..GENERATIONS {
            let Some(id) = ancestor else { break };
            if id.as_str() == source {
                return Ok(Some(badge.id));
            }
            ancestor = badges::copied_from(db, &course.tenant, &id)?;
        }
    }
    Ok(None)
}

/// Activities that came along and that no link of the platform opens yet.
pub(in crate::service) fn waiting(db: &mut Db, course: &Course) -> Result<Vec<Activity>, StoreError> {
    let mut waiting = Vec::new();
    for activity in activities::for_course(db, &course.tenant, &course.id)? {
        let link = links::get(db, &course.tenant, &activity.link)?;
        if link.is_some_and(|link| link.resource_link_id.starts_with(PLACEHOLDER)) {
            waiting.push(activity);
        }
    }
    Ok(waiting)
}

/// Has a link that opens nothing yet open an activity that waits for its link, as a person says. `false`: it does not wait.
pub(in crate::service) fn open_waiting(
    db: &mut Db,
    course: &Course,
    activity: &ActivityId,
    link: &Link,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let waits = activities::get(db, &course.tenant, activity)?.is_some_and(|known| known.course == course.id);
    if !waits || !tie(db, course, activity, link, now, random)? {
        return Ok(false);
    }
    copied_inputs::settle_all(db, course, now, random)?;
    Ok(true)
}

/// Ties an activity that waits for its link to `link`. Says whether it did.
fn tie(
    db: &mut Db,
    course: &Course,
    activity: &ActivityId,
    link: &Link,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let tenant = &course.tenant;
    let waits = activities::get(db, tenant, activity)?.filter(|known| known.link != link.id);
    let Some(mut activity) = waits else {
        return Ok(false);
    };
    let holder = links::get(db, tenant, &activity.link)?;
    let stands_in = holder.is_some_and(|holder| holder.resource_link_id.starts_with(PLACEHOLDER));
    if !stands_in || activities::by_link(db, tenant, &link.id)?.is_some() {
        return Ok(false);
    }
    activities::set_link(db, tenant, &activity.id, &link.id)?;
    activity.link = link.id.clone();
    if activity.line_item.is_none() {
        let job = EnsureLineItem::of(db, &activity)?;
        queue::enqueue(db, tenant, &job, now, now, random)?;
    }
    Ok(true)
}

/// Says which column a copied activity has, and ties it to the link that came with that column.
pub(super) fn found_column(
    db: &mut Db,
    course: &Course,
    activity: &ActivityId,
    column: &LineItem,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    activities::set_line_item(db, tenant, activity, Some(&column.id))?;
    for link in links::list(db, tenant, &course.id)? {
        if link.opens == Opens::Unchosen && link.line_item_url.as_deref() == Some(column.url.as_str()) {
            let opens = Opens::Activity {
                activity: activity.clone(),
            };
            links::set_opens(db, tenant, &link.id, &opens)?;
            tie(db, course, activity, &link, now, random)?;
        }
    }
    Ok(())
}
