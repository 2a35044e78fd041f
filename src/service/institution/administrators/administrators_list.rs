//! The list of administrators: who there is, who is invited, who is turned off.

use super::{Administrator, Scope, links};
use crate::domain::administrator::Admin;
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::issuer::Tenant;
use crate::ids::{AdminId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AccountRefusal;
use crate::store::{Db, admin_sessions, admins, audit, tenants};

/// The administrators that this one sees, oldest first, and the institutions for which it may invite.
#[tracing::instrument(name = "administrators.list", level = "debug", skip_all)]
pub(crate) async fn list(
    cairn: &Cairn,
    admin: &Administrator,
) -> Result<(Vec<Admin>, Vec<Tenant>), ServiceError> {
    let scope = admin.scope.clone();
    let found = cairn.store.read(move |db| {
        let institutions = match &scope {
            Scope::Everything => tenants::list(db)?,
            Scope::Tenant(id) => tenants::get(db, id)?.into_iter().collect(),
        };
        Ok((admins::list(db, scope.tenant())?, institutions))
    });
    Ok(found.await?)
}

/// Makes a one-time link for somebody new, and gives its address once.
///
/// # Errors
/// As [`links::make`].
#[tracing::instrument(name = "administrators.invite", skip_all)]
pub(crate) async fn invite(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: Option<&TenantId>,
) -> Result<String, ServiceError> {
    links::make(cairn, &tenant.cloned().into(), admin).await
}

/// Somebody whom this administrator sees.
fn seen(db: &mut Db, scope: &Scope, id: &AdminId) -> Result<Admin, ServiceError> {
    let missing = ServiceError::NotFound("administrator");
    let found = admins::get(db, id)?.ok_or(ServiceError::NotFound("administrator"))?;
    match (scope, &found.tenant) {
        (Scope::Everything, _) => Ok(found),
        (Scope::Tenant(own), Some(tenant)) if own == tenant => Ok(found),
        _ => Err(missing),
    }
}

/// Somebody by id.
///
/// # Errors
/// [`ServiceError::NotFound`] for somebody whom this administrator does not see.
#[tracing::instrument(name = "administrators.get", level = "debug", skip_all, fields(subject = id.as_str()))]
pub(crate) async fn get(cairn: &Cairn, admin: &Administrator, id: &AdminId) -> Result<Admin, ServiceError> {
    let (scope, id) = (admin.scope.clone(), id.clone());
    cairn.store.read_with(move |db| seen(db, &scope, &id)).await
}

/// Turns somebody off, whose sign-ins end at once, or on again.
///
/// # Errors
/// As [`get`]; [`ServiceError::Refused`] for oneself: nobody locks themselves out.
#[tracing::instrument(name = "administrators.turn", skip_all, fields(subject = id.as_str()))]
pub(crate) async fn turn(
    cairn: &Cairn,
    admin: &Administrator,
    id: &AdminId,
    on: bool,
) -> Result<(), ServiceError> {
    if admin.actor == *id {
        return Err(AccountRefusal::Oneself.into());
    }
    let (now, random) = cairn.moment();
    let (scope, id) = (admin.scope.clone(), id.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let turned = cairn.store.write_with(move |db| {
        let found = seen(db, &scope, &id)?;
        if found.enabled == on {
            return Ok(());
        }
        let reach = found.tenant.clone();
        admins::update(db, &Admin { enabled: on, ..found })?;
        if !on {
            admin_sessions::delete_of(db, &id, None)?;
        }
        let action = if on {
            Action::AdminTurnedOn
        } else {
            Action::AdminTurnedOff
        };
        let entry = Entry::within(reach.as_ref(), actor, action, id.as_str(), now);
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    turned.await
}
