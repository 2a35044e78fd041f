//! Reading a course at its platform: members, gradebook columns and results become facts, and in the same transaction
//! the evaluations that they call for are enqueued.
//!
//! `schedule` says when, `read` asks the platform, `seed` makes the result rows that Canvas hides otherwise, `write`
//! turns a reading into facts, `progress` tells who waits.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::cause::Cause;
use crate::ids::{CourseId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{courses, registrations};

mod progress;
mod read;
mod scale;
mod schedule;
mod seed;
mod write;

pub(in crate::service) use read::{platform, vetted};

pub(in crate::service) use progress::progress_of;
pub use progress::{CheckProgress, progress};
pub use read::sentence;
pub use schedule::{enqueue_after_launch, enqueue_check, enqueue_due};

use read::Reading;
use seed::Seedable;

/// Reading a course ends after so long, whatever the platform does.
const LONGEST: Duration = Duration::from_mins(8);

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckOutcome {
    /// Members listed.
    pub people: usize,
    /// Gradebook columns that are there.
    pub items: usize,
    /// Results read.
    pub results: usize,
    /// People of whom something changed.
    pub changed: usize,
    /// What went wrong, as a sentence for the instructor.
    pub problem: Option<String>,
}

/// Reads a course and writes what is new. A part that cannot be read leaves the others standing and is named in the
/// course's problem.
///
/// # Errors
/// What the store reports; trouble with the platform is part of the outcome.
pub async fn check_course(
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
        let seedable = Seedable::of(db, &course)?;
        Ok((course, registration, seedable))
    });
    let (course, registration, seedable) = found.await?;
    let read_at = cairn.clock.now();
    let reading = read::read(cairn, &course, &registration, &seedable);
    let reading = within(LONGEST, reading).await;
    let took = write::Taking {
        course,
        scale: registration.capabilities().result_scale,
        reading,
        cause,
        read_at,
        next_at: cairn
            .settings
            .check_interval
            .and_then(|interval| read_at.checked_add_signed(interval)),
        random: Arc::clone(&cairn.random),
    };
    let outcome = cairn.store.write_retrying(move |db| took.write(db)).await?;
    metrics::counter!("cairn_checks_total").increment(1);
    Ok(outcome)
}

/// A platform that does not come to an end leaves everything as it is known.
async fn within(longest: Duration, reading: impl Future<Output = Reading>) -> Reading {
    match tokio::time::timeout(longest, reading).await {
        Ok(reading) => reading,
        Err(_) => Reading::failed(format!(
            "The platform did not answer everything within {} minutes. What is known stays; Cairn will read again.",
            longest.as_secs() / 60
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_platform_that_never_ends_is_left_with_a_sentence_and_nothing_read() {
        let reading = within(Duration::from_millis(20), std::future::pending()).await;
        assert!(reading.items.is_none() && reading.members.is_none() && reading.results.is_empty());
        assert!(
            reading.problems.join(" ").contains("did not answer"),
            "{reading:?}"
        );
    }
}
