//! Answers with the headers that every page needs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use askama::Template;

use crate::service::base::error::ServiceError;
use crate::web::content_policy::policy;
use crate::web::error::AppError;

/// A page that only the given origins may frame; never cached.
pub(crate) fn framed(page: &impl Template, ancestors: &[String]) -> Result<HttpResponse, AppError> {
    let ancestors = if ancestors.is_empty() {
        "'none'".to_owned()
    } else {
        ancestors.join(" ")
    };
    html(StatusCode::OK, page, &ancestors, "no-store")
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
    let body = page
        .render()
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(HttpResponse::build(status)
        .insert_header(("content-type", "text/html; charset=utf-8"))
        .insert_header(("content-security-policy", policy(ancestors)))
        .insert_header(("cache-control", cache))
        .body(body))
}
