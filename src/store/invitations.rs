//! Codes that guard the address for dynamic registration: single use, for a while, kept by their digest alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment, opt_moment};
use super::schema::invitations;
use super::{Db, StoreError};
use crate::domain::page::Page;
use crate::domain::platform::Invitation;
use crate::ids::{InvitationId, RegistrationId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    code_digest: String,
    note: String,
    created_by: Option<String>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
    registration_id: Option<String>,
}

impl Row {
    fn invitation(self) -> Result<Invitation, StoreError> {
        Ok(Invitation {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            note: self.note,
            created_by: self.created_by,
            created_at: moment(self.created_at)?,
            expires_at: moment(self.expires_at)?,
            used_at: opt_moment(self.used_at)?,
            registration: self.registration_id.map(RegistrationId::from),
        })
    }
}

/// Adds an invitation under the digest of its code.
pub(crate) fn insert(db: &mut Db, invitation: &Invitation, code_digest: &str) -> Result<(), StoreError> {
    let row = Row {
        id: invitation.id.to_string(),
        tenant_id: invitation.tenant.to_string(),
        code_digest: code_digest.to_owned(),
        note: invitation.note.clone(),
        created_by: invitation.created_by.clone(),
        created_at: micros(invitation.created_at),
        expires_at: micros(invitation.expires_at),
        used_at: invitation.used_at.map(micros),
        registration_id: invitation.registration.as_ref().map(ToString::to_string),
    };
    diesel::insert_into(invitations::table).values(&row).execute(db)?;
    Ok(())
}

/// The invitation behind a code, by its digest. Names no tenant: the code is how the tenant is found.
pub(crate) fn by_code_digest(db: &mut Db, digest: &str) -> Result<Option<Invitation>, StoreError> {
    let row = invitations::table
        .filter(invitations::code_digest.eq(digest))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::invitation).transpose()
}

/// The invitations of an institution, newest first.
pub(crate) fn list(db: &mut Db, tenant: &TenantId, page: Page) -> Result<Vec<Invitation>, StoreError> {
    let rows: Vec<Row> = invitations::table
        .filter(invitations::tenant_id.eq(tenant.as_str()))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .offset(page.offset)
        .limit(page.limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::invitation).collect()
}

/// Uses an invitation up. `true`: it was still unused and in force, and nobody else can use it now.
pub(crate) fn take(
    db: &mut Db,
    tenant: &TenantId,
    id: &InvitationId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let taken = diesel::update(invitations::table)
        .filter(invitations::tenant_id.eq(tenant.as_str()))
        .filter(invitations::id.eq(id.as_str()))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(micros(now)))
        .set(invitations::used_at.eq(Some(micros(now))))
        .execute(db)?;
    Ok(taken == 1)
}

/// Gives an invitation back that was taken and led to nothing.
pub(crate) fn give_back(db: &mut Db, tenant: &TenantId, id: &InvitationId) -> Result<(), StoreError> {
    diesel::update(invitations::table)
        .filter(invitations::tenant_id.eq(tenant.as_str()))
        .filter(invitations::id.eq(id.as_str()))
        .filter(invitations::registration_id.is_null())
        .set(invitations::used_at.eq(None::<i64>))
        .execute(db)?;
    Ok(())
}

/// Writes down what a taken invitation became.
///
/// # Errors
/// [`StoreError::Stale`] when it was not taken, or became something already.
pub(crate) fn settle(
    db: &mut Db,
    tenant: &TenantId,
    id: &InvitationId,
    registration: &RegistrationId,
) -> Result<(), StoreError> {
    let settled = diesel::update(invitations::table)
        .filter(invitations::tenant_id.eq(tenant.as_str()))
        .filter(invitations::id.eq(id.as_str()))
        .filter(invitations::used_at.is_not_null())
        .filter(invitations::registration_id.is_null())
        .set(invitations::registration_id.eq(Some(registration.as_str())))
        .execute(db)?;
    if settled == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

/// Takes an unused invitation back for good.
///
/// # Errors
/// [`StoreError::Missing`] when there is no unused one with that id.
pub(crate) fn withdraw(db: &mut Db, tenant: &TenantId, id: &InvitationId) -> Result<(), StoreError> {
    let gone = diesel::delete(invitations::table)
        .filter(invitations::tenant_id.eq(tenant.as_str()))
        .filter(invitations::id.eq(id.as_str()))
        .filter(invitations::used_at.is_null())
        .execute(db)?;
    if gone == 0 {
        Err(StoreError::Missing("unused invitation"))
    } else {
        Ok(())
    }
}
