//! Evidence activities that were chosen for the course and that nobody has opened: perhaps the form of the platform was left
//! without saving it, and the activity is nowhere. A teacher may remove one on which nothing hangs.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::adopt;
use crate::domain::audit::Action;
use crate::domain::course::Opens;
use crate::domain::evidence::Activity;
use crate::domain::namesakes::Mark;
use crate::domain::page::Page;
use crate::domain::policy::Power;
use crate::ids::ActivityId;
use crate::service::Cairn;
use crate::service::base::activities::in_course;
use crate::service::base::error::ServiceError;
use crate::service::base::namesakes;
use crate::service::base::policies;
use crate::service::base::refusal::PlacingRefusal;
use crate::service::base::session::Visitor;
use crate::store::placements::Placement;
use crate::store::{Db, StoreError, activities, audit, links, placements, rules, submissions};

/// What was chosen for the course and never opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unopened {
    /// Oldest first.
    pub(crate) activities: Vec<Activity>,
    /// What tells those apart that bear one name.
    pub(crate) marks: HashMap<ActivityId, Mark>,
}

/// The activities of the visit's course that may be removed.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "removing.unopened", level = "debug", skip_all)]
pub(crate) async fn unopened(cairn: &Cairn, visitor: &Visitor) -> Result<Unopened, ServiceError> {
    visitor.look()?;
    let visitor = visitor.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let mut found = Vec::new();
        for activity in activities::for_course(db, tenant, course)? {
            if kept_by(db, &activity)?.is_none() {
                found.push(activity);
            }
        }
        Ok(Unopened {
            marks: namesakes::of_activities(db, tenant, course, &found)?,
            activities: found,
        })
    });
    found.await
}

/// One of them, before it is removed.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for an activity of another course,
/// [`ServiceError::Refused`] for one that was opened or on which something hangs.
#[tracing::instrument(name = "removing.review_removal", level = "debug", skip_all, fields(activity = id.as_str()))]
pub(crate) async fn review_removal(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &ActivityId,
) -> Result<Activity, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let activity = own(db, &visitor, &id)?.ok_or(ServiceError::NotFound("evidence activity"))?;
        match kept_by(db, &activity)? {
            Some(why) => Err(why.into()),
            None => Ok(activity),
        }
    });
    found.await
}

/// Removes one of them, with the places that were kept for its links. What is gone already is left so.
///
/// # Errors
/// As [`review_removal`]; [`ServiceError::Policy`] where only administrators place something.
#[tracing::instrument(name = "removing.remove", skip_all, fields(activity = id.as_str()))]
pub(crate) async fn remove(cairn: &Cairn, visitor: &Visitor, id: &ActivityId) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let removed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        policies::require(db, &visitor, Power::Place)?;
        let Some(activity) = own(db, &visitor, &id)? else {
            return Ok(());
        };
        if let Some(why) = kept_by(db, &activity)? {
            return Err(why.into());
        }
        take_away(db, &activity)?;
        let entry = visitor.entry(Action::LinkRemoved, id.as_str(), now);
        let entry = entry.detail(json!({ "title": activity.title }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(())
    });
    removed.await
}

/// The activity, unless it was removed.
fn own(db: &mut Db, visitor: &Visitor, id: &ActivityId) -> Result<Option<Activity>, ServiceError> {
    match activities::get(db, visitor.tenant(), id)? {
        Some(activity) if activity.course != visitor.course.id => {
            Err(ServiceError::NotFound("evidence activity"))
        }
        known => Ok(known),
    }
}

/// Why an activity stays.
fn kept_by(db: &mut Db, activity: &Activity) -> Result<Option<PlacingRefusal>, StoreError> {
    let tenant = &activity.tenant;
    // One that was copied waits for a link of its own, and is not looked at here.
    if !adopt::keeps_place(db, activity)? {
        return Ok(Some(PlacingRefusal::Opened));
    }
    // Its column came with the link, so the form of the platform was saved.
    let there = in_course(db, tenant, &activity.course, |_| false)?;
    if there.iter().any(|known| known.id == activity.id) {
        return Ok(Some(PlacingRefusal::Opened));
    }
    if submissions::latest_for_activity(db, tenant, &activity.id, None, Page::first(1))?.1 > 0 {
        return Ok(Some(PlacingRefusal::HasWork));
    }
    Ok(rules::names_activity(db, tenant, &activity.id)?.then_some(PlacingRefusal::InRule))
}

/// Takes the activity away, and whatever was to lead to it.
fn take_away(db: &mut Db, activity: &Activity) -> Result<(), ServiceError> {
    let (tenant, course) = (&activity.tenant, &activity.course);
    let own = links::get(db, tenant, &activity.link)?.ok_or(ServiceError::NotFound("link"))?;
    activities::delete(db, tenant, &activity.id)?;
    let leads = |one: &Placement| matches!(&one.opens, Opens::Activity { activity: opened } if *opened == activity.id);
    let placed = placements::for_course(db, tenant, course)?;
    for placement in placed.into_iter().filter(leads) {
        let place = adopt::place_name(&placement.id);
        if place != own.resource_link_id {
            links::delete_placeholder(db, tenant, course, &place)?;
        }
        placements::delete(db, tenant, &placement.id)?;
    }
    // Somebody may be opening it at this moment: then the link has its name, and everything stays as it was.
    if links::delete_placeholder(db, tenant, course, &own.resource_link_id)? {
        Ok(())
    } else {
        Err(PlacingRefusal::Opened.into())
    }
}
