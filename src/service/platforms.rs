//! Platforms, registered by hand.

use crate::domain::course::Course;
use crate::domain::issuer::Tenant;
use crate::ids::{DeploymentId, RegistrationId};
use crate::lti::capabilities::ResultRows;
use crate::lti::error::KeySetError;
use crate::lti::registration::{Registration, RegistrationDraft};
use crate::lti::token::TokenTarget;
use crate::service::error::ServiceError;
use crate::service::{Cairn, addresses, institutions};
use crate::store::deployments::{Deployment, DeploymentState};
use crate::store::{Db, StoreError, deployments, registrations, tenants};

/// What an administrator enters.
#[derive(Debug, Clone)]
pub struct NewPlatform {
    /// The institution's name; made if there is none.
    pub institution: String,
    pub draft: RegistrationDraft,
    /// Deployments that are accepted from the start; with none, each one that the platform signs is.
    pub deployments: Vec<String>,
}

/// What removing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    Gone,
    /// Courses were launched from it: its rows stay, its launches are refused.
    TurnedOff,
}

/// Whether a grade that was typed before Cairn made the learner's result row stays invisible.
///
/// # Errors
/// What the store reports.
pub(super) fn hides_early_grades(db: &mut Db, course: &Course) -> Result<bool, StoreError> {
    let platform = registrations::get(db, &course.tenant, &course.registration)?;
    Ok(platform.is_some_and(|platform| platform.capabilities().result_rows == ResultRows::OfPostedScores))
}

/// Registers a platform.
///
/// # Errors
/// A sentence for each value that cannot be used, or when the issuer and client id are registered already.
pub async fn add(cairn: &Cairn, mut new: NewPlatform) -> Result<Registration, ServiceError> {
    new.draft.accepts_new_deployments = new.deployments.is_empty();
    let now = cairn.clock.now();
    let id = RegistrationId::new(now, cairn.random.as_ref());
    // Checked before the institution is made, so that a typing error leaves nothing behind.
    let probe = new.draft.clone().check(id.clone(), "unknown".into());
    if let Err(errors) = probe {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        return Err(ServiceError::invalid("platform.values", sentences.join(" ")));
    }
    let (tenant, _) = institutions::find_or_create(cairn, &new.institution).await?;
    let registration = new
        .draft
        .check(id, tenant.id.clone())
        .map_err(|_| ServiceError::Internal("a checked registration failed its check".into()))?;
    let random = std::sync::Arc::clone(&cairn.random);
    cairn
        .store
        .write_with(move |db| -> Result<_, ServiceError> {
            if registrations::by_issuer_and_client(db, &registration.issuer, &registration.client_id)?
                .is_some()
            {
                return Err(ServiceError::conflict(
                    "platform.known",
                    "This issuer and client id are registered already. `cairn platform list` shows them.",
                ));
            }
            registrations::insert(db, &registration, now)?;
            for deployment_id in new.deployments {
                let deployment = Deployment {
                    id: DeploymentId::new(now, random.as_ref()),
                    tenant: tenant.id.clone(),
                    registration: registration.id.clone(),
                    deployment_id,
                    state: DeploymentState::Accepted,
                };
                deployments::find_or_insert(db, &deployment, now)?;
            }
            Ok(registration)
        })
        .await
}

/// Every platform with its institution.
///
/// # Errors
/// What the store reports.
pub async fn list(cairn: &Cairn) -> Result<Vec<(Tenant, Registration)>, ServiceError> {
    let all = cairn.store.read(|db| {
        let mut all = Vec::new();
        for tenant in tenants::list(db)? {
            for registration in registrations::list(db, &tenant.id)? {
                all.push((tenant.clone(), registration));
            }
        }
        Ok(all)
    });
    Ok(all.await?)
}

/// One platform.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown id.
pub async fn get(cairn: &Cairn, id: &str) -> Result<Registration, ServiceError> {
    let all = list(cairn).await?;
    let found = all
        .into_iter()
        .find(|(_, registration)| registration.id.as_str() == id);
    found
        .map(|(_, registration)| registration)
        .ok_or(ServiceError::NotFound("platform"))
}

/// Removes a platform, or turns it off when courses were launched from it.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown id.
pub async fn remove(cairn: &Cairn, id: &str) -> Result<Removed, ServiceError> {
    let registration = get(cairn, id).await?;
    let removed = cairn.store.write_with(move |db| {
        let (tenant, id) = (&registration.tenant, &registration.id);
        match registrations::remove(db, tenant, id) {
            Ok(()) => Ok(Removed::Gone),
            Err(StoreError::InUse(_)) => {
                registrations::set_enabled(db, tenant, id, false)?;
                Ok(Removed::TurnedOff)
            }
            Err(error) => Err(ServiceError::from(error)),
        }
    });
    removed.await
}

/// What to paste into a platform's administration page.
#[must_use]
pub fn paste_table(cairn: &Cairn) -> String {
    let at = |path: &str| format!("{}{path}", cairn.settings.origin());
    let (launch, login, jwks) = (at(addresses::LAUNCH), at(addresses::LOGIN), at(addresses::JWKS));
    format!(
        "Paste into the platform:\n\
         \x20 tool URL, target link URI     {launch}\n\
         \x20 LTI version                   1.3\n\
         \x20 public key type               keyset URL\n\
         \x20 public keyset (JWK) URL       {jwks}\n\
         \x20 initiate login URL            {login}\n\
         \x20 redirection URI               {launch}\n\
         \x20 services                      grades: sync and column management; names and roles: on\n\
         \x20 privacy                       names are welcome, never needed; e-mail is not used"
    )
}

/// Looks whether a platform can be reached: its keys, and a token for our key. Each finding is a line, good or bad.
pub async fn probe(cairn: &Cairn, registration: &Registration) -> Vec<Result<String, String>> {
    let mut findings = Vec::new();
    // No key has this id, so a readable key set answers that it does not know it.
    match cairn.key_sets.find(&registration.jwks_url, "cairn check").await {
        Ok(_) | Err(KeySetError::UnknownKey) => findings.push(Ok("its keys can be read".to_owned())),
        Err(error) => findings.push(Err(format!(
            "its keys cannot be read from {}: {error}. Compare the public keyset URL, and whether this server may reach it.",
            registration.jwks_url
        ))),
    }
    let scopes = [
        "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    ];
    match cairn.tokens.token(&target(registration), &scopes).await {
        Ok(_) => findings.push(Ok("it gives a token for grades and members".to_owned())),
        Err(error) => findings.push(Err(format!(
            "it gives no token: {error}. Compare the access token URL and the client id, and check that the platform can \
             read our keys at {}{}.",
            cairn.settings.origin(),
            addresses::JWKS
        ))),
    }
    findings
}

/// What the token service needs to know of a registration.
#[must_use]
pub fn target(registration: &Registration) -> TokenTarget {
    TokenTarget {
        registration_id: registration.id.clone(),
        client_id: registration.client_id.clone(),
        token_url: registration.token_url.clone(),
        token_audience: registration.token_audience.clone(),
    }
}
