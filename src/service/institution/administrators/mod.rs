//! Who administers outside the LMS: how far somebody's power reaches, and the browser in which they are signed in.
//! [`links`] lets people in for the first time, [`sign_in`] and [`provider`] later.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::issuer::Tenant;
use crate::ids::{AdminId, SessionId};
use crate::random::{self, Random};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::digest;
use crate::store::admin_sessions::AdminSession;
use crate::store::{Db, StoreError, admin_sessions, admins, tenants};

pub(crate) mod administrators_list;
pub(crate) mod known;
pub(crate) mod links;
pub(crate) mod own_password;
pub(crate) mod password;
pub(crate) mod provider;
pub(crate) mod sign_in;
mod vouching;

pub(crate) use crate::service::base::operator::{Administrator, Operator, Scope};

/// A sign-in ends when it was not used for so long.
pub(crate) const IDLE: TimeDelta = TimeDelta::minutes(30);
/// A sign-in ends at the latest after so long.
pub(crate) const LONGEST: TimeDelta = TimeDelta::hours(10);
/// The last use is written down at most so often, so that reading a page seldom writes.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// An administrator in one browser.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) admin: Administrator,
    pub(crate) session: SessionId,
    /// The institution, where the power reaches no further.
    pub(crate) institution: Option<Tenant>,
}

impl Cairn {
    /// Who is signed in with `token`.
    ///
    /// # Errors
    /// [`ServiceError::SignInNeeded`] when nobody is, it was too long ago, or the administrator was turned off.
    #[tracing::instrument(name = "administrators.administrator", level = "debug", skip_all)]
    pub(crate) async fn administrator(&self, token: &str) -> Result<SignedIn, ServiceError> {
        let (now, digest) = (self.clock.now(), digest(token));
        let found = self.store.read(move |db| {
            let Some(session) = admin_sessions::by_token_digest(db, &digest, now)? else {
                return Ok(None);
            };
            let admin = admins::get(db, &session.admin)?.filter(|admin| admin.enabled);
            let Some(admin) = admin.filter(|_| session.last_used_at + IDLE > now) else {
                return Ok(None);
            };
            let institution = match &admin.tenant {
                Some(tenant) => tenants::get(db, tenant)?,
                None => None,
            };
            Ok(Some((session, admin, institution)))
        });
        let (session, admin, institution) = found.await?.ok_or(ServiceError::SignInNeeded)?;
        if session.last_used_at + TOUCH <= now {
            let id = session.id.clone();
            self.store
                .write(move |db| admin_sessions::touch(db, &id, now))
                .await?;
        }
        Ok(SignedIn {
            admin: Administrator {
                actor: admin.id,
                name: admin.name,
                scope: admin.tenant.into(),
            },
            session: session.id,
            institution,
        })
    }

    /// The proof that a form came from a page of the console in this browser.
    #[must_use]
    pub(crate) fn console_proof(&self, session: &SessionId) -> String {
        hex::encode(self.vault.derive(&format!("console form proof {session}")))
    }
}

/// Opens a sign-in and gives its token. Run it in the transaction that proves who it is.
pub(in crate::service) fn open_session(
    db: &mut Db,
    admin: &AdminId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<String, StoreError> {
    let token = random::token::<32>(random);
    let session = AdminSession {
        id: SessionId::new(now, random),
        admin: admin.clone(),
        created_at: now,
        last_used_at: now,
        expires_at: now + LONGEST,
    };
    admin_sessions::insert(db, &session, &digest(&token))?;
    Ok(token)
}

/// Ends a sign-in. Doing it twice is doing it once.
#[tracing::instrument(name = "administrators.sign_out", skip_all)]
pub(crate) async fn sign_out(cairn: &Cairn, session: &SessionId) -> Result<(), ServiceError> {
    let session = session.clone();
    let ended = cairn.store.write(move |db| admin_sessions::delete(db, &session));
    Ok(ended.await?)
}
