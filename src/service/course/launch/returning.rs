//! Somebody whose data was erased launches again: they are told, and nothing is kept of them until they agree.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::zone::Zone;
use crate::ids::{ErasureId, RegistrationId, TenantId};
use crate::secrets::Vault;
use crate::service::Cairn;
use crate::service::base::erased::Erased;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::PrivacyRefusal;
use crate::store::platforms::Home;
use crate::store::{Db, audit, registrations, tenants, tombstones};
use lti::registration::Registration;

/// What the pass is sealed for.
const PURPOSE: &str = "agreement after an erasure";
/// How long the page with the button is good for.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// That whoever launches was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Returning {
    /// The last time, if it was more than once.
    pub(crate) erased_at: DateTime<Utc>,
    pub(crate) zone: Zone,
    /// What is left of their name: digests, each with the erasure that it is of.
    erasures: BTreeMap<String, ErasureId>,
}

/// What the page brings back, which names nobody. It is for the erasures that its reader was told of: a later one is not what
/// they agreed to go behind.
#[derive(Serialize, Deserialize)]
struct Pass {
    tenant: TenantId,
    registration: RegistrationId,
    erasures: BTreeMap<String, ErasureId>,
    /// Seconds since 1970.
    until: i64,
}

/// Whether somebody of that name was erased and has not agreed since. Asked only of those who are unknown.
pub(crate) fn asks(
    db: &mut Db,
    vault: &Vault,
    tenant: &TenantId,
    home: &Home,
    sub: &str,
) -> Result<Option<Returning>, ServiceError> {
    let Some(erased) = Erased::at(db, vault, tenant, &home.platform)? else {
        return Ok(None);
    };
    let found = erased.of(db, sub)?;
    let Some(erased_at) = found.values().map(|one| one.erased_at).max() else {
        return Ok(None);
    };
    Ok(Some(Returning {
        erased_at,
        zone: tenants::zone(db, tenant)?,
        erasures: found
            .into_iter()
            .map(|(digest, one)| (digest, one.erasure))
            .collect(),
    }))
}

impl Cairn {
    /// What the page brings back of whoever agrees.
    ///
    /// # Errors
    /// Never in practice: when it cannot be written as JSON.
    pub(crate) fn pass_back(
        &self,
        registration: &Registration,
        returning: &Returning,
    ) -> Result<String, ServiceError> {
        let pass = Pass {
            tenant: registration.tenant.clone(),
            registration: registration.id.clone(),
            erasures: returning.erasures.clone(),
            until: (self.clock.now() + LIFETIME).timestamp(),
        };
        let plain = serde_json::to_vec(&pass).map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(self.vault.seal(PURPOSE, &plain, self.random.as_ref()))
    }

    /// Somebody who was erased agrees to be kept again: from their next launch on. Agreeing twice is agreeing once.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when the pass is none of ours, too old, or from before they were erased once more.
    #[tracing::instrument(name = "returning.agree_again", skip_all)]
    pub(crate) async fn agree_again(&self, pass: &str) -> Result<Registration, ServiceError> {
        let over = || ServiceError::from(PrivacyRefusal::Pass);
        let plain = self.vault.open(PURPOSE, pass).map_err(|_| over())?;
        let pass: Pass = serde_json::from_slice(&plain).map_err(|_| over())?;
        let (now, random) = self.moment();
        if pass.until < now.timestamp() {
            return Err(over());
        }
        let agreed = self.store.write_with(move |db| -> Result<_, ServiceError> {
            let registration = registrations::by_id(db, &pass.registration)?.ok_or_else(over)?;
            let mut lifted = BTreeSet::new();
            for (digest, erasure) in &pass.erasures {
                if tombstones::lift(db, &pass.tenant, digest, erasure)? {
                    lifted.insert(erasure);
                }
            }
            // What still stands is of a later erasure; then nothing is lifted.
            let digests: Vec<String> = pass.erasures.keys().cloned().collect();
            if !tombstones::among(db, &pass.tenant, &digests)?.is_empty() {
                return Err(over());
            }
            for erasure in lifted {
                let (actor, action) = (Actor::Unnamed, Action::ErasureLifted);
                let entry = Entry::new(&pass.tenant, actor, action, erasure.as_str(), now);
                audit::record(db, &entry, random.as_ref())?;
            }
            Ok(registration)
        });
        agreed.await
    }
}
