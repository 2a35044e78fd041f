//! What anybody may see of endorsements: which a badge has, their documents byte by byte, and what verifiers fetch of the issuers
//! that were made for them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{LIST, Told, issuer_of, known_badge, substance_now};
use crate::domain::badge::Badge;
use crate::domain::endorsement::{Endorsement, Endorser, Given};
use crate::domain::issuer::Issuer;
use crate::ids::{BadgeId, EndorsementId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::credential::publish;
use crate::service::credential::signing::internal;
use crate::store::{Db, StoreError, endorsements};
use openbadges::did::IssuerIdentity;
use openbadges::keys::PublicKey;

/// An endorsement that was signed, with whose badge it is about.
#[derive(Debug, Clone)]
pub(crate) struct Endorsing {
    pub(crate) told: Told,
    pub(crate) given: Given,
    /// Whose badge it is.
    pub(crate) issuer: Issuer,
    pub(crate) badge: Badge,
    /// The `did:web` of the issuer that was made for it.
    pub(crate) did: Option<String>,
}

/// The endorsements of a badge that were signed, whatever became of them: oldest first.
#[derive(Debug, Clone, Default)]
pub(in crate::service) struct Endorsed {
    /// The digest of what the badge asks now.
    substance: String,
    pub(in crate::service) all: Vec<Endorsement>,
}

impl Endorsed {
    /// Each, and where it stands.
    pub(in crate::service) fn told(self, now: DateTime<Utc>) -> Vec<Told> {
        let substance = self.substance;
        let told = |endorsement: Endorsement| Told {
            state: endorsement.state(&substance, now),
            endorsement,
        };
        self.all.into_iter().map(told).collect()
    }
}

/// Those of that badge.
pub(in crate::service) fn of(db: &mut Db, badge: &Badge) -> Result<Endorsed, StoreError> {
    let mut all = endorsements::of_badge(db, &badge.tenant, &badge.id)?;
    all.retain(|one| one.given.is_some());
    if all.is_empty() {
        return Ok(Endorsed::default());
    }
    let (_, substance) = substance_now(db, badge)?;
    Ok(Endorsed { substance, all })
}

/// The endorsements of a badge that anybody may see.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "endorsing.about", level = "debug", skip_all, fields(badge = badge.id.as_str()))]
pub(crate) async fn about(cairn: &Cairn, badge: &Badge) -> Result<Vec<Told>, ServiceError> {
    let badge = badge.clone();
    let found = cairn.store.read(move |db| of(db, &badge)).await?;
    Ok(found.told(cairn.clock.now()))
}

/// The signed endorsements of the badge at that address, byte by byte, as one JSON list.
///
/// # Errors
/// [`ServiceError::NotFound`] for what is no address of a badge of this server.
#[tracing::instrument(name = "endorsing.list", level = "debug", skip_all)]
pub(crate) async fn list(cairn: &Cairn, issuer: &str, badge: &BadgeId) -> Result<String, ServiceError> {
    let (_, badge) = publish::badge(cairn, issuer, badge).await?;
    let all = about(cairn, &badge).await?;
    let documents = all.into_iter().filter_map(|told| told.endorsement.given);
    let documents: Vec<String> = documents.map(|given| given.document).collect();
    Ok(format!("[{}]", documents.join(",")))
}

fn endorsing(
    db: &mut Db,
    one: Endorsement,
    origin: &str,
    now: DateTime<Utc>,
) -> Result<Option<Endorsing>, ServiceError> {
    let Some(given) = one.given.clone() else {
        return Ok(None);
    };
    let badge = known_badge(db, &one.tenant, &one.badge)?;
    let (_, substance) = substance_now(db, &badge)?;
    let did = given
        .issuer
        .as_ref()
        .map(|issuer| identity_of(origin, issuer).map(|identity| identity.did().to_owned()));
    Ok(Some(Endorsing {
        issuer: issuer_of(db, &one.tenant)?,
        did: did.transpose()?,
        told: Told {
            state: one.state(&substance, now),
            endorsement: one,
        },
        given,
        badge,
    }))
}

/// One endorsement, by its id.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown one, and for an invitation.
#[tracing::instrument(name = "endorsing.document", level = "debug", skip_all, fields(endorsement = id.as_str()))]
pub(crate) async fn document(cairn: &Cairn, id: &EndorsementId) -> Result<Endorsing, ServiceError> {
    let (id, origin, now) = (id.clone(), cairn.settings.identity(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        match endorsements::published(db, &id)? {
            Some(one) => endorsing(db, one, &origin, now),
            None => Ok(None),
        }
    });
    found.await?.ok_or(ServiceError::NotFound("endorsement"))
}

/// The issuer that was made for an endorsement, by the last part of its address.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown one.
#[tracing::instrument(name = "endorsing.endorser", level = "debug", skip_all)]
pub(crate) async fn endorser(cairn: &Cairn, slug: &str) -> Result<Endorsing, ServiceError> {
    let (slug, origin, now) = (slug.to_owned(), cairn.settings.identity(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        match endorsements::by_slug(db, &slug)? {
            Some(one) => endorsing(db, one, &origin, now),
            None => Ok(None),
        }
    });
    found.await?.ok_or(ServiceError::NotFound("issuer"))
}

/// Who an issuer is that was made for an endorsement.
fn identity_of(origin: &str, issuer: &Endorser) -> Result<IssuerIdentity, ServiceError> {
    IssuerIdentity::new(origin, &issuer.slug).map_err(internal)
}

/// What its verifiers fetch: its identity document, the address of its status list, and that list as it is now.
pub(in crate::service) fn fetched(
    origin: &str,
    given: &Given,
) -> Result<Option<(Value, String, String)>, ServiceError> {
    let Some(issuer) = &given.issuer else {
        return Ok(None);
    };
    let identity = identity_of(origin, issuer)?;
    let key = PublicKey::from_multikey(&issuer.public_multibase).map_err(internal)?;
    let document = serde_json::to_value(identity.document(&[key])).map_err(internal)?;
    let list = match given.revoked_at {
        Some(_) => issuer.list_revoked.clone(),
        None => issuer.list_document.clone(),
    };
    Ok(Some((document, identity.status_url(LIST), list)))
}

/// The identity document of an issuer: one of an institution, or one that was made for an endorsement.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown slug.
#[tracing::instrument(name = "endorsing.did_document", level = "debug", skip_all)]
pub(crate) async fn did_document(cairn: &Cairn, slug: &str) -> Result<Value, ServiceError> {
    match institutions::did_document(cairn, slug).await {
        Err(ServiceError::NotFound(_)) => {
            let one = endorser(cairn, slug).await?;
            let fetched = fetched(&cairn.settings.identity(), &one.given)?;
            fetched
                .map(|(document, ..)| document)
                .ok_or(ServiceError::NotFound("issuer"))
        }
        found => found,
    }
}

/// The signed status list of an issuer, in its forms: one of an institution, or that of an endorsement.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown list, or one of another issuer.
#[tracing::instrument(name = "endorsing.status_list", level = "debug", skip_all)]
pub(crate) async fn status_list(
    cairn: &Cairn,
    slug: &str,
    list: &str,
) -> Result<publish::ListForms, ServiceError> {
    match publish::status_list(cairn, slug, list).await {
        Err(ServiceError::NotFound(_)) if list == LIST => {
            let one = endorser(cairn, slug).await?;
            let fetched = fetched(&cairn.settings.identity(), &one.given)?;
            let (_, _, document) = fetched.ok_or(ServiceError::NotFound("status list"))?;
            Ok(publish::ListForms {
                document,
                token: None,
            })
        }
        found => found,
    }
}
