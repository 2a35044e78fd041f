//! Registrations of a platform that are there already: which one is meant, what stays of it, and which others there are.

use super::changes::{self, Beside};
use super::{call, check};
use crate::ids::TenantId;
use crate::net::Request;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{InstitutionRefusal, RegisteringStep};
use crate::store::registrations;
use lti::dynamic_registration::{Answer, PlatformConfiguration, read_answer};
use lti::registration::Registration;

/// What an administrator chose here stays when the platform registers anew.
pub(super) fn keep_choices(known: &Registration, new: Registration) -> Registration {
    let mut service_hosts = new.service_hosts;
    for host in &known.service_hosts {
        if !service_hosts.contains(host) {
            service_hosts.push(host.clone());
        }
    }
    Registration {
        id: known.id.clone(),
        name: known.name.clone(),
        accepts_new_deployments: known.accepts_new_deployments,
        enabled: known.enabled,
        algorithms: known.algorithms.clone(),
        service_hosts,
        ..new
    }
}

pub(super) fn proposed(
    platform: &PlatformConfiguration,
    known: &Registration,
) -> Result<Registration, ServiceError> {
    let answer = Answer {
        client_id: known.client_id.clone(),
        deployment_id: None,
        scopes: Vec::new(),
        registration_url: None,
        redirect_uris: Vec::new(),
    };
    let new = check(platform, &answer, known.id.clone(), &known.tenant)?;
    Ok(keep_choices(known, new))
}

/// The institution's registrations of that platform: an issuer is shared by all schools of a hosted Canvas, so those of
/// other institutions are none of its business.
pub(super) async fn others(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformConfiguration,
) -> Result<Vec<Beside>, ServiceError> {
    let issuer = platform.issuer.clone();
    let same_issuer = cairn
        .store
        .read(move |db| registrations::by_issuer(db, &issuer))
        .await?;
    let own = same_issuer.into_iter().filter(|one| one.tenant == *tenant);
    own.map(|one| {
        Ok(Beside {
            differs: changes::between(&one, &proposed(platform, &one)?),
            name: one.name,
            client_id: one.client_id,
            enabled: one.enabled,
        })
    })
    .collect()
}

/// The registration that an update token speaks of, with the scopes that the platform says it granted.
pub(super) async fn known(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformConfiguration,
    token: &str,
) -> Result<Option<(Registration, Vec<String>)>, ServiceError> {
    let request = Request::get(platform.registration_endpoint.clone());
    let answer = call(cairn, request, Some(token), RegisteringStep::RegistrationEndpoint).await?;
    let present = read_answer(answer.status, &answer.body)?;
    let (issuer, client_id) = (platform.issuer.clone(), present.client_id);
    let found = cairn
        .store
        .read(move |db| registrations::by_issuer_and_client(db, &issuer, &client_id))
        .await?;
    match found {
        Some(known) if known.tenant != *tenant => Err(already_known()),
        found => Ok(found.map(|known| (known, present.scopes))),
    }
}

pub(super) fn already_known() -> ServiceError {
    InstitutionRefusal::PlatformKnownOtherwise.into()
}
