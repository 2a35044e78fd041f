//! An instructor's word for one person and one badge.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{micros, moment};
use super::schema::approvals;
use super::{Db, StoreError};
use crate::domain::facts::Approval;
use crate::ids::{BadgeId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = approvals, treat_none_as_default_value = false)]
pub(super) struct Row {
    tenant_id: String,
    badge_id: String,
    pub(super) person_id: String,
    by_person_id: String,
    by_name: String,
    approved_at: i64,
}

impl Row {
    pub(super) fn approval(self) -> Result<Approval, StoreError> {
        Ok(Approval {
            by: self.by_name,
            at: moment(self.approved_at)?,
        })
    }
}

/// Keeps that `by` approved `person` for `badge`; a second word replaces the first.
pub(crate) fn set(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    person: &PersonId,
    by: &PersonId,
    approval: &Approval,
) -> Result<(), StoreError> {
    let row = Row {
        tenant_id: tenant.to_string(),
        badge_id: badge.to_string(),
        person_id: person.to_string(),
        by_person_id: by.to_string(),
        by_name: approval.by.clone(),
        approved_at: micros(approval.at),
    };
    on_both!(db, |connection| diesel::insert_into(approvals::table)
        .values(&row)
        .on_conflict((approvals::badge_id, approvals::person_id))
        .do_update()
        .set((
            approvals::by_person_id.eq(excluded(approvals::by_person_id)),
            approvals::by_name.eq(excluded(approvals::by_name)),
            approvals::approved_at.eq(excluded(approvals::approved_at)),
        ))
        .execute(connection))?;
    Ok(())
}

/// The word given for `person` and `badge`, if any.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    person: &PersonId,
) -> Result<Option<Approval>, StoreError> {
    let row = approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::badge_id.eq(badge.as_str()))
        .filter(approvals::person_id.eq(person.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::approval).transpose()
}

/// Every word given for a person, with the badge that it is for.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<(BadgeId, Approval)>, StoreError> {
    let rows: Vec<Row> = approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::person_id.eq(person.as_str()))
        .order((approvals::approved_at, approvals::badge_id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter()
        .map(|row| Ok((row.badge_id.clone().into(), row.approval()?)))
        .collect()
}
