//! One-time links into the console. Looking at one does nothing, so that a preview of it in a mailbox or a chat does not
//! use it up; only the form on its page does.

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::known::{self, Asking, Browser, Entered};
use super::{Operator, Scope, open_session, password};
use crate::domain::administrator::Admin;
use crate::domain::audit::{Action, Actor, Entry};
use crate::ids::{AdminId, TenantId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{AccountRefusal, InstitutionRefusal};
use crate::service::base::session::digest;
use crate::service::base::wrong::Wrong;
use crate::store::admin_links::AdminLink;
use crate::store::{Db, StoreError, admin_links, admin_sessions, admins, audit, tenants};

/// How long a link lets somebody in.
pub(crate) const LIVES: TimeDelta = TimeDelta::minutes(30);

/// The first letter of the token of a link from the command line: whoever comes may take an account over whose password was
/// lost. The digest covers it, so nobody can change it.
const FROM_COMMAND_LINE: char = 'c';
/// The first letter of the token of a link from the console: whoever comes gets an account of their own.
const FROM_CONSOLE: char = 'i';

/// What the audit log has in the place of a link, which nobody may find there.
pub(crate) const AUDITED: &str = "link";

/// A link as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invitation {
    pub(crate) scope: Scope,
    /// The institution's name, where there is only one.
    pub(crate) institution: Option<String>,
}

/// Makes a link for somebody new and gives its whole address, which is kept nowhere.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that is not there or out of reach, [`ServiceError::Forbidden`] when whoever
/// comes would reach further than who makes the link.
#[tracing::instrument(name = "admin_links.make", skip_all)]
pub(crate) async fn make<'a>(
    cairn: &Cairn,
    scope: &Scope,
    by: impl Into<Operator<'a>>,
) -> Result<String, ServiceError> {
    let by = by.into();
    match scope {
        Scope::Everything => by.scope().everything()?,
        Scope::Tenant(tenant) => by.scope().allows(tenant)?,
    }
    let (link, address) = new_link(cairn, scope.tenant().cloned(), by);
    let random = std::sync::Arc::clone(&cairn.random);
    let entry = Entry::within(
        scope.tenant(),
        by.actor(),
        Action::AdminInvited,
        AUDITED,
        link.created_at,
    );
    let made = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        if let Some(id) = &link.tenant
            && tenants::get(db, id)?.is_none()
        {
            return Err(ServiceError::NotFound("institution"));
        }
        admin_links::insert(db, &link)?;
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    made.await?;
    Ok(address)
}

fn new_link(cairn: &Cairn, tenant: Option<TenantId>, by: Operator<'_>) -> (AdminLink, String) {
    let now = cairn.clock.now();
    let letter = match by {
        Operator::CommandLine => FROM_COMMAND_LINE,
        Operator::Administrator(_) => FROM_CONSOLE,
    };
    let token = format!("{letter}{}", random::token::<32>(cairn.random.as_ref()));
    let address = format!("{}{}", cairn.settings.origin(), addresses::console::link(&token));
    let link = AdminLink {
        digest: digest(&token),
        tenant,
        created_at: now,
        expires_at: now + LIVES,
        used_at: None,
    };
    (link, address)
}

/// The scope of an institution by its name; none for the whole installation.
///
/// # Errors
/// A sentence with the names that there are.
#[tracing::instrument(name = "admin_links.scope_named", level = "debug", skip_all)]
pub(crate) async fn scope_named(cairn: &Cairn, institution: Option<&str>) -> Result<Scope, ServiceError> {
    let Some(name) = institution else {
        return Ok(Scope::Everything);
    };
    let wanted = name.trim().to_owned();
    let found = cairn.store.read(move |db| tenants::by_name(db, &wanted)).await?;
    if let Some(found) = found {
        return Ok(Scope::Tenant(found.id));
    }
    let all = cairn.store.read(tenants::list).await?;
    let known = all.into_iter().map(|tenant| tenant.name).collect();
    let name = name.to_owned();
    Err(InstitutionRefusal::Unknown { name, known }.into())
}

fn over() -> ServiceError {
    AccountRefusal::LinkOver.into()
}

fn usable(
    db: &mut Db,
    token_digest: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<AdminLink, ServiceError> {
    admin_links::get(db, token_digest)?
        .filter(|link| link.used_at.is_none() && link.expires_at > now)
        .ok_or_else(over)
}

/// What a link leads to. Nothing is written.
///
/// # Errors
/// [`ServiceError::Refused`] when it was used, is over, or never was.
#[tracing::instrument(name = "admin_links.get", level = "debug", skip_all)]
pub(crate) async fn get(cairn: &Cairn, token: &str) -> Result<Invitation, ServiceError> {
    let (now, digest) = (cairn.clock.now(), digest(token));
    let found = cairn.store.read_with(move |db| {
        let link = usable(db, &digest, now)?;
        let institution = match &link.tenant {
            Some(tenant) => tenants::get(db, tenant)?.map(|tenant| tenant.name),
            None => None,
        };
        Ok(Invitation {
            scope: link.tenant.into(),
            institution,
        })
    });
    found.await
}

/// What somebody types on the page of a link. E-mail and password come together or not at all.
#[derive(Debug, Clone)]
pub(crate) struct Entering {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) password: Option<SecretString>,
}

/// Uses a link up: makes the account and gives the token of a sign-in. Of two at one moment only one comes in.
///
/// # Errors
/// [`ServiceError::Refused`] as in [`get`]; all that cannot be used, and then the link stays good.
#[tracing::instrument(name = "admin_links.enter", skip_all)]
pub(crate) async fn enter(
    cairn: &Cairn,
    token: &str,
    typed: Entering,
    asking: Asking<'_>,
) -> Result<Entered, ServiceError> {
    get(cairn, token).await?;
    let mut wrong = Wrong::default();
    let name = wrong.take(name(&typed.name))?;
    let email = wrong.take(typed.email.as_deref().map(email).transpose())?;
    if typed.email.is_some() != typed.password.is_some() {
        wrong.note(AccountRefusal::Both);
    }
    if let Some(password) = &typed.password {
        wrong.take(password::usable(password))?;
    }
    wrong.end()?;
    let (now, random) = cairn.moment();
    let password_hash = match &typed.password {
        Some(password) => Some(password::hash(password, random.as_ref()).await?),
        None => None,
    };
    let may_take_over = token.starts_with(FROM_COMMAND_LINE);
    let digest = digest(token);
    let entered = cairn.store.write_with(move |db| {
        let link = usable(db, &digest, now)?;
        if !admin_links::use_up(db, &digest, now)? {
            return Err(over());
        }
        let known = match &email {
            Some(email) => admins::by_email(db, email)?,
            None => None,
        };
        let admin = match known {
            None => {
                let new = Admin {
                    id: AdminId::new(now, random.as_ref()),
                    tenant: link.tenant,
                    name,
                    email,
                    password_hash,
                    oidc: None,
                    enabled: true,
                    created_at: now,
                };
                admins::insert(db, &new)?;
                new
            }
            Some(known) if may_take_over && known.tenant == link.tenant => {
                let again = Admin {
                    name,
                    password_hash,
                    enabled: true,
                    ..known
                };
                admins::update(db, &again)?;
                admin_sessions::delete_of(db, &again.id, None)?;
                again
            }
            Some(_) => {
                return Err(AccountRefusal::EmailTaken.into());
            }
        };
        let (reach, actor) = (admin.tenant.as_ref(), Actor::Administrator(admin.id.clone()));
        let entry = Entry::within(reach, actor, Action::AdminEntered, admin.id.as_str(), now);
        audit::record(db, &entry.detail(json!({"by": "link"})), random.as_ref())?;
        Ok((open_session(db, &admin.id, now, random.as_ref())?, admin.id))
    });
    let (token, admin) = entered.await?;
    let browser = known::remember(cairn, Browser::of(cairn, asking), admin)?;
    Ok(Entered { token, browser })
}

/// A person's name as typed.
pub(super) fn name(text: &str) -> Result<String, ServiceError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(AccountRefusal::Name.into());
    }
    Ok(name.to_owned())
}

/// An e-mail address in the form in which it is kept.
pub(in crate::service) fn email(text: &str) -> Result<String, ServiceError> {
    let email = text.trim().to_lowercase();
    let whole = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains('@')
    });
    if !whole || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(AccountRefusal::Email.into());
    }
    Ok(email)
}

/// Whether a password was typed at all.
#[must_use]
pub(crate) fn typed(text: Option<&str>) -> Option<SecretString> {
    text.filter(|text| !text.is_empty())
        .map(|text| SecretString::from(text.to_owned()))
        .filter(|secret| !secret.expose_secret().is_empty())
}

/// Forgets links that ended more than a day ago.
pub(in crate::service) fn forget_old(
    db: &mut Db,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<usize, StoreError> {
    admin_links::purge(db, now - TimeDelta::days(1))
}
