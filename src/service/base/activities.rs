//! Which evidence activities are in their course for certain.

use crate::domain::course::{LineItem, LineItemState, Link};
use crate::domain::evidence::Activity;
use crate::ids::{ActivityId, CourseId, TenantId};
use crate::store::{Db, StoreError, activities, line_items, links};

/// The activities of a course that a link of the platform opens or whose column the platform lists, and those that are `kept`
/// all the same; oldest first. One that was chosen for the course, or copied with a badge, and never opened may be nowhere:
/// an instructor may have left the form of the platform without saving it.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn in_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    kept: impl Fn(&ActivityId) -> bool,
) -> Result<Vec<Activity>, StoreError> {
    let mut all = activities::for_course(db, tenant, course)?;
    if all.is_empty() {
        return Ok(all);
    }
    let links = links::list(db, tenant, course)?;
    let items = line_items::for_course(db, tenant, course)?;
    all.retain(|activity| is_there(activity, &links, &items) || kept(&activity.id));
    Ok(all)
}

fn is_there(activity: &Activity, links: &[Link], items: &[LineItem]) -> bool {
    let is_opened = || {
        links
            .iter()
            .any(|link| link.id == activity.link && link.is_the_platforms())
    };
    let has_column = || {
        items.iter().any(|item| {
            item.state != LineItemState::Gone && item.resource_id.as_deref() == Some(activity.id.as_str())
        })
    };
    activity.line_item.is_some() || is_opened() || has_column()
}
