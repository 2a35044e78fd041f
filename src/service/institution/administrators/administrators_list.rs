//! The list of administrators: who there is, who is invited, who is turned off.

use chrono::{DateTime, Utc};

use super::{Administrator, Scope, links};
use crate::domain::administrator::Admin;
use crate::domain::audit::{Action, Actor, Entry, Logged};
use crate::domain::issuer::Tenant;
use crate::ids::{AdminId, TenantId};
use crate::service::Cairn;
use crate::service::base::clash::{self, Clash, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AccountRefusal;
use crate::store::{Db, StoreError, admin_sessions, admins, audit, tenants};

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
pub(crate) async fn get(
    cairn: &Cairn,
    admin: &Administrator,
    id: &AdminId,
) -> Result<(Admin, Seen), ServiceError> {
    let (scope, id) = (admin.scope.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let found = seen(db, &scope, &id)?;
        let shown = Seen::of(&state(db, &found)?);
        Ok((found, shown))
    });
    found.await
}

const TURNS: [Action; 2] = [Action::AdminTurnedOn, Action::AdminTurnedOff];

/// An institution whose log tells of somebody: their own, or any for who looks after everything.
fn logged_in(db: &mut Db, admin: &Admin) -> Result<Option<TenantId>, StoreError> {
    Ok(match &admin.tenant {
        Some(own) => Some(own.clone()),
        None => tenants::list(db)?.into_iter().next().map(|tenant| tenant.id),
    })
}

/// What a page shows of somebody before they are turned: who was turned off and on again is not as before.
fn state(db: &mut Db, admin: &Admin) -> Result<(bool, Option<DateTime<Utc>>), StoreError> {
    let entries = match logged_in(db, admin)? {
        Some(tenant) => audit::about(db, &tenant, &[admin.id.as_str()])?,
        None => Vec::new(),
    };
    let turn = |entry: &&Logged| entry.known().is_some_and(|action| TURNS.contains(&action));
    Ok((admin.enabled, entries.iter().find(turn).map(|entry| entry.at)))
}

/// Somebody as another administrator left them.
fn meanwhile(
    db: &mut Db,
    scope: &Scope,
    viewer: &AdminId,
    id: &AdminId,
) -> Result<Clash<Admin>, ServiceError> {
    let found = seen(db, scope, id)?;
    let stored = state(db, &found)?;
    Ok(match logged_in(db, &found)? {
        Some(tenant) => clash::met(db, &tenant, viewer.as_str(), id.as_str(), &TURNS, found, &stored)?,
        None => Clash {
            theirs: found,
            by: None,
            is_own: false,
            at: None,
            seen: Seen::of(&stored),
        },
    })
}

/// Turns somebody off, whose sign-ins end at once, or on again, over what `shown` is of.
///
/// # Errors
/// As [`get`]; [`ServiceError::Refused`] for oneself: nobody locks themselves out.
#[tracing::instrument(name = "administrators.turn", skip_all, fields(subject = id.as_str()))]
pub(crate) async fn turn(
    cairn: &Cairn,
    admin: &Administrator,
    id: &AdminId,
    on: bool,
    shown: Option<&Seen>,
) -> Result<Saving<Admin>, ServiceError> {
    if admin.actor == *id {
        return Err(AccountRefusal::Oneself.into());
    }
    let (now, random) = cairn.moment();
    let (scope, of, shown) = (admin.scope.clone(), id.clone(), shown.cloned());
    let actor = Actor::Administrator(admin.actor.clone());
    let turned = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let found = seen(db, &scope, &of)?;
        if found.enabled == on {
            return Ok(());
        }
        clash::check(shown.as_ref(), &state(db, &found)?)?;
        admins::hold(db, &found)?;
        let reach = found.tenant.clone();
        admins::update(db, &Admin { enabled: on, ..found })?;
        if !on {
            admin_sessions::delete_of(db, &of, None)?;
        }
        let action = if on {
            Action::AdminTurnedOn
        } else {
            Action::AdminTurnedOff
        };
        let entry = Entry::within(reach.as_ref(), actor, action, of.as_str(), now);
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    match turned.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let (scope, viewer, id) = (admin.scope.clone(), admin.actor.clone(), id.clone());
            let met = cairn
                .store
                .read_with(move |db| meanwhile(db, &scope, &viewer, &id));
            Ok(Saving::Clash(Box::new(met.await?)))
        }
        Err(error) => Err(error),
    }
}
