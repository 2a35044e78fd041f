//! The one error at the edge: a status, a sentence, and an id that stands in the page and in the log.
//!
//! Which error to use when: lower modules have their own; use cases return [`ServiceError`]; handlers return
//! [`AppError`], into which a `ServiceError` turns by `?`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use askama::Template as _;

use crate::service::base::error::{ErrorKind, ServiceError};
use crate::telemetry::metric;
use crate::web::views::lti::RefusalPage;
use crate::web::views::shared::{ErrorPage, PublicPage, WayBack};
use crate::web::words::errors;

/// An error on its way to a person.
#[derive(Debug)]
pub(crate) struct AppError {
    source: ServiceError,
    /// Eight letters and digits: in the page, in the log and in what a person reports.
    id: String,
}

impl AppError {
    /// What a person is told.
    #[must_use]
    pub(crate) fn sentence(&self) -> String {
        errors::sentence(&self.source)
    }

    /// The sentence with its id, for a page that shows it at a field.
    #[must_use]
    pub(crate) fn sentence_with_id(&self) -> String {
        match self.source.kind() {
            ErrorKind::Unprocessable | ErrorKind::TooLarge | ErrorKind::Conflict => self.sentence(),
            _ => format!("{} (error id {})", self.sentence(), self.id),
        }
    }

    /// The same for a form that is shown again because it could not be kept, with what was typed in it.
    #[must_use]
    pub(crate) fn sentence_with_the_form(&self) -> String {
        format!(
            "This could not be saved now. What you typed is still here; send it again in a moment. {}",
            self.sentence_with_id()
        )
    }

    /// The id under which the log has it.
    #[must_use]
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

impl<E: Into<ServiceError>> From<E> for AppError {
    fn from(source: E) -> Self {
        let source = source.into();
        let id = error_id();
        let code = source.code();
        // For the one line of the request, also where a page shows the error and is no error itself.
        tracing::Span::current()
            .record("error_id", id.as_str())
            .record("code", code)
            .record("detail", source.to_string());
        metrics::counter!(metric::REFUSALS, "code" => code).increment(1);
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
            ErrorKind::Gone => StatusCode::GONE,
            ErrorKind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorKind::Slow => StatusCode::REQUEST_TIMEOUT,
            ErrorKind::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::BadGateway => StatusCode::BAD_GATEWAY,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let body = self
            .page(None)
            .unwrap_or_else(|_| format!("{} (error id {})", self.sentence(), self.id));
        // Errors carry no data of anybody, so a frame of any platform may show them.
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after() {
            answer.insert_header(("retry-after", seconds.to_string()));
        }
        answer
            .insert_header(("content-type", "text/html; charset=utf-8"))
            .insert_header(("content-security-policy", super::content_policy::policy("*")))
            .insert_header(("x-cairn-error", self.id.clone()))
            .body(body)
    }
}

impl AppError {
    /// In how many seconds the same may be asked again, where that is known.
    #[must_use]
    pub(super) fn retry_after(&self) -> Option<u64> {
        match &self.source {
            ServiceError::TooMany { seconds } | ServiceError::Busy { seconds, .. } => Some(*seconds),
            _ => None,
        }
    }

    /// The id with the stable name of the error: one says which log line, the other what kind.
    pub(super) fn shown_id(&self) -> String {
        let code = match &self.source {
            ServiceError::Login(refusal) => refusal.shown_code(),
            other => other.code(),
        };
        format!("{} · {code}", self.id)
    }

    /// The stable name of what happened.
    #[must_use]
    pub(super) fn code(&self) -> &'static str {
        self.source.code()
    }

    /// The page, with a way on where it is known.
    pub(super) fn page(&self, way_back: Option<&WayBack>) -> askama::Result<String> {
        let sentence = self.sentence();
        if !matches!(self.source, ServiceError::Launch(_) | ServiceError::Login(_)) {
            let status = self.status_code().as_u16();
            let page = ErrorPage::coded(status, self.code(), &sentence, &self.shown_id());
            return match way_back {
                Some(way_back) => page.within(way_back, self.code()).render(),
                None => page.render(),
            };
        }
        let refusal = RefusalPage {
            page: PublicPage::titled("Cairn did not open"),
            sentence,
            what_to_do: "Go back to the course and open the link there once more.".to_owned(),
            detail: None,
            error_id: self.shown_id(),
            return_href: None,
        };
        refusal.render()
    }
}
