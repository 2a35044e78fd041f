//! Versions of rules. One version of a badge is active, at most one is a draft, and what was active never changes.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, from_json, from_word, json, micros, moment, opt_moment, word};
use super::schema::{badges, rule_inputs, rules};
use super::{Db, StoreError};
use crate::domain::badge::BadgeState;
use crate::domain::rule::{Group, Rule, RuleState};
use crate::ids::{ActivityId, BadgeId, CourseId, LineItemId, OutsideColumnId, RuleId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rules, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    version: i32,
    state: String,
    root: String,
    created_at: i64,
    activated_at: Option<i64>,
}

impl Row {
    fn rule(self) -> Result<Rule, StoreError> {
        Ok(Rule {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            badge: self.badge_id.into(),
            version: self.version,
            state: from_word("rules.state", &self.state)?,
            root: from_json("rules.root", &self.root)?,
            created_at: moment(self.created_at)?,
            activated_at: opt_moment(self.activated_at)?,
        })
    }
}

const LINE_ITEM: &str = "line_item";
pub(crate) const OUTSIDE: &str = "outside";
/// What was handed in, in a column that is none of ours.
pub(crate) const HAND_IN: &str = "hand_in";
/// What was completed there.
pub(crate) const COMPLETION: &str = "completion";
const ACTIVITY: &str = "activity";
pub(crate) const BADGE: &str = "badge";
/// The lineage of a badge that it names.
const LINEAGE: &str = "lineage";
/// A badge that it names because of what that declares.
pub(crate) const TOTAL: &str = "total";

/// Notes what the rule reads, in place of what was noted before.
fn note_inputs(db: &mut Db, tenant: &TenantId, rule: &RuleId, root: &Group) -> Result<(), StoreError> {
    diesel::delete(rule_inputs::table)
        .filter(rule_inputs::tenant_id.eq(tenant.as_str()))
        .filter(rule_inputs::rule_id.eq(rule.as_str()))
        .execute(db)?;
    let items = root.line_items().map(|id| (LINE_ITEM, id.as_str()));
    let activities = root.activities().map(|id| (ACTIVITY, id.as_str()));
    let built_on = root.badges().map(|id| (BADGE, id.as_str()));
    let outside = root.outside_columns().map(|id| (OUTSIDE, id.as_str()));
    let handed_in = root.hand_ins().map(|id| (HAND_IN, id.as_str()));
    let completed = root.completions().map(|id| (COMPLETION, id.as_str()));
    let lineages = super::lineages::of_badges(db, tenant, root.badges())?;
    let of_lineage = lineages.values().map(|id| (LINEAGE, id.as_str()));
    let totalled = root.totalled().map(|id| (TOTAL, id.as_str()));
    let ours = items
        .chain(activities)
        .chain(built_on)
        .chain(of_lineage)
        .chain(totalled);
    let inputs: HashSet<(&str, &str)> = ours.chain(outside).chain(handed_in).chain(completed).collect();
    for (kind, input) in inputs {
        diesel::insert_into(rule_inputs::table)
            .values((
                rule_inputs::tenant_id.eq(tenant.as_str()),
                rule_inputs::rule_id.eq(rule.as_str()),
                rule_inputs::kind.eq(kind),
                rule_inputs::input_id.eq(input),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Adds a version as it is. Run it in a transaction.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the badge has that version, or one in the same unique state.
pub(crate) fn insert_version(db: &mut Db, rule: &Rule) -> Result<(), StoreError> {
    let row = Row {
        id: rule.id.to_string(),
        tenant_id: rule.tenant.to_string(),
        badge_id: rule.badge.to_string(),
        version: rule.version,
        state: word(&rule.state)?,
        root: json(&rule.root)?,
        created_at: micros(rule.created_at),
        activated_at: rule.activated_at.map(micros),
    };
    diesel::insert_into(rules::table).values(&row).execute(db)?;
    note_inputs(db, &rule.tenant, &rule.id, &rule.root)
}

/// Keeps `root` as the badge's draft: changes the draft there is, or adds the next version with `new_id`.
/// Run it in a transaction.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when somebody else added a draft at the same moment.
pub(crate) fn save_draft(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    root: &Group,
    new_id: RuleId,
    now: DateTime<Utc>,
) -> Result<Rule, StoreError> {
    let versions = for_badge(db, tenant, badge)?;
    let last = versions.iter().map(|rule| rule.version).max().unwrap_or(0);
    if let Some(mut rule) = versions.into_iter().find(|rule| rule.state == RuleState::Draft) {
        rule.root = root.clone();
        diesel::update(rules::table)
            .filter(rules::tenant_id.eq(tenant.as_str()))
            .filter(rules::id.eq(rule.id.as_str()))
            .filter(rules::state.eq(word(&RuleState::Draft)?))
            .set(rules::root.eq(json(root)?))
            .execute(db)?;
        note_inputs(db, tenant, &rule.id, root)?;
        return Ok(rule);
    }
    let rule = Rule {
        id: new_id,
        tenant: tenant.clone(),
        badge: badge.clone(),
        version: last.saturating_add(1),
        state: RuleState::Draft,
        root: root.clone(),
        created_at: now,
        activated_at: None,
    };
    insert_version(db, &rule)?;
    Ok(rule)
}

/// As [`save_draft`], over `before`, the draft that there was, and over nothing else.
///
/// # Errors
/// [`StoreError::Stale`] when the draft is another one by now or none any more, [`StoreError::AlreadyThere`] when there is one
/// where there was none.
pub(crate) fn save_draft_over(
    db: &mut Db,
    badge: (&TenantId, &BadgeId),
    before: Option<&Rule>,
    root: &Group,
    new_id: RuleId,
    now: DateTime<Utc>,
) -> Result<Rule, StoreError> {
    let (tenant, badge) = badge;
    let Some(before) = before else {
        if draft(db, tenant, badge)?.is_some() {
            return Err(StoreError::AlreadyThere("draft".to_owned()));
        }
        return save_draft(db, tenant, badge, root, new_id, now);
    };
    let of_draft = rules::table
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::id.eq(before.id.as_str()))
        .filter(rules::state.eq(word(&RuleState::Draft)?));
    let stored: Option<String> = of_draft.select(rules::root).get_result(db).optional()?;
    let stored = stored.ok_or(StoreError::Stale)?;
    if from_json::<Group>("rules.root", &stored)? != before.root {
        return Err(StoreError::Stale);
    }
    let changed = diesel::update(rules::table)
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::id.eq(before.id.as_str()))
        .filter(rules::state.eq(word(&RuleState::Draft)?))
        .filter(rules::root.eq(&stored))
        .set(rules::root.eq(json(root)?))
        .execute(db)?;
    if changed == 0 {
        return Err(StoreError::Stale);
    }
    note_inputs(db, tenant, &before.id, root)?;
    Ok(Rule {
        root: root.clone(),
        ..before.clone()
    })
}

/// The version with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &RuleId) -> Result<Option<Rule>, StoreError> {
    let row = rules::table
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::rule).transpose()
}

fn in_state(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    state: RuleState,
) -> Result<Option<Rule>, StoreError> {
    let row = rules::table
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::badge_id.eq(badge.as_str()))
        .filter(rules::state.eq(word(&state)?))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::rule).transpose()
}

/// The version that decides now.
pub(crate) fn active(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<Option<Rule>, StoreError> {
    in_state(db, tenant, badge, RuleState::Active)
}

/// The version that is being edited.
pub(crate) fn draft(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<Option<Rule>, StoreError> {
    in_state(db, tenant, badge, RuleState::Draft)
}

/// All versions of a badge's rule, oldest first.
pub(crate) fn for_badge(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<Vec<Rule>, StoreError> {
    let rows: Vec<Row> = rules::table
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::badge_id.eq(badge.as_str()))
        .order(rules::version)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::rule).collect()
}

/// Lets a draft decide from now on: the version before is superseded and the badge becomes active.
/// Run it in a transaction.
///
/// # Errors
/// [`StoreError::Stale`] when it is no longer a draft, [`StoreError::Missing`] when there is none with that id.
pub(crate) fn activate(
    db: &mut Db,
    tenant: &TenantId,
    id: &RuleId,
    now: DateTime<Utc>,
) -> Result<Rule, StoreError> {
    let mut rule = get(db, tenant, id)?.ok_or(StoreError::Missing("rule"))?;
    if rule.state != RuleState::Draft {
        return Err(StoreError::Stale);
    }
    diesel::update(rules::table)
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::badge_id.eq(rule.badge.as_str()))
        .filter(rules::state.eq(word(&RuleState::Active)?))
        .set(rules::state.eq(word(&RuleState::Superseded)?))
        .execute(db)?;
    let changed = diesel::update(rules::table)
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::id.eq(id.as_str()))
        .filter(rules::state.eq(word(&RuleState::Draft)?))
        .set((
            rules::state.eq(word(&RuleState::Active)?),
            rules::activated_at.eq(micros(now)),
        ))
        .execute(db)?;
    if changed == 0 {
        return Err(StoreError::Stale);
    }
    super::badges::set_state(db, tenant, &rule.badge, &BadgeState::Active, now)?;
    diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(rule.badge.as_str()))
        .set(badges::active_rule_id.eq(id.as_str()))
        .execute(db)?;
    rule.state = RuleState::Active;
    rule.activated_at = Some(now);
    Ok(rule)
}

/// The active rules of a course's badges, whether the badge is active, paused or retired: look at the badge's state.
pub(crate) fn all_active_for_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<Rule>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| rules::table
        .inner_join(badges::table.on(badges::id.eq(rules::badge_id)))
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(rules::state.eq(word(&RuleState::Active)?))
        .order(rules::id)
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::rule).collect()
}

/// The drafts and the active rules of a course's badges, or of all badges of an institution; of each badge the draft first.
pub(crate) fn in_hand(
    db: &mut Db,
    tenant: &TenantId,
    course: Option<&CourseId>,
) -> Result<Vec<Rule>, StoreError> {
    let (draft, active) = (word(&RuleState::Draft)?, word(&RuleState::Active)?);
    let rows: Vec<Row> = on_both!(db, |connection| {
        let mut query = rules::table
            .inner_join(badges::table.on(badges::id.eq(rules::badge_id)))
            .filter(rules::tenant_id.eq(tenant.as_str()))
            .filter(rules::state.eq(&draft).or(rules::state.eq(&active)))
            .order((rules::badge_id, rules::version.desc()))
            .select(Row::as_select())
            .into_boxed();
        if let Some(course) = course {
            query = query.filter(badges::course_id.eq(course.as_str()));
        }
        query.load(connection)
    })?;
    rows.into_iter().map(Row::rule).collect()
}

/// The active rules of all badges of an institution: for refusing cycles.
pub(crate) fn all_active(db: &mut Db, tenant: &TenantId) -> Result<Vec<Rule>, StoreError> {
    let rows: Vec<Row> = rules::table
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::state.eq(word(&RuleState::Active)?))
        .order(rules::id)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::rule).collect()
}

/// The badges whose active rule asks for `badge`, or for one of its lineage, in whichever course: earning it may earn them.
pub(crate) fn badges_building_on(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Vec<BadgeId>, StoreError> {
    let above = above(db, tenant, badge)?.into_iter();
    Ok(above.map(|(badge, _)| badge).collect())
}

/// The same, each with its course.
pub(crate) fn above(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Vec<(BadgeId, CourseId)>, StoreError> {
    above_any(db, tenant, std::slice::from_ref(badge))
}

/// The same for several badges at once.
pub(crate) fn above_any(
    db: &mut Db,
    tenant: &TenantId,
    below: &[BadgeId],
) -> Result<Vec<(BadgeId, CourseId)>, StoreError> {
    let known = super::lineages::of_badges(db, tenant, below)?;
    let mut above: Vec<(BadgeId, CourseId)> = Vec::new();
    for some in below.chunks(CHUNK) {
        let ids: Vec<&str> = some.iter().map(BadgeId::as_str).collect();
        let lineages = some.iter().filter_map(|id| known.get(id));
        let lineages: Vec<&str> = lineages.map(BadgeId::as_str).collect();
        let rows: Vec<(String, String)> = on_both!(db, |connection| rules::table
            .inner_join(rule_inputs::table.on(rule_inputs::rule_id.eq(rules::id)))
            .inner_join(badges::table.on(badges::id.eq(rules::badge_id)))
            .filter(rules::tenant_id.eq(tenant.as_str()))
            .filter(rules::state.eq(word(&RuleState::Active)?))
            .filter(
                // A rule that an older program saved names the badge alone.
                rule_inputs::kind
                    .eq(BADGE)
                    .and(rule_inputs::input_id.eq_any(&ids))
                    .or(rule_inputs::kind
                        .eq(LINEAGE)
                        .and(rule_inputs::input_id.eq_any(&lineages)))
            )
            .order((rules::badge_id, badges::course_id))
            .select((rules::badge_id, badges::course_id))
            .distinct()
            .load(connection))?;
        let rows = rows.into_iter();
        above.extend(rows.map(|(badge, course)| (badge.into(), course.into())));
    }
    Ok(above)
}

/// The badges whose active rule reads `item`: they are paused when it goes or its maximum changes.
pub(crate) fn badges_reading(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
) -> Result<Vec<BadgeId>, StoreError> {
    let ids: Vec<String> = rules::table
        .inner_join(rule_inputs::table.on(rule_inputs::rule_id.eq(rules::id)))
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::state.eq(word(&RuleState::Active)?))
        .filter(rule_inputs::kind.eq(LINE_ITEM))
        .filter(rule_inputs::input_id.eq(item.as_str()))
        .order(rules::badge_id)
        .select(rules::badge_id)
        .load(db)?;
    Ok(ids.into_iter().map(BadgeId::from).collect())
}

/// The columns of other sources that rules of the course read, active ones and drafts, each with the badge that reads it.
pub(crate) fn reading_outside(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<(OutsideColumnId, BadgeId)>, StoreError> {
    reading_of_kind(db, tenant, course, OUTSIDE)
}

/// The same of those from which they read that alone: [`HAND_IN`], [`COMPLETION`].
pub(crate) fn reading_of_kind(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    kind: &str,
) -> Result<Vec<(OutsideColumnId, BadgeId)>, StoreError> {
    let states = [word(&RuleState::Active)?, word(&RuleState::Draft)?];
    let rows: Vec<(String, String)> = on_both!(db, |connection| rules::table
        .inner_join(rule_inputs::table.on(rule_inputs::rule_id.eq(rules::id)))
        .inner_join(badges::table.on(badges::id.eq(rules::badge_id)))
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(rules::state.eq_any(&states))
        .filter(rule_inputs::kind.eq(kind))
        .order((rules::badge_id, rule_inputs::input_id))
        .select((rule_inputs::input_id, rules::badge_id))
        .distinct()
        .load(connection))?;
    let read = rows.into_iter();
    Ok(read
        .map(|(column, badge)| (column.into(), badge.into()))
        .collect())
}

/// Whether any version of a rule names `item`.
pub(crate) fn names_item(db: &mut Db, tenant: &TenantId, item: &LineItemId) -> Result<bool, StoreError> {
    let named: i64 = rule_inputs::table
        .filter(rule_inputs::tenant_id.eq(tenant.as_str()))
        .filter(rule_inputs::kind.eq(LINE_ITEM))
        .filter(rule_inputs::input_id.eq(item.as_str()))
        .count()
        .get_result(db)?;
    Ok(named > 0)
}

/// Whether any version of a rule asks for approved work in the activity.
pub(crate) fn names_activity(
    db: &mut Db,
    tenant: &TenantId,
    activity: &ActivityId,
) -> Result<bool, StoreError> {
    let named: i64 = rule_inputs::table
        .filter(rule_inputs::tenant_id.eq(tenant.as_str()))
        .filter(rule_inputs::kind.eq(ACTIVITY))
        .filter(rule_inputs::input_id.eq(activity.as_str()))
        .count()
        .get_result(db)?;
    Ok(named > 0)
}

/// The line items that rules of the course read, active ones and drafts, each with the badge that reads it.
pub(crate) fn reading_columns(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<(LineItemId, BadgeId)>, StoreError> {
    let states = [word(&RuleState::Active)?, word(&RuleState::Draft)?];
    let rows: Vec<(String, String)> = on_both!(db, |connection| rules::table
        .inner_join(rule_inputs::table.on(rule_inputs::rule_id.eq(rules::id)))
        .inner_join(badges::table.on(badges::id.eq(rules::badge_id)))
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(rules::state.eq_any(&states))
        .filter(rule_inputs::kind.eq(LINE_ITEM))
        .order((rules::badge_id, rule_inputs::input_id))
        .select((rule_inputs::input_id, rules::badge_id))
        .distinct()
        .load(connection))?;
    let read = rows.into_iter();
    Ok(read.map(|(item, badge)| (item.into(), badge.into())).collect())
}

/// The line items that active rules of the course read: the `watched` of [`super::line_items::upsert_many`].
pub(crate) fn watched_items(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<HashSet<LineItemId>, StoreError> {
    let rules = all_active_for_course(db, tenant, course)?;
    Ok(rules
        .iter()
        .flat_map(|rule| rule.root.line_items().cloned().collect::<Vec<_>>())
        .collect())
}
