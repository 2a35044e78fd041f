//! Registrations of a platform that are there already: which one is meant, what stays of it, and which others there are.

use std::collections::BTreeSet;

use super::changes::{self, Beside, PowersBeside, Update};
use super::token::Purpose;
use super::{call, check, facts};
use crate::ids::{RegistrationId, TenantId};
use crate::net::Request;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{InstitutionRefusal, RegisteringStep};
use crate::store::registrations;
use lti::dynamic_registration::{Answer, PlatformConfiguration, Powers, read_answer};
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
        places: BTreeSet::new(),
        registration_url: None,
        redirect_uris: Vec::new(),
    };
    let new = check(platform, &answer, known.id.clone(), &known.tenant)?;
    Ok(keep_choices(known, new))
}

/// The institution's registrations of that platform: an issuer is shared by all schools of a hosted Canvas, so those of
/// other institutions are none of its business.
async fn own(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformConfiguration,
) -> Result<Vec<Registration>, ServiceError> {
    let issuer = platform.issuer.clone();
    let same_issuer = cairn
        .store
        .read(move |db| registrations::by_issuer(db, &issuer))
        .await?;
    let own = same_issuer.into_iter().filter(|one| one.tenant == *tenant);
    Ok(own.collect())
}

/// Those of them that stay as they are beside a new one.
pub(super) async fn others(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformConfiguration,
) -> Result<Vec<Beside>, ServiceError> {
    let own = own(cairn, tenant, platform).await?;
    own.into_iter()
        .map(|one| {
            Ok(Beside {
                differs: changes::between(&one, &proposed(platform, &one)?),
                name: one.name,
                client_id: one.client_id,
                enabled: one.enabled,
            })
        })
        .collect()
}

/// The registrations that a token may change, and what would change; none for a token that changes none of ours.
pub(super) async fn update(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformConfiguration,
    token: &str,
    purpose: Purpose,
) -> Result<Option<(Vec<RegistrationId>, Update)>, ServiceError> {
    let (meant, now) = match purpose {
        Purpose::New => return Ok(None),
        Purpose::Change => match told(cairn, tenant, platform, token).await? {
            Some((known, powers)) => (vec![known], Some(powers)),
            None => return Ok(None),
        },
        Purpose::UntoldChange => {
            let registered = registered_by_itself(cairn, own(cairn, tenant, platform).await?).await?;
            let powers = match registered.as_slice() {
                [] => return Ok(None),
                [only] => powers_of(cairn, only).await?,
                _ => None,
            };
            (registered, powers)
        }
    };
    let values = match meant.as_slice() {
        [only] => changes::between(only, &proposed(platform, only)?),
        _ => Vec::new(),
    };
    let facts = facts(cairn);
    let update = Update {
        values,
        powers: now.map(|now| PowersBeside::of(&facts, platform, &now)),
        of: meant.iter().map(|one| one.name.clone()).collect(),
    };
    Ok(Some((meant.into_iter().map(|one| one.id).collect(), update)))
}

/// Those that the platform can change: one that was made by hand has no other side.
async fn registered_by_itself(
    cairn: &Cairn,
    all: Vec<Registration>,
) -> Result<Vec<Registration>, ServiceError> {
    let found = cairn.store.read(move |db| {
        let mut by_itself = Vec::new();
        for one in all {
            if registrations::registration_url(db, &one.tenant, &one.id)?.is_some() {
                by_itself.push(one);
            }
        }
        Ok(by_itself)
    });
    Ok(found.await?)
}

/// What the platform said last of a registration.
async fn powers_of(cairn: &Cairn, known: &Registration) -> Result<Option<Powers>, ServiceError> {
    let (tenant, id) = (known.tenant.clone(), known.id.clone());
    let found = cairn
        .store
        .read(move |db| registrations::powers(db, &tenant, &id))
        .await;
    Ok(found?)
}

/// The registration that an update token speaks of, with what the platform says of it when it is asked.
async fn told(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformConfiguration,
    token: &str,
) -> Result<Option<(Registration, Powers)>, ServiceError> {
    let request = Request::get(platform.registration_endpoint.clone());
    let answer = call(cairn, request, Some(token), RegisteringStep::RegistrationEndpoint).await?;
    let present = read_answer(answer.status, &answer.body)?;
    let powers = present.powers();
    let (issuer, client_id) = (platform.issuer.clone(), present.client_id);
    let found = cairn
        .store
        .read(move |db| registrations::by_issuer_and_client(db, &issuer, &client_id))
        .await?;
    match found {
        Some(known) if known.tenant != *tenant => Err(already_known()),
        found => Ok(found.map(|known| (known, powers))),
    }
}

pub(super) fn already_known() -> ServiceError {
    InstitutionRefusal::PlatformKnownOtherwise.into()
}
