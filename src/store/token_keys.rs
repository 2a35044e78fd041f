//! The keys of issuers that sign tokens (ES256), beside those of [`super::issuers`] that sign documents: a table of their
//! own with the same life. Secrets arrive sealed and leave sealed.

use diesel::prelude::*;

use super::convert::{from_word, micros, moment, word};
use super::schema::{issuer_token_keys, issuers};
use super::{Db, StoreError};
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::ids::{IssuerId, KeyId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = issuer_token_keys, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    issuer_id: String,
    public_multibase: String,
    sealed_secret: String,
    state: String,
    created_at: i64,
}

impl Row {
    fn of(key: &IssuerKey) -> Result<Self, StoreError> {
        Ok(Self {
            id: key.id.to_string(),
            tenant_id: key.tenant.to_string(),
            issuer_id: key.issuer.to_string(),
            public_multibase: key.public_multibase.clone(),
            sealed_secret: key.sealed_secret.clone(),
            state: word(&key.state)?,
            created_at: micros(key.created_at),
        })
    }

    fn key(self) -> Result<IssuerKey, StoreError> {
        Ok(IssuerKey {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            issuer: self.issuer_id.into(),
            kind: KeyKind::Es256,
            public_multibase: self.public_multibase,
            sealed_secret: self.sealed_secret,
            state: from_word("issuer_token_keys.state", &self.state)?,
            created_at: moment(self.created_at)?,
        })
    }
}

/// Stores `key` as the active one if the issuer has none, and says which one is active now. When two nodes do so at
/// once, the one that was stored first is everybody's. Run it in a transaction.
///
/// # Errors
/// Trouble with the database; [`StoreError::Missing`] when `key` is not active itself.
pub(crate) fn insert_if_none(db: &mut Db, key: &IssuerKey) -> Result<IssuerKey, StoreError> {
    let row = Row::of(key)?;
    on_both!(db, |connection| diesel::insert_into(issuer_token_keys::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    active(db, &key.tenant, &key.issuer)?.ok_or(StoreError::Missing("active key"))
}

/// Makes `key` the active one and retires the one before, if there is one. Run it in a transaction.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the same key is there already.
pub(crate) fn replace_active(db: &mut Db, key: &IssuerKey) -> Result<(), StoreError> {
    diesel::update(issuer_token_keys::table)
        .filter(issuer_token_keys::tenant_id.eq(key.tenant.as_str()))
        .filter(issuer_token_keys::issuer_id.eq(key.issuer.as_str()))
        .filter(issuer_token_keys::state.eq(word(&KeyState::Active)?))
        .set(issuer_token_keys::state.eq(word(&KeyState::Retired)?))
        .execute(db)?;
    diesel::insert_into(issuer_token_keys::table)
        .values(&Row::of(key)?)
        .execute(db)?;
    Ok(())
}

/// Withdraws a key. Says whether it was not yet.
pub(crate) fn withdraw(db: &mut Db, tenant: &TenantId, id: &KeyId) -> Result<bool, StoreError> {
    let withdrawn = word(&KeyState::Withdrawn)?;
    let changed = diesel::update(issuer_token_keys::table)
        .filter(issuer_token_keys::tenant_id.eq(tenant.as_str()))
        .filter(issuer_token_keys::id.eq(id.as_str()))
        .filter(issuer_token_keys::state.ne(&withdrawn))
        .set(issuer_token_keys::state.eq(&withdrawn))
        .execute(db)?;
    Ok(changed == 1)
}

/// The key that signs tokens now; none where no token was signed yet.
pub(crate) fn active(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
) -> Result<Option<IssuerKey>, StoreError> {
    let row = issuer_token_keys::table
        .filter(issuer_token_keys::tenant_id.eq(tenant.as_str()))
        .filter(issuer_token_keys::issuer_id.eq(issuer.as_str()))
        .filter(issuer_token_keys::state.eq(word(&KeyState::Active)?))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::key).transpose()
}

/// Every key of an issuer, oldest first, retired ones too.
pub(crate) fn all(db: &mut Db, tenant: &TenantId, issuer: &IssuerId) -> Result<Vec<IssuerKey>, StoreError> {
    let rows: Vec<Row> = issuer_token_keys::table
        .filter(issuer_token_keys::tenant_id.eq(tenant.as_str()))
        .filter(issuer_token_keys::issuer_id.eq(issuer.as_str()))
        .order((issuer_token_keys::created_at, issuer_token_keys::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::key).collect()
}

/// The keys of every issuer of this server that are not withdrawn, with the issuers' slugs, oldest first, `limit` at most:
/// for the key set of the host. Names no tenant: whoever verifies knows none, and the keys are public.
pub(crate) fn published(db: &mut Db, limit: i64) -> Result<Vec<(String, IssuerKey)>, StoreError> {
    let rows: Vec<(String, Row)> = issuer_token_keys::table
        .inner_join(issuers::table.on(issuers::id.eq(issuer_token_keys::issuer_id)))
        .filter(issuer_token_keys::state.ne(word(&KeyState::Withdrawn)?))
        .order((issuer_token_keys::created_at, issuer_token_keys::id))
        .limit(limit)
        .select((issuers::slug, Row::as_select()))
        .load(db)?;
    rows.into_iter()
        .map(|(slug, row)| Ok((slug, row.key()?)))
        .collect()
}
