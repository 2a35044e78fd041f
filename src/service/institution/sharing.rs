//! One client id that serves several institutions (a hosted Canvas, a key that a consortium shares): the deployment says whose a
//! launch is. One that nobody has accepted yet goes to another institution by the operator, or by a code that the platform's own
//! administrator got when they opened Cairn from there: nobody else can have it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::platform::DeploymentState;
use crate::ids::{DeploymentId, RegistrationId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::InstitutionRefusal;
use crate::service::institution::administrators::Administrator;
use crate::store::{Db, audit, deployments, platforms, registrations};

/// What a code is sealed for.
const PURPOSE: &str = "deployment for another institution";
/// How long a code works.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

#[derive(Serialize, Deserialize)]
struct Code {
    tenant: TenantId,
    registration: RegistrationId,
    deployment: DeploymentId,
    until: i64,
}

/// A code by which an administrator of another institution can take a deployment that waits.
///
/// # Errors
/// An internal error when it cannot be written.
pub(crate) fn code(
    cairn: &Cairn,
    tenant: &TenantId,
    registration: &RegistrationId,
    deployment: &DeploymentId,
) -> Result<String, ServiceError> {
    let code = Code {
        tenant: tenant.clone(),
        registration: registration.clone(),
        deployment: deployment.clone(),
        until: (cairn.clock.now() + LIFETIME).timestamp(),
    };
    let plain = serde_json::to_vec(&code).map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(cairn.vault.seal(PURPOSE, &plain, cairn.random.as_ref()))
}

/// Takes a deployment over by its code: its launches are the institution's from now on. Says whose registration it is.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution out of reach, [`ServiceError::Refused`] for a code that is none, is over, or
/// whose deployment somebody has answered meanwhile.
#[tracing::instrument(name = "sharing.take", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn take(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    code: &str,
) -> Result<RegistrationId, ServiceError> {
    admin.scope.allows(tenant)?;
    let over = || ServiceError::from(InstitutionRefusal::DeploymentCode);
    let plain = cairn.vault.open(PURPOSE, code.trim()).map_err(|_| over())?;
    let code: Code = serde_json::from_slice(&plain).map_err(|_| over())?;
    if code.until < cairn.clock.now().timestamp() {
        return Err(over());
    }
    give(
        cairn,
        admin,
        code.tenant,
        code.registration,
        code.deployment,
        tenant,
    )
    .await
}

/// Gives a deployment that waits to another institution: by somebody who looks after all of them.
///
/// # Errors
/// [`ServiceError::Forbidden`] for administrators of one institution, else as [`take`].
#[tracing::instrument(name = "sharing.accept_for", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn accept_for(
    cairn: &Cairn,
    admin: &Administrator,
    registration: &RegistrationId,
    deployment: &DeploymentId,
    tenant: &TenantId,
) -> Result<RegistrationId, ServiceError> {
    admin.scope.everything()?;
    let id = registration.clone();
    let found = cairn.store.read(move |db| registrations::by_id(db, &id)).await?;
    let owner = found.ok_or(ServiceError::NotFound("platform"))?.tenant;
    let (registration, deployment) = (registration.clone(), deployment.clone());
    give(cairn, admin, owner, registration, deployment, tenant).await
}

async fn give(
    cairn: &Cairn,
    admin: &Administrator,
    owner: TenantId,
    registration: RegistrationId,
    deployment: DeploymentId,
    tenant: &TenantId,
) -> Result<RegistrationId, ServiceError> {
    let (now, random) = cairn.moment();
    let actor = Actor::Administrator(admin.actor.clone());
    let tenant = tenant.clone();
    let given = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let answered = || ServiceError::from(InstitutionRefusal::DeploymentAnswered);
        let known = deployments::get(db, &owner, &deployment)?
            .filter(|known| known.registration == registration && known.state == DeploymentState::Pending)
            .ok_or_else(answered)?;
        let belongs = platforms::belonging(db, &owner, &known.id)?.unwrap_or_default();
        if belongs.platform.is_some() || !deployments::give(db, &owner, &known.id, &tenant)? {
            return Err(answered());
        }
        note(
            db,
            &owner,
            &tenant,
            (&registration, &known.id),
            &actor,
            now,
            random.as_ref(),
        )?;
        Ok(registration)
    });
    given.await
}

/// It stands in the log of both institutions.
fn note(
    db: &mut Db,
    owner: &TenantId,
    tenant: &TenantId,
    (registration, deployment): (&RegistrationId, &DeploymentId),
    actor: &Actor,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    let detail = json!({"deployment": deployment, "for_another_institution": owner != tenant});
    let mut logs = vec![owner];
    if owner != tenant {
        logs.push(tenant);
    }
    for log in logs {
        let action = Action::DeploymentAccepted;
        let entry = Entry::new(log, actor.clone(), action, registration.as_str(), now);
        audit::record(db, &entry.detail(detail.clone()), random)?;
    }
    Ok(())
}
