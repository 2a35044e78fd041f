//! Which badges are the same achievement in several courses and terms, and for what their awards count outside their course.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, from_json, json, micros, moment};
use super::schema::{awards, badges, courses, decisions, lineage_acceptances, rule_inputs, rules};
use super::{Db, StoreError, policies};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::lineage::{Offered, Origin};
use crate::domain::policy::Offers;
use crate::ids::{BadgeId, CourseId, RuleId, TenantId};

/// A changed copy that counts all the same: its badge, the digest of what was accepted, by whom, and when.
pub(crate) type Accepted = (BadgeId, String, Option<String>, DateTime<Utc>);

/// What is known of the lineage of a badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// The badge where it begins.
    pub(crate) lineage: BadgeId,
    /// Whether it begins with another badge.
    pub(crate) is_copy: bool,
    /// What it was when it was copied; none for copies from before that was kept.
    pub(crate) origin: Option<Origin>,
    /// Whether its teacher offers it to other courses.
    pub(crate) offered: bool,
}

type Columns = (Option<String>, Option<String>, Option<String>, Option<bool>);

/// What is known of the lineage of that badge.
pub(crate) fn of_badge(db: &mut Db, tenant: &TenantId, id: &BadgeId) -> Result<Option<Known>, StoreError> {
    let found: Option<Columns> = on_both!(db, |connection| badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .select((
            badges::lineage,
            badges::copied_from,
            badges::origin,
            badges::offered,
        ))
        .get_result(connection))
    .optional()?;
    let Some((lineage, copied_from, origin, offered)) = found else {
        return Ok(None);
    };
    // Of a copy that an older program made it is not known where it came from.
    let is_copy = match &lineage {
        Some(lineage) => lineage != id.as_str(),
        None => copied_from.is_some(),
    };
    Ok(Some(Known {
        lineage: lineage.map_or_else(|| id.clone(), BadgeId::from),
        is_copy,
        origin: origin.map(|text| from_json("badges.origin", &text)).transpose()?,
        offered: offered.unwrap_or(false),
    }))
}

/// The lineages of badges; of one that is not there, itself.
pub(crate) fn of_badges<'a>(
    db: &mut Db,
    tenant: &TenantId,
    ids: impl IntoIterator<Item = &'a BadgeId>,
) -> Result<HashMap<BadgeId, BadgeId>, StoreError> {
    let mut all: HashMap<BadgeId, BadgeId> = ids.into_iter().map(|id| (id.clone(), id.clone())).collect();
    let asked: Vec<String> = all.keys().map(ToString::to_string).collect();
    for some in asked.chunks(CHUNK) {
        let rows: Vec<(String, Option<String>)> = on_both!(db, |connection| badges::table
            .filter(badges::tenant_id.eq(tenant.as_str()))
            .filter(badges::id.eq_any(some))
            .select((badges::id, badges::lineage))
            .load(connection))?;
        for (id, lineage) in rows {
            if let Some(lineage) = lineage {
                all.insert(id.into(), lineage.into());
            }
        }
    }
    Ok(all)
}

/// Says of which lineage a copied badge is.
pub(crate) fn begin_copy(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    lineage: &BadgeId,
) -> Result<(), StoreError> {
    diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .set(badges::lineage.eq(lineage.as_str()))
        .execute(db)?;
    Ok(())
}

/// Keeps what a copy was when it was copied, and what stands for what in its course.
pub(crate) fn set_origin(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    origin: &Origin,
) -> Result<(), StoreError> {
    diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .set(badges::origin.eq(json(origin)?))
        .execute(db)?;
    Ok(())
}

/// Says whether a badge is offered to other courses. `false`: that was said before.
pub(crate) fn set_offered(
    db: &mut Db,
    tenant: &TenantId,
    id: &BadgeId,
    offered: bool,
) -> Result<bool, StoreError> {
    let changed = diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(id.as_str()))
        .filter(
            badges::offered
                .is_null()
                .or(badges::offered.assume_not_null().ne(offered)),
        )
        .set(badges::offered.eq(offered))
        .execute(db)?;
    Ok(changed == 1)
}

/// Whether rules of other courses may name a badge, as its institution and its teacher say: also one that is awarded no more.
pub(crate) fn may_be_named(db: &mut Db, badge: &Badge) -> Result<bool, StoreError> {
    if badge.state == BadgeState::Draft {
        return Ok(false);
    }
    Ok(match policies::get(db, &badge.tenant)?.offers {
        Offers::Active => true,
        Offers::Nothing => false,
        Offers::Chosen => of_badge(db, &badge.tenant, &badge.id)?.is_some_and(|known| known.offered),
    })
}

/// The badges that other courses offer to `course`, newest first. A lineage may be in it several times.
pub(crate) fn offered(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<Offered>, StoreError> {
    listed(db, tenant, course, None)
}

/// Badges of other courses that rules of `course` name and may name: also such as are awarded no more.
pub(crate) fn named_elsewhere(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<Offered>, StoreError> {
    let ids: Vec<String> = on_both!(db, |connection| rules::table
        .inner_join(rule_inputs::table.on(rule_inputs::rule_id.eq(rules::id)))
        .inner_join(badges::table.on(badges::id.eq(rules::badge_id)))
        .filter(rules::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(rule_inputs::kind.eq(super::rules::BADGE))
        .select(rule_inputs::input_id)
        .distinct()
        .load(connection))?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    listed(db, tenant, course, Some(&ids))
}

type ListedColumns = (
    String,
    String,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
);

fn listed(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[String]>,
) -> Result<Vec<Offered>, StoreError> {
    let offers = policies::get(db, tenant)?.offers;
    if offers == Offers::Nothing {
        return Ok(Vec::new());
    }
    let rows: Vec<ListedColumns> = on_both!(db, |connection| {
        let mut query = badges::table
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .filter(badges::tenant_id.eq(tenant.as_str()))
            .filter(badges::course_id.ne(course.as_str()))
            .order((badges::created_at.desc(), badges::id.desc()))
            .select((
                badges::id,
                badges::design,
                badges::lineage,
                badges::course_id,
                courses::title,
                courses::label,
            ))
            .into_boxed();
        query = match only {
            Some(ids) => query
                .filter(badges::id.eq_any(ids))
                .filter(badges::state.ne("draft")),
            None => query.filter(badges::state.eq("active")),
        };
        if offers == Offers::Chosen {
            query = query.filter(badges::offered.eq(true));
        }
        query.load(connection)
    })?;
    rows.into_iter()
        .map(|(id, design, lineage, course, title, label)| {
            let design: crate::domain::badge::Design = from_json("badges.design", &design)?;
            Ok(Offered {
                lineage: lineage.map_or_else(|| BadgeId::from(id.as_str()), BadgeId::from),
                badge: id.into(),
                name: design.name,
                course: course.into(),
                course_name: title.or(label).unwrap_or_else(|| "another course".to_owned()),
            })
        })
        .collect()
}

/// Accepts a copy as it is, by the digest of its substance. `false`: it was accepted before.
pub(crate) fn accept(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    substance: &str,
    by: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let added = on_both!(db, |connection| diesel::insert_into(lineage_acceptances::table)
        .values((
            lineage_acceptances::tenant_id.eq(tenant.as_str()),
            lineage_acceptances::badge_id.eq(badge.as_str()),
            lineage_acceptances::substance.eq(substance),
            lineage_acceptances::accepted_by.eq(Some(by)),
            lineage_acceptances::accepted_at.eq(micros(now)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// All changed copies of an institution that were accepted, oldest first.
pub(crate) fn accepted(db: &mut Db, tenant: &TenantId) -> Result<Vec<Accepted>, StoreError> {
    let rows: Vec<(String, String, Option<String>, i64)> = lineage_acceptances::table
        .filter(lineage_acceptances::tenant_id.eq(tenant.as_str()))
        .order((lineage_acceptances::accepted_at, lineage_acceptances::badge_id))
        .select((
            lineage_acceptances::badge_id,
            lineage_acceptances::substance,
            lineage_acceptances::accepted_by,
            lineage_acceptances::accepted_at,
        ))
        .load(db)?;
    rows.into_iter()
        .map(|(badge, substance, by, at)| Ok((badge.into(), substance, by, moment(at)?)))
        .collect()
}

/// Whether a copy was accepted as it is.
pub(crate) fn is_accepted(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    substance: &str,
) -> Result<bool, StoreError> {
    let found: i64 = lineage_acceptances::table
        .filter(lineage_acceptances::tenant_id.eq(tenant.as_str()))
        .filter(lineage_acceptances::badge_id.eq(badge.as_str()))
        .filter(lineage_acceptances::substance.eq(substance))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// Forgets who accepted, of everything that one person accepted.
pub(crate) fn forget_accepter(db: &mut Db, tenant: &TenantId, by: &str) -> Result<(), StoreError> {
    diesel::update(lineage_acceptances::table)
        .filter(lineage_acceptances::tenant_id.eq(tenant.as_str()))
        .filter(lineage_acceptances::accepted_by.eq(by))
        .set(lineage_acceptances::accepted_by.eq(None::<String>))
        .execute(db)?;
    Ok(())
}

/// Lets awards of a badge that were made by these versions of its rule count for a lineage, and says how many did not before.
pub(crate) fn let_count(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    by: &[RuleId],
    lineage: &BadgeId,
) -> Result<usize, StoreError> {
    let by: Vec<&str> = by.iter().map(RuleId::as_str).collect();
    let made = decisions::table
        .filter(decisions::tenant_id.eq(tenant.as_str()))
        .filter(decisions::badge_id.eq(badge.as_str()))
        .filter(decisions::rule_id.eq_any(by))
        .select(decisions::id);
    Ok(on_both!(db, |connection| diesel::update(awards::table)
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::badge_id.eq(badge.as_str()))
        .filter(awards::lineage.is_null())
        .filter(awards::decision_id.eq_any(made))
        .set(awards::lineage.eq(lineage.as_str()))
        .execute(connection))?)
}
