//! What an institution lets its courses do: read and set in the console, and asked wherever it matters.

use chrono::TimeDelta;
use serde_json::json;

use crate::domain::issuer::Tenant;
use crate::domain::policy::{KEEP_DAYS, Policy, Power, Powers};
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::admins::{Administrator, Deed, links, moment, note};
use crate::service::error::ServiceError;
use crate::service::session::Visitor;
use crate::store::{Db, StoreError, admin_sessions, policies, retention, tenants};

/// How long a share link that has ended is remembered, so that whoever still opens it reads that it ended, and its holder
/// when.
const ENDED_LINKS: TimeDelta = TimeDelta::days(90);

/// Requires that the visitor's institution lets them use that power. Run it in the transaction that uses it.
///
/// # Errors
/// [`ServiceError::Policy`] when it does not.
pub(in crate::service) fn require(db: &mut Db, visitor: &Visitor, power: Power) -> Result<(), ServiceError> {
    let policy = policies::get(db, visitor.tenant())?;
    Ok(policy.allows(power, visitor.session.administrator)?)
}

/// What the visitor's institution lets them do: for pages, which offer nothing that would be refused.
///
/// # Errors
/// What the store reports.
pub async fn powers(cairn: &Cairn, visitor: &Visitor) -> Result<Powers, ServiceError> {
    let visitor = visitor.clone();
    Ok(cairn.store.read(move |db| powers_of(db, &visitor)).await?)
}

/// As [`powers`], for whoever reads already.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn powers_of(db: &mut Db, visitor: &Visitor) -> Result<Powers, StoreError> {
    let policy = policies::get(db, visitor.tenant())?;
    Ok(policy.powers(visitor.session.administrator))
}

/// Requires it for a page whose only purpose is to use that power; what uses it asks again, in its own transaction.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] when the institution does not let them.
pub async fn check(cairn: &Cairn, visitor: &Visitor, power: Power) -> Result<(), ServiceError> {
    visitor.teach()?;
    let tenant = visitor.tenant().clone();
    let policy = cairn.store.read(move |db| policies::get(db, &tenant)).await?;
    Ok(policy.allows(power, visitor.session.administrator)?)
}

/// The policy of an institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
pub async fn get(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<(Tenant, Policy), ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let policy = policies::get(db, &id)?;
        Ok((tenant, policy))
    });
    found.await
}

/// Sets the policy of an institution, from this moment on.
///
/// # Errors
/// As [`get`]; a sentence when history is to be kept for too few or too many days.
pub async fn set(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    policy: Policy,
) -> Result<(), ServiceError> {
    let (_, before) = get(cairn, admin, tenant).await?;
    if policy.keep_days.is_some_and(|days| !KEEP_DAYS.contains(&days)) {
        return Err(ServiceError::invalid(
            "policy.keep-days",
            "Keep history for 30 to 3,650 days, or for ever.",
        ));
    }
    if policy == before {
        return Ok(());
    }
    let (now, random) = moment(cairn);
    let (tenant, admin) = (tenant.clone(), admin.actor.clone());
    let saved = cairn.store.write(move |db| {
        policies::set(db, &tenant, &policy, now)?;
        let deed = Deed {
            action: "policy.changed",
            subject: tenant.as_str(),
            detail: json!({"before": before, "after": policy}),
        };
        note(db, &tenant, Some(&admin), &deed, now, random.as_ref())
    });
    Ok(saved.await?)
}

/// Forgets what no policy keeps any longer: superseded records, replaced hand-ins with their files, sign-ins and links
/// that are over. Doing it twice is doing it once.
///
/// # Errors
/// What the store reports; what was forgotten until then stays forgotten.
pub async fn forget(cairn: &Cairn) -> Result<(), ServiceError> {
    let (now, random) = moment(cairn);
    let over = cairn.store.write(move |db| {
        admin_sessions::purge(db, now)?;
        links::forget_old(db, now)?;
        tenants::list(db)
    });
    for tenant in over.await? {
        let id = tenant.id.clone();
        let random = std::sync::Arc::clone(&random);
        let files = cairn.store.write(move |db| {
            retention::forget_share_links(db, &id, now - ENDED_LINKS)?;
            let Some(days) = policies::get(db, &id)?.keep_days else {
                return Ok(Vec::new());
            };
            let before = now - TimeDelta::days(i64::from(days));
            let records = retention::forget_decisions(db, &id, before)?;
            let (hand_ins, mut files) = retention::forget_submissions(db, &id, before)?;
            if records + hand_ins > 0 {
                let deed = Deed {
                    action: "history.forgotten",
                    subject: id.as_str(),
                    detail: json!({"records": records, "hand_ins": hand_ins, "days": days}),
                };
                note(db, &id, None, &deed, now, random.as_ref())?;
            }
            let mut unused = Vec::new();
            files.sort_unstable();
            files.dedup();
            for file in files {
                if !retention::is_used(db, &id, &file)? {
                    unused.push(file);
                }
            }
            Ok(unused)
        });
        for file in files.await? {
            cairn
                .blobs
                .remove_if_older(&tenant.id, &file, now - TimeDelta::hours(1))
                .await?;
        }
    }
    Ok(())
}
