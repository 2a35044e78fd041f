//! People of whom the platform cannot tell whether they are students, and what teachers answered.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{OTHER, Row, STUDENT, listing};
use crate::domain::membership::Answered;
use crate::domain::people::{Enrolment, Person};
use crate::ids::{CourseId, PersonId, TenantId};
use crate::store::convert::micros;
use crate::store::people::Row as PersonRow;
use crate::store::schema::{enrolments, people};
use crate::store::{Db, StoreError};

/// Those of a course about whom a teacher is asked or was, by name. Staff who were never taken for students are not among
/// them.
pub(crate) fn asked(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<(Person, Enrolment)>, StoreError> {
    let listing = listing(db, tenant, course)?;
    let rows: Vec<(PersonRow, Row)> = on_both!(db, |connection| enrolments::table
        .inner_join(people::table.on(people::id.eq(enrolments::person_id)))
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::active)
        .filter(
            enrolments::staff_seen_at
                .is_not_null()
                .or(enrolments::barred)
                .or(enrolments::refused_grading_at.is_not_null())
                .or(enrolments::answer.is_not_null())
        )
        .order((people::folded_name, people::id))
        .select((PersonRow::as_select(), Row::as_select()))
        .load(connection))?;
    let mut asked = Vec::new();
    for (person, row) in rows {
        let enrolment = row.enrolment(listing)?;
        if enrolment.may_be_answered() {
            asked.push((Person::from(person), enrolment));
        }
    }
    Ok(asked)
}

/// Keeps what a teacher says of somebody in a course, in place of what was said before.
///
/// # Errors
/// [`StoreError::Missing`] when that person was never seen there.
pub(crate) fn answer(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    answered: &Answered,
) -> Result<(), StoreError> {
    let word = if answered.is_student { STUDENT } else { OTHER };
    let changed = diesel::update(enrolments::table)
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .set((
            enrolments::answer.eq(Some(word)),
            enrolments::answered_by.eq(answered.by.as_ref().map(PersonId::as_str)),
            enrolments::answered_at.eq(Some(micros(answered.at))),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("enrolment"))
    } else {
        Ok(())
    }
}

/// Holds what was said of somebody in a course as it was read until the transaction ends: whoever says something else waits.
///
/// # Errors
/// [`StoreError::Stale`] when something else is said by now.
pub(crate) fn hold_answer(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    known: Option<&Answered>,
) -> Result<(), StoreError> {
    let held = on_both!(db, |connection| {
        let same = diesel::update(enrolments::table)
            .filter(enrolments::tenant_id.eq(tenant.as_str()))
            .filter(enrolments::course_id.eq(course.as_str()))
            .filter(enrolments::person_id.eq(person.as_str()))
            .set(enrolments::person_id.eq(person.as_str()))
            .into_boxed();
        let same = match known {
            Some(known) => same.filter(enrolments::answered_at.eq(Some(micros(known.at)))),
            None => same.filter(enrolments::answered_at.is_null()),
        };
        same.execute(connection)
    })?;
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Notes that the platform refused to grade somebody in a course. `false`: that person was never seen there.
pub(crate) fn note_refused_grading(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(enrolments::table)
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .set(enrolments::refused_grading_at.eq(Some(micros(at))))
        .execute(db)?;
    Ok(changed == 1)
}

/// Takes it back that the platform refused to grade somebody in a course, because it did. `false`: it had not refused.
pub(crate) fn lift_refused_grading(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
) -> Result<bool, StoreError> {
    let changed = diesel::update(enrolments::table)
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::course_id.eq(course.as_str()))
        .filter(enrolments::person_id.eq(person.as_str()))
        .filter(enrolments::refused_grading_at.is_not_null())
        .set(enrolments::refused_grading_at.eq(None::<i64>))
        .execute(db)?;
    Ok(changed == 1)
}

/// Takes a person out of what they answered for others; the answers stay.
pub(in crate::store) fn forget_answers_of(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<(), StoreError> {
    diesel::update(enrolments::table)
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::answered_by.eq(person.as_str()))
        .set(enrolments::answered_by.eq(None::<String>))
        .execute(db)?;
    Ok(())
}
