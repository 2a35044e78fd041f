//! What tells the activities and columns of a course apart that bear one name.

use std::collections::HashMap;

use crate::domain::course::{LineItem, Link};
use crate::domain::evidence::Activity;
use crate::domain::namesakes::{Mark, Named, marks};
use crate::ids::{ActivityId, CourseId, LineItemId, LinkId, TenantId};
use crate::store::{Db, StoreError, activities, line_items, links, tenants};

/// The marks of activities, oldest first, that bear the name of another one of them.
pub(crate) fn of_activities(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    all: &[Activity],
) -> Result<HashMap<ActivityId, Mark>, StoreError> {
    if all.len() < 2 {
        return Ok(HashMap::new());
    }
    let links = links::list(db, tenant, course)?;
    let named = |activity: &Activity| Named {
        id: activity.id.clone(),
        name: activity.title.clone(),
        link: title_of(&links, &activity.link),
        since: activity.created_at,
    };
    let named: Vec<_> = all.iter().map(named).collect();
    Ok(marks(&named, tenants::zone(db, tenant)?))
}

/// The marks of columns, oldest first, that bear the name of another one of them and are worth the same.
pub(crate) fn of_columns(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    all: &[LineItem],
) -> Result<HashMap<LineItemId, Mark>, StoreError> {
    if all.len() < 2 {
        return Ok(HashMap::new());
    }
    let since = line_items::known_since(db, tenant, course)?;
    let links = links::list(db, tenant, course)?;
    let activities = activities::for_course(db, tenant, course)?;
    let opened_by = |item: &LineItem| {
        let own = activities
            .iter()
            .find(|one| one.line_item.as_ref() == Some(&item.id));
        let named = || {
            links
                .iter()
                .find(|link| item.resource_link_id.as_ref() == Some(&link.resource_link_id))
        };
        match own {
            Some(activity) => title_of(&links, &activity.link),
            None => named().and_then(|link| title_of(&links, &link.id)),
        }
    };
    let named = |item: &LineItem| {
        Some(Named {
            id: item.id.clone(),
            name: format!("{} {} {}", item.label, item.maximum.normalize(), item.is_scale),
            link: opened_by(item),
            since: *since.get(&item.id)?,
        })
    };
    let named: Vec<_> = all.iter().filter_map(named).collect();
    Ok(marks(&named, tenants::zone(db, tenant)?))
}

/// What the course calls a link that somebody has opened there.
fn title_of(links: &[Link], id: &LinkId) -> Option<String> {
    let link = links.iter().find(|link| link.id == *id)?;
    link.title
        .clone()
        .filter(|title| link.is_the_platforms() && !title.trim().is_empty())
}
