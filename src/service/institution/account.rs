//! What an administrator sees of Cairn inside the LMS, outside any course.

use crate::domain::course::Course;
use crate::domain::issuer::Tenant;
use crate::domain::page::Page;
use crate::domain::platform::{Claim, Deployment, DeploymentState};
use crate::domain::session::Session;
use crate::domain::theme::Colour;
use crate::domain::zone::Zone;
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::{IDLE, digest};
use crate::store::{courses, deployments, pending, registrations, sessions, tenants};
use lti::registration::Registration;

/// Courses that the page names.
const COURSES: i64 = 20;

/// An administrator's visit outside a course.
#[derive(Debug, Clone)]
pub(crate) struct Administrator {
    pub(crate) session: Session,
    pub(crate) registration: Registration,
}

impl Administrator {
    /// The tenant that owns everything this visit may see.
    #[must_use]
    pub(crate) fn tenant(&self) -> &TenantId {
        &self.session.tenant
    }
}

/// How the platform is connected.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The installation that this visit came through.
    pub(crate) here: Deployment,
    /// Others that wait to be accepted.
    pub(crate) waiting: Vec<(Deployment, Claim)>,
    /// The newest courses that were opened from this platform.
    pub(crate) courses: Vec<Course>,
    /// Whether there are more.
    pub(crate) more_courses: bool,
    /// The colour of the institution's pages; none is Cairn's own.
    pub(crate) accent: Option<Colour>,
    /// Where its days are.
    pub(crate) zone: Zone,
}

impl Cairn {
    /// The administrator's visit behind `token`.
    ///
    /// # Errors
    /// [`ServiceError::SessionOver`] when there is none, it is over, belongs to a course or to no administrator.
    #[tracing::instrument(name = "account.account_administrator", level = "debug", skip_all)]
    pub(crate) async fn account_administrator(&self, token: &str) -> Result<Administrator, ServiceError> {
        let (now, digest) = (self.clock.now(), digest(token));
        let found = self.store.read(move |db| {
            let session = sessions::by_token_digest(db, &digest, now)?;
            let alive = session.filter(|session| {
                session.course.is_none() && session.administrator && session.last_used_at + IDLE > now
            });
            let Some(session) = alive else {
                return Ok(None);
            };
            let registration = registrations::get(db, &session.tenant, &session.registration)?;
            Ok(registration
                .filter(|known| known.enabled)
                .map(|registration| Administrator {
                    session,
                    registration,
                }))
        });
        found.await?.ok_or(ServiceError::SessionOver)
    }
}

/// How the platform of the visit is connected.
#[tracing::instrument(name = "account.read", level = "debug", skip_all)]
pub(crate) async fn read(cairn: &Cairn, administrator: &Administrator) -> Result<Account, ServiceError> {
    let administrator = administrator.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, registration) = (administrator.tenant(), &administrator.registration.id);
        let mut here = None;
        let mut waiting = Vec::new();
        for deployment in deployments::list(db, tenant, registration)? {
            if deployment.id == administrator.session.deployment {
                here = Some(deployment);
            } else if deployment.state == DeploymentState::Pending {
                let claim = pending::get(db, tenant, &deployment.id)?.unwrap_or_default();
                waiting.push((deployment, claim));
            }
        }
        let mut seen = courses::of_registration(db, tenant, registration, Page::first(COURSES + 1))?;
        let most = usize::try_from(COURSES).unwrap_or(usize::MAX);
        let more_courses = seen.len() > most;
        seen.truncate(most);
        let institution = tenants::get(db, tenant)?;
        Ok(Account {
            here: here.ok_or(ServiceError::NotFound("installation"))?,
            waiting,
            courses: seen,
            more_courses,
            zone: institution.as_ref().map_or(Zone::UTC, Tenant::zone),
            accent: institution.and_then(|institution| institution.accent),
        })
    });
    found.await
}
