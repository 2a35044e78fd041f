//! Who was seen as an instructor of which course: it stays when they leave.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, micros};
use super::schema::course_teachers;
use super::{Db, StoreError};
use crate::ids::{CourseId, PersonId, TenantId};

#[derive(Insertable)]
#[diesel(table_name = course_teachers, treat_none_as_default_value = false)]
struct Row<'a> {
    tenant_id: &'a str,
    course_id: &'a str,
    person_id: &'a str,
    first_seen_at: i64,
}

/// Notes that these people teach the course. Whoever is known already stays as they are.
pub(crate) fn note(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    people: &[PersonId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let known: Vec<String> = course_teachers::table
        .filter(course_teachers::tenant_id.eq(tenant.as_str()))
        .filter(course_teachers::course_id.eq(course.as_str()))
        .select(course_teachers::person_id)
        .load(db)?;
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    let new: BTreeSet<&str> = people
        .iter()
        .map(PersonId::as_str)
        .filter(|person| !known.contains(person))
        .collect();
    let rows: Vec<Row<'_>> = new
        .into_iter()
        .map(|person_id| Row {
            tenant_id: tenant.as_str(),
            course_id: course.as_str(),
            person_id,
            first_seen_at: micros(now),
        })
        .collect();
    for some in rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(course_teachers::table)
            .values(some)
            .on_conflict_do_nothing()
            .execute(connection))?;
    }
    Ok(())
}

/// Whether a person was ever seen as an instructor of the course.
pub(crate) fn taught(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<bool, StoreError> {
    let seen: i64 = course_teachers::table
        .filter(course_teachers::tenant_id.eq(tenant.as_str()))
        .filter(course_teachers::course_id.eq(course.as_str()))
        .filter(course_teachers::person_id.eq(person.as_str()))
        .count()
        .get_result(db)?;
    Ok(seen > 0)
}

/// The courses in which a person was seen as an instructor.
pub(crate) fn courses_of(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<CourseId>, StoreError> {
    let ids: Vec<String> = course_teachers::table
        .filter(course_teachers::tenant_id.eq(tenant.as_str()))
        .filter(course_teachers::person_id.eq(person.as_str()))
        .order(course_teachers::course_id)
        .select(course_teachers::course_id)
        .load(db)?;
    Ok(ids.into_iter().map(CourseId::from).collect())
}
