//! `/c/{course}/activities/{activity}`: hand in, see it, replace it, read the answer.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde::Serialize;

use crate::domain::evidence::{Submission, SubmissionState};
use crate::domain::people::Person;
use crate::ids::ActivityId;
use crate::service::award::evidence::{self, ActivityView, HandIn};
use crate::service::award::files::size_words;
use crate::service::award::uploads::{self, Announced, Sent, Taken};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{CourseRefusal, Refusal};
use crate::web::artefact::{self, state_chip};
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::markdown;
use crate::web::paths::course;
use crate::web::views::learner::{ActivityPage, HandInFields, HandedIn, NotHandedIn, ReviewView};
use crate::web::views::shared::{LinkTo, Problem, ProblemList, When};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::ACTIVITY, web::get().to(show))
        .route(course::ACTIVITY, web::post().to(show))
        .route(course::HAND_IN, web::post().to(hand_in))
        .route(course::PIECES, web::post().to(piece));
}

async fn show(visit: Visit, path: web::Path<(String, ActivityId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let shown = evidence::activity(&visit.cairn, &visit.visitor, &id).await?;
    visit.show(&view(&visit, &shown, HandInFields::default()).await)
}

async fn hand_in(
    Proven(mut visit): Proven<Visit>,
    path: web::Path<(String, ActivityId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let upload = visit.fields.upload.take();
    let form = &visit.fields;
    let typed = HandIn {
        text: form.text("text"),
        link: form.text("link"),
        file: upload
            .map(Sent::Here)
            .or_else(|| announced(form).map(Sent::InPieces)),
    };
    let fields = HandInFields {
        text: typed.text.clone(),
        link: typed.link.clone(),
        ..HandInFields::default()
    };
    let had_file = typed.file.is_some();
    let handed_in = match evidence::hand_in(&visit.cairn, &visit.visitor, &id, typed).await {
        Err(error @ ServiceError::Refused(Refusal::Course(CourseRefusal::Ended))) => {
            let error = AppError::from(error);
            let shown = evidence::activity(&visit.cairn, &visit.visitor, &id).await?;
            let page = ActivityPage {
                not_taken: Some(NotHandedIn {
                    sentence: error.sentence(),
                    error_id: error.shown_id(),
                    text: fields.text,
                    link: fields.link,
                    had_file,
                }),
                ..view(&visit, &shown, HandInFields::default()).await
            };
            return visit.show_unkept(&page, &error);
        }
        Err(error) if error.keeps_the_form() => {
            let error = AppError::from(error);
            let mut text = error.sentence_with_the_form();
            if had_file {
                text.push_str(" Choose the file once more.");
            }
            let problems = ProblemList(vec![Problem {
                field: String::new(),
                text,
            }]);
            let shown = evidence::activity(&visit.cairn, &visit.visitor, &id).await?;
            let page = view(&visit, &shown, HandInFields { problems, ..fields }).await;
            return visit.show_unkept(&page, &error);
        }
        handed_in => handed_in?,
    };
    match handed_in {
        evidence::HandedIn::Done => Ok(visit.go(&visit.href_saying(&course::activity(&id), "handed-in"))),
        evidence::HandedIn::Wrong(wrong) => {
            let shown = evidence::activity(&visit.cairn, &visit.visitor, &id).await?;
            let problems = ProblemList(wrong.into_iter().map(words::evidence::handed_in).collect());
            visit.show_again(&view(&visit, &shown, HandInFields { problems, ..fields }).await)
        }
    }
}

/// The file that came in pieces before, as the form names it.
fn announced(form: &Fields) -> Option<Announced> {
    Some(Announced {
        name: form.get("sent.name")?.to_owned(),
        size: form.get("sent.size")?.parse().ok()?,
        modified: form.text("sent.modified"),
    })
}

/// How much of a file is there.
#[derive(Serialize)]
struct There {
    received: u64,
}

/// Why no more of it is taken.
#[derive(Serialize)]
struct NotTaken {
    problem: String,
}

async fn piece(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, ActivityId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let form = &visit.fields;
    let file = announced(form).ok_or(ServiceError::NotFound("file"))?;
    let offset = form.get("offset").and_then(|offset| offset.parse().ok());
    let piece = form.file("piece").map(|piece| piece.bytes.clone());
    let taken = uploads::piece(&visit.cairn, &visit.visitor, &id, &file, offset.zip(piece)).await;
    let mut answer = match &taken {
        Ok(Taken::Received(_)) => HttpResponse::Ok(),
        Ok(Taken::Wrong(_)) => HttpResponse::UnprocessableEntity(),
        // A page that waits for a turn, or for the database, asks again by itself.
        Err(error) if error.keeps_the_form() => HttpResponse::ServiceUnavailable(),
        Err(_) => HttpResponse::Conflict(),
    };
    answer.insert_header(("cache-control", "no-store"));
    Ok(match taken {
        Ok(Taken::Received(received)) => answer.json(There { received }),
        Ok(Taken::Wrong(wrong)) => answer.json(NotTaken {
            problem: words::evidence::handed_in(wrong).text,
        }),
        Err(error) => answer.json(NotTaken {
            problem: AppError::from(error).sentence(),
        }),
    })
}

async fn view(visit: &Visit, shown: &ActivityView, fields: HandInFields) -> ActivityPage {
    let (activity, now) = (&shown.activity, shown.now);
    let maximum = activity.maximum.normalize();
    let latest = shown.versions.last();
    let approved = latest.is_some_and(|latest| latest.state == SubmissionState::Approved);
    // What was typed and not taken is shown again, whatever the reason.
    let again = !fields.problems.0.is_empty();
    let takes_work = shown.may_hand_in && (!approved || shown.anew);
    let form = (takes_work && (again || shown.left.versions > 0)).then(|| HandInFields {
        action: visit.href(&course::hand_in(&activity.id)),
        limit: size_words(shown.left.largest()),
        pieces: visit.href(&course::pieces(&activity.id)),
        piece: uploads::PIECE,
        room: words::evidence::room(shown.left),
        ..fields
    });
    let full = words::evidence::no_version_left(shown.left.of_versions);
    let no_form_note = if takes_work {
        Some(full.as_str())
    } else if visit.visitor.course.life.end().is_some() {
        Some("This course has ended, so nothing more is handed in here.")
    } else if visit.visitor.session.instructor {
        Some(
            "You teach here, so there is nothing for you to hand in. What students hand in waits for you under “Evidence”.",
        )
    } else if visit.visitor.session.masquerade {
        Some("You are acting as this student, so you cannot hand in for them.")
    } else if approved {
        Some("It is approved, so it stays as it is.")
    } else {
        Some("Only students of this course can hand in here.")
    };
    let current = match latest {
        Some(latest) => Some(handed_in(visit, shown, latest).await),
        None => None,
    };
    let earlier = shown.versions.iter().rev().skip(1);
    ActivityPage {
        page: visit.page(&activity.title, Place::Elsewhere),
        title: activity.title.clone(),
        instructions: markdown::render(&activity.instructions),
        maximum: maximum.to_string(),
        column_maximum: shown.column_maximum.map(|column| column.normalize().to_string()),
        current,
        grade: shown.grade.as_ref().and_then(|grade| {
            let value = grade.value?;
            Some(format!("{} of {}", value.normalize(), grade.maximum.normalize()))
        }),
        form,
        not_taken: None,
        anew: shown.anew,
        no_form_note: no_form_note.map(str::to_owned),
        earlier: earlier
            .map(|one| (When::new(one.submitted_at, now), what_came_of(one)))
            .collect(),
        badges: shown
            .badges
            .iter()
            .map(|(id, name)| LinkTo {
                href: visit.href(&course::badge(id)),
                text: name.clone(),
            })
            .collect(),
    }
}

/// "Version 1: changes asked".
fn what_came_of(submission: &Submission) -> String {
    let came = match submission.state {
        SubmissionState::HandedIn => "replaced before it was reviewed",
        SubmissionState::ChangesAsked => "changes were asked for",
        SubmissionState::Approved => "approved",
        SubmissionState::Declined => "declined",
    };
    let message = submission
        .review
        .as_ref()
        .map(|review| review.message.as_str())
        .unwrap_or_default();
    let said = if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    };
    format!("Version {}, {came}{said}", submission.version)
}

async fn handed_in(visit: &Visit, shown: &ActivityView, latest: &Submission) -> HandedIn {
    let maximum = shown.activity.maximum.normalize();
    HandedIn {
        version: latest.version,
        submitted: When::new(latest.submitted_at, shown.now),
        state: state_chip(latest.state),
        artefact: artefact::view(&visit.cairn, visit.visitor.tenant(), &latest.artefact).await,
        review: latest.review.as_ref().map(|review| ReviewView {
            by: shown
                .reviewers
                .get(&review.by)
                .map_or_else(|| "Your teacher".to_owned(), Person::display_name),
            when: When::new(review.at, shown.now),
            message: review.message.clone(),
            score: review
                .score
                .map(|score| format!("{} of {maximum}", score.normalize())),
        }),
    }
}
