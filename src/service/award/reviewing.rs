//! What an instructor says of a hand-in, and two who say it at once.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::json;

use super::evidence::{MAX_MESSAGE, ReviewView, follow, review_view};
use crate::domain::audit::Action;
use crate::domain::cause::Cause;
use crate::domain::evidence::{Review, Submission, SubmissionState};
use crate::domain::people::Person;
use crate::domain::policy::Power;
use crate::ids::SubmissionId;
use crate::service::Cairn;
use crate::service::base::clash::{self, Clash, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, audit, people, submissions};

/// What an instructor says of a hand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) state: SubmissionState,
    pub(crate) message: String,
    /// Only with an approval.
    pub(crate) score: Option<Decimal>,
}

/// What became of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reviewed {
    Done,
    /// Nothing was kept: what is wrong with it.
    Wrong(Vec<ReviewProblem>),
    /// The student handed in a newer version meanwhile: this one.
    Replaced(Option<SubmissionId>),
    /// Nothing was kept: somebody else reviewed it meanwhile.
    Clash(Box<Clash<Submission>>),
}

/// What is wrong with a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewProblem {
    /// What is not approved says why.
    NoMessage,
    /// The message is too long.
    Message,
    /// The points are not between 0 and these.
    Points(Decimal),
}

/// What a page shows of a hand-in that another review changes.
#[must_use]
pub(crate) fn seen(submission: &Submission) -> Seen {
    Seen::of(&(&submission.state, &submission.review))
}

/// What is wrong with an answer about an activity of that many points.
#[must_use]
pub(crate) fn wrong_with(answer: &Answer, maximum: Decimal) -> Vec<ReviewProblem> {
    let mut wrong = Vec::new();
    let approves = answer.state == SubmissionState::Approved;
    if !approves && answer.message.trim().is_empty() {
        wrong.push(ReviewProblem::NoMessage);
    }
    if answer.message.chars().count() > MAX_MESSAGE {
        wrong.push(ReviewProblem::Message);
    }
    if answer
        .score
        .is_some_and(|score| score < Decimal::ZERO || score > maximum)
    {
        wrong.push(ReviewProblem::Points(maximum));
    }
    wrong
}

/// Keeps a review: the student sees it, the rules that ask for it are decided again, and its grade is on its way to the
/// gradebook. It is kept over what `shown` is of, and over nothing else; the review in whose place it comes is not lost.
///
/// # Errors
/// As [`review_view`].
#[tracing::instrument(name = "reviewing.review", skip_all, fields(submission = id.as_str()))]
pub(crate) async fn review(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &SubmissionId,
    answer: Answer,
    shown: Option<&Seen>,
) -> Result<Reviewed, ServiceError> {
    visitor.teach()?;
    let view = review_view(cairn, visitor, id).await?;
    let wrong = wrong_with(&answer, view.activity.maximum);
    if !wrong.is_empty() {
        return Ok(Reviewed::Wrong(wrong));
    }
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let review = Review {
        by: visitor.person.id.clone(),
        at: now,
        message: answer.message.trim().to_owned(),
        score: answer.score.filter(|_| answer.state == SubmissionState::Approved),
    };
    let (asker, of, shown) = (visitor.clone(), id.clone(), shown.cloned());
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        policies::require(db, &asker, Power::Review)?;
        let tenant = asker.tenant();
        let before = submissions::get(db, tenant, &of)?.ok_or(ServiceError::NotFound("submission"))?;
        if says_so(&before, answer.state, &review) {
            return Ok(());
        }
        clash::check(shown.as_ref(), &(&before.state, &before.review))?;
        submissions::review(db, &before, answer.state, &review, random.as_ref())?;
        follow(db, &asker.course.id, &before, Cause::Review, now, random.as_ref())?;
        let entry = asker.entry(Action::EvidenceReviewed, before.id.as_str(), now);
        let entry = entry.detail(json!({"state": answer.state, "score": review.score}));
        audit::record(db, &entry, random.as_ref())?;
        Ok(())
    });
    match done.await {
        Ok(()) => Ok(Reviewed::Done),
        Err(error) if clash::was_faster(&error) => {
            let (visitor, view) = (visitor.clone(), Box::new(view));
            let met = cairn.store.read_with(move |db| meanwhile(db, &visitor, &view));
            met.await
        }
        Err(error) => Err(error),
    }
}

/// Whether this person has said just that: a second click on the same button.
fn says_so(before: &Submission, state: SubmissionState, review: &Review) -> bool {
    let same = |known: &Review| {
        known.by == review.by && known.message == review.message && known.score == review.score
    };
    before.state == state && before.review.as_ref().is_some_and(same)
}

/// What happened to a hand-in since it was shown.
fn meanwhile(db: &mut Db, visitor: &Visitor, view: &ReviewView) -> Result<Reviewed, ServiceError> {
    let (tenant, shown) = (visitor.tenant(), &view.submission);
    let latest = submissions::latest(db, tenant, &shown.activity, &shown.person)?;
    let Some(now_is) = latest.filter(|latest| latest.id == shown.id) else {
        let latest = submissions::latest(db, tenant, &shown.activity, &shown.person)?;
        return Ok(Reviewed::Replaced(latest.map(|latest| latest.id)));
    };
    let by = match &now_is.review {
        Some(review) => people::get(db, tenant, &review.by)?,
        None => None,
    };
    Ok(Reviewed::Clash(Box::new(Clash {
        by: by.as_ref().map(Person::display_name),
        is_own: now_is
            .review
            .as_ref()
            .is_some_and(|review| review.by == visitor.person.id),
        at: now_is.review.as_ref().map(|review| review.at),
        seen: seen(&now_is),
        theirs: now_is,
    })))
}

/// A review in whose place another one was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PastReview {
    pub(crate) by: String,
    pub(crate) state: SubmissionState,
    pub(crate) review: Review,
}

/// Who reviewed a hand-in last.
pub(super) fn reviewer(db: &mut Db, submission: &Submission) -> Result<Option<String>, StoreError> {
    let Some(review) = &submission.review else {
        return Ok(None);
    };
    let by = people::get(db, &submission.tenant, &review.by)?;
    Ok(by.as_ref().map(Person::display_name))
}

/// The reviews of a hand-in that others replaced, oldest first.
pub(super) fn past(db: &mut Db, submission: &Submission) -> Result<Vec<PastReview>, StoreError> {
    let all = submissions::past_reviews(db, &submission.tenant, &submission.id)?;
    let by: Vec<_> = all.iter().map(|(_, review)| review.by.clone()).collect();
    let names = people::by_ids(db, &submission.tenant, &by)?;
    let named = |(state, review): (SubmissionState, Review)| PastReview {
        by: names
            .get(&review.by)
            .map_or_else(|| "A former instructor".to_owned(), Person::display_name),
        state,
        review,
    };
    Ok(all.into_iter().map(named).collect())
}
