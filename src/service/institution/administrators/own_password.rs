//! Changing one's own password.

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::{Administrator, password};
use crate::domain::administrator::Admin;
use crate::domain::audit::{Action, Actor, Entry};
use crate::ids::SessionId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AccountRefusal;
use crate::service::base::wrong::Wrong;
use crate::store::{admin_sessions, admins, audit};

/// What somebody typed.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) old: SecretString,
    pub(crate) new: SecretString,
    /// The new one once more.
    pub(crate) again: SecretString,
}

fn none() -> ServiceError {
    AccountRefusal::NoPassword.into()
}

/// Whether this administrator signs in with a password at all.
#[tracing::instrument(name = "own_password.has_one", level = "debug", skip_all)]
pub(crate) async fn has_one(cairn: &Cairn, admin: &Administrator) -> Result<bool, ServiceError> {
    let id = admin.actor.clone();
    let found = cairn.store.read(move |db| admins::get(db, &id)).await?;
    Ok(found.is_some_and(|admin| admin.password_hash.is_some()))
}

/// Changes the password of whoever asks; their sign-ins in other browsers end, this one stays.
///
/// # Errors
/// [`ServiceError::Refused`] as at the sign-in; [`ServiceError::Refused`] for an account without a password, or when it
/// changed meanwhile; a sentence for a wrong old password, a new one that cannot be used, or two that differ.
#[tracing::instrument(name = "own_password.change", skip_all)]
pub(crate) async fn change(
    cairn: &Cairn,
    admin: &Administrator,
    session: &SessionId,
    typed: Typed,
) -> Result<(), ServiceError> {
    let id = admin.actor.clone();
    let known = cairn.store.read(move |db| admins::get(db, &id)).await?;
    let known = known.ok_or(ServiceError::NotFound("administrator"))?;
    let stored = known.password_hash.clone().ok_or_else(none)?;
    // Somebody is signed in: strangers who try passwords at this account do not keep its owner from changing it.
    cairn
        .throttle
        .attempt_known(session.as_str(), known.id.as_str())?;
    let mut wrong = Wrong::default();
    if !password::fits(&typed.old, Some(stored.clone())).await {
        wrong.note(AccountRefusal::OldPassword);
    }
    let same = |one: &SecretString, other: &SecretString| {
        bool::from(
            one.expose_secret()
                .as_bytes()
                .ct_eq(other.expose_secret().as_bytes()),
        )
    };
    if !same(&typed.new, &typed.again) {
        wrong.note(AccountRefusal::PasswordDiffers);
    }
    wrong.take(password::usable(&typed.new))?;
    if same(&typed.new, &typed.old) {
        wrong.note(AccountRefusal::SamePassword);
    }
    wrong.end()?;
    let (now, random) = cairn.moment();
    let hash = password::hash(&typed.new, random.as_ref()).await?;
    let session = session.clone();
    let changed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let known = admins::get(db, &known.id)?.ok_or(ServiceError::NotFound("administrator"))?;
        if known.password_hash.as_ref() != Some(&stored) {
            return Err(AccountRefusal::PasswordChanged.into());
        }
        let (reach, id) = (known.tenant.clone(), known.id.clone());
        let new = Admin {
            password_hash: Some(hash),
            ..known
        };
        admins::update(db, &new)?;
        admin_sessions::delete_of(db, &id, Some(&session))?;
        let (actor, action) = (Actor::Administrator(id.clone()), Action::AdminPasswordChanged);
        let entry = Entry::within(reach.as_ref(), actor, action, id.as_str(), now);
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    changed.await
}
