//! The rule of a badge while it is being written: what it may name, what is wrong with it, and its draft.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::external::{self, External};
use super::{own_badge, stacks};
use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState, Kind};
use crate::domain::cause::Cause;
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::design_review::{RuleContext, RuleProblem, review_evidence, review_rule, word_problem};
use crate::domain::evidence::Activity;
use crate::domain::lineage::Offered;
use crate::domain::namesakes::Mark;
use crate::domain::outside::{Measure, OutsideColumn};
use crate::domain::policy::Power;
use crate::domain::release::Releases;
use crate::domain::rule::{Condition, Group, Rule, RuleState};
use crate::domain::sentence::{Names, sentence_in_full};
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId, RuleId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::copied_inputs;
use crate::service::base::activities;
use crate::service::base::clash::{self, Clash, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::names::{of_course, of_origins};
use crate::service::base::namesakes;
use crate::service::base::queue::{self, ReadGrades};
use crate::service::base::refusal::BadgeRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, audit, badges, line_items, lineages, outside, readings, releases, rules};
use lti::services::media::scope;

/// Everything that the rule builder needs.
#[derive(Debug, Clone)]
pub(crate) struct RuleEditor {
    pub(crate) badge: Badge,
    pub(crate) draft: Option<Rule>,
    pub(crate) active: Option<Rule>,
    /// The next version's number.
    pub(crate) next_version: i32,
    /// Columns that can be named: present ones, and those whose maximum changed.
    pub(crate) items: Vec<LineItem>,
    /// Columns of a registration through which the course is not read any more: a rule may name one still.
    pub(crate) former: Vec<LineItem>,
    /// When their grades count.
    pub(crate) releases: Releases,
    pub(crate) activities: Vec<Activity>,
    /// Columns that are none of ours, those that do not count included.
    pub(crate) outside: Vec<OutsideColumn>,
    /// Those of the courses that this one was copied from: a rule may name one still.
    pub(crate) of_origins: Vec<OutsideColumn>,
    /// The letters and words that were seen in those that hold some.
    pub(crate) words: HashMap<OutsideColumnId, Vec<String>>,
    /// What tells columns and activities apart that bear one name.
    pub(crate) item_marks: HashMap<LineItemId, Mark>,
    pub(crate) activity_marks: HashMap<ActivityId, Mark>,
    /// Other badges of the course that can be named.
    pub(crate) others: Vec<(BadgeId, String)>,
    /// Badges that other courses offer, each lineage once, course by course.
    pub(crate) offered: Vec<Offered>,
    /// Those that rules of the course name already, whether they are offered still.
    pub(crate) named_elsewhere: Vec<Offered>,
    /// Whether badges of other issuers can count in it.
    pub(crate) external: External,
    /// Whether the platform lets this tool make columns.
    pub(crate) makes_columns: bool,
}

impl RuleEditor {
    /// What another save changes of what the builder shows.
    #[must_use]
    pub(crate) fn seen(&self) -> Seen {
        Seen::of(&versions(self.draft.as_ref(), self.active.as_ref()))
    }
}

/// The same, for whoever reads already.
pub(in crate::service) fn seen_now(db: &mut Db, badge: &Badge) -> Result<Seen, StoreError> {
    let active = rules::active(db, &badge.tenant, &badge.id)?;
    let draft = rules::draft(db, &badge.tenant, &badge.id)?;
    Ok(Seen::of(&versions(draft.as_ref(), active.as_ref())))
}

/// The draft and the active version as they ask.
fn versions<'a>(draft: Option<&'a Rule>, active: Option<&'a Rule>) -> [Option<&'a Group>; 2] {
    [draft.map(|rule| &rule.root), active.map(|rule| &rule.root)]
}

/// A rule as it reads, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleReview {
    pub(crate) sentence: String,
    pub(crate) problems: Vec<RuleProblem>,
}

/// What the rule builder of a badge shows.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "rule.editor", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn editor(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<RuleEditor, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let badge = own_badge(db, &visitor, &id)?;
        let versions = rules::for_badge(db, tenant, &id)?;
        let in_state = |state| versions.iter().find(|rule| rule.state == state).cloned();
        let mut items = line_items::for_course(db, tenant, &badge.course)?;
        let of_former = line_items::of_former(db, tenant, &items)?;
        let former = items.iter().filter(|item| of_former.contains(&item.id));
        let former = former.cloned().collect();
        items.retain(|item| item.state != LineItemState::Gone);
        let others = badges::for_course(db, tenant, &badge.course)?;
        let services = &visitor.course.services;
        // What a rule names stays to be seen in it.
        let is_read = |id: &ActivityId| {
            versions
                .iter()
                .any(|rule| rule.root.activities().any(|one| one == id))
        };
        let activities = activities::in_course(db, tenant, &badge.course, is_read)?;
        let outside = outside::columns(db, tenant, &badge.course)?;
        let mut words = HashMap::new();
        for column in outside.iter().filter(|column| holds_words(column)) {
            words.insert(column.id.clone(), outside::words_seen(db, tenant, &column.id)?);
        }
        Ok(RuleEditor {
            item_marks: namesakes::of_columns(db, tenant, &badge.course, &items)?,
            activity_marks: namesakes::of_activities(db, tenant, &badge.course, &activities)?,
            draft: in_state(RuleState::Draft),
            active: in_state(RuleState::Active),
            next_version: versions
                .iter()
                .map(|rule| rule.version)
                .max()
                .unwrap_or(0)
                .saturating_add(1),
            items,
            former,
            releases: releases::for_course(db, tenant, &badge.course)?,
            activities,
            outside,
            of_origins: of_origins(db, tenant, &badge.course)?,
            words,
            others: others
                .into_iter()
                .filter(|other| other.id != badge.id && other.state != BadgeState::Retired)
                .map(|other| (other.id, other.design.name))
                .collect(),
            offered: stacks::to_choose(db, &badge)?,
            named_elsewhere: lineages::named_elsewhere(db, tenant, &badge.course)?,
            external: external::in_course(db, &visitor)?,
            makes_columns: services.line_items_url.is_some()
                && services.ags_scopes.iter().any(|scope| scope == scope::LINE_ITEM),
            badge,
        })
    });
    found.await
}

/// Reads a rule and says what is wrong with it, without saving anything.
///
/// # Errors
/// As [`editor`].
#[tracing::instrument(name = "rule.review", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn review(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    root: &Group,
) -> Result<RuleReview, ServiceError> {
    visitor.teach()?;
    let (visitor, id, root) = (visitor.clone(), id.clone(), root.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        let mut names = names(db, &badge)?;
        stacks::name_offered(db, &badge, &root, &mut names)?;
        Ok(RuleReview {
            sentence: sentence_in_full(&root, &names),
            problems: review_in(db, &badge, &root)?,
        })
    });
    found.await
}

/// The names of everything that a rule of this badge may name: what is in its course.
pub(in crate::service) fn names(db: &mut Db, badge: &Badge) -> Result<Names, StoreError> {
    of_course(db, &badge.tenant, &badge.course)
}

/// What is wrong with a rule for this badge.
pub(super) fn review_in(db: &mut Db, badge: &Badge, root: &Group) -> Result<Vec<RuleProblem>, ServiceError> {
    let items = line_items::for_course(db, &badge.tenant, &badge.course)?;
    let former = line_items::of_former(db, &badge.tenant, &items)?;
    let mut names = names(db, badge)?;
    stacks::name_offered(db, badge, root, &mut names)?;
    let stacks = stacks::Stacks::load(db, badge, root)?;
    // By lineages, and across courses: below.
    let builds_on = |_: &BadgeId| -> Option<Vec<BadgeId>> { None };
    let context = RuleContext {
        badge: &badge.id,
        kind: badge.design.kind,
        line_items: &items,
        former: &former,
        names: &names,
        builds_on: &builds_on,
    };
    let mut problems = review_rule(root, &context);
    problems.extend(stacks.problems(db, badge, root, &names)?);
    problems.extend(unknown_words(db, badge, root)?);
    Ok(problems)
}

fn holds_words(column: &OutsideColumn) -> bool {
    column.counts() && column.measure == Measure::Words
}

/// Words that a rule asks for and that the scale of their column does not have.
fn unknown_words(db: &mut Db, badge: &Badge, root: &Group) -> Result<Vec<RuleProblem>, StoreError> {
    if root.outside_columns().next().is_none() {
        return Ok(Vec::new());
    }
    let mut problems = Vec::new();
    let columns = outside::columns(db, &badge.tenant, &badge.course)?;
    for condition in root.conditions() {
        let Condition::Elsewhere { column, needs } = condition else {
            continue;
        };
        let named = columns.iter().find(|one| one.id == *column && holds_words(one));
        if let Some(named) = named {
            let seen = outside::words_seen(db, &badge.tenant, &named.id)?;
            problems.extend(word_problem(needs, named, &seen));
        }
    }
    Ok(problems)
}

/// Whether a rule for this badge names one of another course that is not offered to it: no form of ours shows that.
fn names_elsewhere(db: &mut Db, badge: &Badge, root: &Group) -> Result<bool, StoreError> {
    if root.badges().next().is_none() {
        return Ok(false);
    }
    let mut names = names(db, badge)?;
    stacks::name_offered(db, badge, root, &mut names)?;
    Ok(root.badges().any(|named| !names.badges.contains_key(named)))
}

/// Whether a badge that decides now would, as an Application badge, be earned without work that somebody assessed.
pub(super) fn avoids_evidence(db: &mut Db, badge: &Badge, kind: Kind) -> Result<bool, ServiceError> {
    if kind != Kind::Application || badge.design.kind == Kind::Application {
        return Ok(false);
    }
    let active = rules::active(db, &badge.tenant, &badge.id)?;
    Ok(active.is_some_and(|rule| review_evidence(&rule.root).is_some()))
}

/// Whoever saves or activates a rule has seen its columns as they are: a maximum that had changed is accepted. Badges that
/// rest for it go on resting, since each knows the maximum that its own rule was made for.
pub(super) fn accept_maxima(db: &mut Db, badge: &Badge, root: &Group) -> Result<(), StoreError> {
    for item in line_items::for_course(db, &badge.tenant, &badge.course)? {
        let named = root.line_items().any(|named| *named == item.id);
        if named && item.state == LineItemState::MaximumChanged {
            line_items::set_state(db, &badge.tenant, &item.id, LineItemState::Present)?;
        }
    }
    Ok(())
}

/// Keeps a rule as the badge's draft, over the versions that `shown` is of and over no others. An instructor who saves has
/// seen the columns as they are now, so a maximum that had changed is accepted with it. A draft equal to the active version
/// is not kept.
///
/// # Errors
/// As [`editor`]; [`ServiceError::Refused`] for a rule that names a badge of another course.
#[tracing::instrument(name = "rule.save_rule", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn save_rule(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    root: &Group,
    shown: Option<&Seen>,
) -> Result<Saving<Option<Group>>, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (asker, of, root, shown) = (visitor.clone(), id.clone(), root.clone(), shown.cloned());
    let saved = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        crate::service::base::policies::require(db, &asker, Power::Create)?;
        let tenant = asker.tenant();
        let badge = own_badge(db, &asker, &of)?;
        if badge.state == BadgeState::Retired {
            return Err(BadgeRefusal::Retired.into());
        }
        if names_elsewhere(db, &badge, &root)? {
            return Err(BadgeRefusal::OtherCourse.into());
        }
        accept_maxima(db, &badge, &root)?;
        let active = rules::active(db, tenant, &of)?;
        let draft = rules::draft(db, tenant, &of)?;
        let paused = matches!(badge.state, BadgeState::Paused { .. });
        let is_active = active.as_ref().is_some_and(|active| active.root == root);
        if draft.is_none() && !paused && is_active {
            return Ok(());
        }
        if draft.as_ref().is_none_or(|draft| draft.root != root) {
            clash::check(shown.as_ref(), &versions(draft.as_ref(), active.as_ref()))?;
        }
        let new_id = RuleId::new(now, random.as_ref());
        let rule = rules::save_draft_over(db, (tenant, &of), draft.as_ref(), &root, new_id, now)?;
        let entry = asker.entry(Action::RuleSaved, of.as_str(), now);
        let entry = entry.detail(json!({"version": rule.version}));
        audit::record(db, &entry, random.as_ref())?;
        // A copied badge rests until its rule reads nothing any more that was not found.
        copied_inputs::settle(db, &asker.course, &badge, now, random.as_ref())?;
        read_what_is_new(db, &asker, &root, now, random.as_ref())?;
        Ok(())
    });
    match saved.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let (visitor, id) = (visitor.clone(), id.clone());
            let met = cairn
                .store
                .read_with(move |db| meanwhile(db, &visitor, &id))
                .await?;
            Ok(Saving::Clash(Box::new(met)))
        }
        Err(error) => Err(error),
    }
}

/// What was handed in, and what is complete, is read only of columns of which a rule asks it: of those that this one names, at
/// once.
fn read_what_is_new(
    db: &mut Db,
    asker: &Visitor,
    root: &Group,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let (course, asks) = (&asker.course, root.hand_ins().chain(root.completions()).next());
    if asks.is_some() && readings::is_on(db, &course.tenant, &course.id)? {
        queue::enqueue(
            db,
            &course.tenant,
            &ReadGrades::of(course, Cause::Activation),
            now,
            now,
            random,
        )?;
    }
    Ok(())
}

/// The rule as somebody else saved or activated it.
fn meanwhile(db: &mut Db, visitor: &Visitor, id: &BadgeId) -> Result<Clash<Option<Group>>, ServiceError> {
    let tenant = visitor.tenant();
    let badge = own_badge(db, visitor, id)?;
    let active = rules::active(db, tenant, &badge.id)?;
    let draft = rules::draft(db, tenant, &badge.id)?;
    let stored = versions(draft.as_ref(), active.as_ref());
    let theirs = stored.iter().copied().flatten().next().cloned();
    let actions = [Action::RuleSaved, Action::RuleActivated];
    let viewer = visitor.person.id.as_str();
    Ok(clash::met(
        db,
        tenant,
        viewer,
        id.as_str(),
        &actions,
        theirs,
        &stored,
    )?)
}
