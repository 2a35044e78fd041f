//! Tokens that come to their end: one renewal at a time, whichever node it is, because it ends the token that all others use. And
//! what is kept of how a token stands.

use std::time::Duration;

use chrono::TimeDelta;
use gradebook_rest::canvas::oauth::{Key, OAuth, TokenError, Tokens};
use gradebook_rest::{Error, Limits, Remedy, Token};
use url::Url;

use super::{
    Held, REFRESH, Reader, RestTrouble, SECRET, TOKEN, allowed, away, fault, open, user_agent, way_out,
};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::reading::Why;
use crate::domain::rest_access::{Access, Fault, Grant, GrantState, SealedTokens};
use crate::ids::CourseId;
use crate::service::base::addresses;
use crate::service::base::cairn::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::trouble::Away;
use crate::store::{StoreError, audit, rest_accesses};

/// A renewal is over after so long, or its node is.
const LONGEST: TimeDelta = TimeDelta::seconds(90);
/// How often others look whether it is.
const LOOK: Duration = Duration::from_millis(500);
/// And how many times.
const LOOKS: u32 = 60;

/// Gives the reader the token that stands there, after it was refused with its own: another one that came meanwhile, or a new one.
/// All clones of its client use it from now on.
///
/// # Errors
/// [`RestTrouble::Consent`] where the platform will give no new one.
pub(crate) async fn renew(cairn: &Cairn, reader: &mut Reader) -> Result<(), RestTrouble> {
    let (canvas, held) = match reader {
        Reader::Canvas(canvas, held) => (canvas, held),
        // A token of Moodle is not renewed.
        Reader::Moodle(_, held) => {
            refuse(cairn, held, &Fault::TokenUnknown).await?;
            return Err(RestTrouble::Refused(Fault::TokenUnknown));
        }
    };
    for _ in 0..LOOKS {
        let (access, grant) = stored(cairn, held).await?;
        if grant.version != held.version {
            canvas.renew(open(cairn, TOKEN, &grant.tokens.token)?);
            held.version = grant.version;
            return Ok(());
        }
        let now = cairn.clock.now();
        let (tenant, id, version) = (held.tenant.clone(), held.grant.clone(), held.version);
        let ours = cairn
            .store
            .write(move |db| rest_accesses::begin_renewing(db, &tenant, &id, version, now, now + LONGEST));
        if ours.await? {
            let token = fetch(cairn, held, &access, &grant).await?;
            canvas.renew(token);
            held.version = held.version.saturating_add(1);
            return Ok(());
        }
        cairn.timer.sleep(LOOK).await;
    }
    Err(RestTrouble::Away(Away::Busy))
}

async fn stored(cairn: &Cairn, held: &Held) -> Result<(Access, Grant), RestTrouble> {
    let (tenant, id) = (held.tenant.clone(), held.grant.clone());
    let found = cairn.store.read(move |db| {
        let Some(grant) = rest_accesses::grant(db, &tenant, &id)? else {
            return Ok(None);
        };
        let access = rest_accesses::get(db, &tenant, &grant.access)?;
        Ok(access.filter(|access| access.is_on).map(|access| (access, grant)))
    });
    // Somebody switched it off, or gave the token back.
    found.await?.ok_or(RestTrouble::Consent)
}

/// Whether somebody switched it off, or gave the token back.
async fn is_gone(cairn: &Cairn, held: &Held) -> bool {
    matches!(stored(cairn, held).await, Err(RestTrouble::Consent))
}

/// Asks for a new token and keeps it. This node alone does so now.
async fn fetch(cairn: &Cairn, held: &Held, access: &Access, grant: &Grant) -> Result<Token, RestTrouble> {
    let refreshed = fresh(cairn, access, grant).await;
    let trouble = match refreshed {
        Ok(tokens) => {
            let sealed = sealed(cairn, &tokens);
            let (tenant, id, version) = (held.tenant.clone(), held.grant.clone(), held.version);
            let kept = cairn
                .store
                .write(move |db| rest_accesses::renewed(db, &tenant, &id, version, &sealed));
            if kept.await? || !is_gone(cairn, held).await {
                // Where it is not kept somebody gave another one meanwhile: this one serves its reader till it ends.
                return Ok(tokens.access);
            }
            // Everything was given back meanwhile: nobody else knows of this one.
            if let Ok(address) = allowed(cairn, access).await
                && oauth(cairn, &address)
                    .revoke(&address, &tokens.access)
                    .await
                    .is_err()
            {
                tracing::warn!("a token that came too late could not be given back");
            }
            return Err(RestTrouble::Consent);
        }
        Err(trouble) => trouble,
    };
    match &trouble {
        RestTrouble::Consent => set(cairn, held, GrantState::Consent, None).await?,
        RestTrouble::Refused(fault) => refuse(cairn, held, fault).await?,
        RestTrouble::Away(_) | RestTrouble::Failed(_) => {}
    }
    let (tenant, id, version) = (held.tenant.clone(), held.grant.clone(), held.version);
    let ended = cairn
        .store
        .write(move |db| rest_accesses::end_renewing(db, &tenant, &id, version));
    ended.await?;
    Err(trouble)
}

/// New tokens for those of a grant, which end with it. Nothing is kept.
///
/// # Errors
/// As [`renew`].
pub(in crate::service) async fn fresh(
    cairn: &Cairn,
    access: &Access,
    grant: &Grant,
) -> Result<Tokens, RestTrouble> {
    let Some(refresh) = &grant.tokens.refresh else {
        return Err(RestTrouble::Consent);
    };
    let refresh = open(cairn, REFRESH, refresh)?;
    let address = allowed(cairn, access).await?;
    let key = key(cairn, access, &address)?;
    let refreshed = oauth(cairn, &address)
        .refresh(&key, &refresh, cairn.clock.now())
        .await;
    refreshed.map_err(|error| match error {
        TokenError::Revoked | TokenError::CodeRefused | TokenError::Masqueraded | TokenError::OtherPerson => {
            RestTrouble::Consent
        }
        TokenError::KeyRefused => RestTrouble::Refused(Fault::KeyRefused),
        TokenError::ScopeMissing(scopes) => {
            RestTrouble::Refused(Fault::Scope(scopes.into_iter().next().unwrap_or_default()))
        }
        TokenError::Refused(word) => RestTrouble::Refused(Fault::Code(word)),
        TokenError::Failed(reason) => match fault(&reason) {
            Some(fault) => RestTrouble::Refused(fault),
            None => RestTrouble::Away(away(&reason).unwrap_or(Away::Down)),
        },
    })
}

/// Canvas's key of an access.
pub(in crate::service) fn key(cairn: &Cairn, access: &Access, address: &Url) -> Result<Key, ServiceError> {
    let sealed = access.sealed_secret.as_deref();
    let (Some(client_id), Some(sealed)) = (&access.client_id, sealed) else {
        return Err(ServiceError::Internal(
            "an access to Canvas has no key".to_owned(),
        ));
    };
    Ok(Key {
        base: address.clone(),
        client_id: client_id.clone(),
        client_secret: open(cairn, SECRET, sealed)?,
        redirect_uri: addresses::rest_return(&cairn.settings.origin()),
    })
}

/// Where tokens of Canvas are asked for and given back.
pub(in crate::service) fn oauth(cairn: &Cairn, address: &Url) -> OAuth {
    OAuth::new(way_out(cairn, address), user_agent(cairn), Limits::default())
}

/// Tokens as they are kept.
pub(in crate::service) fn sealed(cairn: &Cairn, tokens: &Tokens) -> SealedTokens {
    let seal = |purpose: &str, token: &Token| {
        cairn
            .vault
            .seal(purpose, token.expose().as_bytes(), cairn.random.as_ref())
    };
    SealedTokens {
        token: seal(TOKEN, &tokens.access),
        refresh: tokens.refresh.as_ref().map(|token| seal(REFRESH, token)),
        expires_at: tokens.expires_at,
    }
}

/// Keeps why grades could not be read, where somebody has to do something about it. What passes, and what is about one course or
/// one thing in it, is not kept.
///
/// # Errors
/// Trouble with the database.
pub(crate) async fn note(cairn: &Cairn, held: &Held, error: &Error) -> Result<(), ServiceError> {
    match error.remedy() {
        // Refused although it was renewed: it is of no use any more.
        Remedy::Refresh | Remedy::Consent => set(cairn, held, GrantState::Consent, None).await,
        // The person lost one course, of the many that the token is for.
        Remedy::Reader if !is_of_a_course(cairn, held).await? => Ok(()),
        _ => match fault(&error.reason) {
            // The others are read all the same.
            Some(fault) if fault.is_of_one_course() && !is_of_a_course(cairn, held).await? => {
                set(cairn, held, GrantState::On, Some(fault)).await
            }
            Some(fault) => refuse(cairn, held, &fault).await,
            None => Ok(()),
        },
    }
}

async fn is_of_a_course(cairn: &Cairn, held: &Held) -> Result<bool, ServiceError> {
    let (tenant, id) = (held.tenant.clone(), held.grant.clone());
    let grant = cairn
        .store
        .read(move |db| rest_accesses::grant(db, &tenant, &id))
        .await?;
    Ok(grant.is_some_and(|grant| grant.course.is_some()))
}

/// Keeps that the grades of a course were read with it to their end. What a course was refused is over with it, unless another
/// course is refused the same still.
///
/// # Errors
/// Trouble with the database.
pub(crate) async fn works(cairn: &Cairn, held: &Held, course: &CourseId) -> Result<(), ServiceError> {
    let (held_now, course) = (held.clone(), course.clone());
    let is_news = cairn.store.read(move |db| {
        let tenant = &held_now.tenant;
        let grant = rest_accesses::grant(db, tenant, &held_now.grant)?;
        let Some(grant) = grant.filter(|grant| grant.version == held_now.version) else {
            return Ok(false);
        };
        if grant.state != GrantState::On {
            return Ok(true);
        }
        let access = rest_accesses::get(db, tenant, &grant.access)?;
        let (Some(fault), Some(access)) = (grant.fault, access) else {
            return Ok(false);
        };
        let why = Why::Refused(fault);
        Ok(!rest_accesses::is_so_elsewhere(
            db,
            tenant,
            &access.platform,
            &course,
            &why,
        )?)
    });
    if is_news.await? {
        set(cairn, held, GrantState::On, None).await?;
    }
    Ok(())
}

async fn refuse(cairn: &Cairn, held: &Held, fault: &Fault) -> Result<(), ServiceError> {
    set(cairn, held, GrantState::Refused, Some(fault.clone())).await
}

/// Keeps how a token stands, and tells the audit log what changed.
async fn set(
    cairn: &Cairn,
    held: &Held,
    state: GrantState,
    fault: Option<Fault>,
) -> Result<(), ServiceError> {
    let held = held.clone();
    let (now, random) = cairn.moment();
    let done = cairn.store.write(move |db| {
        let (tenant, id) = (&held.tenant, &held.grant);
        let changed = rest_accesses::set_state(db, tenant, id, held.version, state, fault.as_ref(), now)?;
        let action = match state {
            GrantState::On if fault.is_none() => return Ok(()),
            GrantState::Consent => Action::RestConsentNeeded,
            GrantState::On | GrantState::Refused => Action::RestRefused,
        };
        let grant = rest_accesses::grant(db, tenant, id)?.filter(|_| changed);
        let access = match &grant {
            Some(grant) => rest_accesses::get(db, tenant, &grant.access)?,
            None => None,
        };
        match access {
            Some(access) => {
                let entry = Entry::new(tenant, Actor::Cairn, action, access.platform.as_str(), now);
                audit::record(db, &entry, random.as_ref())
            }
            None => Ok(()),
        }
    });
    let done: Result<(), StoreError> = done.await;
    Ok(done?)
}
