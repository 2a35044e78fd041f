//! Pages that anybody may open: each file a page, its view built from what a service says, and its routes.
//!
//! None sets or reads a cookie, and none asks anybody else for anything.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::zone::Zone;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::web::error::AppError;
use crate::web::views::public::NotFoundPage;
use crate::web::views::shared::{PublicPage, Zoned};

mod achievement;
mod checks;
mod collection;
mod credential;
mod documents;
mod endorse;
pub(in crate::web) mod endorsed;
mod endorsements;
mod issuer;
mod own_endorsement;
mod pictures;
mod preview;
mod print;
mod shared;
mod sheet;
mod tags;
mod timeline;
mod verifier;

/// Lists the routes of every page here.
pub(crate) fn configure(config: &mut ServiceConfig) {
    pictures::configure(config);
    credential::configure(config);
    preview::configure(config);
    print::configure(config);
    shared::configure(config);
    collection::configure(config);
    sheet::configure(config);
    timeline::configure(config);
    achievement::configure(config);
    issuer::configure(config);
    documents::configure(config);
    endorse::configure(config);
    endorsements::configure(config);
    own_endorsement::configure(config);
    verifier::configure(config);
}

/// Tells search engines what to leave out.
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What public pages may do: show what this server serves, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// A page for anybody. It may stand in the history of a browser, but is asked for anew each time: its state may change.
fn show(status: StatusCode, page: &impl askama::Template) -> Result<HttpResponse, AppError> {
    show_in(Zone::UTC, status, page)
}

/// The same, with days as they are in an institution.
fn show_in(zone: Zone, status: StatusCode, page: &impl askama::Template) -> Result<HttpResponse, AppError> {
    let body = page
        .render_with_values(&Zoned::from(zone))
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mut answer = HttpResponse::build(status);
    if !status.is_success() {
        // A verifier in a browser is to read why it got no file, wherever its page comes from.
        answer.insert_header(("access-control-allow-origin", "*"));
        // It says that something is kept back, or is not there: nobody has made that public.
        answer.insert_header((ROBOTS, HeaderValue::from_static("noindex")));
    }
    Ok(answer
        .insert_header(("content-type", "text/html; charset=utf-8"))
        .insert_header(("content-security-policy", POLICY))
        .insert_header(("cache-control", "no-cache"))
        .insert_header(("vary", "accept"))
        .body(body))
}

/// Keeps a page out of search engines that its holder has not made public, whatever reads only headers.
fn unlisted(mut answer: HttpResponse) -> HttpResponse {
    answer
        .headers_mut()
        .insert(ROBOTS, HeaderValue::from_static("noindex"));
    answer
}

/// The page for an address at which there is no such thing.
fn nothing(what: &str) -> Result<HttpResponse, AppError> {
    let page = NotFoundPage {
        page: PublicPage::titled("Nothing here"),
        what: what.to_owned(),
    };
    show(StatusCode::NOT_FOUND, &page)
}

/// `found`, or the page that says that there is nothing.
fn or_nothing<T>(found: Result<T, ServiceError>, what: &str) -> Result<Result<T, HttpResponse>, AppError> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => nothing(what).map(Err),
        Err(error) => Err(error.into()),
    }
}

/// An answer for verifiers of any origin.
fn open_to_all(seconds: u32) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header(("access-control-allow-origin", "*"))
        .insert_header(("cache-control", format!("public, max-age={seconds}")))
        .insert_header(("vary", "accept"));
    answer
}
