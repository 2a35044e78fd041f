//! Work that failed: what is late, what was given up, and how it begins anew.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::{GIVEN_UP, WAITING};
use crate::ids::{JobId, TenantId};
use crate::store::convert::{from_json, micros};
use crate::store::schema::jobs;
use crate::store::{Db, StoreError};

/// Removes work of that kind and key that was given up, and says whether there was any: whoever calls it does the work
/// anew. Run it in the transaction that enqueues it.
pub(crate) fn take_given_up(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    key: &str,
) -> Result<bool, StoreError> {
    let gone = diesel::delete(jobs::table)
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.eq(key))
        .filter(jobs::state.eq(GIVEN_UP))
        .execute(db)?;
    Ok(gone > 0)
}

/// As [`take_given_up`], for all keys `folder/…`. `folder` is an id.
pub(crate) fn take_given_up_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
) -> Result<bool, StoreError> {
    let gone = diesel::delete(jobs::table)
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(GIVEN_UP))
        .execute(db)?;
    Ok(gone > 0)
}

/// Has what failed or rests, of that kind and with keys `folder/…`, tried again at once instead of at its next time. `folder` is
/// an id.
pub(crate) fn hurry_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(jobs::table)
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::attempts.gt(0).or(jobs::locked_until.is_not_null()))
        .filter(jobs::run_at.gt(micros(now)))
        .set((jobs::run_at.eq(micros(now)), jobs::locked_until.eq(None::<i64>)))
        .execute(db)?;
    Ok(())
}

/// Has the first of that kind with keys `folder/…` that waits for a later time done now. `folder` is an id.
pub(crate) fn wake_first_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let first: Option<String> = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::run_at.gt(micros(now)))
        .order(jobs::id)
        .select(jobs::id)
        .first(db)
        .optional()?;
    if let Some(id) = first {
        diesel::update(jobs::table)
            .filter(jobs::tenant_id.eq(tenant.as_str()))
            .filter(jobs::id.eq(id))
            .filter(jobs::state.eq(WAITING))
            .set(jobs::run_at.eq(micros(now)))
            .execute(db)?;
    }
    Ok(())
}

/// Work that was given up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GivenUp {
    pub(crate) id: JobId,
    pub(crate) key: String,
    pub(crate) payload: Value,
}

/// What was given up of that kind with keys `folder/…`, oldest first, at most `limit`. `folder` is an id.
pub(crate) fn given_up_below(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    folder: &str,
    limit: i64,
) -> Result<Vec<GivenUp>, StoreError> {
    let rows: Vec<(String, String, String)> = jobs::table
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::key.like(format!("{folder}/%")))
        .filter(jobs::state.eq(GIVEN_UP))
        .order(jobs::id)
        .limit(limit)
        .select((jobs::id, jobs::key, jobs::payload))
        .load(db)?;
    let given_up = rows.into_iter().map(|(id, key, payload)| {
        let payload = from_json("jobs.payload", &payload)?;
        Ok(GivenUp {
            id: id.into(),
            key,
            payload,
        })
    });
    given_up.collect()
}

/// Lets work that was given up wait again as if it were new; what went wrong last stays known until it is done. One of
/// the same kind and key that waits already takes its place. Run it in a transaction.
pub(crate) fn revive(
    db: &mut Db,
    tenant: &TenantId,
    id: &JobId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
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
                jobs::created_at.eq(micros(now)),
                jobs::attempts.eq(0),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Work that has failed at least once and is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Late {
    /// Things that it is to be done to.
    pub(crate) keys: usize,
    /// What went wrong with the newest of it.
    pub(crate) error: String,
}

/// What is late of that kind with keys `folder/…`, whether it is tried again or was given up. `folder` is an id.
pub(crate) fn late_below(
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
