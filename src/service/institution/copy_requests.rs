//! Requests for the badges of other courses, answered by an administrator in place of those who teach there.

use std::sync::Arc;

use crate::domain::audit::Actor;
use crate::domain::course::CopyRequestState;
use crate::domain::issuer::Tenant;
use crate::ids::{CopyRequestId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::course::copying::{self, Requested};
use crate::service::institution::administrators::Administrator;
use crate::store::{copy_requests, tenants};

/// What waits in an institution and what was refused there, longest first.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "copy_requests.asked", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn asked(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<Requested>, Vec<Requested>), ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let waiting = copying::requests_in(db, &id, None, CopyRequestState::Waiting)?;
        let refused = copying::requests_in(db, &id, None, CopyRequestState::Refused)?;
        Ok((tenant, waiting, refused))
    });
    found.await
}

/// Answers one. Of two answers the first counts.
///
/// # Errors
/// As [`asked`]; [`ServiceError::NotFound`] for a request of another institution.
#[tracing::instrument(
    name = "copy_requests.answer", skip_all,
    fields(tenant = tenant.as_str(), request = id.as_str())
)]
pub(crate) async fn answer(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &CopyRequestId,
    yes: bool,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (tenant, id, by) = (
        tenant.clone(),
        id.clone(),
        Actor::Administrator(admin.actor.clone()),
    );
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let request = copy_requests::get(db, &tenant, &id)?.ok_or(ServiceError::NotFound("request"))?;
        copying::answer_in(db, &request, yes, by, now, random.as_ref())?;
        Ok(())
    });
    done.await
}

/// Has one wait for an answer again that was refused. Doing it twice is doing it once.
///
/// # Errors
/// As [`answer`].
#[tracing::instrument(
    name = "copy_requests.reopen", skip_all,
    fields(tenant = tenant.as_str(), request = id.as_str())
)]
pub(crate) async fn reopen(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &CopyRequestId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (tenant, id) = (tenant.clone(), id.clone());
    let by = Actor::Administrator(admin.actor.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let request = copy_requests::get(db, &tenant, &id)?.ok_or(ServiceError::NotFound("request"))?;
        copying::reopen_in(db, &request, by, now, random.as_ref())?;
        Ok(())
    });
    done.await
}
