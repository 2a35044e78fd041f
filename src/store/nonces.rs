//! Launch nonces that were used up. A unique insert is the consumption: of two replays at once, one wins.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::micros;
use super::schema::nonces;
use super::{Db, StoreError};
use crate::ids::TenantId;

#[derive(Insertable)]
#[diesel(table_name = nonces, treat_none_as_default_value = false)]
struct Row<'a> {
    digest: &'a str,
    tenant_id: &'a str,
    expires_at: i64,
}

/// Uses up a nonce, by its digest. `true`: it was still unused. Keep it until `expires_at`, when the login state that
/// holds it is refused for its age.
pub(crate) fn consume(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = Row {
        digest,
        tenant_id: tenant.as_str(),
        expires_at: micros(expires_at),
    };
    let added = on_both!(db, |connection| diesel::insert_into(nonces::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// Forgets nonces that ended before `now`, of all institutions, and says how many.
pub(crate) fn purge(db: &mut Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(nonces::table)
        .filter(nonces::expires_at.lt(micros(now)))
        .execute(db)?)
}
