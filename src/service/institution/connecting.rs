//! Connecting platforms, for the console and the command line alike: adding one by hand, which deployments may enter, where
//! services are, turning off and removing. Each change stands in the audit log, in the transaction that makes it. What a
//! platform registers by itself is [`crate::service::institution::registering`].

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::audit::{Action, Entry};
use crate::domain::issuer::Tenant;
use crate::domain::platform::{Claim, Deployment, DeploymentState, LastSeen};
use crate::ids::{AdminId, DeploymentId, RegistrationId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::clash::{self, Clash, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::institutions::Making;
use crate::service::base::refusal::InstitutionRefusal;
use crate::service::base::wrong::Wrong;
use crate::service::institution::administrators::{Operator, Scope};
use crate::service::institution::joining::platforms::{joined_with, other_of};
use crate::store::{
    Db, StoreError, admins, audit, deployments, last_seen, pending, platforms, registrations, tenants,
};
use lti::registration::{Registration, RegistrationDraft};

/// A platform in the list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) institution: String,
    pub(crate) registration: Registration,
    /// Deployments that wait.
    pub(crate) pending: usize,
    /// Deployments whose platform may be one that is known: id, and what the platform calls it.
    pub(crate) reviews: Vec<(DeploymentId, String)>,
    pub(crate) seen_at: Option<DateTime<Utc>>,
    /// Registrations that speak for the same platform: the name and the client id of each.
    pub(crate) joined: Vec<(String, String)>,
}

/// One platform with everything round it.
#[derive(Debug, Clone)]
pub(crate) struct Platform {
    pub(crate) institution: Tenant,
    pub(crate) registration: Registration,
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) last_seen: Option<LastSeen>,
    /// Where each deployment was seen first, and who asked for it.
    pub(crate) claims: HashMap<DeploymentId, Claim>,
    /// Deployments that an administrator refused, and has not accepted since.
    pub(crate) refused: HashMap<DeploymentId, Refused>,
    /// Whether the registration is theirs, or another institution's that speaks for this one too.
    pub(crate) is_own: bool,
    /// Deployments whose platform may be one that is known, and whether their launches wait for an answer.
    pub(crate) same: HashMap<DeploymentId, bool>,
    /// Other registrations that speak for it too: the name and the client id of each.
    pub(crate) joined: Vec<(String, String)>,
    /// None for one that was registered by hand.
    pub(crate) registration_url: Option<String>,
}

/// Who refused a deployment, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The administrator's name; none for the command line, and where it is not known any more.
    pub(crate) by: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

/// The institutions within that reach, by name.
#[tracing::instrument(name = "platforms.institutions", level = "debug", skip_all)]
pub(crate) async fn institutions(cairn: &Cairn, scope: &Scope) -> Result<Vec<Tenant>, ServiceError> {
    let scope = scope.clone();
    let found = cairn.store.read(move |db| within(db, &scope));
    Ok(found.await?)
}

fn within(db: &mut Db, scope: &Scope) -> Result<Vec<Tenant>, StoreError> {
    match scope.tenant() {
        Some(tenant) => Ok(tenants::get(db, tenant)?.into_iter().collect()),
        None => tenants::list(db),
    }
}

/// The platforms within that reach.
#[tracing::instrument(name = "platforms.list", level = "debug", skip_all)]
pub(crate) async fn list(cairn: &Cairn, scope: &Scope) -> Result<Vec<Listed>, ServiceError> {
    let scope = scope.clone();
    let found = cairn.store.read(move |db| {
        let mut listed = Vec::new();
        for tenant in within(db, &scope)? {
            let mut all = registrations::list(db, &tenant.id)?;
            all.extend(registrations::shared_with(db, &tenant.id)?);
            for registration in all {
                let all = deployments::list(db, &tenant.id, &registration.id)?;
                let waits = |one: &&Deployment| one.state == DeploymentState::Pending;
                let pending = all.iter().filter(waits).count();
                let belong: HashMap<_, _> = platforms::of_registration(db, &tenant.id, &registration.id)?
                    .into_iter()
                    .collect();
                let joined = joined_with(db, &tenant.id, &registration.id, belong.values())?;
                let is_open = |one: &Deployment| belong.get(&one.id).is_some_and(|of| of.review_of.is_some());
                let reviews = all.into_iter().filter(is_open);
                let reviews = reviews.map(|one| (one.id, one.deployment_id)).collect();
                let seen = last_seen::get(db, &tenant.id, &registration.id)?;
                listed.push(Listed {
                    institution: tenant.name.clone(),
                    seen_at: seen.map(|seen| seen.launched_at),
                    registration,
                    pending,
                    reviews,
                    joined,
                });
            }
        }
        Ok(listed)
    });
    Ok(found.await?)
}

/// A platform within that reach.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that is not there or another institution's.
#[tracing::instrument(name = "platforms.view", level = "debug", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn view(
    cairn: &Cairn,
    scope: &Scope,
    id: &RegistrationId,
) -> Result<Platform, ServiceError> {
    let (scope, id) = (scope.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (registration, is_own) = seen(db, &scope, &id)?;
        let tenant = &registration.tenant;
        let deployments = deployments::list(db, tenant, &id)?;
        let mut claims = HashMap::new();
        for one in &deployments {
            claims.insert(
                one.id.clone(),
                pending::get(db, tenant, &one.id)?.unwrap_or_default(),
            );
        }
        let belong = platforms::of_registration(db, tenant, &id)?;
        let joined = joined_with(db, tenant, &id, belong.iter().map(|(_, belonging)| belonging))?;
        let mut same = HashMap::new();
        for (deployment, belonging) in belong {
            if belonging.review_of.is_some() {
                same.insert(deployment, true);
                continue;
            }
            if other_of(db, tenant, &registration.issuer, &belonging)?.is_some() {
                same.insert(deployment, false);
            }
        }
        Ok(Platform {
            same,
            joined,
            is_own,
            institution: tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?,
            deployments,
            claims,
            last_seen: last_seen::get(db, tenant, &id)?,
            refused: refused(db, tenant, &id)?,
            registration_url: registrations::registration_url(db, tenant, &id)?,
            registration,
        })
    });
    found.await
}

/// Who refused which deployments of a platform last, as the audit log has it.
fn refused(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegistrationId,
) -> Result<HashMap<DeploymentId, Refused>, ServiceError> {
    let mut last = HashMap::new();
    // Newest first: the first of each deployment is what holds.
    for entry in audit::about(db, tenant, &[id.as_str()])? {
        let about = entry.detail.get("deployment").and_then(Value::as_str);
        if let (Some(deployment), Some(action @ (Action::DeploymentRefused | Action::DeploymentAccepted))) =
            (about, entry.known())
        {
            last.entry(DeploymentId::from(deployment))
                .or_insert((action, entry));
        }
    }
    let mut refused = HashMap::new();
    for (deployment, (action, entry)) in last {
        if action != Action::DeploymentRefused {
            continue;
        }
        let by = match entry.actor.id() {
            Some(admin) => admins::get(db, &AdminId::from(admin))?,
            None => None,
        };
        let by = by.map(|admin| admin.name);
        refused.insert(deployment, Refused { by, at: entry.at });
    }
    Ok(refused)
}

/// The registration as the scope sees it: one of another institution speaks for this one too where a deployment carries it
/// here. And whether it is theirs to change.
fn seen(db: &mut Db, scope: &Scope, id: &RegistrationId) -> Result<(Registration, bool), ServiceError> {
    if let Some(tenant) = scope.tenant()
        && registrations::own(db, tenant, id)?.is_none()
    {
        let shared = registrations::get(db, tenant, id)?.ok_or(ServiceError::NotFound("platform"))?;
        return Ok((shared, false));
    }
    Ok((reached(db, scope, id)?, true))
}

/// The registration, if the scope reaches it.
fn reached(db: &mut Db, scope: &Scope, id: &RegistrationId) -> Result<Registration, ServiceError> {
    let missing = ServiceError::NotFound("platform");
    let found = match scope.tenant() {
        Some(tenant) => registrations::own(db, tenant, id)?,
        None => registrations::by_id(db, id)?,
    };
    found.ok_or(missing)
}

/// Whose platform it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    Known(TenantId),
    /// The institution of that name; made if there is none.
    Named(String),
}

impl From<TenantId> for Owner {
    fn from(tenant: TenantId) -> Self {
        Self::Known(tenant)
    }
}

impl From<String> for Owner {
    fn from(name: String) -> Self {
        Self::Named(name)
    }
}

impl From<&str> for Owner {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

/// What somebody enters who registers a platform by hand.
#[derive(Debug, Clone)]
pub(crate) struct NewPlatform {
    pub(crate) institution: Owner,
    pub(crate) draft: RegistrationDraft,
    /// Deployments that are accepted from the start, by the platform's own identifiers.
    pub(crate) deployments: Vec<String>,
}

/// Registers a platform by hand.
///
/// # Errors
/// A sentence for each value that cannot be used; that it is registered already; that the institution is out of reach.
#[tracing::instrument(name = "platforms.add", skip_all)]
pub(crate) async fn add<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    new: NewPlatform,
) -> Result<Registration, ServiceError> {
    let by = by.into();
    let making = match &new.institution {
        Owner::Known(tenant) => {
            by.scope().allows(tenant)?;
            None
        }
        Owner::Named(name) => {
            by.scope().everything()?;
            Some(Making::new(cairn, name, by)?)
        }
    };
    let (now, random) = cairn.moment();
    let id = RegistrationId::new(now, random.as_ref());
    // Checked before anything is written, whoever will own it.
    let mut wrong = Wrong::default();
    wrong.take(checked(new.draft.clone(), id.clone(), &"unknown".into()).map(drop))?;
    for deployment in &new.deployments {
        wrong.take(deployment_id(deployment))?;
    }
    wrong.end()?;
    let actor = by.actor();
    let added = cairn.store.write_retrying(move |db| {
        let (new, making, random) = (new.clone(), making.clone(), Arc::clone(&random));
        let (id, actor) = (id.clone(), actor.clone());
        {
            let tenant = match (making, new.institution) {
                (Some(making), _) => making.find_or_make(db)?.0.id,
                (None, Owner::Known(tenant)) => tenant,
                (None, Owner::Named(_)) => return Err(ServiceError::NotFound("institution")),
            };
            let registration = checked(new.draft, id, &tenant)?;
            insert(db, &registration, now)?;
            let detail = json!({
                "issuer": registration.issuer, "client_id": registration.client_id, "deployments": new.deployments,
                "accepts_all": registration.accepts_new_deployments,
            });
            for deployment in new.deployments {
                accept(db, &registration, deployment, now, random.as_ref())?;
            }
            let entry = Entry::new(&tenant, actor, Action::PlatformAdded, registration.id.as_str(), now);
            audit::record(db, &entry.detail(detail), random.as_ref())?;
            Ok(registration)
        }
    });
    added.await
}

fn insert(db: &mut Db, registration: &Registration, now: DateTime<Utc>) -> Result<(), ServiceError> {
    if registrations::by_issuer_and_client(db, &registration.issuer, &registration.client_id)?.is_some() {
        return Err(InstitutionRefusal::PlatformKnown.into());
    }
    Ok(registrations::insert(db, registration, now)?)
}

pub(in crate::service) fn checked(
    draft: RegistrationDraft,
    id: RegistrationId,
    tenant: &TenantId,
) -> Result<Registration, ServiceError> {
    Ok(draft
        .check(id, tenant.clone())
        .map_err(InstitutionRefusal::PlatformValues)?)
}

fn deployment_id(text: &str) -> Result<(), ServiceError> {
    if text.is_empty() || text.len() > 255 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InstitutionRefusal::DeploymentId.into());
    }
    Ok(())
}

/// The deployment that the platform calls so; accepted if it is new.
pub(in crate::service) fn find_or_accept(
    db: &mut Db,
    registration: &Registration,
    deployment_id: String,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Deployment, StoreError> {
    let new = Deployment {
        id: DeploymentId::new(now, random),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment_id,
        state: DeploymentState::Accepted,
    };
    deployments::find_or_insert(db, &new, now)
}

fn accept(
    db: &mut Db,
    registration: &Registration,
    deployment_id: String,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    let there = find_or_accept(db, registration, deployment_id, now, random)?;
    if there.state != DeploymentState::Accepted {
        deployments::set_state(db, &registration.tenant, &there.id, DeploymentState::Accepted)?;
    }
    Ok(())
}

/// What an administrator changes of a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Lets an installation in, or refuses it.
    Deployment(DeploymentId, DeploymentState),
    /// Lets an installation in that has not been seen yet.
    NewDeployment(String),
    /// Whether whatever installation turns up is let in.
    AcceptAll(bool),
    Enabled(bool),
    /// The hosts that services may be on beside the platform's own.
    ServiceHosts(Vec<String>),
}

/// What a page shows of that which a change changes.
#[must_use]
pub(crate) fn seen_hosts(registration: &Registration) -> Seen {
    Seen::of(&registration.service_hosts)
}

/// The same of a deployment.
#[must_use]
pub(crate) fn seen_deployment(deployment: &Deployment) -> Seen {
    Seen::of(&deployment.state)
}

/// Holds what is about to be changed as it was shown: hosts that somebody types, and what was said of a deployment. The other
/// changes say themselves what there is to be afterwards, on or off.
fn hold(
    db: &mut Db,
    registration: &Registration,
    change: &Change,
    shown: Option<&Seen>,
) -> Result<(), StoreError> {
    match change {
        // It writes all of the row.
        Change::AcceptAll(_) => registrations::hold_hosts(db, registration),
        // What is saved already, as by a second click, meets nobody.
        Change::ServiceHosts(hosts) if registration.added_hosts() == *hosts => {
            registrations::hold_hosts(db, registration)
        }
        Change::ServiceHosts(_) => {
            clash::check(shown, &registration.service_hosts)?;
            registrations::hold_hosts(db, registration)
        }
        Change::Deployment(id, to) => match deployments::get(db, &registration.tenant, id)? {
            Some(known) if known.state != *to => {
                clash::check(shown, &known.state)?;
                deployments::hold(db, &known)
            }
            _ => Ok(()),
        },
        Change::NewDeployment(_) | Change::Enabled(_) => Ok(()),
    }
}

/// Changes a platform, over what `shown` is of.
///
/// # Errors
/// That it is out of reach, or a sentence about the value.
#[tracing::instrument(name = "platforms.change", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn change<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    id: &RegistrationId,
    change: Change,
    shown: Option<&Seen>,
) -> Result<Saving<Registration>, ServiceError> {
    let by = by.into();
    let (now, random) = cairn.moment();
    let (scope, actor, of) = (by.scope(), by.actor(), id.clone());
    let shown = shown.cloned();
    let (action, subject) = match &change {
        Change::Deployment(deployment, _) => (None, deployment.to_string()),
        _ => (Some(Action::PlatformServiceHosts), id.to_string()),
    };
    let changed = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let id = of;
        let registration = reached(db, &scope, &id)?;
        hold(db, &registration, &change, shown.as_ref())?;
        let tenant = registration.tenant.clone();
        let (action, detail) = apply(db, registration, change, now, random.as_ref())?;
        let entry = Entry::new(&tenant, actor, action, id.as_str(), now);
        audit::record(db, &entry.detail(detail), random.as_ref())?;
        Ok(())
    });
    match changed.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let (scope, id) = (by.scope(), id.clone());
            let viewer = by.actor().id().unwrap_or_default().to_owned();
            let met = cairn
                .store
                .read_with(move |db| meanwhile(db, (&scope, viewer.as_str()), &id, action, &subject));
            Ok(Saving::Clash(Box::new(met.await?)))
        }
        Err(error) => Err(error),
    }
}

/// The platform as somebody else left it; without an action, one of its deployments.
fn meanwhile(
    db: &mut Db,
    (scope, viewer): (&Scope, &str),
    id: &RegistrationId,
    action: Option<Action>,
    subject: &str,
) -> Result<Clash<Registration>, ServiceError> {
    let theirs = reached(db, scope, id)?;
    let tenant = theirs.tenant.clone();
    if let Some(action) = action {
        let hosts = theirs.service_hosts.clone();
        return Ok(clash::met(
            db,
            &tenant,
            viewer,
            subject,
            &[action],
            theirs,
            &hosts,
        )?);
    }
    let state = deployments::get(db, &tenant, &subject.into())?.map(|one| one.state);
    let actions = [Action::DeploymentAccepted, Action::DeploymentRefused];
    Ok(match state {
        Some(state) => clash::met(db, &tenant, viewer, id.as_str(), &actions, theirs, &state)?,
        None => clash::met(db, &tenant, viewer, id.as_str(), &actions, theirs, &())?,
    })
}

/// What removing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removed {
    Gone,
    /// Courses were launched from it: its rows stay, its launches are refused.
    TurnedOff,
}

/// Removes a platform, or turns it off when courses were launched from it.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that is not there or out of reach.
#[tracing::instrument(name = "platforms.remove", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn remove<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    id: &RegistrationId,
) -> Result<Removed, ServiceError> {
    let by = by.into();
    let (now, random) = cairn.moment();
    let (scope, actor, id) = (by.scope(), by.actor(), id.clone());
    let removed = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let registration = reached(db, &scope, &id)?;
        let tenant = &registration.tenant;
        let (removed, action, detail) = match registrations::remove(db, tenant, &id) {
            Ok(()) => {
                let detail = json!({"issuer": registration.issuer, "client_id": registration.client_id});
                (Removed::Gone, Action::PlatformRemoved, detail)
            }
            Err(StoreError::InUse(_)) => {
                registrations::set_enabled(db, tenant, &id, false)?;
                (
                    Removed::TurnedOff,
                    Action::PlatformEnabled,
                    json!({"enabled": false}),
                )
            }
            Err(error) => return Err(error.into()),
        };
        let entry = Entry::new(tenant, actor, action, id.as_str(), now);
        audit::record(db, &entry.detail(detail), random.as_ref())?;
        Ok(removed)
    });
    removed.await
}

fn apply(
    db: &mut Db,
    registration: Registration,
    change: Change,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(Action, Value), ServiceError> {
    let tenant = registration.tenant.clone();
    Ok(match change {
        Change::Deployment(deployment, state) => {
            let own = deployments::list(db, &tenant, &registration.id)?;
            if !own.iter().any(|known| known.id == deployment) {
                return Err(ServiceError::NotFound("deployment"));
            }
            deployments::set_state(db, &tenant, &deployment, state)?;
            let action = match state {
                DeploymentState::Accepted => Action::DeploymentAccepted,
                DeploymentState::Pending | DeploymentState::Refused => Action::DeploymentRefused,
            };
            (action, json!({"deployment": deployment}))
        }
        Change::NewDeployment(text) => {
            deployment_id(&text)?;
            accept(db, &registration, text.clone(), now, random)?;
            (Action::DeploymentAccepted, json!({"deployment_id": text}))
        }
        Change::AcceptAll(all) => {
            let changed = Registration {
                accepts_new_deployments: all,
                ..registration
            };
            registrations::update(db, &changed, None)?;
            (Action::PlatformAcceptsAll, json!({"all": all}))
        }
        Change::Enabled(enabled) => {
            registrations::set_enabled(db, &tenant, &registration.id, enabled)?;
            (Action::PlatformEnabled, json!({"enabled": enabled}))
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
            (
                Action::PlatformServiceHosts,
                json!({"hosts": changed.service_hosts}),
            )
        }
    })
}
