//! What the last launches from a platform showed of it, one row for each registration.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::convert::{from_json, json, micros, moment};
use super::schema::last_seen;
use super::{Db, StoreError};
use crate::domain::platform::LastSeen;
use crate::ids::{RegistrationId, TenantId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = last_seen, treat_none_as_null = true)]
pub(super) struct Row {
    registration_id: String,
    tenant_id: String,
    launched_at: i64,
    clock_skew: i64,
    detail: String,
}

impl Row {
    pub(super) fn last_seen(self) -> Result<LastSeen, StoreError> {
        Ok(LastSeen {
            tenant: self.tenant_id.into(),
            registration: self.registration_id.into(),
            launched_at: moment(self.launched_at)?,
            clock_skew: TimeDelta::microseconds(self.clock_skew),
            detail: from_json("sightings.detail", &self.detail)?,
        })
    }
}

/// What is known of a platform.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
) -> Result<Option<LastSeen>, StoreError> {
    let row: Option<Row> = on_both!(db, |connection| last_seen::table
        .filter(last_seen::tenant_id.eq(tenant.as_str()))
        .filter(last_seen::registration_id.eq(registration.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::last_seen).transpose()
}

/// Writes what is known of a platform now.
pub(crate) fn put(db: &mut Db, last_seen: &LastSeen) -> Result<(), StoreError> {
    let row = Row {
        registration_id: last_seen.registration.to_string(),
        tenant_id: last_seen.tenant.to_string(),
        launched_at: micros(last_seen.launched_at),
        clock_skew: last_seen.clock_skew.num_microseconds().unwrap_or(i64::MAX),
        detail: json(&last_seen.detail)?,
    };
    let known = diesel::update(last_seen::table)
        .filter(last_seen::tenant_id.eq(last_seen.tenant.as_str()))
        .filter(last_seen::registration_id.eq(last_seen.registration.as_str()))
        .set(&row)
        .execute(db)?;
    if known == 0 {
        // Two first launches at once: one is enough.
        on_both!(db, |connection| diesel::insert_into(last_seen::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(connection))?;
    }
    Ok(())
}
