//! `/t/{token}`: how somebody came to their badges, as they show it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};

use super::credential::off_the_web;
use super::{or_nothing, show, show_in, unlisted};
use crate::service::Cairn;
use crate::service::award::timelines;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::web::error::AppError;
use crate::web::paths;
use crate::web::timeline::{Reader, view};
use crate::web::views::public::TimelinePage;
use crate::web::views::shared::{ErrorPage, PublicPage, When};
use crate::web::words::errors;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::TIMELINE, web::get().to(timeline))
        .route(paths::TIMELINE, web::head().to(timeline));
}

/// The timeline while it is shown; after its end, a sentence that says so.
async fn timeline(cairn: web::Data<Cairn>, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let found = timelines::open(&cairn, &token).await;
    match &found {
        Err(error @ (ServiceError::Policy(_) | ServiceError::Kept)) => return off_the_web(error),
        Err(error) if error.kind() == ErrorKind::Gone => return over(error),
        _ => {}
    }
    let opened = match or_nothing(found, "timeline")? {
        Ok(opened) => opened,
        Err(nothing) => return Ok(nothing),
    };
    let reader = Reader::Others {
        evidence: opened.shows.evidence,
    };
    let page = TimelinePage {
        timeline: view(&cairn, &opened.chapters, reader)?,
        page: PublicPage {
            listed: opened.is_public,
            ..PublicPage::titled("How I learned this").in_accent(opened.accent)
        },
        holder: opened.holder,
        until: opened.until.map(When::date_only),
    };
    let answer = show_in(opened.zone, StatusCode::OK, &page)?;
    Ok(if opened.is_public {
        answer
    } else {
        unlisted(answer)
    })
}

fn over(error: &ServiceError) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("This timeline is not shown any more"),
        sentence: errors::sentence(error),
        kept: Some("That says nothing about the badges, which may be as valid as before.".to_owned()),
        what_to_do: "Ask the holder to show it to you again, or for the badges themselves.".to_owned(),
        error_id: error.code().to_owned(),
        way_back: None,
    };
    show(StatusCode::GONE, &page)
}
