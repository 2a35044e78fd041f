//! `/c/{course}/badges/{badge}/endorsements`: who endorses a badge, who is asked to, and asking.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::endorsement::EndorsementState;
use crate::domain::policy::Power;
use crate::ids::{BadgeId, EndorsementId};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::policies;
use crate::service::base::refusal::Refusal;
use crate::service::credential::endorsing::{self, OfBadge, Told, Wanted};
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::{self, course};
use crate::web::public::endorsed;
use crate::web::views::instructor::{EndorsementRow, EndorsementsPage};
use crate::web::views::shared::{Flash, Problem, ProblemList, When};
use crate::web::words::{self, endorsements, refusals};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_ENDORSEMENTS, web::get().to(show))
        .route(course::BADGE_ENDORSEMENTS, web::post().to(show))
        .route(course::BADGE_ENDORSEMENT_INVITE, web::post().to(invite))
        .route(course::BADGE_ENDORSEMENT_WITHDRAW, web::post().to(withdraw))
        .route(course::BADGE_ENDORSEMENT_AGAIN, web::post().to(again));
}

/// What the form held, shown again with what is wrong, or the link that was made.
#[derive(Debug, Default)]
struct Said {
    wanted: Wanted,
    problems: ProblemList,
    fresh_link: Option<String>,
}

async fn show(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let page = view(&visit, &path.into_inner().1, Said::default()).await?;
    visit.show(&page)
}

async fn invite(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, badge) = path.into_inner();
    let wanted = Wanted {
        name: visit.fields.text("name"),
        email: visit.fields.text("email"),
    };
    match endorsing::invite(&visit.cairn, &visit.visitor, &badge, &wanted).await {
        Ok(token) => shown_once(&visit, &badge, &token).await,
        Err(error) if keeps(&error) => {
            let said = Said {
                wanted,
                problems: at_fields(&error),
                fresh_link: None,
            };
            let page = view(&visit, &badge, said).await?;
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether what was typed is shown again, with what is wrong.
pub(in crate::web) fn keeps(error: &ServiceError) -> bool {
    matches!(error.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict)
}

/// What is wrong, each at its field.
pub(in crate::web) fn at_fields(error: &ServiceError) -> ProblemList {
    let all = match error {
        ServiceError::Refused(refusal) => std::slice::from_ref(refusal),
        ServiceError::Several(all) => all.as_slice(),
        _ => &[],
    };
    let problem = |refusal: &Refusal| Problem {
        field: match refusal.code() {
            "endorsement.name" | "endorsement.reserved" => "name",
            "endorsement.email" => "email",
            "endorsement.domain" => "domain",
            _ => "",
        }
        .to_owned(),
        text: refusals::sentence(refusal),
    };
    ProblemList(all.iter().map(problem).collect())
}

async fn shown_once(visit: &Visit, badge: &BadgeId, token: &str) -> Result<HttpResponse, AppError> {
    let origin = visit.cairn.settings.origin();
    let said = Said {
        fresh_link: Some(format!("{origin}{}", paths::endorse(token))),
        ..Said::default()
    };
    let page = view(visit, badge, said).await?;
    visit.show(&page)
}

async fn withdraw(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId, EndorsementId)>,
) -> Result<HttpResponse, AppError> {
    let (_, badge, id) = path.into_inner();
    endorsing::withdraw(&visit.cairn, &visit.visitor, &badge, &id).await?;
    let to = visit.href_saying(&course::badge_endorsements(&badge), "invitation-withdrawn");
    Ok(visit.go(&to))
}

async fn again(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId, EndorsementId)>,
) -> Result<HttpResponse, AppError> {
    let (_, badge, id) = path.into_inner();
    let token = endorsing::again(&visit.cairn, &visit.visitor, &badge, &id).await?;
    shown_once(&visit, &badge, &token).await
}

async fn view(visit: &Visit, badge: &BadgeId, said: Said) -> Result<EndorsementsPage, AppError> {
    let found = endorsing::of_badge(&visit.cairn, &visit.visitor, badge).await?;
    let powers = policies::powers(&visit.cairn, &visit.visitor).await?;
    let assistant = visit.visitor.session.assistant;
    let title = format!("Endorsements of “{}”", found.badge.design.name);
    let reading = visit.visitor.session.reading;
    let mut page = visit.page(&title, Place::Badges);
    page.flash = said
        .fresh_link
        .as_ref()
        .map(|_| Flash::ready("link"))
        .or(page.flash);
    Ok(EndorsementsPage {
        page,
        older: is_older(&found),
        rows: found
            .all
            .iter()
            .rev()
            .map(|told| row(visit, &found, told, powers.endorse))
            .collect(),
        invite_action: powers
            .endorse
            .then(|| visit.href(&course::badge_endorsement_invite(badge))),
        left_to_others: (!powers.endorse && !reading)
            .then(|| words::policies::kept(Power::Endorse, assistant)),
        fresh_link: said.fresh_link,
        name: said.wanted.name,
        email: said.wanted.email,
        problems: said.problems,
        back_href: visit.href(""),
    })
}

/// Whether an endorsement holds for an older version, and nobody has asked its body again.
fn is_older(found: &OfBadge) -> bool {
    let asked = |name: &str| {
        found.all.iter().any(|told| {
            told.endorsement.name == name
                && matches!(told.state, EndorsementState::Waiting | EndorsementState::InForce)
        })
    };
    found
        .all
        .iter()
        .any(|told| told.state == EndorsementState::OlderVersion && !asked(&told.endorsement.name))
}

fn row(visit: &Visit, found: &OfBadge, told: &Told, may: bool) -> EndorsementRow {
    let one = &told.endorsement;
    let given = one.given.as_ref();
    let waits = told.state == EndorsementState::Waiting;
    let holds = told.state == EndorsementState::InForce;
    let href = |to: fn(&BadgeId, &EndorsementId) -> String| visit.href(&to(&found.badge.id, &one.id));
    EndorsementRow {
        name: one.name.clone(),
        email: one.email.clone(),
        state: endorsements::state(told.state),
        made: When::new(one.made_at, found.now),
        until: waits.then(|| When::date_only(one.until)),
        said: given.map(|given| endorsed::line(told, given, &found.issuer.name)),
        withdraw_action: (may && waits).then(|| href(course::badge_endorsement_withdraw)),
        again_action: (may && !holds).then(|| href(course::badge_endorsement_again)),
    }
}
