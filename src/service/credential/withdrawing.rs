//! A signing key that somebody else may have is withdrawn: it is published no more, so that nothing it signed verifies any
//! longer, forgeries with any date on them least of all; and what it signed in our name is signed anew under the same ids.
//!
//! The withdrawal itself is one transaction, with a new key and new signatures of the status lists. The badges follow in
//! small groups, by a job or by the command line, whichever comes first; doing it twice does no harm.

use std::future::Future;

use chrono::TimeDelta;
use serde_json::json;

use crate::domain::audit::{Action, Entry};
use crate::domain::issuer::{Issuer, Tenant};
use crate::ids::{CredentialId, KeyId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::base::operator::Operator;
use crate::service::base::queue::{self, BackgroundJob as _, SignAnew};
use crate::service::base::refusal::CredentialRefusal;
use crate::service::credential::publish::read;
use crate::service::credential::reissuing;
use crate::service::credential::signing::{IssuingContext, Signer};
use crate::store::credentials::Cause;
use crate::store::issuers::{IssuerKey, KeyKind, KeyState};
use crate::store::jobs::{self, Standing};
use crate::store::reissues::{self, Mark};
use crate::store::{Db, StoreError, audit, issuers, status_lists, tenants, token_keys};
use openbadges::did::IssuerIdentity;
use openbadges::jwt;
use openbadges::keys::PublicKey;

/// Badges in one transaction: few enough that nobody waits long for the database.
const GROUP: i64 = 50;
/// When it is looked once more: an award that another node was making at the moment of the withdrawal has ended by then.
const ONCE_MORE: TimeDelta = TimeDelta::minutes(15);

/// What a withdrawal would do.
#[derive(Debug, Clone)]
pub struct Review {
    pub tenant: Tenant,
    pub issuer: Issuer,
    pub key: IssuerKey,
    /// Badges to be signed anew.
    pub badges: i64,
    /// Status lists to be signed anew.
    pub lists: usize,
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

/// How what the key has signed is told.
fn mark(identity: &IssuerIdentity, key: &IssuerKey) -> Result<Mark, ServiceError> {
    let public = PublicKey::from_multikey(&key.public_multibase).map_err(internal)?;
    let method = identity.verification_method(&public);
    Ok(match key.kind {
        KeyKind::Ed25519 => Mark::Document(format!("\"{method}\"")),
        KeyKind::Es256 => Mark::Token(jwt::beginning(&method).map_err(internal)?),
    })
}

fn find(db: &mut Db, tenant: &TenantId, key: &KeyId) -> Result<(Issuer, IssuerKey), ServiceError> {
    let issuer = issuers::for_tenant(db, tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
    let all = institutions::all_keys(db, &issuer)?;
    let key = all.into_iter().find(|one| one.id == *key);
    Ok((issuer, key.ok_or(ServiceError::NotFound("key"))?))
}

/// What withdrawing a key would do, for a person to read before they do it.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see, and for a key that it does not have.
pub async fn review<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    tenant: &TenantId,
    key: &KeyId,
) -> Result<Review, ServiceError> {
    by.into().scope().allows(tenant)?;
    let (context, tenant, key) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
    let found = cairn.store.read_with(move |db| {
        let (issuer, key) = find(db, &tenant, &key)?;
        let mark = mark(&context.identity(&issuer)?, &key)?;
        Ok(Review {
            badges: reissues::count_marked(db, &tenant, &issuer.id, &mark)?,
            lists: signed_lists(db, &issuer, &mark)?.len(),
            tenant: tenants::get(db, &tenant)?.ok_or(ServiceError::NotFound("institution"))?,
            issuer,
            key,
        })
    });
    found.await
}

fn signed_lists(
    db: &mut Db,
    issuer: &Issuer,
    mark: &Mark,
) -> Result<Vec<status_lists::StatusList>, ServiceError> {
    let Mark::Document(text) = mark else {
        return Ok(Vec::new());
    };
    let all = status_lists::for_issuer(db, &issuer.tenant, &issuer.id)?;
    Ok(all
        .into_iter()
        .filter(|list| list.document.contains(text))
        .collect())
}

/// Withdraws a key. From this moment it is not published; a new one signs if it was the one that did; the status lists that
/// it signed are signed anew, and so are its badges, as soon as the worker comes to it.
///
/// # Errors
/// As [`review`]; [`ServiceError::Refused`] without a reason; [`ServiceError::Refused`] for one that is withdrawn already.
pub async fn withdraw<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    tenant: &TenantId,
    key: &KeyId,
    reason: &str,
) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().allows(tenant)?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(CredentialRefusal::KeyReason.into());
    }
    let actor = by.actor();
    let (context, tenant, key) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
    let vault = cairn.vault.clone();
    let withdrawn = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        let (now, random) = (context.now, std::sync::Arc::clone(&context.random));
        let (issuer, key) = find(db, &tenant, &key)?;
        let first = match key.kind {
            KeyKind::Ed25519 => issuers::withdraw_key(db, &tenant, &key.id)?,
            KeyKind::Es256 => token_keys::withdraw(db, &tenant, &key.id)?,
        };
        if !first {
            return Err(CredentialRefusal::KeyWithdrawn.into());
        }
        if key.state == KeyState::Active {
            match key.kind {
                KeyKind::Ed25519 => {
                    issuers::insert_key(db, &institutions::new_key(&issuer, &vault, now, random.as_ref()))?
                }
                KeyKind::Es256 => {
                    let new = institutions::new_token_key(&issuer, &vault, now, random.as_ref());
                    token_keys::replace_active(db, &new)?;
                }
            }
        }
        publish_lists_again(db, &context, &tenant, &key.id)?;
        for (job, run_at) in both_jobs(&key.id).iter().zip([now, now + ONCE_MORE]) {
            queue::enqueue(db, &tenant, job, run_at, now, random.as_ref())?;
        }
        let (action, subject) = (Action::IssuerKeyWithdrawn, issuer.id.as_str());
        let entry = Entry::new(&tenant, actor.clone(), action, subject, now);
        let entry = entry.detail(json!({ "key": key.public_multibase, "reason": reason }));
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    withdrawn.await
}

/// How many badges of an institution still bear the signature of a withdrawn key. They are looked for, which reads every
/// badge, only while work on that key is in the queue; once it is done, none is left.
pub async fn waiting(cairn: &Cairn, tenant: &TenantId) -> Result<i64, ServiceError> {
    let (context, tenant) = (IssuingContext::of(cairn), tenant.clone());
    let found = cairn.store.read_with(move |db| {
        let issuer = issuers::for_tenant(db, &tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let identity = context.identity(&issuer)?;
        let mut waiting = 0;
        for key in institutions::all_keys(db, &issuer)? {
            if key.state == KeyState::Withdrawn && is_queued(db, &tenant, &key.id)? {
                waiting += reissues::count_marked(db, &tenant, &issuer.id, &mark(&identity, &key)?)?;
            }
        }
        Ok(waiting)
    });
    found.await
}

/// The two jobs of a withdrawn key: at once, and [`ONCE_MORE`].
fn both_jobs(key: &KeyId) -> [SignAnew; 2] {
    [false, true].map(|once_more| SignAnew {
        key: key.clone(),
        once_more,
    })
}

/// Whether work on a withdrawn key waits, runs, or was given up.
fn is_queued(db: &mut Db, tenant: &TenantId, key: &KeyId) -> Result<bool, StoreError> {
    for job in both_jobs(key) {
        if jobs::standing(db, tenant, SignAnew::NAME, &job.key())? != Standing::Absent {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Does the job.
///
/// # Errors
/// As [`sign_anew`].
pub async fn work(cairn: &Cairn, tenant: &TenantId, key: &KeyId) -> Result<(), ServiceError> {
    let badges = sign_anew(cairn, tenant, key, |_| std::future::ready(())).await?;
    tracing::info!(badges, "badges of a withdrawn key were signed anew");
    Ok(())
}

/// Signs every badge anew that a withdrawn key had signed, group by group, and says how many that were; `so_far` is told
/// after each group. What was done before an error stays, and doing it again does the rest.
///
/// # Errors
/// [`ServiceError::NotFound`] for an unknown key; [`ServiceError::Refused`] for one that is not withdrawn; what the store
/// reports.
pub async fn sign_anew<F: Future<Output = ()>>(
    cairn: &Cairn,
    tenant: &TenantId,
    key: &KeyId,
    so_far: impl Fn(usize) -> F,
) -> Result<usize, ServiceError> {
    let (context, owner, withdrawn) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
    // A list may have been published under the key by who had read it before the withdrawal.
    let lists = cairn
        .store
        .write_retrying(move |db| publish_lists_again(db, &context, &owner, &withdrawn));
    lists.await?;
    let (mut after, mut done) = (None, 0);
    loop {
        let (context, owner, withdrawn) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
        let step = cairn
            .store
            .write_retrying(move |db| sign_group(db, &context, &owner, &withdrawn, after.as_ref()));
        let (signed, last) = step.await?;
        done += signed;
        so_far(done).await;
        if last.is_none() {
            return Ok(done);
        }
        after = last;
    }
}

/// Signs the status lists anew that a withdrawn key had signed.
fn publish_lists_again(
    db: &mut Db,
    context: &IssuingContext,
    tenant: &TenantId,
    key: &KeyId,
) -> Result<(), ServiceError> {
    let (issuer, key) = withdrawn(db, tenant, key)?;
    let mark = mark(&context.identity(&issuer)?, &key)?;
    let signer = context.signer(db, tenant)?;
    for list in signed_lists(db, &issuer, &mark)? {
        signer.publish_again(db, &list)?;
    }
    Ok(())
}

fn withdrawn(db: &mut Db, tenant: &TenantId, key: &KeyId) -> Result<(Issuer, IssuerKey), ServiceError> {
    let (issuer, key) = find(db, tenant, key)?;
    if key.state == KeyState::Withdrawn {
        return Ok((issuer, key));
    }
    Err(CredentialRefusal::KeyInUse.into())
}

/// Signs the next group. Says how many it signed, and after which to go on: none when there is no more.
fn sign_group(
    db: &mut Db,
    context: &IssuingContext,
    tenant: &TenantId,
    key: &KeyId,
    after: Option<&CredentialId>,
) -> Result<(usize, Option<CredentialId>), ServiceError> {
    let (issuer, key) = withdrawn(db, tenant, key)?;
    let mark = mark(&context.identity(&issuer)?, &key)?;
    let signer: Signer = context.signer(db, tenant)?;
    let found = reissues::marked(db, tenant, &issuer.id, &mark, after, GROUP)?;
    let last = found.last().map(|one| one.id.clone());
    let mut signed = 0;
    for credential in found.into_iter().filter(|one| mark.is_on(one)) {
        let document = read(&credential)?;
        reissuing::again(db, &signer, context, credential, document, Cause::Key)?;
        signed += 1;
    }
    Ok((signed, last))
}
