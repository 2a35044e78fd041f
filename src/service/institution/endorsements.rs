//! Endorsements of an institution's badges in the console: all of them, inviting, and vouching for the domain of a body.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::Badge;
use crate::domain::endorsement::{DomainBy, Endorsement, InvitedBy, domain_name};
use crate::domain::issuer::{Issuer, Tenant};
use crate::ids::{BadgeId, EndorsementId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::EndorsementRefusal;
use crate::service::credential::endorsing::{
    Invitation, Told, Wanted, again_in, invite_in, named, state_of, withdraw_in,
};
use crate::service::institution::administrators::Administrator;
use crate::store::{Db, audit, badges, endorsements, issuers, programmes, tenants};

/// Most that a page shows.
const MOST: i64 = 200;

/// The endorsements of an institution, newest first, each with its badge.
#[derive(Debug, Clone)]
pub(crate) struct OfInstitution {
    pub(crate) tenant: Tenant,
    pub(crate) issuer: Issuer,
    pub(crate) all: Vec<(Told, Badge)>,
    /// Badges that can be endorsed.
    pub(crate) badges: Vec<Badge>,
    /// The course that each of these is of; a badge of the institution itself is of none.
    pub(crate) courses: HashMap<BadgeId, String>,
    pub(crate) now: DateTime<Utc>,
}

/// What there is in an institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "endorsements.all", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn all(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<OfInstitution, ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, now) = (tenant.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let issuer = issuers::for_tenant(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let mut all = Vec::new();
        for endorsement in endorsements::of_tenant(db, &id, MOST)? {
            let Some(badge) = badges::get(db, &id, &endorsement.badge)? else {
                continue;
            };
            let state = state_of(db, &endorsement, &badge, now)?;
            all.push((Told { endorsement, state }, badge));
        }
        let mut badges = badges::in_use(db, &id)?;
        badges.retain(|badge| badge.active_rule.is_some());
        let ids: Vec<BadgeId> = badges.iter().map(|badge| badge.id.clone()).collect();
        let courses = programmes::named(db, &id, &ids)?.into_iter();
        let courses = courses.filter_map(|(id, one)| Some((id, one.course?))).collect();
        Ok(OfInstitution {
            tenant,
            issuer,
            all,
            badges,
            courses,
            now,
        })
    });
    found.await
}

fn invitation(cairn: &Cairn, admin: &Administrator) -> Invitation {
    Invitation::new(
        cairn,
        InvitedBy::Administrator(admin.actor.clone()),
        Actor::Administrator(admin.actor.clone()),
    )
}

/// Invites another body to endorse a badge, and gives the secret of the link, which is not kept.
///
/// # Errors
/// As [`all`]; [`ServiceError::NotFound`] for a badge of another institution; [`ServiceError::Refused`] for what cannot be used,
/// a reserved name, a badge that was never turned on, and too many.
#[tracing::instrument(name = "endorsements.invite", skip_all, fields(tenant = tenant.as_str(), badge = badge.as_str()))]
pub(crate) async fn invite(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    badge: &BadgeId,
    wanted: &Wanted,
) -> Result<String, ServiceError> {
    admin.scope.allows(tenant)?;
    let (named, invitation) = (named(wanted)?, invitation(cairn, admin));
    let (tenant, badge) = (tenant.clone(), badge.clone());
    let made = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        invite_in(db, &tenant, &badge, named, invitation)
    });
    made.await
}

fn one(db: &mut Db, tenant: &TenantId, id: &EndorsementId) -> Result<Endorsement, ServiceError> {
    endorsements::get(db, tenant, id)?.ok_or(ServiceError::NotFound("invitation"))
}

/// Takes back an invitation.
///
/// # Errors
/// As [`all`]; [`ServiceError::NotFound`] for one of another institution.
#[tracing::instrument(name = "endorsements.withdraw", skip_all, fields(endorsement = id.as_str()))]
pub(crate) async fn withdraw(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &EndorsementId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let actor = Actor::Administrator(admin.actor.clone());
    let (tenant, id) = (tenant.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let one = one(db, &tenant, &id)?;
        withdraw_in(db, &one, actor, now, &random)
    });
    done.await
}

/// Asks the same body once more, and gives the secret of the new link.
///
/// # Errors
/// As [`invite`] and [`withdraw`].
#[tracing::instrument(name = "endorsements.again", skip_all, fields(endorsement = id.as_str()))]
pub(crate) async fn again(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &EndorsementId,
) -> Result<String, ServiceError> {
    admin.scope.allows(tenant)?;
    let invitation = invitation(cairn, admin);
    let (tenant, id) = (tenant.clone(), id.clone());
    let made = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let one = one(db, &tenant, &id)?;
        again_in(db, &one, invitation)
    });
    made.await
}

/// Says in the institution's name which DNS name the body has that gave an endorsement.
///
/// # Errors
/// As [`withdraw`]; [`ServiceError::Refused`] for what is no DNS name, while nobody gave it or once it was taken back, and where a
/// domain has shown itself to be theirs.
#[tracing::instrument(name = "endorsements.vouch", skip_all, fields(endorsement = id.as_str()))]
pub(crate) async fn vouch(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &EndorsementId,
    typed: &str,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let name = domain_name(typed).ok_or(EndorsementRefusal::Domain)?;
    let (now, random) = cairn.moment();
    let actor = Actor::Administrator(admin.actor.clone());
    let (tenant, id) = (tenant.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let one = one(db, &tenant, &id)?;
        if !endorsements::vouch(db, &tenant, &one.id, &name, now)? {
            return Err(not_vouched(&one).into());
        }
        let entry = Entry::new(&tenant, actor, Action::EndorsementDomain, one.badge.as_str(), now);
        let entry = entry.detail(json!({"endorsement": one.id, "domain": name}));
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    done.await
}

/// Why nobody vouches for it.
fn not_vouched(one: &Endorsement) -> EndorsementRefusal {
    let proven = one.vouched_domain().filter(|domain| domain.by == DomainBy::Did);
    match (&one.given, proven) {
        (None, _) => EndorsementRefusal::Unanswered,
        (Some(given), _) if given.revoked_at.is_some() => EndorsementRefusal::Ended,
        (Some(_), Some(domain)) => EndorsementRefusal::DomainProven(domain.name.clone()),
        // Something changed in between: what holds now is on the page.
        (Some(_), None) => EndorsementRefusal::Ended,
    }
}
