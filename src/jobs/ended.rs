//! How a job ended: its span, its one line in the log, and what is counted of it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::Span;
use tracing::field::Empty;

use super::handlers::{self, Done};
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{BackgroundJob as _, CheckCourse, EnsureLineItem, SendScore};
use crate::service::base::trouble::Trouble;
use crate::store::StoreError;
use crate::store::jobs::Job;
use crate::telemetry::{self, metric};

/// How an attempt at a job ended.
#[derive(Debug)]
pub(super) enum End {
    /// It was done.
    Done(Done),
    /// It was left alone, and nothing is wrong with that.
    Rests(DateTime<Utc>),
    /// What it was to be done to is gone and will not come back: it has nothing left to do.
    Gone(&'static str),
    /// It failed: when it is tried again, if it is, and the id under which page and log have it.
    Failed {
        error: ServiceError,
        id: String,
        retry_at: Option<DateTime<Utc>>,
    },
}

impl End {
    pub(crate) fn of(cairn: &Cairn, job: &Job, done: Result<Done, ServiceError>) -> Self {
        match done {
            Ok(Done {
                rests_until: Some(until),
                ..
            }) => Self::Rests(until),
            Ok(done) => Self::Done(done),
            Err(ServiceError::NotFound(what)) => Self::Gone(what),
            Err(error) => Self::Failed {
                error,
                id: hex::encode(random::bytes::<4>(cairn.random.as_ref())),
                retry_at: super::retry_at(handlers::retry(&job.kind), job.attempts, cairn.clock.now()),
            },
        }
    }

    fn outcome(&self) -> &'static str {
        match self {
            Self::Done(Done { problem: None, .. }) => "done",
            Self::Done(_) => "incomplete",
            Self::Rests(_) => "rests",
            Self::Gone(_) => "nothing-to-do",
            Self::Failed {
                retry_at: Some(_), ..
            } => "retry",
            Self::Failed { retry_at: None, .. } => "given-up",
        }
    }
}

/// The span of a job: what it is, and the ids of what it is done to. They are ours; that of a notice is whatever a platform
/// wrote, and not among them.
pub(super) fn span(job: &Job) -> Span {
    let (kind, members) = handlers::told(&job.kind, &job.key);
    // Of the highest level, so that a log that is told only of trouble still says whose it is.
    let span = tracing::error_span!(
        "job",
        kind,
        id = %job.id,
        tenant = %job.tenant,
        attempt = job.attempts,
        course = Empty,
        person = Empty,
        badge = Empty,
        activity = Empty,
        submission = Empty,
        deployment = Empty,
        export = Empty,
        erasure = Empty,
        join = Empty,
        key = Empty,
    );
    for (name, id) in members {
        span.record(name, tracing::field::display(id));
    }
    span
}

/// Whether nothing is wrong with Cairn and a page says what is: a platform, or a rule of ours, refuses what was to be done, and
/// whoever teaches there is told.
fn is_told(kind: &str, error: &ServiceError) -> bool {
    let refused = matches!(
        error,
        ServiceError::Platform(_) | ServiceError::Refused(_) | ServiceError::Several(_)
    );
    refused && [CheckCourse::NAME, EnsureLineItem::NAME, SendScore::NAME].contains(&kind)
}

/// Says the line of a job and counts it. `kept` is whether the queue knows: where it does not, the lease runs out and the
/// job is done again, which does no harm.
pub(super) fn say(job: &Job, end: &End, kept: Result<bool, StoreError>, took: Duration) {
    let (kind, _) = handlers::told(&job.kind, &job.key);
    let outcome = match kept {
        Ok(true) => end.outcome(),
        Ok(false) => "lease-lost",
        Err(_) => "not-kept",
    };
    metrics::counter!(metric::JOBS, "kind" => kind, "outcome" => outcome).increment(1);
    metrics::histogram!(metric::JOB_SECONDS, "kind" => kind).record(took);
    let ms = telemetry::milliseconds(took);
    let unkept = kept.err().map(tracing::field::display);
    match end {
        End::Done(Done { problem: None, .. }) if outcome == "done" => {
            tracing::info!(outcome, ms, "a job ended");
        }
        // As often as every score of a course that has ended.
        End::Rests(until) => tracing::debug!(outcome, ms, %until, unkept, "a job ended"),
        End::Done(Done { problem, .. }) => {
            let problem = problem.as_ref().map(Trouble::for_the_log);
            tracing::warn!(outcome, ms, problem, unkept, "a job ended");
        }
        End::Gone(what) => tracing::info!(outcome, ms, what, unkept, "a job ended"),
        End::Failed { error, id, retry_at } => {
            let (code, detail) = (error.code(), error.to_string());
            let retry_at = retry_at.map(tracing::field::display);
            if retry_at.is_some() || is_told(kind, error) {
                tracing::warn!(
                    outcome,
                    ms,
                    code,
                    error_id = id,
                    detail,
                    retry_at,
                    unkept,
                    "a job ended"
                );
            } else {
                tracing::error!(outcome, ms, code, error_id = id, detail, unkept, "a job ended");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::base::queue::{SignAnew, SubscribeNotices};
    use crate::service::base::refusal::ColumnRefusal;

    #[test]
    fn what_a_teacher_is_told_is_no_error_of_ours_and_all_else_is() {
        let refused = || ServiceError::from(ColumnRefusal::ReleaseDate);
        for kind in [SendScore::NAME, EnsureLineItem::NAME, CheckCourse::NAME] {
            assert!(is_told(kind, &refused()), "{kind}");
            let ours = ServiceError::Internal("a defect".into());
            assert!(!is_told(kind, &ours), "{kind}");
            assert!(!is_told(kind, &StoreError::Stale.into()), "{kind}");
        }
        for kind in [SignAnew::NAME, SubscribeNotices::NAME] {
            assert!(!is_told(kind, &refused()), "nobody is told of {kind}");
        }
    }
}
