//! Our own LTI keys as every process knows them: one signs what we send to platforms, and all of them are published. They
//! are changed in [`crate::service::institution::tool_keys`].

#[cfg(test)]
use std::collections::VecDeque;
#[cfg(test)]
use std::sync::Mutex;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::clock::SharedClock;
use crate::domain::keys::KeyState;
use crate::random::SharedRandom;
use crate::secrets::Vault;
use crate::service::Cairn;
use crate::service::StartError;
use crate::service::base::error::ServiceError;
use crate::store::{Store, tool_keys};
use lti::error::ToolKeyError;
use lti::keys::ToolKey;
use lti::token::ClientAssertionKey;

pub(in crate::service) const PURPOSE: &str = "tool key";
/// What another node did is noticed at the latest after so long.
const NOTICE: Duration = Duration::from_secs(5);

/// The keys as this process knows them.
#[derive(Debug)]
pub(crate) struct ToolKeys(RwLock<Ring>);

#[derive(Debug, Clone)]
struct Ring {
    active: Arc<ToolKey>,
    /// Newest first, with their states.
    published: Vec<(KeyState, Arc<ToolKey>)>,
    /// Of the clock that nobody sets.
    read_at: Duration,
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
            let (key, pem) = first_key().map_err(|error| unusable(error.to_string()))?;
            let row = tool_keys::ToolKey {
                kid: key.kid().to_owned(),
                sealed_pem: vault.seal(PURPOSE, pem.as_bytes(), random.as_ref()),
                state: KeyState::Active,
                created_at: clock.now(),
            };
            store.write(move |db| tool_keys::insert_if_none(db, &row)).await?;
        }
        let rows = store.read(tool_keys::all).await?;
        let ring = ring(vault, &rows, &[], clock.steady()).map_err(|error| unusable(error.to_string()))?;
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

/// The key of a first start.
#[cfg(not(test))]
fn first_key() -> Result<(ToolKey, Zeroizing<String>), ToolKeyError> {
    ToolKey::generate()
}

/// Making a key takes longer than many a test: a process of tests makes a few, and each first start takes the next of them.
/// Two that start on one database and do not agree have different ones, as they would outside of tests.
#[cfg(test)]
fn first_key() -> Result<(ToolKey, Zeroizing<String>), ToolKeyError> {
    static MADE: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if made.len() < 8 {
        let (key, pem) = ToolKey::generate()?;
        made.push_back(pem.as_str().to_owned());
        return Ok((key, pem));
    }
    made.rotate_left(1);
    let pem = made.back().cloned().unwrap_or_default();
    Ok((ToolKey::from_pem(&pem)?, Zeroizing::new(pem)))
}

/// Opens the rows; those that `known` has are not decrypted again.
fn ring(
    vault: &Vault,
    rows: &[tool_keys::ToolKey],
    known: &[(KeyState, Arc<ToolKey>)],
    read_at: Duration,
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
        read_at,
    })
}

impl Cairn {
    /// Takes over what another node did to the keys, if it was not looked at just now. When the database does not answer,
    /// the keys stay as they are known.
    pub(crate) async fn notice_tool_keys(&self) {
        let since = self.clock.steady().saturating_sub(self.tool_key.ring().read_at);
        if since >= NOTICE
            && let Err(error) = self.read_tool_keys().await
        {
            tracing::warn!(%error, "the tool keys could not be read again");
        }
    }

    /// Reads them now, after this process changed them.
    pub(in crate::service) async fn read_tool_keys(&self) -> Result<(), ServiceError> {
        let rows = self.store.read(tool_keys::all).await?;
        let before = self.tool_key.ring();
        let now = ring(&self.vault, &rows, &before.published, self.clock.steady())?;
        let changed = now.active.kid() != before.active.kid();
        *self.tool_key.0.write().unwrap_or_else(PoisonError::into_inner) = now;
        if changed {
            self.tokens.use_key(self.tool_key.assertion());
        }
        Ok(())
    }
}
