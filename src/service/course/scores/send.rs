//! One score on its way: what there is to tell, what the platform makes of it, and what is kept of that.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use url::Url;

use super::learned::{Learned, Seen, read_back};
use super::plan::{Plan, counted, plan, points};
use crate::domain::cause::Cause;
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::evidence::{Activity, SubmissionState};
use crate::domain::posted_score::{Outcome, Points, PostedScore, Refusal};
use crate::ids::{PersonId, SubmissionId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DecidePerson};
use crate::service::base::refusal::ColumnRefusal;
use crate::service::course::reach::{Reach, item_url, reach};
use crate::service::course::student_work;
use crate::store::{
    Db, StoreError, activities, courses, enrolments, identities, line_items, people, platforms,
    posted_scores, submissions,
};
use lti::capabilities::RosterLearners;
use lti::services::error::{Reason, ServiceError as PlatformError};
use lti::services::score::SubmissionType;
use lti::services::score_refusal::ScoreRefusal;

/// Characters of a platform's own words that are kept.
const SAID: usize = 300;

/// Until when a score is left alone because its course has ended: nothing takes it before a look finds the course again, which
/// has everything that waits tried at once.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "scores.rests_until", level = "debug", skip_all)]
pub(crate) async fn rests_until(
    cairn: &Cairn,
    tenant: &TenantId,
    submission: &SubmissionId,
) -> Result<Option<DateTime<Utc>>, ServiceError> {
    let (owner, id) = (tenant.clone(), submission.clone());
    let course = cairn.store.read(move |db| {
        let Some(submission) = submissions::get(db, &owner, &id)? else {
            return Ok(None);
        };
        let activity = activities::get(db, &owner, &submission.activity)?;
        match activity {
            Some(activity) => courses::get(db, &owner, &activity.course),
            None => Ok(None),
        }
    });
    let Some(course) = course.await? else {
        return Ok(None);
    };
    let now = cairn.clock.now();
    Ok(course.life.rests_until(now, course.checks.next_at))
}

/// Sends what became of a hand-in to the gradebook: that it waits, or its grade. A newer version of the hand-in, or an
/// answer without points, sends nothing; a grade that a teacher typed in the gradebook stays. What the platform refuses is
/// kept with its reason.
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
    let (plan, row) = plan(cairn, &reach, &url, &wanted).await?;
    let (mut score, anew) = match plan {
        Plan::Nothing => return Ok(()),
        Plan::Leave(outcome, ours) => {
            if matches!(outcome, Outcome::Stands(_) | Outcome::Excused) {
                tracing::info!(activity = %wanted.activity.id, "what a teacher did in the gradebook stays");
            }
            let became = Became {
                ours,
                seen: row.into(),
                ..Became::of(outcome)
            };
            return keep(cairn, &reach, wanted, became).await;
        }
        Plan::Post { score, anew } => (score, anew),
    };
    score.submitted_at = Some(wanted.submitted_at);
    if let Some(canvas) = &mut score.canvas {
        canvas.submission_type = Some(SubmissionType::BasicLtiLaunch);
        canvas.submission_data = Some(student_work::address(
            &cairn.settings.origin(),
            &wanted.submission,
        ));
    }
    match reach.platform.post_score(&url, &score).await {
        Ok(_) => {
            let ours = points(&score);
            let seen = match ours {
                Some(_) => read_back(&reach, &url, &wanted).await,
                None => Seen::Nothing,
            };
            let outcome = Outcome::Taken;
            let became = Became {
                outcome,
                ours,
                anew,
                seen,
            };
            keep(cairn, &reach, wanted, became).await
        }
        Err(error) => not_taken(cairn, &reach, &url, wanted, error).await,
    }
}

/// What follows from a score that did not arrive: a refusal is kept, anything else fails and is tried again.
async fn not_taken(
    cairn: &Cairn,
    reach: &Reach,
    url: &Url,
    wanted: ToSend,
    error: PlatformError,
) -> Result<(), ServiceError> {
    if matches!(error.reason, Reason::Conflict) {
        // A newer score; whether it is a grade is asked, not guessed.
        let there = reach.platform.result_of(url, &wanted.sub).await?;
        let counts = there.as_ref().and_then(|row| counted(reach, &wanted, row));
        return match counts {
            Some(counts) => {
                let became = Became {
                    seen: there.into(),
                    ..Became::of(Outcome::Stands(counts))
                };
                keep(cairn, reach, wanted, became).await
            }
            None => Err(error.into()),
        };
    }
    let Some(refusal) = ScoreRefusal::of(&error.reason, &reach.registration.capabilities()) else {
        return Err(error.into());
    };
    let is_locked = refusal == ScoreRefusal::Locked;
    if is_locked && reach.platform.result_of(url, &wanted.sub).await.is_err() {
        // Not the column: the platform is out of order.
        return Err(error.into());
    }
    tracing::warn!(activity = %wanted.activity.id, ?refusal, "the platform does not take a score");
    let outcome = Outcome::Refused {
        why: why(refusal),
        said: said(&error.reason),
    };
    let label = wanted.item.label.clone();
    keep(cairn, reach, wanted, Became::of(outcome)).await?;
    // The status of a locked column may be that of a moment's trouble, which a second attempt finds gone.
    if is_locked {
        Err(ColumnRefusal::Locked(label).into())
    } else {
        Ok(())
    }
}

fn why(refusal: ScoreRefusal) -> Refusal {
    match refusal {
        ScoreRefusal::Person => Refusal::Person,
        ScoreRefusal::Unpublished => Refusal::Unpublished,
        ScoreRefusal::ClosedPeriod => Refusal::ClosedPeriod,
        ScoreRefusal::Moderated => Refusal::Moderated,
        ScoreRefusal::Concluded => Refusal::Concluded,
        ScoreRefusal::Attempts => Refusal::Attempts,
        ScoreRefusal::Locked => Refusal::Locked,
        ScoreRefusal::Unknown => Refusal::Unknown,
    }
}

/// The platform's own words.
fn said(reason: &Reason) -> String {
    match reason {
        Reason::Unprocessable(said) | Reason::BadRequest(said) => said.chars().take(SAID).collect(),
        _ => String::new(),
    }
}

/// What became of an attempt.
struct Became {
    outcome: Outcome,
    /// A grade of ours that is there.
    ours: Option<Points>,
    /// Whether it was sent only because the points of the column were changed.
    anew: bool,
    seen: Seen,
}

impl Became {
    /// Nothing of ours is there, and nothing was seen.
    fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            ours: None,
            anew: false,
            seen: Seen::Nothing,
        }
    }
}

/// Keeps what became of a score, and what that says of the person: whom a platform grades is a student, and whom it refuses
/// to grade perhaps none, where its member list cannot tell.
async fn keep(cairn: &Cairn, reach: &Reach, wanted: ToSend, became: Became) -> Result<(), ServiceError> {
    let Became {
        outcome,
        ours,
        anew,
        seen,
    } = became;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let learned = Learned::of(seen, reach, &wanted);
    let is_graded = matches!(outcome, Outcome::Taken | Outcome::Stands(_));
    let is_refused = matches!(
        outcome,
        Outcome::Refused {
            why: Refusal::Person,
            ..
        }
    ) && reach.registration.capabilities().roster_learners
        == RosterLearners::StudentsAndStaff;
    let before = wanted.posted;
    let posted = PostedScore {
        tenant: wanted.activity.tenant,
        course: wanted.activity.course,
        item: wanted.item.id,
        person: wanted.person,
        submission: wanted.submission,
        ours: ours.or_else(|| before.as_ref().and_then(|before| before.ours)),
        outcome,
        tried_at: now,
        anew_at: if anew {
            Some(now)
        } else {
            before.and_then(|before| before.anew_at)
        },
    };
    let kept = cairn.store.write(move |db| {
        // They may have been erased while the platform was asked.
        if people::get(db, &posted.tenant, &posted.person)?.is_none() {
            return Ok(());
        }
        posted_scores::put(db, &posted)?;
        learned.keep(db, &posted, now, random.as_ref())?;
        if is_refused {
            enrolments::note_refused_grading(db, &posted.tenant, &posted.course, &posted.person, now)?;
        } else if is_graded {
            lift(db, &posted, now, random.as_ref())?;
        }
        Ok(())
    });
    Ok(kept.await?)
}

/// Somebody whom the platform once refused to grade has a grade: what waited for that is decided.
fn lift(
    db: &mut Db,
    posted: &PostedScore,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let (tenant, course, person) = (&posted.tenant, &posted.course, &posted.person);
    if !enrolments::lift_refused_grading(db, tenant, course, person)? {
        return Ok(());
    }
    let job = DecidePerson {
        course: course.clone(),
        person: person.clone(),
        cause: Cause::Fact,
    };
    queue::enqueue(db, tenant, &job, now, now, random)
}

/// What there is to tell of a hand-in.
pub(super) struct ToSend {
    pub(super) activity: Activity,
    pub(super) item: LineItem,
    pub(super) person: PersonId,
    submission: SubmissionId,
    pub(super) sub: String,
    pub(super) given: Option<Decimal>,
    pub(super) at: DateTime<Utc>,
    submitted_at: DateTime<Utc>,
    /// All versions of this student's hand-in.
    pub(super) history: Vec<SubmissionId>,
    /// What became of the last attempt.
    pub(super) posted: Option<PostedScore>,
}

impl ToSend {
    /// The last grade of ours that the platform took.
    pub(super) fn ours(&self) -> Option<Points> {
        self.posted.as_ref().and_then(|posted| posted.ours)
    }

    /// Whether the platform knows of this hand-in already.
    pub(super) fn is_told(&self) -> bool {
        let told =
            |posted: &PostedScore| posted.submission == self.submission && posted.outcome == Outcome::Taken;
        self.posted.as_ref().is_some_and(told)
    }
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
            return Ok(Err(submission.person));
        }
        let (given, at) = match (&submission.state, &submission.review) {
            (SubmissionState::Approved, Some(review)) => match review.score {
                Some(score) => (Some(score), review.at),
                None => return Ok(Err(submission.person)),
            },
            (SubmissionState::HandedIn, _) => (None, submission.submitted_at),
            _ => return Ok(Err(submission.person)),
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
                Ok(Err(submission.person))
            };
        };
        let item = line_items::get(db, &owner, item)?.ok_or(ServiceError::NotFound("line item"))?;
        if item.state == LineItemState::Gone {
            let is_of_former = line_items::is_of_former(db, &owner, &item.id)?;
            let refusal = if is_of_former {
                ColumnRefusal::OfFormer(item.label)
            } else {
                ColumnRefusal::Gone(item.label)
            };
            return Err(refusal.into());
        }
        let person = people::get(db, &owner, &submission.person)?.ok_or(ServiceError::NotFound("person"))?;
        let posted = posted_scores::get(db, &owner, &item.id, &person.id)?;
        let platform = platforms::home_of_course(db, &owner, &activity.course)?.platform;
        let sub = identities::sub_of(db, &owner, &platform, &person.id)?;
        Ok(Ok(ToSend {
            activity,
            item,
            person: person.id,
            submission: submission.id,
            sub: sub.unwrap_or(person.sub),
            given,
            at,
            submitted_at: submission.submitted_at,
            history: history.into_iter().map(|version| version.id).collect(),
            posted,
        }))
    });
    let person = match found.await? {
        Ok(wanted) => return Ok(Some(wanted)),
        Err(person) => person,
    };
    // What was refused of it is not wanted any more.
    let (owner, id) = (tenant.clone(), submission.clone());
    let settled = cairn
        .store
        .write(move |db| posted_scores::settle(db, &owner, &person, &id));
    settled.await?;
    Ok(None)
}
