//! Documents that take the place of others under the same id, for keys that are withdrawn and for holders who want their
//! badge to say less; and what an issuer has signed, to be read for the key that signed it.

use diesel::prelude::*;

use super::convert::{micros, word};
use super::schema::credentials;
use super::{Db, StoreError};
use crate::domain::credential::Credential;
use crate::ids::{CredentialId, IssuerId, TenantId};

/// Puts a document, its token and what was left out of them in the place of those that are there; everything else stays.
/// `before` is the document that was read.
///
/// # Errors
/// [`StoreError::Stale`] when another document is there by now, or none: read again, sign again.
pub(crate) fn replace(db: &mut Db, credential: &Credential, before: &str) -> Result<(), StoreError> {
    let reissued = credential.reissued;
    let changed = diesel::update(credentials::table)
        .filter(credentials::tenant_id.eq(credential.tenant.as_str()))
        .filter(credentials::id.eq(credential.id.as_str()))
        .filter(credentials::document.eq(before))
        .set((
            credentials::document.eq(&credential.document),
            credentials::token.eq(&credential.token),
            credentials::left_out.eq(&credential.left_out),
            credentials::reissued_at.eq(reissued.map(|reissued| micros(reissued.at))),
            credentials::reissued_for.eq(reissued.map(|reissued| word(&reissued.cause)).transpose()?),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Stale)
    } else {
        Ok(())
    }
}

/// A part of the documents of an issuer, byte by byte, in the order of the ids of their credentials, `limit` at most: those
/// after `after`.
pub(crate) fn documents(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
    after: Option<&CredentialId>,
    limit: i64,
) -> Result<Vec<(CredentialId, String)>, StoreError> {
    let rows: Vec<(String, String)> = credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::issuer_id.eq(issuer.as_str()))
        .filter(credentials::id.gt(after.map_or("", CredentialId::as_str)))
        .order(credentials::id)
        .limit(limit)
        .select((credentials::id, credentials::document))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, text)| (id.into(), text)).collect())
}

/// As [`documents`], for the tokens of those credentials that have one.
pub(crate) fn tokens(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
    after: Option<&CredentialId>,
    limit: i64,
) -> Result<Vec<(CredentialId, String)>, StoreError> {
    let rows: Vec<(String, String)> = credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::issuer_id.eq(issuer.as_str()))
        .filter(credentials::token.is_not_null())
        .filter(credentials::id.gt(after.map_or("", CredentialId::as_str)))
        .order(credentials::id)
        .limit(limit)
        .select((credentials::id, credentials::token.assume_not_null()))
        .load(db)?;
    Ok(rows.into_iter().map(|(id, text)| (id.into(), text)).collect())
}
