//! Invitations: who may register a platform, until when, and that each code works once.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::entry;
use crate::ids::{AdminId, InvitationId, TenantId};
use crate::random;
use crate::service::error::ServiceError;
use crate::service::session::digest;
use crate::service::{Cairn, addresses};
use crate::store::invitations::Invitation;
use crate::store::{Page, audit, invitations};

/// How long an invitation lasts, unless somebody says otherwise.
pub const INVITATION_LIFE: TimeDelta = TimeDelta::days(7);

/// Makes an invitation, and its code, which nobody can be told again.
///
/// # Errors
/// A sentence about the note or the time; what the store reports.
pub async fn invite(
    cairn: &Cairn,
    tenant: &TenantId,
    note: &str,
    by: Option<&AdminId>,
    life: TimeDelta,
) -> Result<(Invitation, String), ServiceError> {
    let note = note.trim();
    if note.chars().count() > 200 {
        return Err(ServiceError::invalid(
            "invitation.note",
            "Shorten the note to 200 characters.",
        ));
    }
    if life < TimeDelta::minutes(5) || life > TimeDelta::days(90) {
        return Err(ServiceError::invalid(
            "invitation.life",
            "Choose a time between 5 minutes and 90 days.",
        ));
    }
    let now = cairn.clock.now();
    let code = random::token::<32>(cairn.random.as_ref());
    let invitation = Invitation {
        id: InvitationId::new(now, cairn.random.as_ref()),
        tenant: tenant.clone(),
        note: note.to_owned(),
        created_by: by.map(ToString::to_string),
        created_at: now,
        expires_at: now + life,
        used_at: None,
        registration: None,
    };
    let (made, code_digest, random) = (invitation.clone(), digest(&code), Arc::clone(&cairn.random));
    let by = by.cloned();
    let written = cairn.store.write(move |db| {
        invitations::insert(db, &made, &code_digest)?;
        let entry = entry(
            "invitation.made",
            made.id.as_str(),
            json!({"until": made.expires_at}),
            now,
        );
        audit::insert_by_admin(db, &made.tenant, by.as_ref(), &entry, random.as_ref())
    });
    written.await?;
    Ok((invitation, code))
}

/// The address that an administrator pastes into the platform.
#[must_use]
pub fn address(cairn: &Cairn, code: &str) -> String {
    format!("{}{}", cairn.settings.origin(), addresses::register(code))
}

/// The newest invitations of an institution, at most 50.
///
/// # Errors
/// What the store reports.
pub async fn invitations_of(cairn: &Cairn, tenant: &TenantId) -> Result<Vec<Invitation>, ServiceError> {
    let tenant = tenant.clone();
    Ok(cairn
        .store
        .read(move |db| invitations::list(db, &tenant, Page::first(50)))
        .await?)
}

/// Takes an unused invitation back.
///
/// # Errors
/// What the store reports; that there is no such unused one.
pub async fn withdraw(
    cairn: &Cairn,
    tenant: &TenantId,
    id: &InvitationId,
    by: &AdminId,
) -> Result<(), ServiceError> {
    let (tenant, id, by, now) = (tenant.clone(), id.clone(), by.clone(), cairn.clock.now());
    let random = Arc::clone(&cairn.random);
    let written = cairn.store.write(move |db| {
        invitations::withdraw(db, &tenant, &id)?;
        let entry = entry("invitation.withdrawn", id.as_str(), json!({}), now);
        audit::insert_by_admin(db, &tenant, Some(&by), &entry, random.as_ref())
    });
    Ok(written.await?)
}

pub(super) async fn take(
    cairn: &Cairn,
    invitation: &Invitation,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let (tenant, id) = (invitation.tenant.clone(), invitation.id.clone());
    let taken = cairn
        .store
        .write(move |db| invitations::take(db, &tenant, &id, now))
        .await?;
    if taken { Ok(()) } else { Err(used()) }
}

/// The invitation behind a code that still works.
pub(super) async fn invitation(cairn: &Cairn, code: &str) -> Result<Invitation, ServiceError> {
    let code_digest = digest(code);
    let found = cairn
        .store
        .read(move |db| invitations::by_code_digest(db, &code_digest))
        .await?
        .ok_or(ServiceError::NotFound("registration address"))?;
    if found.used_at.is_some() {
        return Err(used());
    }
    if found.expires_at <= cairn.clock.now() {
        return Err(ServiceError::conflict(
            "invitation.over",
            "This registration address is over. Make a new one in Cairn's console under Platforms, and paste that.",
        ));
    }
    Ok(found)
}

pub(super) fn used() -> ServiceError {
    ServiceError::conflict(
        "invitation.used",
        "This registration address was used already; each works once. Make a new one in Cairn's console under Platforms, and paste that.",
    )
}
