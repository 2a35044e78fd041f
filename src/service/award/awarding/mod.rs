//! From an award to a signed document. Everything is in the caller's one transaction: there is never an award without its
//! credential. [`revoke`] takes it back, [`award_by_hand`] awards whatever a rule says.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;

use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::course::LineItem;
use crate::domain::decision::Decision;
use crate::domain::issuer::Issuer;
use crate::ids::{DecisionId, LineItemId, PersonId, RegistrationId, TenantId};
use crate::random::{self, SharedRandom};
use crate::secrets::Vault;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::store::status_lists::StatusList;
use crate::store::subjects::Subject;
use crate::store::{Db, issuers, line_items, subjects};
use openbadges::did::IssuerIdentity;
use openbadges::proof::{self, Signable};
use openbadges::recipient;
use openbadges::{OpenBadgeCredential, jwt};

mod by_hand;
mod lists;
mod making;
mod revoking;
mod work;

pub use by_hand::award_by_hand;
pub use revoking::revoke;
pub(in crate::service) use revoking::revoke_in;
use work::approved_work;

/// What issuing needs of the process, to be taken into a transaction.
#[derive(Debug, Clone)]
pub(in crate::service) struct Desk {
    identity: String,
    vault: Vault,
    pub(in crate::service) random: SharedRandom,
    pub(in crate::service) now: DateTime<Utc>,
}

impl Desk {
    pub(in crate::service) fn of(cairn: &Cairn) -> Self {
        Self {
            identity: cairn.settings.identity(),
            vault: cairn.vault.clone(),
            random: std::sync::Arc::clone(&cairn.random),
            now: cairn.clock.now(),
        }
    }

    /// The public identity of an issuer.
    pub(in crate::service) fn identity(&self, issuer: &Issuer) -> Result<IssuerIdentity, ServiceError> {
        IssuerIdentity::new(&self.identity, &issuer.slug).map_err(internal)
    }

    /// The institution's issuer, ready to sign.
    pub(in crate::service) fn signer(&self, db: &mut Db, tenant: &TenantId) -> Result<Signer, ServiceError> {
        let issuer = issuers::for_tenant(db, tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let key = issuers::active_key(db, tenant, &issuer.id)?
            .ok_or_else(|| ServiceError::Internal(format!("issuer {} has no active key", issuer.id)))?;
        let identity = self.identity(&issuer)?;
        let token_key =
            institutions::active_token_key(db, &issuer, &self.vault, self.now, self.random.as_ref())?;
        Ok(Signer {
            key: institutions::signing_key(&self.vault, &key)?,
            token_key: institutions::token_signing_key(&self.vault, &token_key)?,
            desk: self.clone(),
            issuer,
            identity,
            list: None,
            labels: HashMap::new(),
            platforms: HashMap::new(),
        })
    }
}

/// An issuer with its key, for one transaction.
pub(in crate::service) struct Signer {
    desk: Desk,
    issuer: Issuer,
    identity: IssuerIdentity,
    key: SigningKey,
    /// Signs the same credentials as tokens.
    token_key: p256::ecdsa::SigningKey,
    list: Option<StatusList>,
    labels: HashMap<LineItemId, String>,
    /// The issuers of the platforms that the holders come from.
    platforms: HashMap<RegistrationId, String>,
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

impl Signer {
    pub(in crate::service) fn sign<T: Signable>(&self, document: &T) -> Result<String, ServiceError> {
        let method = self.identity.verification_method(&self.key.verifying_key());
        let signed = proof::sign(document, &self.key, &method, self.desk.now).map_err(internal)?;
        Ok(signed.into_string())
    }

    pub(in crate::service) fn sign_token(
        &self,
        credential: &OpenBadgeCredential,
    ) -> Result<String, ServiceError> {
        let key_id = self.identity.verification_method(self.token_key.verifying_key());
        let signed = jwt::sign(credential, &self.token_key, &key_id).map_err(internal)?;
        Ok(signed.into_string())
    }

    fn note_labels(&mut self, db: &mut Db, badge: &Badge) -> Result<(), ServiceError> {
        if self.labels.is_empty() {
            let items = line_items::for_course(db, &badge.tenant, &badge.course)?;
            let named = |item: LineItem| (item.id, item.label);
            self.labels = items.into_iter().map(named).collect();
        }
        Ok(())
    }

    /// Makes the award with its signed credential. `None`: this cycle has its award already, made by whomever.
    ///
    /// # Errors
    /// What the store reports; then the transaction must be rolled back.
    pub(in crate::service) fn issue(
        &mut self,
        db: &mut Db,
        badge: &Badge,
        person: &PersonId,
        cycle: i32,
        decision: &Decision,
        record: &DecisionId,
    ) -> Result<Option<Award>, ServiceError> {
        let prepared = self.prepare(db, badge, person, cycle, decision, record)?;
        let made = self.finish(db, prepared.into_iter().collect())?;
        Ok(made.into_iter().next())
    }

    fn subject(&self, db: &mut Db, award: &Award) -> Result<Subject, ServiceError> {
        let (now, random) = (self.desk.now, self.desk.random.as_ref());
        // Version 4: an identifier of a person must not tell when it was made.
        let uuid = uuid::Builder::from_random_bytes(random::bytes(random)).into_uuid();
        let new = Subject {
            urn: uuid.urn().to_string(),
            salt: recipient::salt(random),
        };
        let (issuer, person) = (&self.issuer.id, &award.person);
        Ok(subjects::get_or_insert(
            db,
            &award.tenant,
            issuer,
            person,
            &new,
            now,
        )?)
    }
}

pub(in crate::service) fn check_reason(reason: &str) -> Result<String, ServiceError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(ServiceError::invalid(
            "award.reason",
            "Give a reason of 1 to 500 characters; the holder will read it.",
        ));
    }
    Ok(reason.to_owned())
}
