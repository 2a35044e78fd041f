//! Reading a course at its platform: members, gradebook columns and results become facts, and in the same transaction
//! the evaluations that they call for are enqueued.
//!
//! `schedule` says when, `read` asks the platform, `aliases` whom results name by another id, `write` turns a reading into facts, `progress` tells who waits. Nothing
//! is written at the platform: a score without points would mark the work as one that waits for a grade.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::cause::Cause;
use crate::ids::{CourseId, TenantId};
use crate::service::Cairn;
use crate::service::award::over_time;
use crate::service::base::error::ServiceError;
use crate::service::base::trouble::{Reason, Trouble};
use crate::store::{courses, links, platforms, registrations};
use crate::telemetry::metric;
use lti::capabilities::ServicesTold;

mod aliases;
mod progress;
mod read;
mod remade;
mod scale;
mod schedule;
mod write;

pub(in crate::service) use progress::progress_of;
pub(crate) use progress::{Beyond, CheckProgress, Ended, Since, Stage, progress};
pub(in crate::service::course) use scale::{result_seen, scaled};
pub(crate) use schedule::{enqueue_after_launch, enqueue_check, enqueue_due};

use read::Reading;

/// Reading a course ends after so long, whatever the platform does.
const LONGEST: Duration = Duration::from_mins(8);

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CheckOutcome {
    /// Members listed.
    pub(crate) people: usize,
    /// Gradebook columns that are there.
    pub(crate) items: usize,
    /// Results read.
    pub(crate) results: usize,
    /// People of whom something changed.
    pub(crate) changed: usize,
    /// What went wrong.
    pub(crate) problem: Option<Trouble>,
}

/// Reads a course and writes what is new. A part that cannot be read leaves the others standing and is named in the
/// course's problem.
///
/// # Errors
/// What the store reports; trouble with the platform is part of the outcome.
#[tracing::instrument(name = "sync.check_course", skip_all)]
pub(crate) async fn check_course(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    cause: Cause,
) -> Result<CheckOutcome, ServiceError> {
    let begun = Instant::now();
    if let Err(error) = over_time::keep_day(cairn, tenant, course).await {
        // Nobody's badge hangs on it, and the next check of the day makes up for it.
        tracing::warn!(%error, "where the class stands today could not be kept");
    }
    let checked = check(cairn, tenant, course, cause).await;
    let outcome = match &checked {
        Ok(CheckOutcome { problem: None, .. }) => "complete",
        Ok(_) => "incomplete",
        Err(_) => "failed",
    };
    metrics::counter!(metric::CHECKS, "outcome" => outcome).increment(1);
    metrics::histogram!(metric::CHECK_SECONDS).record(begun.elapsed());
    checked
}

async fn check(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    cause: Cause,
) -> Result<CheckOutcome, ServiceError> {
    let (owner, id) = (tenant.clone(), course.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let course = courses::get(db, &owner, &id)?.ok_or(ServiceError::NotFound("course"))?;
        let registration = registrations::get(db, &owner, &course.registration)?
            .ok_or(ServiceError::NotFound("platform"))?;
        let home = platforms::home_of_course(db, &owner, &id)?;
        let belongs = platforms::belonging(db, &owner, &course.deployment)?.unwrap_or_default();
        // What another platform says at the same address is of other people.
        let is_its_own =
            belongs.review_of.is_none() && belongs.platform.is_none_or(|platform| platform == home.platform);
        let opened = registration.capabilities().services_told == ServicesTold::Always
            || links::any_opened(db, &owner, &id)?;
        Ok((course, registration, home, is_its_own, opened))
    });
    let (course, registration, home, is_its_own, opened) = found.await?;
    let read_at = cairn.clock.now();
    let reading = if is_its_own {
        let reading = read::read(cairn, &course, &registration, opened);
        let mut reading = within(LONGEST, reading).await;
        aliases::look_up(cairn, &course, &registration, &home, &mut reading).await?;
        reading
    } else {
        Reading::failed(Reason::AnotherPlatform)
    };
    let capabilities = registration.capabilities();
    let took = write::Taking {
        course,
        home,
        scale: capabilities.result_scale,
        changed_points: capabilities.changed_points,
        reading,
        cause,
        read_at,
        interval: cairn.settings.check_interval,
        random: Arc::clone(&cairn.random),
        vault: cairn.vault.clone(),
    };
    cairn.store.write_retrying(move |db| took.write(db)).await
}

/// A platform that does not come to an end leaves everything as it is known.
async fn within(longest: Duration, reading: impl Future<Output = Reading>) -> Reading {
    match tokio::time::timeout(longest, reading).await {
        Ok(reading) => reading,
        Err(_) => Reading::failed(Reason::NotWithin {
            minutes: longest.as_secs() / 60,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_platform_that_never_ends_is_left_with_a_reason_and_nothing_read() {
        let reading = within(Duration::from_millis(20), std::future::pending()).await;
        assert!(reading.items.is_none() && reading.members.is_none() && reading.results.is_empty());
        assert_eq!(reading.problems, [Reason::NotWithin { minutes: 0 }]);
    }
}
