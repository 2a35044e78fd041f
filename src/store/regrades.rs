//! Awards whose holders no longer meet the rule: found by a decision, closed by a person or by a later decision. Whether that
//! suspends the award stands at the award, and changes here alone, in the caller's transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_word, micros, moment, word};
use super::schema::{awards as awards_table, badges, decisions, regrades};
use super::{Db, StoreError, awards};
use crate::domain::award::{Regrade, RegradeState};
use crate::domain::policy::Regrade as Policy;
use crate::ids::{AwardId, BadgeId, CourseId, PersonId, RegradeId, RuleId, TenantId};

const OPEN: &str = "open";
/// Those that a later decision may still close.
const LIVE: [&str; 2] = [OPEN, "kept"];

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = regrades, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    person_id: String,
    award_id: String,
    policy: String,
    state: String,
    found_at: i64,
}

impl Row {
    fn regrade(self) -> Result<Regrade, StoreError> {
        Ok(Regrade {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            badge: self.badge_id.into(),
            person: self.person_id.into(),
            award: self.award_id.into(),
            policy: from_word("regrades.policy", &self.policy)?,
            state: from_word("regrades.state", &self.state)?,
            found_at: moment(self.found_at)?,
        })
    }
}

/// Keeps that somebody has to look at an award. `false`: there is one of that award already that is not over.
pub(crate) fn insert_once(db: &mut Db, regrade: &Regrade) -> Result<bool, StoreError> {
    let row = Row {
        id: regrade.id.to_string(),
        tenant_id: regrade.tenant.to_string(),
        badge_id: regrade.badge.to_string(),
        person_id: regrade.person.to_string(),
        award_id: regrade.award.to_string(),
        policy: word(&regrade.policy)?,
        state: word(&regrade.state)?,
        found_at: micros(regrade.found_at),
    };
    let added = on_both!(db, |connection| diesel::insert_into(regrades::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    if added == 1 && regrade.policy == Policy::Suspend && regrade.state == RegradeState::Open {
        let since = Some(regrade.found_at);
        awards::set_suspended(db, &regrade.tenant, &regrade.award, since)?;
    }
    Ok(added == 1)
}

/// One by its id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &RegradeId) -> Result<Option<Regrade>, StoreError> {
    let row = regrades::table
        .filter(regrades::tenant_id.eq(tenant.as_str()))
        .filter(regrades::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::regrade).transpose()
}

/// Those of a badge that are not over, by person.
pub(crate) fn live_of_badge(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<HashMap<PersonId, Regrade>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| regrades::table
        .filter(regrades::tenant_id.eq(tenant.as_str()))
        .filter(regrades::badge_id.eq(badge.as_str()))
        .filter(regrades::state.eq_any(LIVE))
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter()
        .map(|row| Ok((row.person_id.clone().into(), row.regrade()?)))
        .collect()
}

/// What waits for a decision in a course, oldest first, at most `limit`; and how many there are in all. An award that has
/// expired or was revoked waits for nothing.
pub(crate) fn open_of_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<(Vec<Regrade>, i64), StoreError> {
    let found = || {
        regrades::table
            .inner_join(badges::table.on(badges::id.eq(regrades::badge_id)))
            .inner_join(awards_table::table.on(awards_table::id.eq(regrades::award_id)))
            .filter(awards_table::revoked_at.is_null())
            .filter(
                awards_table::valid_until
                    .is_null()
                    .or(awards_table::valid_until.assume_not_null().gt(micros(now))),
            )
            .filter(regrades::tenant_id.eq(tenant.as_str()))
            .filter(badges::course_id.eq(course.as_str()))
            .filter(regrades::state.eq(OPEN))
    };
    let total: i64 = found().count().get_result(db)?;
    let rows: Vec<Row> = found()
        .order((regrades::found_at, regrades::id))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    let all: Result<Vec<Regrade>, StoreError> = rows.into_iter().map(Row::regrade).collect();
    Ok((all?, total))
}

/// Keeps what somebody decided. `false`: it waits no more.
pub(crate) fn decide(
    db: &mut Db,
    tenant: &TenantId,
    id: &RegradeId,
    state: RegradeState,
    by: &PersonId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(regrades::table)
        .filter(regrades::tenant_id.eq(tenant.as_str()))
        .filter(regrades::id.eq(id.as_str()))
        .filter(regrades::state.eq(OPEN))
        .set((
            regrades::state.eq(word(&state)?),
            regrades::decided_by.eq(by.as_str()),
            regrades::reason.eq(reason),
            regrades::decided_at.eq(micros(now)),
        ))
        .execute(db)?;
    if changed == 1
        && let Some(decided) = get(db, tenant, id)?
    {
        awards::set_suspended(db, tenant, &decided.award, None)?;
    }
    Ok(changed == 1)
}

/// Ends what is not over of an award: its rule is met again, or it was revoked for another reason.
pub(crate) fn end(db: &mut Db, tenant: &TenantId, award: &AwardId) -> Result<bool, StoreError> {
    let over = word(&RegradeState::Over)?;
    let changed = on_both!(db, |connection| diesel::update(regrades::table)
        .filter(regrades::tenant_id.eq(tenant.as_str()))
        .filter(regrades::award_id.eq(award.as_str()))
        .filter(regrades::state.eq_any(LIVE))
        .set(regrades::state.eq(&over))
        .execute(connection))?;
    if changed > 0 {
        awards::set_suspended(db, tenant, award, None)?;
    }
    Ok(changed > 0)
}

/// Whether this person met that very version of a rule at some time.
pub(crate) fn has_met(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    person: &PersonId,
    rule: &RuleId,
) -> Result<bool, StoreError> {
    let met: i64 = decisions::table
        .filter(decisions::tenant_id.eq(tenant.as_str()))
        .filter(decisions::badge_id.eq(badge.as_str()))
        .filter(decisions::person_id.eq(person.as_str()))
        .filter(decisions::rule_id.eq(rule.as_str()))
        .filter(decisions::outcome.eq("yes"))
        .count()
        .get_result(db)?;
    Ok(met > 0)
}

/// Every time that a grade of a person fell after an award, oldest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Regrade>, StoreError> {
    let rows: Vec<Row> = regrades::table
        .filter(regrades::tenant_id.eq(tenant.as_str()))
        .filter(regrades::person_id.eq(person.as_str()))
        .order((regrades::found_at, regrades::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::regrade).collect()
}
