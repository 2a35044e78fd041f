//! What is known of those whom a launch names, before anything of it is written: one statement instead of seven.

use diesel::prelude::*;

use super::courses::Row as CourseRow;
use super::deployments::Row as DeploymentRow;
use super::enrolments::{Row as EnrolmentRow, listing_of};
use super::last_seen::Row as LastSeenRow;
use super::links::Row as LinkRow;
use super::people::Row as PersonRow;
use super::platforms::Row as PlatformRow;
use super::registrations::Row as RegistrationRow;
use super::schema::{
    course_keys, courses, deployments, enrolments, identities, last_seen, links, people, platforms,
    registrations,
};
use super::{Db, StoreError};
use crate::domain::course::{Course, Link};
use crate::domain::people::{Enrolment, Person};
use crate::domain::platform::{Deployment, LastSeen, Platform};
use crate::ids::RegistrationId;
use lti::registration::Registration;

/// What a verified launch names, in the platform's own words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) registration: &'a RegistrationId,
    pub(crate) deployment_id: &'a str,
    pub(crate) context_id: Option<&'a str>,
    pub(crate) resource_link_id: Option<&'a str>,
    pub(crate) sub: &'a str,
}

/// What we know by those names.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) registration: Registration,
    pub(crate) deployment: Option<Deployment>,
    /// The platform that the deployment belongs to, if that is known.
    pub(crate) platform: Option<Platform>,
    pub(crate) course: Option<Course>,
    pub(crate) link: Option<Link>,
    pub(crate) person: Option<Person>,
    /// What the person was in the course.
    pub(crate) enrolment: Option<Enrolment>,
    /// What earlier launches showed of the platform.
    pub(crate) last_seen: Option<LastSeen>,
}

type Rows = (
    RegistrationRow,
    Option<DeploymentRow>,
    Option<PlatformRow>,
    Option<CourseRow>,
    Option<LinkRow>,
    Option<PersonRow>,
    Option<EnrolmentRow>,
    Option<LastSeenRow>,
);

/// Looks all of them up; none when the registration itself is gone. Names the registration instead of a tenant, as
/// [`super::registrations::by_id`]: the deployment says whose the launch is, and everything else has to be that tenant's.
///
/// # Errors
/// Trouble with the database, or a row that cannot be read.
pub(crate) fn find(db: &mut Db, named: Named<'_>) -> Result<Option<Known>, StoreError> {
    // Diesel takes no borrowed values in the condition of a join.
    let deployment_id = named.deployment_id.to_owned();
    let context_id = named.context_id.map(ToOwned::to_owned);
    let resource_link_id = named.resource_link_id.map(ToOwned::to_owned);
    let sub = named.sub.to_owned();
    let found: Option<Rows> = on_both!(db, |connection| registrations::table
        .left_join(
            deployments::table.on(deployments::registration_id
                .eq(registrations::id)
                .and(deployments::deployment_id.eq(deployment_id)))
        )
        .left_join(
            platforms::table.on(platforms::id
                .nullable()
                .eq(deployments::platform_id)
                .and(platforms::tenant_id.eq(deployments::tenant_id)))
        )
        .left_join(
            course_keys::table.on(course_keys::platform_id
                .eq(platforms::id)
                .and(course_keys::context_id.nullable().eq(context_id))
                .and(
                    course_keys::deployment_id
                        .is_null()
                        .or(course_keys::deployment_id.eq(deployments::id.nullable()))
                )
                .and(course_keys::tenant_id.eq(deployments::tenant_id)))
        )
        .left_join(
            courses::table.on(courses::id
                .eq(course_keys::course_id)
                .and(courses::tenant_id.eq(deployments::tenant_id)))
        )
        .left_join(
            links::table.on(links::course_id
                .eq(courses::id)
                .and(links::resource_link_id.nullable().eq(resource_link_id))
                .and(links::tenant_id.eq(deployments::tenant_id)))
        )
        .left_join(
            identities::table.on(identities::platform_id
                .eq(platforms::id)
                .and(identities::sub.eq(sub))
                .and(identities::tenant_id.eq(deployments::tenant_id)))
        )
        .left_join(
            people::table.on(people::id
                .eq(identities::person_id)
                .and(people::tenant_id.eq(deployments::tenant_id)))
        )
        .left_join(
            enrolments::table.on(enrolments::course_id
                .eq(courses::id)
                .and(enrolments::person_id.eq(people::id))
                .and(enrolments::tenant_id.eq(deployments::tenant_id)))
        )
        .left_join(
            last_seen::table.on(last_seen::registration_id
                .eq(registrations::id)
                .and(last_seen::tenant_id.eq(registrations::tenant_id)))
        )
        .filter(registrations::id.eq(named.registration.as_str()))
        // A key of this deployment alone goes before that of the whole platform.
        .order(course_keys::deployment_id.is_null())
        .select((
            RegistrationRow::as_select(),
            Option::<DeploymentRow>::as_select(),
            Option::<PlatformRow>::as_select(),
            Option::<CourseRow>::as_select(),
            Option::<LinkRow>::as_select(),
            Option::<PersonRow>::as_select(),
            Option::<EnrolmentRow>::as_select(),
            Option::<LastSeenRow>::as_select(),
        ))
        .first(connection))
    .optional()?;
    found.map(known).transpose()
}

fn known(
    (registration, deployment, platform, course, link, person, enrolment, last_seen): Rows,
) -> Result<Known, StoreError> {
    let registration = registration.registration()?;
    let listing = listing_of(&registration.capabilities());
    Ok(Known {
        registration,
        deployment: deployment.map(DeploymentRow::deployment).transpose()?,
        platform: platform.map(PlatformRow::platform).transpose()?,
        course: course.map(CourseRow::course).transpose()?,
        link: link.map(LinkRow::link).transpose()?,
        person: person.map(Person::from),
        enrolment: enrolment.map(|row| row.enrolment(listing)).transpose()?,
        last_seen: last_seen.map(LastSeenRow::last_seen).transpose()?,
    })
}
