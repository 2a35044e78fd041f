//! A second person who looks at a programme before it decides: whoever designed it does not approve it.

use serde_json::json;

use super::trying::{is_own, to_try};
use super::{By, check_text, entry, find};
use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::programme::{Programme, Review, ReviewState, digest};
use crate::ids::{BadgeId, ProgrammeReviewId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::ProgrammeRefusal;
use crate::store::{Db, audit, policies, programmes};

/// Asks that somebody else looks at a programme as it stands now. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for what they do not see; [`ProgrammeRefusal::NoReview`] where the policy asks for none.
#[tracing::instrument(name = "programmes.ask_review", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn ask(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &BadgeId,
) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let (tenant, id, by) = (tenant.clone(), id.clone(), by.into());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        if !policies::get(db, &tenant)?.programme_reviews {
            return Err(ProgrammeRefusal::NoReview.into());
        }
        let (programme, badge) = find(db, &tenant, &id)?;
        let (rule, _) = to_try(db, &badge)?;
        let review = Review {
            id: ProgrammeReviewId::new(now, random.as_ref()),
            tenant: tenant.clone(),
            badge: id.clone(),
            digest: digest(&badge.design, &rule.root, &programme.terms),
            asked_by: Some(by.maker()),
            asked_at: now,
            state: ReviewState::Waits,
            answered_by: None,
            answered_at: None,
            note: None,
        };
        if programmes::ask_review(db, &review)? {
            let entry = entry(&by, &badge, Action::ProgrammeReviewAsked, now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    done.await
}

/// Whether a programme waits for a second person, and whether they can be that one; none where it waits for nobody.
pub(super) fn awaits(
    db: &mut Db,
    programme: &Programme,
    badge: &Badge,
    by: &By,
) -> Result<Option<bool>, ServiceError> {
    if badge.state == BadgeState::Retired || !policies::get(db, &badge.tenant)?.programme_reviews {
        return Ok(None);
    }
    let rule = match to_try(db, badge) {
        Ok((rule, _)) => rule,
        // Nothing was chosen for it yet.
        Err(ServiceError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let digest = digest(&badge.design, &rule.root, &programme.terms);
    let review = programmes::review_of(db, &badge.tenant, &badge.id, &digest)?;
    match review.filter(|review| review.state == ReviewState::Waits) {
        Some(review) => Ok(Some(!is_own(db, programme, Some(&review), by)?)),
        None => Ok(None),
    }
}

/// How many programmes of an institution wait for an answer that whoever asks can give.
///
/// # Errors
/// As [`super::list`].
#[tracing::instrument(name = "programmes.awaiting", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn awaiting(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
) -> Result<usize, ServiceError> {
    let (tenant, by) = (tenant.clone(), by.into());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        let mut waiting = 0_usize;
        for (programme, badge) in programmes::all(db, &tenant)? {
            if awaits(db, &programme, &badge, &by)? == Some(true) {
                waiting = waiting.saturating_add(1);
            }
        }
        Ok(waiting)
    });
    found.await
}

/// What a second person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Approve,
    /// With what is to be changed, in 1 to 500 characters.
    AskForChange(String),
}

/// Answers a review of what has that digest. Of two answers the first counts.
///
/// # Errors
/// [`ServiceError::NotFound`] for what they do not see; a [`ProgrammeRefusal`] for whoever designed it, where nothing
/// waits, where it was changed since, and without words for what is to be changed.
#[tracing::instrument(name = "programmes.answer_review", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn answer(
    cairn: &Cairn,
    by: impl Into<By>,
    tenant: &TenantId,
    id: &BadgeId,
    shown: &str,
    answer: Answer,
) -> Result<(), ServiceError> {
    let (state, note) = match answer {
        Answer::Approve => (ReviewState::Approved, None),
        Answer::AskForChange(text) => (ReviewState::Changes, Some(check_text(&text)?)),
    };
    let (now, random) = cairn.moment();
    let (tenant, id, by, shown) = (tenant.clone(), id.clone(), by.into(), shown.to_owned());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        by.may(db, &tenant)?;
        let (programme, badge) = find(db, &tenant, &id)?;
        let (rule, _) = to_try(db, &badge)?;
        let now_is = digest(&badge.design, &rule.root, &programme.terms);
        let review = programmes::review_of(db, &tenant, &id, &shown)?
            .filter(|review| review.digest == now_is && review.state == ReviewState::Waits)
            .ok_or(ProgrammeRefusal::ReviewAnswered)?;
        if is_own(db, &programme, Some(&review), &by)? {
            return Err(ProgrammeRefusal::OwnDesign.into());
        }
        if !programmes::answer_review(db, &review, state, note.as_deref(), &by.maker(), now)? {
            return Err(ProgrammeRefusal::ReviewAnswered.into());
        }
        let action = match state {
            ReviewState::Changes => Action::ProgrammeChangesAsked,
            ReviewState::Approved | ReviewState::Waits => Action::ProgrammeApproved,
        };
        let entry = entry(&by, &badge, action, now).detail(json!({ "note": note }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(())
    });
    done.await
}
