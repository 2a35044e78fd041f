//! Scores on their way to the gradebook: that a hand-in waits, and the grade that a review gave it. Each is a job that
//! fails until the platform has taken it or has said that it never will; nothing else makes it fall silent.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use url::Url;

use crate::domain::course::{Course, LineItem, LineItemState};
use crate::domain::evidence::{Activity, SubmissionState};
use crate::domain::page::Page;
use crate::ids::{ActivityId, CourseId, SubmissionId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, BackgroundJob as _, EnsureLineItem, SendScore};
use crate::service::base::refusal::ColumnRefusal;
use crate::service::base::session::Visitor;
use crate::service::base::trouble::Trouble;
use crate::service::course::reach::{Reach, item_url, reach};
use crate::store::{Db, StoreError, activities, audit, courses, jobs, line_items, people, submissions};
use lti::capabilities::{TypedGrades, UngradablePerson};
use lti::services::error::Reason;
use lti::services::score::{Score, SubmissionType, pending_score_allowed};

/// Hand-ins that are looked at together.
const AT_ONCE: i64 = 200;

/// Has everything sent that an activity's new column should show. Run it in a transaction.
pub(in crate::service) fn enqueue_all(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    activity: &ActivityId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let mut page = Page::first(AT_ONCE);
    loop {
        let (found, total) = submissions::latest_for_activity(db, tenant, activity, None, page)?;
        for submission in &found {
            if matches!(
                submission.state,
                SubmissionState::HandedIn | SubmissionState::Approved
            ) {
                let job = SendScore::of(db, course, submission)?;
                queue::enqueue(db, tenant, &job, now, now, random)?;
            }
        }
        page.offset = page.offset.saturating_add(AT_ONCE);
        if found.is_empty() || page.offset >= total {
            return Ok(());
        }
    }
}

/// Scores that were given up wait again, save those whose column a teacher deleted. Run it in a check's transaction.
pub(in crate::service) fn revive(db: &mut Db, course: &Course, now: DateTime<Utc>) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    let gone: BTreeSet<_> = line_items::for_course(db, tenant, &course.id)?
        .into_iter()
        .filter(|item| item.state == LineItemState::Gone)
        .map(|item| item.id)
        .collect();
    let mut without_column = BTreeSet::new();
    for activity in activities::for_course(db, tenant, &course.id)? {
        if activity.line_item.is_some_and(|item| gone.contains(&item)) {
            without_column.insert(activity.id);
        }
    }
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

/// As [`late`], for whoever reads already.
///
/// # Errors
/// As [`late`].
pub(in crate::service) fn late_of(db: &mut Db, visitor: &Visitor) -> Result<Late, ServiceError> {
    visitor.look()?;
    let (tenant, course) = (visitor.tenant(), visitor.course.id.as_str());
    Ok(Late {
        columns: jobs::late_below(db, tenant, EnsureLineItem::NAME, course)?.map(Waiting::from),
        scores: jobs::late_below(db, tenant, SendScore::NAME, course)?.map(Waiting::from),
    })
}

/// Sends what became of a hand-in to the gradebook: that it waits, or its grade. A newer version of the hand-in, or an
/// answer without points, sends nothing; a grade that a teacher typed in the gradebook stays.
///
/// # Errors
/// [`ServiceError::NotFound`] when it is gone, anything else when it did not arrive: then it must be sent again.
#[tracing::instrument(name = "scores.send", skip_all)]
pub(crate) async fn send(
    cairn: &Cairn,
    tenant: &TenantId,
    submission: &SubmissionId,
) -> Result<(), ServiceError> {
    let Some(wanted) = what_to_send(cairn, tenant, submission).await? else {
        return Ok(());
    };
    let reach = reach(cairn, tenant, &wanted.activity.course).await?;
    let url = item_url(&reach.registration, &wanted.item)?;
    let capabilities = reach.registration.capabilities();
    let mut post = match wanted.given {
        Some(given) => Score::graded(&wanted.sub, wanted.at, given, wanted.activity.maximum),
        None => Score::pending(&wanted.sub, wanted.at),
    };
    post.submitted_at = Some(wanted.submitted_at);
    if let Some(canvas) = &mut post.canvas {
        canvas.prioritize_non_tool_grade = Some(true);
        canvas.submission_type = Some(SubmissionType::BasicLtiLaunch);
        canvas.submission_data = Some(format!("{}{}", cairn.settings.origin(), addresses::LAUNCH));
    }
    let overwrites = capabilities.typed_grades == TypedGrades::Overwritten;
    if overwrites && stands(cairn, &reach, &url, &post, &wanted).await? {
        return Ok(());
    }
    let error = match reach.platform.post_score(&url, &post).await {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let never = match (&error.reason, capabilities.ungradable_person) {
        (Reason::BadRequest(_), UngradablePerson::BadRequest)
        | (Reason::Unprocessable(_), UngradablePerson::Unprocessable) => true,
        // A newer score; whether it is a grade is asked, not guessed.
        (Reason::Conflict, _) => {
            let there = reach.platform.result_of(&url, &post.user_id).await?;
            there.is_some_and(|there| there.score.is_some())
        }
        _ => false,
    };
    if never {
        tracing::warn!(submission = %submission, %error, "the platform will not take a score");
        return Ok(());
    }
    Err(error.into())
}

/// Whether what the gradebook holds must stay: for a score without points any row, for a grade one that is not ours.
async fn stands(
    cairn: &Cairn,
    reach: &Reach,
    url: &Url,
    post: &Score,
    wanted: &ToSend,
) -> Result<bool, ServiceError> {
    let there = match reach.platform.result_of(url, &post.user_id).await {
        // Who may not look cannot know: a grade goes, and what would clear one does not.
        Err(error) if matches!(error.reason, Reason::NotGranted(_)) => return Ok(post.score_given.is_none()),
        there => there?,
    };
    if post.score_given.is_none() {
        return Ok(!pending_score_allowed(
            &reach.registration.capabilities(),
            there.as_ref(),
        ));
    }
    let Some(there) = there.filter(|there| there.score.is_some()) else {
        return Ok(false);
    };
    if post.is_shown_by(&there) {
        return Ok(true);
    }
    let (tenant, history) = (wanted.activity.tenant.clone(), wanted.history.clone());
    let about = cairn.store.read(move |db| {
        let history: Vec<&str> = history.iter().map(SubmissionId::as_str).collect();
        audit::about(db, &tenant, &history)
    });
    // What an earlier review of ours gave is not a teacher's typing; a new review takes its place.
    let ours = about.await?.into_iter().any(|entry| {
        let score = entry.detail.get("score").cloned();
        let score: Option<Decimal> = score.and_then(|score| serde_json::from_value(score).ok());
        let earlier = |score| Score::graded(&post.user_id, wanted.at, score, wanted.activity.maximum);
        score.is_some_and(|score| earlier(score).is_shown_by(&there))
    });
    if !ours {
        tracing::info!(activity = %wanted.activity.id, "a grade that a teacher typed stays");
    }
    Ok(!ours)
}

struct ToSend {
    activity: Activity,
    item: LineItem,
    sub: String,
    given: Option<Decimal>,
    at: DateTime<Utc>,
    submitted_at: DateTime<Utc>,
    /// All versions of this student's hand-in.
    history: Vec<SubmissionId>,
}

async fn what_to_send(
    cairn: &Cairn,
    tenant: &TenantId,
    submission: &SubmissionId,
) -> Result<Option<ToSend>, ServiceError> {
    let (owner, id) = (tenant.clone(), submission.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let submission = submissions::get(db, &owner, &id)?.ok_or(ServiceError::NotFound("hand-in"))?;
        let history = submissions::history(db, &owner, &submission.activity, &submission.person)?;
        if history.last().is_none_or(|latest| latest.id != submission.id) {
            return Ok(None);
        }
        let (given, at) = match (&submission.state, &submission.review) {
            (SubmissionState::Approved, Some(review)) => match review.score {
                Some(score) => (Some(score), review.at),
                None => return Ok(None),
            },
            (SubmissionState::HandedIn, _) => (None, submission.submitted_at),
            _ => return Ok(None),
        };
        let activity =
            activities::get(db, &owner, &submission.activity)?.ok_or(ServiceError::NotFound("activity"))?;
        let Some(item) = &activity.line_item else {
            // Without the service there is no column to wait for: one that comes later has everything sent to it.
            let course = courses::get(db, &owner, &activity.course)?;
            let possible = course.is_some_and(|course| course.services.line_items_url.is_some());
            return if possible {
                Err(ColumnRefusal::NotYet.into())
            } else {
                Ok(None)
            };
        };
        let item = line_items::get(db, &owner, item)?.ok_or(ServiceError::NotFound("line item"))?;
        if item.state == LineItemState::Gone {
            return Err(ColumnRefusal::Gone(item.label).into());
        }
        let person = people::get(db, &owner, &submission.person)?.ok_or(ServiceError::NotFound("person"))?;
        Ok(Some(ToSend {
            activity,
            item,
            sub: person.sub,
            given,
            at,
            submitted_at: submission.submitted_at,
            history: history.into_iter().map(|version| version.id).collect(),
        }))
    });
    found.await
}
