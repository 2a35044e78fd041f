//! The courses of a platform that can be read by its interface: those to try a token on, and those to be read again.

use std::collections::HashSet;

use diesel::prelude::*;

use super::convert::from_json;
use super::schema::{course_keys, courses, rest_readings};
use super::{Db, StoreError};
use crate::domain::reading::{Coverage, Help};
use crate::ids::{CourseId, PlatformId, RegistrationId, TenantId};

/// A course of a platform: of those that go on, one whose reading did not come to its end, else the one that was checked last.
pub(crate) fn a_course(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
) -> Result<Option<CourseId>, StoreError> {
    let troubled = troubled(db, tenant, platform)?;
    if let Some(id) = troubled.into_iter().next() {
        return Ok(Some(CourseId::from(id)));
    }
    let found: Option<String> = on_both!(db, |connection| course_keys::table
        .inner_join(courses::table.on(courses::id.eq(course_keys::course_id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::ended_at.is_null())
        .order((
            courses::last_checked_at.is_null(),
            courses::last_checked_at.desc(),
            courses::id.desc(),
        ))
        .select(courses::id)
        .first(connection))
    .optional()?;
    Ok(found.map(CourseId::from))
}

/// Those of the courses that go on whose last reading did not come to its end, the newest first.
fn troubled(db: &mut Db, tenant: &TenantId, platform: &PlatformId) -> Result<Vec<String>, StoreError> {
    Ok(on_both!(db, |connection| course_keys::table
        .inner_join(courses::table.on(courses::id.eq(course_keys::course_id)))
        .inner_join(rest_readings::table.on(rest_readings::course_id.eq(courses::id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::ended_at.is_null())
        .filter(rest_readings::trouble.is_not_null())
        .order(courses::id.desc())
        .select(courses::id)
        .load(connection))?)
}

/// A course of a platform to try a token on: as [`a_course`], but before one that was read well, one of which something is out of
/// reach that somebody can mend.
pub(crate) fn to_try(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
) -> Result<Option<CourseId>, StoreError> {
    if let Some(id) = troubled(db, tenant, platform)?.into_iter().next() {
        return Ok(Some(CourseId::from(id)));
    }
    let covered: Vec<(String, Option<String>)> = on_both!(db, |connection| course_keys::table
        .inner_join(courses::table.on(courses::id.eq(course_keys::course_id)))
        .inner_join(rest_readings::table.on(rest_readings::course_id.eq(courses::id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::ended_at.is_null())
        .filter(rest_readings::coverage.is_not_null())
        .order(courses::id.desc())
        .select((courses::id, rest_readings::coverage))
        .load(connection))?;
    for (id, coverage) in covered {
        let Some(coverage) = coverage else {
            continue;
        };
        let coverage: Coverage = from_json("rest_readings.coverage", &coverage)?;
        let mut helps = coverage.lacks.iter().map(|lack| lack.why.help());
        if helps.any(|help| matches!(help, Help::Administrator | Help::Giver)) {
            return Ok(Some(CourseId::from(id)));
        }
    }
    a_course(db, tenant, platform)
}

/// The courses of a platform that go on and were read before, each with the registration that it is of: all of them, or those alone
/// whose last reading by the interface did not come to its end.
pub(crate) fn to_read(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    all: bool,
) -> Result<Vec<(CourseId, RegistrationId)>, StoreError> {
    let troubled: HashSet<String> = troubled(db, tenant, platform)?.into_iter().collect();
    let known: Vec<(String, String)> = on_both!(db, |connection| course_keys::table
        .inner_join(courses::table.on(courses::id.eq(course_keys::course_id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::ended_at.is_null())
        .filter(courses::last_checked_at.is_not_null())
        .order(courses::id.desc())
        .select((courses::id, courses::registration_id))
        .load(connection))?;
    let wanted = known.into_iter().filter(|(id, _)| all || troubled.contains(id));
    Ok(wanted
        .map(|(id, registration)| (CourseId::from(id), RegistrationId::from(registration)))
        .collect())
}
