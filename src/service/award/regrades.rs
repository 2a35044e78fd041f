//! A grade that falls after the award: the institution's policy says whether somebody is told, and whether the badge counts
//! meanwhile; a person decides, with a reason. Nothing is ever taken away by itself.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::award::{Award, Regrade, RegradeState, Standing};
use crate::domain::badge::Badge;
use crate::domain::decision::{Decision, Truth};
use crate::domain::evaluate::but_for_age;
use crate::domain::people::Person;
use crate::domain::policy::{Power, Regrade as Policy};
use crate::domain::rule::Rule;
use crate::domain::sentence::Names;
use crate::ids::{PersonId, RegradeId};
use crate::service::Cairn;
use crate::service::award::awarding;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::policies;
use crate::service::base::queue;
use crate::service::base::refusal::AwardRefusal;
use crate::service::base::session::Visitor;
use crate::service::credential::signing::IssuingContext;
use crate::store::decisions::Recorded;
use crate::store::{Db, StoreError, audit, awards, badges, decisions, people, policies as stored, regrades};

/// Most entries that the course page shows at once.
const SHOWN: i64 = 20;

/// After a group was decided: holders whose grade fell are noted as the policy says, and what was noted of those who meet
/// the rule again is over. Run it in the transaction that decides.
pub(in crate::service) fn follow(
    db: &mut Db,
    context: &IssuingContext,
    badge: &Badge,
    rule: &Rule,
    recorded: &[Recorded],
) -> Result<(), StoreError> {
    let tenant = &badge.tenant;
    let mut live: Option<HashMap<PersonId, Regrade>> = None;
    let mut counts_anew = Vec::new();
    for record in recorded.iter().filter(|record| record.changed) {
        let live = match &mut live {
            Some(live) => live,
            none => none.insert(regrades::live_of_badge(db, tenant, &badge.id)?),
        };
        match (record.outcome, live.get(&record.person)) {
            (Truth::Yes, Some(known)) => {
                regrades::end(db, tenant, &known.award)?;
                if known.policy == Policy::Suspend && known.state == RegradeState::Open {
                    counts_anew.push(record.person.clone());
                }
            }
            (Truth::No, None) => {
                let noted = fallen(db, context, badge, rule, record)?;
                let suspended = noted == Some(Policy::Suspend);
                counts_anew.extend(suspended.then(|| record.person.clone()));
            }
            _ => {}
        }
    }
    queue::decide_above(db, badge, &counts_anew, context.now, context.random.as_ref())
}

/// Notes that a holder's grade fell, and says under which policy; none when it did not, or when nobody is to be asked.
fn fallen(
    db: &mut Db,
    context: &IssuingContext,
    badge: &Badge,
    rule: &Rule,
    record: &Recorded,
) -> Result<Option<Policy>, StoreError> {
    let (tenant, person) = (&badge.tenant, &record.person);
    // That a badge below became too old for the rule is no grade that fell.
    if rule.root.ages()
        && let Some(now) = decisions::get(db, tenant, &record.id)?
        && but_for_age(&rule.root, &now.decision) != Truth::No
    {
        return Ok(None);
    }
    let Some(award) = awards::latest(db, tenant, &badge.id, person)?
        .filter(|award| award.standing(context.now) == Standing::InForce)
    else {
        return Ok(None);
    };
    // An award that an instructor made by hand, or under a rule that is another one now, does not rest on this grade.
    let earned = decisions::get(db, tenant, &award.decision)?
        .is_some_and(|earned| earned.decision.outcome == Truth::Yes);
    // It rested on a badge of another course, which counts no more: no grade fell.
    let own = badges::for_course(db, tenant, &badge.course)?;
    if rule
        .root
        .badges()
        .any(|named| own.iter().all(|one| one.id != *named))
    {
        return Ok(None);
    }
    if !earned || !regrades::has_met(db, tenant, &badge.id, person, &rule.id)? {
        return Ok(None);
    }
    let policy = stored::get(db, tenant)?.regrade;
    if policy == Policy::Keep {
        return Ok(None);
    }
    let regrade = Regrade {
        id: RegradeId::new(context.now, context.random.as_ref()),
        tenant: tenant.clone(),
        badge: badge.id.clone(),
        person: person.clone(),
        award: award.id.clone(),
        policy,
        state: RegradeState::Open,
        found_at: context.now,
    };
    if !regrades::insert_once(db, &regrade)? {
        return Ok(None);
    }
    let (action, subject) = (Action::AwardRegraded, award.id.as_str());
    let entry = Entry::new(tenant, Actor::Cairn, action, subject, context.now);
    let entry = entry.detail(json!({ "badge": badge.id, "policy": policy }));
    audit::record(db, &entry, context.random.as_ref())?;
    Ok(Some(policy))
}

/// An entry of the course page.
#[derive(Debug, Clone)]
pub(crate) struct FallenGrade {
    pub(crate) regrade: Regrade,
    pub(crate) student: String,
    pub(crate) badge_name: String,
}

/// What waits for a decision in the visit's course, oldest first; and how many more there are.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
pub(crate) fn waiting_of(
    db: &mut Db,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<(Vec<FallenGrade>, i64), ServiceError> {
    visitor.look()?;
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let (open, total) = regrades::open_of_course(db, tenant, course, SHOWN, now)?;
    let mut waiting = Vec::new();
    for regrade in open {
        let person = people::get(db, tenant, &regrade.person)?;
        let badge = badges::get(db, tenant, &regrade.badge)?;
        if let (Some(person), Some(badge)) = (person, badge) {
            waiting.push(FallenGrade {
                student: person.display_name(),
                badge_name: badge.design.name,
                regrade,
            });
        }
    }
    let shown = i64::try_from(waiting.len()).unwrap_or(SHOWN);
    Ok((waiting, total.saturating_sub(shown)))
}

/// Everything that is needed to decide.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) regrade: Regrade,
    pub(crate) badge: Badge,
    pub(crate) person: Person,
    pub(crate) award: Award,
    /// What the award rests on.
    pub(crate) then: Option<Decision>,
    /// What holds now.
    pub(crate) now: Option<Decision>,
    pub(crate) names: Names,
    /// The moment of asking.
    pub(crate) at: DateTime<Utc>,
}

fn own(db: &mut Db, visitor: &Visitor, id: &RegradeId) -> Result<(Regrade, Badge), ServiceError> {
    let tenant = visitor.tenant();
    let regrade = regrades::get(db, tenant, id)?.ok_or(ServiceError::NotFound("entry"))?;
    let badge = badges::get(db, tenant, &regrade.badge)?
        .filter(|badge| badge.course == visitor.course.id)
        .ok_or(ServiceError::NotFound("entry"))?;
    Ok((regrade, badge))
}

fn settled() -> ServiceError {
    AwardRefusal::RegradeSettled.into()
}

/// The award, as long as there is something to decide: what expired or was revoked meanwhile is settled by that.
fn still_held(db: &mut Db, regrade: &Regrade, now: DateTime<Utc>) -> Result<Award, ServiceError> {
    let award = awards::get(db, &regrade.tenant, &regrade.award)?;
    let award = award.ok_or(ServiceError::NotFound("award"))?;
    if award.standing(now).is_held() {
        Ok(award)
    } else {
        Err(settled())
    }
}

/// What fell, for whoever decides.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for one of another course,
/// [`ServiceError::Refused`] when it waits no more.
#[tracing::instrument(name = "regrades.case", level = "debug", skip_all, fields(regrade = id.as_str()))]
pub(crate) async fn case(cairn: &Cairn, visitor: &Visitor, id: &RegradeId) -> Result<Case, ServiceError> {
    visitor.teach()?;
    let (visitor, id, at) = (visitor.clone(), id.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let (regrade, badge) = own(db, &visitor, &id)?;
        if regrade.state != RegradeState::Open {
            return Err(settled());
        }
        let award = still_held(db, &regrade, at)?;
        let person = people::get(db, tenant, &regrade.person)?.ok_or(ServiceError::NotFound("student"))?;
        let one = std::slice::from_ref(&regrade.person);
        let mut current = decisions::records_for_people(db, tenant, &badge.course, one)?;
        Ok(Case {
            then: decisions::get(db, tenant, &award.decision)?.map(|stored| stored.decision),
            now: current.remove(&(badge.id.clone(), regrade.person.clone())),
            names: names::of_course(db, tenant, &badge.course)?,
            regrade,
            badge,
            person,
            award,
            at,
        })
    });
    found.await
}

/// What an instructor decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Revoke,
}

/// Decides, with a reason that stays in the audit log; of two at one moment only one does.
///
/// # Errors
/// As [`case`]; [`ServiceError::Policy`] for revoking where the institution leaves it to others; [`ServiceError::Refused`]
/// without a reason.
#[tracing::instrument(name = "regrades.settle", skip_all, fields(regrade = id.as_str()))]
pub(crate) async fn settle(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &RegradeId,
    verdict: Verdict,
    reason: &str,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let reason = awarding::check_reason(reason)?;
    let (context, visitor, id) = (IssuingContext::of(cairn), visitor.clone(), id.clone());
    let settled = cairn
        .store
        .write_retrying(move |db| settle_in(db, &context, &visitor, &id, verdict, &reason));
    settled.await
}

fn settle_in(
    db: &mut Db,
    context: &IssuingContext,
    visitor: &Visitor,
    id: &RegradeId,
    verdict: Verdict,
    reason: &str,
) -> Result<(), ServiceError> {
    let (tenant, now, random) = (visitor.tenant(), context.now, context.random.as_ref());
    let (regrade, badge) = own(db, visitor, id)?;
    still_held(db, &regrade, now)?;
    let state = match verdict {
        Verdict::Keep => {
            policies::require(db, visitor, Power::Review)?;
            RegradeState::Kept
        }
        Verdict::Revoke => {
            policies::require(db, visitor, Power::Revoke)?;
            RegradeState::Revoked
        }
    };
    if !regrades::decide(db, tenant, id, state, &visitor.person.id, reason, now)? {
        return Err(settled());
    }
    match verdict {
        Verdict::Revoke => {
            let which = std::slice::from_ref(&regrade.award);
            awarding::revoke_in(db, context, visitor, &badge.id, which, reason)?;
        }
        Verdict::Keep => {
            let entry = visitor.entry(Action::AwardKept, regrade.award.as_str(), now);
            let entry = entry.detail(json!({ "badge": badge.id, "reason": reason }));
            audit::record(db, &entry, random)?;
            if regrade.policy == Policy::Suspend {
                queue::decide_above(db, &badge, std::slice::from_ref(&regrade.person), now, random)?;
            }
        }
    }
    Ok(())
}
