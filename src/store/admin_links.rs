//! One-time links into the console, by their digest: whoever opens one names no tenant, the link does.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment, opt_moment};
use super::schema::admin_links;
use super::{Db, StoreError};
use crate::ids::TenantId;

/// A link that lets somebody in once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdminLink {
    /// SHA-256 of its token, in hex.
    pub(crate) digest: String,
    /// None: the whole installation.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) used_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = admin_links, treat_none_as_default_value = false)]
struct Row {
    digest: String,
    tenant_id: Option<String>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

/// Adds a link.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the digest is taken.
pub(crate) fn insert(db: &mut Db, link: &AdminLink) -> Result<(), StoreError> {
    let row = Row {
        digest: link.digest.clone(),
        tenant_id: link.tenant.as_ref().map(ToString::to_string),
        created_at: micros(link.created_at),
        expires_at: micros(link.expires_at),
        used_at: link.used_at.map(micros),
    };
    diesel::insert_into(admin_links::table).values(&row).execute(db)?;
    Ok(())
}

/// The link with that digest, used or not.
pub(crate) fn get(db: &mut Db, digest: &str) -> Result<Option<AdminLink>, StoreError> {
    let row: Option<Row> = admin_links::table
        .find(digest)
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(|row| {
        Ok(AdminLink {
            digest: row.digest,
            tenant: row.tenant_id.map(TenantId::from),
            created_at: moment(row.created_at)?,
            expires_at: moment(row.expires_at)?,
            used_at: opt_moment(row.used_at)?,
        })
    })
    .transpose()
}

/// Uses a link up, and says whether it could be: of two at one moment only one is told yes.
pub(crate) fn use_up(db: &mut Db, digest: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = diesel::update(admin_links::table.find(digest))
        .filter(admin_links::used_at.is_null())
        .filter(admin_links::expires_at.gt(micros(now)))
        .set(admin_links::used_at.eq(micros(now)))
        .execute(db)?;
    Ok(changed == 1)
}

/// Forgets links that ended before `before`, and says how many.
pub(crate) fn purge(db: &mut Db, before: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(admin_links::table)
        .filter(admin_links::expires_at.le(micros(before)))
        .execute(db)?)
}
