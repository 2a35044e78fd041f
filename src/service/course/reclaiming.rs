//! Activities whose link, and so their column, is another registration's than the one through which their course is read, while
//! that one has a link to them too: they belong to that link again. So it is when a join of platforms was taken back, or done
//! once more, and the activity had been put into the course by both.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::domain::course::{Course, LineItem, LineItemState, Link, Opens};
use crate::domain::evidence::Activity;
use crate::random::Random;
use crate::service::base::queue::{self, EnsureLineItem};
use crate::store::{Db, StoreError, activities, line_items, links};

/// Gives activities the link that the registration has which speaks for the course, and has their column sought. Run it in the
/// transaction of a check that could list the columns.
pub(super) fn reclaim(
    db: &mut Db,
    course: &Course,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    let mut items = line_items::for_course(db, tenant, &course.id)?;
    items.retain(|item| item.state != LineItemState::Gone);
    let all = links::list(db, tenant, &course.id)?;
    for activity in activities::for_course(db, tenant, &course.id)? {
        let has_column = items
            .iter()
            .any(|item| activity.line_item.as_ref() == Some(&item.id));
        if has_column {
            continue;
        }
        let present = links::get(db, tenant, &activity.link)?;
        let is_anothers = present.is_some_and(|link| link.is_the_platforms() && link.is_of_former(course));
        let own = own_link(course, &activity, &all, &items).filter(|_| is_anothers);
        let Some(own) = own else { continue };
        if activities::by_link(db, tenant, &own.id)?.is_some() {
            continue;
        }
        activities::set_link(db, tenant, &activity.id, &own.id)?;
        let job = EnsureLineItem::of(db, &activity)?;
        queue::enqueue(db, tenant, &job, now, now, random)?;
    }
    Ok(())
}

/// The newest link to an activity that the course's registration launches and whose column is listed, else the newest one whose
/// column no launch named. That of another one was deleted.
fn own_link<'a>(
    course: &Course,
    activity: &Activity,
    links: &'a [Link],
    listed: &[LineItem],
) -> Option<&'a Link> {
    let opens = Opens::Activity {
        activity: activity.id.clone(),
    };
    let urls: HashSet<&str> = listed.iter().map(|item| item.url.as_str()).collect();
    let speaks = Some(&course.registration);
    let is_own =
        |link: &&Link| link.opens == opens && link.is_the_platforms() && link.launched_by.as_ref() == speaks;
    let own: Vec<&Link> = links.iter().rev().filter(is_own).collect();
    let has_column = |link: &&&Link| {
        let url = link.line_item_url.as_deref();
        url.is_some_and(|url| urls.contains(url))
    };
    let found = own.iter().find(has_column);
    let found = found.or_else(|| own.iter().find(|link| link.line_item_url.is_none()));
    found.copied()
}
