//! What the last launches from a platform showed of it, one row for each registration.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::convert::{from_json, json, micros, moment};
use super::schema::sightings;
use super::{Db, StoreError};
use crate::domain::platform::Sighting;
use crate::ids::{RegistrationId, TenantId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sightings, treat_none_as_null = true)]
pub(super) struct Row {
    registration_id: String,
    tenant_id: String,
    launched_at: i64,
    clock_skew: i64,
    detail: String,
}

impl Row {
    pub(super) fn sighting(self) -> Result<Sighting, StoreError> {
        Ok(Sighting {
            tenant: self.tenant_id.into(),
            registration: self.registration_id.into(),
            launched_at: moment(self.launched_at)?,
            clock_skew: TimeDelta::microseconds(self.clock_skew),
            detail: from_json("sightings.detail", &self.detail)?,
        })
    }
}

/// What is known of a platform.
pub fn get(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
) -> Result<Option<Sighting>, StoreError> {
    let row: Option<Row> = on_both!(db, |connection| sightings::table
        .filter(sightings::tenant_id.eq(tenant.as_str()))
        .filter(sightings::registration_id.eq(registration.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::sighting).transpose()
}

/// Writes what is known of a platform now.
pub fn put(db: &mut Db, sighting: &Sighting) -> Result<(), StoreError> {
    let row = Row {
        registration_id: sighting.registration.to_string(),
        tenant_id: sighting.tenant.to_string(),
        launched_at: micros(sighting.launched_at),
        clock_skew: sighting.clock_skew.num_microseconds().unwrap_or(i64::MAX),
        detail: json(&sighting.detail)?,
    };
    let known = diesel::update(sightings::table)
        .filter(sightings::tenant_id.eq(sighting.tenant.as_str()))
        .filter(sightings::registration_id.eq(sighting.registration.as_str()))
        .set(&row)
        .execute(db)?;
    if known == 0 {
        // Two first launches at once: one is enough.
        on_both!(db, |connection| diesel::insert_into(sightings::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(connection))?;
    }
    Ok(())
}
