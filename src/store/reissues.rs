//! Documents that take the place of others under the same id, and what a key has signed: for keys that are withdrawn, and
//! for holders who want their badge to say less.

use diesel::prelude::*;

use super::convert::{micros, word};
use super::credentials::Row;
use super::schema::credentials;
use super::{Db, StoreError};
use crate::domain::credential::Credential;
use crate::ids::{CredentialId, IssuerId, TenantId};

/// How what a key has signed is told from everything else, by the text of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A text within documents.
    Document(String),
    /// How tokens begin.
    Token(String),
}

impl Mark {
    /// Whether a credential bears it.
    #[must_use]
    pub(crate) fn is_on(&self, credential: &Credential) -> bool {
        match self {
            Self::Document(text) => credential.document.contains(text),
            Self::Token(start) => credential
                .token
                .as_ref()
                .is_some_and(|token| token.starts_with(start)),
        }
    }

    /// For `LIKE`, which says yes to more than is meant: SQLite does not tell capitals apart.
    fn pattern(&self) -> String {
        let plain = |text: &str| {
            let mut safe = String::with_capacity(text.len());
            for c in text.chars() {
                if matches!(c, '%' | '_' | '\\') {
                    safe.push('\\');
                }
                safe.push(c);
            }
            safe
        };
        match self {
            Self::Document(text) => format!("%{}%", plain(text)),
            Self::Token(start) => format!("{}%", plain(start)),
        }
    }
}

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

/// A part of what a key has signed, in the order of ids, `limit` at most: those after `after`.
pub(crate) fn marked(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
    mark: &Mark,
    after: Option<&CredentialId>,
    limit: i64,
) -> Result<Vec<Credential>, StoreError> {
    let found = credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::issuer_id.eq(issuer.as_str()))
        .filter(credentials::id.gt(after.map_or("", CredentialId::as_str)))
        .order(credentials::id)
        .limit(limit)
        .select(Row::as_select());
    let pattern = mark.pattern();
    let rows: Vec<Row> = match mark {
        Mark::Document(_) => found
            .filter(credentials::document.like(pattern).escape('\\'))
            .load(db)?,
        Mark::Token(_) => found
            .filter(credentials::token.like(pattern).escape('\\'))
            .load(db)?,
    };
    rows.into_iter().map(Row::credential).collect()
}

/// How many credentials a key has signed.
pub(crate) fn count_marked(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
    mark: &Mark,
) -> Result<i64, StoreError> {
    let found = credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::issuer_id.eq(issuer.as_str()));
    let pattern = mark.pattern();
    Ok(match mark {
        Mark::Document(_) => found
            .filter(credentials::document.like(pattern).escape('\\'))
            .count()
            .get_result(db)?,
        Mark::Token(_) => found
            .filter(credentials::token.like(pattern).escape('\\'))
            .count()
            .get_result(db)?,
    })
}
