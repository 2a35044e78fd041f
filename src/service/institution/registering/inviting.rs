//! Invitations: who may register a platform, until when, and that each code works once.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Entry};
use crate::domain::page::Page;
use crate::domain::platform::Invitation;
use crate::ids::{InvitationId, TenantId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::InstitutionRefusal;
use crate::service::base::session::digest;
use crate::service::institution::administrators::Operator;
use crate::store::{audit, invitations};

/// How long an invitation lasts, unless somebody says otherwise.
pub(crate) const INVITATION_LIFE: TimeDelta = TimeDelta::days(7);

/// Makes an invitation, and its code, which nobody can be told again.
///
/// # Errors
/// That the institution is out of reach; a sentence about the note or the time; what the store reports.
#[tracing::instrument(name = "inviting.invite", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn invite<'a>(
    cairn: &Cairn,
    tenant: &TenantId,
    note: &str,
    by: impl Into<Operator<'a>>,
    life: TimeDelta,
) -> Result<(Invitation, String), ServiceError> {
    let by = by.into();
    by.scope().allows(tenant)?;
    let note = note.trim();
    if note.chars().count() > 200 {
        return Err(InstitutionRefusal::InvitationNote.into());
    }
    if life < TimeDelta::minutes(5) || life > TimeDelta::days(90) {
        return Err(InstitutionRefusal::InvitationLife.into());
    }
    let (now, random) = cairn.moment();
    let code = random::token::<32>(random.as_ref());
    let invitation = Invitation {
        id: InvitationId::new(now, random.as_ref()),
        tenant: tenant.clone(),
        note: note.to_owned(),
        created_by: by.actor().id().map(str::to_owned),
        created_at: now,
        expires_at: now + life,
        used_at: None,
        registration: None,
    };
    let (made, code_digest) = (invitation.clone(), digest(&code));
    let entry = Entry::new(
        tenant,
        by.actor(),
        Action::InvitationMade,
        invitation.id.as_str(),
        now,
    );
    let entry = entry.detail(json!({"until": invitation.expires_at}));
    let written = cairn.store.write(move |db| {
        invitations::insert(db, &made, &code_digest)?;
        audit::record(db, &entry, random.as_ref())
    });
    written.await?;
    Ok((invitation, code))
}

/// The address that an administrator pastes into the platform.
#[must_use]
pub(crate) fn address(cairn: &Cairn, code: &str) -> String {
    format!("{}{}", cairn.settings.origin(), addresses::register(code))
}

/// The newest invitations of an institution, at most 50.
#[tracing::instrument(name = "inviting.invitations_of", level = "debug", skip_all)]
pub(crate) async fn invitations_of(
    cairn: &Cairn,
    tenant: &TenantId,
) -> Result<Vec<Invitation>, ServiceError> {
    let tenant = tenant.clone();
    Ok(cairn
        .store
        .read(move |db| invitations::list(db, &tenant, Page::first(50)))
        .await?)
}

/// Takes an unused invitation back.
///
/// # Errors
/// What the store reports; that the institution is out of reach; that there is no such unused one.
#[tracing::instrument(name = "inviting.withdraw", skip_all, fields(invitation = id.as_str()))]
pub(crate) async fn withdraw<'a>(
    cairn: &Cairn,
    tenant: &TenantId,
    id: &InvitationId,
    by: impl Into<Operator<'a>>,
) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().allows(tenant)?;
    let (now, random) = cairn.moment();
    let entry = Entry::new(tenant, by.actor(), Action::InvitationWithdrawn, id.as_str(), now);
    let (tenant, id) = (tenant.clone(), id.clone());
    let written = cairn.store.write(move |db| {
        invitations::withdraw(db, &tenant, &id)?;
        audit::record(db, &entry, random.as_ref())
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
        return Err(InstitutionRefusal::InvitationOver.into());
    }
    Ok(found)
}

pub(super) fn used() -> ServiceError {
    InstitutionRefusal::InvitationUsed.into()
}
