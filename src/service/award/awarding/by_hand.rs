//! Awarding by hand: an instructor decides, whatever the rule says, and says why.

use serde_json::json;

use super::check_reason;
use super::work::approved_work;
use crate::domain::audit::Action;
use crate::domain::award::{Award, open_cycle};
use crate::domain::badge::{BadgeState, Kind};
use crate::domain::cause::Cause;
use crate::domain::evaluate::evaluate;
use crate::domain::membership::Membership;
use crate::domain::policy::Power;
use crate::ids::{BadgeId, PersonId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::queue;
use crate::service::base::refusal::AwardRefusal;
use crate::service::base::session::Visitor;
use crate::service::credential::signing::IssuingContext;
use crate::store::decisions::NewDecision;
use crate::store::{Db, audit, awards, badges, decisions, enrolments, facts, rules};

/// Awards a badge to a learner whatever its rule says, with a reason that stays in the audit log.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors; [`ServiceError::Refused`] when the badge awards nothing now,
/// the person may not be awarded, or has it already.
#[tracing::instrument(
    name = "by_hand.award_by_hand", skip_all,
    fields(badge = badge.as_str(), person = person.as_str())
)]
pub(crate) async fn award_by_hand(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    person: &PersonId,
    reason: &str,
) -> Result<Award, ServiceError> {
    visitor.teach()?;
    let reason = check_reason(reason)?;
    let (context, visitor) = (IssuingContext::of(cairn), visitor.clone());
    let (badge, person) = (badge.clone(), person.clone());
    let awarded = cairn.store.write_retrying(move |db| {
        policies::require(db, &visitor, Power::Approve)?;
        by_hand_in(db, &context, &visitor, &badge, &person, &reason)
    });
    awarded.await
}

fn by_hand_in(
    db: &mut Db,
    context: &IssuingContext,
    visitor: &Visitor,
    badge: &BadgeId,
    person: &PersonId,
    reason: &str,
) -> Result<Award, ServiceError> {
    let (tenant, random) = (visitor.tenant(), context.random.as_ref());
    let badge = badges::get(db, tenant, badge)?
        .filter(|badge| badge.course == visitor.course.id)
        .ok_or(ServiceError::NotFound("badge"))?;
    let rule = rules::active(db, tenant, &badge.id)?.ok_or(AwardRefusal::Inactive)?;
    match badge.state {
        BadgeState::Draft => return Err(AwardRefusal::Inactive.into()),
        BadgeState::Retired => {
            return Err(AwardRefusal::Retired.into());
        }
        // The rule cannot decide; an instructor can.
        BadgeState::Active | BadgeState::Paused { .. } => {}
    }
    if !badge.design.expiry.leaves_time(context.now) {
        return Err(AwardRefusal::TermOver.into());
    }
    let known = enrolments::get(db, tenant, &badge.course, person)?.ok_or(AwardRefusal::NotALearner)?;
    match known.membership() {
        Membership::Student => {}
        Membership::Waits(_) => return Err(AwardRefusal::StudentInDoubt.into()),
        Membership::NotAStudent(_) => return Err(AwardRefusal::NotALearner.into()),
    }
    let latest = awards::latest(db, tenant, &badge.id, person)?;
    let cycle = open_cycle(latest.as_ref(), context.now).ok_or(AwardRefusal::Already)?;
    let known = facts::for_person(db, tenant, &badge.course, &badge.id, person)?;
    let new = NewDecision {
        person: person.clone(),
        decision: evaluate(&rule, &known, context.now),
        rule: rule.id,
    };
    if badge.design.kind == Kind::Application && approved_work(db, &badge, person, &new.decision)?.is_empty()
    {
        return Err(AwardRefusal::NoEvidence.into());
    }
    let recorded = decisions::record(db, tenant, &badge.id, &new, Cause::ByHand, context.now, random)?;
    let award = context
        .signer(db, tenant)?
        .issue(db, &badge, person, cycle, &new.decision, &recorded.id)?
        .ok_or(AwardRefusal::Already)?;
    let entry = visitor.entry(Action::AwardByHand, award.id.as_str(), context.now);
    let entry = entry.detail(json!({ "badge": badge.id, "reason": reason }));
    audit::record(db, &entry, random)?;
    queue::decide_above(db, &badge, std::slice::from_ref(person), context.now, random)?;
    Ok(award)
}
