//! What the last launches from a platform showed of it, one row for each registration.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::convert::{from_json, json, micros, moment};
use super::schema::last_seen;
use super::{Db, StoreError};
use crate::ids::{CourseId, RegistrationId, TenantId};

/// The platform as its launches show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastSeen {
    pub(crate) tenant: TenantId,
    pub(crate) registration: RegistrationId,
    pub(crate) launched_at: DateTime<Utc>,
    /// Our clock less the platform's: above zero, the platform's is behind.
    pub(crate) clock_skew: TimeDelta,
    pub(crate) detail: Detail,
}

/// What a launch tells besides who and where. No names, no addresses of people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Detail {
    pub(crate) product: Option<String>,
    pub(crate) version: Option<String>,
    /// The best fingerprint of a tenant.
    pub(crate) guid: Option<String>,
    pub(crate) shares_names: bool,
    pub(crate) shares_emails: bool,
    /// `LtiResourceLinkRequest` and the like, seen so far.
    pub(crate) messages: BTreeSet<String>,
    /// Canvas's placements, seen so far.
    pub(crate) placements: BTreeSet<String>,
    /// Whether grade services came with the last launch from a course, and the member list.
    pub(crate) grades: bool,
    pub(crate) members: bool,
    /// The course of the last launch that had one.
    pub(crate) course: Option<CourseId>,
}

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
