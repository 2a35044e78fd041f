//! The dry run of a programme over the whole institution, its review by a second person, and its activation.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::{number, of_students};
use crate::domain::badge::BadgeState;
use crate::domain::programme::{Review, ReviewState, digest};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::institution::programmes::reviewing::{self, Answer};
use crate::service::institution::programmes::trying::{self, Activated, PAGE, Trial};
use crate::web::admin::error::AdminError;
use crate::web::extract::programme_request::ProgrammeRequest;
use crate::web::extract::proven::Proven;
use crate::web::markdown;
use crate::web::paths::{console, course};
use crate::web::views::admin::{ProgrammeTrialPage, ReviewPanel};
use crate::web::views::shared::{Paging, count_of};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PROGRAMME_TRIAL, web::get().to(show))
        .route(console::PROGRAMME_TRIAL, web::post().to(activate))
        .route(console::PROGRAMME_REVIEW, web::post().to(answer));
}

pub(super) fn configure_in_course(config: &mut ServiceConfig) {
    config
        .route(course::PROGRAMME_TRIAL, web::get().to(show))
        .route(course::PROGRAMME_TRIAL, web::post().to(show))
        .route(course::PROGRAMME_ACTIVATE, web::post().to(activate))
        .route(course::PROGRAMME_REVIEW, web::post().to(answer));
}

async fn show(request: ProgrammeRequest) -> Result<HttpResponse, AdminError> {
    let page = tried(&request, None).await?;
    request.show(&page)
}

async fn tried(
    request: &ProgrammeRequest,
    changed: Option<String>,
) -> Result<ProgrammeTrialPage, AdminError> {
    let id = &request.badge;
    let asked = request.query("page").and_then(|text| text.parse::<usize>().ok());
    let at = asked.unwrap_or(1).clamp(1, 100_000);
    let offset = at.saturating_sub(1).saturating_mul(PAGE);
    let trial = trying::trial(request.cairn(), request.by()?, &request.tenant, id, offset).await?;
    let title = format!("Try “{}”", trial.badge.design.name);
    let page = request.page_of(&trial.institution, &title);
    let count = trial.run.number();
    let can_activate = trial.can_activate && trial.hindrances.is_empty();
    // Where there is nothing to activate, nothing keeps it from that.
    let shown = trial.hindrances.iter().filter(|_| trial.can_activate);
    let mut hindrances: Vec<String> = shown.map(words::programmes::hindrance).collect();
    hindrances.dedup();
    let looked_at = digest(&trial.badge.design, &trial.rule.root, &trial.programme.terms);
    Ok(ProgrammeTrialPage {
        page,
        result: result(count, trial.students),
        idle: (!trial.can_activate && trial.badge.state == BadgeState::Active)
            .then_some("It awards by this already, so there is nothing to activate."),
        others: others(&trial),
        funnel: trial
            .run
            .funnel
            .iter()
            .map(|row| (row.label.clone(), format!("{} hold it", row.yes)))
            .collect(),
        paging: trial
            .names
            .as_ref()
            .filter(|_| count > 0)
            .map(|names| paging(request, at, names.len(), count)),
        names: trial.names.clone(),
        no_names: if request.is_console() {
            "Your institution’s policy shows numbers here, and no names."
        } else {
            "Numbers alone are shown here: who holds a badge of another course is for those who teach there."
        },
        sentence: trial.sentence.clone(),
        before: trial.before.clone(),
        hindrances,
        changed,
        review: trial.is_reviewed.then(|| panel(request, &trial, looked_at)),
        action: can_activate.then(|| request.activate_action(id)),
        number: count,
        digest: trial.run.digest.clone(),
        confirm: match count {
            0 if trial.run.holders.is_empty() => "Activate it; nobody earns it yet".to_owned(),
            0 => "Activate it; nobody new earns it now".to_owned(),
            count => format!(
                "Activate it for {}",
                count_of(number(count), "student", "students")
            ),
        },
        back_href: request.programme_href(id),
    })
}

/// How many would earn it.
fn result(count: usize, students: usize) -> String {
    if students == 0 {
        "Nobody is known here as a student yet, so nobody would earn it now.".to_owned()
    } else {
        format!("{} would earn it now.", of_students(count, students))
    }
}

/// Whom else it concerns.
fn others(trial: &Trial) -> Vec<String> {
    let run = &trial.run;
    let mut said = vec![format!(
        "{} earned at least one of its badges.",
        count_of(number(run.learners), "person has", "people have")
    )];
    if !run.holders.is_empty() {
        said.push(format!(
            "{} hold it already; nothing happens to them.",
            run.holders.len()
        ));
    }
    if !run.lapsed.is_empty() {
        said.push(format!(
            "{} held it until it lapsed, and have to earn a part anew.",
            run.lapsed.len()
        ));
    }
    if !run.revoked.is_empty() {
        said.push(format!(
            "{} had it revoked, and are not awarded again.",
            run.revoked.len()
        ));
    }
    if let Some(change) = &run.change {
        said.push(format!(
            "Against the version that awards now, {} more meet it and {} no more; nobody loses what was awarded.",
            change.gained.len(),
            change.lost.len()
        ));
    }
    said
}

fn paging(request: &ProgrammeRequest, at: usize, shown: usize, total: usize) -> Paging {
    let before = at.saturating_sub(1).saturating_mul(PAGE);
    let last = before.saturating_add(shown);
    let href = |page: usize| format!("{}?page={page}", request.trial_href(&request.badge));
    Paging {
        first: if shown == 0 {
            0
        } else {
            number(before.saturating_add(1))
        },
        last: number(last),
        total: number(total),
        previous_href: (at > 1).then(|| href(at.saturating_sub(1))),
        next_href: (last < total && shown > 0).then(|| href(at.saturating_add(1))),
    }
}

fn panel(request: &ProgrammeRequest, trial: &Trial, shown: String) -> ReviewPanel {
    let waits = |review: &Review| review.state == ReviewState::Waits;
    let told = match &trial.review {
        None if !trial.can_activate => {
            "Nobody approved it as it awards now; that is asked for when it is changed.".to_owned()
        }
        None => "Nobody was asked yet to look at it as it is now.".to_owned(),
        Some(review) => match (review.state, &review.note) {
            (ReviewState::Waits, _) if trial.is_own => {
                "It waits for somebody else; you designed it, so you cannot approve it.".to_owned()
            }
            (ReviewState::Waits, _) => "It waits for a second person: you can be it.".to_owned(),
            (ReviewState::Approved, _) => "It is approved as it is now.".to_owned(),
            (ReviewState::Changes, Some(note)) => format!("A change was asked for: {note}"),
            (ReviewState::Changes, None) => "A change was asked for.".to_owned(),
        },
    };
    ReviewPanel {
        action: request.review_action(&trial.badge.id),
        told,
        can_ask: trial.review.is_none() && trial.can_activate,
        outcome: trial.badge.design.outcome.clone(),
        criteria: markdown::render(&trial.badge.design.criteria),
        stays: trial.badge.state == BadgeState::Active && trial.can_activate,
        can_answer: trial.review.as_ref().is_some_and(waits) && !trial.is_own,
        digest: shown,
    }
}

async fn activate(Proven(request): Proven<ProgrammeRequest>) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = (&request.tenant, &request.badge);
    // What is no number was not confirmed.
    let count = request.fields().text("number").parse().unwrap_or(usize::MAX);
    let digest = request.fields().text("digest");
    let done = trying::activate(request.cairn(), request.by()?, tenant, id, count, &digest).await?;
    let changed = match done {
        Activated::Done => return Ok(request.go_saying(&request.programme_href(id), "programme-active")),
        Activated::Changed(now) => format!(
            "Something changed since you looked: now {} would earn it. Nothing was activated; look again and confirm.",
            count_of(number(now), "student", "students")
        ),
        Activated::Hindered(why) => {
            let why: Vec<String> = why.iter().map(words::programmes::hindrance).collect();
            format!("It was not activated. {}", why.join(" "))
        }
    };
    let page = tried(&request, Some(changed)).await?;
    request.show_again(&page)
}

async fn answer(Proven(request): Proven<ProgrammeRequest>) -> Result<HttpResponse, AdminError> {
    let (by, tenant, id) = (request.by()?, &request.tenant, &request.badge);
    let back = request.trial_href(id);
    let (answer, told) = match request.fields().text("answer").as_str() {
        "ask" => {
            reviewing::ask(request.cairn(), &by, tenant, id).await?;
            return Ok(request.go_saying(&back, "review-asked"));
        }
        "approve" => (Answer::Approve, "review-approved"),
        "change" => (
            Answer::AskForChange(request.fields().text("note")),
            "review-changes",
        ),
        _ => {
            let sentence = "Choose whether to approve it or to ask for a change.";
            return Err(ServiceError::form(ErrorKind::Unprocessable, "answer", sentence).into());
        }
    };
    let digest = request.fields().text("digest");
    match reviewing::answer(request.cairn(), &by, tenant, id, &digest, answer).await {
        Ok(()) => Ok(request.go_saying(&back, told)),
        Err(error) if error.code() == "programme.not-given" => Err(error.into()),
        Err(error) if error.code().starts_with("programme.") => {
            let page = tried(&request, Some(words::errors::sentence(&error))).await?;
            request.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}
