//! From a verified message to a page of the course. All of it runs in the launch's transaction.

use chrono::{DateTime, Utc};
use url::Url;

use super::leads::{Destination, Review};
use crate::domain::badge::BadgeState;
use crate::domain::course::{Course, Link, Opens};
use crate::domain::evidence::Activity;
use crate::domain::policy::{Asker, Power};
use crate::ids::{ActivityId, LinkId, PlacementId, RegistrationId};
use crate::random::Random;
use crate::service::course::links as opening;
use crate::service::course::placing;
use crate::service::course::placing::{CARD, ITEM, REVIEW, VIEW};
use crate::service::course::student_work;
use crate::store::links::LinkSeen;
use crate::store::{
    Db, StoreError, activities, badges, line_items, links, people, platforms, policies, programmes,
    submissions,
};
use lti::claims::{Launch, Message, ResourceLink};

/// The link that the launch comes from. Canvas's course navigation has none: it opens the course itself.
pub(super) fn own_link(launch: &Launch) -> Option<&ResourceLink> {
    launch.resource_link().filter(|link| !link.stands_for_course)
}

/// The link behind the launch, which came by the registration `by`; `known` is the row of that name, if it has one. What deep
/// linking placed is known by its id, which came back in the custom parameters.
pub(super) fn refresh_link(
    db: &mut Db,
    course: &Course,
    known: Option<Link>,
    launch: &Launch,
    by: &RegistrationId,
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
    let mut link = opening::adopt(db, course, link)?;
    if link.launched_by.as_ref() != Some(by) {
        links::note_launch(db, &link.tenant, &link.id, by)?;
        link.launched_by = Some(by.clone());
    }
    Ok(Some(link))
}

/// Where the message leads in its course.
pub(super) fn of(
    db: &mut Db,
    course: &Course,
    launch: &Launch,
    link: Option<&Link>,
) -> Result<Destination, StoreError> {
    let teaches = launch.roles.is_instructor();
    match &launch.message {
        Message::DeepLinking { .. } => Ok(Destination::Picker),
        Message::SubmissionReview {
            for_user, lineitem, ..
        } => {
            let custom = launch.custom_text(REVIEW).map(ActivityId::from);
            match reviewed(db, course, lineitem.as_ref(), custom, link)? {
                Reviewed::Activity(activity) => {
                    review(db, course, for_user, activity).map(Destination::Review)
                }
                Reviewed::Unchosen(link) if teaches => Ok(Destination::Choose(link)),
                Reviewed::Unchosen(_) | Reviewed::Unknown => Ok(Destination::Review(Review::ColumnUnknown)),
            }
        }
        Message::ResourceLink { .. } => {
            if teaches && let Some(review) = speed_grader(db, course, launch)? {
                return Ok(Destination::Review(review));
            }
            let Some(link) = link else {
                return Ok(Destination::Course);
            };
            Ok(match &link.opens {
                Opens::Activity { activity } => Destination::Activity(activity.clone()),
                Opens::Unchosen | Opens::CopyOf { .. } if teaches && may_choose(db, course, launch)? => {
                    Destination::Choose(link.id.clone())
                }
                Opens::Badge { badge } | Opens::Stack { badge } => {
                    let known = badges::get(db, &course.tenant, badge)?;
                    // A programme has no page of this course: its card leads on.
                    if let Some(other) = known.as_ref().filter(|badge| badge.course != course.id)
                        && other.state == BadgeState::Active
                        && programmes::of_badge(db, &course.tenant, badge)?.is_some()
                    {
                        return Ok(Destination::Card(badge.clone()));
                    }
                    let is_active = known
                        .as_ref()
                        .is_some_and(|badge| badge.course == course.id && badge.state == BadgeState::Active);
                    if is_active && launch.custom_text(VIEW) == Some(CARD) {
                        return Ok(Destination::Card(badge.clone()));
                    }
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
                // In a course that has ended nobody chooses any more.
                Opens::Unchosen | Opens::CopyOf { .. } if course.life.end().is_none() => {
                    Destination::NotReady
                }
                Opens::Unchosen | Opens::CopyOf { .. } | Opens::MyBadges => Destination::Course,
            })
        }
    }
}

/// Whether somebody who teaches is asked what a link shall open: assistants only where the policy lets them place content.
fn may_choose(db: &mut Db, course: &Course, launch: &Launch) -> Result<bool, StoreError> {
    if !launch.roles.is_assistant() {
        return Ok(true);
    }
    let policy = policies::get(db, &course.tenant)?;
    Ok(policy.allows(Power::Place, Asker::Assistant).is_ok())
}

/// What a gradebook column is of.
enum Reviewed {
    Activity(Activity),
    /// Of a link that opens nothing yet.
    Unchosen(LinkId),
    Unknown,
}

/// The activity of a column: that of its link, else the one whose column it is. Our own id in the custom parameters comes
/// last: Moodle copies it with a duplicated activity, whose link and column alone are new (Moodle 11.7).
fn reviewed(
    db: &mut Db,
    course: &Course,
    line_item: Option<&Url>,
    custom: Option<ActivityId>,
    link: Option<&Link>,
) -> Result<Reviewed, StoreError> {
    let (tenant, id) = (&course.tenant, &course.id);
    let all = activities::for_course(db, tenant, id)?;
    let item = match line_item {
        Some(url) => line_items::by_url(db, tenant, id, url.as_str())?,
        None => None,
    };
    let of_link = link.and_then(|link| match &link.opens {
        Opens::Activity { activity } => Some(activity),
        _ => None,
    });
    let by_link = all.iter().find(|one| of_link == Some(&one.id));
    let by_column = || {
        let item = item.as_ref()?;
        all.iter().find(|one| one.line_item.as_ref() == Some(&item.id))
    };
    if let Some(activity) = by_link.or_else(by_column) {
        return Ok(Reviewed::Activity(activity.clone()));
    }
    if let Some(named) = all.iter().find(|one| custom.as_ref() == Some(&one.id))
        && (link.is_none_or(|link| link.id == named.link) || placing::keeps_place(db, named)?)
    {
        return Ok(Reviewed::Activity(named.clone()));
    }
    Ok(match link {
        Some(link) if matches!(link.opens, Opens::Unchosen | Opens::CopyOf { .. }) && custom.is_some() => {
            Reviewed::Unchosen(link.id.clone())
        }
        _ => Reviewed::Unknown,
    })
}

/// The work of whom the platform names.
fn review(db: &mut Db, course: &Course, for_user: &str, activity: Activity) -> Result<Review, StoreError> {
    let home = platforms::home_of_course(db, &course.tenant, &course.id)?;
    let person = people::by_sub(db, &course.tenant, &home, for_user)?;
    Ok(match person {
        Some(person) => Review::Student {
            activity: activity.id,
            person: person.id,
        },
        None => Review::StudentUnknown,
    })
}

/// The work that the signed target names. Canvas's `SpeedGrader` opens the assignment's link at the address that a score brought,
/// and says in no other way whose work it shows. Students come by the same address, to their own activity.
fn speed_grader(db: &mut Db, course: &Course, launch: &Launch) -> Result<Option<Review>, StoreError> {
    let Some(named) = student_work::named_in(&launch.target_link_uri) else {
        return Ok(None);
    };
    let Some(submission) = submissions::get(db, &course.tenant, &named)? else {
        return Ok(None);
    };
    let activity = activities::get(db, &course.tenant, &submission.activity)?;
    let here = activity.filter(|activity| activity.course == course.id);
    Ok(here.map(|activity| Review::Student {
        activity: activity.id,
        person: submission.person,
    }))
}
