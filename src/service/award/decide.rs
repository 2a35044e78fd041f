//! Deciding who earns a badge: facts in, decisions and awards out, in one transaction for each group of people.

use chrono::{DateTime, Utc};

use crate::domain::award::open_cycle;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::decision::Truth;
use crate::domain::evaluate::evaluate;
use crate::domain::facts::Facts;
use crate::domain::people::Enrolment;
use crate::domain::renewal;
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::award::regrades;
use crate::service::award::whole::{Whole, stands_in_course};
use crate::service::badge::grade_rows;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DecidePerson};
use crate::service::credential::signing::IssuingContext;
use crate::store::decisions::NewDecision;
use crate::store::{Db, StoreError, awards, badges, decisions, enrolments, facts, programmes, rules};

/// People in one transaction: few enough that nobody waits long for the database.
const GROUP: usize = 50;

/// What was decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) people: usize,
    /// New awards.
    pub(crate) awarded: usize,
}

/// Decides a badge for all learners of its course.
///
/// # Errors
/// What the store reports; what was decided before stays, and doing it again does no harm.
#[tracing::instrument(name = "decide.decide_badge", skip_all)]
pub(crate) async fn decide_badge(
    cairn: &Cairn,
    tenant: &TenantId,
    badge: &BadgeId,
    cause: Cause,
) -> Result<Decided, ServiceError> {
    let (owner, id) = (tenant.clone(), badge.clone());
    let learners = cairn.store.read(move |db| {
        let Some(badge) = badges::get(db, &owner, &id)? else {
            return Ok(Vec::new());
        };
        match Whole::of(db, &badge)? {
            Some(whole) => whole.people(db, &badge),
            None => enrolments::learners(db, &owner, &badge.course),
        }
    });
    let learners = learners.await?;
    let mut decided = Decided::default();
    for group in learners.chunks(GROUP) {
        let (context, group) = (IssuingContext::of(cairn), group.to_vec());
        let (tenant, badge) = (tenant.clone(), badge.clone());
        let step = cairn
            .store
            .write_retrying(move |db| decide_group(db, &context, &tenant, &badge, &group, cause));
        let step = step.await?;
        decided.people += step.people;
        decided.awarded += step.awarded;
    }
    Ok(decided)
}

/// Decides all badges of a course for one person.
///
/// # Errors
/// As [`decide_badge`].
#[tracing::instrument(name = "decide.decide_person", skip_all)]
pub(crate) async fn decide_person(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    cause: Cause,
) -> Result<Decided, ServiceError> {
    let (context, tenant) = (IssuingContext::of(cairn), tenant.clone());
    let (course, person) = (course.clone(), person.clone());
    let decided = cairn
        .store
        .write_retrying(move |db| decide_one(db, &context, &tenant, &course, &person, cause));
    decided.await
}

fn decide_one(
    db: &mut Db,
    context: &IssuingContext,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    cause: Cause,
) -> Result<Decided, ServiceError> {
    let mut decided = Decided::default();
    // Nobody is enrolled in the home of the institution: who may be awarded there is asked of each of its badges.
    if !may_be_awarded(db, tenant, course, person)? && programmes::home(db, tenant)?.as_ref() != Some(course)
    {
        return Ok(decided);
    }
    for badge in badges::for_course(db, tenant, course)? {
        let one = std::slice::from_ref(person);
        let step = decide_group(db, context, tenant, &badge.id, one, cause)?;
        decided.people += step.people;
        decided.awarded += step.awarded;
    }
    Ok(decided)
}

fn may_be_awarded(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<bool, StoreError> {
    let enrolment = enrolments::get(db, tenant, course, person)?;
    Ok(enrolment.as_ref().is_some_and(Enrolment::may_be_awarded))
}

/// Evaluates, records and awards for a few learners. The badge and its rule are read here, so that nothing is awarded
/// by a badge that was paused a moment ago.
fn decide_group(
    db: &mut Db,
    context: &IssuingContext,
    tenant: &TenantId,
    badge: &BadgeId,
    learners: &[PersonId],
    cause: Cause,
) -> Result<Decided, ServiceError> {
    let (now, random) = (context.now, context.random.as_ref());
    let Some(badge) = badges::get(db, tenant, badge)?.filter(|badge| badge.state == BadgeState::Active)
    else {
        return Ok(Decided::default());
    };
    let Some(rule) = rules::active(db, tenant, &badge.id)? else {
        return Ok(Decided::default());
    };
    let needs_row = grade_rows::needed(db, &badge, &rule)?;
    let whole = Whole::of(db, &badge)?;
    let known = match &whole {
        Some(whole) => whole.facts(db, &badge, learners)?,
        None => facts::for_people(db, tenant, &badge.course, &badge.id, learners)?,
    };
    let deciding = |facts: &Facts| {
        let version = whole.as_ref().and_then(|whole| whole.rule(facts, now));
        version.unwrap_or(&rule)
    };
    let new: Vec<NewDecision> = known
        .iter()
        .map(|(person, facts)| NewDecision {
            person: person.clone(),
            rule: deciding(facts).id.clone(),
            decision: evaluate(deciding(facts), facts, now),
        })
        .collect();
    let recorded = decisions::record_many(db, tenant, &badge.id, &new, cause, now, random)?;
    regrades::follow(db, context, &badge, &rule, &recorded)?;
    let mut signer = None;
    let mut prepared = Vec::new();
    for record in recorded.iter().filter(|record| record.outcome == Truth::Yes) {
        let Some(facts) = known.get(&record.person) else {
            continue;
        };
        let Some(decision) = new.iter().find(|one| one.person == record.person) else {
            continue;
        };
        let nothing_to_give = !badge.design.expiry.leaves_time(now) || settled(facts, &badge, now);
        if nothing_to_give || (needs_row && !facts.has_row()) {
            continue;
        }
        let latest = awards::latest(db, tenant, &badge.id, &record.person)?;
        let Some(cycle) = open_cycle(latest.as_ref(), now) else {
            continue;
        };
        let choice = badge.design.renewal;
        if renewal::lapsed(choice, &deciding(facts).root, facts, latest.as_ref(), now).is_some() {
            continue;
        }
        // Asked again here: a launch may have shown another role since the learners were listed, a part may have been revoked, and a
        // waiver taken back.
        let (person, decision) = (&record.person, &decision.decision);
        let given = match &whole {
            Some(whole) => whole.given(db, &badge, deciding(facts), person, decision, now)?,
            None if !may_be_awarded(db, tenant, &badge.course, person)? => continue,
            None => {
                stands_in_course(db, &badge, deciding(facts), person, decision, now)?.then(|| badge.clone())
            }
        };
        let Some(given) = given else {
            decide_again(db, &badge, person, cause, now, random)?;
            continue;
        };
        let signer = match &mut signer {
            Some(signer) => signer,
            none => none.insert(context.signer(db, tenant)?),
        };
        let made = signer.prepare(db, &given, person, cycle, decision, &record.id)?;
        prepared.extend(made);
    }
    let made = match signer {
        Some(signer) => signer.finish(db, prepared)?,
        None => Vec::new(),
    };
    let awarded: Vec<PersonId> = made.into_iter().map(|award| award.person).collect();
    queue::decide_above(db, &badge, &awarded, now, random)?;
    Ok(Decided {
        people: recorded.len(),
        awarded: awarded.len(),
    })
}

/// Has somebody decided anew about whom something changed while it was decided.
fn decide_again(
    db: &mut Db,
    badge: &Badge,
    person: &PersonId,
    cause: Cause,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let job = DecidePerson {
        course: badge.course.clone(),
        person: person.clone(),
        cause,
    };
    queue::enqueue(db, &badge.tenant, &job, now, now, random)
}

/// Whether the award that the person has leaves nothing to give.
fn settled(facts: &Facts, badge: &Badge, now: DateTime<Utc>) -> bool {
    let held = facts.held.get(&badge.id);
    held.is_some_and(|held| held.revoked || held.in_force(now))
}
