//! The dry run of a programme over the whole institution, and the activation that confirms it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{By, entry, find, hindrances, institution, names_of};
use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::dry_run::{DryRun, Learner, dry_run};
use crate::domain::issuer::Tenant;
use crate::domain::people::Person;
use crate::domain::programme::{Hindrance, Offered, Programme, Review, digest};
use crate::domain::rule::{Rule, RuleState};
use crate::domain::sentence::{Names, sentence_in_full};
use crate::ids::{BadgeId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DecideBadge};
use crate::store::{Db, StoreError, audit, awards, badges, people, policies, programmes, rules};

/// Most names on one page.
pub(crate) const PAGE: usize = 50;

/// What a programme would do.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) institution: Tenant,
    pub(crate) badge: Badge,
    pub(crate) programme: Programme,
    /// The version that was tried, and how it reads.
    pub(crate) rule: Rule,
    pub(crate) sentence: String,
    /// How the version reads that decides now, where another was tried.
    pub(crate) before: Option<String>,
    pub(crate) run: DryRun,
    /// Everybody who counts as a student of one of the institution's courses.
    pub(crate) students: usize,
    /// Some of those who would be awarded, by name; none where the policy hides them, and for instructors.
    pub(crate) names: Option<Vec<String>>,
    pub(crate) hindrances: Vec<Hindrance>,
    /// Whether there is anything to activate.
    pub(crate) can_activate: bool,
    /// The review of what was tried, where the policy asks for one.
    pub(crate) review: Option<Review>,
    pub(crate) is_reviewed: bool,
    /// Whether whoever looks designed it, so that somebody else approves.
    pub(crate) is_own: bool,
}

/// Tries the rule that waits, or else the one that decides, on the whole institution. Names are given from `offset` on.
///
/// # Errors
/// [`ServiceError::NotFound`] for what they do not see, and for a programme without any rule.
#[tracing::instrument(name = "programmes.trial", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn trial(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &BadgeId,
    offset: usize,
) -> Result<Trial, ServiceError> {
    let (tenant, id, now) = (tenant.clone(), id.clone(), cairn.clock.now());
    let by = by.into();
    let tried = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        let (programme, badge) = find(db, &tenant, &id)?;
        let (rule, active) = to_try(db, &badge)?;
        let known = parts(db, &badge, &rule, active.as_ref())?;
        let names = names_of(db, &tenant, &known)?;
        let run = run(db, &badge, &rule, active.as_ref(), &names, now)?;
        let policy = policies::get(db, &tenant)?;
        let shown = digest(&badge.design, &rule.root, &programme.terms);
        let review = programmes::review_of(db, &tenant, &id, &shown)?;
        Ok(Trial {
            institution: institution(db, &tenant)?,
            hindrances: hindrances(db, &programme, &badge, &rule.root, now)?,
            sentence: sentence_in_full(&rule.root, &names),
            before: active.map(|active| sentence_in_full(&active.root, &names)),
            students: programmes::students(db, &tenant)?,
            names: if policy.programme_names && by.sees_names() {
                Some(called(db, &tenant, &run, offset)?)
            } else {
                None
            },
            can_activate: may_activate(&badge, &rule),
            is_own: is_own(db, &programme, review.as_ref(), &by)?,
            is_reviewed: policy.programme_reviews,
            review,
            badge,
            programme,
            rule,
            run,
        })
    });
    tried.await
}

/// Whether somebody designed what is to be approved: asked for it, saved it last, or changed anything of it since it was last
/// activated, whoever saved it after them.
pub(super) fn is_own(
    db: &mut Db,
    programme: &Programme,
    review: Option<&Review>,
    by: &By,
) -> Result<bool, StoreError> {
    let maker = Some(by.maker());
    let asked = review.is_some_and(|review| review.asked_by == maker);
    if asked || programme.saved_by == maker {
        return Ok(true);
    }
    let designers = programmes::designers(db, &programme.tenant, &programme.badge)?;
    Ok(by.actor().id().is_some_and(|id| designers.contains(id)))
}

/// The version to try, and the active one to compare it with.
pub(super) fn to_try(db: &mut Db, badge: &Badge) -> Result<(Rule, Option<Rule>), ServiceError> {
    let active = rules::active(db, &badge.tenant, &badge.id)?;
    match rules::draft(db, &badge.tenant, &badge.id)? {
        Some(draft) => Ok((draft, active)),
        None => Ok((active.ok_or(ServiceError::NotFound("rule"))?, None)),
    }
}

fn parts(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    active: Option<&Rule>,
) -> Result<HashMap<BadgeId, Offered>, ServiceError> {
    let versions = [Some(rule), active].into_iter().flatten();
    let mut named: Vec<BadgeId> = versions.flat_map(|one| one.root.badges().cloned()).collect();
    named.sort_unstable();
    named.dedup();
    Ok(programmes::named(db, &badge.tenant, &named)?)
}

/// Of those who hold a part: nobody else can be awarded the whole.
fn run(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    active: Option<&Rule>,
    names: &Names,
    now: DateTime<Utc>,
) -> Result<DryRun, ServiceError> {
    let roots: Vec<_> = [Some(rule), active]
        .into_iter()
        .flatten()
        .map(|one| &one.root)
        .collect();
    let known = programmes::holders_of_parts(db, &badge.tenant, &badge.id, &roots)?;
    let mut latest = awards::latest_for_badge(db, &badge.tenant, &badge.id)?;
    let learners: Vec<Learner> = known
        .into_iter()
        .map(|(person, facts)| Learner {
            renewal: badge.design.renewal,
            latest: latest.remove(&person),
            person,
            facts,
        })
        .collect();
    let mut run = dry_run(rule, active, &learners, names, now);
    if !badge.design.expiry.leaves_time(now) {
        run.close(rule);
    }
    Ok(run)
}

/// One page of the names of those who would be awarded.
fn called(db: &mut Db, tenant: &TenantId, run: &DryRun, offset: usize) -> Result<Vec<String>, ServiceError> {
    let some: Vec<PersonId> = run.awarded.iter().skip(offset).take(PAGE).cloned().collect();
    let found = people::by_ids(db, tenant, &some)?;
    let named = some.iter().filter_map(|id| found.get(id));
    Ok(named.map(Person::display_name).collect())
}

/// A rule that waits; or the one of a programme that rests.
fn may_activate(badge: &Badge, rule: &Rule) -> bool {
    match badge.state {
        BadgeState::Retired => false,
        BadgeState::Paused { .. } => true,
        BadgeState::Draft | BadgeState::Active => rule.state == RuleState::Draft,
    }
}

/// What became of an activation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Activated {
    Done,
    /// What would happen is not what was confirmed: the number that it is now.
    Changed(usize),
    Hindered(Vec<Hindrance>),
}

/// Lets the version that was tried decide from now on, if what would happen is still what was confirmed. What was earned before counts:
/// everybody is decided by a job, in groups.
///
/// # Errors
/// As [`trial`].
#[tracing::instrument(name = "programmes.activate", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn activate(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &BadgeId,
    number: usize,
    digest: &str,
) -> Result<Activated, ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, id, digest, by) = (tenant.clone(), id.clone(), digest.to_owned(), by.into());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        // What is looked at is what decides from now on, whoever saves at this moment.
        programmes::hold_badge(db, &tenant, &id)?;
        let (programme, badge) = find(db, &tenant, &id)?;
        let (rule, active) = to_try(db, &badge)?;
        if !may_activate(&badge, &rule) {
            // A second click on the same button: what it asked for is done.
            let same = rule.state == RuleState::Active && badge.state == BadgeState::Active;
            return Ok(if same {
                Activated::Done
            } else {
                Activated::Hindered(vec![Hindrance::Retired])
            });
        }
        let hindrances = hindrances(db, &programme, &badge, &rule.root, now)?;
        if !hindrances.is_empty() {
            return Ok(Activated::Hindered(hindrances));
        }
        let run = run(db, &badge, &rule, active.as_ref(), &Names::default(), now)?;
        if !run.confirms(number, &digest) {
            return Ok(Activated::Changed(run.number()));
        }
        if rule.state == RuleState::Draft {
            rules::activate(db, &tenant, &rule.id, now)?;
        } else {
            badges::set_state(db, &tenant, &id, &BadgeState::Active, now)?;
        }
        let job = DecideBadge {
            badge: id.clone(),
            cause: Cause::Activation,
        };
        queue::enqueue(db, &tenant, &job, now, now, random.as_ref())?;
        let entry = entry(&by, &badge, Action::ProgrammeActivated, now);
        let entry = entry.detail(json!({ "version": rule.version, "awarded": number }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(Activated::Done)
    });
    done.await
}
