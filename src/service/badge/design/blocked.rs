//! Badges that nobody can earn now, because their rule names a column that is not read from any source.

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::design_review::{RuleProblem, cannot_be_met};
use crate::domain::rule::Rule;
use crate::ids::BadgeId;
use crate::store::{Db, StoreError, outside, rules};

/// Why nobody can earn a badge that decides; none where somebody can.
pub(super) fn of_badge(db: &mut Db, badge: &Badge) -> Result<Option<RuleProblem>, StoreError> {
    let rule = rules::active(db, &badge.tenant, &badge.id)?;
    let Some(rule) = rule.filter(asks_elsewhere) else {
        return Ok(None);
    };
    let columns = outside::columns(db, &badge.tenant, &badge.course)?;
    Ok(cannot_be_met(&rule.root, &columns))
}

/// Those of some badges of one course that decide and that nobody can earn, each with the reason.
pub(in crate::service) fn not_earnable(
    db: &mut Db,
    badges: &[Badge],
) -> Result<Vec<(BadgeId, RuleProblem)>, StoreError> {
    let Some(first) = badges.first() else {
        return Ok(Vec::new());
    };
    let decides = |rule: &Rule| {
        let mut all = badges.iter();
        all.any(|badge| badge.id == rule.badge && badge.state == BadgeState::Active)
    };
    let mut asked = rules::all_active_for_course(db, &first.tenant, &first.course)?;
    asked.retain(|rule| asks_elsewhere(rule) && decides(rule));
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let columns = outside::columns(db, &first.tenant, &first.course)?;
    let found = asked
        .into_iter()
        .filter_map(|rule| Some((rule.badge, cannot_be_met(&rule.root, &columns)?)));
    Ok(found.collect())
}

fn asks_elsewhere(rule: &Rule) -> bool {
    rule.root.outside_columns().next().is_some()
}
