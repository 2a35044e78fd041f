//! Links by which holders show a badge for a time, by the digest of their secret part.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment, opt_moment};
use super::schema::share_links;
use super::{Db, StoreError};
use crate::domain::credential::ShareLink;
use crate::ids::{CredentialId, ShareLinkId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = share_links, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    credential_id: String,
    digest: String,
    made_at: i64,
    until: i64,
    withdrawn_at: Option<i64>,
}

impl Row {
    fn link(self) -> Result<ShareLink, StoreError> {
        Ok(ShareLink {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            credential: self.credential_id.into(),
            digest: self.digest,
            made_at: moment(self.made_at)?,
            until: moment(self.until)?,
            withdrawn_at: opt_moment(self.withdrawn_at)?,
        })
    }
}

/// Keeps a link.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the digest is taken.
pub(crate) fn insert(db: &mut Db, link: &ShareLink) -> Result<(), StoreError> {
    let row = Row {
        id: link.id.to_string(),
        tenant_id: link.tenant.to_string(),
        credential_id: link.credential.to_string(),
        digest: link.digest.clone(),
        made_at: micros(link.made_at),
        until: micros(link.until),
        withdrawn_at: link.withdrawn_at.map(micros),
    };
    diesel::insert_into(share_links::table).values(&row).execute(db)?;
    Ok(())
}

/// The link with that digest, ended or not. Names no tenant: whoever opens it knows none, and the secret is unguessable.
pub(crate) fn by_digest(db: &mut Db, digest: &str) -> Result<Option<ShareLink>, StoreError> {
    let row = share_links::table
        .filter(share_links::digest.eq(digest))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::link).transpose()
}

/// The links to a credential, latest first, at most `limit`.
pub(crate) fn of_credential(
    db: &mut Db,
    tenant: &TenantId,
    credential: &CredentialId,
    limit: i64,
) -> Result<Vec<ShareLink>, StoreError> {
    let rows: Vec<Row> = share_links::table
        .filter(share_links::tenant_id.eq(tenant.as_str()))
        .filter(share_links::credential_id.eq(credential.as_str()))
        .order((share_links::made_at.desc(), share_links::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::link).collect()
}

/// Ends a link of a credential. `false`: there is none, or it was withdrawn before.
pub(crate) fn withdraw(
    db: &mut Db,
    tenant: &TenantId,
    credential: &CredentialId,
    id: &ShareLinkId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(share_links::table)
        .filter(share_links::tenant_id.eq(tenant.as_str()))
        .filter(share_links::credential_id.eq(credential.as_str()))
        .filter(share_links::id.eq(id.as_str()))
        .filter(share_links::withdrawn_at.is_null())
        .set(share_links::withdrawn_at.eq(micros(now)))
        .execute(db)?;
    Ok(changed == 1)
}
