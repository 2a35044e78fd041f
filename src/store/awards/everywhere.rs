//! The awards of one person in all courses of the institution, whatever became of those: the latest term of each badge.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::badges::Row as BadgeRow;
use super::super::convert::micros;
use super::super::courses::Row as CourseRow;
use super::super::pieces::Piece;
use super::super::schema::{awards, badges, courses};
use super::super::{Db, StoreError};
use super::Row;
use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::course::Course;
use crate::domain::page::Page;
use crate::ids::{BadgeId, PersonId, TenantId};

/// That no later term of the same badge was awarded to the same person.
fn is_latest() -> Piece<Bool> {
    Piece::sql(
        "NOT EXISTS (SELECT 1 FROM awards later WHERE later.badge_id = awards.badge_id \
         AND later.person_id = awards.person_id AND later.cycle > awards.cycle)",
    )
}

/// A part of them, newest first and what was revoked behind all others, each with its badge and its course.
pub(crate) fn everywhere(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    page: Page,
) -> Result<Vec<(Award, Badge, Course)>, StoreError> {
    let rows: Vec<(Row, BadgeRow, CourseRow)> = on_both!(db, |connection| awards::table
        .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
        .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .filter(badges::tenant_id.eq(awards::tenant_id))
        .filter(courses::tenant_id.eq(awards::tenant_id))
        .filter(is_latest())
        .order((
            awards::revoked_at.is_not_null(),
            awards::awarded_at.desc(),
            awards::id.desc()
        ))
        .offset(page.offset)
        .limit(page.limit)
        .select((Row::as_select(), BadgeRow::as_select(), CourseRow::as_select()))
        .load(connection))?;
    rows.into_iter()
        .map(|(award, badge, course)| Ok((award.award()?, badge.badge()?, course.course()?)))
        .collect()
}

/// How many there are.
pub(crate) fn count_everywhere(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<i64, StoreError> {
    Ok(on_both!(db, |connection| awards::table
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .filter(is_latest())
        .count()
        .get_result(connection))?)
}

/// What a person holds at `now`, in whatever term: each badge by the lineage that its award counts for, or by itself.
pub(crate) fn held_lineages(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    now: DateTime<Utc>,
) -> Result<HashSet<BadgeId>, StoreError> {
    let rows: Vec<(String, Option<String>)> = on_both!(db, |connection| awards::table
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .filter(awards::revoked_at.is_null())
        .filter(
            awards::valid_until
                .is_null()
                .or(awards::valid_until.assume_not_null().gt(micros(now)))
        )
        .select((awards::badge_id, awards::lineage))
        .load(connection))?;
    let held = rows.into_iter();
    Ok(held
        .map(|(badge, lineage)| lineage.unwrap_or(badge).into())
        .collect())
}
