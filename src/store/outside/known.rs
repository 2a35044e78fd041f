//! By what gradebook files and the interface of the LMS know the people of a course.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::ids::{CourseId, PersonId, TenantId};
use crate::store::schema::outside_people;
use crate::store::{Db, StoreError};

/// A person or a course, and the three ids.
type Found = (String, Option<String>, Option<String>, Option<String>);

fn known(lms_id: Option<String>, sis_id: Option<String>, api_id: Option<String>) -> KnownAs {
    KnownAs {
        lms_id,
        sis_id,
        api_id,
    }
}

/// By what files know a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KnownAs {
    pub(crate) lms_id: Option<String>,
    pub(crate) sis_id: Option<String>,
    /// In the interface of the LMS, as LTI says it.
    pub(crate) api_id: Option<String>,
}

/// By what the files of a course know its people.
pub(crate) fn known_as(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<HashMap<PersonId, KnownAs>, StoreError> {
    let rows: Vec<Found> = outside_people::table
        .filter(outside_people::tenant_id.eq(tenant.as_str()))
        .filter(outside_people::course_id.eq(course.as_str()))
        .select((
            outside_people::person_id,
            outside_people::lms_id,
            outside_people::sis_id,
            outside_people::api_id,
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(person, lms_id, sis_id, api_id)| (person.into(), known(lms_id, sis_id, api_id)))
        .collect())
}

/// Remembers by what a file knows a person; what it does not say stays as it was known.
pub(crate) fn remember(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    known: &KnownAs,
) -> Result<(), StoreError> {
    on_both!(db, |connection| diesel::insert_into(outside_people::table)
        .values((
            outside_people::tenant_id.eq(tenant.as_str()),
            outside_people::course_id.eq(course.as_str()),
            outside_people::person_id.eq(person.as_str()),
            outside_people::lms_id.eq(known.lms_id.as_deref()),
            outside_people::sis_id.eq(known.sis_id.as_deref()),
            outside_people::api_id.eq(known.api_id.as_deref()),
        ))
        .on_conflict((outside_people::course_id, outside_people::person_id))
        .do_nothing()
        .execute(connection))?;
    if let Some(lms_id) = &known.lms_id {
        diesel::update(outside_people::table)
            .filter(outside_people::tenant_id.eq(tenant.as_str()))
            .filter(outside_people::course_id.eq(course.as_str()))
            .filter(outside_people::person_id.eq(person.as_str()))
            .set(outside_people::lms_id.eq(Some(lms_id.as_str())))
            .execute(db)?;
    }
    if let Some(api_id) = &known.api_id {
        diesel::update(outside_people::table)
            .filter(outside_people::tenant_id.eq(tenant.as_str()))
            .filter(outside_people::course_id.eq(course.as_str()))
            .filter(outside_people::person_id.eq(person.as_str()))
            .set(outside_people::api_id.eq(Some(api_id.as_str())))
            .execute(db)?;
    }
    if let Some(sis_id) = &known.sis_id {
        diesel::update(outside_people::table)
            .filter(outside_people::tenant_id.eq(tenant.as_str()))
            .filter(outside_people::course_id.eq(course.as_str()))
            .filter(outside_people::person_id.eq(person.as_str()))
            .set(outside_people::sis_id.eq(Some(sis_id.as_str())))
            .execute(db)?;
    }
    Ok(())
}

/// Remembers the ids of the school that a member list gives; what files said stays where the list says nothing.
pub(crate) fn remember_listed(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    listed: &[(PersonId, String)],
) -> Result<(), StoreError> {
    if listed.is_empty() {
        return Ok(());
    }
    let known = known_as(db, tenant, course)?;
    for (person, sis_id) in listed {
        let before = known.get(person).and_then(|known| known.sis_id.as_ref());
        if before != Some(sis_id) {
            let now = KnownAs {
                sis_id: Some(sis_id.clone()),
                ..KnownAs::default()
            };
            remember(db, tenant, course, person, &now)?;
        }
    }
    Ok(())
}

/// Forgets by what the files of a course know people: those files were of another course. What LTI says stays.
pub(crate) fn forget_known(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<(), StoreError> {
    diesel::delete(outside_people::table)
        .filter(outside_people::tenant_id.eq(tenant.as_str()))
        .filter(outside_people::course_id.eq(course.as_str()))
        .filter(outside_people::api_id.is_null())
        .execute(db)?;
    diesel::update(outside_people::table)
        .filter(outside_people::tenant_id.eq(tenant.as_str()))
        .filter(outside_people::course_id.eq(course.as_str()))
        .set((
            outside_people::lms_id.eq(None::<String>),
            outside_people::sis_id.eq(None::<String>),
        ))
        .execute(db)?;
    Ok(())
}

/// Whose ids of the interface are which, in a course. An id that two people have is nobody's.
pub(crate) fn api_ids(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<HashMap<String, PersonId>, StoreError> {
    let rows: Vec<(String, Option<String>)> = outside_people::table
        .filter(outside_people::tenant_id.eq(tenant.as_str()))
        .filter(outside_people::course_id.eq(course.as_str()))
        .filter(outside_people::api_id.is_not_null())
        .order(outside_people::person_id)
        .select((outside_people::person_id, outside_people::api_id))
        .load(db)?;
    let mut whose: HashMap<String, Option<PersonId>> = HashMap::new();
    for (person, id) in rows {
        let Some(id) = id else { continue };
        let owner = Some(PersonId::from(person));
        whose.entry(id).and_modify(|other| *other = None).or_insert(owner);
    }
    let certain = whose.into_iter().filter_map(|(id, owner)| Some((id, owner?)));
    Ok(certain.collect())
}

/// Remembers the ids of the interface that LTI says.
pub(crate) fn remember_api_ids(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    said: &[(PersonId, String)],
) -> Result<(), StoreError> {
    let before = known_as(db, tenant, course)?;
    for (person, api_id) in said {
        let known = before.get(person).and_then(|known| known.api_id.as_ref());
        if known != Some(api_id) {
            let now = KnownAs {
                api_id: Some(api_id.clone()),
                ..KnownAs::default()
            };
            remember(db, tenant, course, person, &now)?;
        }
    }
    Ok(())
}

/// By what files know a person, in each course: the course and the two ids.
pub(crate) fn known_of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<(CourseId, KnownAs)>, StoreError> {
    let rows: Vec<Found> = outside_people::table
        .filter(outside_people::tenant_id.eq(tenant.as_str()))
        .filter(outside_people::person_id.eq(person.as_str()))
        .order(outside_people::course_id)
        .select((
            outside_people::course_id,
            outside_people::lms_id,
            outside_people::sis_id,
            outside_people::api_id,
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(course, lms_id, sis_id, api_id)| (course.into(), known(lms_id, sis_id, api_id)))
        .collect())
}
