//! Another master key in the place of the one that is.
//!
//! The private keys in the database are encrypted anew, all in one transaction. What else is derived from the master key
//! lives for minutes and ends with the old one; whoever meets that opens the page again.
//!
//! Where the key is a file, the new one lies beside it before the transaction begins and takes its place after the
//! transaction ended ([`KeyFile`]). Whatever is killed in between, `base::master_key` finds out at the next start which of
//! the two opens the database, and ends what was begun.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::clock::SharedClock;
use crate::domain::audit::{Action, Actor, Entry};
use crate::random::SharedRandom;
use crate::secrets::key_file::KeyFile;
use crate::secrets::{SecretsError, Vault};
use crate::service::Cairn;
use crate::service::StartError;
use crate::service::Timers;
use crate::service::base::data_folder;
use crate::service::base::error::ServiceError;
use crate::service::base::master_key::purpose;
use crate::settings::Settings;
use crate::store::sealed;
use crate::store::{Store, StoreError, audit};

/// How often it is looked whether the database has become free, and after what pauses: a connection of our own that has
/// just ended may still be counted.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// Why the master key was not changed, or not to the end. People are told in the words of `web::words::starting`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RotationError {
    /// A server, or another command, uses this data.
    #[error("the data is in use")]
    InUse,
    /// The master key is a setting, so that the new one must be given.
    #[error("no new key was given")]
    NewKeyNeeded,
    #[error("the new key is the old one")]
    SameKey,
    /// The stored keys are encrypted with the new master key, but it could not take its place as a file.
    #[error("the key files were not swapped: {0}")]
    NotSwapped(SecretsError),
    #[error("not changed: {0}")]
    NotChanged(ServiceError),
    #[error(transparent)]
    Start(#[from] StartError),
}

impl From<SecretsError> for RotationError {
    fn from(error: SecretsError) -> Self {
        Self::Start(error.into())
    }
}

impl From<StoreError> for RotationError {
    fn from(error: StoreError) -> Self {
        Self::NotChanged(error.into())
    }
}

/// What a change of the key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rotated {
    /// How many stored keys were encrypted anew.
    pub(crate) keys: usize,
    /// The fingerprints of the master key before and of the new one.
    pub(crate) before: String,
    pub(crate) after: String,
    /// Where the key before is kept; none where the key is a setting.
    pub(crate) kept: Option<PathBuf>,
}

/// Puts `given`, or else a new random key, in the place of the master key. The data must not be in use.
///
/// # Errors
/// [`RotationError`]; except for [`RotationError::NotSwapped`] nothing was changed.
#[tracing::instrument(name = "master_key.rotate", skip_all)]
pub(crate) async fn rotate(
    mut settings: Settings,
    clock: SharedClock,
    random: SharedRandom,
    given: Option<Vault>,
) -> Result<Rotated, RotationError> {
    if settings.master_key.is_some() && given.is_none() {
        return Err(RotationError::NewKeyNeeded);
    }
    let alone = data_folder::alone(&settings.data_dir)?.ok_or(RotationError::InUse)?;
    // With one connection of our own it is plain which are others'.
    settings.database_connections = 1;
    let cairn = Cairn::open_in(settings, clock, random, Timers::default(), alone).await?;
    nobody_else(&cairn.store).await?;
    let before = cairn.vault.fingerprint();
    if given.as_ref().is_some_and(|new| new.fingerprint() == before) {
        return Err(RotationError::SameKey);
    }
    let file = match cairn.settings.master_key {
        Some(_) => None,
        None => Some(KeyFile::in_folder(&cairn.settings.data_dir)),
    };
    let new = match (&file, given) {
        (Some(file), given) => file.prepare(given.as_ref(), cairn.random.as_ref())?,
        (None, Some(given)) => given,
        (None, None) => return Err(RotationError::NewKeyNeeded),
    };
    let keys = seal_anew(&cairn, &new).await.map_err(RotationError::NotChanged)?;
    let kept = match file {
        Some(file) => file.swap().map_err(RotationError::NotSwapped)?,
        None => None,
    };
    Ok(Rotated {
        keys,
        before,
        after: new.fingerprint(),
        kept,
    })
}

async fn nobody_else(store: &Store) -> Result<(), RotationError> {
    for _ in 0..LOOKS {
        if store.read(sealed::other_connections).await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(RotationError::InUse)
}

/// Encrypts every stored secret under `new` in one transaction, and says how many there were. `cairn` has the old key
/// and is of no use afterwards.
async fn seal_anew(cairn: &Cairn, new: &Vault) -> Result<usize, ServiceError> {
    let (now, random) = cairn.moment();
    let (old, new) = (cairn.vault.clone(), new.clone());
    let work = move |db: &mut _| -> Result<usize, ServiceError> {
        sealed::lock(db)?;
        let all = sealed::all(db)?;
        for secret in &all {
            let purpose = purpose(secret.kind);
            let plain = old.open(purpose, &secret.text)?;
            sealed::replace(db, secret, &new.seal(purpose, &plain, random.as_ref()))?;
        }
        let (action, subject) = (Action::MasterKeyRotated, new.fingerprint());
        let entry = Entry::within(None, Actor::CommandLine, action, &subject, now);
        let entry = entry.detail(json!({ "before": old.fingerprint(), "keys": all.len() }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(all.len())
    };
    cairn.store.write_over(work).await
}

#[cfg(test)]
mod tests;
