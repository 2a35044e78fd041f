//! A signing key that somebody else may have is withdrawn: it is published no more, so that nothing it signed verifies any
//! longer, forgeries with any date on them least of all; and what it signed in our name is signed anew under the same ids.
//!
//! The withdrawal itself is one transaction, with a new key and new signatures of the status lists. The badges follow in
//! small groups, by a job or by the command line, whichever comes first; doing it twice does no harm.

use std::future::Future;

use chrono::TimeDelta;
use serde_json::json;

use crate::domain::audit::{Action, Entry};
use crate::domain::credential::ReissueCause;
use crate::domain::issuer::{Issuer, Tenant};
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::ids::{CredentialId, KeyId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::base::operator::Operator;
use crate::service::base::queue::{self, BackgroundJob as _, SignAnew};
use crate::service::base::refusal::CredentialRefusal;
use crate::service::credential::publish::read;
use crate::service::credential::reissuing;
use crate::service::credential::signatures::Signatures;
use crate::service::credential::signing::{IssuingContext, Signer};
use crate::store::jobs::{self, Standing};
use crate::store::{Db, StoreError, audit, credentials, issuers, tenants, token_keys};

/// When it is looked once more: an award that another node was making at the moment of the withdrawal has ended by then.
const ONCE_MORE: TimeDelta = TimeDelta::minutes(15);

/// What a withdrawal would do.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub(crate) tenant: Tenant,
    pub(crate) issuer: Issuer,
    pub(crate) key: IssuerKey,
    /// Badges to be signed anew.
    pub(crate) badges: i64,
    /// Status lists to be signed anew.
    pub(crate) lists: usize,
}

fn signatures(
    context: &IssuingContext,
    issuer: &Issuer,
    key: &IssuerKey,
) -> Result<Signatures, ServiceError> {
    Signatures::of(&context.identity(issuer)?, issuer, key)
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
#[tracing::instrument(name = "withdrawing.review", level = "debug", skip_all, fields(key = key.as_str()))]
pub(crate) async fn review<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    tenant: &TenantId,
    key: &KeyId,
) -> Result<Review, ServiceError> {
    by.into().scope().allows(tenant)?;
    let (context, tenant, key) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
    let found = cairn.store.read_with(move |db| {
        let (issuer, key) = find(db, &tenant, &key)?;
        let signatures = signatures(&context, &issuer, &key)?;
        Ok(Review {
            badges: signatures.count(db)?,
            lists: signatures.lists(db)?.len(),
            tenant: tenants::get(db, &tenant)?.ok_or(ServiceError::NotFound("institution"))?,
            issuer,
            key,
        })
    });
    found.await
}

/// Withdraws a key. From this moment it is not published; a new one signs if it was the one that did; the status lists that
/// it signed are signed anew, and so are its badges, as soon as the worker comes to it.
///
/// # Errors
/// As [`review`]; [`ServiceError::Refused`] without a reason; [`ServiceError::Refused`] for one that is withdrawn already.
#[tracing::instrument(name = "withdrawing.withdraw", skip_all, fields(key = key.as_str()))]
pub(crate) async fn withdraw<'a>(
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
#[tracing::instrument(name = "withdrawing.waiting", level = "debug", skip_all)]
pub(crate) async fn waiting(cairn: &Cairn, tenant: &TenantId) -> Result<i64, ServiceError> {
    let (context, tenant) = (IssuingContext::of(cairn), tenant.clone());
    let found = cairn.store.read_with(move |db| {
        let issuer = issuers::for_tenant(db, &tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let mut waiting = 0;
        for key in institutions::all_keys(db, &issuer)? {
            if key.state == KeyState::Withdrawn && is_queued(db, &tenant, &key.id)? {
                waiting += signatures(&context, &issuer, &key)?.count(db)?;
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
#[tracing::instrument(name = "withdrawing.work", skip_all)]
pub(crate) async fn work(cairn: &Cairn, tenant: &TenantId, key: &KeyId) -> Result<(), ServiceError> {
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
#[tracing::instrument(name = "withdrawing.sign_anew", skip_all)]
pub(crate) async fn sign_anew<F: Future<Output = ()>>(
    cairn: &Cairn,
    tenant: &TenantId,
    key: &KeyId,
    so_far: impl Fn(usize) -> F,
) -> Result<usize, ServiceError> {
    let (context, owner, known) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
    // A list may have been published under the key by who had read it before the withdrawal.
    let lists = cairn
        .store
        .write_retrying(move |db| publish_lists_again(db, &context, &owner, &known));
    lists.await?;
    let (mut after, mut done) = (None, 0);
    loop {
        let (context, owner, known) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
        // Looked for outside the transaction: nobody waits while what others signed is read.
        let next = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
            let (issuer, key) = withdrawn(db, &owner, &known)?;
            Ok(signatures(&context, &issuer, &key)?.next(db, after.as_ref())?)
        });
        let group = next.await?;
        let Some(last) = group.last().cloned() else {
            return Ok(done);
        };
        let (context, owner, known) = (IssuingContext::of(cairn), tenant.clone(), key.clone());
        let step = cairn
            .store
            .write_retrying(move |db| sign_group(db, &context, &owner, &known, &group));
        done += step.await?;
        so_far(done).await;
        after = Some(last);
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
    let signer = context.signer(db, tenant)?;
    for list in signatures(context, &issuer, &key)?.lists(db)? {
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

/// Signs those of a group anew that the key still signs by now, and says how many these were.
fn sign_group(
    db: &mut Db,
    context: &IssuingContext,
    tenant: &TenantId,
    key: &KeyId,
    group: &[CredentialId],
) -> Result<usize, ServiceError> {
    let (issuer, key) = withdrawn(db, tenant, key)?;
    let signatures = signatures(context, &issuer, &key)?;
    let signer: Signer = context.signer(db, tenant)?;
    let mut signed = 0;
    for id in group {
        // Its holder may have had it signed anew meanwhile, or have been erased.
        let known = credentials::get(db, tenant, id)?;
        let Some(credential) = known.filter(|credential| signatures.is_on(credential)) else {
            continue;
        };
        let document = read(&credential)?;
        reissuing::again(db, &signer, context, credential, document, ReissueCause::Key)?;
        signed += 1;
    }
    Ok(signed)
}
