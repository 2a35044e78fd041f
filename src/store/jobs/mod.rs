//! The rows of the queue: work that may be late but is never lost.
//!
//! A job waits, is claimed for a lease, and then is done (removed), fails (waits again) or is given up (stays, for a
//! person to see). A lease that runs out makes the job claimable again. Among waiting jobs a kind and key stand once;
//! one that runs does not keep a new one from waiting.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::convert::{beyond, from_json, json, micros, moment};
use super::schema::jobs;
use super::{Db, StoreError};
use crate::ids::{JobId, PersonId, RegistrationId, TenantId};
use crate::random::Random;

mod late;
mod people;
mod state;

pub(crate) use late::{
    Late, given_up_below, hurry_below, late_below, revive, take_given_up, take_given_up_below,
    wake_first_below,
};
pub(crate) use people::forget_person;
pub(crate) use state::{
    Count, Standing, counts, due_below, due_keys_below, first_below, is_queued_for, is_under_way, standing,
    under_way_below,
};

const WAITING: &str = "waiting";
const RUNNING: &str = "running";
const GIVEN_UP: &str = "given_up";

/// Nothing that failed waits for longer until it is tried again.
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(10);
/// Nothing rests for longer until it is looked at again.
const LONGEST_REST: TimeDelta = TimeDelta::days(1);
/// Microseconds within which work is to run that was not put off on purpose: an hour.
const SOON: i64 = 3_600_000_000;

/// What a job can be, as it is stored.
pub(crate) const STATES: [&str; 3] = [WAITING, RUNNING, GIVEN_UP];

/// Work to enqueue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewJob {
    pub(crate) tenant: TenantId,
    /// What is to be done, for instance `sync-course`.
    pub(crate) kind: String,
    /// What it is done to: two waiting jobs of one kind and key are one.
    pub(crate) key: String,
    pub(crate) payload: Value,
    pub(crate) run_at: DateTime<Utc>,
    /// The platform that it calls; none for work that calls nobody.
    pub(crate) platform: Option<RegistrationId>,
    /// The person whom it concerns, with whom it goes when they are erased; none for work that concerns nobody.
    pub(crate) person: Option<PersonId>,
}

/// Work that a worker has claimed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) tenant: TenantId,
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) payload: Value,
    /// This attempt included, from 1.
    pub(crate) attempts: i32,
    pub(crate) run_at: DateTime<Utc>,
    /// The platform that it calls.
    pub(crate) platform: Option<RegistrationId>,
    pub(crate) locked_until: DateTime<Utc>,
    /// The worker that holds it.
    pub(crate) locked_by: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    kind: String,
    key: String,
    payload: String,
    state: String,
    run_at: i64,
    attempts: i32,
    locked_until: Option<i64>,
    locked_by: Option<String>,
    last_error: Option<String>,
    created_at: i64,
    platform: Option<String>,
    person_id: Option<String>,
}

/// Enqueues `job`. One of the same kind and key that waits already stands for it, and runs at the earlier of both
/// times; then the answer is `false`.
pub(crate) fn enqueue(
    db: &mut Db,
    job: &NewJob,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let run_at = micros(job.run_at);
    // Most often one waits already that runs soon enough. PostgreSQL locks it until we commit, so that no worker claims
    // it before it can see what this transaction writes; SQLite has no other writer meanwhile.
    let waits_until: Option<i64> = {
        let waiting = jobs::table
            .filter(jobs::tenant_id.eq(job.tenant.as_str()))
            .filter(jobs::kind.eq(&job.kind))
            .filter(jobs::key.eq(&job.key))
            .filter(jobs::state.eq(WAITING))
            .select(jobs::run_at);
        match db {
            Db::Postgres(connection) => waiting.for_update().get_result(connection),
            Db::Sqlite(connection) => waiting.get_result(connection),
        }
        .optional()?
    };
    if waits_until.is_some_and(|at| at <= run_at) {
        return Ok(false);
    }
    let row = Row {
        id: JobId::new(now, random).to_string(),
        tenant_id: job.tenant.to_string(),
        kind: job.kind.clone(),
        key: job.key.clone(),
        payload: json(&job.payload)?,
        state: WAITING.to_owned(),
        run_at,
        attempts: 0,
        locked_until: None,
        locked_by: None,
        last_error: None,
        created_at: micros(now),
        platform: job.platform.as_ref().map(ToString::to_string),
        person_id: job.person.as_ref().map(ToString::to_string),
    };
    // PostgreSQL: a claim that commits between the two statements takes the waiting job away; then this one is added.
    for _ in 0..3 {
        let added = on_both!(db, |connection| diesel::insert_into(jobs::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(connection))?;
        if added == 1 {
            return Ok(true);
        }
        let waits = on_both!(db, |connection| diesel::update(jobs::table)
            .filter(jobs::tenant_id.eq(job.tenant.as_str()))
            .filter(jobs::kind.eq(&job.kind))
            .filter(jobs::key.eq(&job.key))
            .filter(jobs::state.eq(WAITING))
            .set(
                jobs::run_at.eq(diesel::dsl::case_when(
                    jobs::run_at.gt(row.run_at),
                    row.run_at.into_sql::<diesel::sql_types::BigInt>(),
                )
                .otherwise(jobs::run_at)),
            )
            .execute(connection))?;
        if waits == 1 {
            return Ok(false);
        }
    }
    Err(StoreError::Busy)
}

/// How platforms and institutions share a worker: of the jobs that call a platform, so many may run for each. What runs
/// already, with its platform, is counted.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    pub(crate) most_of_platform: usize,
    pub(crate) most_of_institution: usize,
    pub(crate) running: Vec<(TenantId, RegistrationId)>,
    /// What takes long and has a share of its own, so that nothing waits behind it.
    pub(crate) apart: Option<Apart>,
    /// What this worker has in hand, whatever its leases say: a clock that is put forward ends them all at once.
    pub(crate) held: Vec<JobId>,
}

/// The share of one kind of work that takes long. It is not counted among the others.
#[derive(Debug, Clone)]
pub(crate) struct Apart {
    pub(crate) kind: &'static str,
    pub(crate) most_of_platform: usize,
    /// For all platforms together.
    pub(crate) most: usize,
    pub(crate) running: Vec<RegistrationId>,
}

impl Apart {
    fn is_full(&self) -> bool {
        self.running.len() >= self.most
    }

    /// The same as [`Share::take`].
    fn take(&mut self, platform: &str) -> bool {
        let running = self.running.iter().filter(|one| one.as_str() == platform);
        let room = running.count() < self.most_of_platform && !self.is_full();
        if room {
            self.running.push(platform.into());
        }
        room
    }
}

impl Share {
    fn of_platform(&self, platform: &str) -> usize {
        self.running
            .iter()
            .filter(|(_, one)| one.as_str() == platform)
            .count()
    }

    fn of_institution(&self, tenant: &str) -> usize {
        self.running
            .iter()
            .filter(|(one, _)| one.as_str() == tenant)
            .count()
    }

    /// Those of `names` that have their share already, each once.
    fn full<'a>(names: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for name in names {
            let count = counts.entry(name).or_default();
            *count = count.saturating_add(1);
        }
        let full = counts.into_iter().filter(|(_, count)| *count >= most);
        full.map(|(name, _)| name).collect()
    }

    /// Whether one more call may run, and if so counts it.
    fn take(&mut self, kind: &str, tenant: &str, platform: Option<&str>) -> bool {
        let Some(platform) = platform else {
            return true;
        };
        if let Some(apart) = self.apart.as_mut().filter(|apart| apart.kind == kind) {
            return apart.take(platform);
        }
        let room = self.of_platform(platform) < self.most_of_platform
            && self.of_institution(tenant) < self.most_of_institution;
        if room {
            self.running.push((tenant.into(), platform.into()));
        }
        room
    }
}

/// Whether what waits is due: its time has come, or a clock that was ahead and has been set right since put it farther
/// away than it can have been meant. What rests is locked while it waits, which tells it from what failed. Only what was put
/// off on purpose when it was enqueued, such as the release of a column, may wait for longer than a day.
macro_rules! due_at {
    ($now:expr) => {
        jobs::run_at
            .le(micros($now))
            .or(jobs::attempts
                .gt(0)
                .and(jobs::locked_until.is_null())
                .and(jobs::run_at.gt(beyond($now, LONGEST_RETRY))))
            .or(jobs::locked_until
                .is_not_null()
                .and(jobs::run_at.gt(beyond($now, LONGEST_REST))))
            .or(jobs::created_at
                .gt(beyond($now, TimeDelta::zero()))
                .and(jobs::run_at.le(jobs::created_at + SOON)))
    };
}

/// Claims up to `limit` jobs that are due, or whose lease ran out, until `now + lease`, longest due first, leaving alone
/// what a platform or an institution has had its share of. Two workers never hold the same job, nor two jobs of one kind
/// and key: what read an older state of a course must not be written after what read a newer one. Names no tenant:
/// workers serve all. Run it in a transaction of its own.
pub(crate) fn claim(
    db: &mut Db,
    now: DateTime<Utc>,
    worker: &str,
    lease: TimeDelta,
    limit: i64,
    mut share: Share,
) -> Result<Vec<Job>, StoreError> {
    let at = micros(now);
    let until = now.checked_add_signed(lease).unwrap_or(now);
    // A lease that goes on for longer than any was given by a clock that was ahead, and whoever holds it renews it.
    let never_given = beyond(now, lease);
    let locked_until = || jobs::locked_until.assume_not_null();
    let abandoned = locked_until().le(at).or(locked_until().gt(never_given));
    let due = jobs::state
        .eq(WAITING)
        .and(due_at!(now))
        .or(jobs::state.eq(RUNNING).and(abandoned));
    let same = diesel::alias!(jobs as same);
    let runs = same
        .filter(same.field(jobs::tenant_id).eq(jobs::tenant_id))
        .filter(same.field(jobs::kind).eq(jobs::kind))
        .filter(same.field(jobs::key).eq(jobs::key))
        .filter(same.field(jobs::id).ne(jobs::id))
        .filter(same.field(jobs::state).eq(RUNNING))
        .filter(same.field(jobs::locked_until).assume_not_null().gt(at))
        .filter(same.field(jobs::locked_until).assume_not_null().le(never_given));
    let held = share.held.clone();
    let held: Vec<&str> = held.iter().map(JobId::as_str).collect();
    let running = share.running.clone();
    let platforms = running.iter().map(|(_, platform)| platform.as_str());
    let platforms = Share::full(platforms, share.most_of_platform);
    let institutions = running.iter().map(|(tenant, _)| tenant.as_str());
    let institutions = Share::full(institutions, share.most_of_institution);
    let apart = share.apart.clone();
    let apart_kind = apart.as_ref().map_or("", |apart| apart.kind);
    let apart_closed: Vec<&str> = apart
        .iter()
        .filter(|one| one.is_full())
        .map(|one| one.kind)
        .collect();
    let apart_platforms = apart.as_ref().map_or_else(Vec::new, |apart| {
        let running = apart.running.iter().map(RegistrationId::as_str);
        Share::full(running, apart.most_of_platform)
    });
    // The filter is written once for each database: `eq_any` differs.
    macro_rules! due_now {
        () => {
            jobs::table
                .filter(due)
                .filter(jobs::id.ne_all(held.iter().copied()))
                .filter(diesel::dsl::not(diesel::dsl::exists(runs)))
                .filter(
                    jobs::platform
                        .is_null()
                        .or(jobs::kind
                            .ne(apart_kind)
                            .and(
                                jobs::platform
                                    .assume_not_null()
                                    .ne_all(platforms.iter().copied()),
                            )
                            .and(jobs::tenant_id.ne_all(institutions.iter().copied())))
                        .or(jobs::kind
                            .eq(apart_kind)
                            .and(jobs::kind.ne_all(apart_closed.iter().copied()))
                            .and(
                                jobs::platform
                                    .assume_not_null()
                                    .ne_all(apart_platforms.iter().copied()),
                            )),
                )
                .order((jobs::run_at, jobs::id))
                .limit(limit)
        };
    }
    let rows: Vec<Row> = match db {
        Db::Postgres(connection) => due_now!()
            .for_update()
            .skip_locked()
            .select(Row::as_select())
            .load(connection)?,
        // The transaction holds the one writer's lock of SQLite.
        Db::Sqlite(connection) => due_now!().select(Row::as_select()).load(connection)?,
    };
    let mut claimed: Vec<Job> = Vec::with_capacity(rows.len());
    for row in rows {
        let stands_for = |job: &Job| {
            job.kind == row.kind && job.key == row.key && job.tenant.as_str() == row.tenant_id.as_str()
        };
        if claimed.iter().any(stands_for) || !share.take(&row.kind, &row.tenant_id, row.platform.as_deref()) {
            continue;
        }
        let attempts = row.attempts.saturating_add(1);
        diesel::update(jobs::table)
            .filter(jobs::tenant_id.eq(&row.tenant_id))
            .filter(jobs::id.eq(&row.id))
            .set((
                jobs::state.eq(RUNNING),
                jobs::attempts.eq(attempts),
                jobs::locked_until.eq(Some(micros(until))),
                jobs::locked_by.eq(Some(worker)),
            ))
            .execute(db)?;
        claimed.push(Job {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            kind: row.kind,
            key: row.key,
            payload: from_json("jobs.payload", &row.payload)?,
            attempts,
            run_at: moment(row.run_at)?,
            platform: row.platform.map(RegistrationId::from),
            locked_until: until,
            locked_by: worker.to_owned(),
        });
    }
    Ok(claimed)
}

/// Lengthens the lease of a job that still runs. `false`: another worker has it now.
pub(crate) fn renew(db: &mut Db, job: &Job, until: DateTime<Utc>) -> Result<bool, StoreError> {
    let held = diesel::update(jobs::table)
        .filter(jobs::tenant_id.eq(job.tenant.as_str()))
        .filter(jobs::id.eq(job.id.as_str()))
        .filter(jobs::state.eq(RUNNING))
        .filter(jobs::locked_by.eq(&job.locked_by))
        .filter(jobs::attempts.eq(job.attempts))
        .set(jobs::locked_until.eq(Some(micros(until))))
        .execute(db)?;
    Ok(held == 1)
}

/// Removes a job that was done. `false`: its lease ran out and another worker has it now.
pub(crate) fn done(db: &mut Db, job: &Job) -> Result<bool, StoreError> {
    let gone = diesel::delete(jobs::table)
        .filter(jobs::tenant_id.eq(job.tenant.as_str()))
        .filter(jobs::id.eq(job.id.as_str()))
        .filter(jobs::state.eq(RUNNING))
        .filter(jobs::locked_by.eq(&job.locked_by))
        .filter(jobs::attempts.eq(job.attempts))
        .execute(db)?;
    Ok(gone == 1)
}

/// Whether one of the same kind and key waits.
fn another_waits(db: &mut Db, job: &Job) -> Result<bool, StoreError> {
    let waiting: i64 = jobs::table
        .filter(jobs::tenant_id.eq(job.tenant.as_str()))
        .filter(jobs::kind.eq(&job.kind))
        .filter(jobs::key.eq(&job.key))
        .filter(jobs::state.eq(WAITING))
        .count()
        .get_result(db)?;
    Ok(waiting > 0)
}

/// Ends a job that could not do what it is for, whatever is tried: `problem` stays to be told until the same is asked for again.
/// When that waits already, it takes its place. `false`: another worker has it now. Run it in a transaction.
pub(crate) fn end_with(db: &mut Db, job: &Job, problem: &str) -> Result<bool, StoreError> {
    if another_waits(db, job)? {
        done(db, job)
    } else {
        fail(db, job, problem, None)
    }
}

/// Lets a job that was left alone wait until then, a day at most, with what went wrong before; the look at it was no attempt. When
/// a newer one of the same kind and key waits already, that one takes its place. `false`: another worker has it now. Run it in a
/// transaction.
pub(crate) fn rest(db: &mut Db, job: &Job, until: DateTime<Utc>) -> Result<bool, StoreError> {
    if another_waits(db, job)? {
        return done(db, job);
    }
    let changed = diesel::update(jobs::table)
        .filter(jobs::tenant_id.eq(job.tenant.as_str()))
        .filter(jobs::id.eq(job.id.as_str()))
        .filter(jobs::state.eq(RUNNING))
        .filter(jobs::locked_by.eq(&job.locked_by))
        .filter(jobs::attempts.eq(job.attempts))
        .set((
            jobs::state.eq(WAITING),
            jobs::run_at.eq(micros(until)),
            jobs::attempts.eq(job.attempts.saturating_sub(1)),
            jobs::locked_until.eq(Some(micros(until))),
            jobs::locked_by.eq(None::<String>),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Lets a job that failed wait until `retry_at`, or gives it up when there is none. When a newer one of the same kind
/// and key waits already, that one takes its place. `false`: another worker has it now. Run it in a transaction.
pub(crate) fn fail(
    db: &mut Db,
    job: &Job,
    error: &str,
    retry_at: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    if retry_at.is_some() && another_waits(db, job)? {
        return done(db, job);
    }
    let run_at = retry_at.unwrap_or(job.run_at);
    let changed = diesel::update(jobs::table)
        .filter(jobs::tenant_id.eq(job.tenant.as_str()))
        .filter(jobs::id.eq(job.id.as_str()))
        .filter(jobs::state.eq(RUNNING))
        .filter(jobs::locked_by.eq(&job.locked_by))
        .filter(jobs::attempts.eq(job.attempts))
        .set((
            jobs::state.eq(if retry_at.is_some() { WAITING } else { GIVEN_UP }),
            jobs::run_at.eq(micros(run_at)),
            jobs::locked_until.eq(None::<i64>),
            jobs::locked_by.eq(None::<String>),
            jobs::last_error.eq(Some(error)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
