//! Signing as an institution's issuer, in the caller's transaction: credentials in both forms, and status lists.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;

use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::course::LineItem;
use crate::domain::issuer::Issuer;
use crate::ids::{BadgeId, LineItemId, OutsideColumnId, RegistrationId, TenantId};
use crate::random::{self, SharedRandom};
use crate::secrets::Vault;
use crate::service::Cairn;
use crate::service::badge::lineage;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::store::status_lists::StatusList;
use crate::store::subjects::Subject;
use crate::store::{Db, issuers, line_items, outside, subjects};
use openbadges::did::IssuerIdentity;
use openbadges::proof::{self, Signable};
use openbadges::recipient;
use openbadges::{OpenBadgeCredential, jwt};

mod lists;

/// What issuing needs of the process, to be taken into a transaction.
#[derive(Debug, Clone)]
pub(crate) struct IssuingContext {
    pub(crate) identity: String,
    pub(crate) vault: Vault,
    pub(crate) random: SharedRandom,
    pub(crate) now: DateTime<Utc>,
}

impl IssuingContext {
    pub(crate) fn of(cairn: &Cairn) -> Self {
        Self {
            identity: cairn.settings.identity(),
            vault: cairn.vault.clone(),
            random: std::sync::Arc::clone(&cairn.random),
            now: cairn.clock.now(),
        }
    }

    /// The public identity of an issuer.
    pub(crate) fn identity(&self, issuer: &Issuer) -> Result<IssuerIdentity, ServiceError> {
        IssuerIdentity::new(&self.identity, &issuer.slug).map_err(internal)
    }

    /// The institution's issuer, ready to sign.
    pub(crate) fn signer(&self, db: &mut Db, tenant: &TenantId) -> Result<Signer, ServiceError> {
        let issuer = issuers::for_tenant(db, tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let key = issuers::active_key(db, tenant, &issuer.id)?
            .ok_or_else(|| ServiceError::Internal(format!("issuer {} has no active key", issuer.id)))?;
        let identity = self.identity(&issuer)?;
        let token_key =
            institutions::active_token_key(db, &issuer, &self.vault, self.now, self.random.as_ref())?;
        Ok(Signer {
            key: institutions::signing_key(&self.vault, &key)?,
            token_key: institutions::token_signing_key(&self.vault, &token_key)?,
            context: self.clone(),
            issuer,
            identity,
            list: None,
            labels: HashMap::new(),
            labels_elsewhere: HashMap::new(),
            platforms: HashMap::new(),
            lineages: HashMap::new(),
        })
    }
}

/// An issuer with its key, for one transaction.
pub(crate) struct Signer {
    pub(crate) context: IssuingContext,
    pub(crate) issuer: Issuer,
    pub(crate) identity: IssuerIdentity,
    pub(crate) key: SigningKey,
    /// Signs the same credentials as tokens.
    pub(crate) token_key: p256::ecdsa::SigningKey,
    pub(crate) list: Option<StatusList>,
    pub(crate) labels: HashMap<LineItemId, String>,
    /// Of columns that are none of ours.
    pub(crate) labels_elsewhere: HashMap<OutsideColumnId, String>,
    /// The issuers of the platforms that the holders come from.
    pub(crate) platforms: HashMap<RegistrationId, String>,
    /// For what an award of each badge counts outside its course now.
    pub(crate) lineages: HashMap<BadgeId, Option<BadgeId>>,
}

pub(crate) fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

impl Signer {
    pub(crate) fn sign<T: Signable>(&self, document: &T) -> Result<String, ServiceError> {
        let method = self.identity.verification_method(&self.key.verifying_key());
        let signed = proof::sign(document, &self.key, &method, self.context.now).map_err(internal)?;
        Ok(signed.into_string())
    }

    pub(crate) fn sign_token(&self, credential: &OpenBadgeCredential) -> Result<String, ServiceError> {
        let key_id = self.identity.verification_method(self.token_key.verifying_key());
        let signed = jwt::sign(credential, &self.token_key, &key_id).map_err(internal)?;
        Ok(signed.into_string())
    }

    pub(crate) fn note_labels(&mut self, db: &mut Db, badge: &Badge) -> Result<(), ServiceError> {
        if self.labels.is_empty() && self.labels_elsewhere.is_empty() {
            let items = line_items::for_course(db, &badge.tenant, &badge.course)?;
            let named = |item: LineItem| (item.id, item.label);
            self.labels = items.into_iter().map(named).collect();
            let outside = outside::columns(db, &badge.tenant, &badge.course)?.into_iter();
            self.labels_elsewhere = outside.map(|column| (column.id, column.label)).collect();
        }
        Ok(())
    }

    /// For which lineage an award that is made now counts outside its course; none where it counts as its own badge alone.
    pub(crate) fn lineage(&mut self, db: &mut Db, badge: &Badge) -> Result<Option<BadgeId>, ServiceError> {
        if let Some(known) = self.lineages.get(&badge.id) {
            return Ok(known.clone());
        }
        let lineage = lineage::outside(db, badge)?;
        self.lineages.insert(badge.id.clone(), lineage.clone());
        Ok(lineage)
    }

    pub(crate) fn subject(&self, db: &mut Db, award: &Award) -> Result<Subject, ServiceError> {
        let (now, random) = (self.context.now, self.context.random.as_ref());
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
