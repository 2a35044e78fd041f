//! Grades of whole courses, read by the interface of their LMS where somebody lets it be read
//! ([`crate::service::base::rest_access`]).
//!
//! A check of a course has it read (`after_check`), and so does a teacher who asks (`ask`). One reading at a time for each token.
//! What came so far counts, and a reading that broke off begins anew; nothing is taken away but after the whole was read.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::domain::facts::GradeSource;
use crate::domain::reading::{Readings, Why};
use crate::ids::{CourseId, OutsideColumnId, TenantId};
use crate::random::{self, Random};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, AwaitTurn, BackgroundJob as _, ReadGrades};
use crate::service::base::rest_access::{self, Reader, RestTrouble};
use crate::service::base::session::Visitor;
use crate::service::course::copying;
use crate::store::platforms::{self, Home};
use crate::store::{Db, StoreError, courses, enrolments, jobs, readings};

mod canvas;
mod columns;
mod deciding;
mod folk;
mod moodle;
mod reread;
mod sections;
mod session;
mod tracked;
mod view;
mod watched;
mod why;
mod work;

pub(in crate::service::course) use view::unseen;
pub(crate) use view::{Column, Told, told};

use columns::Columns;
use deciding::Asking;
use folk::Folk;
use session::{Session, Stop};
use watched::Watched;

/// When what is left of completion is asked for.
const LEFT: TimeDelta = TimeDelta::minutes(5);

/// Has the grades of a course read after a check of it, where the interface is on, or was. Run it in the transaction of the
/// check.
///
/// # Errors
/// What the store reports.
pub(super) fn after_check(
    db: &mut Db,
    course: &Course,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let (tenant, id) = (&course.tenant, &course.id);
    let was_on = readings::of_course(db, tenant, id)?.is_some_and(|readings| readings.was_on);
    if was_on || readings::is_on(db, tenant, id)? {
        queue::enqueue(db, tenant, &ReadGrades::of(course, cause), now, now, random)?;
    }
    Ok(())
}

/// Has the whole of the visit's course read as soon as possible. The answer is whether it waits for its turn already.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "rest_grades.ask", skip_all)]
pub(crate) async fn ask(cairn: &Cairn, visitor: &Visitor) -> Result<bool, ServiceError> {
    visitor.teach()?;
    let (now, random) = cairn.moment();
    let course = visitor.course.clone();
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        if readings::is_on(db, &course.tenant, &course.id)? {
            readings::ask(db, &course.tenant, &course.id, now)?;
            let job = ReadGrades::of(&course, Cause::CheckNow);
            queue::enqueue(db, &course.tenant, &job, now, now, random.as_ref())?;
        }
        let (tenant, id) = (&course.tenant, course.id.as_str());
        Ok(jobs::is_queued_for(db, tenant, AwaitTurn::NAME, id)?)
    });
    done.await
}

/// What is known before a reading begins.
struct Known {
    course: Course,
    home: Home,
    is_on: bool,
    readings: Readings,
    watched: Watched,
    /// How many students are known.
    students: u64,
}

fn known(db: &mut Db, tenant: &TenantId, id: &CourseId) -> Result<Known, ServiceError> {
    let course = courses::get(db, tenant, id)?.ok_or(ServiceError::NotFound("course"))?;
    Ok(Known {
        home: platforms::home_of_course(db, tenant, id)?,
        is_on: readings::is_on(db, tenant, id)?,
        readings: readings::of_course(db, tenant, id)?.unwrap_or_default(),
        watched: Watched::of(db, &course)?,
        students: u64::try_from(enrolments::learners(db, tenant, id)?.len()).unwrap_or(u64::MAX),
        course,
    })
}

/// Reads what is due of a course. What is out of reach is kept, for its teachers to see. Where it broke off because the process
/// ends, the answer is when it is to be begun anew.
///
/// # Errors
/// What the store reports; trouble with the platform is none.
#[tracing::instrument(name = "rest_grades.read", skip_all)]
pub(crate) async fn read(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    cause: Cause,
) -> Result<Option<DateTime<Utc>>, ServiceError> {
    let (of, id) = (tenant.clone(), course.clone());
    let known = cairn.store.read_with(move |db| known(db, &of, &id)).await?;
    if !known.is_on {
        let off = off(cairn, &known.course, known.readings, cause).await;
        return off.map(|()| None);
    }
    let platform = &known.home.platform;
    let reader = if cause == Cause::CheckNow && known.readings.is_asked_for() {
        rest_access::reader_at_once(cairn, tenant, platform, Some(course)).await
    } else {
        rest_access::reader(cairn, tenant, platform, Some(course)).await
    };
    let reader = match reader {
        Ok(Some(reader)) => reader,
        Ok(None) => {
            let off = off(cairn, &known.course, known.readings, cause).await;
            return off.map(|()| None);
        }
        Err(RestTrouble::Failed(error)) => return Err(error),
        Err(trouble) => {
            let why = why::of_trouble(&trouble).unwrap_or(Why::NoAccess);
            let kept = not_read(cairn, &known.course, known.readings, why).await;
            return kept.map(|()| None);
        }
    };
    let holder = hex::encode(random::bytes::<8>(cairn.random.as_ref()));
    let begun = cairn.clock.now();
    let waits = AwaitTurn {
        grant: reader.held().grant.clone(),
        course: course.clone(),
        cause,
    };
    if !session::turn_or_wait(cairn, waits, tenant, &holder, begun).await? {
        return Ok(None);
    }
    let turn = reader.clone();
    let reading = Box::pin(run(cairn, known, reader, &holder, begun, cause));
    let read = tokio::select! {
        read = session::holding(cairn, &turn, &holder, reading) => read.map(|()| None),
        () = cairn.farewell.said() => Ok(Some(cairn.clock.now())),
    };
    session::end_turn(cairn, &turn, &holder).await?;
    read
}

async fn run(
    cairn: &Cairn,
    known: Known,
    reader: Reader,
    holder: &str,
    begun: DateTime<Utc>,
    cause: Cause,
) -> Result<(), ServiceError> {
    let source = match &reader {
        Reader::Canvas(..) => GradeSource::RestCanvas,
        Reader::Moodle(..) => GradeSource::RestMoodle,
    };
    let columns = begin(cairn, &known, source, begun, cause).await?;
    let mut session = Session {
        cairn,
        course: known.course,
        home: known.home,
        reader: reader.clone(),
        holder: holder.to_owned(),
        cause,
        begun,
        folk: Folk::default(),
        students: known.students,
        columns,
        readings: Readings {
            was_on: true,
            begun_at: Some(begun),
            trouble: known.readings.trouble.clone().filter(stays),
            ..known.readings
        },
        cells: 0,
        grades: 0,
        waits: 0,
        renewed: false,
        is_rescaled: false,
        many: std::collections::BTreeSet::new(),
    };
    let read = match &reader {
        Reader::Canvas(canvas, _) => {
            let read = canvas::read(&mut session, canvas, &known.watched).await;
            read.map(|()| false)
        }
        Reader::Moodle(moodle, _) => moodle::read(&mut session, moodle, &known.watched).await,
    };
    end(session, read).await
}

/// Whether a page goes on saying it while the reading is tried again: a passing trouble may be over.
fn stays(trouble: &Why) -> bool {
    !matches!(trouble, Why::Passing(_))
}

/// Notes that a reading begins, and the first time that the interface is on.
async fn begin(
    cairn: &Cairn,
    known: &Known,
    source: GradeSource,
    begun: DateTime<Utc>,
    cause: Cause,
) -> Result<Columns, ServiceError> {
    let (course, mut readings) = (known.course.clone(), known.readings.clone());
    let is_new = !readings.was_on;
    (readings.was_on, readings.begun_at, readings.cells) = (true, Some(begun), 0);
    readings.trouble = readings.trouble.filter(stays);
    let random = std::sync::Arc::clone(&cairn.random);
    let begun = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        readings::save(db, &course.tenant, &course.id, &readings)?;
        if is_new {
            let asking = Asking {
                cause,
                run_at: begun,
                now: begun,
                random: random.as_ref(),
            };
            deciding::all(db, &course, &asking)?;
        }
        Ok(Columns::of(db, &course, source)?)
    });
    begun.await
}

/// Keeps how a reading ended.
async fn end(session: Session<'_>, read: Result<bool, Stop>) -> Result<(), ServiceError> {
    let (cairn, course, cause) = (session.cairn, session.course, session.cause);
    let mut readings = session.readings;
    let now = cairn.clock.now();
    (readings.begun_at, readings.cells) = (None, session.cells);
    let later: Option<Duration> = match read {
        Ok(left) => {
            (readings.trouble, readings.ended_at) = (None, Some(now));
            rest_access::works(cairn, session.reader.held(), &course.id).await?;
            left.then(|| LEFT.to_std().unwrap_or_default())
        }
        Err(Stop::Off) => return off(cairn, &course, readings, cause).await,
        Err(Stop::Trouble(why, later)) => {
            readings.trouble = Some(why);
            later
        }
        Err(Stop::Failed(error)) => return Err(error),
    };
    let many: Vec<OutsideColumnId> = session.many.into_iter().collect();
    let random = std::sync::Arc::clone(&cairn.random);
    let done = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        let (tenant, id) = (&course.tenant, &course.id);
        let ruled = readings::ruled(db, tenant, id)?;
        readings::save(db, tenant, id, &readings)?;
        let asking = Asking {
            cause,
            run_at: now,
            now,
            random: random.as_ref(),
        };
        deciding::columns(db, &course, &many, &asking)?;
        copying::map_again(db, &course, now, random.as_ref())?;
        if readings::ruled(db, tenant, id)? != ruled {
            // What is released is the word of the LMS now, or no longer.
            deciding::all(db, &course, &asking)?;
        }
        if let Some(later) = later.and_then(|later| TimeDelta::from_std(later).ok()) {
            let job = ReadGrades::of(&course, cause);
            queue::enqueue(db, tenant, &job, now + later, now, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// The interface is off: what it told counts no more, and whoever is concerned is decided once. What was awarded stays.
async fn off(
    cairn: &Cairn,
    course: &Course,
    mut readings: Readings,
    cause: Cause,
) -> Result<(), ServiceError> {
    if !readings.was_on {
        return Ok(());
    }
    (readings.was_on, readings.begun_at, readings.trouble) = (false, None, None);
    // Everything is read anew when it is on again.
    readings.done = crate::domain::reading::Done::default();
    let (now, random) = cairn.moment();
    let course = course.clone();
    let done = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        readings::save(db, &course.tenant, &course.id, &readings)?;
        let asking = Asking {
            cause,
            run_at: now,
            now,
            random: random.as_ref(),
        };
        sections::forget(db, &course, now, random.as_ref())?;
        Ok(deciding::all(db, &course, &asking)?)
    });
    done.await
}

/// There is no way in for now: what is known stays.
async fn not_read(
    cairn: &Cairn,
    course: &Course,
    mut readings: Readings,
    why: Why,
) -> Result<(), ServiceError> {
    (readings.was_on, readings.begun_at, readings.trouble) = (true, None, Some(why));
    let (tenant, id) = (course.tenant.clone(), course.id.clone());
    let kept = cairn
        .store
        .write(move |db| readings::save(db, &tenant, &id, &readings));
    Ok(kept.await?)
}

/// A course that waits for a token is read next; where it is read so no more, the next one is. While another one is read with the
/// token, the answer is when to look again.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "rest_grades.turn_came", skip_all)]
pub(crate) async fn turn_came(
    cairn: &Cairn,
    tenant: &TenantId,
    turn: &AwaitTurn,
) -> Result<Option<DateTime<Utc>>, ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, turn) = (tenant.clone(), turn.clone());
    let done = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        if let Some(at) = session::look_again(db, &tenant, &turn.grant, now)? {
            return Ok(Some(at));
        }
        let course = courses::get(db, &tenant, &turn.course)?;
        match course {
            Some(course) if readings::is_on(db, &tenant, &course.id)? => {
                let job = ReadGrades::of(&course, turn.cause);
                queue::enqueue(db, &tenant, &job, now, now, random.as_ref())?;
            }
            _ => jobs::wake_first_below(db, &tenant, AwaitTurn::NAME, turn.grant.as_str(), now)?,
        }
        Ok(None)
    });
    done.await
}
