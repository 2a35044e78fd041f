//! Institutions: the owners of all other rows. The only table besides `tool_keys` that names no tenant.

use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::tenants;
use super::{Db, StoreError};
use crate::domain::issuer::Tenant;
use crate::domain::theme::Colour;
use crate::domain::zone::{Zone, ZoneFrom, ZoneSet};
use crate::ids::TenantId;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants, treat_none_as_default_value = false)]
struct Row {
    id: String,
    name: String,
    created_at: i64,
    accent: Option<String>,
    time_zone: Option<String>,
    time_zone_from: Option<String>,
}

/// The accent that a column holds.
pub(super) fn accent(text: Option<&str>) -> Result<Option<Colour>, StoreError> {
    let read = |text| {
        Colour::parse(text).ok_or_else(|| StoreError::Value {
            column: "tenants.accent",
            problem: format!("{text:?}"),
        })
    };
    text.map(read).transpose()
}

/// The zone that a column holds.
pub(super) fn zone_named(text: Option<&str>) -> Result<Option<Zone>, StoreError> {
    let read = |text| {
        Zone::parse(text).ok_or_else(|| StoreError::Value {
            column: "tenants.time_zone",
            problem: format!("{text:?}"),
        })
    };
    text.map(read).transpose()
}

impl Row {
    fn time_zone(&self) -> Result<Option<ZoneSet>, StoreError> {
        // What an older program left out, or a newer one calls otherwise, is the least that could have said it.
        let from = self.time_zone_from.as_deref().and_then(ZoneFrom::parse);
        let from = from.unwrap_or(ZoneFrom::Browser);
        let zone = zone_named(self.time_zone.as_deref())?;
        Ok(zone.map(|zone| ZoneSet { zone, from }))
    }

    fn tenant(self) -> Result<Tenant, StoreError> {
        Ok(Tenant {
            time_zone: self.time_zone()?,
            id: self.id.into(),
            name: self.name,
            accent: accent(self.accent.as_deref())?,
            created_at: moment(self.created_at)?,
        })
    }
}

/// Adds an institution.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the id or the name is taken.
pub(crate) fn insert(db: &mut Db, tenant: &Tenant) -> Result<(), StoreError> {
    let row = Row {
        id: tenant.id.to_string(),
        name: tenant.name.clone(),
        created_at: micros(tenant.created_at),
        accent: tenant.accent.map(Colour::hex),
        time_zone: tenant.time_zone.map(|set| set.zone.name().to_owned()),
        time_zone_from: tenant.time_zone.map(|set| set.from.word().to_owned()),
    };
    diesel::insert_into(tenants::table).values(&row).execute(db)?;
    Ok(())
}

/// The institution with that id.
pub(crate) fn get(db: &mut Db, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
    let row = tenants::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::tenant).transpose()
}

/// The zone in which the days of an institution begin and end.
pub(crate) fn zone(db: &mut Db, id: &TenantId) -> Result<Zone, StoreError> {
    let name: Option<Option<String>> = tenants::table
        .find(id.as_str())
        .select(tenants::time_zone)
        .get_result(db)
        .optional()?;
    Ok(zone_named(name.flatten().as_deref())?.unwrap_or_default())
}

/// Keeps where an institution is, and who said so.
///
/// # Errors
/// [`StoreError::Missing`] when there is none with that id.
pub(crate) fn set_zone(db: &mut Db, id: &TenantId, set: ZoneSet) -> Result<(), StoreError> {
    let changed = diesel::update(tenants::table.find(id.as_str()))
        .set((
            tenants::time_zone.eq(set.zone.name()),
            tenants::time_zone_from.eq(set.from.word()),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("institution"))
    } else {
        Ok(())
    }
}

/// The institution of that name; no two share one.
pub(crate) fn by_name(db: &mut Db, name: &str) -> Result<Option<Tenant>, StoreError> {
    let row = tenants::table
        .filter(tenants::name.eq(name))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::tenant).transpose()
}

/// All institutions, oldest first.
pub(crate) fn list(db: &mut Db) -> Result<Vec<Tenant>, StoreError> {
    let rows: Vec<Row> = tenants::table
        .order((tenants::created_at, tenants::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::tenant).collect()
}

/// Gives an institution another name.
///
/// # Errors
/// [`StoreError::Missing`] when there is none with that id; [`StoreError::AlreadyThere`] when another one has the name.
pub(crate) fn rename(db: &mut Db, id: &TenantId, name: &str) -> Result<(), StoreError> {
    let changed = diesel::update(tenants::table.find(id.as_str()))
        .set(tenants::name.eq(name))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("institution"))
    } else {
        Ok(())
    }
}

/// Gives the pages of an institution another colour; none is Cairn's own.
///
/// # Errors
/// [`StoreError::Missing`] when there is none with that id.
pub(crate) fn set_accent(db: &mut Db, id: &TenantId, accent: Option<Colour>) -> Result<(), StoreError> {
    let changed = diesel::update(tenants::table.find(id.as_str()))
        .set(tenants::accent.eq(accent.map(Colour::hex)))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("institution"))
    } else {
        Ok(())
    }
}

/// Holds an institution as it was read until the transaction ends: whoever changes it waits.
///
/// # Errors
/// [`StoreError::Stale`] when it is another by now.
pub(crate) fn hold(db: &mut Db, known: &Tenant) -> Result<(), StoreError> {
    let accent = known.accent.map(Colour::hex);
    let zone = known.time_zone.map(|set| set.zone.name());
    let held = on_both!(db, |connection| {
        let same = diesel::update(tenants::table)
            .filter(tenants::id.eq(known.id.as_str()))
            .filter(tenants::name.eq(&known.name))
            .set(tenants::name.eq(&known.name))
            .into_boxed();
        let same = match &accent {
            Some(accent) => same.filter(tenants::accent.eq(Some(accent))),
            None => same.filter(tenants::accent.is_null()),
        };
        let same = match zone {
            Some(zone) => same.filter(tenants::time_zone.eq(Some(zone))),
            None => same.filter(tenants::time_zone.is_null()),
        };
        same.execute(connection)
    })?;
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}
