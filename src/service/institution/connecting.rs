//! Platforms as administrators of the console look after them: what there is, who may come in, where services are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::issuer::Tenant;
use crate::ids::{AdminId, DeploymentId, RegistrationId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::institution::administrators::{Administrator, Deed, Scope, moment, note};
use crate::store::deployments::{Deployment, DeploymentState};
use crate::store::pending::{self, Claim};
use crate::store::sightings::Sighting;
use crate::store::{Db, admins, audit, deployments, registrations, sightings, tenants};
use lti::registration::{Registration, RegistrationDraft};

/// How the audit log calls that a deployment was let in, and that it was refused.
pub(in crate::service) const ACCEPTED: &str = "deployment.accepted";
const SET_ASIDE: &str = "deployment.set-aside";

/// A platform in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub institution: String,
    pub registration: Registration,
    /// Deployments that wait.
    pub pending: usize,
    pub seen_at: Option<DateTime<Utc>>,
}

/// One platform with everything round it.
#[derive(Debug, Clone)]
pub struct Platform {
    pub institution: Tenant,
    pub registration: Registration,
    pub deployments: Vec<Deployment>,
    pub sighting: Option<Sighting>,
    /// Where each deployment was seen first, and who asked for it.
    pub claims: HashMap<DeploymentId, Claim>,
    /// Deployments that an administrator refused, and has not accepted since: who, and when.
    pub refused: HashMap<DeploymentId, (String, DateTime<Utc>)>,
    /// None for one that was registered by hand.
    pub registration_url: Option<String>,
}

/// The institutions within that reach, by name.
pub async fn institutions(cairn: &Cairn, scope: &Scope) -> Result<Vec<Tenant>, ServiceError> {
    let scope = scope.clone();
    let found = cairn.store.read(move |db| within(db, &scope));
    Ok(found.await?)
}

fn within(db: &mut Db, scope: &Scope) -> Result<Vec<Tenant>, crate::store::StoreError> {
    match scope.tenant() {
        Some(tenant) => Ok(tenants::get(db, tenant)?.into_iter().collect()),
        None => tenants::list(db),
    }
}

/// The platforms within that reach.
pub async fn list(cairn: &Cairn, scope: &Scope) -> Result<Vec<Listed>, ServiceError> {
    let scope = scope.clone();
    let found = cairn.store.read(move |db| {
        let mut all = Vec::new();
        for tenant in within(db, &scope)? {
            for registration in registrations::list(db, &tenant.id)? {
                let pending = deployments::list(db, &tenant.id, &registration.id)?
                    .iter()
                    .filter(|one| one.state == DeploymentState::Pending)
                    .count();
                let seen = sightings::get(db, &tenant.id, &registration.id)?;
                all.push(Listed {
                    institution: tenant.name.clone(),
                    seen_at: seen.map(|seen| seen.launched_at),
                    registration,
                    pending,
                });
            }
        }
        Ok(all)
    });
    Ok(found.await?)
}

/// A platform within that reach.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that is not there or another institution's.
pub async fn look(cairn: &Cairn, scope: &Scope, id: &RegistrationId) -> Result<Platform, ServiceError> {
    let (scope, id) = (scope.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let registration = reached(db, &scope, &id)?;
        let tenant = &registration.tenant;
        let deployments = deployments::list(db, tenant, &id)?;
        let mut claims = HashMap::new();
        for one in &deployments {
            claims.insert(
                one.id.clone(),
                pending::get(db, tenant, &one.id)?.unwrap_or_default(),
            );
        }
        Ok(Platform {
            institution: tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?,
            deployments,
            claims,
            sighting: sightings::get(db, tenant, &id)?,
            refused: refused(db, tenant, &id)?,
            registration_url: registrations::registration_url(db, tenant, &id)?,
            registration,
        })
    });
    found.await
}

/// Who refused which deployments of a platform last, and when, as the audit log has it.
fn refused(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
) -> Result<HashMap<DeploymentId, (String, DateTime<Utc>)>, ServiceError> {
    let mut last: HashMap<DeploymentId, audit::Entry> = HashMap::new();
    // Newest first: the first of each deployment is what holds.
    for entry in audit::about(db, tenant, &[id.as_str()])? {
        let about = entry.detail.get("deployment").and_then(Value::as_str);
        if let (Some(deployment), SET_ASIDE | ACCEPTED) = (about, entry.action.as_str()) {
            last.entry(DeploymentId::from(deployment)).or_insert(entry);
        }
    }
    let mut refused = HashMap::new();
    for (deployment, entry) in last {
        if entry.action != SET_ASIDE {
            continue;
        }
        let by = match &entry.actor {
            Some(actor) => admins::get(db, &AdminId::from(actor.as_str()))?,
            None => None,
        };
        let name = by.map_or_else(|| "somebody on the server".to_owned(), |admin| admin.name);
        refused.insert(deployment, (name, entry.at));
    }
    Ok(refused)
}

/// The registration, if the scope reaches it.
fn reached(db: &mut Db, scope: &Scope, id: &RegistrationId) -> Result<Registration, ServiceError> {
    let missing = ServiceError::NotFound("platform");
    let found = match scope.tenant() {
        Some(tenant) => registrations::get(db, tenant, id)?,
        None => registrations::by_id(db, id)?,
    };
    found.ok_or(missing)
}

/// Registers a platform by hand.
///
/// # Errors
/// A sentence for each value that cannot be used; that it is registered already.
pub async fn add(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    draft: RegistrationDraft,
    deployment_ids: Vec<String>,
) -> Result<Registration, ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = moment(cairn);
    let id = RegistrationId::new(now, random.as_ref());
    let registration = checked(draft, id, tenant)?;
    for deployment in &deployment_ids {
        deployment_id(deployment)?;
    }
    let by = admin.actor.clone();
    let added = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let known = registrations::by_issuer_and_client(db, &registration.issuer, &registration.client_id)?;
        if known.is_some() {
            return Err(ServiceError::conflict(
                "platform.known",
                "This issuer and client id are registered already. Look under Platforms.",
            ));
        }
        registrations::insert(db, &registration, now)?;
        for deployment in deployment_ids {
            accept(db, &registration, deployment, now, random.as_ref())?;
        }
        let deed = Deed {
            action: "platform.added",
            subject: registration.id.as_str(),
            detail: json!({"issuer": registration.issuer, "client_id": registration.client_id}),
        };
        note(db, &registration.tenant, Some(&by), &deed, now, random.as_ref())?;
        Ok(registration)
    });
    added.await
}

fn checked(
    draft: RegistrationDraft,
    id: RegistrationId,
    tenant: &TenantId,
) -> Result<Registration, ServiceError> {
    draft.check(id, tenant.clone()).map_err(|errors| {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        ServiceError::invalid("platform.values", sentences.join(" "))
    })
}

fn deployment_id(text: &str) -> Result<(), ServiceError> {
    if text.is_empty() || text.len() > 255 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ServiceError::invalid(
            "platform.deployment",
            "A deployment id has 1 to 255 printable characters without blanks; copy it as the platform shows it.",
        ));
    }
    Ok(())
}

fn accept(
    db: &mut Db,
    registration: &Registration,
    deployment_id: String,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    let new = Deployment {
        id: DeploymentId::new(now, random),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment_id,
        state: DeploymentState::Accepted,
    };
    let there = deployments::find_or_insert(db, &new, now)?;
    if there.state != DeploymentState::Accepted {
        deployments::set_state(db, &registration.tenant, &there.id, DeploymentState::Accepted)?;
    }
    Ok(())
}

/// What an administrator changes of a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Lets an installation in, or refuses it.
    Deployment(DeploymentId, DeploymentState),
    /// Lets an installation in that has not been seen yet.
    NewDeployment(String),
    /// Whether whatever installation turns up is let in.
    AcceptAll(bool),
    Enabled(bool),
    /// The hosts that services may be on.
    ServiceHosts(Vec<String>),
}

/// Changes a platform within that administrator's reach.
///
/// # Errors
/// That it is out of reach, or a sentence about the value.
pub async fn change(
    cairn: &Cairn,
    admin: &Administrator,
    id: &RegistrationId,
    change: Change,
) -> Result<(), ServiceError> {
    let (now, random) = moment(cairn);
    let (scope, by, id) = (admin.scope.clone(), admin.actor.clone(), id.clone());
    let changed = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let registration = reached(db, &scope, &id)?;
        let tenant = registration.tenant.clone();
        let (action, detail) = apply(db, registration, change, now, random.as_ref())?;
        let deed = Deed {
            action,
            subject: id.as_str(),
            detail,
        };
        note(db, &tenant, Some(&by), &deed, now, random.as_ref())?;
        Ok(())
    });
    changed.await
}

fn apply(
    db: &mut Db,
    registration: Registration,
    change: Change,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(&'static str, Value), ServiceError> {
    let tenant = registration.tenant.clone();
    Ok(match change {
        Change::Deployment(deployment, state) => {
            let own = deployments::list(db, &tenant, &registration.id)?;
            if !own.iter().any(|known| known.id == deployment) {
                return Err(ServiceError::NotFound("deployment"));
            }
            deployments::set_state(db, &tenant, &deployment, state)?;
            let action = match state {
                DeploymentState::Accepted => ACCEPTED,
                DeploymentState::Pending | DeploymentState::Refused => SET_ASIDE,
            };
            (action, json!({"deployment": deployment}))
        }
        Change::NewDeployment(text) => {
            deployment_id(&text)?;
            accept(db, &registration, text.clone(), now, random)?;
            ("deployment.accepted", json!({"deployment_id": text}))
        }
        Change::AcceptAll(all) => {
            let changed = Registration {
                accepts_new_deployments: all,
                ..registration
            };
            registrations::update(db, &changed, None)?;
            ("platform.accepts-all", json!({"all": all}))
        }
        Change::Enabled(enabled) => {
            registrations::set_enabled(db, &tenant, &registration.id, enabled)?;
            ("platform.enabled", json!({"enabled": enabled}))
        }
        Change::ServiceHosts(hosts) => {
            let draft = RegistrationDraft {
                name: registration.name.clone(),
                issuer: registration.issuer.clone(),
                client_id: registration.client_id.clone(),
                authorization_url: registration.authorization_url.to_string(),
                token_url: registration.token_url.to_string(),
                token_audience: Some(registration.token_audience.clone()),
                jwks_url: registration.jwks_url.to_string(),
                flavour: registration.flavour,
                algorithms: registration.algorithms.clone(),
                service_hosts: hosts,
                accepts_new_deployments: registration.accepts_new_deployments,
                allow_http_loopback: registration.allow_http_loopback,
                enabled: registration.enabled,
            };
            let changed = checked(draft, registration.id.clone(), &tenant)?;
            registrations::update(db, &changed, None)?;
            ("platform.service-hosts", json!({"hosts": changed.service_hosts}))
        }
    })
}
