//! `/s/{token}`: a badge that its holder shows for a time.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};

use super::credential::{off_the_web, view};
use super::{or_nothing, show, show_in, unlisted};
use crate::service::Cairn;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::credential::share_links;
use crate::web::error::AppError;
use crate::web::paths;
use crate::web::views::shared::{ErrorPage, PublicPage};
use crate::web::words::errors;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::SHARED, web::get().to(shared))
        .route(paths::SHARED, web::head().to(shared));
}

/// The page of the badge while the link works; after its end, a sentence that says so.
pub(crate) async fn shared(
    cairn: web::Data<Cairn>,
    token: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let found = share_links::open(&cairn, &token).await;
    match &found {
        Err(error @ ServiceError::Policy(_)) => return off_the_web(error),
        Err(error) if error.kind() == ErrorKind::Gone => return over(error),
        _ => {}
    }
    let (published, until) = match or_nothing(found, "badge")? {
        Ok(found) => found,
        Err(nothing) => return Ok(nothing),
    };
    let checked = published.check(&cairn)?;
    let page = view(&cairn, &published, &checked, Some(until));
    Ok(unlisted(show_in(published.issuer.zone, StatusCode::OK, &page)?))
}

fn over(error: &ServiceError) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("This link has ended"),
        sentence: errors::sentence(error),
        kept: Some("That says nothing about the badge, which may be as valid as before.".to_owned()),
        what_to_do:
            "Ask the holder for a new link, or for the badge file: any Open Badges 3.0 verifier can check it."
                .to_owned(),
        error_id: error.code().to_owned(),
        way_back: None,
    };
    show(StatusCode::GONE, &page)
}
