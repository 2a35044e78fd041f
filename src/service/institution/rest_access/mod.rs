//! Grades beyond LTI: an administrator lets a platform be read by its own interface, with a key that its school makes, and with the
//! token of an administrator or, where that is allowed, of each course's teacher. What is switched on here is read by
//! [`crate::service::base::rest_access`].

mod consenting;
mod course;
mod giving_back;
mod switching;
mod testing;

use gradebook_rest::canvas::scope::Scope as CanvasScope;
use url::Url;

use crate::domain::issuer::Tenant;
use crate::domain::platform::Platform;
use crate::domain::rest_access::{Access, Giver, Grant, Interface};
use crate::ids::{PlatformId, RegistrationId, TenantId};
use crate::service::Cairn;
use crate::service::base::clash::Seen;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Scope;
use crate::service::base::refusal::RestRefusal;
use crate::service::base::rest_access::speaking;
use crate::store::{
    Db, StoreError, admins, courses, people, platforms, registrations, rest_accesses, rest_courses, tenants,
};
use lti::capabilities::WholeGradebook;
use lti::registration::Registration;

pub(crate) use consenting::{Consented, LIVES, begin, begin_for_course, come_back};
pub(crate) use course::{OfCourse, of_course, take_back};
pub(crate) use giving_back::{GivenBack, of_erased, revoke};
pub(crate) use switching::{NewKey, save, turn};
pub(crate) use testing::{accept_counts, test};

/// What a key of Canvas has to have: what reading grades needs, the names of sections, and nothing more.
pub(crate) const SCOPES: [CanvasScope; 7] = {
    let [course, assignments, groups, submissions, enrollments, standards] = CanvasScope::GRADES;
    let [sections] = CanvasScope::SECTIONS;
    [
        course,
        assignments,
        groups,
        submissions,
        enrollments,
        standards,
        sections,
    ]
};

/// A platform with what is switched on for it.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) institution: Tenant,
    pub(crate) platform: Platform,
    /// The one that speaks for it now.
    pub(crate) registration: Registration,
    pub(crate) interface: Interface,
    pub(crate) access: Option<Access>,
    /// Who changed it last.
    pub(crate) changed_by: Option<String>,
    pub(crate) grants: Vec<Given>,
    /// The address of the school's LMS, as far as launches told it.
    pub(crate) address: String,
    /// What its forms are filled from.
    pub(crate) seen: Seen,
}

/// A token with the names of whoever and whatever it is of.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) grant: Grant,
    /// Who gave it.
    pub(crate) by: Option<String>,
    /// The course that it is for; none: all.
    pub(crate) course: Option<String>,
    /// The course that it was tried on.
    pub(crate) tried_on: Option<String>,
}

/// How a platform stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody switched it on.
    Never,
    Off,
    /// Switched on, and nobody has given a token.
    Unused,
    On,
    /// Somebody has to agree again, or to change something in the LMS.
    Attention,
}

impl Known {
    /// How it stands.
    #[must_use]
    pub(crate) fn standing(&self) -> Standing {
        standing(
            self.access.as_ref(),
            self.grants.iter().map(|given| given.grant.is_well()),
        )
    }
}

fn standing(access: Option<&Access>, all: impl Iterator<Item = bool>) -> Standing {
    let Some(access) = access else {
        return Standing::Never;
    };
    if !access.is_on {
        return Standing::Off;
    }
    let mut standing = Standing::Unused;
    for is_well in all {
        if !is_well {
            return Standing::Attention;
        }
        standing = Standing::On;
    }
    standing
}

/// The platforms behind a registration that have such an interface, and how each stands. Where there are several, each is told
/// by what it calls itself.
#[tracing::instrument(name = "rest_access.overview", level = "debug", skip_all, fields(registration = registration.as_str()))]
pub(crate) async fn overview(
    cairn: &Cairn,
    scope: &Scope,
    registration: &RegistrationId,
) -> Result<Vec<(Platform, Standing)>, ServiceError> {
    let (scope, id) = (scope.clone(), registration.clone());
    let found = cairn.store.read(move |db| {
        let Some(registration) = registrations::by_id(db, &id)? else {
            return Ok(Vec::new());
        };
        let tenant = scope.tenant().unwrap_or(&registration.tenant).clone();
        if interface(&registration).is_none() {
            return Ok(Vec::new());
        }
        let first = PlatformId::from(id.as_str());
        let belong = platforms::of_registration(db, &tenant, &id)?.into_iter();
        let mut ids: Vec<PlatformId> = belong.filter_map(|(_, one)| one.platform).collect();
        // One that is joined with another is not seen any more, unless there is something to give back.
        if ids.is_empty() || rest_accesses::of_platform(db, &tenant, &first)?.is_some() {
            ids.insert(0, first);
        }
        let mut all = Vec::new();
        for (at, id) in ids.iter().enumerate() {
            if ids.iter().take(at).any(|earlier| earlier == id) {
                continue;
            }
            let Some(platform) = platforms::get(db, &tenant, id)? else {
                continue;
            };
            let access = rest_accesses::of_platform(db, &tenant, id)?;
            let well = well(db, access.as_ref())?;
            all.push((platform, standing(access.as_ref(), well.into_iter())));
        }
        Ok(all)
    });
    Ok(found.await?)
}

/// The platforms of an institution that are switched on and for whose tokens somebody has to do something.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution out of reach.
#[tracing::instrument(name = "rest_access.to_mend", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn to_mend(
    cairn: &Cairn,
    scope: &Scope,
    tenant: &TenantId,
) -> Result<Vec<PlatformId>, ServiceError> {
    scope.allows(tenant)?;
    let tenant = tenant.clone();
    let found = cairn.store.read(move |db| {
        let mut all = Vec::new();
        for access in rest_accesses::switched_on(db, &tenant)? {
            let well = well(db, Some(&access))?;
            if standing(Some(&access), well.into_iter()) == Standing::Attention {
                all.push(access.platform);
            }
        }
        Ok(all)
    });
    Ok(found.await?)
}

fn well(db: &mut Db, access: Option<&Access>) -> Result<Vec<bool>, StoreError> {
    let Some(access) = access else {
        return Ok(Vec::new());
    };
    let grants = rest_accesses::grants(db, &access.tenant, &access.id)?;
    Ok(grants.iter().map(Grant::is_well).collect())
}

/// A platform within that reach, with everything that is known of its interface.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that is not there or another institution's, and for one that has none.
#[tracing::instrument(name = "rest_access.view", level = "debug", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn view(cairn: &Cairn, scope: &Scope, id: &PlatformId) -> Result<Known, ServiceError> {
    let (scope, id) = (scope.clone(), id.clone());
    let found = cairn.store.read_with(move |db| known(db, &scope, &id));
    found.await
}

/// The institution of a platform within that reach, and the platform.
fn reached(db: &mut Db, scope: &Scope, id: &PlatformId) -> Result<(Tenant, Platform), ServiceError> {
    let all: Vec<Tenant> = match scope.tenant() {
        Some(own) => tenants::get(db, own)?.into_iter().collect(),
        None => tenants::list(db)?,
    };
    for tenant in all {
        if let Some(platform) = platforms::get(db, &tenant.id, id)? {
            return Ok((tenant, platform));
        }
    }
    Err(ServiceError::NotFound("platform"))
}

fn known(db: &mut Db, scope: &Scope, id: &PlatformId) -> Result<Known, ServiceError> {
    let (institution, platform) = reached(db, scope, id)?;
    let tenant = &institution.id;
    let speaking = speaking(db, tenant, id)?;
    let usable = speaking
        .into_iter()
        .find_map(|one| interface(&one).map(|interface| (one, interface)));
    let (registration, interface) = usable.ok_or(ServiceError::NotFound("platform"))?;
    let access = rest_accesses::of_platform(db, tenant, id)?;
    let grants = match &access {
        Some(access) => given(db, access)?,
        None => Vec::new(),
    };
    let changed_by = match access.as_ref().and_then(|access| access.changed_by.as_ref()) {
        Some(admin) => admins::get(db, admin)?.map(|admin| admin.name),
        None => None,
    };
    Ok(Known {
        seen: seen(access.as_ref()),
        address: address(db, &platform, &registration, interface)?,
        institution,
        platform,
        registration,
        interface,
        access,
        changed_by,
        grants,
    })
}

/// What the forms about an access are filled from. Nothing secret.
fn seen(access: Option<&Access>) -> Seen {
    Seen::of(&access.map(|access| {
        (
            access.id.as_str(),
            access.is_on,
            access.by_teachers,
            access.changed_at.timestamp_micros(),
        )
    }))
}

fn given(db: &mut Db, access: &Access) -> Result<Vec<Given>, StoreError> {
    let tenant = &access.tenant;
    let mut all = Vec::new();
    for grant in rest_accesses::grants(db, tenant, &access.id)? {
        let by = match &grant.given_by {
            Giver::Admin(id) => admins::get(db, id)?.map(|admin| admin.name),
            Giver::Teacher(id) => people::get(db, tenant, id)?.map(|person| person.display_name()),
            Giver::Nobody => None,
        };
        let mut named = |id: &Option<_>| -> Result<Option<String>, StoreError> {
            match id {
                Some(id) => Ok(courses::get(db, tenant, id)?.map(|course| course.name().to_owned())),
                None => Ok(None),
            }
        };
        let tried_on = grant
            .tested
            .as_ref()
            .and_then(|(findings, _)| findings.course.clone());
        all.push(Given {
            by,
            course: named(&grant.course)?,
            tried_on: named(&tried_on)?,
            grant,
        });
    }
    Ok(all)
}

/// Which interface the platforms of a registration have.
#[must_use]
pub(crate) fn interface(registration: &Registration) -> Option<Interface> {
    match registration.capabilities().whole_gradebook {
        WholeGradebook::CanvasApi => Some(Interface::Canvas),
        WholeGradebook::MoodleServices => Some(Interface::Moodle),
        WholeGradebook::Unknown => None,
    }
}

/// Where the interface is: at the site that a Moodle's issuer is; at a Canvas school's own host, which its launches tell by where
/// they say that its services are.
fn address(
    db: &mut Db,
    platform: &Platform,
    registration: &Registration,
    interface: Interface,
) -> Result<String, StoreError> {
    if interface == Interface::Moodle {
        return Ok(platform.issuer.clone());
    }
    let course = rest_courses::a_course(db, &platform.tenant, &platform.id)?;
    let course = match course {
        Some(id) => courses::get(db, &platform.tenant, &id)?,
        None => None,
    };
    let told = course.and_then(|course| {
        let services = course.services;
        services.line_items_url.or(services.memberships_url)
    });
    let own = told
        .and_then(|text| Url::parse(&text).ok())
        .filter(|url| registration.check_service_url(url).is_ok());
    Ok(own.map_or_else(String::new, |url| url.origin().ascii_serialization()))
}

/// The access of a platform within that reach.
///
/// # Errors
/// As [`view`]; that it was never switched on.
fn switched(db: &mut Db, scope: &Scope, id: &PlatformId) -> Result<(TenantId, Access), ServiceError> {
    let (institution, _) = reached(db, scope, id)?;
    let access = rest_accesses::of_platform(db, &institution.id, id)?;
    let access = access.ok_or(RestRefusal::NotOn)?;
    Ok((institution.id, access))
}
