//! The policy of an institution in the console, and forgetting what no policy keeps any longer.

use chrono::TimeDelta;
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::issuer::Tenant;
use crate::domain::policy::{KEEP_DAYS, Policy};
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::clash::{self, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::InstitutionRefusal;
use crate::service::institution::administrators::{Administrator, links};
use crate::store::{
    account_joins, admin_sessions, audit, endorsements, looks, policies, registrations, rest_accesses,
    retention, tenants, timelines,
};
use lti::registration::Registration;

/// How long a share link that has ended is remembered, and the address of an invitation that nobody answered, so that whoever still
/// opens it reads that it ended, and its holder when.
const ENDED_LINKS: TimeDelta = TimeDelta::days(90);

/// The policy of an institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "policies.get", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn get(
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

/// Whether a platform tells teaching assistants from teachers.
pub(crate) use lti::capabilities::Assistants as AssistantsTold;

/// What each platform of an institution tells of teaching assistants, by its name.
///
/// # Errors
/// As [`get`].
#[tracing::instrument(name = "policies.assistants_told", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn assistants_told(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<Vec<(String, AssistantsTold)>, ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let all = cairn.store.read(move |db| registrations::list(db, &id)).await?;
    let told = |one: Registration| (one.name.clone(), one.capabilities().assistants);
    Ok(all.into_iter().map(told).collect())
}

/// Sets the policy of an institution, from this moment on: over the one that `shown` is of, and over no other.
///
/// # Errors
/// As [`get`]; a sentence when history is to be kept for too few or too many days.
#[tracing::instrument(name = "policies.set", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn set(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    policy: Policy,
    shown: Option<&Seen>,
) -> Result<Saving<Policy>, ServiceError> {
    admin.scope.allows(tenant)?;
    if policy.keep_days.is_some_and(|days| !KEEP_DAYS.contains(&days)) {
        return Err(InstitutionRefusal::KeepDays.into());
    }
    let (now, random) = cairn.moment();
    let (id, shown) = (tenant.clone(), shown.cloned());
    let actor = Actor::Administrator(admin.actor.clone());
    let saved = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let before = policies::get(db, &id)?;
        let policy = policy.over(&before, now);
        if policy == before {
            return Ok(());
        }
        clash::check(shown.as_ref(), &before)?;
        policies::replace(db, &id, &before, &policy, now)?;
        let entry = Entry::new(&id, actor, Action::PolicyChanged, id.as_str(), now);
        let entry = entry.detail(json!({"before": before, "after": policy}));
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    match saved.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let (id, viewer) = (tenant.clone(), admin.actor.clone());
            let met = cairn.store.read(move |db| {
                let now_is = policies::get(db, &id)?;
                let actions = [Action::PolicyChanged];
                let (viewer, subject) = (viewer.as_str(), id.as_str());
                clash::met(db, &id, viewer, subject, &actions, now_is, &now_is)
            });
            Ok(Saving::Clash(Box::new(met.await?)))
        }
        Err(error) => Err(error),
    }
}

/// Forgets what no policy keeps any longer: superseded records, replaced hand-ins with their files, sign-ins and links
/// that are over. Doing it twice is doing it once.
///
/// # Errors
/// What the store reports; what was forgotten until then stays forgotten.
#[tracing::instrument(name = "policies.forget", skip_all)]
pub(crate) async fn forget(cairn: &Cairn) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let over = cairn.store.write(move |db| {
        admin_sessions::purge(db, now)?;
        rest_accesses::purge_consents(db, now)?;
        links::forget_old(db, now)?;
        // Two days earlier it is over in every zone.
        looks::purge(db, now.date_naive() - TimeDelta::days(2))?;
        tenants::list(db)
    });
    for tenant in over.await? {
        note_files(cairn, &tenant.id).await?;
        let id = tenant.id.clone();
        let random = std::sync::Arc::clone(&random);
        let files = cairn.store.write(move |db| {
            retention::forget_share_links(db, &id, now - ENDED_LINKS)?;
            timelines::forget_over(db, &id, now - ENDED_LINKS)?;
            account_joins::forget_over(db, &id, now - TimeDelta::days(1))?;
            endorsements::forget_addresses(db, &id, now - ENDED_LINKS)?;
            let Some(days) = policies::get(db, &id)?.keep_days else {
                return Ok(Vec::new());
            };
            let before = now - TimeDelta::days(i64::from(days));
            let records = retention::forget_decisions(db, &id, before)?;
            retention::forget_grade_files(db, &id, before)?;
            retention::forget_lms_work(db, &id, before)?;
            let (hand_ins, mut files) = retention::forget_submissions(db, &id, before)?;
            if records + hand_ins > 0 {
                let (actor, action) = (Actor::Cairn, Action::HistoryForgotten);
                let entry = Entry::new(&id, actor, action, id.as_str(), now);
                let detail = json!({"records": records, "hand_ins": hand_ins, "days": days});
                audit::record(db, &entry.detail(detail), random.as_ref())?;
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

/// Notes which files hand-ins have that an older program wrote, a part of them at a time, so that nobody waits long for the
/// database.
async fn note_files(cairn: &Cairn, tenant: &TenantId) -> Result<(), ServiceError> {
    loop {
        let of = tenant.clone();
        let noted = cairn.store.write(move |db| retention::note_files(db, &of));
        if noted.await? == 0 {
            return Ok(());
        }
    }
}
