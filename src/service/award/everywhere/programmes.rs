//! Programmes as whoever looks stands towards them, also somebody who has no part of one yet.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Everywhere, MOST_STACKS, Part, parts_at};
use crate::domain::award::Award;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::course::Opens;
use crate::domain::decision::Decision;
use crate::domain::evaluate::evaluate;
use crate::domain::sentence::{Names, sentence_in_full};
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, awards, badges, courses, issuers, links, programmes, rules, tenants};

/// A programme, and how one person stands towards it now.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) now: DateTime<Utc>,
    pub(crate) badge: Badge,
    /// The latest award, whatever became of it.
    pub(crate) award: Option<Award>,
    /// The rule that decides, with this person's facts; none of one that rests.
    pub(crate) decision: Option<Decision>,
    /// What it takes, as a sentence.
    pub(crate) rule: Option<String>,
    /// The badges that it is made of.
    pub(crate) parts: Vec<Part>,
    /// The last part of the address of the issuer, under which badges have public pages.
    pub(crate) issuer: Option<String>,
    pub(crate) names: Names,
}

/// A programme of the institution, as whoever visits stands towards it.
///
/// # Errors
/// [`ServiceError::NotFound`] for what is no programme, and for one that does not award and was not earned.
#[tracing::instrument(name = "everywhere.programme", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn programme(cairn: &Cairn, visitor: &Visitor, id: &BadgeId) -> Result<Whole, ServiceError> {
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let (id, now) = (id.clone(), cairn.clock.now());
    let found = cairn.store.read(move |db| whole(db, &tenant, &person, &id, now));
    found.await?.ok_or(ServiceError::NotFound("badge"))
}

/// None for what is no programme, and for one that does not award and was not earned.
fn whole(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    id: &BadgeId,
    now: DateTime<Utc>,
) -> Result<Option<Whole>, StoreError> {
    if programmes::of_badge(db, tenant, id)?.is_none() {
        return Ok(None);
    }
    let Some(badge) = badges::get(db, tenant, id)? else {
        return Ok(None);
    };
    let award = awards::latest(db, tenant, id, person)?;
    let awards_now = badge.state == BadgeState::Active;
    if !awards_now && award.is_none() {
        return Ok(None);
    }
    let rule = rules::active(db, tenant, id)?.filter(|_| awards_now);
    let decision = match &rule {
        Some(rule) => {
            let only = std::slice::from_ref(person);
            let mut all = programmes::facts_of(db, tenant, id, &[&rule.root], only)?;
            let facts = all.remove(person).unwrap_or_default();
            Some(evaluate(rule, &facts, now))
        }
        None => None,
    };
    let named: BTreeSet<BadgeId> = rule.iter().flat_map(|rule| rule.root.badges().cloned()).collect();
    let names = Names {
        badges: badges::names_of(db, tenant, &named)?,
        zone: tenants::zone(db, tenant)?,
        ..Names::default()
    };
    let named: Vec<BadgeId> = named.into_iter().collect();
    let offered = programmes::named(db, tenant, &named)?;
    let parts = decision
        .as_ref()
        .map(|decision| parts_at(&badge.course, decision, &names.badges, &offered));
    Ok(Some(Whole {
        now,
        rule: rule.map(|rule| sentence_in_full(&rule.root, &names)),
        parts: parts.unwrap_or_default(),
        issuer: issuers::for_tenant(db, tenant)?.map(|issuer| issuer.slug),
        badge,
        award,
        decision,
        names,
    }))
}

/// Adds the programmes that were placed in a course, or that badges of it count for, to the stacks of somebody of whom nothing is
/// decided there, because they hold no part yet.
pub(super) fn not_begun(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    here: &CourseId,
    all: &mut Everywhere,
) -> Result<(), StoreError> {
    let Some(home) = all.home.clone() else {
        return Ok(());
    };
    let mut near: BTreeSet<BadgeId> = BTreeSet::new();
    for link in links::list(db, tenant, here)? {
        if let Opens::Badge { badge } | Opens::Stack { badge } = link.opens {
            near.insert(badge);
        }
    }
    let of_course = badges::for_course(db, tenant, here)?.into_iter();
    let of_course: Vec<BadgeId> = of_course.map(|badge| badge.id).collect();
    let above = rules::above_any(db, tenant, &of_course)?.into_iter();
    near.extend(above.filter(|(_, at)| *at == home).map(|(badge, _)| badge));
    let Some(at) = courses::get(db, tenant, &home)? else {
        return Ok(());
    };
    let most = usize::try_from(MOST_STACKS).unwrap_or_default();
    for id in near {
        if all.stacks.len() >= most {
            break;
        }
        if all.stacks.iter().any(|((badge, ..), _)| badge.id == id) {
            continue;
        }
        let found = whole(db, tenant, person, &id, all.now)?;
        let Some(whole) = found.filter(|whole| whole.award.is_none()) else {
            continue;
        };
        if let Some(decision) = whole.decision {
            let known: &mut Names = all.names.entry(home.clone()).or_default();
            known.zone = whole.names.zone;
            known.badges.extend(whole.names.badges);
            all.stacks
                .push(((whole.badge, at.clone(), decision), whole.parts));
        }
    }
    Ok(())
}
