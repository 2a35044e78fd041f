//! Grades that an LMS shows no tool through LTI, read by its own interface: what an administrator switched on
//! ([`crate::service::institution::rest_access`]), as whoever reads grades finds it.
//!
//! [`reader`] gives a client with a token in it. What a call ends with goes back here: [`renew`] where the token was refused,
//! [`note`] where somebody has to do something, [`works`] where it was read.

mod faults;
mod renewing;
mod way_out;

use std::sync::Arc;

use chrono::TimeDelta;
use gradebook_rest::canvas::{Canvas, join};
use gradebook_rest::moodle::Moodle;
use gradebook_rest::{Limits, Reason, Token};
use url::Url;

use super::cairn::Cairn;
use super::error::ServiceError;
use super::trouble::Away;
use crate::domain::course::Course;
use crate::domain::rest_access::{Access, Fault, Grant, GrantState, Interface};
use crate::ids::{CourseId, PlatformId, RestGrantId, TenantId};
use crate::store::{Db, StoreError, platforms, registrations, rest_accesses};
use lti::registration::Registration;
use way_out::WayOut;

pub(crate) use faults::{away, fault};
pub(in crate::service) use renewing::{fresh, key, oauth, sealed};
pub(crate) use renewing::{note, renew, works};

/// What the secret of a key is encrypted for.
pub(in crate::service) const SECRET: &str = "rest secret";
/// What tokens are encrypted for.
pub(in crate::service) const TOKEN: &str = "rest token";
/// What refresh tokens are encrypted for.
pub(in crate::service) const REFRESH: &str = "rest refresh";
/// After so long a platform that refused is asked again: perhaps somebody has changed what there was to change.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// A platform's interface with a token in it.
#[derive(Debug, Clone)]
pub(crate) enum Reader {
    Canvas(Canvas, Held),
    Moodle(Moodle, Held),
}

/// Which stored token a reader uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) tenant: TenantId,
    pub(crate) grant: RestGrantId,
    /// Which of those that stood there.
    pub(super) version: i64,
}

impl Held {
    /// Which of the tokens that stood there it is.
    #[must_use]
    pub(in crate::service) fn version(&self) -> i64 {
        self.version
    }
}

impl Reader {
    /// Which stored token it uses.
    #[must_use]
    pub(crate) fn held(&self) -> &Held {
        match self {
            Self::Canvas(_, held) | Self::Moodle(_, held) => held,
        }
    }
}

/// Why a platform that is switched on cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestTrouble {
    /// Somebody has to agree in the LMS again.
    #[error("consent is needed again")]
    Consent,
    /// Somebody has to change something there.
    #[error("the platform refuses what is needed")]
    Refused(Fault),
    /// It is out of reach for the moment.
    #[error("the platform is away")]
    Away(Away),
    #[error(transparent)]
    Failed(#[from] ServiceError),
}

impl From<StoreError> for RestTrouble {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// The client for a platform, and for `course` the one that its teacher let in, if there is one. None: nobody switched it on, or
/// nobody let this course be read.
///
/// # Errors
/// [`RestTrouble`].
pub(crate) async fn reader(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformId,
    course: Option<&CourseId>,
) -> Result<Option<Reader>, RestTrouble> {
    found(cairn, tenant, platform, course, AGAIN).await
}

/// The same for somebody who asks for it now: what was refused may be mended, and they would wait for nothing.
///
/// # Errors
/// [`RestTrouble`].
pub(crate) async fn reader_at_once(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformId,
    course: Option<&CourseId>,
) -> Result<Option<Reader>, RestTrouble> {
    found(cairn, tenant, platform, course, TimeDelta::zero()).await
}

async fn found(
    cairn: &Cairn,
    tenant: &TenantId,
    platform: &PlatformId,
    course: Option<&CourseId>,
    patience: TimeDelta,
) -> Result<Option<Reader>, RestTrouble> {
    let (of, at, within) = (tenant.clone(), platform.clone(), course.cloned());
    let stored = cairn.store.read(move |db| {
        let Some(access) = rest_accesses::of_platform(db, &of, &at)?.filter(|access| access.is_on) else {
            return Ok(None);
        };
        let grants = rest_accesses::grants(db, &of, &access.id)?;
        Ok(best(grants, &access, within.as_ref()).map(|grant| (access, grant)))
    });
    let Some((access, grant)) = stored.await? else {
        return Ok(None);
    };
    match grant.state {
        GrantState::On => {}
        GrantState::Consent => return Err(RestTrouble::Consent),
        GrantState::Refused => {
            let asked_again = cairn.clock.now().signed_duration_since(grant.state_at) >= patience;
            if let Some(fault) = grant.fault.clone().filter(|_| !asked_again) {
                return Err(RestTrouble::Refused(fault));
            }
        }
    }
    build(cairn, &access, &grant).await.map(Some)
}

/// The token of the course, as long as it is of use and sees all of it, else that for all courses.
fn best(grants: Vec<Grant>, access: &Access, course: Option<&CourseId>) -> Option<Grant> {
    let mut fits: Vec<Grant> = grants
        .into_iter()
        .filter(|grant| match &grant.course {
            Some(own) => access.by_teachers && Some(own) == course,
            None => true,
        })
        .collect();
    // Those that work first, of them those that see everybody, and of them the course's own.
    fits.sort_by_key(|grant| {
        let works = grant.state == GrantState::On;
        (!works, grant.sees_sections_only(), grant.course.is_none())
    });
    fits.into_iter().next()
}

/// How an interface names a course: Moodle as LTI does; Canvas by the number that the addresses of its services have, or by the id
/// of LTI in its place.
#[must_use]
pub(crate) fn course_id(interface: Interface, course: &Course) -> String {
    if interface == Interface::Moodle {
        return course.context_id.clone();
    }
    let services = &course.services;
    let told = [&services.line_items_url, &services.memberships_url];
    let number = told.into_iter().flatten().find_map(|url| {
        let after = url.split_once("/api/lti/courses/")?.1;
        let number = after.split('/').next()?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| number.to_owned())
    });
    number.unwrap_or_else(|| join::by_context(&course.context_id))
}

/// The client of a grant, whatever its state.
///
/// # Errors
/// [`RestTrouble`].
pub(in crate::service) async fn build(
    cairn: &Cairn,
    access: &Access,
    grant: &Grant,
) -> Result<Reader, RestTrouble> {
    let address = allowed(cairn, access).await?;
    let held = Held {
        tenant: grant.tenant.clone(),
        grant: grant.id.clone(),
        version: grant.version,
    };
    let token = open(cairn, TOKEN, &grant.tokens.token)?;
    let limits = Limits::default();
    let unusable = |reason: Reason| RestTrouble::Refused(fault(&reason).unwrap_or(Fault::Address));
    let mut reader = match access.interface {
        Interface::Canvas => {
            let canvas = Canvas::new(
                way_out(cairn, &address),
                &address,
                token,
                user_agent(cairn),
                limits,
            );
            Reader::Canvas(canvas.map_err(unusable)?, held)
        }
        Interface::Moodle => {
            let moodle = Moodle::new(
                way_out(cairn, &address),
                &address,
                token,
                user_agent(cairn),
                limits,
            );
            Reader::Moodle(moodle.map_err(unusable)?, held)
        }
    };
    let soon = cairn.clock.now() + TimeDelta::minutes(1);
    if grant.tokens.expires_at.is_some_and(|end| end <= soon) {
        renew(cairn, &mut reader).await?;
    }
    Ok(reader)
}

/// The address of an access, if tokens may go there: as long as a registration that speaks for its platform says so.
///
/// # Errors
/// [`Fault::Address`].
pub(in crate::service) async fn allowed(cairn: &Cairn, access: &Access) -> Result<Url, RestTrouble> {
    let (tenant, platform) = (access.tenant.clone(), access.platform.clone());
    let speaking = cairn
        .store
        .read(move |db| speaking(db, &tenant, &platform))
        .await?;
    let address = Url::parse(&access.address).ok();
    let fits = |url: &Url| speaking.iter().find(|one| one.check_service_url(url).is_ok());
    match address.as_ref().and_then(|url| fits(url).map(|one| (url, one))) {
        Some((url, registration)) => {
            cairn.platform_hosts.note(registration);
            Ok(url.clone())
        }
        None => Err(RestTrouble::Refused(Fault::Address)),
    }
}

/// The registrations that speak for a platform, the one of its newest deployment first.
pub(in crate::service) fn speaking(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
) -> Result<Vec<Registration>, StoreError> {
    let Some(known) = platforms::get(db, tenant, platform)? else {
        return Ok(Vec::new());
    };
    let deployments = platforms::deployments_of(db, tenant, platform)?;
    let mut found: Vec<Registration> = Vec::new();
    let ids = deployments.into_iter().map(|(_, registration)| registration);
    for id in ids.chain([known.registration]) {
        if found.iter().any(|one| one.id == id) {
            continue;
        }
        found.extend(registrations::get(db, tenant, &id)?);
    }
    Ok(found)
}

/// The guarded way out, to this address alone.
pub(in crate::service) fn way_out(
    cairn: &Cairn,
    address: &Url,
) -> Arc<dyn gradebook_rest::transport::Transport> {
    Arc::new(WayOut::new(Arc::clone(&cairn.transport), address.clone()))
}

/// Who calls: the hosted Canvas answers nobody who does not say so.
pub(in crate::service) fn user_agent(cairn: &Cairn) -> String {
    format!(
        "Cairn/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        cairn.settings.origin()
    )
}

/// A secret as it is sent.
pub(in crate::service) fn open(cairn: &Cairn, purpose: &str, sealed: &str) -> Result<Token, ServiceError> {
    let plain = cairn.vault.open(purpose, sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(Token::new(text))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::rest_access::{Finding, Findings, Giver, SealedTokens};

    fn grant(course: Option<&str>, state: GrantState, finding: Finding) -> Grant {
        let at = DateTime::UNIX_EPOCH;
        Grant {
            id: format!("{course:?}").as_str().into(),
            tenant: "north".into(),
            access: "access".into(),
            course: course.map(CourseId::from),
            tokens: SealedTokens {
                token: "sealed".to_owned(),
                refresh: None,
                expires_at: None,
            },
            version: 0,
            state,
            fault: None,
            state_at: at,
            given_by: Giver::Nobody,
            given_at: at,
            tested: Some((
                Findings {
                    found: vec![finding],
                    ..Findings::default()
                },
                at,
            )),
        }
    }

    #[test]
    fn a_course_is_read_with_its_own_token_unless_that_sees_less_than_the_one_for_all() {
        use GrantState::{Consent, On};
        let access = |by_teachers| Access {
            id: "access".into(),
            tenant: "north".into(),
            platform: "platform".into(),
            interface: Interface::Canvas,
            address: "https://canvas.example".to_owned(),
            client_id: None,
            sealed_secret: None,
            by_teachers,
            is_on: true,
            changed_by: None,
            changed_at: DateTime::UNIX_EPOCH,
        };
        let all = || grant(None, On, Finding::Works);
        let own = |state, finding| grant(Some("a"), state, finding);
        let course = CourseId::from("a");
        let chosen = |grants: Vec<Grant>, by_teachers| {
            let found = best(grants, &access(by_teachers), Some(&course));
            found.map(|grant| grant.course.is_some())
        };
        let whole = own(On, Finding::Works);
        assert_eq!(chosen(vec![all(), whole.clone()], true), Some(true));
        assert_eq!(chosen(vec![all(), whole.clone()], false), Some(false));
        assert_eq!(chosen(vec![whole], false), None);
        let part = own(On, Finding::OwnSectionsOnly);
        assert_eq!(chosen(vec![all(), part.clone()], true), Some(false));
        assert_eq!(chosen(vec![part], true), Some(true), "better than nothing");
        let over = own(Consent, Finding::Works);
        assert_eq!(chosen(vec![over, all()], true), Some(false));
        let other = grant(Some("b"), On, Finding::Works);
        assert_eq!(chosen(vec![other], true), None);
    }
}
