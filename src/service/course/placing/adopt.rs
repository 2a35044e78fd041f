//! The first launch of what was placed. All of it runs in the launch's transaction.

use chrono::{DateTime, Utc};

use crate::domain::course::{LineItemState, Link, Opens, PLACED};
use crate::domain::evidence::Activity;
use crate::ids::PlacementId;
use crate::random::Random;
use crate::service::base::queue::{self, EnsureLineItem};
use crate::store::links::LinkSeen;
use crate::store::placements::Placement;
use crate::store::{Db, StoreError, activities, courses, line_items, links, placements};

/// What the link of a placed activity is called until the platform names it.
pub(super) fn place_name(id: &PlacementId) -> String {
    format!("{PLACED}{id}")
}

/// Whether an activity that was placed has been opened by nobody yet, so that its link has no name at the platform.
pub(in crate::service) fn keeps_place(db: &mut Db, activity: &Activity) -> Result<bool, StoreError> {
    let own = links::get(db, &activity.tenant, &activity.link)?;
    Ok(own.is_some_and(|own| own.resource_link_id.starts_with(PLACED)))
}

/// Whether the platform no longer has the column of an activity: it was deleted, or belongs to a registration that is not
/// the course's any more.
pub(super) fn column_is_gone(db: &mut Db, activity: &Activity) -> Result<bool, StoreError> {
    let Some(item) = &activity.line_item else {
        return Ok(false);
    };
    let item = line_items::get(db, &activity.tenant, item)?;
    Ok(item.is_some_and(|item| item.state == LineItemState::Gone))
}

/// Whether the link of an activity is of a former registration.
fn is_of_former(db: &mut Db, activity: &Activity) -> Result<bool, StoreError> {
    let link = links::get(db, &activity.tenant, &activity.link)?;
    let course = courses::get(db, &activity.tenant, &activity.course)?;
    Ok(link
        .zip(course)
        .is_some_and(|(link, course)| link.is_of_former(&course)))
}

/// The placement, if it was made for this very course: an id of another course comes with a copy of it, and is not ours
/// to follow.
fn placed(db: &mut Db, id: &PlacementId, seen: &LinkSeen) -> Result<Option<Placement>, StoreError> {
    let found = placements::get(db, &seen.tenant, id)?;
    Ok(found.filter(|placement| placement.course == seen.course))
}

/// Gives the place that was kept for an activity to the link that was launched with its id. Its column is the link's own,
/// or is made now.
pub(in crate::service) fn adopt(
    db: &mut Db,
    id: &PlacementId,
    seen: &LinkSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let Some(placement) = placed(db, id, seen)? else {
        return Ok(());
    };
    let Opens::Activity { activity } = &placement.opens else {
        return Ok(());
    };
    if !links::adopt(db, &place_name(id), seen)? {
        return Ok(());
    }
    let Some(activity) = activities::get(db, &seen.tenant, activity)? else {
        return Ok(());
    };
    let is_gone = column_is_gone(db, &activity)?;
    // An activity that was placed twice before anybody opened it belongs to the link that is opened first. One whose column is
    // gone belongs to the link that was placed since, as does one whose link is of a former registration and can get none.
    let could_get_none = activity.line_item.is_none() && is_of_former(db, &activity)?;
    if is_gone || could_get_none || keeps_place(db, &activity)? {
        let all = links::list(db, &seen.tenant, &seen.course)?;
        let here = all
            .iter()
            .find(|link| link.resource_link_id == seen.resource_link_id);
        if let Some(here) = here {
            activities::set_link(db, &seen.tenant, &activity.id, &here.id)?;
        }
    }
    if is_gone || activity.line_item.is_none() {
        let job = EnsureLineItem::of(db, &activity)?;
        queue::enqueue(db, &activity.tenant, &job, now, now, random)?;
    }
    Ok(())
}

/// Says what a link opens that nobody has chosen for yet, by what was placed. A second link of a placed activity is a
/// copy that the platform made: it asks again, because two links would share one set of hand-ins.
pub(in crate::service) fn settle(db: &mut Db, id: &PlacementId, mut link: Link) -> Result<Link, StoreError> {
    if link.opens != Opens::Unchosen {
        return Ok(link);
    }
    let seen = LinkSeen {
        tenant: link.tenant.clone(),
        course: link.course.clone(),
        resource_link_id: link.resource_link_id.clone(),
        title: None,
        line_item_url: None,
    };
    let Some(placement) = placed(db, id, &seen)? else {
        return Ok(link);
    };
    link.opens = match placement.opens {
        Opens::Activity { activity } => Opens::CopyOf { activity },
        other => other,
    };
    links::set_opens(db, &link.tenant, &link.id, &link.opens)?;
    Ok(link)
}
