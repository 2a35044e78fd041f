//! `/endorser/{token}`: an endorsement for whoever gave it, who ends it, takes it back, takes the key, or shows that a domain is
//! theirs.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::{endorsed, or_nothing, unlisted};
use crate::domain::endorsement::EndorsementState;
use crate::service::Cairn;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::credential::endorsing::{self, Own};
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;
use crate::web::extract::same_origin;
use crate::web::views::public::{Asks, OwnEndorsementPage};
use crate::web::views::shared::{Problem, ProblemList, PublicPage, When, Zoned};
use crate::web::words::errors;
use crate::web::{paths, reply};

/// Lists the routes of this page.
pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::OWN_ENDORSEMENT, web::get().to(look))
        .route(paths::OWN_ENDORSEMENT, web::post().to(change));
}

/// What the form held, shown again with what is wrong or was done.
#[derive(Debug, Default)]
struct Said {
    domain: String,
    problems: ProblemList,
    done: Option<&'static str>,
    asks: Option<Asks>,
}

/// The endorsement.
///
/// # Errors
/// When the page cannot be rendered.
pub(crate) async fn look(
    cairn: web::Data<Cairn>,
    token: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    page(&cairn, StatusCode::OK, &token, Said::default()).await
}

/// Does what its endorser wants.
///
/// # Errors
/// When the form came from elsewhere, or cannot be read.
pub(crate) async fn change(
    cairn: web::Data<Cairn>,
    token: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    same_origin::demand(&request, &cairn.settings.origin())?;
    let fields = Fields::read_unproven(&request, payload).await?;
    let domain = fields.text("domain");
    if let Some(asks) = fields.get("what").and_then(Asks::of)
        && fields.get("sure").is_none()
    {
        let said = Said {
            asks: Some(asks),
            ..Said::default()
        };
        return page(&cairn, StatusCode::OK, &token, said).await;
    }
    let done = match fields.get("what") {
        Some("end") => endorsing::end(&cairn, &token)
            .await
            .map(|()| "Ended. New badges carry it no more; those that were issued with it keep it."),
        Some("revoke") => endorsing::revoke(&cairn, &token)
            .await
            .map(|()| "Taken back. Everybody who looks at the badge reads it from now on."),
        Some("domain") => endorsing::prove_domain(&cairn, &token, &domain)
            .await
            .map(|()| "The domain names you. It is shown beside your endorsement from now on."),
        Some("key") => match endorsing::take_key(&cairn, &token).await {
            Ok(key) => return Ok(file(key.as_bytes())),
            Err(error) => Err(error),
        },
        _ => Err(ServiceError::form(
            ErrorKind::Unprocessable,
            "endorsement.what",
            "Choose what is to be done with your endorsement. Nothing was changed.",
        )),
    };
    match done {
        Ok(done) => {
            let said = Said {
                done: Some(done),
                ..Said::default()
            };
            page(&cairn, StatusCode::OK, &token, said).await
        }
        Err(error) if error.is_invalid() || error.kind() == ErrorKind::Conflict => {
            let status = if error.kind() == ErrorKind::Conflict {
                StatusCode::CONFLICT
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            let is_domain = fields.get("what") == Some("domain");
            let said = Said {
                problems: ProblemList(vec![Problem {
                    field: if is_domain { "domain" } else { "" }.to_owned(),
                    text: errors::sentence(&error),
                }]),
                domain,
                ..Said::default()
            };
            page(&cairn, status, &token, said).await
        }
        Err(error) => match or_nothing::<()>(Err(error), "endorsement")? {
            Ok(()) => Err(ServiceError::NotFound("endorsement").into()),
            Err(nothing) => Ok(nothing),
        },
    }
}

/// The key, for once.
fn file(key: &[u8]) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("content-type", "application/json"))
        .insert_header(("cache-control", "no-store"))
        .insert_header((
            "content-disposition",
            "attachment; filename=\"endorser-private-key.json\"",
        ))
        .body(key.to_vec())
}

async fn page(cairn: &Cairn, status: StatusCode, token: &str, said: Said) -> Result<HttpResponse, AppError> {
    let own = match or_nothing(endorsing::own(cairn, token).await, "endorsement")? {
        Ok(own) => own,
        Err(nothing) => return Ok(nothing),
    };
    let zoned = Zoned::from(own.issuer.zone);
    let page = view(token, &own, said);
    let answer = reply::html_with(status, &page, &zoned, "'none'", "no-store")?;
    Ok(unlisted(answer))
}

fn view(token: &str, own: &Own, said: Said) -> OwnEndorsementPage {
    let state = own.told.state;
    let issuer = own.given.issuer.as_ref();
    let is_revoked = state == EndorsementState::Revoked;
    let taken = issuer.and_then(|issuer| issuer.key_taken_at);
    let keeps_key = issuer.is_some_and(|issuer| issuer.sealed_secret.is_some());
    let may_still = |asks: &Asks| match asks {
        Asks::Revoke => !is_revoked,
        Asks::TakeKey => keeps_key,
    };
    OwnEndorsementPage {
        page: PublicPage::titled("Your endorsement").in_accent(own.issuer.accent),
        endorsement: endorsed::line(&own.told, &own.given, &own.issuer.name),
        badge: own.given.shown.name.clone(),
        institution: own.issuer.name.clone(),
        action: paths::own_endorsement(token),
        may_end: !is_revoked && state != EndorsementState::Ended,
        may_revoke: !is_revoked,
        keeps_key,
        key_taken: taken.map(|at| When::new(at, own.now)),
        did: own.did.clone(),
        domain: said.domain,
        problems: said.problems,
        done: said.done,
        asks: said.asks.filter(may_still),
    }
}
