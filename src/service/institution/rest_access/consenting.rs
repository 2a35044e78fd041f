//! A person lets Canvas be read in their name, by OAuth 2: an administrator for all courses, a teacher for their own. What goes
//! there and comes back is bound to the browser, to the session in which it was begun, and to one use.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use gradebook_rest::Token;
use gradebook_rest::canvas::oauth::{self, ConsentError, TokenError, Tokens};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::giving_back::{give_back, unused};
use super::{SCOPES, reached, testing};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::rest_access::{Access, Consent, Findings, Giver, Grant, GrantState, Interface};
use crate::ids::{CourseId, PlatformId, RestGrantId, SessionId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::operator::{Administrator, Scope};
use crate::service::base::refusal::RestRefusal;
use crate::service::base::rest_access::{RestTrouble, allowed, away, fault, key, oauth as tokens_of, sealed};
use crate::service::base::session::{Visitor, digest};
use crate::service::base::trouble::Away;
use crate::store::{
    Db, StoreError, admin_sessions, admins, audit, outside, platforms, rest_accesses, sessions,
};

/// How long somebody may take to sign in and agree.
pub(crate) const LIVES: TimeDelta = TimeDelta::minutes(15);
/// What the verifier of a consent is derived for.
const PURPOSE: &str = "rest consent verifier";
/// What stands in the person's list of approved integrations.
const WHY: &str = "Cairn";

/// Where to send the browser, and what it keeps meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Leaving {
    pub(crate) url: String,
    /// The state: the browser's cookie for [`LIVES`].
    pub(crate) state: String,
}

/// Somebody agreed, and it was tried at once.
#[derive(Debug, Clone)]
pub(crate) struct Consented {
    pub(crate) platform: PlatformId,
    /// The course whose teacher it was; none: an administrator.
    pub(crate) course: Option<CourseId>,
    pub(crate) findings: Findings,
}

/// Begins the consent of an administrator, for all courses of a platform.
///
/// # Errors
/// [`ServiceError::NotFound`] for a platform out of reach; [`RestRefusal`] where it is not switched on.
#[tracing::instrument(name = "rest_access.begin", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn begin(
    cairn: &Cairn,
    admin: &Administrator,
    session: &SessionId,
    id: &PlatformId,
) -> Result<Leaving, ServiceError> {
    let (scope, at) = (admin.scope.clone(), id.clone());
    let access = cairn
        .store
        .read_with(move |db| access_of(db, &scope, &at))
        .await?;
    leave(cairn, &access, None, session, Giver::Admin(admin.actor.clone())).await
}

fn access_of(db: &mut Db, scope: &Scope, id: &PlatformId) -> Result<Access, ServiceError> {
    let (institution, _) = reached(db, scope, id)?;
    let access = rest_accesses::of_platform(db, &institution.id, id)?;
    let access = access.filter(|access| access.is_on && access.interface == Interface::Canvas);
    Ok(access.ok_or(RestRefusal::NotOn)?)
}

/// Begins the consent of a teacher for the course of their visit.
///
/// # Errors
/// [`ServiceError::Forbidden`] for who does not teach here; [`ServiceError::Masquerade`] for whoever acts as them; [`RestRefusal`]
/// where that is not switched on for teachers.
#[tracing::instrument(name = "rest_access.begin_for_course", skip_all)]
pub(crate) async fn begin_for_course(cairn: &Cairn, visitor: &Visitor) -> Result<Leaving, ServiceError> {
    visitor.teach()?;
    visitor.act_for_oneself()?;
    let (tenant, course) = (visitor.tenant().clone(), visitor.course.id.clone());
    let access = cairn.store.read(move |db| {
        let home = platforms::home_of_course(db, &tenant, &course)?;
        rest_accesses::of_platform(db, &tenant, &home.platform)
    });
    let access = access
        .await?
        .filter(|access| access.is_on && access.interface == Interface::Canvas)
        .ok_or(RestRefusal::NotOn)?;
    if !access.by_teachers {
        return Err(RestRefusal::NotByTeachers.into());
    }
    let course = Some(visitor.course.id.clone());
    let teacher = Giver::Teacher(visitor.person.id.clone());
    leave(cairn, &access, course, &visitor.session.id, teacher).await
}

async fn leave(
    cairn: &Cairn,
    access: &Access,
    course: Option<CourseId>,
    session: &SessionId,
    begun_by: Giver,
) -> Result<Leaving, ServiceError> {
    let address = allowed(cairn, access).await.map_err(refused)?;
    let key = key(cairn, access, &address)?;
    let (now, random) = cairn.moment();
    let state = random::token::<32>(random.as_ref());
    let url = oauth::consent_url(&key, &state, &SCOPES, WHY)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier(cairn, &state).as_bytes()));
    let consent = Consent {
        tenant: access.tenant.clone(),
        access: access.id.clone(),
        course,
        session: session.to_string(),
        begun_by,
        expires_at: now + LIVES,
    };
    let kept = digest(&state);
    let begun = cairn
        .store
        .write(move |db| rest_accesses::begin_consent(db, &kept, &consent));
    begun.await?;
    Ok(Leaving {
        url: oauth::challenged(url, &challenge).into(),
        state,
    })
}

/// What proves that whoever brings the code began the consent (RFC 7636). It is derived, so that it is kept nowhere.
fn verifier(cairn: &Cairn, state: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(cairn.vault.derive(PURPOSE).as_slice()) else {
        // HMAC takes keys of every length.
        return String::new();
    };
    mac.update(state.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Somebody comes back from Canvas: `parameters` as they stand in the address, `kept` as the browser's cookie has it. What is
/// refused links nothing and stores nothing.
///
/// # Errors
/// [`RestRefusal`].
#[tracing::instrument(name = "rest_access.come_back", skip_all)]
pub(crate) async fn come_back(
    cairn: &Cairn,
    parameters: &[(String, String)],
    kept: Option<&str>,
) -> Result<Consented, ServiceError> {
    let kept = kept.unwrap_or_default();
    let sent = parameters.iter().find(|(name, _)| name == "state");
    let is_ours =
        sent.is_some_and(|(_, sent)| !sent.is_empty() && bool::from(sent.as_bytes().ct_eq(kept.as_bytes())));
    // An error may come without a state. It is told, whoever sent it: it changes nothing.
    let code = oauth::code(parameters, kept).map_err(not_consented);
    if !is_ours {
        let told = match code {
            // What Canvas says without a state is known; another word anybody could have written there, for others to read.
            Err(RestRefusal::Word(_)) | Ok(_) => RestRefusal::NotOurs,
            Err(told) => told,
        };
        return Err(told.into());
    }
    let (now, state) = (cairn.clock.now(), digest(kept));
    // Anybody can make up a state; nothing is written for one that is none.
    let asked = state.clone();
    if !cairn
        .store
        .read(move |db| rest_accesses::waits(db, &asked))
        .await?
    {
        return Err(RestRefusal::NotOurs.into());
    }
    let taken = cairn.store.write(move |db| {
        let Some(consent) = rest_accesses::take_consent(db, &state, now)? else {
            return Ok(None);
        };
        let access = if goes_on(db, &consent, now)? {
            rest_accesses::get(db, &consent.tenant, &consent.access)?
        } else {
            None
        };
        let expected = person(db, &consent)?;
        Ok(Some((consent, access, expected)))
    });
    let taken = taken.await?;
    // Used up, whatever came with it.
    let code = code?;
    let (consent, access, expected) = taken.ok_or(RestRefusal::NotOurs)?;
    let access = access.ok_or(RestRefusal::NotOurs)?;
    if !access.is_on {
        return Err(RestRefusal::NotOn.into());
    }
    if consent.course.is_some() && !access.by_teachers {
        return Err(RestRefusal::NotByTeachers.into());
    }
    let tokens = exchange(cairn, &access, kept, &code, expected.as_deref()).await?;
    let grant = keep(cairn, &access, &consent, &tokens).await?;
    let findings =
        testing::of_grant(cairn, &actor(&consent), &access, &grant, testing::Measure::Most).await?;
    Ok(Consented {
        platform: access.platform,
        course: consent.course,
        findings,
    })
}

/// Whether the session in which it was begun is still there, and whoever began it may.
fn goes_on(db: &mut Db, consent: &Consent, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let session = SessionId::from(consent.session.as_str());
    match &consent.begun_by {
        Giver::Admin(id) => {
            let admin = admins::get(db, id)?.filter(|admin| admin.enabled);
            let reaches = admin.is_some_and(|admin| admin.tenant.is_none_or(|own| own == consent.tenant));
            Ok(reaches && admin_sessions::lives(db, &session, now)?)
        }
        Giver::Teacher(id) => {
            let visit = sessions::by_id(db, &session)?;
            Ok(visit.is_some_and(|visit| {
                visit.person == *id
                    && visit.tenant == consent.tenant
                    && visit.course == consent.course
                    && visit.expires_at > now
            }))
        }
        Giver::Nobody => Ok(false),
    }
}

/// As whom Canvas's interface knows the teacher who began it, where LTI said so: no file says who somebody is.
fn person(db: &mut Db, consent: &Consent) -> Result<Option<String>, StoreError> {
    let (Giver::Teacher(id), Some(course)) = (&consent.begun_by, &consent.course) else {
        return Ok(None);
    };
    let known = outside::known_as(db, &consent.tenant, course)?;
    Ok(known.get(id).and_then(|known| known.api_id.clone()))
}

fn actor(consent: &Consent) -> Actor {
    match &consent.begun_by {
        Giver::Admin(id) => Actor::Administrator(id.clone()),
        Giver::Teacher(id) => Actor::Instructor(id.clone()),
        Giver::Nobody => Actor::Unnamed,
    }
}

async fn exchange(
    cairn: &Cairn,
    access: &Access,
    state: &str,
    code: &Token,
    person: Option<&str>,
) -> Result<Tokens, ServiceError> {
    let address = allowed(cairn, access).await.map_err(refused)?;
    let key = key(cairn, access, &address)?;
    let asking = tokens_of(cairn, &address).with_verifier(Token::new(verifier(cairn, state)));
    let exchanged = asking.exchange(&key, code, person, cairn.clock.now()).await;
    exchanged.map_err(|error| not_exchanged(error).into())
}

/// Keeps the tokens, in the place of those that were given for as much before, which are given back. So are these where somebody
/// switched it off or pasted another key while Canvas answered.
async fn keep(
    cairn: &Cairn,
    access: &Access,
    consent: &Consent,
    tokens: &Tokens,
) -> Result<Grant, ServiceError> {
    let (now, random) = cairn.moment();
    let grant = Grant {
        id: RestGrantId::new(now, random.as_ref()),
        tenant: access.tenant.clone(),
        access: access.id.clone(),
        course: consent.course.clone(),
        tokens: sealed(cairn, tokens),
        version: 0,
        state: GrantState::On,
        fault: None,
        state_at: now,
        given_by: consent.begun_by.clone(),
        given_at: now,
        tested: None,
    };
    let (kept, actor, platform) = (grant.clone(), actor(consent), access.platform.clone());
    let (client_id, address) = (access.client_id.clone(), access.address.clone());
    let before = cairn.store.write(move |db| {
        let stands = rest_accesses::get(db, &kept.tenant, &kept.access)?.is_some_and(|stored| {
            let may = stored.is_on && (stored.by_teachers || kept.course.is_none());
            may && stored.client_id == client_id && stored.address == address
        });
        if !stands {
            return Ok(None);
        }
        let all = rest_accesses::grants(db, &kept.tenant, &kept.access)?;
        rest_accesses::give(db, &kept)?;
        let entry = Entry::new(&kept.tenant, actor, Action::RestConsented, platform.as_str(), now);
        let entry = entry.detail(serde_json::json!({ "course": kept.course }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(Some(all.into_iter().find(|one| one.course == kept.course)))
    });
    let Some(before) = before.await? else {
        unused(give_back(cairn, access, &grant).await);
        return Err(RestRefusal::NotOn.into());
    };
    if let Some(before) = before {
        // Nobody waits for that: the person can delete it in Canvas too.
        unused(give_back(cairn, access, &before).await);
    }
    Ok(grant)
}

fn refused(trouble: RestTrouble) -> ServiceError {
    match trouble {
        RestTrouble::Failed(error) => error,
        RestTrouble::Refused(fault) => RestRefusal::Fault(fault).into(),
        RestTrouble::Away(how) => RestRefusal::Away(how).into(),
        RestTrouble::Consent => RestRefusal::NotOn.into(),
    }
}

/// Of what an answer names, the scopes that were asked for: anything else is none of theirs.
fn asked_for(mut named: Vec<String>) -> Vec<String> {
    named.retain(|one| SCOPES.iter().any(|scope| scope.as_str() == one));
    named
}

fn not_consented(error: ConsentError) -> RestRefusal {
    match error {
        ConsentError::ScopeMissing(scopes) => RestRefusal::Scopes(asked_for(scopes)),
        ConsentError::Denied => RestRefusal::Denied,
        ConsentError::KeyOff => RestRefusal::Key,
        ConsentError::Other(word) => RestRefusal::Word(word),
        ConsentError::Interaction | ConsentError::NotOurs | ConsentError::TooLong => RestRefusal::NotOurs,
    }
}

fn not_exchanged(error: TokenError) -> RestRefusal {
    match error {
        TokenError::Revoked | TokenError::CodeRefused => RestRefusal::Code,
        TokenError::KeyRefused => RestRefusal::Key,
        TokenError::ScopeMissing(scopes) => RestRefusal::Scopes(asked_for(scopes)),
        TokenError::Masqueraded => RestRefusal::Masqueraded,
        TokenError::OtherPerson => RestRefusal::OtherPerson,
        TokenError::Refused(word) => RestRefusal::Word(word),
        TokenError::Failed(reason) => match fault(&reason) {
            Some(fault) => RestRefusal::Fault(fault),
            None => RestRefusal::Away(away(&reason).unwrap_or(Away::Down)),
        },
    }
}
