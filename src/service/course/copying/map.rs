//! Saying what stands for what was not found: a person does. [`super::again`] does where a later check reads a column
//! which was not there before.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::own_copy;
use super::source::{columns, outside_columns};
use super::view::{copy_view, linked_activities};
use crate::domain::audit::Action;
use crate::domain::badge::BadgeState;
use crate::domain::copying::Mapping;
use crate::domain::course::{CopyState, Course, LineItem, Opens};
use crate::domain::page::Page;
use crate::domain::policy::Power;
use crate::ids::{ActivityId, BadgeId, CopyId, LineItemId, OutsideColumnId, RuleId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::copied_inputs::{self, Kind, PLACEHOLDER};
use crate::service::badge::lineage;
use crate::service::base::error::ServiceError;
use crate::service::base::names;
use crate::service::base::policies;
use crate::service::base::refusal::CourseRefusal;
use crate::service::base::session::Visitor;
use crate::service::course::columns as gradebook;
use crate::service::course::releases;
use crate::store::{Db, StoreError, activities, audit, badges, line_items, links, rules, submissions};

/// What a person chose for a missing thing: its kind, its id in the rule, and the id of what stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) kind: Kind,
    pub(crate) missing: String,
    pub(crate) chosen: String,
}

/// Takes over what a person chose, in every copied badge of the course that was never active. A badge to which nothing
/// is missing any more becomes a draft.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] where only administrators change badges,
/// [`ServiceError::NotFound`] for a copy of another course, [`ServiceError::Refused`] for something that is not of this course.
#[tracing::instrument(name = "copying.choose", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn choose(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CopyId,
    choices: Vec<Choice>,
) -> Result<(), ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (copy, _) = own_copy(db, &visitor, &id)?;
        if copy.state != CopyState::Taken {
            return Err(CourseRefusal::CopyNotTaken.into());
        }
        let course = &visitor.course;
        let mut mapping = Mapping::default();
        for choice in &choices {
            check(db, course, choice, &mut mapping)?;
        }
        rewrite(db, course, &mapping, now, random.as_ref())?;
        retire_stand_ins(db, course, &mapping)?;
        let detail = json!({
            "columns": mapping.columns, "outside": mapping.outside,
            "activities": mapping.activities, "badges": mapping.badges,
        });
        let entry = visitor.entry(Action::CopyMapped, course.id.as_str(), now);
        audit::record(db, &entry.detail(detail), random.as_ref())?;
        Ok(())
    });
    done.await
}

/// Whether what was missing is of this course's copies, and what was chosen is of this course.
fn check(db: &mut Db, course: &Course, choice: &Choice, mapping: &mut Mapping) -> Result<(), ServiceError> {
    let tenant = &course.tenant;
    let wrong = || ServiceError::from(CourseRefusal::CopyChoice);
    match choice.kind {
        Kind::Column => {
            let missing = LineItemId::from(choice.missing.as_str());
            let chosen = LineItemId::from(choice.chosen.as_str());
            let stands_in = line_items::get(db, tenant, &missing)?
                .is_some_and(|item| item.course == course.id && item.url.starts_with(PLACEHOLDER));
            let there = columns(db, tenant, &course.id)?
                .iter()
                .any(|item| item.id == chosen);
            if !stands_in || !there {
                return Err(wrong());
            }
            mapping.columns.insert(missing, chosen);
        }
        Kind::Outside => {
            let missing = OutsideColumnId::from(choice.missing.as_str());
            let chosen = OutsideColumnId::from(choice.chosen.as_str());
            let mut before = names::of_origins(db, tenant, &course.id)?.into_iter();
            let mut here = outside_columns(db, tenant, &course.id)?.into_iter();
            if !before.any(|one| one.id == missing) || !here.any(|one| one.id == chosen) {
                return Err(wrong());
            }
            mapping.outside.insert(missing, chosen);
        }
        Kind::Activity => {
            let (missing, chosen) = (choice.missing.as_str().into(), choice.chosen.as_str().into());
            let waits = match activities::get(db, tenant, &missing)? {
                Some(activity) if activity.course == course.id => {
                    let link = links::get(db, tenant, &activity.link)?;
                    link.is_some_and(|link| link.resource_link_id.starts_with(PLACEHOLDER))
                }
                _ => false,
            };
            let there = linked_activities(db, course)?.iter().any(|one| one.id == chosen);
            if !waits || !there {
                return Err(wrong());
            }
            mapping.activities.insert(missing, chosen);
        }
        Kind::Badge => {
            let missing = BadgeId::from(choice.missing.as_str());
            let chosen = BadgeId::from(choice.chosen.as_str());
            let there = badges::get(db, tenant, &chosen)?
                .is_some_and(|badge| badge.course == course.id && badge.state != BadgeState::Retired);
            if !there {
                return Err(wrong());
            }
            mapping.badges.insert(missing, chosen);
        }
    }
    Ok(())
}

/// Puts a mapping into the drafts of copied badges that were never active. Says whether anything changed.
pub(super) fn rewrite(
    db: &mut Db,
    course: &Course,
    mapping: &Mapping,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    for (from, to) in &mapping.columns {
        releases::carry(db, &course.tenant, from, to)?;
    }
    let mut changed = false;
    for (badge, _) in badges::copied(db, &course.tenant, &course.id)? {
        if badge.active_rule.is_none()
            && let Some(draft) = rules::draft(db, &course.tenant, &badge.id)?
        {
            lineage::carry(db, &badge, mapping)?;
            let root = mapping.apply(&draft.root);
            if root != draft.root {
                let new_id = RuleId::new(now, random);
                rules::save_draft(db, &course.tenant, &badge.id, &root, new_id, now)?;
                changed = true;
            }
        }
        copied_inputs::settle(db, course, &badge, now, random)?;
    }
    Ok(changed)
}

/// A copied activity for which another one was chosen goes, and its copied links open the chosen one.
fn retire_stand_ins(db: &mut Db, course: &Course, mapping: &Mapping) -> Result<(), StoreError> {
    let tenant = &course.tenant;
    for (stand_in, chosen) in &mapping.activities {
        let opens = Opens::Activity {
            activity: chosen.clone(),
        };
        for link in links::list(db, tenant, &course.id)? {
            if matches!(&link.opens, Opens::Activity { activity } if activity == stand_in) {
                links::set_opens(db, tenant, &link.id, &opens)?;
            }
        }
        let page = Page::first(1);
        let handed_in = submissions::latest_for_activity(db, tenant, stand_in, None, page)?.1 > 0;
        if !handed_in && !is_read(db, course, stand_in)? {
            activities::delete(db, tenant, stand_in)?;
        }
    }
    Ok(())
}

/// Whether a rule of the course reads that activity.
fn is_read(db: &mut Db, course: &Course, activity: &ActivityId) -> Result<bool, StoreError> {
    for badge in badges::for_course(db, &course.tenant, &course.id)? {
        let rules = rules::for_badge(db, &course.tenant, &badge.id)?;
        if rules
            .iter()
            .any(|rule| rule.root.activities().any(|named| named == activity))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the column that is missing, with its name and points of the old course, and takes it.
///
/// # Errors
/// As [`choose`], and as [`gradebook::create`].
#[tracing::instrument(name = "copying.create_column", skip_all, fields(copy = id.as_str()))]
pub(crate) async fn create_column(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CopyId,
    missing: &str,
) -> Result<LineItem, ServiceError> {
    let view = copy_view(cairn, visitor, id).await?;
    let wanted = view
        .missing
        .iter()
        .map(|(one, _)| one)
        .find(|one| one.kind == Kind::Column && one.id == missing)
        .ok_or(ServiceError::NotFound("missing assignment"))?;
    let points = wanted.maximum.unwrap_or(rust_decimal::Decimal::ONE_HUNDRED);
    let made = gradebook::create(cairn, visitor, &wanted.name, points).await?;
    let choice = Choice {
        kind: Kind::Column,
        missing: missing.to_owned(),
        chosen: made.id.to_string(),
    };
    choose(cairn, visitor, id, vec![choice]).await?;
    Ok(made)
}
