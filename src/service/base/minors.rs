//! What a holder may show to others: as their institution's policy says, and as it says of them. Whoever is under 16 by its word
//! has their badges inside the course site alone. What was shown before that word was taken back stays switched off.

use chrono::{DateTime, Utc};

use crate::domain::credential::Credential;
use crate::domain::policy::{Policy, Refusal};
use crate::ids::{PersonId, TenantId};
use crate::service::base::error::ServiceError;
use crate::store::{Db, StoreError, minors, policies};

/// What holds of one holder.
#[derive(Debug, Clone, Copy)]
pub(in crate::service) struct Holding {
    /// The institution's policy, in which they are a minor where that is said of them.
    pub(in crate::service) policy: Policy,
    /// Whether the institution lets anybody have pages on the web.
    is_open: bool,
    /// Whether it is said of them, or of their platform.
    is_said: bool,
    /// When that word, or that of all, was taken back last.
    until: Option<DateTime<Utc>>,
}

/// What holds of a holder.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn of(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Holding, StoreError> {
    let mut policy = policies::get(db, tenant)?;
    let said = minors::of_person(db, tenant, person)?;
    let (is_open, until) = (policy.has_public_pages(), said.until.max(policy.minors_until));
    policy.minors |= said.holds;
    Ok(Holding {
        policy,
        is_open,
        is_said: said.holds,
        until,
    })
}

/// Whether the page of an award may be kept by the institution's word at all: for lists, which then ask for each of them.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn may_keep(
    db: &mut Db,
    tenant: &TenantId,
    policy: &Policy,
) -> Result<bool, StoreError> {
    Ok(policy.minors_until.is_some() || minors::is_said(db, tenant)?)
}

/// As [`of`], the policy alone.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn policy_of(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Policy, StoreError> {
    Ok(of(db, tenant, person)?.policy)
}

impl Holding {
    /// Requires that the institution has pages on the web at all.
    ///
    /// # Errors
    /// [`Refusal::PublicPage`] when it has not. Strangers are told no more: of nobody it is said to them that they are a minor.
    pub(in crate::service) fn open(&self) -> Result<(), ServiceError> {
        if self.is_open {
            Ok(())
        } else {
            Err(Refusal::PublicPage.into())
        }
    }

    /// Whether a link that was made at that moment is over, whatever its own end.
    #[must_use]
    pub(in crate::service) fn ends(&self, made_at: DateTime<Utc>) -> bool {
        self.is_said || self.until.is_some_and(|until| made_at < until)
    }

    /// Whether the page of a credential is kept although its holder does not hide it: since the word was taken back, they have not
    /// said again what others see.
    ///
    /// # Errors
    /// What the store reports.
    pub(in crate::service) fn keeps_page(
        &self,
        db: &mut Db,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        if !self.ends(credential.issued_at) {
            return Ok(false);
        }
        let said = minors::visibility_said(db, &credential.tenant, &credential.id)?;
        Ok(said.is_none_or(|said| self.ends(said)))
    }
}
