//! Names of people who were erased, each hidden under a key of the institution, so that nobody brings them back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, micros, moment};
use super::schema::{tombstone_keys, tombstones};
use super::{Db, StoreError};
use crate::ids::{ErasureId, TenantId};

/// What is left of one name of somebody who was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tombstone {
    pub(crate) erasure: ErasureId,
    pub(crate) erased_at: DateTime<Utc>,
}

/// Adds the key of an institution, unless it has one.
pub(crate) fn insert_key(
    db: &mut Db,
    tenant: &TenantId,
    sealed: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    on_both!(db, |connection| diesel::insert_into(tombstone_keys::table)
        .values((
            tombstone_keys::tenant_id.eq(tenant.as_str()),
            tombstone_keys::sealed_secret.eq(sealed),
            tombstone_keys::created_at.eq(micros(now)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(())
}

/// The key of an institution as it lies there; none where nobody has ever asked to be erased. Until the transaction ends
/// nobody is erased there. SQLite has one writer anyway.
pub(crate) fn key(db: &mut Db, tenant: &TenantId) -> Result<Option<String>, StoreError> {
    let of = tombstone_keys::table
        .filter(tombstone_keys::tenant_id.eq(tenant.as_str()))
        .select(tombstone_keys::sealed_secret);
    Ok(match db {
        Db::Postgres(connection) => of.for_share().get_result(connection),
        Db::Sqlite(connection) => of.get_result(connection),
    }
    .optional()?)
}

/// As [`key`], for whoever erases: no reading and no launch names anybody new until the transaction ends.
pub(crate) fn key_alone(db: &mut Db, tenant: &TenantId) -> Result<Option<String>, StoreError> {
    let of = tombstone_keys::table
        .filter(tombstone_keys::tenant_id.eq(tenant.as_str()))
        .select(tombstone_keys::sealed_secret);
    Ok(match db {
        Db::Postgres(connection) => of.for_update().get_result(connection),
        Db::Sqlite(connection) => of.get_result(connection),
    }
    .optional()?)
}

/// Remembers a name of somebody who was erased. One that is there takes the newer erasure.
pub(crate) fn insert(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
    erasure: &ErasureId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    on_both!(db, |connection| diesel::insert_into(tombstones::table)
        .values((
            tombstones::tenant_id.eq(tenant.as_str()),
            tombstones::digest.eq(digest),
            tombstones::erasure_id.eq(erasure.as_str()),
            tombstones::erased_at.eq(micros(now)),
        ))
        .on_conflict((tombstones::tenant_id, tombstones::digest))
        .do_update()
        .set((
            tombstones::erasure_id.eq(erasure.as_str()),
            tombstones::erased_at.eq(micros(now)),
        ))
        .execute(connection))?;
    Ok(())
}

/// Those of `digests` that are names of somebody who was erased.
pub(crate) fn among(
    db: &mut Db,
    tenant: &TenantId,
    digests: &[String],
) -> Result<BTreeMap<String, Tombstone>, StoreError> {
    let mut found = BTreeMap::new();
    for some in digests.chunks(CHUNK) {
        let rows: Vec<(String, String, i64)> = on_both!(db, |connection| tombstones::table
            .filter(tombstones::tenant_id.eq(tenant.as_str()))
            .filter(tombstones::digest.eq_any(some))
            .select((tombstones::digest, tombstones::erasure_id, tombstones::erased_at))
            .load(connection))?;
        for (digest, erasure, at) in rows {
            let one = Tombstone {
                erasure: erasure.into(),
                erased_at: moment(at)?,
            };
            found.insert(digest, one);
        }
    }
    Ok(found)
}

/// Forgets that a name is of somebody who was erased, unless they were erased once more after that erasure. Says whether it
/// was remembered.
pub(crate) fn lift(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
    erasure: &ErasureId,
) -> Result<bool, StoreError> {
    let gone = diesel::delete(tombstones::table)
        .filter(tombstones::tenant_id.eq(tenant.as_str()))
        .filter(tombstones::digest.eq(digest))
        .filter(tombstones::erasure_id.eq(erasure.as_str()))
        .execute(db)?;
    Ok(gone == 1)
}
