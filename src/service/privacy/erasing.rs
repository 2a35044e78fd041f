//! Erasing a person: they ask, an administrator of their institution does it, and nothing is left that says who it was.
//! What stays are the mark in the status list (revoked), the fact that so many badges were erased, and that their pages
//! answer so.

use std::collections::BTreeMap;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::cause::Cause;
use crate::domain::erasure::{Declined, Wish};
use crate::domain::issuer::Tenant;
use crate::ids::{ErasureId, PersonId, StatusListId, TenantId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::erased;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DecideBadge, EraseFiles};
use crate::service::base::refusal::PrivacyRefusal;
use crate::service::base::session::Visitor;
use crate::service::credential::publish::page_digest;
use crate::service::credential::signing::IssuingContext;
use crate::service::institution::administrators::Administrator;
use crate::service::institution::rest_access;
use crate::service::privacy::export::exporting;
use crate::store::{
    Db, StoreError, audit, awards, credentials, erasures, exports, foreign_badges, incoming, leftovers,
    people, retention, rules, submissions, tenants,
};

/// What a person types to ask for it.
pub(crate) const WORD: &str = "erase";

/// Most characters of the reason for which a wish is declined.
pub(crate) const MOST_REASON: usize = 500;

/// How it stands for a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) badges: usize,
    pub(crate) hand_ins: usize,
    /// When they asked, while it waits.
    pub(crate) asked_at: Option<DateTime<Utc>>,
    /// That it was declined, until they ask again.
    pub(crate) declined: Option<Declined>,
}

/// Somebody who waits to be erased.
#[derive(Debug, Clone)]
pub(crate) struct WaitingErasure {
    pub(crate) id: ErasureId,
    pub(crate) name: String,
    pub(crate) asked_at: DateTime<Utc>,
    pub(crate) badges: usize,
    pub(crate) hand_ins: usize,
}

/// What erasing the visitor would take, and whether they have asked for it.
#[tracing::instrument(name = "erasing.standing", level = "debug", skip_all)]
pub(crate) async fn standing(cairn: &Cairn, visitor: &Visitor) -> Result<Standing, ServiceError> {
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let found = cairn.store.read(move |db| {
        let wish = erasures::of_person(db, &tenant, &person)?;
        let waits = wish.as_ref().filter(|wish| wish.declined.is_none());
        let (badges, hand_ins) = takes(db, &tenant, &person)?;
        Ok(Standing {
            badges,
            hand_ins,
            asked_at: waits.map(|wish| wish.asked_at),
            declined: wish.and_then(|wish| wish.declined),
        })
    });
    Ok(found.await?)
}

/// How many badges and hand-ins go with a person, and with those who were joined into them.
fn takes(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(usize, usize), StoreError> {
    let (mut badges, mut hand_ins) = (0, 0);
    for one in people::everybody(db, tenant, person)? {
        badges += credentials::for_person(db, tenant, &one)?.len();
        hand_ins += submissions::of_person(db, tenant, &one)?.len();
    }
    Ok((badges, hand_ins))
}

/// The visitor asks to be erased. Asking twice is asking once.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them; [`ServiceError::Refused`] without the word.
#[tracing::instrument(name = "erasing.ask", skip_all)]
pub(crate) async fn ask(cairn: &Cairn, visitor: &Visitor, word: &str) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    if !word.eq_ignore_ascii_case(WORD) {
        return Err(PrivacyRefusal::Word(WORD).into());
    }
    let (now, random) = cairn.moment();
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let vault = cairn.vault.clone();
    let asked = cairn.store.write(move |db| {
        erased::prepare(db, &vault, &tenant, now, random.as_ref())?;
        let wish = Wish {
            id: ErasureId::new(now, random.as_ref()),
            person,
            asked_at: now,
            declined: None,
        };
        if !erasures::ask(db, &tenant, &wish)? {
            return Ok(());
        }
        let (action, subject) = (Action::ErasureAsked, wish.id.as_str());
        let entry = Entry::new(&tenant, Actor::Unnamed, action, subject, now);
        audit::record(db, &entry, random.as_ref())
    });
    Ok(asked.await?)
}

/// The visitor takes it back, while it waits. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "erasing.withdraw", skip_all)]
pub(crate) async fn withdraw(cairn: &Cairn, visitor: &Visitor) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (now, random) = cairn.moment();
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let done = cairn.store.write(move |db| {
        let Some(wish) = erasures::of_person(db, &tenant, &person)? else {
            return Ok(());
        };
        if !erasures::withdraw(db, &tenant, &wish.id)? {
            return Ok(());
        }
        let (action, subject) = (Action::ErasureWithdrawn, wish.id.as_str());
        let entry = Entry::new(&tenant, Actor::Unnamed, action, subject, now);
        audit::record(db, &entry, random.as_ref())
    });
    Ok(done.await?)
}

/// Everybody of an institution who waits to be erased, and how many badges were erased so far.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "erasing.waiting", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn waiting(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<WaitingErasure>, i64), ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let mut all = Vec::new();
        for wish in erasures::waiting(db, &id)? {
            let Some(person) = people::get(db, &id, &wish.person)? else {
                continue;
            };
            let (badges, hand_ins) = takes(db, &id, &wish.person)?;
            all.push(WaitingErasure {
                name: person.display_name(),
                badges,
                hand_ins,
                id: wish.id,
                asked_at: wish.asked_at,
            });
        }
        Ok((tenant, all, erasures::count(db, &id)?))
    });
    found.await
}

/// Erases whoever asked for it. Doing it twice is doing it once.
///
/// # Errors
/// As [`waiting`]; [`ServiceError::NotFound`] for a wish that was never there or was taken back;
/// [`ServiceError::Refused`] for one that was declined.
#[tracing::instrument(name = "erasing.erase", skip_all, fields(erasure = id.as_str()))]
pub(crate) async fn erase(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &ErasureId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (context, tenant) = (IssuingContext::of(cairn), tenant.clone());
    let id = id.clone();
    let actor = Actor::Administrator(admin.actor.clone());
    let of = tenant.clone();
    give_back(cairn, &tenant, &id).await?;
    let erased = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        let Some(wish) = erasures::get(db, &tenant, &id)?.ok_or(ServiceError::NotFound("request"))? else {
            return Ok((Vec::new(), Vec::new()));
        };
        if wish.declined.is_some() {
            return Err(PrivacyRefusal::Declined.into());
        }
        erased::prepare(db, &context.vault, &tenant, context.now, context.random.as_ref())?;
        // Whoever was joined into them is them.
        let everybody = people::everybody(db, &tenant, &wish.person)?;
        let (mut badges, mut digests) = (0, Vec::new());
        // They name the one who stayed, who goes last.
        for person in everybody.iter().rev() {
            erased::bury(db, &context.vault, &tenant, person, &id, context.now)?;
            badges += erase_in(db, &context, &tenant, person, &mut digests)?;
        }
        digests.sort_unstable();
        digests.dedup();
        let (erasure, now) = (id.clone(), context.now);
        let job = EraseFiles {
            erasure,
            digests,
            people: everybody.clone(),
        };
        queue::enqueue(db, &tenant, &job, now, now, context.random.as_ref())?;
        erasures::done(db, &tenant, &id, badges, context.now)?;
        let entry = Entry::new(
            &tenant,
            actor.clone(),
            Action::ErasureDone,
            id.as_str(),
            context.now,
        );
        let entry = entry.detail(json!({ "badges": badges }));
        audit::record(db, &entry, context.random.as_ref())?;
        // The archives that are there, or are being made, hold this person too.
        Ok((exports::forget_all(db, &tenant)?, everybody))
    });
    let (archives, everybody) = erased.await?;
    exporting::remove(cairn, archives).await;
    for person in &everybody {
        if let Err(error) = cairn.blobs.forget_all_of(&of, person).await {
            tracing::warn!(%error, "files on their way of somebody who was erased stay until the job removes them");
        }
    }
    // Their name may stand on a card.
    cairn.drawings.forget().await;
    // At once. Where somebody reads or writes at this moment, and whatever else stands in the way, the job that removes the
    // files does it, and says so.
    let _ = cairn.store.settle().await;
    Ok(())
}

/// Declines the wish of somebody who waits, for a reason that they read. The log says that it was done and by whom; the
/// reason stands with the wish and goes with it, as it may say something of the person and the log outlives them. Doing it
/// twice is doing it once, and the first reason stays.
///
/// # Errors
/// As [`erase`]; [`ServiceError::Refused`] without a reason, [`ServiceError::Refused`] for somebody who was erased.
#[tracing::instrument(name = "erasing.decline", skip_all, fields(erasure = id.as_str()))]
pub(crate) async fn decline(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &ErasureId,
    reason: &str,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > MOST_REASON {
        return Err(PrivacyRefusal::Reason { most: MOST_REASON }.into());
    }
    let (now, random) = cairn.moment();
    let (tenant, id) = (tenant.clone(), id.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let declined = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let wish = erasures::get(db, &tenant, &id)?.ok_or(ServiceError::NotFound("request"))?;
        if wish.is_none() {
            return Err(PrivacyRefusal::Done.into());
        }
        if erasures::decline(db, &tenant, &id, &reason, now)? {
            let entry = Entry::new(&tenant, actor, Action::ErasureDeclined, id.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    declined.await
}

/// Gives back what somebody who is about to be erased let be read in their name: afterwards nobody knows the tokens.
async fn give_back(cairn: &Cairn, tenant: &TenantId, id: &ErasureId) -> Result<(), ServiceError> {
    let (of, wanted) = (tenant.clone(), id.clone());
    let everybody = cairn.store.read(move |db| {
        let wish = erasures::get(db, &of, &wanted)?.flatten();
        match wish.filter(|wish| wish.declined.is_none()) {
            Some(wish) => people::everybody(db, &of, &wish.person),
            None => Ok(Vec::new()),
        }
    });
    for person in &everybody.await? {
        rest_access::of_erased(cairn, tenant, person).await?;
    }
    Ok(())
}

fn erase_in(
    db: &mut Db,
    context: &IssuingContext,
    tenant: &TenantId,
    person: &PersonId,
    digests: &mut Vec<String>,
) -> Result<i64, ServiceError> {
    let random = context.random.as_ref();
    let held = awards::for_person(db, tenant, person)?;
    let signed = credentials::for_person(db, tenant, person)?;
    let handed_in = submissions::of_person(db, tenant, person)?;
    let brought = foreign_badges::of_people(db, tenant, std::slice::from_ref(person))?;
    let mut places: BTreeMap<StatusListId, Vec<i32>> = BTreeMap::new();
    for credential in &signed {
        let of_list = places.entry(credential.status_list.clone()).or_default();
        of_list.push(credential.status_position);
        if let Some(award) = held.iter().find(|award| award.id == credential.award) {
            let digest = page_digest(&credential.slug);
            erasures::remember_page(db, tenant, &digest, &award.badge, context.now)?;
        }
    }
    if !places.is_empty() {
        let signer = context.signer(db, tenant)?;
        for (list, places) in &places {
            signer.publish_revoked(db, list, places)?;
        }
    }
    let mut things: Vec<String> = held.iter().map(|one| one.id.to_string()).collect();
    things.extend(signed.iter().map(|one| one.id.to_string()));
    things.extend(handed_in.iter().map(|one| one.id.to_string()));
    things.extend(brought.iter().map(|one| one.id.to_string()));
    let nobody = format!("erased-{}", random::token::<16>(random));
    erasures::erase(db, tenant, person, &things, &nobody)?;
    for award in &held {
        for badge in rules::badges_building_on(db, tenant, &award.badge)? {
            let job = DecideBadge {
                badge,
                cause: Cause::Activation,
            };
            queue::enqueue(db, tenant, &job, context.now, context.now, random)?;
        }
    }
    let files = handed_in.into_iter().filter_map(|one| one.artefact.file);
    digests.extend(files.map(|file| file.digest));
    for badge in brought {
        digests.push(badge.file.digest);
        digests.extend(badge.picture.map(|picture| picture.digest));
    }
    Ok(i64::try_from(signed.len()).unwrap_or(i64::MAX))
}

/// Removes files that nobody has handed in any more, what those who were erased began to send, and what the database's log still
/// has of them. Doing it twice is doing it once.
///
/// # Errors
/// What the store and the disk report; [`StoreError::Busy`] while the log is in use, so that it is done later.
#[tracing::instrument(name = "erasing.erase_files", skip_all)]
pub(crate) async fn erase_files(
    cairn: &Cairn,
    tenant: &TenantId,
    digests: Vec<String>,
    people: &[PersonId],
) -> Result<(), ServiceError> {
    for digest in digests {
        let now = cairn.clock.now();
        let (of, asked) = (tenant.clone(), digest.clone());
        let used = cairn
            .store
            .read(move |db| retention::is_used(db, &of, &asked))
            .await?;
        if !used {
            // One that was put there in this moment is somebody else's, whose hand-in is on its way.
            cairn.blobs.remove_if_older(tenant, &digest, now).await?;
        }
    }
    // That it was done at once is not certain, and a piece that was on its way may have come since.
    for person in people {
        cairn.blobs.forget_all_of(tenant, person).await?;
    }
    if cairn.store.settle().await? {
        Ok(())
    } else {
        Err(StoreError::Busy.into())
    }
}

/// How old a file must be of which only a part is there: a slow upload takes less.
const LEFT_FOR: TimeDelta = TimeDelta::hours(1);

/// How long a file may stand still that comes in pieces.
const GOES_ON: TimeDelta = TimeDelta::hours(24);

/// Removes what uploads left that ended with the process, at most an hour after that.
///
/// # Errors
/// What the disk says of the folder.
#[tracing::instrument(name = "erasing.sweep_files", skip_all)]
pub(crate) async fn sweep_files(cairn: &Cairn) -> Result<(), ServiceError> {
    let folder = cairn.settings.data_dir.join("files");
    let now = cairn.clock.now();
    let (before, stale) = (SystemTime::from(now - LEFT_FOR), SystemTime::from(now - GOES_ON));
    let swept = tokio::task::spawn_blocking(move || {
        let swept = leftovers::sweep(&folder, before)?;
        Ok::<_, std::io::Error>(swept + incoming::sweep(&folder, stale)?)
    })
    .await;
    let failed =
        |error: String| ServiceError::Internal(format!("unfinished files could not be removed: {error}"));
    let removed = swept.map_err(|error| failed(error.to_string()))?;
    let removed = removed.map_err(|error| failed(error.to_string()))?;
    if removed > 0 {
        tracing::info!(removed, "files were removed that had been written in part");
    }
    Ok(())
}
