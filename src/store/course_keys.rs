//! What platforms call courses, and what each deployment offers in them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, json, micros};
use super::platforms::Home;
use super::schema::{course_keys, course_services, courses, deployments, registrations};
use super::{Db, StoreError};
use crate::domain::course::{Course, Services};
use crate::ids::{CourseId, DeploymentId, PlatformId, RegistrationId, TenantId};
use crate::random::Random;

/// The course that a platform calls so; the key of the deployment goes before that of the whole platform.
pub(super) fn find(
    db: &mut Db,
    tenant: &TenantId,
    home: &Home,
    deployment: &DeploymentId,
    context_id: &str,
) -> Result<Option<CourseId>, StoreError> {
    let found: Option<String> = on_both!(db, |connection| course_keys::table
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(home.platform.as_str()))
        .filter(course_keys::context_id.eq(context_id))
        .filter(
            course_keys::deployment_id
                .is_null()
                .or(course_keys::deployment_id.eq(deployment.as_str()))
        )
        .order(course_keys::deployment_id.is_null())
        .select(course_keys::course_id)
        .first(connection))
    .optional()?;
    Ok(found.map(CourseId::from))
}

/// Adds what a platform calls a course, unless it calls one so.
pub(super) fn insert(
    db: &mut Db,
    tenant: &TenantId,
    home: &Home,
    context_id: &str,
    course: &str,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    on_both!(db, |connection| diesel::insert_into(course_keys::table)
        .values((
            course_keys::id.eq(ambient::ids::uuid_v7(now, random)),
            course_keys::tenant_id.eq(tenant.as_str()),
            course_keys::platform_id.eq(home.platform.as_str()),
            course_keys::context_id.eq(context_id),
            course_keys::deployment_id.eq(None::<String>),
            course_keys::course_id.eq(course),
            course_keys::created_at.eq(micros(now)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(())
}

/// Whether a course goes over from one deployment to another: that one is newer, or launches from the old one are over.
pub(super) fn is_newer(
    db: &mut Db,
    tenant: &TenantId,
    one: &DeploymentId,
    than: &DeploymentId,
) -> Result<bool, StoreError> {
    let known: Vec<(String, i64, bool)> = on_both!(db, |connection| deployments::table
        .inner_join(registrations::table.on(registrations::id.eq(deployments::registration_id)))
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::id.eq_any([one.as_str(), than.as_str()]))
        .select((
            deployments::id,
            deployments::created_at,
            registrations::enabled.and(deployments::state.eq("accepted")),
        ))
        .load(connection))?;
    let of = |id: &DeploymentId| known.iter().find(|(known, _, _)| known == id.as_str());
    Ok(match (of(one), of(than)) {
        (Some((one_id, one_at, _)), Some((than_id, than_at, works))) => {
            !works || (one_at, one_id) > (than_at, than_id)
        }
        _ => true,
    })
}

/// Keeps what the deployment offered that speaks for a course now, before another one does.
pub(super) fn keep_services(db: &mut Db, course: &Course, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::delete(course_services::table)
        .filter(course_services::tenant_id.eq(course.tenant.as_str()))
        .filter(course_services::course_id.eq(course.id.as_str()))
        .filter(course_services::deployment_id.eq(course.deployment.as_str()))
        .execute(db)?;
    on_both!(db, |connection| diesel::insert_into(course_services::table)
        .values((
            course_services::tenant_id.eq(course.tenant.as_str()),
            course_services::course_id.eq(course.id.as_str()),
            course_services::deployment_id.eq(course.deployment.as_str()),
            course_services::registration_id.eq(course.registration.as_str()),
            course_services::services.eq(json(&course.services)?),
            course_services::replaced_at.eq(micros(now)),
        ))
        .execute(connection))?;
    Ok(())
}

/// When another deployment last began to speak for a course; none where it was one all along. In microseconds.
pub(super) fn taken_over_at(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Option<i64>, StoreError> {
    let last: Option<i64> = course_services::table
        .filter(course_services::tenant_id.eq(tenant.as_str()))
        .filter(course_services::course_id.eq(course.as_str()))
        .order(course_services::replaced_at.desc())
        .select(course_services::replaced_at)
        .first(db)
        .optional()?;
    Ok(last)
}

/// Has the newest deployment of those that it hung on before speak for a course again, as long as that one belongs to the
/// platform. `false`: the one that speaks belongs to it, or none does.
pub(super) fn bring_back_services(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    platform: &PlatformId,
) -> Result<bool, StoreError> {
    let speaks: i64 = courses::table
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(course.as_str()))
        .filter(deployments::platform_id.eq(platform.as_str()))
        .count()
        .get_result(db)?;
    if speaks > 0 {
        return Ok(false);
    }
    let before: Option<(String, String, String)> = course_services::table
        .inner_join(deployments::table.on(deployments::id.eq(course_services::deployment_id)))
        .filter(course_services::tenant_id.eq(tenant.as_str()))
        .filter(course_services::course_id.eq(course.as_str()))
        .filter(deployments::platform_id.eq(platform.as_str()))
        .order((
            course_services::replaced_at.desc(),
            course_services::deployment_id,
        ))
        .select((
            course_services::deployment_id,
            course_services::registration_id,
            course_services::services,
        ))
        .first(db)
        .optional()?;
    let Some((deployment, registration, services)) = before else {
        return Ok(false);
    };
    // It is replaced by no other any more.
    diesel::delete(course_services::table)
        .filter(course_services::tenant_id.eq(tenant.as_str()))
        .filter(course_services::course_id.eq(course.as_str()))
        .filter(course_services::deployment_id.eq(&deployment))
        .execute(db)?;
    put(
        db,
        tenant,
        course,
        &deployment.into(),
        &registration.into(),
        &services,
    )?;
    Ok(true)
}

/// Has a deployment speak for a course, with the services of another course that is joined into it.
pub(super) fn take_services(db: &mut Db, course: &Course, of: &Course) -> Result<(), StoreError> {
    let services = json(&of.services)?;
    put(
        db,
        &course.tenant,
        &course.id,
        &of.deployment,
        &of.registration,
        &services,
    )
}

fn put(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    deployment: &DeploymentId,
    registration: &RegistrationId,
    services: &str,
) -> Result<(), StoreError> {
    // Only what can be read is put back.
    let _: Services = from_json("course_services.services", services)?;
    diesel::update(courses::table)
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(course.as_str()))
        .set((
            courses::deployment_id.eq(deployment.as_str()),
            courses::registration_id.eq(registration.as_str()),
            courses::services.eq(services),
        ))
        .execute(db)?;
    Ok(())
}

/// A part of the keys of a platform, by id, after the one given: each with the context id and its course.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, String, CourseId)>, StoreError> {
    let rows: Vec<(String, String, String)> = course_keys::table
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(course_keys::id.gt(after))
        .order(course_keys::id)
        .limit(limit)
        .select((course_keys::id, course_keys::context_id, course_keys::course_id))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(id, context, course)| (id, context, course.into()))
        .collect())
}

/// The course that a platform calls so, whatever its deployment.
pub(crate) fn course_of(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    context_id: &str,
) -> Result<Option<CourseId>, StoreError> {
    let found: Option<String> = course_keys::table
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(course_keys::context_id.eq(context_id))
        .filter(course_keys::deployment_id.is_null())
        .select(course_keys::course_id)
        .first(db)
        .optional()?;
    Ok(found.map(CourseId::from))
}

/// How many courses two platforms call alike: those that join when the platforms do.
pub(crate) fn shared(
    db: &mut Db,
    tenant: &TenantId,
    one: &PlatformId,
    other: &PlatformId,
) -> Result<i64, StoreError> {
    let others = diesel::alias!(course_keys as others);
    Ok(on_both!(db, |connection| course_keys::table
        .inner_join(others.on(others.field(course_keys::context_id).eq(course_keys::context_id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(one.as_str()))
        .filter(course_keys::deployment_id.is_null())
        .filter(others.field(course_keys::tenant_id).eq(tenant.as_str()))
        .filter(others.field(course_keys::platform_id).eq(other.as_str()))
        .filter(others.field(course_keys::deployment_id).is_null())
        .count()
        .get_result(connection))?)
}

/// The courses that a platform names and that hang on a deployment.
pub(super) fn on_deployment(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    deployment: &DeploymentId,
) -> Result<Vec<CourseId>, StoreError> {
    let ids: Vec<String> = course_keys::table
        .inner_join(courses::table.on(courses::id.eq(course_keys::course_id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(platform.as_str()))
        .filter(courses::deployment_id.eq(deployment.as_str()))
        .order(courses::id)
        .select(courses::id)
        .load(db)?;
    Ok(ids.into_iter().map(CourseId::from).collect())
}
