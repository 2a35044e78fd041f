//! Platforms as every other use case reads them. Nothing is written here: see [`crate::service::institution::connecting`].

use crate::domain::course::Course;
use crate::domain::issuer::Tenant;
use crate::ids::RegistrationId;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::store::{Db, StoreError, registrations, tenants};
use lti::capabilities::ResultRows;
use lti::error::KeySetError;
use lti::registration::Registration;
use lti::token::TokenTarget;

/// Whether a grade that was typed before Cairn made the learner's result row stays invisible.
pub(in crate::service) fn hides_early_grades(db: &mut Db, course: &Course) -> Result<bool, StoreError> {
    let platform = registrations::get(db, &course.tenant, &course.registration)?;
    Ok(platform.is_some_and(|platform| platform.capabilities().result_rows == ResultRows::OfPostedScores))
}

/// Every platform with its institution.
pub(crate) async fn list(cairn: &Cairn) -> Result<Vec<(Tenant, Registration)>, ServiceError> {
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

/// One platform, of whichever institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown id.
pub(crate) async fn get(cairn: &Cairn, id: &RegistrationId) -> Result<Registration, ServiceError> {
    let id = id.clone();
    let found = cairn.store.read(move |db| registrations::by_id(db, &id)).await?;
    found.ok_or(ServiceError::NotFound("platform"))
}

/// Whether a platform can be reached: its keys, and a token for our key. Each finding is a line, good or bad.
pub(crate) async fn probe(cairn: &Cairn, registration: &Registration) -> Vec<Result<String, String>> {
    let mut findings = Vec::new();
    let target = target(cairn, registration);
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
    match cairn.tokens.token(&target, &scopes).await {
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

/// What the token service needs to know of a registration whose platform is about to be called.
#[must_use]
pub(crate) fn target(cairn: &Cairn, registration: &Registration) -> TokenTarget {
    cairn.platform_hosts.note(registration);
    TokenTarget {
        registration_id: registration.id.clone(),
        client_id: registration.client_id.clone(),
        token_url: registration.token_url.clone(),
        token_audience: registration.token_audience.clone(),
    }
}
