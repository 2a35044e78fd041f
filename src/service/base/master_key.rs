//! The master key with which a process starts, and what it protects in the database.
//!
//! What it protects for good are the keys and tokens in the database ([`sealed`]). Everything else that is derived from it
//! lives for minutes: login states, file links, the proofs in forms, consents to a registration, sign-ins under way at a
//! provider; or lets nobody in: the mark of a browser in which an administrator signed in before. Visits, share links, invitations and console sessions are known by plain digests. It is changed in
//! [`crate::service::operations::master_key`]; whatever is killed on the way there, `settle` finds out at the next start which key
//! opens the database, and ends what was begun.

use crate::random::SharedRandom;
use crate::secrets::key_file::KeyFile;
use crate::secrets::{SecretsError, Vault};
use crate::service::StartError;
use crate::service::base::erased;
use crate::service::base::institutions;
use crate::service::base::rest_access;
use crate::service::base::tool_keys;
use crate::settings::Settings;
use crate::store::Store;
use crate::store::sealed::{self, Sealed, SealedKind};

/// What a secret of that kind is encrypted for.
pub(in crate::service) fn purpose(kind: SealedKind) -> &'static str {
    match kind {
        SealedKind::EndorserKey => institutions::ENDORSER_KEY,
        SealedKind::IssuerKey => institutions::ISSUER_KEY,
        SealedKind::IssuerTokenKey => institutions::TOKEN_KEY,
        SealedKind::RestRefresh => rest_access::REFRESH,
        SealedKind::RestSecret => rest_access::SECRET,
        SealedKind::RestToken => rest_access::TOKEN,
        SealedKind::TombstoneKey => erased::PURPOSE,
        SealedKind::ToolKey => tool_keys::PURPOSE,
    }
}

/// The master key with which to start: the setting's, else the one of the file in the data folder that opens what the
/// database holds. An interrupted change of the key is brought to its end. At the very first start the file is made.
///
/// # Errors
/// [`StartError::Secrets`] when none opens it.
pub(in crate::service) async fn settle(
    settings: &Settings,
    store: &Store,
    random: &SharedRandom,
) -> Result<Vault, StartError> {
    // Before the files are looked at: what a process that starts at the same time has stored, it has a file for.
    let stored = store.read(sealed::all).await?;
    let vault = match &settings.master_key {
        Some(text) => Vault::from_text(text)?,
        None => from_file(&KeyFile::in_folder(&settings.data_dir), &stored, random)?,
    };
    if opens(&vault, &stored) {
        Ok(vault)
    } else {
        Err(SecretsError::WrongKey.into())
    }
}

/// Whether `vault` is what the database was encrypted with: most of it opens. All secrets always change together, so that
/// others are damaged, or were written by a server that should have been stopped; `cairn check` names them.
pub(in crate::service) fn opens(vault: &Vault, stored: &[Sealed]) -> bool {
    let opened = stored
        .iter()
        .filter(|one| vault.open(purpose(one.kind), &one.text).is_ok());
    stored.is_empty() || opened.count() > stored.len() / 2
}

fn from_file(file: &KeyFile, stored: &[Sealed], random: &SharedRandom) -> Result<Vault, SecretsError> {
    let current = file.current()?;
    if stored.is_empty() {
        return current.map_or_else(|| file.create(random.as_ref()), Ok);
    }
    if let Some(current) = current.as_ref().filter(|key| opens(key, stored)) {
        return Ok(current.clone());
    }
    if let Some(next) = file.next()?.filter(|key| opens(key, stored)) {
        tracing::info!("an interrupted change of the master key is brought to its end");
        if let Err(error) = file.swap() {
            // Somebody who starts at the same time may have done it.
            let there = file.current()?;
            if there.is_none_or(|there| there.fingerprint() != next.fingerprint()) {
                return Err(error);
            }
        }
        return Ok(next);
    }
    if let Some((path, _)) = file.old()?.into_iter().find(|(_, key)| opens(key, stored)) {
        return Err(SecretsError::OlderKey(path.display().to_string()));
    }
    Err(match current {
        Some(_) => SecretsError::WrongKey,
        None => SecretsError::NoKeyFile(file.path().display().to_string()),
    })
}
