//! Deep linking from a window that a frame without cookies offered.
//!
//! The platform's form listens to the page in its own frame alone (Moodle 11.4), and nothing leads from the window back to
//! that frame: no opener, no cookie, no storage. So the frame gets a secret at the login, before anybody is known. Its
//! digest goes with the login of the window, sealed for that very login; the launch ties it to the visit that it opens; what is chosen there waits
//! under it, and the frame fetches it by the secret, once, and posts it itself. It is signed then, because platforms take
//! no answer that is some minutes old.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::send::{Signed, sign};
use crate::domain::session::Session;
use crate::ids::RegistrationId;
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::PlacingRefusal;
use crate::service::base::session::digest;
use crate::store::{Db, StoreError, pending, registrations, sessions, waiting_answers};
use lti::deep_linking::Kept;
use lti::login::LoginRequest;
use lti::registration::Registration;
use lti::state::LIFETIME as LOGIN;

/// What the digest of a frame is sealed for.
const PURPOSE: &str = "frame that waits for a window";
/// How long a frame waits: as long as a visit may stand unused.
pub(crate) const LONGEST: TimeDelta = TimeDelta::hours(2);

/// What a page in a frame gets when it offers a window.
#[derive(Clone)]
pub(crate) struct Frame {
    /// For the page alone.
    pub(crate) secret: String,
    /// Goes with the login of the window, and comes with the secret when the frame asks. Worth nothing by itself.
    pub(crate) pass: String,
}

#[derive(Serialize, Deserialize)]
struct Pass {
    registration: RegistrationId,
    /// Of the secret.
    digest: String,
    /// Of the login for which it was made.
    login: String,
    until: i64,
}

/// What was chosen, as it waits.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Chosen {
    pub(super) items: Kept,
    pub(super) message: Option<String>,
    pub(super) count: usize,
}

/// What a frame hears of its window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The window is not let in yet.
    NotYet,
    /// Somebody chooses there.
    Choosing,
    /// It shows a page, and nothing will come of it.
    Page,
    /// What the frame has to post: this once.
    Chosen(Signed),
    /// The frame had its answer, or has waited too long.
    Over,
}

/// The login for which a pass is made: its hints are used once, so nobody else begins the same.
fn of_login(request: &LoginRequest) -> String {
    let hint = request.lti_message_hint.as_deref().unwrap_or_default();
    let target = &request.target_link_uri;
    digest(&format!(
        "{}\n{}\n{hint}\n{target}",
        request.issuer, request.login_hint
    ))
}

impl Cairn {
    /// A secret for a frame that offers to open this login in a window. Writes nothing.
    ///
    /// # Errors
    /// An internal error when it cannot be written down.
    pub(crate) fn frame_that_waits(
        &self,
        registration: &Registration,
        request: &LoginRequest,
    ) -> Result<Frame, ServiceError> {
        let secret = random::token::<32>(self.random.as_ref());
        let pass = Pass {
            registration: registration.id.clone(),
            digest: digest(&secret),
            login: of_login(request),
            until: (self.clock.now() + LONGEST).timestamp(),
        };
        let plain = serde_json::to_vec(&pass).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let pass = self.vault.seal(PURPOSE, &plain, self.random.as_ref());
        Ok(Frame { secret, pass })
    }

    fn pass(&self, sealed: &str) -> Option<Pass> {
        let plain = self.vault.open(PURPOSE, sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// The frame that waits for this login, where `sealed` was made for it. Anything else is no reason to refuse a login.
    pub(in crate::service) fn frame_of_login(
        &self,
        sealed: &str,
        registration: &Registration,
        request: &LoginRequest,
    ) -> Option<String> {
        let pass = self.pass(sealed)?;
        let fits = pass.registration == registration.id
            && pass.login == of_login(request)
            && pass.until > self.clock.now().timestamp();
        fits.then_some(pass.digest)
    }
}

/// Ties a frame to the visit of its window. Run it in the launch's transaction.
pub(in crate::service) fn tie(
    db: &mut Db,
    frame: &str,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // Shorter than the pass by what a login may take: nothing is kept for a frame that may not ask any more.
    let until = now + LONGEST - LOGIN;
    let choosing = session.request.is_some();
    waiting_answers::insert(db, &session.tenant, frame, &session.id, choosing, [now, until])
}

/// What there is for a frame, and the platform that shows it. What was chosen is given once.
///
/// # Errors
/// [`ServiceError::Refused`] when pass and secret are not ours, or do not belong together.
#[tracing::instrument(name = "waiting.hear", level = "debug", skip_all)]
pub(crate) async fn hear(
    cairn: &Cairn,
    sealed: &str,
    secret: &str,
) -> Result<(Registration, Heard), ServiceError> {
    let unknown = || ServiceError::from(PlacingRefusal::Waiting);
    let pass = cairn.pass(sealed).ok_or_else(unknown)?;
    let presented = digest(secret);
    if !bool::from(presented.as_bytes().ct_eq(pass.digest.as_bytes())) {
        return Err(unknown());
    }
    let (now, id) = (cairn.clock.now(), pass.registration);
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let registration = registrations::by_id(db, &id)?
            .filter(|known| known.enabled)
            .ok_or_else(|| ServiceError::from(PlacingRefusal::Waiting))?;
        let found = waiting_answers::by_digest(db, &registration.tenant, &presented, now)?;
        Ok((registration, found, presented))
    });
    let (registration, found, presented) = read.await?;
    let Some(found) = found else {
        let over = pass.until <= now.timestamp();
        return Ok((registration, if over { Heard::Over } else { Heard::NotYet }));
    };
    let heard = match (&found.answer, found.given_at) {
        (_, Some(_)) => Heard::Over,
        (None, None) if found.choosing => Heard::Choosing,
        (None, None) => Heard::Page,
        (Some(_), None) => fetch(cairn, &registration, presented)
            .await?
            .map_or(Heard::Over, Heard::Chosen),
    };
    Ok((registration, heard))
}

/// Takes what was chosen, if nobody else did in between, and signs it.
async fn fetch(
    cairn: &Cairn,
    registration: &Registration,
    frame: String,
) -> Result<Option<Signed>, ServiceError> {
    let (now, tenant) = (cairn.clock.now(), registration.tenant.clone());
    let taken = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let Some(found) = waiting_answers::by_digest(db, &tenant, &frame, now)? else {
            return Ok(None);
        };
        let Some(answer) = found.answer else {
            return Ok(None);
        };
        if !waiting_answers::give(db, &tenant, &frame, now)? {
            return Ok(None);
        }
        let session = sessions::by_id(db, &found.session)?.filter(|session| session.tenant == tenant);
        let session = session.ok_or(ServiceError::NotFound("visit"))?;
        let name = pending::name_of(db, &tenant, &session.deployment)?;
        let name = name.ok_or(ServiceError::NotFound("installation"))?;
        Ok(Some((session, name, answer)))
    });
    let Some((session, name, answer)) = taken.await? else {
        return Ok(None);
    };
    let request = super::request_of(&session)?;
    let chosen: Chosen =
        serde_json::from_str(&answer).map_err(|error| ServiceError::Internal(error.to_string()))?;
    tracing::info!(session = %session.id, "a frame fetched what was chosen in its window");
    sign(cairn, registration, &request, &name, &chosen).map(Some)
}
