//! Deciding who earns a badge: facts in, decisions and awards out, in one transaction for each group of people.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::award::open_cycle;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::decision::Truth;
use crate::domain::evaluate::evaluate;
use crate::domain::facts::Facts;
use crate::domain::people::Enrolment;
use crate::domain::rule::Rule;
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};
use crate::lti::capabilities::RosterLearners;
use crate::random::Random;
use crate::service::Cairn;
use crate::service::award::Desk;
use crate::service::error::ServiceError;
use crate::service::regrades;
use crate::store::decisions::NewDecision;
use crate::store::jobs::{self, NewJob};
use crate::store::{
    Db, StoreError, awards, badges, courses, decisions, enrolments, facts, registrations, rules,
};

/// The job that decides one badge for all learners of its course.
pub const DECIDE_BADGE: &str = "decide_badge";
/// The job that decides all badges of a course for one person.
pub const DECIDE_PERSON: &str = "decide_person";

/// People in one transaction: few enough that nobody waits long for the database.
const GROUP: usize = 50;
/// How often a transaction is tried that others stand in the way of.
const TRIES: usize = 4;

/// What was decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decided {
    pub people: usize,
    /// New awards.
    pub awarded: usize,
}

/// Has a badge decided for all its learners: after its activation, for instance. Run it in the transaction of what
/// made it necessary.
///
/// # Errors
/// What the store reports.
pub fn enqueue_badge(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    enqueue_badge_for(db, tenant, badge, "activation", now, random)
}

/// As [`enqueue_badge`], with the word that the decisions will name as their cause.
///
/// # Errors
/// What the store reports.
pub fn enqueue_badge_for(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    cause: &str,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let job = NewJob {
        tenant: tenant.clone(),
        kind: DECIDE_BADGE.to_owned(),
        key: badge.to_string(),
        payload: json!({ "badge": badge, "cause": cause }),
        run_at: now,
        lane: None,
    };
    jobs::enqueue(db, &job, now, random).map(drop)
}

/// Has all badges of a course decided for one person: after a fact about this person changed. Run it in the
/// transaction that changes the fact.
///
/// # Errors
/// What the store reports.
pub fn enqueue_person(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    enqueue_person_for(db, tenant, course, person, "fact", now, random)
}

/// As [`enqueue_person`], with the word that the decisions will name as their cause.
///
/// # Errors
/// What the store reports.
pub fn enqueue_person_for(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    cause: &str,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let job = NewJob {
        tenant: tenant.clone(),
        kind: DECIDE_PERSON.to_owned(),
        key: format!("{course}/{person}"),
        payload: json!({ "course": course, "person": person, "cause": cause }),
        run_at: now,
        lane: None,
    };
    jobs::enqueue(db, &job, now, random).map(drop)
}

/// Decides a badge for all learners of its course.
///
/// # Errors
/// What the store reports; what was decided before stays, and doing it again does no harm.
pub async fn decide_badge(
    cairn: &Cairn,
    tenant: &TenantId,
    badge: &BadgeId,
    cause: &str,
) -> Result<Decided, ServiceError> {
    let (owner, id) = (tenant.clone(), badge.clone());
    let learners = cairn.store.read(move |db| {
        let Some(badge) = badges::get(db, &owner, &id)? else {
            return Ok(Vec::new());
        };
        enrolments::learners(db, &owner, &badge.course)
    });
    let learners = learners.await?;
    let mut decided = Decided::default();
    for group in learners.chunks(GROUP) {
        let step = tried(cairn, || {
            let (desk, group) = (Desk::of(cairn), group.to_vec());
            let (tenant, badge, cause) = (tenant.clone(), badge.clone(), cause.to_owned());
            move |db: &mut Db| decide_group(db, &desk, &tenant, &badge, &group, &cause)
        });
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
pub async fn decide_person(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    cause: &str,
) -> Result<Decided, ServiceError> {
    let decided = tried(cairn, || {
        let (desk, tenant, course) = (Desk::of(cairn), tenant.clone(), course.clone());
        let (person, cause) = (person.clone(), cause.to_owned());
        move |db: &mut Db| decide_one(db, &desk, &tenant, &course, &person, &cause)
    });
    decided.await
}

/// Runs `work` in a transaction, again when another one stood in its way.
async fn tried<T, F>(cairn: &Cairn, work: impl Fn() -> F) -> Result<T, ServiceError>
where
    T: Send + 'static,
    F: FnOnce(&mut Db) -> Result<T, ServiceError> + Send + 'static,
{
    for _ in 1..TRIES {
        match cairn.store.write_with(work()).await {
            Err(ServiceError::Store(StoreError::Busy)) => {}
            done => return done,
        }
    }
    cairn.store.write_with(work()).await
}

fn decide_one(
    db: &mut Db,
    desk: &Desk,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    cause: &str,
) -> Result<Decided, ServiceError> {
    let mut decided = Decided::default();
    if !may_be_awarded(db, tenant, course, person)? {
        return Ok(decided);
    }
    for badge in badges::for_course(db, tenant, course)? {
        let one = std::slice::from_ref(person);
        let step = decide_group(db, desk, tenant, &badge.id, one, cause)?;
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
    desk: &Desk,
    tenant: &TenantId,
    badge: &BadgeId,
    learners: &[PersonId],
    cause: &str,
) -> Result<Decided, ServiceError> {
    let (now, random) = (desk.now, desk.random.as_ref());
    let Some(badge) = badges::get(db, tenant, badge)?.filter(|badge| badge.state == BadgeState::Active)
    else {
        return Ok(Decided::default());
    };
    let Some(rule) = rules::active(db, tenant, &badge.id)? else {
        return Ok(Decided::default());
    };
    let needs_row = grades_need_a_row(db, &badge, &rule)?;
    let known = facts::for_people(db, tenant, &badge.course, &badge.id, learners)?;
    let new: Vec<NewDecision> = known
        .iter()
        .map(|(person, facts)| NewDecision {
            person: person.clone(),
            rule: rule.id.clone(),
            decision: evaluate(&rule, facts, now),
        })
        .collect();
    let recorded = decisions::record_many(db, tenant, &badge.id, &new, cause, now, random)?;
    regrades::follow(db, desk, &badge, &rule, &recorded)?;
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
        if nothing_to_give || (needs_row && facts.grades.is_empty()) {
            continue;
        }
        let latest = awards::latest(db, tenant, &badge.id, &record.person)?;
        let Some(cycle) = open_cycle(latest.as_ref(), now) else {
            continue;
        };
        // Asked again here: a launch may have shown another role since the learners were listed.
        if !may_be_awarded(db, tenant, &badge.course, &record.person)? {
            continue;
        }
        let signer = match &mut signer {
            Some(signer) => signer,
            none => none.insert(desk.signer(db, tenant)?),
        };
        let made = signer.prepare(db, &badge, &record.person, cycle, &decision.decision, &record.id)?;
        prepared.extend(made);
    }
    let made = match signer {
        Some(signer) => signer.finish(db, prepared)?,
        None => Vec::new(),
    };
    let awarded: Vec<PersonId> = made.into_iter().map(|award| award.person).collect();
    enqueue_above(db, &badge, &awarded, desk)?;
    Ok(Decided {
        people: recorded.len(),
        awarded: awarded.len(),
    })
}

/// Whether the award that the person has leaves nothing to give.
fn settled(facts: &Facts, badge: &Badge, now: DateTime<Utc>) -> bool {
    let held = facts.held.get(&badge.id);
    held.is_some_and(|held| held.revoked || held.in_force(now))
}

/// Whether whoever has no result row at all is not awarded by grades: where teachers may be listed as learners, only the
/// gradebook tells them from students.
pub(super) fn grades_need_a_row(db: &mut Db, badge: &Badge, rule: &Rule) -> Result<bool, StoreError> {
    if rule.root.line_items().next().is_none() {
        return Ok(false);
    }
    let Some(course) = courses::get(db, &badge.tenant, &badge.course)? else {
        return Ok(true);
    };
    let platform = registrations::get(db, &badge.tenant, &course.registration)?;
    Ok(platform
        .is_none_or(|platform| platform.capabilities().roster_learners == RosterLearners::StudentsAndStaff))
}

/// Has the badges decided that build on one that was just earned.
pub(super) fn enqueue_above(
    db: &mut Db,
    badge: &Badge,
    earned_by: &[PersonId],
    desk: &Desk,
) -> Result<(), StoreError> {
    if earned_by.is_empty() {
        return Ok(());
    }
    let (tenant, now, random) = (&badge.tenant, desk.now, desk.random.as_ref());
    let above = rules::badges_building_on(db, tenant, &badge.id)?;
    if earned_by.len() > 5 {
        for id in above {
            enqueue_badge_for(db, tenant, &id, "award", now, random)?;
        }
        return Ok(());
    }
    let mut places = HashSet::new();
    for id in above {
        if let Some(one) = badges::get(db, tenant, &id)? {
            places.insert(one.course);
        }
    }
    for course in places {
        for person in earned_by {
            enqueue_person_for(db, tenant, &course, person, "award", now, random)?;
        }
    }
    Ok(())
}
