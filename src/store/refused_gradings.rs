//! Whom a platform refused to grade in a course: perhaps no students.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::refused_gradings;
use super::{Db, StoreError};
use crate::ids::{CourseId, PersonId, TenantId};

/// Keeps that a person was refused; the first time stays. `false`: it is known already.
pub(crate) fn insert(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let added = on_both!(db, |connection| diesel::insert_into(refused_gradings::table)
        .values((
            refused_gradings::tenant_id.eq(tenant.as_str()),
            refused_gradings::course_id.eq(course.as_str()),
            refused_gradings::person_id.eq(person.as_str()),
            refused_gradings::refused_at.eq(micros(at)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The platform grades this person after all. `false`: nothing else was known.
pub(crate) fn lift(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<bool, StoreError> {
    let gone = diesel::delete(refused_gradings::table)
        .filter(refused_gradings::tenant_id.eq(tenant.as_str()))
        .filter(refused_gradings::course_id.eq(course.as_str()))
        .filter(refused_gradings::person_id.eq(person.as_str()))
        .execute(db)?;
    Ok(gone > 0)
}

/// When a person was refused in a course, if they were.
pub(crate) fn since(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<i64> = on_both!(db, |connection| refused_gradings::table
        .filter(refused_gradings::tenant_id.eq(tenant.as_str()))
        .filter(refused_gradings::course_id.eq(course.as_str()))
        .filter(refused_gradings::person_id.eq(person.as_str()))
        .select(refused_gradings::refused_at)
        .get_result(connection))
    .optional()?;
    at.map(moment).transpose()
}

/// Everybody who was refused in a course, and when.
pub(crate) fn of_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<HashMap<PersonId, DateTime<Utc>>, StoreError> {
    let rows: Vec<(String, i64)> = refused_gradings::table
        .filter(refused_gradings::tenant_id.eq(tenant.as_str()))
        .filter(refused_gradings::course_id.eq(course.as_str()))
        .select((refused_gradings::person_id, refused_gradings::refused_at))
        .load(db)?;
    rows.into_iter()
        .map(|(person, at)| Ok((person.into(), moment(at)?)))
        .collect()
}
