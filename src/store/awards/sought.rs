//! Awards that an administrator looks for, whatever course they are of.

use diesel::prelude::*;

use super::Row;
use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::course::Course;
use crate::domain::people::Person;
use crate::ids::{AwardId, BadgeId, TenantId};
use crate::store::badges::Row as BadgeRow;
use crate::store::convert::anywhere;
use crate::store::courses::Row as CourseRow;
use crate::store::people::Row as PersonRow;
use crate::store::schema::{awards, badges, courses, identities, people};
use crate::store::{self, Db, StoreError};

/// An award with everything that names it.
pub(crate) type Named = (Award, Badge, Course, Person);

type Found = (Row, BadgeRow, CourseRow, PersonRow);

/// Awards of whom a part of their name or a platform's id names so, of these badges, and these awards; newest first, at most
/// `limit`. What stayed with somebody who was joined into another person is not among them: it goes with the award of that
/// person.
pub(crate) fn sought(
    db: &mut Db,
    tenant: &TenantId,
    text: &str,
    of_badges: &[BadgeId],
    these: &[AwardId],
    limit: i64,
) -> Result<Vec<Named>, StoreError> {
    let pattern = anywhere(text);
    let of_badges: Vec<&str> = of_badges.iter().map(BadgeId::as_str).collect();
    let these: Vec<&str> = these.iter().map(AwardId::as_str).collect();
    let rows: Vec<Found> = on_both!(db, |connection| {
        let named = identities::table
            .filter(identities::tenant_id.eq(tenant.as_str()))
            .filter(identities::sub.eq(text))
            .select(identities::person_id);
        awards::table
            .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .inner_join(people::table.on(people::id.eq(awards::person_id)))
            .filter(awards::tenant_id.eq(tenant.as_str()))
            .filter(badges::tenant_id.eq(awards::tenant_id))
            .filter(courses::tenant_id.eq(awards::tenant_id))
            .filter(people::tenant_id.eq(awards::tenant_id))
            .filter(people::joined_into.is_null())
            .filter(
                people::folded_name
                    .like(&pattern)
                    .escape('\\')
                    .or(people::id.eq_any(named))
                    .or(awards::badge_id.eq_any(&of_badges))
                    .or(awards::id.eq_any(&these)),
            )
            .order((awards::awarded_at.desc(), awards::id.desc()))
            .limit(limit)
            .select((
                Row::as_select(),
                BadgeRow::as_select(),
                CourseRow::as_select(),
                PersonRow::as_select(),
            ))
            .load(connection)?
    });
    let mut all = Vec::new();
    for (award, badge, course, person) in rows {
        all.push((award.award()?, badge.badge()?, course.course()?, person.into()));
    }
    Ok(all)
}

/// One award with everything that names it.
pub(crate) fn named(db: &mut Db, tenant: &TenantId, id: &AwardId) -> Result<Option<Named>, StoreError> {
    let Some(award) = super::get(db, tenant, id)? else {
        return Ok(None);
    };
    let badge = store::badges::get(db, tenant, &award.badge)?.ok_or(StoreError::Missing("badge"))?;
    let course = store::courses::get(db, tenant, &badge.course)?.ok_or(StoreError::Missing("course"))?;
    let person = store::people::get(db, tenant, &award.person)?.ok_or(StoreError::Missing("person"))?;
    Ok(Some((award, badge, course, person)))
}
