//! The rows of the queue: work that may be late but is never lost.
//!
//! A job waits, is claimed for a lease, and then is done (removed), fails (waits again) or is given up (stays, for a
//! person to see). A lease that runs out makes the job claimable again. Among waiting jobs a kind and key stand once;
//! one that runs does not keep a new one from waiting.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use serde_json::Value;

use super::convert::{from_json, json, micros, moment};
use super::schema::jobs;
use super::{Db, StoreError};
use crate::ids::{JobId, TenantId};
use crate::random::Random;

const WAITING: &str = "waiting";
const RUNNING: &str = "running";
const GIVEN_UP: &str = "given_up";

/// Work to enqueue.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    pub tenant: TenantId,
    /// What is to be done, for instance `sync-course`.
    pub kind: String,
    /// What it is done to: two waiting jobs of one kind and key are one.
    pub key: String,
    pub payload: Value,
    pub run_at: DateTime<Utc>,
}

/// Work that a worker has claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub tenant: TenantId,
    pub kind: String,
    pub key: String,
    pub payload: Value,
    /// This attempt included, from 1.
    pub attempts: i32,
    pub run_at: DateTime<Utc>,
    pub locked_until: DateTime<Utc>,
    /// The worker that holds it.
    pub locked_by: String,
}

/// How many jobs of a kind are in a state (`waiting`, `running`, `given_up`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub kind: String,
    pub state: String,
    pub jobs: i64,
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
}

/// Enqueues `job`. One of the same kind and key that waits already stands for it, and runs at the earlier of both
/// times; then the answer is `false`.
///
/// # Errors
/// Trouble with the database.
pub fn enqueue(
    db: &mut Db,
    job: &NewJob,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let row = Row {
        id: JobId::new(now, random).to_string(),
        tenant_id: job.tenant.to_string(),
        kind: job.kind.clone(),
        key: job.key.clone(),
        payload: json(&job.payload)?,
        state: WAITING.to_owned(),
        run_at: micros(job.run_at),
        attempts: 0,
        locked_until: None,
        locked_by: None,
        last_error: None,
        created_at: micros(now),
    };
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
    if waits_until.is_some_and(|at| at <= row.run_at) {
        return Ok(false);
    }
    // PostgreSQL: a claim that commits between the two statements takes the waiting job away; then this one is added.
    for _ in 0..3 {
        let added = on_both!(db, |connection| diesel::insert_into(jobs::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(connection))?;
        if added == 1 {
            return Ok(true);
        }
        let waits = diesel::update(jobs::table)
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
            .execute(db)?;
        if waits == 1 {
            return Ok(false);
        }
    }
    Err(StoreError::Busy)
}

/// Whether work of that kind and key runs, is due, or waits to be tried again. What waits for its first time is not
/// under way. `key` is made of ids.
///
/// # Errors
/// Trouble with the database.
pub fn is_under_way(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(under_way_like(db, tenant, kind, key, now)? > 0)
}

/// How many keys `folder/…` of that kind are under way, as [`is_under_way`] says. `folder` is an id.
///
/// # Errors
/// Trouble with the database.
pub fn under_way_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    under_way_like(db, tenant, kind, &format!("{folder}/%"), now)
}

fn under_way_like(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    pattern: &str,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let waits = jobs::state
        .eq(WAITING)
        .and(jobs::run_at.le(micros(now)).or(jobs::attempts.gt(0)));
    let found: i64 = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(pattern))
        .filter(jobs::state.eq(RUNNING).or(waits))
        .select(diesel::dsl::count(jobs::key).aggregate_distinct())
        .get_result(db)?;
    Ok(usize::try_from(found).unwrap_or_default())
}

/// Removes work of that kind and key that was given up, and says whether there was any: whoever calls it does the work
/// anew. Run it in the transaction that enqueues it. `key` is made of ids.
///
/// # Errors
/// Trouble with the database.
pub fn take_given_up(db: &mut Db, tenant: &TenantId, kind: &str, key: &str) -> Result<bool, StoreError> {
    let gone = diesel::delete(jobs::table)
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(key))
        .filter(jobs::state.eq(GIVEN_UP))
        .execute(db)?;
    Ok(gone > 0)
}

/// As [`take_given_up`], for all keys `folder/…`. `folder` is an id.
///
/// # Errors
/// Trouble with the database.
pub fn take_given_up_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
) -> Result<bool, StoreError> {
    take_given_up(db, tenant, kind, &format!("{folder}/%"))
}

/// Work that was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenUp {
    pub id: JobId,
    pub payload: Value,
}

/// What was given up of that kind with keys `folder/…`, oldest first, at most `limit`. `folder` is an id.
///
/// # Errors
/// Trouble with the database.
pub fn given_up_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    limit: i64,
) -> Result<Vec<GivenUp>, StoreError> {
    let rows: Vec<(String, String)> = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(GIVEN_UP))
        .order(jobs::id)
        .limit(limit)
        .select((jobs::id, jobs::payload))
        .load(db)?;
    let given_up = rows.into_iter().map(|(id, payload)| {
        let payload = from_json("jobs.payload", &payload)?;
        Ok(GivenUp {
            id: id.into(),
            payload,
        })
    });
    given_up.collect()
}

/// Lets work that was given up wait again as if it were new; what went wrong last stays known until it is done. One of
/// the same kind and key that waits already takes its place. Run it in a transaction.
///
/// # Errors
/// Trouble with the database.
pub fn revive(db: &mut Db, tenant: &TenantId, id: &JobId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mine = || {
        jobs::table
            .filter(jobs::tenant_id.eq(tenant.as_str()))
            .filter(jobs::id.eq(id.as_str()))
            .filter(jobs::state.eq(GIVEN_UP))
    };
    let named: Option<(String, String)> = mine().select((jobs::kind, jobs::key)).first(db).optional()?;
    let Some((kind, key)) = named else {
        return Ok(());
    };
    let waiting: i64 = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.eq(key))
        .filter(jobs::state.eq(WAITING))
        .count()
        .get_result(db)?;
    if waiting > 0 {
        diesel::delete(mine()).execute(db)?;
    } else {
        diesel::update(mine())
            .set((
                jobs::state.eq(WAITING),
                jobs::run_at.eq(micros(now)),
                jobs::attempts.eq(0),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Work that has failed at least once and is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// Things that it is to be done to.
    pub keys: usize,
    /// What went wrong with the newest of it.
    pub error: String,
}

/// What is late of that kind with keys `folder/…`, whether it is tried again or was given up. `folder` is an id.
///
/// # Errors
/// Trouble with the database.
pub fn late_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
) -> Result<Option<Late>, StoreError> {
    let late = || {
        jobs::table
            .filter(jobs::tenant_id.eq(tenant.as_str()))
            .filter(jobs::kind.eq(kind))
            .filter(jobs::key.like(format!("{folder}/%")))
            .filter(jobs::last_error.is_not_null())
    };
    let newest: Option<Option<String>> = late()
        .order(jobs::id.desc())
        .select(jobs::last_error)
        .first(db)
        .optional()?;
    let Some(error) = newest.flatten() else {
        return Ok(None);
    };
    let keys: i64 = late()
        .select(diesel::dsl::count(jobs::key).aggregate_distinct())
        .get_result(db)?;
    let keys = usize::try_from(keys).unwrap_or_default();
    Ok(Some(Late { keys, error }))
}

/// How the institutions share a worker: of `kinds`, each has at most `most` running, those of `running` included.
#[derive(Debug, Clone, Default)]
pub struct Share<'a> {
    pub kinds: &'a [&'a str],
    pub most: usize,
    pub running: HashMap<TenantId, usize>,
}

impl Share<'_> {
    /// The institutions that have their share already.
    fn full(&self) -> Vec<&str> {
        let full = self.running.iter().filter(|(_, running)| **running >= self.most);
        full.map(|(tenant, _)| tenant.as_str()).collect()
    }

    /// Whether one more of `kind` may run for `tenant` beside those claimed just now.
    fn allows(&self, tenant: &str, kind: &str, claimed: &[Job]) -> bool {
        if !self.kinds.contains(&kind) {
            return true;
        }
        let ours = |job: &&Job| job.tenant.as_str() == tenant && self.kinds.contains(&job.kind.as_str());
        let before = self.running.iter().find(|(known, _)| known.as_str() == tenant);
        let before = before.map_or(0, |(_, running)| *running);
        before.saturating_add(claimed.iter().filter(ours).count()) < self.most
    }
}

/// Claims up to `limit` jobs that are due, or whose lease ran out, until `now + lease`, longest due first. Two workers
/// never hold the same job, nor two jobs of one kind and key: what read an older state of a course must not be written
/// after what read a newer one. Names no tenant: workers serve all. Run it in a transaction of its own.
///
/// # Errors
/// Trouble with the database.
pub fn claim(
    db: &mut Db,
    now: DateTime<Utc>,
    worker: &str,
    lease: chrono::TimeDelta,
    limit: i64,
) -> Result<Vec<Job>, StoreError> {
    claim_sharing(db, now, worker, lease, limit, &Share::default())
}

/// As [`claim`], leaving alone what an institution has had its share of.
///
/// # Errors
/// Trouble with the database.
pub fn claim_sharing(
    db: &mut Db,
    now: DateTime<Utc>,
    worker: &str,
    lease: chrono::TimeDelta,
    limit: i64,
    share: &Share<'_>,
) -> Result<Vec<Job>, StoreError> {
    let at = micros(now);
    let until = now.checked_add_signed(lease).unwrap_or(now);
    let due = jobs::state.eq(WAITING).and(jobs::run_at.le(at)).or(jobs::state
        .eq(RUNNING)
        .and(jobs::locked_until.assume_not_null().le(at)));
    let same = diesel::alias!(jobs as same);
    let runs = same
        .filter(same.field(jobs::tenant_id).eq(jobs::tenant_id))
        .filter(same.field(jobs::kind).eq(jobs::kind))
        .filter(same.field(jobs::key).eq(jobs::key))
        .filter(same.field(jobs::id).ne(jobs::id))
        .filter(same.field(jobs::state).eq(RUNNING))
        .filter(same.field(jobs::locked_until).assume_not_null().gt(at));
    let full = share.full();
    // The filter is written once for each database: `eq_any` differs.
    macro_rules! due_now {
        () => {
            jobs::table
                .filter(due)
                .filter(diesel::dsl::not(diesel::dsl::exists(runs)))
                .filter(
                    jobs::kind
                        .ne_all(share.kinds.iter().copied())
                        .or(jobs::tenant_id.ne_all(full.iter().copied())),
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
        if claimed.iter().any(stands_for) || !share.allows(&row.tenant_id, &row.kind, &claimed) {
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
            locked_until: until,
            locked_by: worker.to_owned(),
        });
    }
    Ok(claimed)
}

/// Lengthens the lease of a job that still runs. `false`: another worker has it now.
///
/// # Errors
/// Trouble with the database.
pub fn renew(db: &mut Db, job: &Job, until: DateTime<Utc>) -> Result<bool, StoreError> {
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
///
/// # Errors
/// Trouble with the database.
pub fn done(db: &mut Db, job: &Job) -> Result<bool, StoreError> {
    let gone = diesel::delete(jobs::table)
        .filter(jobs::tenant_id.eq(job.tenant.as_str()))
        .filter(jobs::id.eq(job.id.as_str()))
        .filter(jobs::state.eq(RUNNING))
        .filter(jobs::locked_by.eq(&job.locked_by))
        .filter(jobs::attempts.eq(job.attempts))
        .execute(db)?;
    Ok(gone == 1)
}

/// Lets a job that failed wait until `retry_at`, or gives it up when there is none. When a newer one of the same kind
/// and key waits already, that one takes its place. `false`: another worker has it now. Run it in a transaction.
///
/// # Errors
/// Trouble with the database.
pub fn fail(
    db: &mut Db,
    job: &Job,
    error: &str,
    retry_at: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    if retry_at.is_some() {
        let waiting: i64 = jobs::table
            .filter(jobs::tenant_id.eq(job.tenant.as_str()))
            .filter(jobs::kind.eq(&job.kind))
            .filter(jobs::key.eq(&job.key))
            .filter(jobs::state.eq(WAITING))
            .count()
            .get_result(db)?;
        if waiting > 0 {
            return done(db, job);
        }
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

/// How many jobs there are, by kind and state, of all institutions: for metrics.
///
/// # Errors
/// Trouble with the database.
pub fn counts(db: &mut Db) -> Result<Vec<Count>, StoreError> {
    let rows: Vec<(String, String, i64)> = on_both!(db, |connection| jobs::table
        .group_by((jobs::kind, jobs::state))
        .select((jobs::kind, jobs::state, count_star()))
        .order((jobs::kind, jobs::state))
        .load(connection))?;
    Ok(rows
        .into_iter()
        .map(|(kind, state, jobs)| Count { kind, state, jobs })
        .collect())
}
