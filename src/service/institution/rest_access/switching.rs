//! Keeping the key, and switching on and off.

use gradebook_rest::Token;
use serde_json::json;
use url::Url;

use super::{interface, reached, seen, switched};
use crate::domain::audit::{Action, Entry};
use crate::domain::rest_access::{Access, Giver, Grant, GrantState, Interface, SealedTokens};
use crate::ids::{AdminId, PlatformId, RestAccessId, RestGrantId};
use crate::service::Cairn;
use crate::service::base::clash::{self, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::service::base::refusal::RestRefusal;
use crate::service::base::rest_access::{SECRET, TOKEN, speaking};
use crate::service::base::wrong::Wrong;
use crate::store::{Db, StoreError, audit, rest_accesses};
use lti::registration::Registration;

/// What an administrator pastes. Secrets show in no debug form.
#[derive(Debug, Clone)]
pub(crate) enum NewKey {
    Canvas {
        /// Of the school's Canvas.
        address: String,
        client_id: String,
        /// None: the one that is kept.
        secret: Option<Token>,
        by_teachers: bool,
    },
    Moodle {
        token: Token,
    },
}

/// What of it is kept, once it is looked at.
struct Checked {
    interface: Interface,
    address: String,
    client_id: Option<String>,
    sealed_secret: Option<String>,
    by_teachers: bool,
    /// Of Moodle.
    sealed_token: Option<String>,
}

/// Keeps a key for a platform and switches it on. Tokens that came with another key of Canvas are forgotten: they are of no use.
///
/// # Errors
/// [`ServiceError::NotFound`] for a platform that is not there or out of reach; what cannot be used; that somebody changed it since
/// `shown`.
#[tracing::instrument(name = "rest_access.save", skip_all, fields(platform = id.as_str()))]
pub(crate) async fn save<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    id: &PlatformId,
    new: NewKey,
    shown: Option<&Seen>,
) -> Result<(), ServiceError> {
    let by = by.into();
    let (now, random) = cairn.moment();
    let (scope, actor, id, shown) = (by.scope(), by.actor(), id.clone(), shown.cloned());
    let (vault, admin) = (cairn.vault.clone(), admin_of(by));
    let saved = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (institution, platform) = reached(db, &scope, &id)?;
        let tenant = &institution.id;
        let before = rest_accesses::of_platform(db, tenant, &id)?;
        if shown.is_some_and(|shown| shown != seen(before.as_ref())) {
            return Err(RestRefusal::Changed.into());
        }
        let all = speaking(db, tenant, &id)?;
        let seal =
            |purpose: &str, token: &Token| vault.seal(purpose, token.expose().as_bytes(), random.as_ref());
        let checked = check(&all, &platform.issuer, &new, before.as_ref(), seal)?;
        let access = Access {
            id: before
                .as_ref()
                .map_or_else(|| RestAccessId::new(now, random.as_ref()), |one| one.id.clone()),
            tenant: tenant.clone(),
            platform: id.clone(),
            interface: checked.interface,
            address: checked.address,
            client_id: checked.client_id,
            sealed_secret: checked.sealed_secret,
            by_teachers: checked.by_teachers,
            is_on: true,
            changed_by: admin.clone(),
            changed_at: now,
        };
        rest_accesses::save(db, &access)?;
        if before
            .is_some_and(|before| before.client_id != access.client_id || before.address != access.address)
        {
            forget_grants(db, &access)?;
        }
        if let Some(token) = checked.sealed_token {
            let grant = Grant {
                id: RestGrantId::new(now, random.as_ref()),
                tenant: tenant.clone(),
                access: access.id.clone(),
                course: None,
                tokens: SealedTokens {
                    token,
                    refresh: None,
                    expires_at: None,
                },
                version: 0,
                state: GrantState::On,
                fault: None,
                state_at: now,
                given_by: admin.clone().map_or(Giver::Nobody, Giver::Admin),
                given_at: now,
                tested: None,
            };
            rest_accesses::give(db, &grant)?;
        }
        let entry = Entry::new(tenant, actor, Action::RestSwitchedOn, id.as_str(), now);
        let entry = entry.detail(json!({ "interface": access.interface, "by_teachers": access.by_teachers }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(())
    });
    match saved.await {
        Err(error) if clash::was_faster(&error) => Err(RestRefusal::Changed.into()),
        done => done,
    }
}

fn admin_of(by: Operator<'_>) -> Option<AdminId> {
    match by {
        Operator::Administrator(admin) => Some(admin.actor.clone()),
        Operator::CommandLine => None,
    }
}

fn forget_grants(db: &mut Db, access: &Access) -> Result<(), StoreError> {
    for grant in rest_accesses::grants(db, &access.tenant, &access.id)? {
        rest_accesses::remove_grant(db, &access.tenant, &grant.id)?;
    }
    Ok(())
}

/// Looks at what was pasted; each value that cannot be used is told.
fn check(
    speaking: &[Registration],
    issuer: &str,
    new: &NewKey,
    before: Option<&Access>,
    seal: impl Fn(&str, &Token) -> String,
) -> Result<Checked, ServiceError> {
    let has = |wanted: Interface| speaking.iter().any(|one| interface(one) == Some(wanted));
    match new {
        NewKey::Moodle { token } => {
            if !has(Interface::Moodle) {
                return Err(RestRefusal::NoInterface.into());
            }
            if !is_secret(token) {
                return Err(RestRefusal::Token.into());
            }
            Ok(Checked {
                interface: Interface::Moodle,
                address: issuer.to_owned(),
                client_id: None,
                sealed_secret: None,
                by_teachers: false,
                sealed_token: Some(seal(TOKEN, token)),
            })
        }
        NewKey::Canvas {
            address,
            client_id,
            secret,
            by_teachers,
        } => {
            if !has(Interface::Canvas) {
                return Err(RestRefusal::NoInterface.into());
            }
            let mut wrong = Wrong::default();
            let address = wrong.take(canvas_address(speaking, address))?;
            let client_id = client_id.trim().to_owned();
            if !is_client_id(&client_id) {
                wrong.note(RestRefusal::ClientId);
            }
            // It goes to the server that it was pasted for alone.
            let kept = before
                .filter(|before| before.client_id.as_deref() == Some(client_id.as_str()))
                .filter(|before| before.address == address)
                .and_then(|before| before.sealed_secret.clone());
            let sealed_secret = match secret {
                Some(secret) if is_secret(secret) => Some(seal(SECRET, secret)),
                Some(_) => None,
                None => kept,
            };
            if sealed_secret.is_none() {
                wrong.note(RestRefusal::Secret);
            }
            wrong.end()?;
            Ok(Checked {
                interface: Interface::Canvas,
                address,
                client_id: Some(client_id),
                sealed_secret,
                by_teachers: *by_teachers,
                sealed_token: None,
            })
        }
    }
}

/// An address without a path, on a host of the platform.
fn canvas_address(speaking: &[Registration], typed: &str) -> Result<String, ServiceError> {
    let typed = typed.trim();
    let whole = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    let url = Url::parse(&whole).map_err(|_| RestRefusal::Address)?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if is_bare && speaking.iter().any(|one| one.check_service_url(&url).is_ok()) {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(RestRefusal::Address.into())
    }
}

fn is_client_id(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_secret(token: &Token) -> bool {
    is_client_id(token.expose())
}

/// Switches off, or on again with the key that is kept. Off, nothing is read; what was awarded stays. Doing it twice is doing it once.
///
/// # Errors
/// As [`save`].
#[tracing::instrument(name = "rest_access.turn", skip_all, fields(platform = id.as_str(), on))]
pub(crate) async fn turn<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    id: &PlatformId,
    on: bool,
    shown: Option<&Seen>,
) -> Result<(), ServiceError> {
    let action = if on {
        Action::RestSwitchedOn
    } else {
        Action::RestSwitchedOff
    };
    change(cairn, by.into(), id, shown, action, move |access| {
        let changes = access.is_on != on;
        access.is_on = on;
        changes
    })
    .await
}

async fn change(
    cairn: &Cairn,
    by: Operator<'_>,
    id: &PlatformId,
    shown: Option<&Seen>,
    action: Action,
    to: impl FnOnce(&mut Access) -> bool + Send + 'static,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (id, shown, actor, admin, scope) = (id.clone(), shown.cloned(), by.actor(), admin_of(by), by.scope());
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (tenant, mut access) = switched(db, &scope, &id)?;
        let is_shown = shown.is_none_or(|shown| shown == seen(Some(&access)));
        if !to(&mut access) {
            return Ok(());
        }
        if !is_shown {
            return Err(RestRefusal::Changed.into());
        }
        access.changed_by = admin;
        access.changed_at = now;
        rest_accesses::save(db, &access)?;
        let entry = Entry::new(&tenant, actor, action, id.as_str(), now);
        let entry = entry.detail(json!({ "interface": access.interface, "by_teachers": access.by_teachers }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(())
    });
    done.await
}
