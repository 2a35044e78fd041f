//! The platform of a course, and which of its addresses may be called.

use url::Url;

use crate::domain::course::{Course, LineItem};
use crate::ids::{CourseId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::platforms;
use crate::service::base::refusal::{AddressTrouble, ColumnRefusal, PlatformService, Unusable};
use crate::store::{courses, registrations};
use lti::registration::Registration;
use lti::services::Platform;
use lti::services::media::scope;

/// A course with its platform, ready for calls.
pub(in crate::service) struct Reach {
    pub(crate) platform: Platform,
    pub(crate) registration: Registration,
    pub(crate) line_items: Url,
    pub(crate) course: Course,
}

#[tracing::instrument(name = "reach.reach", level = "debug", skip_all)]
pub(in crate::service) async fn reach(
    cairn: &Cairn,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Reach, ServiceError> {
    let (owner, id) = (tenant.clone(), course.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let course = courses::get(db, &owner, &id)?.ok_or(ServiceError::NotFound("course"))?;
        let registration = registrations::get(db, &owner, &course.registration)?;
        Ok((course, registration.ok_or(ServiceError::NotFound("platform"))?))
    });
    let (course, registration) = found.await?;
    let url = course.services.line_items_url.as_deref();
    let line_items = vetted(&registration, url, PlatformService::Grades).map_err(ColumnRefusal::NoService)?;
    let platform = platform(cairn, &course, &registration);
    Ok(Reach {
        platform,
        registration,
        line_items,
        course,
    })
}

pub(in crate::service) fn item_url(
    registration: &Registration,
    item: &LineItem,
) -> Result<Url, ServiceError> {
    Ok(vetted(registration, Some(&item.url), PlatformService::Grades).map_err(ColumnRefusal::Address)?)
}

/// A service address of a platform, once it may be called.
pub(in crate::service) fn vetted(
    registration: &Registration,
    url: Option<&str>,
    service: PlatformService,
) -> Result<Url, AddressTrouble> {
    let trouble = |why| AddressTrouble { service, why };
    let text = url.ok_or_else(|| trouble(Unusable::NotOffered))?;
    let url = Url::parse(text).map_err(|_| trouble(Unusable::Unreadable))?;
    registration
        .check_service_url(&url)
        .map_err(|error| trouble(Unusable::NotAllowed(error.to_string())))?;
    Ok(url)
}

/// The services of a course's platform, with the scopes that its launches offered.
pub(in crate::service) fn platform(cairn: &Cairn, course: &Course, registration: &Registration) -> Platform {
    // The grade scopes come with the launch; the members' service has one only, which its claim implies.
    let mut granted = course.services.ags_scopes.clone();
    if !granted.is_empty() {
        granted.push(scope::MEMBERS_READ.to_owned());
    }
    let target = platforms::target(cairn, registration);
    cairn.lti.platform(target, registration.capabilities(), granted)
}
