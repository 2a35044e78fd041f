//! Status lists that are signed anew each day. A list that is served says until when it holds, so that nobody goes on showing
//! an old one in which a badge is not revoked yet.

use chrono::TimeDelta;

use crate::ids::{StatusListId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::credential::signing::IssuingContext;
use crate::store::{StoreError, status_lists, tenants};

/// When a list is signed anew at the latest: less than a day, since this is looked at each hour.
const OLD: TimeDelta = TimeDelta::hours(20);
/// A list from further in the future was signed by a clock that was ahead; checkers refuse it until then.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Signs every list anew whose signature is old. One that cannot be signed is left for the next time, and the others are not.
///
/// # Errors
/// What the store reports before anything is signed.
#[tracing::instrument(name = "fresh_lists.sign", skip_all)]
pub(crate) async fn sign(cairn: &Cairn) -> Result<(), ServiceError> {
    let now = cairn.clock.now();
    let due = cairn.store.read(move |db| {
        let mut due = Vec::new();
        for tenant in tenants::list(db)? {
            for list in status_lists::published_outside(db, &tenant.id, now - OLD, now + AHEAD)? {
                due.push((tenant.id.clone(), list));
            }
        }
        Ok(due)
    });
    for (tenant, list) in due.await? {
        let id = list.clone();
        match sign_one(cairn, tenant, list).await {
            // Somebody else has just published it.
            Ok(()) | Err(ServiceError::Store(StoreError::Stale)) => {}
            Err(error) => {
                tracing::error!(list = id.as_str(), %error, "a status list could not be signed anew")
            }
        }
    }
    Ok(())
}

async fn sign_one(cairn: &Cairn, tenant: TenantId, list: StatusListId) -> Result<(), ServiceError> {
    let context = IssuingContext::of(cairn);
    let signed = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let Some(list) = status_lists::get(db, &tenant, &list)? else {
            return Ok(());
        };
        context.signer(db, &tenant)?.publish_again(db, &list)
    });
    signed.await
}
