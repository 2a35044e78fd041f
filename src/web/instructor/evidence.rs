//! What students handed in, and the review of it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::badge_form::decimal;
use crate::domain::evidence::{Submission, SubmissionState};
use crate::domain::page::Page as Slice;
use crate::ids::{ActivityId, SubmissionId};
use crate::service::award::evidence::{self, Answer, Queue, ReviewView, Reviewed, WaitingSubmission};
use crate::service::base::policies;
use crate::web::artefact::{self, state_chip};
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{EvidenceQueuePage, QueueRow, ReviewFields, SubmissionReviewPage};
use crate::web::views::shared::{Choice, Page, Paging, Problem, ProblemList, When};
use crate::web::words;

/// Hand-ins on a page.
const ROWS: i64 = 50;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::EVIDENCE, web::get().to(queue))
        .route(course::EVIDENCE, web::post().to(queue))
        .route(course::SUBMISSION, web::get().to(show))
        .route(course::SUBMISSION, web::post().to(show))
        .route(course::SUBMISSION_REVIEW, web::post().to(review));
}

async fn queue(visit: Visit) -> Result<HttpResponse, AppError> {
    let only = visit.query("activity").map(ActivityId::from);
    let all = visit.query("state").is_some_and(|state| state == "all");
    let offset = visit
        .query("from")
        .and_then(|from| from.parse().ok())
        .unwrap_or(0_i64)
        .max(0);
    let slice = Slice {
        offset: if only.is_some() { offset } else { 0 },
        limit: ROWS,
    };
    let queue = evidence::queue(&visit.cairn, &visit.visitor, only.clone(), all, slice).await?;
    let page = visit
        .page_saying_what_is_late("Evidence", Place::Evidence)
        .await?;
    visit.show(&queue_view(&visit, page, &queue, only, all, slice))
}

fn queue_view(
    visit: &Visit,
    page: Page,
    queue: &Queue,
    only: Option<ActivityId>,
    all: bool,
    slice: Slice,
) -> EvidenceQueuePage {
    let small = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let shown = i64::try_from(queue.rows.len()).unwrap_or(0);
    let state = if all { "all" } else { "waiting" };
    let page_at = |from: i64| {
        let id = only.as_ref().map(ToString::to_string).unwrap_or_default();
        let queue = course::evidence();
        visit.href(&format!("{queue}?activity={id}&state={state}&from={from}"))
    };
    let (first, last) = (slice.offset + i64::from(shown > 0), slice.offset + shown);
    EvidenceQueuePage {
        page,
        filter_action: visit.href(&course::evidence()),
        activities: queue
            .activities
            .iter()
            .map(|one| Choice::new(one.id.as_str(), one.title.as_str()))
            .collect(),
        state: state.to_owned(),
        rows: queue
            .rows
            .iter()
            .map(|row| queue_row(visit, queue, row))
            .collect(),
        paging: Paging {
            first: small(first),
            last: small(last),
            total: small(queue.total),
            previous_href: (slice.offset > 0).then(|| page_at((slice.offset - ROWS).max(0))),
            next_href: (only.is_some() && last < queue.total).then(|| page_at(last)),
        },
        waiting: small(queue.waiting),
        activity: only.map(|only| only.to_string()).unwrap_or_default(),
    }
}

fn queue_row(visit: &Visit, queue: &Queue, row: &WaitingSubmission) -> QueueRow {
    QueueRow {
        student: row.student.clone(),
        activity: row.activity.clone(),
        version: row.submission.version,
        submitted: When::new(row.submission.submitted_at, queue.now),
        state: state_chip(row.submission.state),
        href: visit.href(&course::submission(&row.submission.id)),
    }
}

async fn show(visit: Visit, path: web::Path<(String, SubmissionId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let shown = evidence::review_view(&visit.cairn, &visit.visitor, &id).await?;
    let review = shown.submission.review.as_ref();
    let fields = ReviewFields {
        score: review
            .and_then(|review| review.score)
            .map(|score| score.normalize().to_string())
            .unwrap_or_default(),
        message: review.map(|review| review.message.clone()).unwrap_or_default(),
    };
    visit.show(&view(&visit, &shown, fields, Vec::new()).await?)
}

async fn review(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, SubmissionId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let form = &visit.fields;
    let fields = ReviewFields {
        score: form.text("score"),
        message: form.text("message"),
    };
    let mut problems = Vec::new();
    let state = match form.get("verdict") {
        Some("approve") => SubmissionState::Approved,
        Some("decline") => SubmissionState::Declined,
        _ => SubmissionState::ChangesAsked,
    };
    let score = decimal(&fields.score);
    if score.is_none() && !fields.score.is_empty() {
        problems.push(Problem {
            field: "score".to_owned(),
            text: "Type the points as a number, or leave them empty.".to_owned(),
        });
    }
    if problems.is_empty() {
        let answer = Answer {
            state,
            message: fields.message.clone(),
            score,
        };
        let reviewed = match evidence::review(&visit.cairn, &visit.visitor, &id, answer).await {
            Err(error) if error.keeps_the_form() => {
                let error = AppError::from(error);
                problems.push(Problem {
                    field: String::new(),
                    text: error.sentence_with_the_form(),
                });
                let shown = evidence::review_view(&visit.cairn, &visit.visitor, &id).await?;
                return visit.show_unkept(&view(&visit, &shown, fields, problems).await?, &error);
            }
            reviewed => reviewed?,
        };
        match reviewed {
            Reviewed::Done => return Ok(visit.go(&visit.href_saying(&course::evidence(), "reviewed"))),
            Reviewed::Wrong(wrong) => problems.extend(wrong.into_iter().map(words::evidence::review)),
            Reviewed::Replaced(newer) => {
                let text = "The student handed in a newer version while you were writing. Your review is not kept, but what you \
                            typed is still here: copy what you need, and review the new version.";
                problems.push(Problem {
                    field: String::new(),
                    text: text.to_owned(),
                });
                if let Some(newer) = newer {
                    let shown = evidence::review_view(&visit.cairn, &visit.visitor, &newer).await?;
                    return visit.show_again(&view(&visit, &shown, fields, problems).await?);
                }
            }
        }
    }
    let shown = evidence::review_view(&visit.cairn, &visit.visitor, &id).await?;
    visit.show_again(&view(&visit, &shown, fields, problems).await?)
}

async fn view(
    visit: &Visit,
    shown: &ReviewView,
    fields: ReviewFields,
    problems: Vec<Problem>,
) -> Result<SubmissionReviewPage, AppError> {
    let title = format!("Review: {}", shown.student);
    let page = visit.page_saying_what_is_late(&title, Place::Evidence).await?;
    let (submission, maximum) = (&shown.submission, shown.activity.maximum.normalize());
    let href = |id: &SubmissionId| visit.href(&course::submission(id));
    let others = shown.versions.iter().rev().filter(|one| one.id != submission.id);
    Ok(SubmissionReviewPage {
        page,
        student: shown.student.clone(),
        activity: shown.activity.title.clone(),
        version: submission.version,
        submitted: When::new(submission.submitted_at, shown.now),
        state: state_chip(submission.state),
        artefact: artefact::view(&visit.cairn, visit.visitor.tenant(), &submission.artefact).await,
        action: visit.href(&course::submission_review(&submission.id)),
        may_review: policies::powers(&visit.cairn, &visit.visitor).await?.review,
        fields,
        reading: visit.visitor.session.reading,
        problems: ProblemList(problems),
        maximum: maximum.to_string(),
        gradebook_note: words::scores::in_gradebook(&shown.gradebook, shown.is_released),
        refused_note: shown.gradebook.refused.as_ref().map(|(why, said)| {
            let why = words::scores::refusal(*why, said);
            format!("The gradebook has not taken what was to be sent for this work. {why}")
        }),
        earlier: others
            .map(|one| (When::new(one.submitted_at, shown.now), earlier(one)))
            .collect(),
        next_href: shown.next.as_ref().map(href),
        back_href: visit.href(&course::evidence()),
    })
}

/// "Version 1, changes asked: …".
fn earlier(submission: &Submission) -> String {
    let said = submission
        .review
        .as_ref()
        .map(|review| format!(": {}", review.message))
        .unwrap_or_default();
    format!(
        "Version {}, {}{said}",
        submission.version,
        state_chip(submission.state).word.to_lowercase()
    )
}
