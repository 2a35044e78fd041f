//! Our own LTI keys: one signs what we send to platforms, and all of them are published. A new one is published before it
//! signs, so that platforms that keep our key set for a while already know it.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::clock::SharedClock;
use crate::domain::audit::{Action, Entry};
use crate::domain::keys::KeyState;
use crate::random::SharedRandom;
use crate::secrets::Vault;
use crate::service::Cairn;
use crate::service::StartError;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::store::{Store, StoreError, audit, tool_keys};
use lti::error::ToolKeyError;
use lti::keys::ToolKey;
use lti::token::ClientAssertionKey;

pub(in crate::service) const PURPOSE: &str = "tool key";
/// A new key is published for so long before it may sign: twice what `/lti/jwks` lets platforms keep it.
pub(crate) const PUBLISHED_FIRST: TimeDelta = TimeDelta::minutes(10);
/// What another node did is noticed at the latest after so long.
const NOTICE: TimeDelta = TimeDelta::seconds(5);

/// The keys as this process knows them.
#[derive(Debug)]
pub(crate) struct ToolKeys(RwLock<Ring>);

#[derive(Debug, Clone)]
struct Ring {
    active: Arc<ToolKey>,
    /// Newest first, with their states.
    published: Vec<(KeyState, Arc<ToolKey>)>,
    read_at: DateTime<Utc>,
}

/// A key as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) kid: String,
    pub(crate) state: KeyState,
    pub(crate) created_at: DateTime<Utc>,
}

impl ToolKeys {
    /// The stored keys, or a new one at the first start. When two nodes start at once, the one that was stored first is
    /// everybody's.
    pub(in crate::service) async fn open(
        store: &Store,
        vault: &Vault,
        clock: &SharedClock,
        random: &SharedRandom,
    ) -> Result<Self, StartError> {
        let unusable = |error: String| StartError::ToolKey(error);
        if store.read(tool_keys::active).await?.is_none() {
            let (key, pem) = ToolKey::generate().map_err(|error| unusable(error.to_string()))?;
            let row = tool_keys::ToolKey {
                kid: key.kid().to_owned(),
                sealed_pem: vault.seal(PURPOSE, pem.as_bytes(), random.as_ref()),
                state: KeyState::Active,
                created_at: clock.now(),
            };
            store.write(move |db| tool_keys::insert_if_none(db, &row)).await?;
        }
        let rows = store.read(tool_keys::all).await?;
        let ring = ring(vault, &rows, &[], clock.now()).map_err(|error| unusable(error.detail()))?;
        Ok(Self(RwLock::new(ring)))
    }

    fn ring(&self) -> Ring {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key that signs now.
    #[must_use]
    pub(crate) fn active(&self) -> Arc<ToolKey> {
        self.ring().active
    }

    /// The `kid` of the key that signs.
    #[must_use]
    pub(crate) fn kid(&self) -> String {
        self.ring().active.kid().to_owned()
    }

    /// Signs `claims` as [`ToolKey::sign`] does, with the key that signs now.
    ///
    /// # Errors
    /// [`ToolKeyError::Signing`] when the claims cannot be written as JSON.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, ToolKeyError> {
        self.ring().active.sign(claims)
    }

    /// The JSON Web Key Set to publish: the next one, the one that signs, and the old ones.
    #[must_use]
    pub(crate) fn public_set(&self) -> serde_json::Value {
        let ring = self.ring();
        ToolKey::jwk_set(ring.published.iter().map(|(_, key)| key.as_ref()))
    }

    /// The key that signs, as the token service takes it.
    pub(in crate::service) fn assertion(&self) -> Arc<ClientAssertionKey> {
        let active = self.ring().active;
        Arc::new(ClientAssertionKey::new(
            active.kid(),
            active.encoding_key().clone(),
        ))
    }
}

/// Opens the rows; those that `known` has are not decrypted again.
fn ring(
    vault: &Vault,
    rows: &[tool_keys::ToolKey],
    known: &[(KeyState, Arc<ToolKey>)],
    now: DateTime<Utc>,
) -> Result<Ring, ServiceError> {
    let mut published = Vec::new();
    for row in rows.iter().rev() {
        let key = match known.iter().find(|(_, key)| key.kid() == row.kid) {
            Some((_, key)) => Arc::clone(key),
            None => {
                let pem = vault.open(PURPOSE, &row.sealed_pem)?;
                let pem =
                    std::str::from_utf8(&pem).map_err(|error| ServiceError::Internal(error.to_string()))?;
                let key =
                    ToolKey::from_pem(pem).map_err(|error| ServiceError::Internal(error.to_string()))?;
                Arc::new(key)
            }
        };
        published.push((row.state, key));
    }
    let active = published
        .iter()
        .find(|(state, _)| *state == KeyState::Active)
        .map(|(_, key)| Arc::clone(key))
        .ok_or_else(|| ServiceError::Internal("no tool key is active".to_owned()))?;
    Ok(Ring {
        active,
        published,
        read_at: now,
    })
}

impl Cairn {
    /// Takes over what another node did to the keys, if it was not looked at just now. When the database does not answer,
    /// the keys stay as they are known.
    pub(crate) async fn notice_tool_keys(&self) {
        if self.tool_key.ring().read_at + NOTICE <= self.clock.now()
            && let Err(error) = self.read_tool_keys().await
        {
            tracing::warn!(error = %error.detail(), "the tool keys could not be read again");
        }
    }

    async fn read_tool_keys(&self) -> Result<(), ServiceError> {
        let rows = self.store.read(tool_keys::all).await?;
        let before = self.tool_key.ring();
        let now = ring(&self.vault, &rows, &before.published, self.clock.now())?;
        let changed = now.active.kid() != before.active.kid();
        *self.tool_key.0.write().unwrap_or_else(PoisonError::into_inner) = now;
        if changed {
            self.tokens.use_key(self.tool_key.assertion());
        }
        Ok(())
    }
}

/// Every key, oldest first.
pub(crate) async fn list(cairn: &Cairn) -> Result<Vec<Shown>, ServiceError> {
    let rows = cairn.store.read(tool_keys::all).await?;
    Ok(rows
        .into_iter()
        .map(|row| Shown {
            kid: row.kid,
            state: row.state,
            created_at: row.created_at,
        })
        .collect())
}

fn changed_meanwhile(error: StoreError) -> ServiceError {
    match error {
        StoreError::Stale => ServiceError::conflict(
            "tool-key.changed",
            "The keys have changed since this page was made. Nothing was changed; look at them again.",
        ),
        error => error.into(),
    }
}

/// Makes the next key and publishes it. With one there already, nothing is done.
///
/// # Errors
/// [`ServiceError::Forbidden`] for administrators of one institution.
pub(crate) async fn publish_next<'a>(cairn: &Cairn, by: impl Into<Operator<'a>>) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().everything()?;
    let generated = tokio::task::spawn_blocking(ToolKey::generate).await;
    let (key, pem) = generated
        .map_err(|error| ServiceError::Internal(error.to_string()))?
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let (now, random) = cairn.moment();
    let row = tool_keys::ToolKey {
        kid: key.kid().to_owned(),
        sealed_pem: cairn.vault.seal(PURPOSE, pem.as_bytes(), random.as_ref()),
        state: KeyState::Next,
        created_at: now,
    };
    change(cairn, by, Action::ToolKeyPublished, &row.kid.clone(), move |db| {
        if tool_keys::all(db)?.iter().any(|key| key.state == KeyState::Next) {
            return Ok(false);
        }
        tool_keys::insert(db, &row)?;
        Ok(true)
    })
    .await
}

/// Signs with the next key from now on. The one before stays published.
///
/// # Errors
/// As [`publish_next`]; [`ServiceError::Conflict`] when it is published for less than [`PUBLISHED_FIRST`], or is not the
/// next one any more.
pub(crate) async fn use_next<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    kid: &str,
) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().everything()?;
    let (now, kid_owned) = (cairn.clock.now(), kid.to_owned());
    change(cairn, by, Action::ToolKeyUsed, kid, move |db| {
        let row = tool_keys::all(db)?.into_iter().find(|key| key.kid == kid_owned);
        match row {
            Some(row) if row.state == KeyState::Active => return Ok(false),
            Some(row) if row.created_at + PUBLISHED_FIRST > now => {
                return Err(ServiceError::conflict(
                    "tool-key.too-young",
                    "Platforms may not know the new key yet: it must be published for ten minutes before it signs. Nothing \
                     was changed; come back then.",
                ));
            }
            _ => {}
        }
        tool_keys::use_next(db, &kid_owned).map_err(changed_meanwhile)?;
        Ok(true)
    })
    .await
}

/// Takes an old key out of what is published.
///
/// # Errors
/// As [`publish_next`]; [`ServiceError::Conflict`] when it is no old key.
pub(crate) async fn remove_old<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    kid: &str,
) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().everything()?;
    let kid_owned = kid.to_owned();
    change(cairn, by, Action::ToolKeyRemoved, kid, move |db| {
        tool_keys::remove_retired(db, &kid_owned).map_err(changed_meanwhile)?;
        Ok(true)
    })
    .await
}

/// One change with its entry in the logs, and then this process knows it.
async fn change(
    cairn: &Cairn,
    by: Operator<'_>,
    action: Action,
    kid: &str,
    work: impl FnOnce(&mut crate::store::Db) -> Result<bool, ServiceError> + Send + 'static,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let entry = Entry::within(None, by.actor(), action, kid, now);
    let changed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        if work(db)? {
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    changed.await?;
    cairn.read_tool_keys().await
}
