//! Badges as instructors design them.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, from_json, json, micros, moment};
use super::schema::{badges, courses, lineage_acceptances, rule_inputs, rules};
use super::{Db, StoreError};
use crate::domain::badge::{Badge, BadgeState, Design};
use crate::domain::columns::{Pause, Resumed};
use crate::domain::rest::Rest;
use crate::ids::{BadgeId, CourseId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = badges, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    state: String,
    pause_reason: Option<String>,
    design: String,
    active_rule_id: Option<String>,
    revision: i32,
    created_at: i64,
    updated_at: i64,
    lineage: Option<String>,
}

/// The word for a state, and why it rests.
fn state_columns(state: &BadgeState) -> Result<(&'static str, Option<String>), StoreError> {
    Ok(match state {
        BadgeState::Draft => ("draft", None),
        BadgeState::Active => ("active", None),
        BadgeState::Paused { reason } => ("paused", Some(stored(reason)?)),
        BadgeState::Retired => ("retired", None),
    })
}

/// Why a badge rests as it is kept. What an earlier version kept are sentences, and stay what they are.
fn stored(rest: &Rest) -> Result<String, StoreError> {
    match rest {
        Rest::Earlier(sentences) => Ok(sentences.clone()),
        rest => json(rest),
    }
}

fn rest_from(stored: String) -> Rest {
    from_json("badges.pause_reason", &stored).unwrap_or(Rest::Earlier(stored))
}

impl Row {
    pub(super) fn badge(self) -> Result<Badge, StoreError> {
        let state = match self.state.as_str() {
            "draft" => BadgeState::Draft,
            "active" => BadgeState::Active,
            "paused" => BadgeState::Paused {
                reason: rest_from(self.pause_reason.unwrap_or_default()),
            },
            "retired" => BadgeState::Retired,
            other => {
                return Err(StoreError::Value {
                    column: "badges.state",
                    problem: format!("{other:?}"),
                });
            }
        };
        Ok(Badge {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            state,
            design: from_json("badges.design", &self.design)?,
            active_rule: self.active_rule_id.map(Into::into),
            revision: self.revision,
            created_at: moment(self.created_at)?,
            updated_at: moment(self.updated_at)?,
        })
    }
}

/// Adds a badge, with which a lineage begins.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the id is taken.
pub(crate) fn insert(db: &mut Db, badge: &Badge) -> Result<(), StoreError> {
    let (state, reason) = state_columns(&badge.state)?;
    let row = Row {
        id: badge.id.to_string(),
        tenant_id: badge.tenant.to_string(),
        course_id: badge.course.to_string(),
        state: state.to_owned(),
        pause_reason: reason,
        design: json(&badge.design)?,
        active_rule_id: badge.active_rule.as_ref().map(ToString::to_string),
        revision: badge.revision,
        created_at: micros(badge.created_at),
        updated_at: micros(badge.updated_at),
        lineage: Some(badge.id.to_string()),
    };
    diesel::insert_into(badges::table).values(&row).execute(db)?;
    Ok(())
}

/// The badge with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &BadgeId) -> Result<Option<Badge>, StoreError> {
    let row = on_both!(db, |connection| badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::badge).transpose()
}

/// What these badges are called, of whichever courses they are; what is gone has no name.
pub(crate) fn names_of(
    db: &mut Db,
    tenant: &TenantId,
    these: &BTreeSet<BadgeId>,
) -> Result<HashMap<BadgeId, String>, StoreError> {
    let these: Vec<&str> = these.iter().map(BadgeId::as_str).collect();
    let mut called = HashMap::new();
    for some in these.chunks(CHUNK) {
        let rows: Vec<(String, String)> = on_both!(db, |connection| badges::table
            .filter(badges::tenant_id.eq(tenant.as_str()))
            .filter(badges::id.eq_any(some))
            .select((badges::id, badges::design))
            .load(connection))?;
        for (id, design) in rows {
            let design: Design = from_json("badges.design", &design)?;
            called.insert(id.into(), design.name);
        }
    }
    Ok(called)
}

/// The badges of a course, oldest first.
pub(crate) fn for_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<Badge>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .order((badges::created_at, badges::id))
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::badge).collect()
}

/// All badges of an institution, by course, oldest first.
pub(crate) fn of_tenant(db: &mut Db, tenant: &TenantId) -> Result<Vec<Badge>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .order((badges::course_id, badges::created_at, badges::id))
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::badge).collect()
}

/// The badges of an institution that are active or paused, oldest first.
pub(crate) fn in_use(db: &mut Db, tenant: &TenantId) -> Result<Vec<Badge>, StoreError> {
    let rows: Vec<Row> = badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::state.eq("active").or(badges::state.eq("paused")))
        .order((badges::created_at, badges::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::badge).collect()
}

/// Changes the design that was loaded as `revision`, and says the new revision.
///
/// # Errors
/// [`StoreError::Stale`] when somebody changed it since, [`StoreError::Missing`] when it is gone.
pub(crate) fn update_design(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    revision: i32,
    design: &Design,
    now: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let next = revision.saturating_add(1);
    let changed = diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .filter(badges::revision.eq(revision))
        .set((
            badges::design.eq(json(design)?),
            badges::revision.eq(next),
            badges::updated_at.eq(micros(now)),
        ))
        .execute(db)?;
    if changed == 1 {
        return Ok(next);
    }
    Err(if get(db, tenant, id)?.is_some() {
        StoreError::Stale
    } else {
        StoreError::Missing("badge")
    })
}

/// Says where a badge stands. Why it rested and that it decides again by itself are forgotten with it.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such badge.
pub(crate) fn set_state(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    state: &BadgeState,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (word, reason) = state_columns(state)?;
    let changed = diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .set((
            badges::state.eq(word),
            badges::pause_reason.eq(reason),
            badges::pause.eq(None::<String>),
            badges::resumed.eq(None::<String>),
            badges::updated_at.eq(micros(now)),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("badge"))
    } else {
        Ok(())
    }
}

/// Has a badge rest for its columns, or says anew why it does. Run it in a transaction.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such badge.
pub(crate) fn rest(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    reason: Rest,
    pause: &Pause,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let paused = BadgeState::Paused { reason };
    set_state(db, tenant, id, &paused, now)?;
    diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .set(badges::pause.eq(json(pause)?))
        .execute(db)?;
    Ok(())
}

/// Keeps for the teachers of a badge that it decides again by itself, or what changed beneath it.
pub(crate) fn tell(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    resumed: &Resumed,
) -> Result<(), StoreError> {
    diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .set(badges::resumed.eq(json(resumed)?))
        .execute(db)?;
    Ok(())
}

/// Why a badge rests for its columns, if it does; and that it decides again by itself, if it does.
pub(crate) fn rest_of(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
) -> Result<(Option<Pause>, Option<Resumed>), StoreError> {
    let found: Option<(Option<String>, Option<String>)> = badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .select((badges::pause, badges::resumed))
        .get_result(db)
        .optional()?;
    let (pause, resumed) = found.unwrap_or_default();
    Ok((
        pause.map(|text| from_json("badges.pause", &text)).transpose()?,
        resumed
            .map(|text| from_json("badges.resumed", &text))
            .transpose()?,
    ))
}

/// Removes a badge that was never activated, with its draft rule. Run it in a transaction.
///
/// # Errors
/// [`StoreError::InUse`] when it is not a draft or was decided about, [`StoreError::Missing`] when it is gone.
pub(crate) fn delete_draft(db: &mut Db, tenant: &TenantId, id: &BadgeId) -> Result<(), StoreError> {
    let badge = get(db, tenant, id)?.ok_or(StoreError::Missing("badge"))?;
    if badge.state != BadgeState::Draft || badge.active_rule.is_some() {
        return Err(StoreError::InUse("its awards".to_owned()));
    }
    let ids: Vec<String> = rules::table
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::badge_id.eq(id.as_str()))
        .select(rules::id)
        .load(db)?;
    for rule in ids {
        diesel::delete(rule_inputs::table)
            .filter(rule_inputs::tenant_id.eq(tenant.as_str()))
            .filter(rule_inputs::rule_id.eq(rule))
            .execute(db)?;
    }
    diesel::delete(rules::table)
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(rules::badge_id.eq(id.as_str()))
        .execute(db)?;
    diesel::delete(lineage_acceptances::table)
        .filter(lineage_acceptances::tenant_id.eq(tenant.as_str()))
        .filter(lineage_acceptances::badge_id.eq(id.as_str()))
        .execute(db)?;
    super::dismissals::forget_badge(db, tenant, id)?;
    diesel::delete(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .execute(db)?;
    Ok(())
}

/// Says of which badge of another course this one is a copy.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such badge.
pub(crate) fn set_copied_from(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    source: &BadgeId,
) -> Result<(), StoreError> {
    let changed = diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .set(badges::copied_from.eq(source.as_str()))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("badge"))
    } else {
        Ok(())
    }
}

/// The badges of a course that were copied, each with the one it was copied from, oldest first.
pub(crate) fn copied(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<(Badge, BadgeId)>, StoreError> {
    let rows: Vec<(Row, String)> = badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(badges::copied_from.is_not_null())
        .order((badges::created_at, badges::id))
        .select((Row::as_select(), badges::copied_from.assume_not_null()))
        .load(db)?;
    rows.into_iter()
        .map(|(row, source)| Ok((row.badge()?, source.into())))
        .collect()
}

/// The badge that this one is a copy of.
pub(crate) fn copied_from(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
) -> Result<Option<BadgeId>, StoreError> {
    let found: Option<Option<String>> = badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .select(badges::copied_from)
        .get_result(db)
        .optional()?;
    Ok(found.flatten().map(BadgeId::from))
}

/// A badge, and the title and the short name of its course.
pub(crate) type InCourse = (Badge, Option<String>, Option<String>);

/// The badges of courses that have ended, by course, each with the title and the short name of its course.
pub(crate) fn of_ended_courses(db: &mut Db, tenant: &TenantId) -> Result<Vec<InCourse>, StoreError> {
    let rows: Vec<(Row, Option<String>, Option<String>)> = on_both!(db, |connection| badges::table
        .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::ended_at.is_not_null())
        .order((badges::course_id, badges::id))
        .select((Row::as_select(), courses::title, courses::label))
        .load(connection))?;
    let all = rows.into_iter();
    all.map(|(row, title, label)| Ok((row.badge()?, title, label)))
        .collect()
}
