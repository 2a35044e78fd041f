//! The dry run on the gradebook as it was last read, and the activation that confirms it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::external::{self, External};
use super::own_badge;
use super::rule::{accept_maxima, names, review_in};
use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::cause::Cause;
use crate::domain::course::LineItemState;
use crate::domain::decision::{Decision, Truth};
use crate::domain::design_review::RuleProblem;
use crate::domain::dry_run::{DryRun, Learner, dry_run};
use crate::domain::evaluate::{evaluate, outcome};
use crate::domain::facts::{Facts, GradeSource};
use crate::domain::membership::Membership;
use crate::domain::outside::OutsideColumn;
use crate::domain::people::{Enrolment, Person};
use crate::domain::policy::Power;
use crate::domain::release::Release;
use crate::domain::rule::{Rule, RuleState};
use crate::domain::sentence::{Names, sentence_in_full};
use crate::ids::{BadgeId, LineItemId, OutsideColumnId, PersonId};
use crate::service::Cairn;
use crate::service::badge::grade_rows;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, BackgroundJob as _, CheckCourse, DecideBadge};
use crate::service::base::session::Visitor;
use crate::service::base::trouble::Trouble;
use crate::store::{
    Db, StoreError, audit, awards, badges, courses, enrolments, facts, jobs, line_items, outside, people,
    readings, releases, rules,
};

/// What a rule would do, with everything that a page says about it.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) now: DateTime<Utc>,
    pub(crate) badge: Badge,
    /// The version that was tried, the draft or else the active one, as a sentence.
    pub(crate) sentence: String,
    pub(crate) run: DryRun,
    /// People about whom a teacher is asked: they are not among the learners of the run.
    pub(crate) in_doubt: usize,
    pub(crate) names: Names,
    /// Everybody that the run names.
    pub(crate) people: HashMap<PersonId, Person>,
    /// How each person stands, to say why.
    pub(crate) decisions: HashMap<PersonId, Decision>,
    /// Those who meet it and are not awarded by themselves: a teacher is asked whether they are students.
    pub(crate) unanswered: Vec<PersonId>,
    /// What keeps it from being activated.
    pub(crate) blocking: Vec<Blocking>,
    /// Whether there is anything to activate.
    pub(crate) can_activate: bool,
    /// When the course was last read.
    pub(crate) read_at: Option<DateTime<Utc>>,
    /// Whether a newer check brought no news.
    pub(crate) failed_since: bool,
    /// When the grades count that it reads: each column by its name.
    pub(crate) counting: Vec<(String, Release)>,
    /// Those of them of which the LMS says what is released, whatever was chosen here.
    pub(crate) told_by_lms: Vec<String>,
    /// Columns with grades that students do not see yet, and how many; whose they are and what they say is known nowhere.
    pub(crate) unseen: Vec<(String, u64)>,
    /// When the LMS itself was read last, where the rule names a column of it: that is no check of the course.
    pub(crate) lms_read_at: Option<DateTime<Utc>>,
    /// Columns that it names and that are read no more, by their names.
    pub(crate) unread: Vec<String>,
    /// Whether it is being read for the first time.
    pub(crate) first_reading: bool,
    /// Whether badges of other issuers can count, where it asks for one.
    pub(crate) external: External,
}

/// What keeps a rule from being activated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Blocking {
    Rule(RuleProblem),
    /// The badge's time of validity is over, so it awards nothing.
    TimeOver,
    /// The course is being read for the first time.
    BeingRead,
    /// The course has not been read yet, and is not being read.
    NeverRead,
    /// The badge is retired.
    Retired,
}

/// What became of an activation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Activated {
    Done,
    /// What would happen is not what was confirmed: the number that it is now.
    Changed(usize),
    /// The rule cannot be activated, for these reasons.
    Blocked(Vec<Blocking>),
}

/// Tries the draft of a badge (or, without one, its active rule) on the course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course or one
/// without any rule.
#[tracing::instrument(name = "trial.trial", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn trial(cairn: &Cairn, visitor: &Visitor, id: &BadgeId) -> Result<Trial, ServiceError> {
    visitor.teach()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let tried = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        let (rule, active) = to_try(db, &badge)?;
        let learners = learners(db, &badge, &rule, now)?;
        let names = names(db, &badge)?;
        let mut run = dry_run(&rule, active.as_ref(), &learners, &names, now);
        if !badge.design.expiry.leaves_time(now) {
            run.close(&rule);
        }
        let asked = enrolments::asked(db, visitor.tenant(), &badge.course)?.into_iter();
        let waits = |(_, one): &(Person, Enrolment)| matches!(one.membership(), Membership::Waits(_));
        let in_doubt: Vec<PersonId> = asked.filter(waits).map(|(person, _)| person.id).collect();
        let unanswered = unanswered(db, &badge, &rule, &in_doubt, now)?;
        let listed = learners.iter().map(|learner| &learner.person);
        let ids: Vec<PersonId> = listed.chain(&unanswered).cloned().collect();
        let course = courses::get(db, visitor.tenant(), &badge.course)?;
        let problem = course
            .as_ref()
            .and_then(|course| course.checks.problem.as_deref());
        let failed_since = problem.is_some_and(|problem| Trouble::read(problem).brought_no_news());
        let read_at = course.and_then(|course| course.checks.last_at);
        let columns = columns_named(db, &badge, &rule, &names)?;
        let of_lms = of_lms(db, &badge, &rule, &names)?;
        Ok(Trial {
            in_doubt: in_doubt.len(),
            external: external::of_rule(db, &visitor, &rule)?,
            first_reading: read_at.is_none() && is_being_read(db, &badge, now)?,
            now,
            blocking: blocking(db, &badge, &rule, now)?,
            can_activate: may_activate(&badge, &rule),
            sentence: sentence_in_full(&rule.root, &names),
            people: people::by_ids(db, visitor.tenant(), &ids)?,
            decisions: learners
                .iter()
                .map(|learner| (learner.person.clone(), evaluate(&rule, &learner.facts, now)))
                .collect(),
            read_at,
            failed_since,
            unanswered,
            counting: columns.counting,
            told_by_lms: columns.told_by_lms,
            unseen: of_lms.unseen,
            lms_read_at: of_lms.read_at,
            unread: columns.unread,
            badge,
            run,
            names,
        })
    });
    tried.await
}

/// The columns that a rule names, each once, by its name.
struct Named {
    /// Those that are read, and when their grades count.
    counting: Vec<(String, Release)>,
    told_by_lms: Vec<String>,
    unread: Vec<String>,
}

/// What the interface of the LMS tells of what a rule reads.
#[derive(Default)]
struct OfLms {
    /// The columns in which there are grades that students do not see yet.
    unseen: Vec<(String, u64)>,
    /// When it was read last, where the rule names a column of it.
    read_at: Option<DateTime<Utc>>,
}

/// How many grades students do not see yet in the columns of a rule that the LMS tells of, by their names. Whose they are nobody
/// knows.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn unseen(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    names: &Names,
) -> Result<Vec<(String, u64)>, StoreError> {
    Ok(of_lms(db, badge, rule, names)?.unseen)
}

fn of_lms(db: &mut Db, badge: &Badge, rule: &Rule, names: &Names) -> Result<OfLms, StoreError> {
    let (tenant, course) = (&badge.tenant, &badge.course);
    let columns = outside::columns(db, tenant, course)?;
    if !columns
        .iter()
        .any(|column| column.rest.as_ref().is_some_and(|rest| rest.is_on))
    {
        return Ok(OfLms::default());
    }
    let known = readings::of_course(db, tenant, course)?.unwrap_or_default();
    let (whole, changes) = (known.done.whole, known.done.changes);
    let unseen_in = known
        .coverage
        .map(|coverage| coverage.unseen_in)
        .unwrap_or_default();
    let is_of_lms = |id: &OutsideColumnId| {
        let mut all = columns.iter();
        all.any(|column| column.id == *id && column.rest.is_some())
    };
    let reads_it = rule.root.outside_columns().any(is_of_lms);
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for column in rule.root.outside_columns() {
        let name = names.elsewhere(column);
        found.extend(unseen_in.get(column).map(|count| (name, *count)));
    }
    for item in rule.root.line_items() {
        let is_it = |column: &&OutsideColumn| {
            let ours = column.rest.as_ref().and_then(|rest| rest.ours.as_ref());
            ours == Some(item)
        };
        let column = columns.iter().find(is_it);
        let count = column.and_then(|column| unseen_in.get(&column.id));
        found.extend(count.map(|count| (names.line_item(item), *count)));
    }
    // Of what Moodle hides no change tells.
    let tells_by_changes =
        found.is_empty() || columns.iter().all(|one| one.source != GradeSource::RestMoodle);
    let read_at = if tells_by_changes {
        whole.max(changes)
    } else {
        whole
    };
    Ok(OfLms {
        unseen: found.into_iter().collect(),
        read_at: read_at.filter(|_| reads_it),
    })
}

fn columns_named(db: &mut Db, badge: &Badge, rule: &Rule, names: &Names) -> Result<Named, StoreError> {
    let releases = releases::for_course(db, &badge.tenant, &badge.course)?;
    let all = line_items::for_course(db, &badge.tenant, &badge.course)?.into_iter();
    let gone: HashSet<LineItemId> = all
        .filter(|item| item.state == LineItemState::Gone)
        .map(|item| item.id)
        .collect();
    let mut told: Vec<&LineItemId> = Vec::new();
    let mut named = Named {
        counting: Vec::new(),
        told_by_lms: Vec::new(),
        unread: Vec::new(),
    };
    for item in rule.root.line_items() {
        if told.contains(&item) {
            continue;
        }
        told.push(item);
        let name = names.line_item(item);
        if gone.contains(item) {
            named.unread.push(name);
        } else if releases.told_by_lms.contains(item) {
            named.told_by_lms.push(name);
        } else {
            named.counting.push((name, releases.of(item)));
        }
    }
    Ok(named)
}

/// A draft; or the version of a badge that rests, once what made it rest is mended.
fn may_activate(badge: &Badge, rule: &Rule) -> bool {
    match badge.state {
        BadgeState::Retired => false,
        BadgeState::Paused { .. } => true,
        BadgeState::Draft | BadgeState::Active => rule.state == RuleState::Draft,
    }
}

/// What keeps a rule from being activated.
fn blocking(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    now: DateTime<Utc>,
) -> Result<Vec<Blocking>, ServiceError> {
    let review = review_in(db, badge, &rule.root)?.into_iter();
    let mut blocking: Vec<Blocking> = review.map(Blocking::Rule).collect();
    if !badge.design.expiry.leaves_time(now) {
        blocking.push(Blocking::TimeOver);
    }
    let course = courses::get(db, &badge.tenant, &badge.course)?;
    if course.is_none_or(|course| course.checks.last_at.is_none()) {
        blocking.push(if is_being_read(db, badge, now)? {
            Blocking::BeingRead
        } else {
            Blocking::NeverRead
        });
    }
    Ok(blocking)
}

fn is_being_read(db: &mut Db, badge: &Badge, now: DateTime<Utc>) -> Result<bool, StoreError> {
    jobs::is_under_way(db, &badge.tenant, CheckCourse::NAME, badge.course.as_str(), now)
}

/// The version to try, and the active one to compare it with.
pub(in crate::service) fn to_try(db: &mut Db, badge: &Badge) -> Result<(Rule, Option<Rule>), ServiceError> {
    let active = rules::active(db, &badge.tenant, &badge.id)?;
    match rules::draft(db, &badge.tenant, &badge.id)? {
        Some(draft) => Ok((draft, active)),
        None => Ok((active.ok_or(ServiceError::NotFound("rule"))?, None)),
    }
}

/// Everybody who may be awarded, with facts. In Moodle a member without a single result row is not awarded by grades, so they
/// are not among those who would be.
fn learners(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    now: DateTime<Utc>,
) -> Result<Vec<Learner>, ServiceError> {
    let tenant = &badge.tenant;
    let may: HashSet<PersonId> = enrolments::learners(db, tenant, &badge.course)?
        .into_iter()
        .collect();
    let needs_row = grade_rows::needed(db, badge, rule)?;
    let mut latest = awards::latest_for_badge(db, tenant, &badge.id)?;
    let known = facts::for_course(db, tenant, &badge.course, &badge.id)?;
    let mut learners = Vec::with_capacity(may.len());
    for (person, facts) in known {
        if may.contains(&person) && !is_left_out(needs_row, rule, &facts, now) {
            learners.push(Learner {
                renewal: badge.design.renewal,
                latest: latest.remove(&person),
                person,
                facts,
            });
        }
    }
    Ok(learners)
}

/// Whether somebody meets a rule who is not awarded by it, because the gradebook has no row of them and it needs one.
pub(super) fn is_left_out(needs_row: bool, rule: &Rule, facts: &Facts, now: DateTime<Utc>) -> bool {
    needs_row && !facts.has_row() && outcome(&rule.root, facts, now) == Truth::Yes
}

/// Of these people, about whom a teacher is asked, those who meet the rule and hold nothing of it.
fn unanswered(
    db: &mut Db,
    badge: &Badge,
    rule: &Rule,
    in_doubt: &[PersonId],
    now: DateTime<Utc>,
) -> Result<Vec<PersonId>, ServiceError> {
    if in_doubt.is_empty() {
        return Ok(Vec::new());
    }
    let known = facts::for_people(db, &badge.tenant, &badge.course, &badge.id, in_doubt)?;
    let meets = |facts: &Facts| {
        let holds = facts.held.get(&badge.id).is_some_and(|held| held.in_force(now));
        !holds && outcome(&rule.root, facts, now) == Truth::Yes
    };
    let mut people = in_doubt.to_vec();
    people.retain(|person| known.get(person).is_some_and(meets));
    Ok(people)
}

/// How many miss a badge narrowly.
pub(super) fn near(db: &mut Db, badge: &Badge, now: DateTime<Utc>) -> Result<usize, ServiceError> {
    let Some(rule) = rules::active(db, &badge.tenant, &badge.id)? else {
        return Ok(0);
    };
    let learners = learners(db, badge, &rule, now)?;
    Ok(dry_run(&rule, None, &learners, &Names::default(), now).near.len())
}

/// How many more a badge would award if the grades of one column were released.
pub(in crate::service) fn awarded_by_release(
    db: &mut Db,
    badge: &Badge,
    item: &LineItemId,
    now: DateTime<Utc>,
) -> Result<usize, ServiceError> {
    let active = rules::active(db, &badge.tenant, &badge.id)?;
    let gives = badge.state == BadgeState::Active && badge.design.expiry.leaves_time(now);
    let Some(rule) = active.filter(|_| gives) else {
        return Ok(0);
    };
    let mut learners = learners(db, badge, &rule, now)?;
    let number = |learners: &[Learner]| dry_run(&rule, None, learners, &Names::default(), now).number();
    let before = number(&learners);
    for learner in &mut learners {
        learner.facts = learner.facts.released(|withheld| withheld == item);
    }
    Ok(number(&learners).saturating_sub(before))
}

/// Lets the tried version decide from now on, if what would happen is still what was confirmed.
///
/// # Errors
/// As [`trial`].
#[tracing::instrument(name = "trial.activate", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn activate(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    number: usize,
    digest: &str,
) -> Result<Activated, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id, digest) = (visitor.clone(), id.clone(), digest.to_owned());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        crate::service::base::policies::require(db, &visitor, Power::Create)?;
        let tenant = visitor.tenant();
        let badge = own_badge(db, &visitor, &id)?;
        let (rule, _) = to_try(db, &badge)?;
        if !may_activate(&badge, &rule) {
            // A second click on the same button: what it asked for is done.
            let same = rule.state == RuleState::Active && badge.state == BadgeState::Active;
            return if same {
                Ok(Activated::Done)
            } else {
                Ok(Activated::Blocked(vec![Blocking::Retired]))
            };
        }
        let blocking = blocking(db, &badge, &rule, now)?;
        if !blocking.is_empty() {
            return Ok(Activated::Blocked(blocking));
        }
        let learners = learners(db, &badge, &rule, now)?;
        let run = dry_run(&rule, None, &learners, &Names::default(), now);
        if !run.confirms(number, &digest) {
            return Ok(Activated::Changed(run.number()));
        }
        accept_maxima(db, &badge, &rule.root)?;
        if rule.state == RuleState::Draft {
            rules::activate(db, tenant, &rule.id, now)?;
        } else {
            badges::set_state(db, tenant, &id, &BadgeState::Active, now)?;
        }
        let job = DecideBadge {
            badge: id.clone(),
            cause: Cause::Activation,
        };
        queue::enqueue(db, tenant, &job, now, now, random.as_ref())?;
        let entry = visitor.entry(Action::RuleActivated, id.as_str(), now);
        let entry = entry.detail(json!({"version": rule.version, "awarded": number}));
        audit::record(db, &entry, random.as_ref())?;
        Ok(Activated::Done)
    });
    done.await
}
