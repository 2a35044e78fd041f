//! Answers with the headers that every page needs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use askama::Template;

use crate::service::base::error::ServiceError;
use crate::web::content_policy::policy;
use crate::web::error::AppError;
use crate::web::views::shared::Zoned;

/// A page that only the given origins may frame; never cached.
pub(crate) fn framed(page: &impl Template, ancestors: &[String]) -> Result<HttpResponse, AppError> {
    let ancestors = if ancestors.is_empty() {
        "'none'".to_owned()
    } else {
        ancestors.join(" ")
    };
    html(StatusCode::OK, page, &ancestors, "no-store")
}

/// The same, with the zone in which its days are named.
pub(crate) fn framed_with(
    page: &impl Template,
    zoned: &Zoned,
    ancestors: &[String],
) -> Result<HttpResponse, AppError> {
    html_with(StatusCode::OK, page, zoned, &ancestors.join(" "), "no-store")
}

/// The same, setting cookies: each a whole `Set-Cookie` value.
pub(crate) fn framed_setting(
    page: &impl Template,
    ancestors: &[String],
    cookies: &[String],
) -> Result<HttpResponse, AppError> {
    let mut answer = framed(page, ancestors)?;
    for cookie in cookies {
        let value =
            HeaderValue::from_str(cookie).map_err(|error| ServiceError::Internal(error.to_string()))?;
        answer.headers_mut().append(SET_COOKIE, value);
    }
    Ok(answer)
}

/// A page that nobody may frame; never cached.
pub(crate) fn page(page: &impl Template) -> Result<HttpResponse, AppError> {
    html(StatusCode::OK, page, "'none'", "no-store")
}

/// A page with its own status.
pub(crate) fn html(
    status: StatusCode,
    page: &impl Template,
    ancestors: &str,
    cache: &'static str,
) -> Result<HttpResponse, AppError> {
    html_with(status, page, &Zoned::default(), ancestors, cache)
}

/// The same, with the zone in which its days are named.
pub(crate) fn html_with(
    status: StatusCode,
    page: &impl Template,
    zoned: &Zoned,
    ancestors: &str,
    cache: &'static str,
) -> Result<HttpResponse, AppError> {
    let body = page
        .render_with_values(zoned)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(HttpResponse::build(status)
        .insert_header(("content-type", "text/html; charset=utf-8"))
        .insert_header(("content-security-policy", policy(ancestors)))
        .insert_header(("cache-control", cache))
        // Only so do browsers without `Sec-Fetch-Site` name our origin when they post a form of the page; other sites learn
        // nothing.
        .insert_header(("referrer-policy", "same-origin"))
        .body(body))
}
