//! From a verified message to a page of the course. All of it runs in the launch's transaction.

use chrono::{DateTime, Utc};
use url::Url;

use super::leads::{Destination, Review};
use crate::domain::badge::BadgeState;
use crate::domain::course::{Course, Link, Opens};
use crate::ids::{ActivityId, PlacementId};
use crate::random::Random;
use crate::service::course::links as opening;
use crate::service::course::placing;
use crate::service::course::placing::{ITEM, REVIEW};
use crate::store::links::LinkSeen;
use crate::store::{Db, StoreError, activities, badges, line_items, links, people, platforms};
use lti::claims::{Launch, Message, ResourceLink};

/// The link that the launch comes from. Canvas's course navigation has none: it opens the course itself.
pub(super) fn own_link(launch: &Launch) -> Option<&ResourceLink> {
    launch.resource_link().filter(|link| !link.stands_for_course)
}

/// The link behind the launch; `known` is the row of that name, if it has one. What deep linking placed is known by its
/// id, which came back in the custom parameters.
pub(super) fn refresh_link(
    db: &mut Db,
    course: &Course,
    known: Option<Link>,
    launch: &Launch,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<Link>, StoreError> {
    let Some(resource) = own_link(launch) else {
        return Ok(None);
    };
    let seen = LinkSeen {
        tenant: course.tenant.clone(),
        course: course.id.clone(),
        resource_link_id: resource.id.clone(),
        title: resource.title.clone(),
        line_item_url: launch
            .ags
            .as_ref()
            .and_then(|ags| ags.lineitem.as_ref())
            .map(ToString::to_string),
    };
    let link = match launch.custom_text(ITEM).map(PlacementId::from) {
        Some(id) => {
            placing::adopt(db, &id, &seen, now, random)?;
            // The place that was kept may have that name by now.
            let link = links::upsert_from_launch(db, &seen, now, random)?;
            placing::settle(db, &id, link)?
        }
        None => links::refresh_from_launch(db, known, &seen, now, random)?,
    };
    Ok(Some(opening::adopt(db, course, link)?))
}

/// Where the message leads in its course.
pub(super) fn of(
    db: &mut Db,
    course: &Course,
    launch: &Launch,
    link: Option<&Link>,
) -> Result<Destination, StoreError> {
    match &launch.message {
        Message::DeepLinking { .. } => Ok(Destination::Picker),
        Message::SubmissionReview {
            for_user, lineitem, ..
        } => {
            let custom = launch.custom_text(REVIEW).map(ActivityId::from);
            review(db, course, for_user, lineitem, custom, link).map(Destination::Review)
        }
        Message::ResourceLink { .. } => {
            let teaches = launch.roles.is_instructor();
            let Some(link) = link else {
                return Ok(Destination::Course);
            };
            Ok(match &link.opens {
                Opens::Activity { activity } => Destination::Activity(activity.clone()),
                Opens::Unchosen | Opens::CopyOf { .. } if teaches => Destination::Choose(link.id.clone()),
                Opens::Badge { badge } | Opens::Stack { badge } => {
                    let known = badges::get(db, &course.tenant, badge)?;
                    let lives = known.is_some_and(|badge| {
                        badge.course == course.id
                            && (teaches
                                || matches!(badge.state, BadgeState::Active | BadgeState::Paused { .. }))
                    });
                    // A draft is nobody's business yet, and a retired badge stands among those that were earned.
                    if lives {
                        Destination::Badge(badge.clone())
                    } else {
                        Destination::Course
                    }
                }
                Opens::Unchosen | Opens::CopyOf { .. } | Opens::MyBadges => Destination::Course,
            })
        }
    }
}

/// The activity by our own id in the custom parameters, else by its column, else by the link.
fn review(
    db: &mut Db,
    course: &Course,
    for_user: &str,
    line_item: &Url,
    custom: Option<ActivityId>,
    link: Option<&Link>,
) -> Result<Review, StoreError> {
    let (tenant, id) = (&course.tenant, &course.id);
    let item = line_items::by_url(db, tenant, id, line_item.as_str())?;
    let of_link = link.and_then(|link| match &link.opens {
        Opens::Activity { activity } => Some(activity),
        _ => None,
    });
    let all = activities::for_course(db, tenant, id)?;
    let found = all
        .iter()
        .find(|one| custom.as_ref() == Some(&one.id))
        .or_else(|| {
            all.iter().find(|one| {
                item.as_ref()
                    .is_some_and(|item| one.line_item.as_ref() == Some(&item.id))
            })
        })
        .or_else(|| all.iter().find(|one| of_link == Some(&one.id)));
    let Some(activity) = found else {
        return Ok(Review::ColumnUnknown);
    };
    let home = platforms::home_of_course(db, tenant, id)?;
    let person = people::by_sub(db, tenant, &home, for_user)?;
    Ok(match person {
        Some(person) => Review::Student {
            activity: activity.id.clone(),
            person: person.id,
        },
        None => Review::StudentUnknown,
    })
}
