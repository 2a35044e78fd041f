//! Scores on their way to the gradebook: that a hand-in waits, and the grade that a review gave it. Each is a job that
//! fails until the platform has taken it or has refused it; what was refused is told to the teacher by name ([`told`]) and
//! tried again after checks ([`revive`]).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::cause::Cause;
use crate::domain::course::{Course, LineItemState};
use crate::domain::evidence::{Submission, SubmissionState};
use crate::domain::page::Page;
use crate::domain::posted_score::{Outcome, PostedScore};
use crate::ids::{ActivityId, CourseId, LineItemId, SubmissionId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, BackgroundJob as _, EnsureLineItem, SendScore};
use crate::service::base::session::Visitor;
use crate::service::base::trouble::Trouble;
use crate::store::{Db, StoreError, activities, jobs, line_items, posted_scores, submissions};

mod learned;
mod plan;
mod send;
mod told;

pub(crate) use send::{rests_until, send};
pub(crate) use told::told_of;
pub(crate) use told::{SentAnew, Told, Untaken};

/// Hand-ins that are looked at together.
const AT_ONCE: i64 = 200;
/// A refusal that nothing but a teacher's change of mind can end is tried again after so long.
const NOW_AND_THEN: TimeDelta = TimeDelta::days(1);

/// Has everything sent that an activity's new column should show. Run it in a transaction.
pub(in crate::service) fn enqueue_all(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    activity: &ActivityId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let to_send = |submission: &Submission| {
        let state = submission.state;
        matches!(state, SubmissionState::HandedIn | SubmissionState::Approved)
    };
    enqueue_where(db, tenant, course, activity, to_send, now, random).map(drop)
}

/// Has every grade that reviews gave in an activity sent anew, as the points of its column were changed, and says how many
/// there are. Run it in the transaction that takes over the new points.
pub(in crate::service) fn enqueue_grades(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    activity: &ActivityId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<usize, StoreError> {
    let graded = |submission: &Submission| {
        let review = submission.review.as_ref();
        submission.state == SubmissionState::Approved && review.is_some_and(|review| review.score.is_some())
    };
    enqueue_where(db, tenant, course, activity, graded, now, random)
}

fn enqueue_where(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    activity: &ActivityId,
    wanted: impl Fn(&Submission) -> bool,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<usize, StoreError> {
    let mut page = Page::first(AT_ONCE);
    let mut count: usize = 0;
    loop {
        let (found, total) = submissions::latest_for_activity(db, tenant, activity, None, page)?;
        for submission in found.iter().filter(|submission| wanted(submission)) {
            let job = SendScore::of(db, course, submission)?;
            queue::enqueue(db, tenant, &job, now, now, random)?;
            count = count.saturating_add(1);
        }
        page.offset = page.offset.saturating_add(AT_ONCE);
        if found.is_empty() || page.offset >= total {
            return Ok(count);
        }
    }
}

/// Scores that failed are tried at once, and those that were given up or refused wait again, save those whose column a
/// teacher deleted. Run it in a check's transaction.
pub(in crate::service) fn revive(
    db: &mut Db,
    course: &Course,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    // The platform has just answered: nothing is gained by waiting for the next try.
    jobs::hurry_below(db, tenant, SendScore::NAME, course.id.as_str(), now)?;
    let gone = gone_columns(db, tenant, &course.id)?;
    let without_column = without_column(db, tenant, &course.id)?;
    for job in jobs::given_up_below(db, tenant, SendScore::NAME, course.id.as_str(), AT_ONCE)? {
        let named: Option<SendScore> = queue::read(&job.payload, &job.key, None).ok();
        let submission = match named {
            Some(named) => submissions::get(db, tenant, &named.submission)?,
            None => None,
        };
        if submission.is_some_and(|submission| !without_column.contains(&submission.activity)) {
            jobs::revive(db, tenant, &job.id, now)?;
        }
    }
    try_refused_again(db, course, &gone, cause, now, random)
}

/// What the platform refused may be taken by now: after every check, or now and then, and whenever a teacher asks.
fn try_refused_again(
    db: &mut Db,
    course: &Course,
    gone: &BTreeSet<LineItemId>,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let is_due = |posted: &PostedScore| match &posted.outcome {
        Outcome::Refused { why, .. } => {
            why.passes()
                || cause == Cause::CheckNow
                // Either way: it may have been tried by a clock that was ahead.
                || now.signed_duration_since(posted.tried_at).abs() >= NOW_AND_THEN
        }
        _ => false,
    };
    let (refused, _) = posted_scores::refused(db, &course.tenant, &course.id, AT_ONCE)?;
    for posted in refused.iter().filter(|posted| is_due(posted)) {
        if gone.contains(&posted.item) {
            continue;
        }
        if let Some(submission) = submissions::get(db, &course.tenant, &posted.submission)? {
            let job = SendScore::of(db, &course.id, &submission)?;
            queue::enqueue(db, &course.tenant, &job, now, now, random)?;
        }
    }
    Ok(())
}

/// What has not reached the gradebook of a course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Late {
    /// Activities that have no column yet.
    pub(crate) columns: Option<Waiting>,
    /// Hand-ins of which the gradebook does not know yet.
    pub(crate) scores: Option<Waiting>,
}

/// Things that wait for the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) count: usize,
    /// What went wrong last.
    pub(crate) last: Trouble,
}

impl From<jobs::Late> for Waiting {
    fn from(late: jobs::Late) -> Self {
        Self {
            count: late.keys,
            last: Trouble::read(&late.error),
        }
    }
}

/// What has not reached the gradebook of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "scores.late", level = "debug", skip_all)]
pub(crate) async fn late(cairn: &Cairn, visitor: &Visitor) -> Result<Late, ServiceError> {
    let visitor = visitor.clone();
    cairn.store.read_with(move |db| late_of(db, &visitor)).await
}

/// When it is worth looking again for scores that are on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnTheWay {
    /// One is being sent, or will be in a moment.
    Soon,
    /// What failed is tried again, or perhaps in vain.
    Later,
}

/// Whether scores of the visit's course, or that of one hand-in, are on their way to the gradebook. What cannot arrive before
/// somebody has done something is not.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "scores.on_their_way", level = "debug", skip_all)]
pub(crate) async fn on_their_way(
    cairn: &Cairn,
    visitor: &Visitor,
    only: Option<&SubmissionId>,
) -> Result<Option<OnTheWay>, ServiceError> {
    visitor.look()?;
    if visitor.course.life.end().is_some() {
        return Ok(None);
    }
    let (visitor, only, now) = (visitor.clone(), only.cloned(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let under_way = match &only {
            Some(submission) => {
                let key = SendScore::key_of(course, submission);
                jobs::is_under_way(db, tenant, SendScore::NAME, &key, now)?
            }
            None => jobs::under_way_below(db, tenant, SendScore::NAME, course.as_str(), now)? > 0,
        };
        if !under_way {
            return Ok(None);
        }
        let arrives = one_arrives(db, &visitor, only.as_ref(), now)?;
        let late = jobs::late_below(db, tenant, SendScore::NAME, course.as_str())?;
        let in_vain = late.is_some_and(|late| Trouble::read(&late.error).waits_for_somebody());
        Ok(match (arrives, in_vain) {
            (true, false) => Some(OnTheWay::Soon),
            (true, true) | (false, false) => Some(OnTheWay::Later),
            (false, true) => None,
        })
    });
    found.await
}

/// Whether one of the scores that are due, or that of one hand-in, has a column to arrive in. That of a column that is gone was
/// said not to arrive before it was given.
fn one_arrives(
    db: &mut Db,
    visitor: &Visitor,
    only: Option<&SubmissionId>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let gone = without_column(db, tenant, course)?;
    let due = jobs::due_keys_below(db, tenant, SendScore::NAME, course.as_str(), now, AT_ONCE)?;
    for key in due {
        let submission = key.split_once('/').map(|(_, id)| SubmissionId::from(id));
        let Some(submission) = submission.filter(|one| only.is_none_or(|only| only == one)) else {
            continue;
        };
        let known = if gone.is_empty() {
            None
        } else {
            submissions::get(db, tenant, &submission)?
        };
        if known.is_none_or(|known| !gone.contains(&known.activity)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The activities of a course whose column is gone.
fn without_column(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<BTreeSet<ActivityId>, StoreError> {
    let gone = gone_columns(db, tenant, course)?;
    let all = activities::for_course(db, tenant, course)?.into_iter();
    let without = all.filter(|one| one.line_item.as_ref().is_some_and(|item| gone.contains(item)));
    Ok(without.map(|one| one.id).collect())
}

fn gone_columns(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<BTreeSet<LineItemId>, StoreError> {
    let all = line_items::for_course(db, tenant, course)?.into_iter();
    let gone = all.filter(|item| item.state == LineItemState::Gone);
    Ok(gone.map(|item| item.id).collect())
}

/// As [`late`], for whoever reads already.
///
/// # Errors
/// As [`late`].
pub(in crate::service) fn late_of(db: &mut Db, visitor: &Visitor) -> Result<Late, ServiceError> {
    visitor.look()?;
    let (tenant, course) = (visitor.tenant(), visitor.course.id.as_str());
    let columns = match visitor.course.life.end() {
        // A course that is over gets no column any more.
        Some(_) => None,
        None => jobs::late_below(db, tenant, EnsureLineItem::NAME, course)?,
    };
    Ok(Late {
        columns: columns.map(Waiting::from),
        scores: jobs::late_below(db, tenant, SendScore::NAME, course)?.map(Waiting::from),
    })
}
