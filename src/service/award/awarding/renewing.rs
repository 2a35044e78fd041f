//! Renewing by hand: a badge has lapsed, its rule is met, and a teacher says that it is awarded again.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::Action;
use crate::domain::award::{Award, Standing, open_cycle};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::decision::Truth;
use crate::domain::evaluate::{evaluate, outcome};
use crate::domain::policy::Power;
use crate::domain::rule::Rule;
use crate::ids::{AwardId, BadgeId, PersonId};
use crate::service::Cairn;
use crate::service::award::course_badge::course_badge;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::queue;
use crate::service::base::refusal::AwardRefusal;
use crate::service::base::session::Visitor;
use crate::service::credential::signing::IssuingContext;
use crate::store::decisions::NewDecision;
use crate::store::{Db, StoreError, audit, awards, decisions, enrolments, facts, rules};

/// Awards a badge anew to those whose `which` have lapsed, and says to how many. What was renewed meanwhile, by another
/// click or by its rule, is left alone.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors; [`ServiceError::NotFound`] for an award of elsewhere;
/// [`ServiceError::Refused`] when the badge awards nothing now, or one of the people may not be awarded or does not meet
/// its rule: then nobody's is renewed.
#[tracing::instrument(name = "renewing.renew", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn renew(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    which: &[AwardId],
) -> Result<usize, ServiceError> {
    visitor.teach()?;
    let (context, visitor) = (IssuingContext::of(cairn), visitor.clone());
    let (badge, which) = (badge.clone(), which.to_vec());
    let renewed = cairn.store.write_retrying(move |db| {
        policies::require(db, &visitor, Power::Approve)?;
        renew_in(db, &context, &visitor, &badge, &which)
    });
    renewed.await
}

fn renew_in(
    db: &mut Db,
    context: &IssuingContext,
    visitor: &Visitor,
    badge: &BadgeId,
    which: &[AwardId],
) -> Result<usize, ServiceError> {
    let (tenant, now, random) = (visitor.tenant(), context.now, context.random.as_ref());
    let badge = course_badge(db, visitor, badge)?;
    let rule = awarding_rule(db, &badge, now)?;
    let mut signer = context.signer(db, tenant)?;
    let mut renewed: Vec<PersonId> = Vec::new();
    for id in which {
        let lapsed = awards::get(db, tenant, id)?
            .filter(|award| award.badge == badge.id)
            .ok_or(ServiceError::NotFound("award"))?;
        let person = &lapsed.person;
        let latest = awards::latest(db, tenant, &badge.id, person)?;
        let has_lapsed = latest
            .as_ref()
            .is_some_and(|latest| latest.standing(now) == Standing::Expired);
        let Some(cycle) = open_cycle(latest.as_ref(), now).filter(|_| has_lapsed) else {
            continue;
        };
        enrolments::get(db, tenant, &badge.course, person)?
            .filter(crate::domain::people::Enrolment::may_be_awarded)
            .ok_or(AwardRefusal::NotALearner)?;
        let known = facts::for_person(db, tenant, &badge.course, &badge.id, person)?;
        let new = NewDecision {
            person: person.clone(),
            decision: evaluate(&rule, &known, now),
            rule: rule.id.clone(),
        };
        if new.decision.outcome != Truth::Yes {
            return Err(AwardRefusal::RenewalNotMet.into());
        }
        let record = decisions::record(db, tenant, &badge.id, &new, Cause::ByHand, now, random)?;
        let made = signer.issue(db, &badge, person, cycle, &new.decision, &record.id)?;
        let Some(award) = made else { continue };
        let entry = visitor.entry(Action::AwardRenewed, award.id.as_str(), now);
        let entry = entry.detail(json!({ "badge": badge.id, "cycle": cycle }));
        audit::record(db, &entry, random)?;
        renewed.push(award.person);
    }
    queue::decide_above(db, &badge, &renewed, now, random)?;
    Ok(renewed.len())
}

/// The rule of a badge that can be awarded at `now`, by whomever.
fn awarding_rule(db: &mut Db, badge: &Badge, now: DateTime<Utc>) -> Result<Rule, ServiceError> {
    match badge.state {
        BadgeState::Draft => return Err(AwardRefusal::Inactive.into()),
        BadgeState::Retired => return Err(AwardRefusal::Retired.into()),
        // The rule cannot decide; an instructor can.
        BadgeState::Active | BadgeState::Paused { .. } => {}
    }
    if !badge.design.expiry.leaves_time(now) {
        return Err(AwardRefusal::TermOver.into());
    }
    let rule = rules::active(db, &badge.tenant, &badge.id)?;
    Ok(rule.ok_or(AwardRefusal::Inactive)?)
}

/// Those of some latest awards that a click renews: lapsed, of people who may be awarded and meet the rule.
pub(in crate::service) fn renewable(
    db: &mut Db,
    badge: &Badge,
    latest: &[Award],
    now: DateTime<Utc>,
) -> Result<HashSet<AwardId>, StoreError> {
    let lapsed: Vec<&Award> = latest
        .iter()
        .filter(|award| award.standing(now) == Standing::Expired)
        .collect();
    let lives = matches!(badge.state, BadgeState::Active | BadgeState::Paused { .. });
    if lapsed.is_empty() || !lives || !badge.design.expiry.leaves_time(now) {
        return Ok(HashSet::new());
    }
    let tenant = &badge.tenant;
    let Some(rule) = rules::active(db, tenant, &badge.id)? else {
        return Ok(HashSet::new());
    };
    let may: HashSet<PersonId> = enrolments::learners(db, tenant, &badge.course)?
        .into_iter()
        .collect();
    let people: Vec<PersonId> = lapsed
        .iter()
        .map(|award| award.person.clone())
        .filter(|person| may.contains(person))
        .collect();
    let known = facts::for_people(db, tenant, &badge.course, &badge.id, &people)?;
    let meets = |person: &PersonId| {
        let facts = known.get(person);
        facts.is_some_and(|facts| outcome(&rule.root, facts, now) == Truth::Yes)
    };
    let renewable = lapsed.into_iter().filter(|award| meets(&award.person));
    Ok(renewable.map(|award| award.id.clone()).collect())
}
