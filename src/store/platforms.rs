//! Platforms: an LMS of an institution with its own people. Deployments say which one a launch belongs to; a registration is
//! only how it speaks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::{badges, course_keys, courses, deployments, identities, platforms, registrations};
use super::{Db, StoreError};
use crate::domain::platform::Platform;
use crate::ids::{CourseId, DeploymentId, PlatformId, RegistrationId, TenantId};
use lti::registration::Registration;

/// Where people of a platform are kept: its id, and the registration under which it was first seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) platform: PlatformId,
    pub(crate) registration: RegistrationId,
}

impl Home {
    /// The first platform of a registration.
    #[must_use]
    pub(crate) fn of(registration: &RegistrationId) -> Self {
        Self {
            platform: registration.as_str().into(),
            registration: registration.clone(),
        }
    }

    /// Whether it is the first of its registration, whose people are kept under their plain names.
    pub(super) fn is_first(&self) -> bool {
        self.platform.as_str() == self.registration.as_str()
    }
}

/// What only tests ask: the people of a registration that has one platform.
impl From<&RegistrationId> for Home {
    fn from(registration: &RegistrationId) -> Self {
        Self::of(registration)
    }
}

impl From<&Home> for Home {
    fn from(home: &Home) -> Self {
        home.clone()
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = platforms, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    tenant_id: String,
    registration_id: String,
    issuer: String,
    guid: Option<String>,
    created_at: i64,
}

impl Row {
    pub(super) fn platform(self) -> Result<Platform, StoreError> {
        Ok(Platform {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            registration: self.registration_id.into(),
            issuer: self.issuer,
            guid: self.guid,
            since: moment(self.created_at)?,
        })
    }
}

/// Adds the platform of a registration, unless it is there.
pub(super) fn insert_first(
    db: &mut Db,
    registration: &Registration,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let platform = Platform {
        id: registration.id.as_str().into(),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        issuer: registration.issuer.clone(),
        guid: None,
        since: now,
    };
    insert(db, &platform)
}

/// Adds a platform, unless it is there.
pub(crate) fn insert(db: &mut Db, platform: &Platform) -> Result<(), StoreError> {
    let row = Row {
        id: platform.id.to_string(),
        tenant_id: platform.tenant.to_string(),
        registration_id: platform.registration.to_string(),
        issuer: platform.issuer.clone(),
        guid: platform.guid.clone(),
        created_at: micros(platform.since),
    };
    on_both!(db, |connection| diesel::insert_into(platforms::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(())
}

/// The platform with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &PlatformId) -> Result<Option<Platform>, StoreError> {
    let row: Option<Row> = platforms::table
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(platforms::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::platform).transpose()
}

/// The platforms of an institution under one issuer, oldest first.
pub(crate) fn of_issuer(db: &mut Db, tenant: &TenantId, issuer: &str) -> Result<Vec<Platform>, StoreError> {
    let rows: Vec<Row> = platforms::table
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(platforms::issuer.eq(issuer))
        .order((platforms::created_at, platforms::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::platform).collect()
}

/// Keeps what a platform calls itself.
pub(crate) fn set_guid(
    db: &mut Db,
    tenant: &TenantId,
    id: &PlatformId,
    guid: Option<&str>,
) -> Result<(), StoreError> {
    diesel::update(platforms::table)
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(platforms::id.eq(id.as_str()))
        .set(platforms::guid.eq(guid))
        .execute(db)?;
    Ok(())
}

/// How many people a platform names.
pub(crate) fn people(db: &mut Db, tenant: &TenantId, id: &PlatformId) -> Result<i64, StoreError> {
    Ok(identities::table
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::platform_id.eq(id.as_str()))
        .count()
        .get_result(db)?)
}

/// How many courses a platform names.
pub(crate) fn courses(db: &mut Db, tenant: &TenantId, id: &PlatformId) -> Result<i64, StoreError> {
    Ok(course_keys::table
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(id.as_str()))
        .count()
        .get_result(db)?)
}

/// How many badges there are in the courses of a platform.
pub(crate) fn badges(db: &mut Db, tenant: &TenantId, id: &PlatformId) -> Result<i64, StoreError> {
    Ok(course_keys::table
        .inner_join(badges::table.on(badges::course_id.eq(course_keys::course_id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::platform_id.eq(id.as_str()))
        .count()
        .get_result(db)?)
}

/// The deployments that belong to a platform, newest first.
pub(crate) fn deployments_of(
    db: &mut Db,
    tenant: &TenantId,
    id: &PlatformId,
) -> Result<Vec<(DeploymentId, RegistrationId)>, StoreError> {
    let rows: Vec<(String, String)> = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::platform_id.eq(id.as_str()))
        .order((deployments::created_at.desc(), deployments::id.desc()))
        .select((deployments::id, deployments::registration_id))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(id, registration)| (id.into(), registration.into()))
        .collect())
}

/// Where a deployment is in belonging to a platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Belonging {
    /// None: nobody was launched from it yet.
    pub(crate) platform: Option<PlatformId>,
    /// The platform that it may be the same as, while somebody has to say so.
    pub(crate) review_of: Option<PlatformId>,
    /// The guid that the launch which waits told.
    pub(crate) told_guid: Option<String>,
}

/// To which platform a deployment belongs; none for a deployment that is not there.
pub(crate) fn belonging(
    db: &mut Db,
    tenant: &TenantId,
    deployment: &DeploymentId,
) -> Result<Option<Belonging>, StoreError> {
    let row: Option<(Option<String>, Option<String>, Option<String>)> =
        on_both!(db, |connection| deployments::table
            .filter(deployments::tenant_id.eq(tenant.as_str()))
            .filter(deployments::id.eq(deployment.as_str()))
            .select((
                deployments::platform_id,
                deployments::review_of,
                deployments::told_guid
            ))
            .get_result(connection))
        .optional()?;
    Ok(row.map(|(platform, review_of, told_guid)| Belonging {
        platform: platform.map(PlatformId::from),
        review_of: review_of.map(PlatformId::from),
        told_guid,
    }))
}

/// Keeps to which platform a deployment belongs, and whether somebody has to say so.
pub(crate) fn settle(
    db: &mut Db,
    tenant: &TenantId,
    deployment: &DeploymentId,
    belonging: &Belonging,
) -> Result<(), StoreError> {
    diesel::update(deployments::table)
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::id.eq(deployment.as_str()))
        .set((
            deployments::platform_id.eq(belonging.platform.as_ref().map(PlatformId::as_str)),
            deployments::review_of.eq(belonging.review_of.as_ref().map(PlatformId::as_str)),
            deployments::told_guid.eq(&belonging.told_guid),
        ))
        .execute(db)?;
    Ok(())
}

/// The deployments of a registration with where they belong, oldest first.
pub(crate) fn of_registration(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
) -> Result<Vec<(DeploymentId, Belonging)>, StoreError> {
    type Told = Option<String>;
    let rows: Vec<(String, Told, Told, Told)> = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::registration_id.eq(registration.as_str()))
        .order((deployments::created_at, deployments::id))
        .select((
            deployments::id,
            deployments::platform_id,
            deployments::review_of,
            deployments::told_guid,
        ))
        .load(db)?;
    let all = rows.into_iter().map(|(id, platform, review_of, told_guid)| {
        let belonging = Belonging {
            platform: platform.map(PlatformId::from),
            review_of: review_of.map(PlatformId::from),
            told_guid,
        };
        (DeploymentId::from(id), belonging)
    });
    Ok(all.collect())
}

/// Where people of a course are kept: the platform that names the course. Where several do, because it is of platforms that are
/// one, it is the one that stayed, whichever is older. A course that an older program made has no key, and is its registration's.
pub(crate) fn home_of_course(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Home, StoreError> {
    let keyed: Vec<(String, String)> = on_both!(db, |connection| course_keys::table
        .inner_join(platforms::table.on(platforms::id.eq(course_keys::platform_id)))
        .filter(course_keys::tenant_id.eq(tenant.as_str()))
        .filter(course_keys::course_id.eq(course.as_str()))
        .order((course_keys::created_at, course_keys::id))
        .select((platforms::id, platforms::registration_id))
        .load(connection))?;
    let homes: Vec<Home> = keyed
        .into_iter()
        .map(|(platform, registration)| Home {
            platform: platform.into(),
            registration: registration.into(),
        })
        .collect();
    let Some(first) = homes.first() else {
        let course = super::courses::get(db, tenant, course)?.ok_or(StoreError::Missing("course"))?;
        return Ok(Home::of(&course.registration));
    };
    if homes.iter().all(|home| home == first) {
        return Ok(first.clone());
    }
    home_of_joined(db, tenant, course, &homes)
}

/// The one of several platforms that name a course that has its people now: the one that its deployment belongs to, if that is one
/// of those that stayed.
fn home_of_joined(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    named: &[Home],
) -> Result<Home, StoreError> {
    let joined = super::joins::joined_platforms(db, tenant)?;
    let stayed: Vec<PlatformId> = named
        .iter()
        .map(|home| joined.of_people(&home.platform))
        .collect();
    let speaks: Option<Option<String>> = on_both!(db, |connection| courses::table
        .inner_join(deployments::table.on(deployments::id.eq(courses::deployment_id)))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(course.as_str()))
        .select(deployments::platform_id)
        .first(connection))
    .optional()?;
    let speaks = speaks.flatten();
    let home = stayed
        .iter()
        .find(|one| speaks.as_deref() == Some(one.as_str()))
        .or(stayed.first())
        .ok_or(StoreError::Missing("platform"))?;
    let known = get(db, tenant, home)?.ok_or(StoreError::Missing("platform"))?;
    Ok(Home {
        platform: known.id,
        registration: known.registration,
    })
}

/// Where people of a deployment are kept; one that nobody was launched from is its registration's.
pub(crate) fn home_of_deployment(
    db: &mut Db,
    tenant: &TenantId,
    deployment: &DeploymentId,
) -> Result<Home, StoreError> {
    let row: Option<(String, Option<(String, String)>)> = on_both!(db, |connection| deployments::table
        .left_join(platforms::table.on(platforms::id.nullable().eq(deployments::platform_id)))
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::id.eq(deployment.as_str()))
        .select((
            deployments::registration_id,
            (platforms::id, platforms::registration_id).nullable()
        ))
        .first(connection))
    .optional()?;
    let (registration, platform) = row.ok_or(StoreError::Missing("deployment"))?;
    Ok(match platform {
        Some((platform, registration)) => Home {
            platform: platform.into(),
            registration: registration.into(),
        },
        None => Home::of(&registration.into()),
    })
}

/// Whether a registration speaks for people of that institution: its own, or because a deployment carries it there.
pub(super) fn serves(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
) -> Result<bool, StoreError> {
    let there: i64 = on_both!(db, |connection| deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::registration_id.eq(registration.as_str()))
        .filter(deployments::state.eq("accepted"))
        .count()
        .get_result(connection))?;
    Ok(there > 0)
}

/// Removes the platforms of a registration that nobody was ever launched from.
pub(super) fn remove_of(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
) -> Result<(), StoreError> {
    diesel::delete(platforms::table)
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(platforms::registration_id.eq(registration.as_str()))
        .execute(db)?;
    Ok(())
}

/// The client id and the name of the registration under which a platform was first seen.
pub(crate) fn named(
    db: &mut Db,
    tenant: &TenantId,
    id: &PlatformId,
) -> Result<Option<(String, String)>, StoreError> {
    Ok(platforms::table
        .inner_join(registrations::table.on(registrations::id.eq(platforms::registration_id)))
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(platforms::id.eq(id.as_str()))
        .select((registrations::name, registrations::client_id))
        .first(db)
        .optional()?)
}
