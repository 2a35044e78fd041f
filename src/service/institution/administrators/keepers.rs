//! The list of administrators: who there is, who is invited, who is turned off.

use serde_json::json;

use super::links::{self, Maker};
use super::{Administrator, Deed, Scope, moment, note_by_scope};
use crate::domain::issuer::Tenant;
use crate::ids::{AdminId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::admins::Admin;
use crate::store::{Db, admin_links, admin_sessions, admins, tenants};

/// The administrators that this one sees, oldest first, and the institutions for which it may invite.
pub async fn list(cairn: &Cairn, admin: &Administrator) -> Result<(Vec<Admin>, Vec<Tenant>), ServiceError> {
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
/// [`ServiceError::NotFound`] for an institution that this administrator does not see, [`ServiceError::Forbidden`] when
/// the new one would see more than this one.
pub async fn invite(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: Option<&TenantId>,
) -> Result<String, ServiceError> {
    let scope = match tenant {
        Some(tenant) => {
            admin.scope.allows(tenant)?;
            Scope::Tenant(tenant.clone())
        }
        None => {
            admin.scope.everything()?;
            Scope::Everything
        }
    };
    let (link, address) = links::new_link(cairn, tenant.cloned(), Maker::Console);
    let (now, random) = moment(cairn);
    let actor = admin.actor.clone();
    let made = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        if let Scope::Tenant(id) = &scope
            && tenants::get(db, id)?.is_none()
        {
            return Err(ServiceError::NotFound("institution"));
        }
        admin_links::insert(db, &link)?;
        let deed = Deed {
            action: "admin.invited",
            subject: "link",
            detail: json!({}),
        };
        Ok(note_by_scope(
            db,
            &scope,
            Some(&actor),
            &deed,
            now,
            random.as_ref(),
        )?)
    });
    made.await?;
    Ok(address)
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
pub async fn get(cairn: &Cairn, admin: &Administrator, id: &AdminId) -> Result<Admin, ServiceError> {
    let (scope, id) = (admin.scope.clone(), id.clone());
    cairn.store.read_with(move |db| seen(db, &scope, &id)).await
}

/// Turns somebody off, whose sign-ins end at once, or on again.
///
/// # Errors
/// As [`get`]; [`ServiceError::Conflict`] for oneself: nobody locks the door behind themselves.
pub async fn turn(cairn: &Cairn, admin: &Administrator, id: &AdminId, on: bool) -> Result<(), ServiceError> {
    if admin.actor == *id {
        return Err(ServiceError::conflict(
            "admin.self",
            "You cannot turn yourself off. Ask another administrator to do it.",
        ));
    }
    let (now, random) = moment(cairn);
    let (scope, id, actor) = (admin.scope.clone(), id.clone(), admin.actor.clone());
    let turned = cairn.store.write_with(move |db| {
        let found = seen(db, &scope, &id)?;
        if found.enabled == on {
            return Ok(());
        }
        let reach = found.tenant.clone().into();
        admins::update(db, &Admin { enabled: on, ..found })?;
        if !on {
            admin_sessions::delete_of(db, &id, None)?;
        }
        let deed = Deed {
            action: if on { "admin.turned-on" } else { "admin.turned-off" },
            subject: id.as_str(),
            detail: json!({}),
        };
        Ok(note_by_scope(
            db,
            &reach,
            Some(&actor),
            &deed,
            now,
            random.as_ref(),
        )?)
    });
    turned.await
}
