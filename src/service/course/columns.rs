//! Gradebook columns of ours, made through the line item service.
//!
//! An activity's column is made by a job with retries; a column for a rule is made while its instructor waits.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::cause::Cause;
use crate::domain::course::{Course, LineItem, LineItemState, Link};
use crate::domain::evidence::Activity;
use crate::domain::policy::Power;
use crate::ids::{ActivityId, LineItemId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::policies;
use crate::service::base::queue::{self, BackgroundJob as _, CheckCourse, EnsureLineItem};
use crate::service::base::refusal::{ColumnRefusal, PlatformService};
use crate::service::base::session::Visitor;
use crate::service::base::trouble::Trouble;
use crate::service::course::placing;
use crate::service::course::reach::{Reach, reach, vetted};
use crate::service::course::reclaiming;
use crate::service::course::scores;
use crate::store::jobs::Standing;
use crate::store::{Db, StoreError, activities, audit, jobs, line_items, links, posted_scores, rules};
use lti::capabilities::NewColumns;
use lti::services::error::Reason;
use lti::services::grades::{LineItem as PlatformItem, LineItemFilter, NewLineItem};

/// The tag of columns that instructors make.
const COLUMN_TAG: &str = "cairn-column";
/// The tag of columns of evidence activities.
pub(in crate::service) const ACTIVITY_TAG: &str = "cairn-activity";
/// Points that a column may have.
const MOST_POINTS: u32 = 10_000;

/// Makes a gradebook column of ours, or finds the one that has this name already: a second click makes no second one.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] where only administrators change rules,
/// [`ServiceError::Refused`] for a name or number that cannot be,
/// [`ServiceError::Platform`] when the platform does not do it.
#[tracing::instrument(name = "columns.create", skip_all)]
pub(crate) async fn create(
    cairn: &Cairn,
    visitor: &Visitor,
    label: &str,
    points: Decimal,
) -> Result<LineItem, ServiceError> {
    policies::check(cairn, visitor, Power::Create).await?;
    let label = label.trim();
    if label.is_empty() || label.chars().count() > 200 {
        return Err(ColumnRefusal::Label.into());
    }
    if points <= Decimal::ZERO || points > Decimal::from(MOST_POINTS) {
        return Err(ColumnRefusal::Points.into());
    }
    let reach = reach(cairn, visitor.tenant(), &visitor.course.id).await?;
    let name = hex::encode(Sha256::digest(label.to_lowercase().as_bytes()));
    let new = NewLineItem {
        label: label.to_owned(),
        score_maximum: points,
        tag: Some(COLUMN_TAG.to_owned()),
        resource_id: Some(name.chars().take(16).collect()),
        resource_link_id: None,
        external_tool_url: None,
        submission_review: None,
    };
    let made = reach
        .platform
        .find_or_create_line_item(&reach.line_items, &new)
        .await?;
    keep(cairn, &reach, made, &new, None).await
}

/// Stores a column that the platform has, and has it read.
async fn keep(
    cairn: &Cairn,
    reach: &Reach,
    made: PlatformItem,
    new: &NewLineItem,
    activity: Option<ActivityId>,
) -> Result<LineItem, ServiceError> {
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let item = LineItem {
        id: LineItemId::new(now, random.as_ref()),
        tenant: reach.course.tenant.clone(),
        course: reach.course.id.clone(),
        url: made.id.to_string(),
        label: made.label.clone(),
        maximum: made.score_maximum.unwrap_or(new.score_maximum),
        ruled_maximum: None,
        is_scale: false,
        resource_id: made.resource_id,
        tag: made.tag,
        resource_link_id: made.resource_link_id,
        state: LineItemState::Present,
    };
    let check = CheckCourse::of(&reach.course, Cause::Column);
    let stored = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let item = match activity.as_ref() {
            Some(activity) => in_place_of(db, &item, activity, now, random.as_ref())?,
            None => line_items::find_or_insert(db, &item, now)?,
        };
        if let Some(activity) = activity {
            activities::set_line_item(db, &item.tenant, &activity, Some(&item.id))?;
            // What was handed in and reviewed before there was a column.
            scores::enqueue_all(db, &item.tenant, &item.course, &activity, now, random.as_ref())?;
        }
        // A column that stood there already may hold grades.
        queue::enqueue(db, &item.tenant, &check, now, now, random.as_ref())?;
        Ok(item)
    });
    stored.await
}

/// Stores the column of an activity. In place of one that is gone it goes on under the id of that, so that the rules that
/// read the hand-ins' grades go on reading them; where a rule was made for the new one already, it is the new one.
fn in_place_of(
    db: &mut Db,
    item: &LineItem,
    activity: &ActivityId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<LineItem, StoreError> {
    let known = activities::get(db, &item.tenant, activity)?.and_then(|activity| activity.line_item);
    let gone = match known {
        Some(known) => line_items::get(db, &item.tenant, &known)?,
        None => None,
    };
    let Some(gone) = gone.filter(|gone| gone.state == LineItemState::Gone) else {
        return line_items::find_or_insert(db, item, now);
    };
    if let Some(there) = line_items::by_url(db, &item.tenant, &item.course, &item.url)?
        && (there.id == gone.id || rules::names_item(db, &there.tenant, &there.id)?)
    {
        if there.id != gone.id {
            tell_replaced(db, &gone, item, activity, now, random)?;
        }
        return Ok(there);
    }
    tell_replaced(db, &gone, item, activity, now, random)?;
    line_items::rebind(db, &gone, &item.url)?;
    // The new column has none of the grades that went to the old one.
    posted_scores::start_afresh(db, &gone.tenant, &gone.id)?;
    line_items::set_state(db, &gone.tenant, &gone.id, LineItemState::Present)?;
    Ok(LineItem {
        url: item.url.clone(),
        state: LineItemState::Present,
        ..gone
    })
}

/// Keeps in the audit log that an activity has another column from now on.
fn tell_replaced(
    db: &mut Db,
    gone: &LineItem,
    by: &LineItem,
    activity: &ActivityId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let (id, action) = (gone.id.as_str(), Action::ColumnReplaced);
    let entry = Entry::new(&gone.tenant, Actor::Cairn, action, id, now);
    let detail = json!({ "label": gone.label, "with": by.label, "activity": activity });
    audit::record(db, &entry.detail(detail), random)
}

/// After a check that could list the columns: activities that still have none get another try once a link opens them, unless only
/// a teacher can help, as do scores that were given up or refused. Run it in the check's transaction.
pub(in crate::service) fn resume(
    db: &mut Db,
    course: &Course,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    reclaiming::reclaim(db, course, now, random)?;
    for activity in activities::for_course(db, &course.tenant, &course.id)? {
        if activity.line_item.is_some() {
            continue;
        }
        let job = EnsureLineItem::of(db, &activity)?;
        let link = links::get(db, &activity.tenant, &activity.link)?;
        let Some(link) = link.filter(Link::is_the_platforms) else {
            // Nobody waits for it: an earlier version tried without a link, and gave up.
            jobs::take_given_up(db, &activity.tenant, EnsureLineItem::NAME, &job.key())?;
            continue;
        };
        if !waits_for_a_teacher(db, course, &activity, &link, &job)? {
            queue::enqueue(db, &activity.tenant, &job, now, now, random)?;
        }
    }
    scores::revive(db, course, cause, now, random)
}

/// Whether an activity was found to get no column, as its link is of a former registration, and nothing has changed since: neither
/// who launches the link, nor that its column is not listed.
fn waits_for_a_teacher(
    db: &mut Db,
    course: &Course,
    activity: &Activity,
    link: &Link,
    job: &EnsureLineItem,
) -> Result<bool, StoreError> {
    if !link.is_of_former(course) {
        return Ok(false);
    }
    let Standing::GivenUp(said) = jobs::standing(db, &course.tenant, EnsureLineItem::NAME, &job.key())?
    else {
        return Ok(false);
    };
    if !Trouble::read(&said).is_of_former() {
        return Ok(false);
    }
    let is_its_own = |item: &LineItem| match &link.line_item_url {
        Some(own) => item.url == *own,
        None => {
            item.resource_id.as_deref() == Some(activity.id.as_str())
                || item.resource_link_id.as_ref() == Some(&link.resource_link_id)
        }
    };
    let all = line_items::for_course(db, &course.tenant, &course.id)?;
    let mut listed = all.iter().filter(|item| item.state != LineItemState::Gone);
    Ok(!listed.any(is_its_own))
}

/// Gives an evidence activity its column: the link's own, or a new one. Without the service its grade stays here, and an
/// activity that nobody has opened waits for that: its link has no name at the platform yet. That of a link of a former
/// registration may get none: then it says so, and trying again does not help.
///
/// # Errors
/// [`ServiceError::NotFound`] when the activity is gone, [`ServiceError::Platform`] when the platform does not do it.
#[tracing::instrument(name = "columns.ensure_activity_item", skip_all)]
pub(crate) async fn ensure_activity_item(
    cairn: &Cairn,
    tenant: &TenantId,
    activity: &ActivityId,
) -> Result<Option<Trouble>, ServiceError> {
    let (owner, id) = (tenant.clone(), activity.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let activity = activities::get(db, &owner, &id)?.ok_or(ServiceError::NotFound("activity"))?;
        let link = links::get(db, &owner, &activity.link)?.ok_or(ServiceError::NotFound("link"))?;
        let item = match &activity.line_item {
            Some(item) => line_items::get(db, &owner, item)?,
            None => None,
        };
        Ok((activity, link, item))
    });
    let (activity, link, before) = found.await?;
    let has_one = before.is_some_and(|item| item.state != LineItemState::Gone);
    if has_one || !link.is_the_platforms() {
        return Ok(None);
    }
    let reach = match reach(cairn, tenant, &activity.course).await {
        Err(error) if error.kind() == ErrorKind::Conflict => {
            tracing::info!(activity = %activity.id, code = error.code(), "an activity has no column");
            return Ok(None);
        }
        reach => reach?,
    };
    let origin = cairn.settings.origin();
    let new = new_item(&activity, &link, &reach, &origin);
    let Some(made) = find_or_make(&reach, &link, &new).await? else {
        return Ok(Some(Trouble::of_column(ColumnRefusal::OfFormer(new.label))));
    };
    keep(cairn, &reach, made, &new, Some(activity.id)).await?;
    Ok(None)
}

/// The column of a link, or a new one. None where the link is a former registration's: the platform does not list the column of
/// that to us, and lets us make none for it.
async fn find_or_make(
    reach: &Reach,
    link: &Link,
    new: &NewLineItem,
) -> Result<Option<PlatformItem>, ServiceError> {
    let of_former = link.is_of_former(&reach.course);
    let own = match &link.line_item_url {
        Some(own) => {
            let own = vetted(&reach.registration, Some(own), PlatformService::Grades);
            Some(own.map_err(ColumnRefusal::Address)?)
        }
        None => None,
    };
    if let Some(own) = &own
        && !of_former
    {
        return Ok(Some(reach.platform.line_item(own).await?));
    }
    let everything = LineItemFilter::default();
    let all = reach.platform.line_items(&reach.line_items, &everything).await?;
    let found = match &own {
        Some(own) => all.iter().find(|item| item.id == *own).cloned(),
        None => there_already(&all, new),
    };
    if found.is_some() || own.is_some() {
        return Ok(found);
    }
    let made = reach.platform.find_or_create_line_item(&reach.line_items, new);
    match made.await {
        Err(error) if of_former && matches!(error.reason, Reason::Forbidden(_)) => Ok(None),
        made => Ok(Some(made?)),
    }
}

/// The column that stands there for an activity although its link names none: it has our id, and perhaps came with another
/// link of the same activity, which nobody has opened yet; or it belongs to the link. A launch does not name the column
/// that Moodle made for a link in a reset, and it has nothing of ours.
fn there_already(all: &[PlatformItem], new: &NewLineItem) -> Option<PlatformItem> {
    let is_ours = |item: &&PlatformItem| item.resource_id == new.resource_id && item.tag == new.tag;
    let of_link = |item: &&PlatformItem| {
        new.resource_link_id.is_some() && item.resource_link_id == new.resource_link_id
    };
    let found = all.iter().find(is_ours).or_else(|| all.iter().find(of_link));
    found.cloned()
}

/// The column of an activity whose link has none: tied to the link, or a new `external_tool` assignment that opens us.
fn new_item(activity: &Activity, link: &Link, reach: &Reach, origin: &str) -> NewLineItem {
    let of_link = reach.registration.capabilities().new_columns == NewColumns::OfLinks;
    NewLineItem {
        label: activity.title.clone(),
        score_maximum: activity.maximum,
        tag: Some(ACTIVITY_TAG.to_owned()),
        resource_id: Some(activity.id.to_string()),
        resource_link_id: of_link.then(|| link.resource_link_id.clone()),
        external_tool_url: if of_link {
            None
        } else {
            Url::parse(&format!("{origin}{}", addresses::LAUNCH)).ok()
        },
        submission_review: placing::submission_review(&activity.id, origin),
    }
}
