//! Parts that one student need not have.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::programme::Waiver;
use crate::ids::{BadgeId, PersonId, TenantId, WaiverId};
use crate::store::convert::{micros, moment, opt_moment};
use crate::store::schema::programme_waivers;
use crate::store::{Db, StoreError};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = programme_waivers, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    part_id: String,
    person_id: String,
    reason: String,
    waived_by: String,
    waived_at: i64,
    taken_back_at: Option<i64>,
}

impl Row {
    fn waiver(self) -> Result<Waiver, StoreError> {
        Ok(Waiver {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            badge: self.badge_id.into(),
            part: self.part_id.into(),
            person: self.person_id.into(),
            reason: self.reason,
            by: self.waived_by.into(),
            at: moment(self.waived_at)?,
            taken_back_at: opt_moment(self.taken_back_at)?,
        })
    }
}

/// Keeps a waiver. `false`: that part is waived for that person already.
pub(crate) fn insert(db: &mut Db, waiver: &Waiver) -> Result<bool, StoreError> {
    let row = Row {
        id: waiver.id.to_string(),
        tenant_id: waiver.tenant.to_string(),
        badge_id: waiver.badge.to_string(),
        part_id: waiver.part.to_string(),
        person_id: waiver.person.to_string(),
        reason: waiver.reason.clone(),
        waived_by: waiver.by.to_string(),
        waived_at: micros(waiver.at),
        taken_back_at: waiver.taken_back_at.map(micros),
    };
    let added = on_both!(db, |connection| diesel::insert_into(programme_waivers::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The waiver with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &WaiverId) -> Result<Option<Waiver>, StoreError> {
    let row: Option<Row> = programme_waivers::table
        .filter(programme_waivers::tenant_id.eq(tenant.as_str()))
        .filter(programme_waivers::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::waiver).transpose()
}

/// The waivers of a programme that hold, newest first.
pub(crate) fn of_badge(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<Vec<Waiver>, StoreError> {
    let rows: Vec<Row> = programme_waivers::table
        .filter(programme_waivers::tenant_id.eq(tenant.as_str()))
        .filter(programme_waivers::badge_id.eq(badge.as_str()))
        .filter(programme_waivers::taken_back_at.is_null())
        .order((programme_waivers::waived_at.desc(), programme_waivers::id.desc()))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::waiver).collect()
}

/// All waivers of a programme, also those that were taken back, oldest first.
pub(crate) fn all_of(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<Vec<Waiver>, StoreError> {
    let rows: Vec<Row> = programme_waivers::table
        .filter(programme_waivers::tenant_id.eq(tenant.as_str()))
        .filter(programme_waivers::badge_id.eq(badge.as_str()))
        .order((programme_waivers::waived_at, programme_waivers::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::waiver).collect()
}

/// All waivers of a person, also those that were taken back, newest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Waiver>, StoreError> {
    let rows: Vec<Row> = programme_waivers::table
        .filter(programme_waivers::tenant_id.eq(tenant.as_str()))
        .filter(programme_waivers::person_id.eq(person.as_str()))
        .order((programme_waivers::waived_at.desc(), programme_waivers::id.desc()))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::waiver).collect()
}

/// Takes a waiver back. `false`: it was taken back before.
pub(crate) fn take_back(
    db: &mut Db,
    tenant: &TenantId,
    id: &WaiverId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(programme_waivers::table)
        .filter(programme_waivers::tenant_id.eq(tenant.as_str()))
        .filter(programme_waivers::id.eq(id.as_str()))
        .filter(programme_waivers::taken_back_at.is_null())
        .set(programme_waivers::taken_back_at.eq(Some(micros(now))))
        .execute(db)?;
    Ok(changed == 1)
}
