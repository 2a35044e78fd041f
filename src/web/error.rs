//! The one error at the edge: a status, a sentence, and an id that stands in the page and in the log.
//!
//! Which error to use when: rooms below have their own; use cases return [`ServiceError`]; handlers return
//! [`AppError`], into which a `ServiceError` turns by `?`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use askama::Template as _;

use crate::service::error::{ErrorKind, ServiceError};
use crate::web::pages::ErrorPage;

/// An error on its way to a person.
#[derive(Debug)]
pub struct AppError {
    source: ServiceError,
    /// Eight letters and digits: in the page, in the log and in what a person reports.
    id: String,
}

impl AppError {
    /// The id under which the log has it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<E: Into<ServiceError>> From<E> for AppError {
    fn from(source: E) -> Self {
        let source = source.into();
        let id = error_id();
        let (code, detail) = (source.code(), source.detail());
        if matches!(
            source.kind(),
            ErrorKind::Internal | ErrorKind::Unavailable | ErrorKind::BadGateway
        ) {
            tracing::error!(error_id = %id, code, detail, "request failed");
        } else {
            tracing::warn!(error_id = %id, code, detail, "request refused");
        }
        metrics::counter!("cairn_refusals_total", "code" => code).increment(1);
        Self { source, id }
    }
}

/// A short id: 40 random bits are enough to find one line in a log.
fn error_id() -> String {
    let bytes: [u8; 5] = crate::random::bytes(&crate::random::SystemRandom);
    hex::encode(bytes).chars().take(8).collect()
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [{}]", self.source, self.id)
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self.source.kind() {
            ErrorKind::BadRequest => StatusCode::BAD_REQUEST,
            ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
            ErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::BadGateway => StatusCode::BAD_GATEWAY,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let sentence = self.source.to_string();
        let page = ErrorPage {
            sentence: &sentence,
            code: self.source.code(),
            id: &self.id,
        };
        let body = page
            .render()
            .unwrap_or_else(|_| format!("{} (error id {})", self.source, self.id));
        // Errors carry no data of anybody, so a frame of any platform may show them.
        HttpResponse::build(self.status_code())
            .insert_header(("content-type", "text/html; charset=utf-8"))
            .insert_header(("content-security-policy", super::reply::policy("*")))
            .insert_header(("x-cairn-error", self.id.clone()))
            .body(body)
    }
}
