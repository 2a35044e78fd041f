//! Who administers outside the LMS. Names the tenant where one is asked for; a person who signs in names none yet.

use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::admins;
use super::{Db, StoreError};
use crate::domain::administrator::Admin;
use crate::ids::{AdminId, TenantId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = admins, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    tenant_id: Option<String>,
    name: String,
    email: Option<String>,
    password_hash: Option<String>,
    oidc_issuer: Option<String>,
    oidc_subject: Option<String>,
    enabled: bool,
    created_at: i64,
}

impl Row {
    fn of(admin: &Admin) -> Self {
        Self {
            id: admin.id.to_string(),
            tenant_id: admin.tenant.as_ref().map(ToString::to_string),
            name: admin.name.clone(),
            email: admin.email.clone(),
            password_hash: admin.password_hash.clone(),
            oidc_issuer: admin.oidc.as_ref().map(|(issuer, _)| issuer.clone()),
            oidc_subject: admin.oidc.as_ref().map(|(_, subject)| subject.clone()),
            enabled: admin.enabled,
            created_at: micros(admin.created_at),
        }
    }

    fn admin(self) -> Result<Admin, StoreError> {
        Ok(Admin {
            id: self.id.into(),
            tenant: self.tenant_id.map(TenantId::from),
            name: self.name,
            email: self.email,
            password_hash: self.password_hash,
            oidc: self.oidc_issuer.zip(self.oidc_subject),
            enabled: self.enabled,
            created_at: moment(self.created_at)?,
        })
    }
}

/// Adds somebody.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the e-mail or the identity at the provider is taken.
pub(crate) fn insert(db: &mut Db, admin: &Admin) -> Result<(), StoreError> {
    diesel::insert_into(admins::table)
        .values(&Row::of(admin))
        .execute(db)?;
    Ok(())
}

/// Replaces everything about somebody but the id.
///
/// # Errors
/// [`StoreError::Missing`] when there is nobody with that id; as [`insert`].
pub(crate) fn update(db: &mut Db, admin: &Admin) -> Result<(), StoreError> {
    let changed = diesel::update(admins::table.find(admin.id.as_str()))
        .set(&Row::of(admin))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("administrator"))
    } else {
        Ok(())
    }
}

/// Holds whether somebody is turned on as it is known, until the transaction ends.
///
/// # Errors
/// [`StoreError::Stale`] when they were turned since they were read.
pub(crate) fn hold(db: &mut Db, known: &Admin) -> Result<(), StoreError> {
    let held = diesel::update(admins::table.find(known.id.as_str()))
        .filter(admins::enabled.eq(known.enabled))
        .set(admins::enabled.eq(known.enabled))
        .execute(db)?;
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Somebody by id; the tenant is known only from what is found.
pub(crate) fn get(db: &mut Db, id: &AdminId) -> Result<Option<Admin>, StoreError> {
    let row = admins::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::admin).transpose()
}

/// Somebody by the (lower-case) e-mail that a sign-in names.
pub(crate) fn by_email(db: &mut Db, email: &str) -> Result<Option<Admin>, StoreError> {
    let row = admins::table
        .filter(admins::email.eq(email))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::admin).transpose()
}

/// Somebody by the identity that a provider vouches for.
pub(crate) fn by_oidc(db: &mut Db, issuer: &str, subject: &str) -> Result<Option<Admin>, StoreError> {
    let row = admins::table
        .filter(admins::oidc_issuer.eq(issuer))
        .filter(admins::oidc_subject.eq(subject))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::admin).transpose()
}

/// The administrators of one institution, or with `None` everybody's, oldest first, at most 500.
pub(crate) fn list(db: &mut Db, tenant: Option<&TenantId>) -> Result<Vec<Admin>, StoreError> {
    let mut asked = admins::table
        .order((admins::created_at, admins::id))
        .limit(500)
        .select(Row::as_select())
        .into_boxed();
    if let Some(tenant) = tenant {
        asked = asked.filter(admins::tenant_id.eq(tenant.as_str()));
    }
    let rows: Vec<Row> = asked.load(db)?;
    rows.into_iter().map(Row::admin).collect()
}
