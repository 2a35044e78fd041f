//! The state of the queue: what is under way, and how much there is.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::{GIVEN_UP, RUNNING, WAITING};
use crate::ids::TenantId;
use crate::store::convert::{micros, moment, opt_moment};
use crate::store::schema::jobs;
use crate::store::{Db, StoreError};

/// Whether work of that kind and key runs, is due, or waits to be tried again. What waits for its first time is not
/// under way. `key` is made of ids.
pub(crate) fn is_under_way(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(under_way_like(db, tenant, kind, key, now)? > 0)
}

/// What the queue knows of a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It waits or runs.
    UnderWay,
    /// It was given up; what went wrong last.
    GivenUp(String),
    /// It is not in the queue: it was done, or never asked for.
    Absent,
}

/// How work of that kind and key stands. Where it was given up and asked for anew, the new one counts.
pub(crate) fn standing(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    key: &str,
) -> Result<Standing, StoreError> {
    let rows: Vec<(String, Option<String>)> = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.eq(key))
        .order(jobs::id)
        .select((jobs::state, jobs::last_error))
        .load(db)?;
    if rows.iter().any(|(state, _)| state != GIVEN_UP) {
        return Ok(Standing::UnderWay);
    }
    let last = rows.into_iter().next_back();
    Ok(last.map_or(Standing::Absent, |(_, error)| {
        Standing::GivenUp(error.unwrap_or_default())
    }))
}

/// Whether work of that kind with a key `…/name` waits, for whenever it may be, or runs. `name` is an id.
pub(crate) fn is_queued_for(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    name: &str,
) -> Result<bool, StoreError> {
    let found: i64 = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("%/{name}")))
        .filter(jobs::state.ne(GIVEN_UP))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// When the first of that kind with keys `folder/…` that waits is to run. `folder` is an id.
pub(crate) fn first_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let first: Option<i64> = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(WAITING))
        .order(jobs::run_at)
        .select(jobs::run_at)
        .first(db)
        .optional()?;
    opt_moment(first)
}

/// How many keys `folder/…` of that kind are under way, as [`is_under_way`] says. `folder` is an id.
pub(crate) fn under_way_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    under_way_like(db, tenant, kind, &format!("{folder}/%"), now)
}

/// How many keys `folder/…` of that kind run or are due. What failed and waits for its next try is not among them: nobody
/// can say when that ends.
pub(crate) fn due_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let due = jobs::state.eq(WAITING).and(jobs::run_at.le(micros(now)));
    let found: i64 = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(RUNNING).or(due))
        .select(diesel::dsl::count(jobs::key).aggregate_distinct())
        .get_result(db)?;
    Ok(usize::try_from(found).unwrap_or_default())
}

/// Those keys themselves, as many as that.
pub(crate) fn due_keys_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let due = jobs::state.eq(WAITING).and(jobs::run_at.le(micros(now)));
    Ok(jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(RUNNING).or(due))
        .order(jobs::id)
        .limit(limit)
        .select(jobs::key)
        .load(db)?)
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

/// How many jobs of a kind are in a state (`waiting`, `running`, `given_up`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) jobs: i64,
    /// When the first of them is, or was, to run.
    pub(crate) first_at: DateTime<Utc>,
}

impl Count {
    /// For how long the one that is longest due has been waiting for a worker; none when nothing is due.
    #[must_use]
    pub(crate) fn waits_for(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let late = now.signed_duration_since(self.first_at);
        (self.state == WAITING && late >= TimeDelta::zero()).then_some(late)
    }
}

/// How many jobs there are, by kind and state, of all institutions: for metrics.
pub(crate) fn counts(db: &mut Db) -> Result<Vec<Count>, StoreError> {
    let rows: Vec<(String, String, i64, Option<i64>)> = on_both!(db, |connection| jobs::table
        .group_by((jobs::kind, jobs::state))
        .select((jobs::kind, jobs::state, count_star(), min(jobs::run_at)))
        .order((jobs::kind, jobs::state))
        .load(connection))?;
    let count = |(kind, state, jobs, first_at): (_, _, _, Option<i64>)| {
        Ok(Count {
            kind,
            state,
            jobs,
            // A group has at least one row.
            first_at: moment(first_at.unwrap_or_default())?,
        })
    };
    rows.into_iter().map(count).collect()
}
