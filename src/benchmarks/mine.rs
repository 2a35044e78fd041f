//! A student of a large institution who looks at all their badges.

use rust_decimal::Decimal;

use super::school::{self, Earned, design};
use crate::domain::award::Award;
use crate::domain::badge::{Badge, BadgeState, Design};
use crate::domain::cause::Cause;
use crate::domain::course::{Course, Services};
use crate::domain::evaluate::evaluate_group;
use crate::domain::facts::Facts;
use crate::domain::membership::SeenAs;
use crate::domain::page::Page;
use crate::domain::rule::{Condition, Group, Need, Node};
use crate::ids::{AwardId, BadgeId, PersonId, RuleId, TenantId};
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::award::everywhere::{self, Asked, PAGE};
use crate::store::courses::CourseSeen;
use crate::store::decisions::NewDecision;
use crate::store::{Db, StoreError, awards, badges, courses, decisions, enrolments, people, rules};

/// Whose badges are looked at.
#[derive(Debug, Clone)]
pub(super) struct Known {
    tenant: TenantId,
    person: PersonId,
}

/// Badges of one course.
const OF_COURSE: usize = 20;
/// Badges that everybody was decided about, and holds.
const OF_EVERYBODY: usize = 2;

/// An institution with so many students, all of one course, and so many badges in courses of [`OF_COURSE`] each. The one who looks
/// earned `held` of them, and is on the way to as many.
pub(super) async fn set_up(cairn: &Cairn, students: usize, count: usize, held: usize) -> Known {
    let Earned { tenant, badge } = school::set_up(cairn, students).await;
    let owner = tenant.clone();
    let made = cairn.store.write(move |db| {
        let first = badges::get(db, &owner, &badge)?.unwrap();
        let at = courses::get(db, &owner, &first.course)?.unwrap();
        let people = enrolments::learners(db, &owner, &first.course)?;
        let person = people.first().unwrap().clone();
        let mut all = Vec::new();
        let mut course = at.clone();
        for n in 1..count {
            if n % OF_COURSE == 0 {
                course = another_course(db, &at, n, &person)?;
            }
            all.push(another_badge(db, &first, &course, n)?);
        }
        for (badge, rule) in all.iter().take(OF_EVERYBODY) {
            decide(db, &owner, badge, rule, &people)?;
            for one in &people {
                hold(db, &owner, badge, one)?;
            }
        }
        // From the other end, so that they are of many courses.
        for (n, (badge, rule)) in all.iter().rev().step_by(7).take(2 * held).enumerate() {
            decide(db, &owner, badge, rule, std::slice::from_ref(&person))?;
            if n % 2 == 0 {
                hold(db, &owner, badge, &person)?;
            }
        }
        Ok(person)
    });
    let person = made.await.unwrap();
    Known { tenant, person }
}

/// So many other students, all of one other course, and so many badges in courses of [`OF_COURSE`] each.
pub(super) async fn around(cairn: &Cairn, of: &Earned, students: usize, count: usize) {
    let (owner, badge) = (of.tenant.clone(), of.badge.clone());
    let made = cairn.store.write(move |db| {
        let first = badges::get(db, &owner, &badge)?.unwrap();
        let at = courses::get(db, &owner, &first.course)?.unwrap();
        let seen: Vec<people::PersonSeen> = (0..students)
            .map(|n| people::PersonSeen {
                sub: format!("around-{n}"),
                name: Some(format!("Student {n:06}")),
                email: None,
            })
            .collect();
        let now = first.created_at;
        let known = people::upsert_many(db, &owner, &at.registration, &seen, now, &SystemRandom)?;
        let person = known.first().unwrap().id.clone();
        let mut course = another_course(db, &at, 0, &person)?;
        let members: Vec<enrolments::Member> = known
            .into_iter()
            .map(|one| enrolments::Member {
                person: one.id,
                seen_as: SeenAs::Learner,
                active: true,
                teaches: false,
            })
            .collect();
        enrolments::set_from_roster(db, &owner, &course.id, &members, now)?;
        for n in 1..=count {
            if n % OF_COURSE == 0 {
                course = another_course(db, &at, n, &person)?;
            }
            another_badge(db, &first, &course, n)?;
        }
        Ok(())
    });
    made.await.unwrap();
}

fn another_course(db: &mut Db, like: &Course, n: usize, member: &PersonId) -> Result<Course, StoreError> {
    let at = like.checks.last_at.unwrap_or_default();
    let seen = CourseSeen {
        tenant: like.tenant.clone(),
        registration: like.registration.clone(),
        deployment: like.deployment.clone(),
        context_id: format!("course-{n}"),
        label: None,
        title: Some(format!("Course {n}")),
        services: Services::default(),
    };
    let course = courses::announced(db, &seen, at, &SystemRandom)?;
    let member = enrolments::Member {
        person: member.clone(),
        seen_as: SeenAs::Learner,
        active: true,
        teaches: false,
    };
    enrolments::set_from_roster(db, &course.tenant, &course.id, &[member], at)?;
    Ok(course)
}

fn another_badge(
    db: &mut Db,
    like: &Badge,
    course: &Course,
    n: usize,
) -> Result<(BadgeId, RuleId), StoreError> {
    let now = like.created_at;
    let badge = Badge {
        id: BadgeId::new(now, &SystemRandom),
        course: course.id.clone(),
        state: BadgeState::Draft,
        design: Design {
            name: format!("Step {n} of a long way"),
            hours: Some(Decimal::from(n % 40)),
            ..design()
        },
        active_rule: None,
        ..like.clone()
    };
    badges::insert(db, &badge)?;
    let id = RuleId::new(now, &SystemRandom);
    let rule = rules::save_draft(db, &badge.tenant, &badge.id, &root(), id, now)?;
    rules::activate(db, &badge.tenant, &rule.id, now)?;
    Ok((badge.id, rule.id))
}

fn root() -> Group {
    Group {
        need: Need::All,
        nodes: vec![Node::Condition(Condition::InstructorApproves)],
    }
}

/// Nobody is there yet.
fn decide(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    rule: &RuleId,
    people: &[PersonId],
) -> Result<(), StoreError> {
    let now = chrono::DateTime::UNIX_EPOCH;
    let decision = evaluate_group(&root(), 1, &Facts::default(), now);
    let new: Vec<NewDecision> = people
        .iter()
        .map(|person| NewDecision {
            person: person.clone(),
            rule: rule.clone(),
            decision: decision.clone(),
        })
        .collect();
    decisions::record_many(db, tenant, badge, &new, Cause::Activation, now, &SystemRandom)?;
    Ok(())
}

/// Gives it to somebody by hand, unsigned: nobody opens it here.
fn hold(db: &mut Db, tenant: &TenantId, badge: &BadgeId, person: &PersonId) -> Result<(), StoreError> {
    let now = chrono::DateTime::UNIX_EPOCH;
    let (record, _) =
        decisions::current(db, tenant, badge, person)?.ok_or(StoreError::Missing("decision"))?;
    let award = Award {
        id: AwardId::new(now, &SystemRandom),
        tenant: tenant.clone(),
        badge: badge.clone(),
        person: person.clone(),
        cycle: 1,
        decision: record.id,
        awarded_at: now,
        valid_until: None,
        revocation: None,
        suspended_since: None,
    };
    awards::insert_counting(db, &award, None)?;
    Ok(())
}

/// Reads the page of all their badges, as it is asked for; how many are earned, and how many on the way.
pub(super) async fn read(cairn: &Cairn, of: &Known, sought: Option<&str>) -> (i64, i64) {
    let (known, now) = (of.clone(), cairn.clock.now());
    let asked = Asked {
        sought: sought.map(str::to_owned),
        all_on_the_way: false,
        page: Page::first(PAGE),
    };
    let found = cairn
        .store
        .read(move |db| everywhere::read(db, &known.tenant, &known.person, &asked, now));
    let found = found.await.unwrap();
    (found.earned_in_all, found.on_the_way_in_all)
}
