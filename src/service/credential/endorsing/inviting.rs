//! Inviting another body to endorse a badge, taking that back, and asking again once the badge asks something else.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{OfBadge, Told, issuer_of, known_badge, substance_now, was_active};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::endorsement::{
    Endorsement, EndorsementState, InvitedBy, MOST, WORKS, domain_name, domain_of, is_reserved,
    without_person,
};
use crate::domain::policy::Power;
use crate::ids::{BadgeId, EndorsementId, TenantId};
use crate::random::{self, SharedRandom};
use crate::service::Cairn;
use crate::service::badge::design::own_badge;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::refusal::EndorsementRefusal;
use crate::service::base::session::{Visitor, digest};
use crate::service::base::wrong::Wrong;
use crate::store::{Db, audit, endorsements, tenants};

/// Within this the same invitation is a page that was loaded again: its answer has the link, so it leads to no other page.
const AT_ONCE: TimeDelta = TimeDelta::minutes(1);

/// Whom somebody wants to invite, as it was typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    /// Where the link will be sent to, by whoever invites; may be empty.
    pub(crate) email: String,
}

/// The same as it is kept.
#[derive(Debug, Clone, Default)]
pub(in crate::service) struct Named {
    name: String,
    email: Option<String>,
}

/// What was typed as it is kept, or all that is wrong with it.
pub(in crate::service) fn named(wanted: &Wanted) -> Result<Named, ServiceError> {
    let mut wrong = Wrong::default();
    let name = wanted.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 200 {
        wrong.note(EndorsementRefusal::Name);
    }
    let email = wrong.take(address(wanted.email.trim()))?;
    wrong.end()?;
    Ok(Named { name, email })
}

fn address(typed: &str) -> Result<Option<String>, ServiceError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let plain = typed.len() <= 254 && !typed.contains(|c: char| c.is_whitespace() || c.is_control());
    let parts = typed.matches('@').count() == 1 && !typed.starts_with('@');
    let domain = domain_of(typed).and_then(domain_name);
    if plain && parts && domain.is_some() {
        Ok(Some(typed.to_owned()))
    } else {
        Err(EndorsementRefusal::Email.into())
    }
}

/// What it takes to make an invitation inside a transaction.
#[derive(Debug)]
pub(in crate::service) struct Invitation {
    pub(in crate::service) by: InvitedBy,
    pub(in crate::service) actor: Actor,
    pub(in crate::service) token: String,
    pub(in crate::service) now: DateTime<Utc>,
    pub(in crate::service) random: SharedRandom,
}

impl Invitation {
    pub(in crate::service) fn new(cairn: &Cairn, by: InvitedBy, actor: Actor) -> Self {
        let (now, random) = cairn.moment();
        Self {
            by,
            actor,
            token: random::token::<16>(random.as_ref()),
            now,
            random,
        }
    }
}

/// Invites, and gives the secret of the link, which is not kept.
///
/// # Errors
/// [`ServiceError::Refused`] for a reserved name, a badge that was never turned on, when there are [`MOST`], and for whom was invited a
/// moment ago.
pub(in crate::service) fn invite_in(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    named: Named,
    invitation: Invitation,
) -> Result<String, ServiceError> {
    let badge = known_badge(db, tenant, badge)?;
    if !was_active(&badge) {
        return Err(EndorsementRefusal::Draft.into());
    }
    let institution = tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?;
    let issuer = issuer_of(db, tenant)?;
    if is_reserved(&named.name, [institution.name.as_str(), issuer.name.as_str()]) {
        return Err(EndorsementRefusal::Reserved.into());
    }
    let (_, substance) = substance_now(db, &badge)?;
    let known = endorsements::of_badge(db, tenant, &badge.id)?;
    let is_it = |one: &Endorsement| {
        one.name == named.name
            && one.email == named.email
            && one.state(&substance, invitation.now) == EndorsementState::Waiting
            && invitation.now - one.made_at < AT_ONCE
    };
    if known.iter().any(is_it) {
        return Err(EndorsementRefusal::InvitedAlready.into());
    }
    let counts = |one: &&Endorsement| {
        matches!(
            one.state(&substance, invitation.now),
            EndorsementState::Waiting | EndorsementState::InForce
        )
    };
    if known.iter().filter(counts).count() >= MOST {
        return Err(EndorsementRefusal::Many.into());
    }
    let Invitation {
        by,
        actor,
        token,
        now,
        random,
    } = invitation;
    let one = Endorsement {
        id: EndorsementId::new(now, random.as_ref()),
        tenant: tenant.clone(),
        badge: badge.id.clone(),
        name: named.name,
        email: named.email,
        // Nobody vouches for whoever opens the link before they said anything.
        domain: None,
        invited_by: by,
        made_at: now,
        until: now + WORKS,
        link_digest: digest(&token),
        withdrawn_at: None,
        given: None,
    };
    endorsements::insert(db, &one)?;
    let entry = Entry::new(tenant, actor, Action::EndorsementInvited, badge.id.as_str(), now);
    let entry = entry.detail(json!({"endorsement": one.id}));
    audit::record(db, &entry, random.as_ref())?;
    Ok(token)
}

/// Takes back an invitation that waits; one that was taken back before stays so.
pub(in crate::service) fn withdraw_in(
    db: &mut Db,
    one: &Endorsement,
    actor: Actor,
    now: DateTime<Utc>,
    random: &SharedRandom,
) -> Result<(), ServiceError> {
    let left = without_person(one.email.as_deref());
    if endorsements::withdraw(db, &one.tenant, &one.id, left.as_deref(), now)? {
        let entry = Entry::new(
            &one.tenant,
            actor,
            Action::EndorsementWithdrawn,
            one.badge.as_str(),
            now,
        );
        let entry = entry.detail(json!({"endorsement": one.id}));
        audit::record(db, &entry, random.as_ref())?;
    }
    Ok(())
}

/// Invites the same body once more, under the same name. Nobody vouches for what it has not said yet: the institution does so anew
/// once it endorsed, and what the endorser showed of itself, it shows again.
pub(in crate::service) fn again_in(
    db: &mut Db,
    one: &Endorsement,
    invitation: Invitation,
) -> Result<String, ServiceError> {
    let named = Named {
        name: one.name.clone(),
        email: one.email.clone(),
    };
    let (actor, now, random) = (
        invitation.actor.clone(),
        invitation.now,
        Arc::clone(&invitation.random),
    );
    // An invitation that still waits is replaced: its link may be lost.
    withdraw_in(db, one, actor, now, &random)?;
    invite_in(db, &one.tenant, &one.badge, named, invitation)
}

/// The endorsements of a badge of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "endorsing.of_badge", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn of_badge(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
) -> Result<OfBadge, ServiceError> {
    visitor.look()?;
    let (visitor, badge, now) = (visitor.clone(), badge.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &badge)?;
        let issuer = issuer_of(db, &badge.tenant)?;
        let (_, substance) = substance_now(db, &badge)?;
        let told = |endorsement: Endorsement| Told {
            state: endorsement.state(&substance, now),
            endorsement,
        };
        let all = endorsements::of_badge(db, &badge.tenant, &badge.id)?;
        Ok(OfBadge {
            all: all.into_iter().map(told).collect(),
            badge,
            issuer,
            now,
        })
    });
    found.await
}

/// A badge that asks something else than what a body endorsed.
#[derive(Debug, Clone)]
pub(crate) struct Outgrown {
    pub(crate) badge: Badge,
    pub(crate) body: String,
}

/// Those of the visit's course, as long as nobody has asked the body again.
pub(in crate::service) fn outgrown(
    db: &mut Db,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<Vec<Outgrown>, ServiceError> {
    let tenant = visitor.tenant();
    let mut found: Vec<Outgrown> = Vec::new();
    let mut seen: Vec<BadgeId> = Vec::new();
    for one in endorsements::signed_in_course(db, tenant, &visitor.course.id)? {
        if seen.contains(&one.badge) {
            continue;
        }
        seen.push(one.badge.clone());
        let badge = known_badge(db, tenant, &one.badge)?;
        if badge.state == BadgeState::Retired {
            continue;
        }
        let (_, substance) = substance_now(db, &badge)?;
        let all = endorsements::of_badge(db, tenant, &badge.id)?;
        let states: Vec<_> = all
            .iter()
            .map(|one| (one.name.as_str(), one.state(&substance, now)))
            .collect();
        let asked = |name: &str| {
            states.iter().any(|(known, state)| {
                *known == name && matches!(state, EndorsementState::Waiting | EndorsementState::InForce)
            })
        };
        let older = states
            .iter()
            .find(|(name, state)| *state == EndorsementState::OlderVersion && !asked(name));
        found.extend(older.map(|(name, _)| Outgrown {
            body: (*name).to_owned(),
            badge: badge.clone(),
        }));
    }
    Ok(found)
}

/// Invites another body to endorse a badge of the visit's course, and gives the secret of the link, which is not kept.
///
/// # Errors
/// As [`of_badge`]; [`ServiceError::Policy`] where the institution leaves it to administrators; [`ServiceError::Refused`] for
/// what cannot be used, a reserved name, a badge that was never turned on, and too many.
#[tracing::instrument(name = "endorsing.invite", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn invite(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    wanted: &Wanted,
) -> Result<String, ServiceError> {
    visitor.act_for_oneself()?;
    let named = named(wanted)?;
    let by = InvitedBy::Teacher(visitor.person.id.clone());
    let invitation = Invitation::new(cairn, by, visitor.actor());
    let (visitor, badge) = (visitor.clone(), badge.clone());
    let made = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Endorse)?;
        let badge = own_badge(db, &visitor, &badge)?;
        invite_in(db, &badge.tenant, &badge.id, named, invitation)
    });
    made.await
}

fn own_endorsement(
    db: &mut Db,
    visitor: &Visitor,
    badge: &BadgeId,
    id: &EndorsementId,
) -> Result<Endorsement, ServiceError> {
    policies::require(db, visitor, Power::Endorse)?;
    let badge = own_badge(db, visitor, badge)?;
    endorsements::get(db, &badge.tenant, id)?
        .filter(|one| one.badge == badge.id)
        .ok_or(ServiceError::NotFound("invitation"))
}

/// Takes back an invitation of a badge of the visit's course.
///
/// # Errors
/// As [`invite`]; [`ServiceError::NotFound`] for one of another badge.
#[tracing::instrument(name = "endorsing.withdraw", skip_all, fields(endorsement = id.as_str()))]
pub(crate) async fn withdraw(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    id: &EndorsementId,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (now, random) = cairn.moment();
    let (visitor, badge, id) = (visitor.clone(), badge.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let one = own_endorsement(db, &visitor, &badge, &id)?;
        withdraw_in(db, &one, visitor.actor(), now, &random)
    });
    done.await
}

/// Asks the same body once more, and gives the secret of the new link. Nobody vouches for whoever gets it, before an administrator
/// does anew.
///
/// # Errors
/// As [`invite`] and [`withdraw`].
#[tracing::instrument(name = "endorsing.again", skip_all, fields(endorsement = id.as_str()))]
pub(crate) async fn again(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    id: &EndorsementId,
) -> Result<String, ServiceError> {
    visitor.act_for_oneself()?;
    let by = InvitedBy::Teacher(visitor.person.id.clone());
    let invitation = Invitation::new(cairn, by, visitor.actor());
    let (visitor, badge, id) = (visitor.clone(), badge.clone(), id.clone());
    let made = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let one = own_endorsement(db, &visitor, &badge, &id)?;
        again_in(db, &one, invitation)
    });
    made.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::base::refusal::Refusal;

    #[test]
    fn what_is_typed_is_kept_or_all_that_is_wrong_is_told() {
        let good = Wanted {
            name: "  Example \t Works ".to_owned(),
            email: " anna@firm.example ".to_owned(),
        };
        let kept = named(&good).unwrap();
        assert_eq!(kept.name, "Example Works");
        assert_eq!(kept.email.as_deref(), Some("anna@firm.example"));
        for email in [
            "anna",
            "@firm.example",
            "a@b@firm.example",
            "a b@firm.example",
            "a@firm",
        ] {
            let wanted = Wanted {
                email: email.to_owned(),
                ..good.clone()
            };
            assert!(named(&wanted).is_err(), "{email}");
        }
        let bad = Wanted {
            name: " ".to_owned(),
            email: "x".to_owned(),
        };
        let Err(ServiceError::Several(all)) = named(&bad) else {
            panic!("all of it is wrong");
        };
        let both = [EndorsementRefusal::Name, EndorsementRefusal::Email];
        assert_eq!(all, both.map(Refusal::Endorsement));
    }
}
