//! What a copied rule reads that was not found in the new course, and what that means for its badge.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::course::{CopyState, Course, STAND_IN};
use crate::domain::outside::OutsideColumn;
use crate::domain::rest::Rest;
use crate::domain::rule::{Condition, Group};
use crate::ids::{BadgeId, OutsideColumnId};
use crate::random::Random;
use crate::service::base::names;
use crate::store::{
    Db, StoreError, activities, audit, badges, copies, line_items, lineages, links, outside, rules,
};

/// How the address of what stands in for something that was not found begins.
pub(crate) const PLACEHOLDER: &str = STAND_IN;

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Column,
    /// A column that is none of ours.
    Outside,
    Activity,
    Badge,
}

/// Something that a copied rule reads and that stands for nothing in this course yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) kind: Kind,
    /// The id in the rule.
    pub(crate) id: String,
    /// As it was called in the old course.
    pub(crate) name: String,
    /// A column's points in the old course.
    pub(crate) maximum: Option<Decimal>,
    /// Whether it is a badge of a third course, whose name is not told here: it has none.
    pub(crate) is_elsewhere: bool,
}

/// What of `root` is missing in the course, each thing once, in reading order.
pub(crate) fn of_rule(db: &mut Db, course: &Course, root: &Group) -> Result<Vec<Missing>, StoreError> {
    let tenant = &course.tenant;
    let mut found: Vec<Missing> = Vec::new();
    let origins = foreign(db, course, root)?;
    for condition in root.conditions() {
        for item in condition.line_items() {
            let stand_in =
                line_items::get(db, tenant, item)?.filter(|item| item.url.starts_with(PLACEHOLDER));
            let missing = stand_in.map(|item| Missing {
                kind: Kind::Column,
                id: item.id.to_string(),
                name: item.label,
                maximum: Some(item.maximum),
                is_elsewhere: false,
            });
            found.extend(missing.filter(|missing| !found.contains(missing)));
        }
        for column in condition.outside_columns() {
            let missing = missing_outside(&origins, column);
            found.extend(missing.filter(|missing| !found.contains(missing)));
        }
        for badge in condition.badges() {
            let missing = missing_badge(db, course, badge)?;
            found.extend(missing.filter(|missing| !found.contains(missing)));
        }
        let missing = match condition {
            Condition::EvidenceApproved { activity } => {
                let Some(activity) = activities::get(db, tenant, activity)? else {
                    continue;
                };
                let link = links::get(db, tenant, &activity.link)?;
                link.filter(|link| link.resource_link_id.starts_with(PLACEHOLDER))
                    .map(|_| Missing {
                        kind: Kind::Activity,
                        id: activity.id.to_string(),
                        name: activity.title,
                        maximum: None,
                        is_elsewhere: false,
                    })
            }
            Condition::Elsewhere { .. }
            | Condition::HandedIn { .. }
            | Condition::Completed { .. }
            | Condition::Grade { .. }
            | Condition::BestOf { .. }
            | Condition::ExternalBadge { .. }
            | Condition::HoldsBadge { .. }
            | Condition::BadgeTotal { .. }
            | Condition::NotBefore { .. }
            | Condition::InstructorApproves => None,
        };
        found.extend(missing.filter(|missing| !found.contains(missing)));
    }
    Ok(found)
}

/// The columns of the courses that a course was copied from, where a rule names any that are not of the course itself.
fn foreign(db: &mut Db, course: &Course, root: &Group) -> Result<Vec<OutsideColumn>, StoreError> {
    if root.outside_columns().next().is_none() {
        return Ok(Vec::new());
    }
    let own = outside::columns(db, &course.tenant, &course.id)?;
    let is_own = |id: &OutsideColumnId| own.iter().any(|column| column.id == *id);
    if root.outside_columns().all(is_own) {
        return Ok(Vec::new());
    }
    names::of_origins(db, &course.tenant, &course.id)
}

fn missing_outside(origins: &[OutsideColumn], column: &OutsideColumnId) -> Option<Missing> {
    let known = origins.iter().find(|known| known.id == *column)?;
    Some(Missing {
        kind: Kind::Outside,
        id: known.id.to_string(),
        name: known.label.clone(),
        maximum: known.maximum,
        is_elsewhere: false,
    })
}

/// A badge that stayed behind in the old course, or is of a third one that does not offer it.
fn missing_badge(db: &mut Db, course: &Course, badge: &BadgeId) -> Result<Option<Missing>, StoreError> {
    let tenant = &course.tenant;
    let Some(badge) = badges::get(db, tenant, badge)? else {
        return Ok(None);
    };
    if badge.course == course.id {
        return Ok(None);
    }
    // The names of the course that this is a copy of may be told, and those of no other.
    let copies = copies::for_course(db, tenant, &course.id)?;
    let left_behind = copies
        .iter()
        .any(|copy| copy.state == CopyState::Taken && copy.source == badge.course);
    if !left_behind && lineages::may_be_named(db, &badge)? {
        return Ok(None);
    }
    Ok(Some(Missing {
        kind: Kind::Badge,
        id: badge.id.to_string(),
        name: if left_behind {
            badge.design.name
        } else {
            String::new()
        },
        maximum: None,
        is_elsewhere: !left_behind,
    }))
}

/// What a copied badge's draft lacks.
pub(crate) fn of_badge(db: &mut Db, course: &Course, badge: &Badge) -> Result<Vec<Missing>, StoreError> {
    match rules::draft(db, &badge.tenant, &badge.id)? {
        Some(draft) => of_rule(db, course, &draft.root),
        None => Ok(Vec::new()),
    }
}

/// Whether a badge rests because something of its copied rule was not found.
pub(crate) fn rests(badge: &Badge) -> bool {
    matches!(badge.state, BadgeState::Paused { .. }) && badge.active_rule.is_none()
}

/// A copied badge that was never active rests as long as something is missing, and is a draft from then on. Any other
/// badge is left alone.
pub(crate) fn settle(
    db: &mut Db,
    course: &Course,
    badge: &Badge,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    if badge.active_rule.is_some() || !matches!(badge.state, BadgeState::Paused { .. } | BadgeState::Draft) {
        return Ok(());
    }
    let missing = of_badge(db, course, badge)?;
    let state = if missing.is_empty() {
        BadgeState::Draft
    } else {
        BadgeState::Paused {
            reason: Rest::NotFound(missing.iter().map(|one| one.name.clone()).collect()),
        }
    };
    if state == badge.state {
        return Ok(());
    }
    badges::set_state(db, &badge.tenant, &badge.id, &state, now)?;
    let was_told = matches!(
        &badge.state,
        BadgeState::Paused {
            reason: Rest::Earlier(_)
        }
    );
    if was_told && state.rests() {
        // Said in a sentence by an earlier version, it is now said as data: nothing happened to the badge.
        return Ok(());
    }
    let action = match state {
        BadgeState::Draft => Action::BadgeMapped,
        _ => Action::BadgePaused,
    };
    let entry = Entry::new(&badge.tenant, Actor::Cairn, action, badge.id.as_str(), now);
    let entry = entry.detail(serde_json::json!({ "missing": missing.len() }));
    audit::record(db, &entry, random)
}

/// Settles every copied badge of a course that was never active.
pub(crate) fn settle_all(
    db: &mut Db,
    course: &Course,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    for (badge, _) in badges::copied(db, &course.tenant, &course.id)? {
        settle(db, course, &badge, now, random)?;
    }
    Ok(())
}
