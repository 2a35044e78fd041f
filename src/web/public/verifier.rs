//! `/verify`: the page that checks any badge in the reader's browser, to be opened here or saved.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::open_to_all;
use crate::service::credential::verifier;
use crate::web::error::AppError;
use crate::web::paths;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::VERIFY, web::get().to(show))
        .route(paths::VERIFY, web::head().to(show));
}

/// The page; with `?download` the same bytes as a file to keep.
///
/// # Errors
/// When it cannot be put together.
pub(crate) async fn show(request: HttpRequest) -> Result<HttpResponse, AppError> {
    let page = verifier::page()?;
    let mut answer = open_to_all(300);
    answer
        .insert_header(("content-type", "text/html; charset=utf-8"))
        .insert_header((
            "content-security-policy",
            format!("{}; frame-ancestors 'none'", page.policy),
        ));
    if request.query_string() == "download" {
        answer.insert_header((
            "content-disposition",
            "attachment; filename=\"check-a-badge.html\"",
        ));
    }
    Ok(answer.body(page.html.as_str()))
}
