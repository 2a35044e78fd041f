//! `/endorse/{token}`: an invitation to endorse a badge. Whoever has the link sees exactly what they would endorse, and signs it
//! with one click, or brings what they signed elsewhere.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;

use super::{checks, or_nothing, show, unlisted};
use crate::domain::badge::Alignment;
use crate::domain::endorsement::{Asked, MAX_COMMENT, Part};
use crate::domain::sentence::number;
use crate::service::Cairn;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::session::digest;
use crate::service::credential::endorsing::{self, Offer};
use crate::web::error::AppError;
use crate::web::extract::fields::{Fields, Sender};
use crate::web::extract::same_origin;
use crate::web::views::public::{EndorsePage, EndorsedPage, PartToEndorse, ToEndorse};
use crate::web::views::shared::{
    ErrorPage, LinkTo, PictureView, Problem, ProblemList, PublicPage, When, Zoned,
};
use crate::web::words::errors;
use crate::web::{markdown, paths, reply};

/// Lists the routes of this page.
pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::ENDORSE, web::get().to(look))
        .route(paths::ENDORSE, web::post().to(answer));
}

/// What the form held, shown again with what is wrong.
#[derive(Debug, Default)]
struct Typed {
    comment: String,
    pasted: String,
    problems: ProblemList,
}

/// The invitation, while it works; after that, a sentence that says why not.
///
/// # Errors
/// When the page cannot be rendered.
pub(crate) async fn look(
    cairn: web::Data<Cairn>,
    token: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    match endorsing::open(&cairn, &token).await {
        Ok(offer) => page(StatusCode::OK, &token, &offer, Typed::default()),
        Err(error) => over(error),
    }
}

/// Signs, or takes what was signed elsewhere.
///
/// # Errors
/// When the form came from elsewhere, or cannot be read.
pub(crate) async fn answer(
    cairn: web::Data<Cairn>,
    token: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    same_origin::demand(&request, &cairn.settings.origin())?;
    // Nothing of what strangers send is read before it is known that somebody invited them.
    let badge = match endorsing::open(&cairn, &token).await {
        Ok(offer) => offer.shown.name,
        Err(error) => return over(error),
    };
    let sender = Sender {
        whose: digest(&token),
        receiving: None,
    };
    let fields = Fields::read(&request, &mut payload.into_inner(), sender).await?;
    let (seen, comment) = (fields.text("seen"), fields.text("comment"));
    let pasted = fields.text("pasted");
    let brings = fields.get("how") == Some("bring");
    let done = if brings {
        endorsing::bring(&cairn, &token, sent(&fields, &pasted), &seen).await
    } else {
        endorsing::give(&cairn, &token, &comment, &seen).await
    };
    let error = match done {
        Ok(own) => return thanks(&cairn, badge, &own),
        Err(error) => error,
    };
    let stays = matches!(
        error.kind(),
        ErrorKind::Unprocessable | ErrorKind::Conflict | ErrorKind::TooLarge
    );
    if !stays {
        return over(error);
    }
    let status = match error.kind() {
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let field = match error.code() {
        "endorsement.comment" => "comment",
        "endorsement.changed" => "",
        _ if brings => "endorsement",
        _ => "",
    };
    let offer = match endorsing::open(&cairn, &token).await {
        Ok(offer) => offer,
        Err(error) => return over(error),
    };
    let typed = Typed {
        // What is far too long is not sent back.
        comment: comment.chars().take(MAX_COMMENT).collect(),
        pasted: if pasted.len() > MAX_COMMENT * 8 {
            String::new()
        } else {
            pasted
        },
        problems: ProblemList(vec![Problem {
            field: field.to_owned(),
            text: errors::sentence(&error),
        }]),
    };
    page(status, &token, &offer, typed)
}

/// The file that was sent, else the text.
fn sent(fields: &Fields, pasted: &str) -> Bytes {
    match fields.file("endorsement") {
        Some(file) => file.bytes.clone(),
        None => Bytes::copy_from_slice(pasted.as_bytes()),
    }
}

fn thanks(cairn: &Cairn, badge: String, own: &str) -> Result<HttpResponse, AppError> {
    let page = EndorsedPage {
        page: PublicPage::titled("Thank you"),
        badge,
        own_link: format!("{}{}", cairn.settings.origin(), paths::own_endorsement(own)),
    };
    Ok(unlisted(reply::page(&page)?))
}

/// Why an invitation is none, or works no more.
fn over(error: ServiceError) -> Result<HttpResponse, AppError> {
    if error.kind() != ErrorKind::Gone {
        return match or_nothing::<()>(Err(error), "invitation")? {
            Ok(()) => Err(ServiceError::NotFound("invitation").into()),
            Err(nothing) => Ok(nothing),
        };
    }
    let page = ErrorPage {
        page: PublicPage::titled("This invitation has ended"),
        sentence: errors::sentence(&error),
        kept: None,
        what_to_do: "What was endorsed before stays as it is.".to_owned(),
        error_id: error.code().to_owned(),
        way_back: None,
    };
    show(StatusCode::GONE, &page)
}

fn page(status: StatusCode, token: &str, offer: &Offer, typed: Typed) -> Result<HttpResponse, AppError> {
    let page = EndorsePage {
        page: PublicPage::titled(&format!("Endorse “{}”", offer.shown.name)).in_accent(offer.issuer.accent),
        body: offer.endorsement.name.clone(),
        institution: offer.issuer.name.clone(),
        until: When::new(offer.endorsement.until, offer.now),
        badge: to_endorse(offer),
        comment: typed.comment,
        pasted: typed.pasted,
        problems: typed.problems,
        action: paths::endorse(token),
    };
    let zoned = Zoned::from(offer.issuer.zone);
    let answer = reply::html_with(status, &page, &zoned, "'none'", "no-store")?;
    Ok(unlisted(answer))
}

fn to_endorse(offer: &Offer) -> ToEndorse {
    let shown = &offer.shown;
    let numbers = [("Hours of work", shown.hours), ("Credits", shown.credits)];
    let numbers = numbers
        .into_iter()
        .filter_map(|(term, value)| Some((term.to_owned(), number(value?))));
    let level = shown.level.clone().map(|level| ("Level".to_owned(), level));
    let skill = |one: &Alignment| LinkTo {
        href: one.url.clone(),
        text: checks::skill(&one.name, one.framework.as_deref(), one.code.as_deref()),
    };
    let part = |one: &Part| PartToEndorse {
        page: LinkTo {
            href: one.achievement.clone(),
            text: one.name.clone(),
        },
        course: one.course.clone().unwrap_or_default(),
        outcome: one.outcome.clone(),
        criteria: markdown::render(&one.criteria),
    };
    let asked = |one: &Asked| (one.title.clone(), markdown::render(&one.instructions));
    ToEndorse {
        name: shown.name.clone(),
        picture: PictureView {
            src: offer.picture.clone(),
            alt: String::new(),
        },
        version: shown.revision,
        outcome: shown.outcome.clone(),
        description: shown.description.clone(),
        criteria: markdown::render(&shown.criteria),
        kind: shown.kind.word().to_owned(),
        kind_meaning: checks::meaning(shown.kind, offer.is_stack).to_owned(),
        facts: numbers.chain(level).collect(),
        skills: shown.alignments.iter().map(skill).collect(),
        rule: shown.rule.clone(),
        evidence: shown.evidence.iter().map(asked).collect(),
        in_words: shown.skills.clone(),
        parts: shown.parts.iter().map(part).collect(),
        achievement: shown.achievement.clone(),
        digest: shown.digest(),
    }
}
