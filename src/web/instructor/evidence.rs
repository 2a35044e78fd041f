//! What students handed in, and the review of it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::badge_form::decimal;
use super::unopened;
use crate::domain::evidence::{Submission, SubmissionState};
use crate::domain::page::Page as Slice;
use crate::ids::{ActivityId, SubmissionId};
use crate::service::award::evidence::{self, Answer, Queue, ReviewView, Reviewed, WaitingSubmission};
use crate::service::award::lms_work;
use crate::service::award::reviewing::PastReview;
use crate::service::base::clash::{Clash, Seen};
use crate::service::base::policies;
use crate::service::base::refusal::ColumnRefusal;
use crate::service::course::scores::{self, OnTheWay};
use crate::web::artefact::{self, state_chip};
use crate::web::clash;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{
    EvidenceQueuePage, GivenReview, QueueRow, ReviewFields, SubmissionReviewPage,
};
use crate::web::views::shared::{Choice, Page, Paging, Problem, ProblemList, Waiting, When};
use crate::web::words;

/// Hand-ins on a page.
const ROWS: i64 = 50;
/// Seconds between two looks for a score that is being sent.
const SOON: u32 = 3;
/// The same for one that is tried again.
const LATER: u32 = 15;

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
    let mut shown = queue_view(&visit, page, &queue, only, all, slice);
    shown.unopened = unopened::rows(&visit).await?;
    (shown.again, shown.is_sending) = again(&visit, &course::evidence(), None).await?;
    visit.show(&shown)
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
            .map(|one| {
                let called =
                    words::namesakes::told_apart(&one.title, queue.marks.get(&one.id), visit.visitor.zone());
                Choice::new(one.id.as_str(), called)
            })
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
        unopened: Vec::new(),
        again: None,
        is_sending: false,
        activity: only.map(|only| only.to_string()).unwrap_or_default(),
    }
}

/// How a page looks again, while scores are on their way to the gradebook, and whether one is being sent: of what failed it is
/// said elsewhere why.
async fn again(
    visit: &Visit,
    place: &str,
    only: Option<&SubmissionId>,
) -> Result<(Option<Waiting>, bool), AppError> {
    let found = scores::on_their_way(&visit.cairn, &visit.visitor, only).await?;
    let is_sending = found == Some(OnTheWay::Soon);
    let waiting = found.map(|found| {
        let waiting = visit.waiting(place);
        let asked = ["activity", "state", "from"].into_iter();
        let asked = asked.filter_map(|name| Some((name, visit.query(name)?)));
        Waiting {
            every: Some(match found {
                OnTheWay::Soon => SOON,
                OnTheWay::Later => LATER,
            }),
            fields: waiting.fields.into_iter().chain(asked).collect(),
            ..waiting
        }
    });
    Ok((waiting, is_sending))
}

fn queue_row(visit: &Visit, queue: &Queue, row: &WaitingSubmission) -> QueueRow {
    QueueRow {
        student: row.student.clone(),
        activity: words::namesakes::told_apart(
            &row.activity,
            queue.marks.get(&row.submission.activity),
            visit.visitor.zone(),
        ),
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
    let seen = evidence::seen(&shown.submission);
    visit.show(&view(&visit, &shown, fields, &seen, Vec::new()).await?)
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
    let seen = clash::brought(form);
    let mut problems = Vec::new();
    let state = match form.get("verdict") {
        Some("approve") => SubmissionState::Approved,
        Some("decline") => SubmissionState::Declined,
        _ => SubmissionState::ChangesAsked,
    };
    let score = decimal(&fields.score);
    let answer = Answer {
        state,
        message: fields.message.clone(),
        score,
    };
    if score.is_none() && !fields.score.is_empty() {
        problems.push(Problem {
            field: "score".to_owned(),
            text: "Type the points as a number, or leave them empty.".to_owned(),
        });
        let shown = evidence::review_view(&visit.cairn, &visit.visitor, &id).await?;
        let more = evidence::wrong_with(&answer, shown.activity.maximum);
        problems.extend(more.into_iter().map(words::evidence::review));
    }
    if problems.is_empty() {
        let reviewed = match evidence::review(&visit.cairn, &visit.visitor, &id, answer, Some(&seen)).await {
            Err(error) if error.keeps_the_form() => {
                let error = AppError::from(error);
                problems.push(Problem {
                    field: String::new(),
                    text: error.sentence_with_the_form(),
                });
                let shown = evidence::review_view(&visit.cairn, &visit.visitor, &id).await?;
                return visit.show_unkept(&view(&visit, &shown, fields, &seen, problems).await?, &error);
            }
            reviewed => reviewed?,
        };
        match reviewed {
            Reviewed::Done => {
                let left_out = score.is_some() && state != SubmissionState::Approved;
                let notice = if left_out {
                    "reviewed-without-points"
                } else {
                    "reviewed"
                };
                return Ok(visit.go(&visit.href_saying(&course::evidence(), notice)));
            }
            Reviewed::Clash(met) => return reviewed_meanwhile(&visit, &id, &met, state, &fields).await,
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
                    let seen = evidence::seen(&shown.submission);
                    return visit.show_again(&view(&visit, &shown, fields, &seen, problems).await?);
                }
            }
        }
    }
    let shown = evidence::review_view(&visit.cairn, &visit.visitor, &id).await?;
    visit.show_again(&view(&visit, &shown, fields, &seen, problems).await?)
}

/// What a colleague said of the same work meanwhile, beside what was typed.
async fn reviewed_meanwhile(
    visit: &Visit,
    id: &SubmissionId,
    met: &Clash<Submission>,
    state: SubmissionState,
    typed: &ReviewFields,
) -> Result<HttpResponse, AppError> {
    let shown = evidence::review_view(&visit.cairn, &visit.visitor, id).await?;
    let page = visit.page(
        &format!("{} was reviewed meanwhile", shown.student),
        Place::Evidence,
    );
    let theirs = met.theirs.review.as_ref();
    let points = theirs.and_then(|review| review.score);
    let lines = vec![
        (
            "The work is",
            state_chip(met.theirs.state).word.clone(),
            state_chip(state).word.clone(),
        ),
        (
            "Points",
            points
                .map(|score| score.normalize().to_string())
                .unwrap_or_default(),
            typed.score.clone(),
        ),
        (
            "Message to the student",
            theirs.map(|review| review.message.clone()).unwrap_or_default(),
            typed.message.clone(),
        ),
    ];
    let ways = clash::Ways {
        action: visit.href(&course::submission_review(id)),
        keep_href: visit.href(&course::evidence()),
        note: "If you save yours, the student reads your review instead. The other one stays readable for teachers, below the \
               work.",
        typed: true,
    };
    let now = visit.cairn.clock.now();
    let view = clash::view(met, now, &visit.fields.pairs, &[], lines, &page, ways);
    visit.show_clash(page, view)
}

async fn view(
    visit: &Visit,
    shown: &ReviewView,
    fields: ReviewFields,
    seen: &Seen,
    problems: Vec<Problem>,
) -> Result<SubmissionReviewPage, AppError> {
    let title = format!("Review: {}", shown.student);
    // Why this work does not reach the gradebook is said once, beside it.
    let page = match shown.kept_back {
        Some(_) => visit.page(&title, Place::Evidence),
        None => visit.page_saying_what_is_late(&title, Place::Evidence).await?,
    };
    let (submission, maximum) = (&shown.submission, shown.activity.maximum.normalize());
    // What was typed and not kept stands in the page as if it came from there.
    let waits_for_somebody = matches!(
        shown.kept_back,
        Some(ColumnRefusal::OfFormer(_) | ColumnRefusal::Gone(_))
    );
    let (again, is_sending) = if problems.is_empty() && !waits_for_somebody {
        again(visit, &course::submission(&submission.id), Some(&submission.id)).await?
    } else {
        (None, false)
    };
    let has_ended = visit.visitor.course.life.end().is_some();
    let (activity, person) = (&submission.activity, &submission.person);
    let work = lms_work::beside(&visit.cairn, &visit.visitor, activity, person).await?;
    let href = |id: &SubmissionId| visit.href(&course::submission(id));
    let others = shown.versions.iter().rev().filter(|one| one.id != submission.id);
    Ok(SubmissionReviewPage {
        page,
        student: shown.student.clone(),
        work: crate::web::lms_work::list(&work, shown.now),
        activity: words::namesakes::told_apart(
            &shown.activity.title,
            shown.mark.as_ref(),
            visit.visitor.zone(),
        ),
        version: submission.version,
        submitted: When::new(submission.submitted_at, shown.now),
        state: state_chip(submission.state),
        artefact: artefact::view(&visit.cairn, visit.visitor.tenant(), &submission.artefact).await,
        action: visit.href(&course::submission_review(&submission.id)),
        may_review: policies::powers(&visit.cairn, &visit.visitor).await?.review,
        fields,
        given: given(shown),
        seen: seen.as_str().to_owned(),
        reading: visit.visitor.session.reading,
        problems: ProblemList(problems),
        maximum: maximum.to_string(),
        column_note: shown
            .column_maximum
            .map(|column| words::scores::column_points(maximum, column)),
        again,
        is_sending: is_sending && shown.kept_back.is_none(),
        // Once the course has ended nothing more is given or sent, and nobody could help it.
        kept_back_note: shown
            .kept_back
            .as_ref()
            .filter(|_| !has_ended)
            .map(words::scores::kept_back),
        // What a column had that is gone is not what the gradebook has.
        gradebook_note: match shown.kept_back {
            _ if has_ended => words::scores::last_in_gradebook(&shown.gradebook),
            Some(_) => None,
            None => words::scores::in_gradebook(&shown.gradebook, shown.is_released),
        },
        refused_note: shown
            .gradebook
            .refused
            .as_ref()
            .filter(|_| !has_ended)
            .map(|(why, said)| {
                let why = words::scores::refusal(*why, said);
                format!("The gradebook has not taken what was to be sent for this work. {why}")
            }),
        earlier: others
            .map(|one| (When::new(one.submitted_at, shown.now), earlier(one)))
            .chain(
                shown
                    .past
                    .iter()
                    .rev()
                    .map(|one| (When::new(one.review.at, shown.now), replaced(one))),
            )
            .collect(),
        next_href: shown.next.as_ref().map(href),
        back_href: visit.href(&course::evidence()),
    })
}

/// The last review, for whoever looks at it.
fn given(shown: &ReviewView) -> Option<GivenReview> {
    let review = shown.submission.review.as_ref()?;
    let maximum = shown.activity.maximum.normalize();
    Some(GivenReview {
        by: shown
            .reviewer
            .clone()
            .unwrap_or_else(|| "A former instructor".to_owned()),
        at: When::new(review.at, shown.now),
        points: review
            .score
            .map(|score| format!("{} of {maximum} points", score.normalize())),
        message: review.message.clone(),
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

/// "A review by Ben that another one replaced: approved, 90 points: …".
fn replaced(past: &PastReview) -> String {
    let points = past
        .review
        .score
        .map(|score| format!(", {} points", score.normalize()));
    let message = Some(&past.review.message).filter(|message| !message.is_empty());
    format!(
        "A review by {} that another one replaced: {}{}{}",
        past.by,
        state_chip(past.state).word.to_lowercase(),
        points.unwrap_or_default(),
        message.map(|message| format!(": {message}")).unwrap_or_default()
    )
}
