//! Our own LTI keys (RSA), the same for every platform: no tenant. Private keys arrive sealed and leave sealed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_word, micros, moment, word};
use super::schema::tool_keys;
use super::{Db, StoreError};
use crate::domain::keys::KeyState;

/// One of our keys as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToolKey {
    /// Its `kid` in our key set.
    pub(crate) kid: String,
    /// PKCS#8 PEM, sealed under the master key.
    pub(crate) sealed_pem: String,
    pub(crate) state: KeyState,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tool_keys, treat_none_as_default_value = false)]
struct Row {
    kid: String,
    sealed_pem: String,
    state: String,
    created_at: i64,
}

impl Row {
    fn of(key: &ToolKey) -> Result<Self, StoreError> {
        Ok(Self {
            kid: key.kid.clone(),
            sealed_pem: key.sealed_pem.clone(),
            state: word(&key.state)?,
            created_at: micros(key.created_at),
        })
    }

    fn key(self) -> Result<ToolKey, StoreError> {
        Ok(ToolKey {
            kid: self.kid,
            sealed_pem: self.sealed_pem,
            state: from_word("tool_keys.state", &self.state)?,
            created_at: moment(self.created_at)?,
        })
    }
}

/// Adds `key` unless there is an active one, and says which one is active now: two nodes that start at once agree.
///
/// # Errors
/// Trouble with the database; [`StoreError::Missing`] when `key` is not active itself.
pub(crate) fn insert_if_none(db: &mut Db, key: &ToolKey) -> Result<ToolKey, StoreError> {
    let row = Row::of(key)?;
    on_both!(db, |connection| diesel::insert_into(tool_keys::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    active(db)?.ok_or(StoreError::Missing("active key"))
}

/// The key that signs now.
pub(crate) fn active(db: &mut Db) -> Result<Option<ToolKey>, StoreError> {
    Ok(all(db)?.into_iter().find(|key| key.state == KeyState::Active))
}

/// Every key, oldest first: for the key set.
pub(crate) fn all(db: &mut Db) -> Result<Vec<ToolKey>, StoreError> {
    let rows: Vec<Row> = tool_keys::table
        .order((tool_keys::created_at, tool_keys::kid))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::key).collect()
}

/// Adds a key that is published but does not sign yet.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the `kid` is taken.
pub(crate) fn insert(db: &mut Db, key: &ToolKey) -> Result<(), StoreError> {
    diesel::insert_into(tool_keys::table)
        .values(&Row::of(key)?)
        .execute(db)?;
    Ok(())
}

/// Makes the next key `kid` the active one and retires the one before. Run it in a transaction.
///
/// # Errors
/// [`StoreError::Stale`] when there is no next key of that name.
pub(crate) fn use_next(db: &mut Db, kid: &str) -> Result<(), StoreError> {
    diesel::update(tool_keys::table)
        .filter(tool_keys::state.eq(word(&KeyState::Active)?))
        .set(tool_keys::state.eq(word(&KeyState::Retired)?))
        .execute(db)?;
    let changed = diesel::update(tool_keys::table.find(kid))
        .filter(tool_keys::state.eq(word(&KeyState::Next)?))
        .set(tool_keys::state.eq(word(&KeyState::Active)?))
        .execute(db)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}

/// Forgets a retired key, so that nothing is believed any more that is signed with it.
///
/// # Errors
/// [`StoreError::Stale`] when there is no retired key of that name.
pub(crate) fn remove_retired(db: &mut Db, kid: &str) -> Result<(), StoreError> {
    let removed = diesel::delete(tool_keys::table.find(kid))
        .filter(tool_keys::state.eq(word(&KeyState::Retired)?))
        .execute(db)?;
    if removed == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale)
    }
}
