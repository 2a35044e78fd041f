//! Work that may be late but never lost: claims what is due from the queue and calls the use case for it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::ids::{ActivityId, BadgeId, CourseId, PersonId, SubmissionId};
use crate::random;
use crate::service::Cairn;
use crate::service::error::ServiceError;
use crate::service::{columns, decide, policies, sync};
use crate::store::jobs::{self, Job};

/// Jobs of this process at one time.
const AT_ONCE: usize = 4;
/// After so long without a word from its worker, another one takes a job up; every job can be done twice.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// How often a worker says that a job still runs.
const RENEWAL: Duration = Duration::from_secs(20);
/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(200);
/// How often the schedule of courses is looked at.
const SCHEDULE: TimeDelta = TimeDelta::seconds(5);
/// How often what nobody keeps any longer is forgotten.
const FORGET: TimeDelta = TimeDelta::hours(1);
/// After so many attempts a job is given up, for a person to look at.
const ATTEMPTS: i32 = 8;

/// The worker of this process.
pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts working, on the runtime that calls it.
    #[must_use]
    pub fn start(cairn: Arc<Cairn>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(work(cairn, stopped));
        Self { stop, task }
    }

    /// Claims nothing more and lets what runs come to its end.
    pub async fn stop(self) {
        // Nobody listens when the task ended by itself; then there is nothing to wait for.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the worker did not end as it should");
        }
    }
}

async fn work(cairn: Arc<Cairn>, mut stopped: watch::Receiver<bool>) {
    let name = format!(
        "worker-{}",
        hex::encode(random::bytes::<4>(cairn.random.as_ref()))
    );
    let mut running = JoinSet::new();
    let mut scheduled: Option<DateTime<Utc>> = None;
    let mut forgotten: Option<DateTime<Utc>> = None;
    while !*stopped.borrow() {
        let now = cairn.clock.now();
        if scheduled.is_none_or(|last| now.signed_duration_since(last) >= SCHEDULE) {
            scheduled = Some(now);
            if let Err(error) = sync::enqueue_due(&cairn).await {
                tracing::error!(error = %error.detail(), "the schedule could not be read");
            }
            cairn.notice_tool_keys().await;
        }
        if forgotten.is_none_or(|last| now.signed_duration_since(last) >= FORGET) {
            forgotten = Some(now);
            if let Err(error) = policies::forget(&cairn).await {
                tracing::error!(error = %error.detail(), "what is over could not be forgotten");
            }
        }
        let room = AT_ONCE.saturating_sub(running.len());
        let claimed = if room == 0 {
            Vec::new()
        } else {
            claim(&cairn, &name, room).await
        };
        let found = !claimed.is_empty();
        for job in claimed {
            running.spawn(run(Arc::clone(&cairn), job));
        }
        if found && running.len() < AT_ONCE {
            continue;
        }
        tokio::select! {
            _ = stopped.changed() => {}
            _ = running.join_next(), if !running.is_empty() => {}
            () = tokio::time::sleep(IDLE) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

async fn claim(cairn: &Cairn, name: &str, room: usize) -> Vec<Job> {
    let (now, name) = (cairn.clock.now(), name.to_owned());
    let limit = i64::try_from(room).unwrap_or(1);
    let claimed = cairn
        .store
        .write(move |db| jobs::claim(db, now, &name, LEASE, limit));
    claimed.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the queue could not be read");
        Vec::new()
    })
}

/// Does one job and says so to the queue.
async fn run(cairn: Arc<Cairn>, job: Job) {
    let outcome = {
        let mut work = std::pin::pin!(perform(&cairn, &job));
        loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                () = tokio::time::sleep(RENEWAL) => renew(&cairn, &job).await,
            }
        }
    };
    let kind = job.kind.clone();
    let now = cairn.clock.now();
    let told = match outcome {
        Ok(()) => cairn.store.write(move |db| jobs::done(db, &job)).await,
        // What is gone will not come back: the job has nothing left to do.
        Err(ServiceError::NotFound(what)) => {
            tracing::info!(kind, what, "a job found nothing to do");
            cairn.store.write(move |db| jobs::done(db, &job)).await
        }
        Err(error) => {
            let (detail, retry_at) = (error.detail(), retry_at(job.attempts, now));
            tracing::error!(kind, error = %detail, attempts = job.attempts, "a job failed");
            let failed = move |db: &mut _| jobs::fail(db, &job, &detail, retry_at);
            cairn.store.write(failed).await
        }
    };
    match told {
        Ok(true) => {}
        Ok(false) => tracing::warn!(kind, "a job took longer than its lease"),
        // Its lease runs out and it is done again, which does no harm.
        Err(error) => tracing::error!(kind, %error, "the end of a job could not be written"),
    }
}

/// Says that a job still runs. Where that fails its lease runs out, and it is done a second time.
async fn renew(cairn: &Cairn, job: &Job) {
    let Some(until) = cairn.clock.now().checked_add_signed(LEASE) else {
        return;
    };
    let (kind, held) = (&job.kind, job.clone());
    match cairn.store.write(move |db| jobs::renew(db, &held, until)).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(kind, "another worker has taken a job up that still runs"),
        Err(error) => tracing::warn!(kind, %error, "the lease of a job could not be renewed"),
    }
}

/// Two seconds after the first failure, then four times as long, at most ten minutes.
fn retry_at(attempts: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let exponent = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let seconds = 4_i64.saturating_pow(exponent).saturating_mul(2).min(600);
    now.checked_add_signed(TimeDelta::seconds(seconds))
}

#[derive(Deserialize)]
struct CoursePayload {
    course: CourseId,
    cause: String,
}

#[derive(Deserialize)]
struct BadgePayload {
    badge: BadgeId,
    cause: String,
}

#[derive(Deserialize)]
struct PersonPayload {
    course: CourseId,
    person: PersonId,
    cause: String,
}

#[derive(Deserialize)]
struct ActivityPayload {
    activity: ActivityId,
}

#[derive(Deserialize)]
struct SubmissionPayload {
    submission: SubmissionId,
}

fn payload<T: serde::de::DeserializeOwned>(job: &Job) -> Result<T, ServiceError> {
    serde_json::from_value(job.payload.clone())
        .map_err(|error| ServiceError::Internal(format!("job {}: {error}", job.id)))
}

async fn perform(cairn: &Cairn, job: &Job) -> Result<(), ServiceError> {
    match job.kind.as_str() {
        sync::CHECK_COURSE => {
            let asked: CoursePayload = payload(job)?;
            sync::check_course(cairn, &job.tenant, &asked.course, &asked.cause).await?;
        }
        decide::DECIDE_BADGE => {
            let asked: BadgePayload = payload(job)?;
            decide::decide_badge(cairn, &job.tenant, &asked.badge, &asked.cause).await?;
        }
        decide::DECIDE_PERSON => {
            let asked: PersonPayload = payload(job)?;
            decide::decide_person(cairn, &job.tenant, &asked.course, &asked.person, &asked.cause).await?;
        }
        columns::ENSURE_ITEM => {
            let asked: ActivityPayload = payload(job)?;
            columns::ensure_activity_item(cairn, &job.tenant, &asked.activity).await?;
        }
        columns::SEND_SCORE => {
            let asked: SubmissionPayload = payload(job)?;
            columns::send_score(cairn, &job.tenant, &asked.submission).await?;
        }
        other => {
            return Err(ServiceError::Internal(format!(
                "nobody knows how to do a job of kind {other}"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_job_waits_longer_each_time_and_is_given_up_in_the_end() {
        let now = DateTime::UNIX_EPOCH;
        let waits: Vec<_> = (1..=8)
            .map(|attempts| retry_at(attempts, now).map(|at| at.timestamp()))
            .collect();
        let expected = [2, 8, 32, 128, 512, 600, 600].map(Some);
        assert_eq!(waits.get(..7), Some(expected.as_slice()));
        assert_eq!(waits.get(7), Some(&None));
    }
}
