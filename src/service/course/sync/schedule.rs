//! When a course is checked: on the schedule, after a launch, or as soon as possible.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::ids::{CourseId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, CheckCourse};
use crate::store::{Db, StoreError, courses};

/// Launches of a whole class make one check in so long.
const LAUNCH_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// Courses that one look at the schedule takes up; the next look takes the others.
const AT_ONCE: i64 = 100;

/// Has a course checked as soon as possible; one that waits already stands for it.
#[tracing::instrument(name = "schedule.enqueue_check", skip_all)]
pub(crate) async fn enqueue_check(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    cause: Cause,
) -> Result<(), ServiceError> {
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (tenant, course) = (tenant.clone(), course.clone());
    let done = cairn.store.write(move |db| {
        // A course that is gone has nothing to check.
        match courses::get(db, &tenant, &course)? {
            Some(course) => {
                let job = CheckCourse::of(&course, cause);
                queue::enqueue(db, &tenant, &job, now, now, random.as_ref())
            }
            None => Ok(()),
        }
    });
    Ok(done.await?)
}

/// After a launch: a course that was read a moment ago waits a little, so that a class that opens its course together
/// makes one check. `news`: the launch offers a service that was not known, so nothing was read by it yet and the check
/// starts at once. Run it in the launch's transaction.
pub(crate) fn enqueue_after_launch(
    db: &mut Db,
    course: &Course,
    news: bool,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let earliest = course
        .checks
        .last_at
        // What seems to have been read in the future was read by a clock that was ahead.
        .filter(|last| !news && *last <= now)
        .and_then(|last| last.checked_add_signed(LAUNCH_PAUSE));
    let run_at = earliest.map_or(now, |earliest| earliest.max(now));
    let job = CheckCourse::of(course, Cause::Launch);
    queue::enqueue(db, &course.tenant, &job, run_at, now, random)
}

/// Enqueues the checks that the schedule calls for, and says how many.
#[tracing::instrument(name = "schedule.enqueue_due", skip_all)]
pub(crate) async fn enqueue_due(cairn: &Cairn) -> Result<usize, ServiceError> {
    let Some(interval) = cairn.settings.check_interval else {
        return Ok(0);
    };
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let due = cairn
        .store
        .read(move |db| courses::due(db, now, interval, AT_ONCE));
    let due = due.await?;
    if due.is_empty() {
        return Ok(0);
    }
    let count = due.len();
    let enqueue = cairn.store.write(move |db| {
        for course in due {
            let job = CheckCourse::of(&course, Cause::Schedule);
            queue::enqueue(db, &course.tenant, &job, now, now, random.as_ref())?;
            let next = course.life.next_look(now, Some(interval));
            courses::set_next_check(db, &course.tenant, &course.id, next)?;
        }
        Ok(())
    });
    enqueue.await?;
    Ok(count)
}
