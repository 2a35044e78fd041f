//! Endorsements of badges by other bodies: who is invited, what they see and sign, what others see of it, and what badges carry.
//!
//! Each endorsement has an issuer of its own, with a `did:web` and a key that Cairn keeps until the endorser takes it: so nobody
//! who holds one link can sign what another one would. It is signed once, together with both of its status lists, and stored as
//! it is.

mod asking;
mod brought;
mod carried;
mod giving;
mod inviting;
mod own;
mod published;

pub(crate) use asking::ask_domains_again;
pub(crate) use brought::bring;
pub(crate) use giving::{Offer, give, open};
pub(in crate::service) use inviting::outgrown;
pub(in crate::service) use inviting::{Invitation, again_in, invite_in, named, withdraw_in};
pub(crate) use inviting::{Outgrown, Wanted, again, invite, of_badge, withdraw};
pub(crate) use own::{Own, end, own, prove_domain, revoke, take_key};
pub(in crate::service) use published::{Endorsed, fetched, of};
pub(crate) use published::{Endorsing, about, did_document, document, endorser, list, status_list};

use chrono::{DateTime, Utc};

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::endorsement::{Asked, Endorsement, EndorsementState, Part, Shown, substance};
use crate::domain::issuer::Issuer;
use crate::domain::rule::Rule;
use crate::domain::sentence::{Names, sentence_in_full};
use crate::ids::{BadgeId, TenantId};
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::credential::build::{achievement_id, criteria_in_full};
use crate::store::{Db, StoreError, activities, badges, issuers, programmes, rules};
use openbadges::did::IssuerIdentity;

/// The list in which an endorsement has its place, and that place: an issuer that was made for one has one list.
const LIST: &str = "1";
const PLACE: u32 = 0;

/// An endorsement, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) endorsement: Endorsement,
    pub(crate) state: EndorsementState,
}

/// The endorsements of a badge, and what is said of them today.
#[derive(Debug, Clone)]
pub(crate) struct OfBadge {
    pub(crate) badge: Badge,
    pub(crate) issuer: Issuer,
    pub(crate) all: Vec<Told>,
    pub(crate) now: DateTime<Utc>,
}

/// A badge that somebody may endorse: one that was turned on once.
fn known_badge(db: &mut Db, tenant: &TenantId, id: &BadgeId) -> Result<Badge, ServiceError> {
    badges::get(db, tenant, id)?.ok_or(ServiceError::NotFound("badge"))
}

/// Whether it was ever turned on.
fn was_active(badge: &Badge) -> bool {
    badge.state == BadgeState::Active || badge.active_rule.is_some()
}

fn issuer_of(db: &mut Db, tenant: &TenantId) -> Result<Issuer, ServiceError> {
    issuers::for_tenant(db, tenant)?.ok_or(ServiceError::NotFound("issuer"))
}

/// The rule that decides about a badge, and the digest of what the badge asks.
fn substance_now(db: &mut Db, badge: &Badge) -> Result<(Option<Rule>, String), StoreError> {
    let rule = rules::active(db, &badge.tenant, &badge.id)?;
    let substance = substance(badge, rule.as_ref().map(|rule| &rule.root));
    Ok((rule, substance))
}

/// Where an endorsement of that badge stands.
pub(in crate::service) fn state_of(
    db: &mut Db,
    one: &Endorsement,
    badge: &Badge,
    now: DateTime<Utc>,
) -> Result<EndorsementState, StoreError> {
    let (_, substance) = substance_now(db, badge)?;
    Ok(one.state(&substance, now))
}

/// What an endorser sees of a badge today.
fn shown(
    db: &mut Db,
    identity: &IssuerIdentity,
    issuer: &Issuer,
    badge: &Badge,
    rule: Option<&Rule>,
) -> Result<Shown, ServiceError> {
    let mut names = names::of_course(db, &badge.tenant, &badge.course)?;
    let mut evidence = Vec::new();
    if let Some(rule) = rule {
        for activity in rule.root.activities() {
            let known = activities::get(db, &badge.tenant, activity)?;
            evidence.extend(known.map(|activity| Asked {
                title: activity.title,
                instructions: activity.instructions,
            }));
        }
    }
    let parts = match rule {
        Some(rule) => parts(db, identity, issuer, rule, &mut names)?,
        None => Vec::new(),
    };
    let design = &badge.design;
    Ok(Shown {
        name: design.name.clone(),
        achievement: achievement_id(identity, issuer, badge),
        revision: badge.revision,
        outcome: design.outcome.clone(),
        description: design.description.clone(),
        // As the badge says them when it is signed.
        criteria: criteria_in_full(&design.criteria, &design.details.assessment),
        kind: design.kind,
        hours: design.hours,
        credits: design.credits,
        level: design.level.clone(),
        alignments: design.alignments.clone(),
        rule: rule.map(|rule| sentence_in_full(&rule.root, &names)),
        evidence,
        skills: design.details.skills.clone(),
        parts,
    })
}

/// The badges that a rule asks for, each once in the order of the rule, of whatever course they are; their names are noted.
fn parts(
    db: &mut Db,
    identity: &IssuerIdentity,
    issuer: &Issuer,
    rule: &Rule,
    names: &mut Names,
) -> Result<Vec<Part>, StoreError> {
    let mut named: Vec<BadgeId> = Vec::new();
    for id in rule.root.badges() {
        if !named.contains(id) {
            named.push(id.clone());
        }
    }
    let known = programmes::named(db, &issuer.tenant, &named)?;
    let mut parts = Vec::new();
    for one in named.iter().filter_map(|id| known.get(id)) {
        let design = &one.badge.design;
        names.badges.insert(one.badge.id.clone(), design.name.clone());
        parts.push(Part {
            name: design.name.clone(),
            course: one.course.clone(),
            achievement: achievement_id(identity, issuer, &one.badge),
            outcome: design.outcome.clone(),
            criteria: criteria_in_full(&design.criteria, &design.details.assessment),
        });
    }
    Ok(parts)
}
