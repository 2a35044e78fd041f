//! Programmes: stacks that an institution owns, over badges of any of its courses, made by its administrators and by
//! instructors to whom they gave that power. The badge of one is an ordinary badge in the home of the institution, so that it is awarded,
//! shown, revoked and exported as any other.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::audit::{Action, Entry};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::coach::Found;
use crate::domain::design_review::{RuleContext, RuleProblem, review_rule};
use crate::domain::issuer::Tenant;
use crate::domain::programme::{Hindrance, Offered, Programme, ReviewState, digest};
use crate::domain::rule::{Group, Rule};
use crate::domain::sentence::Names;
use crate::ids::{BadgeId, TenantId};
use crate::service::Cairn;
use crate::service::badge::coach::Dismissed;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DecidePerson};
use crate::service::base::refusal::ProgrammeRefusal;
use crate::store::{Db, StoreError, badges, issuers, lineages, policies, programmes, rules, tenants};

pub(crate) mod accepting;
pub(crate) mod hints;
pub(crate) mod making;
mod offering;
pub(crate) mod reviewing;
pub(crate) mod saving;
pub(crate) mod skills;
pub(crate) mod trying;
pub(crate) mod waiving;

pub(crate) use making::By;
pub(crate) use offering::offered;

/// A programme in the list.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) badge: Badge,
    pub(crate) holders: usize,
    /// How many badges its rule names.
    pub(crate) parts: usize,
    /// Whether a rule waits that does not decide yet.
    pub(crate) has_draft: bool,
    /// How much is worth a thought about its design.
    pub(crate) hints: usize,
    /// Whether it waits for a second person, and whether whoever looks can be that one.
    pub(crate) awaits: Option<bool>,
}

/// A programme with everything that its page shows.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) institution: Tenant,
    pub(crate) programme: Programme,
    pub(crate) badge: Badge,
    pub(crate) active: Option<Rule>,
    pub(crate) draft: Option<Rule>,
    pub(crate) holders: usize,
    /// The badges that its rules name, by the ids by which they are named.
    pub(crate) parts: HashMap<BadgeId, Offered>,
    pub(crate) names: Names,
    pub(crate) hindrances: Vec<Hindrance>,
    /// Copies of its parts that do not count for it, because they ask something else.
    pub(crate) changed: Vec<accepting::Changed>,
    /// The last part of the addresses of its issuer.
    pub(crate) issuer: String,
    /// What is worth a thought about its design.
    pub(crate) hints: Vec<Found>,
    /// What of that somebody dismissed.
    pub(crate) dismissed: Vec<Dismissed>,
    /// Whether its texts and terms stay while it awards, because a second person approves them.
    pub(crate) texts_stay: bool,
}

impl Opened {
    /// The rule that is shown first: the one that waits, or the one that decides.
    #[must_use]
    pub(crate) fn rule(&self) -> Option<&Rule> {
        self.draft.as_ref().or(self.active.as_ref())
    }
}

/// The programmes of an institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that they do not see;
/// [`ProgrammeRefusal::NotGiven`] for an instructor without the power.
#[tracing::instrument(name = "programmes.list", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn list(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<Summary>), ServiceError> {
    let (id, now, by) = (tenant.clone(), cairn.clock.now(), by.into());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &id)?;
        let institution = institution(db, &id)?;
        let (mut all, hints) = (Vec::new(), hints::read(db, &id, now)?.open);
        for (programme, badge) in programmes::all(db, &id)? {
            let awaits = reviewing::awaits(db, &programme, &badge, &by)?;
            let draft = rules::draft(db, &id, &badge.id)?;
            let has_draft = draft.is_some();
            let rule = rules::active(db, &id, &badge.id)?.or(draft);
            let parts: BTreeSet<BadgeId> = rule.iter().flat_map(|rule| rule.root.badges().cloned()).collect();
            all.push(Summary {
                holders: count(programmes::holders(db, &id, &badge.id, now)?),
                parts: parts.len(),
                has_draft,
                hints: hints.iter().filter(|(about, _)| *about == badge.id).count(),
                awaits,
                badge,
            });
        }
        // Those that award stand before those that do not; of one state, oldest first.
        all.sort_by_key(|one| match one.badge.state {
            BadgeState::Active => 0,
            BadgeState::Paused { .. } => 1,
            BadgeState::Draft => 2,
            BadgeState::Retired => 3,
        });
        Ok((institution, all))
    });
    found.await
}

/// One programme.
///
/// # Errors
/// As [`list`]; [`ServiceError::NotFound`] for a badge that is no programme of that institution.
#[tracing::instrument(name = "programmes.open", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn open(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Opened, ServiceError> {
    let (tenant, badge, now) = (tenant.clone(), badge.clone(), cairn.clock.now());
    let by = by.into();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        open_in(db, &tenant, &badge, now)
    });
    found.await
}

fn open_in(db: &mut Db, tenant: &TenantId, id: &BadgeId, now: DateTime<Utc>) -> Result<Opened, ServiceError> {
    let (programme, badge) = find(db, tenant, id)?;
    let (active, draft) = (rules::active(db, tenant, id)?, rules::draft(db, tenant, id)?);
    let shown = draft.as_ref().or(active.as_ref());
    let named = named_by(active.as_ref(), draft.as_ref());
    let parts = programmes::named(db, tenant, &named)?;
    let hindrances = match shown {
        Some(rule) => hindrances(db, &programme, &badge, &rule.root, now)?,
        None => vec![Hindrance::Rule(RuleProblem::EmptyRule)],
    };
    let hints = hints::read(db, tenant, now)?;
    let of_it = hints.open.into_iter().filter(|(about, _)| about == id);
    Ok(Opened {
        hints: of_it.map(|(_, found)| found).collect(),
        dismissed: hints::dismissed(db, tenant, id, hints.at_rest)?,
        texts_stay: badge.state == BadgeState::Active && policies::get(db, tenant)?.programme_reviews,
        institution: institution(db, tenant)?,
        names: names_of(db, tenant, &parts)?,
        holders: count(programmes::holders(db, tenant, id, now)?),
        programme,
        badge,
        active,
        draft,
        parts,
        hindrances,
        changed: accepting::changed(db, tenant, &named)?,
        issuer: issuer(db, tenant)?,
    })
}

/// The badges that the rules of a programme name, each once.
fn named_by(active: Option<&Rule>, draft: Option<&Rule>) -> Vec<BadgeId> {
    let rules = active.into_iter().chain(draft);
    let named: BTreeSet<BadgeId> = rules.flat_map(|rule| rule.root.badges().cloned()).collect();
    named.into_iter().collect()
}

/// All badges of an institution that build on badges.
#[derive(Debug, Clone)]
pub(crate) struct Map {
    pub(crate) institution: Tenant,
    /// The last part of the addresses of its issuer.
    pub(crate) issuer: String,
    /// Each with those on which it builds.
    pub(crate) badges: Vec<(Offered, Vec<BadgeId>)>,
}

/// All badges of an institution that build on others or are built on, each with those on which it builds: what a drawing of all of it
/// shows.
///
/// # Errors
/// As [`list`].
#[tracing::instrument(name = "programmes.map", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn map(cairn: &Cairn, by: impl Into<By>, tenant: &TenantId) -> Result<Map, ServiceError> {
    let (id, by) = (tenant.clone(), by.into());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &id)?;
        let mut below: HashMap<BadgeId, Vec<BadgeId>> = HashMap::new();
        let mut named: BTreeSet<BadgeId> = BTreeSet::new();
        for rule in rules::all_active(db, &id)? {
            let parts: BTreeSet<BadgeId> = rule.root.badges().cloned().collect();
            if !parts.is_empty() {
                named.insert(rule.badge.clone());
                named.extend(parts.iter().cloned());
                below.insert(rule.badge, parts.into_iter().collect());
            }
        }
        let named: Vec<BadgeId> = named.into_iter().collect();
        let mut all: Vec<(Offered, Vec<BadgeId>)> = programmes::named(db, &id, &named)?
            .into_iter()
            .map(|(badge, one)| (one, below.remove(&badge).unwrap_or_default()))
            .collect();
        all.sort_by(|(one, _), (other, _)| one.badge.id.cmp(&other.badge.id));
        Ok(Map {
            institution: institution(db, &id)?,
            issuer: issuer(db, &id)?,
            badges: all,
        })
    });
    found.await
}

/// How far back a look goes for programmes that ended: farther than looks are apart.
const LOOKS_BACK: TimeDelta = TimeDelta::hours(25);

/// Has everybody decided anew whose programme ended a moment ago: other parts may be in force by now, and no award tells it. Doing it
/// twice is doing it once.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "programmes.decide_ended", level = "debug", skip_all)]
pub(crate) async fn decide_ended(cairn: &Cairn) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let done = cairn.store.write(move |db| {
        for tenant in tenants::list(db)? {
            for (course, person) in programmes::ended_between(db, &tenant.id, now - LOOKS_BACK, now)? {
                let job = DecidePerson {
                    course,
                    person,
                    cause: Cause::Schedule,
                };
                queue::enqueue(db, &tenant.id, &job, now, now, random.as_ref())?;
            }
        }
        Ok(())
    });
    Ok(done.await?)
}

fn institution(db: &mut Db, tenant: &TenantId) -> Result<Tenant, ServiceError> {
    tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))
}

fn issuer(db: &mut Db, tenant: &TenantId) -> Result<String, ServiceError> {
    let issuer = issuers::for_tenant(db, tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
    Ok(issuer.slug)
}

fn count(found: i64) -> usize {
    usize::try_from(found).unwrap_or_default()
}

/// The programme of that badge, and the badge.
fn find(db: &mut Db, tenant: &TenantId, id: &BadgeId) -> Result<(Programme, Badge), ServiceError> {
    let missing = || ServiceError::NotFound("programme");
    let programme = programmes::of_badge(db, tenant, id)?.ok_or_else(missing)?;
    let badge = badges::get(db, tenant, id)?.ok_or_else(missing)?;
    Ok((programme, badge))
}

/// What badges are called, each with its course.
fn names_of(db: &mut Db, tenant: &TenantId, parts: &HashMap<BadgeId, Offered>) -> Result<Names, StoreError> {
    Ok(Names {
        badges: parts
            .iter()
            .map(|(id, one)| (id.clone(), one.badge.design.name.clone()))
            .collect(),
        zone: tenants::zone(db, tenant)?,
        ..Names::default()
    })
}

/// What keeps a programme from deciding by that rule.
fn hindrances(
    db: &mut Db,
    programme: &Programme,
    badge: &Badge,
    root: &Group,
    now: DateTime<Utc>,
) -> Result<Vec<Hindrance>, ServiceError> {
    let tenant = &badge.tenant;
    let mut found: Vec<Hindrance> = rule_problems(db, badge, root)?
        .into_iter()
        .map(Hindrance::Rule)
        .collect();
    let named: BTreeSet<BadgeId> = root.badges().cloned().collect();
    let named: Vec<BadgeId> = named.into_iter().collect();
    let mut terms: HashMap<BadgeId, Vec<String>> = HashMap::new();
    for one in programmes::named(db, tenant, &named)?.into_values() {
        terms.entry(one.lineage).or_default().push(one.badge.design.name);
    }
    let twice = terms.into_values().filter(|names| names.len() > 1);
    found.extend(twice.map(|names| Hindrance::OneInTwoTerms { names }));
    if !badge.design.expiry.leaves_time(now) {
        found.push(Hindrance::TimeOver);
    }
    if badge.state == BadgeState::Retired {
        found.push(Hindrance::Retired);
    }
    if policies::get(db, tenant)?.programme_reviews {
        let digest = digest(&badge.design, root, &programme.terms);
        let review = programmes::review_of(db, tenant, &badge.id, &digest)?;
        match review.map(|review| review.state) {
            Some(ReviewState::Approved) => {}
            Some(ReviewState::Waits) => found.push(Hindrance::AwaitsApproval),
            Some(ReviewState::Changes) => found.push(Hindrance::ChangesAsked),
            None => found.push(Hindrance::NotApproved),
        }
    }
    Ok(found)
}

/// What is wrong with the rule itself. A loop is told by the names of all of its badges, whatever courses they are of.
fn rule_problems(db: &mut Db, badge: &Badge, root: &Group) -> Result<Vec<RuleProblem>, ServiceError> {
    let tenant = &badge.tenant;
    // By lineages: a badge of another term stands in the same place.
    let active = rules::all_active(db, tenant)?;
    let named: BTreeSet<&BadgeId> = active
        .iter()
        .flat_map(|rule| rule.root.badges().chain([&rule.badge]))
        .collect();
    let lines = lineages::of_badges(db, tenant, named)?;
    let line = |id: &BadgeId| lines.get(id).unwrap_or(id).clone();
    let mut below: HashMap<BadgeId, Vec<BadgeId>> = HashMap::new();
    for rule in &active {
        let parts = rule.root.badges().map(line);
        below.entry(line(&rule.badge)).or_default().extend(parts);
    }
    let builds_on = |id: &BadgeId| below.get(id).cloned();
    let parts: Vec<BadgeId> = root.badges().cloned().collect();
    let mut known = programmes::named(db, tenant, &parts)?;
    let reviewed = |names: &Names| {
        let context = RuleContext {
            badge: &badge.id,
            kind: badge.design.kind,
            line_items: &[],
            former: &HashSet::new(),
            names,
            builds_on: &builds_on,
        };
        review_rule(root, &context)
    };
    let names = names_of(db, tenant, &known)?;
    let problems = reviewed(&names);
    if !problems.iter().any(|one| matches!(one, RuleProblem::Loop { .. })) {
        return Ok(problems);
    }
    let others: Vec<BadgeId> = below.keys().chain([&badge.id]).cloned().collect();
    for (id, one) in programmes::named(db, tenant, &others)? {
        known.entry(id).or_insert(one);
    }
    let mut names = names_of(db, tenant, &known)?;
    names
        .badges
        .entry(badge.id.clone())
        .or_insert_with(|| badge.design.name.clone());
    Ok(reviewed(&names))
}

/// An entry in the log about a programme.
fn entry(by: &By, badge: &Badge, action: Action, now: DateTime<Utc>) -> Entry {
    Entry::new(&badge.tenant, by.actor(), action, badge.id.as_str(), now)
}

/// A reason, or what is to be changed.
fn check_text(text: &str) -> Result<String, ServiceError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 {
        return Err(ProgrammeRefusal::Reason.into());
    }
    Ok(text.to_owned())
}
