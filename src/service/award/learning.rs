//! What a student has, what is missing, and what comes next: the same rules and facts that decide, read for one person.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, open_cycle};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::course::{Checks, Course, End};
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::evaluate::evaluate;
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::Facts;
use crate::domain::people::Enrolment;
use crate::domain::renewal::{self, Means, Waits};
use crate::domain::rule::{Condition, Rule};
use crate::domain::sentence::{Names, Progress, progress};
use crate::ids::{ActivityId, BadgeId, TenantId};
use crate::service::Cairn;
use crate::service::award::everywhere::{Part, gather, is_stack, parts_at};
use crate::service::badge::design::not_earnable;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::queue::{BackgroundJob as _, CheckCourse};
use crate::service::base::session::Visitor;
use crate::store::{
    Db, StoreError, approvals, awards, badges, decisions, enrolments, facts, jobs, programmes, rules,
};

/// One badge and how a person stands towards it now.
#[derive(Debug, Clone)]
pub(crate) struct MyBadge {
    pub(crate) badge: Badge,
    /// The latest award, whatever became of it.
    pub(crate) award: Option<Award>,
    /// The active rule with this person's facts; none for a retired badge.
    pub(crate) decision: Option<Decision>,
    /// The badges that it is made of, where its rule asks for badges and nothing else.
    pub(crate) parts: Vec<Part>,
    /// Whether nobody can earn it at present, because a column that its rule names is not read from any source.
    pub(crate) is_blocked: bool,
    /// Whether it can (still or again) be earned.
    pub(crate) open: bool,
    /// What is awaited, once the award has lapsed, before it is awarded again; for those who meet the rule.
    pub(crate) waits: Option<Waits>,
}

/// Everything that a student's pages show.
#[derive(Debug, Clone)]
pub(crate) struct Learning {
    pub(crate) now: DateTime<Utc>,
    pub(crate) checks: Checks,
    pub(crate) names: Names,
    /// Those that can be earned or were, by name.
    pub(crate) badges: Vec<MyBadge>,
    /// Whether this person may be awarded badges here.
    pub(crate) may_earn: bool,
    /// Whether a teacher has to say first whether this person is a student.
    pub(crate) waits: bool,
    /// Whether the course is being read for the first time.
    pub(crate) first_reading: bool,
    /// How this course ended, if it did.
    pub(crate) ended: Option<End>,
    /// What this person earned in other courses of the platform, whatever became of those: the latest award of each
    /// badge, newest first.
    pub(crate) elsewhere: Vec<(Award, Badge, Course)>,
}

impl MyBadge {
    /// Whether it is earned by other badges alone.
    #[must_use]
    pub(crate) fn is_stack(&self) -> bool {
        !self.parts.is_empty()
    }

    /// How much of it is there.
    #[must_use]
    pub(crate) fn progress(&self) -> Progress {
        self.decision
            .as_ref()
            .map_or(Progress { met: 0, needed: 0 }, progress)
    }

    /// The evidence activity where this person can do the next step: changes that were asked for come first. For a badge
    /// that is met and is renewed by newer work, the first that it asks for.
    #[must_use]
    pub(crate) fn hand_in(&self) -> Option<&ActivityId> {
        let tree = &self.decision.as_ref()?.tree;
        if let Some(Waits::Newer(means)) = &self.waits
            && means.contains(&Means::HandIn)
        {
            return first_activity(tree);
        }
        let mut open = Vec::new();
        gather_open(tree, &mut open);
        open.into_iter()
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, activity)| activity)
    }
}

fn first_activity(group: &CheckedGroup) -> Option<&ActivityId> {
    group.nodes.iter().find_map(|node| match node {
        CheckedNode::Group(inner) => first_activity(inner),
        CheckedNode::Condition(checked) => match &checked.condition {
            Condition::EvidenceApproved { activity } => Some(activity),
            _ => None,
        },
    })
}

fn gather_open<'a>(group: &'a CheckedGroup, open: &mut Vec<(u8, &'a ActivityId)>) {
    if group.truth == Truth::Yes {
        return;
    }
    for node in &group.nodes {
        match node {
            CheckedNode::Group(inner) => gather_open(inner, open),
            CheckedNode::Condition(checked) => {
                let Condition::EvidenceApproved { activity } = &checked.condition else {
                    continue;
                };
                let rank = match &checked.seen {
                    Seen::Evidence {
                        state: SubmissionState::ChangesAsked,
                        ..
                    } => 0,
                    Seen::NothingHandedIn => 1,
                    _ => continue,
                };
                open.push((rank, activity));
            }
        }
    }
}

impl Learning {
    /// The badges that can be earned, the nearest first: the largest share met, then the fewest conditions missing. Stacks are a list
    /// of their own.
    #[must_use]
    pub(crate) fn on_the_way(&self) -> Vec<&MyBadge> {
        let open = self.badges.iter().filter(|badge| badge.open && !badge.is_stack());
        let mut open: Vec<&MyBadge> = open.collect();
        open.sort_by_key(|badge| {
            let Progress { met, needed } = badge.progress();
            let share = (met * 1_000).checked_div(needed).unwrap_or(0);
            (std::cmp::Reverse(share), needed.saturating_sub(met))
        });
        open
    }

    /// The stacks that can be earned, by name as all badges are.
    pub(crate) fn stacks(&self) -> impl Iterator<Item = &MyBadge> {
        self.badges.iter().filter(|badge| badge.open && badge.is_stack())
    }

    /// The badges that were earned, the latest first.
    #[must_use]
    pub(crate) fn earned(&self) -> Vec<(&MyBadge, &Award)> {
        let mut earned: Vec<_> = self
            .badges
            .iter()
            .filter_map(|badge| badge.award.as_ref().map(|award| (badge, award)))
            .collect();
        earned.sort_by_key(|(_, award)| std::cmp::Reverse(award.awarded_at));
        earned
    }
}

/// The badges of the visit's course, as the visitor stands towards them.
#[tracing::instrument(name = "learning.of_visitor", level = "debug", skip_all)]
pub(crate) async fn of_visitor(cairn: &Cairn, visitor: &Visitor) -> Result<Learning, ServiceError> {
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    cairn.store.read_with(move |db| read(db, &visitor, now)).await
}

/// What was seen when a rule led to an award; none where it was given otherwise, or nothing is kept of that.
#[tracing::instrument(name = "learning.when_earned", level = "debug", skip_all, fields(award = award.id.as_str()))]
pub(crate) async fn when_earned(cairn: &Cairn, award: &Award) -> Result<Option<Decision>, ServiceError> {
    let (tenant, id) = (award.tenant.clone(), award.decision.clone());
    let found = cairn.store.read(move |db| decisions::get(db, &tenant, &id));
    let decision = found.await?.map(|record| record.decision);
    Ok(decision.filter(|decision| decision.outcome == Truth::Yes))
}

/// As [`of_visitor`], for whoever reads already.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn read(
    db: &mut Db,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<Learning, ServiceError> {
    let (tenant, course, person) = (visitor.tenant(), &visitor.course, &visitor.person.id);
    let enrolment = enrolments::get(db, tenant, &course.id, person)?;
    let may_earn = enrolment.as_ref().is_some_and(Enrolment::may_be_awarded);
    let ended = course.life.end();
    let elsewhere = awards::latest_elsewhere(db, tenant, person, &course.id)?;
    let waits = !may_earn && enrolment.as_ref().is_some_and(Enrolment::may_be_a_student);
    let learns = may_earn || waits;
    let first_reading = course.checks.last_at.is_none()
        && jobs::is_under_way(db, tenant, CheckCourse::NAME, course.id.as_str(), now)?;
    let known = badges::for_course(db, tenant, &course.id)?;
    if known.is_empty() {
        return Ok(Learning {
            now,
            checks: course.checks.clone(),
            names: Names {
                zone: visitor.zone(),
                ..Names::default()
            },
            badges: Vec::new(),
            may_earn,
            waits,
            first_reading,
            ended,
            elsewhere,
        });
    }
    let names = names::with_badges(db, tenant, &course.id, &known)?;
    let mut latest: HashMap<BadgeId, Award> = HashMap::new();
    for award in awards::for_person(db, tenant, person)? {
        let slot = latest.entry(award.badge.clone()).or_insert_with(|| award.clone());
        if slot.cycle < award.cycle {
            *slot = award;
        }
    }
    let active = rules::all_active_for_course(db, tenant, &course.id)?;
    let by_badge: HashMap<&BadgeId, &Rule> = active.iter().map(|rule| (&rule.badge, rule)).collect();
    let mut facts = match known.first() {
        Some(first) if learns => facts::for_person(db, tenant, &course.id, &first.id, person)?,
        _ => Facts::default(),
    };
    let blocked = not_earnable(db, &known)?;
    let mut mine = Vec::new();
    for badge in known {
        let award = latest.remove(&badge.id);
        let lives = match badge.state {
            BadgeState::Active => true,
            // A copied badge whose rule lacks something rests before it was ever active: a draft to its students.
            BadgeState::Paused { .. } => badge.active_rule.is_some(),
            BadgeState::Draft | BadgeState::Retired => false,
        };
        if !lives && award.is_none() {
            continue;
        }
        let rule = by_badge.get(&badge.id).filter(|_| lives);
        let asks = |rule: &Rule| rule.root.conditions().contains(&&Condition::InstructorApproves);
        // Approvals alone are a badge's own; all other facts are the same for every badge of the course.
        facts.approval = match rule {
            Some(rule) if learns && asks(rule) => approvals::get(db, tenant, &badge.id, person)?,
            _ => None,
        };
        let decision = rule.map(|rule| evaluate(rule, &facts, now));
        let is_met = decision
            .as_ref()
            .is_some_and(|decision| decision.outcome == Truth::Yes);
        let ends = award
            .as_ref()
            .filter(|award| is_met && award.valid_until.is_some());
        let choice = badge.design.renewal;
        mine.push(MyBadge {
            open: lives && open_cycle(award.as_ref(), now).is_some(),
            waits: rule
                .zip(ends)
                .and_then(|(rule, last)| renewal::waits(choice, &rule.root, &facts, last, now)),
            decision,
            parts: Vec::new(),
            is_blocked: blocked.iter().any(|(id, _)| *id == badge.id) && !is_met,
            badge,
            award,
        });
    }
    give_parts(db, tenant, &mut mine)?;
    Ok(Learning {
        now,
        checks: course.checks.clone(),
        names,
        badges: mine,
        may_earn,
        waits,
        first_reading,
        ended,
        elsewhere,
    })
}

/// Says of each stack what it is made of.
fn give_parts(db: &mut Db, tenant: &TenantId, mine: &mut [MyBadge]) -> Result<(), StoreError> {
    let mut below = BTreeSet::new();
    for decision in mine.iter().filter_map(|badge| badge.decision.as_ref()) {
        if is_stack(&decision.tree) {
            gather(&decision.tree, &mut |badge, _| {
                below.insert(badge.clone());
            });
        }
    }
    if below.is_empty() {
        return Ok(());
    }
    let called = badges::names_of(db, tenant, &below)?;
    let below: Vec<BadgeId> = below.into_iter().collect();
    let offered = programmes::named(db, tenant, &below)?;
    for stack in mine {
        if let Some(decision) = stack
            .decision
            .as_ref()
            .filter(|decision| is_stack(&decision.tree))
        {
            stack.parts = parts_at(&stack.badge.course, decision, &called, &offered);
        }
    }
    Ok(())
}
