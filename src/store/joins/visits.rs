//! Visits that end when a join is taken back: those of the courses that it touches and of the deployments that go, and no others.

use diesel::prelude::*;

use super::super::schema::sessions;
use super::super::{Db, StoreError};
use crate::ids::{CourseId, DeploymentId, PersonId, TenantId};

/// Ends the visits of a course.
pub(crate) fn of_course(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<(), StoreError> {
    diesel::delete(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::course_id.eq(course.as_str()))
        .execute(db)?;
    Ok(())
}

/// Ends the visits of somebody, wherever they are.
pub(crate) fn of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::delete(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::person_id.eq(person.as_str()))
        .execute(db)?;
    Ok(())
}

/// Ends the visits that a deployment opened.
pub(super) fn of_deployment(
    db: &mut Db,
    tenant: &TenantId,
    deployment: &DeploymentId,
) -> Result<(), StoreError> {
    diesel::delete(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::deployment_id.eq(deployment.as_str()))
        .execute(db)?;
    Ok(())
}
