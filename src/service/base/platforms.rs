//! Platforms as every other use case reads them. Nothing is written here: see [`crate::service::institution::connecting`].

use crate::domain::issuer::Tenant;
use crate::ids::RegistrationId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::{registrations, tenants};
use lti::error::KeySetError;
use lti::registration::Registration;
use lti::token::{TokenError, TokenTarget};

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

/// What a platform was asked for, to see whether it can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// Its keys.
    Keys,
    /// A token for our key.
    Token,
}

/// What it did not give.
#[derive(Debug, Clone)]
pub(crate) enum Withheld {
    Keys(KeySetError),
    Token(TokenError),
}

/// Whether a platform can be reached: its keys, and a token for our key.
pub(crate) async fn probe(cairn: &Cairn, registration: &Registration) -> Vec<Result<Probe, Withheld>> {
    // No key has this id, so a readable key set answers that it does not know it.
    let keys = match cairn.key_sets.find(&registration.jwks_url, "cairn check").await {
        Ok(_) | Err(KeySetError::UnknownKey) => Ok(Probe::Keys),
        Err(error) => Err(Withheld::Keys(error)),
    };
    let scopes = [
        "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    ];
    let token = match cairn.tokens.token(&target(cairn, registration), &scopes).await {
        Ok(_) => Ok(Probe::Token),
        Err(error) => Err(Withheld::Token(error)),
    };
    vec![keys, token]
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
