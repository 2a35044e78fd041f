//! Platforms whose own configuration of the tool sends the history of courses.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::micros;
use super::schema::history_senders;
use super::{Db, StoreError};
use crate::ids::{RegistrationId, TenantId};

/// Notes that the platform's own configuration sends it, or that it does not any more.
pub(crate) fn set(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
    sends: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if sends == contains(db, tenant, registration)? {
        return Ok(());
    }
    if sends {
        on_both!(db, |connection| diesel::insert_into(history_senders::table)
            .values((
                history_senders::registration_id.eq(registration.as_str()),
                history_senders::tenant_id.eq(tenant.as_str()),
                history_senders::seen_at.eq(micros(now)),
            ))
            .on_conflict_do_nothing()
            .execute(connection))?;
    } else {
        diesel::delete(history_senders::table)
            .filter(history_senders::tenant_id.eq(tenant.as_str()))
            .filter(history_senders::registration_id.eq(registration.as_str()))
            .execute(db)?;
    }
    Ok(())
}

/// Whether the platform's own configuration sends it.
pub(crate) fn contains(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
) -> Result<bool, StoreError> {
    let known: i64 = history_senders::table
        .filter(history_senders::tenant_id.eq(tenant.as_str()))
        .filter(history_senders::registration_id.eq(registration.as_str()))
        .count()
        .get_result(db)?;
    Ok(known > 0)
}
