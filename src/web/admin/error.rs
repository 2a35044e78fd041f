//! Errors on their way to an administrator: the same sentence and id as anywhere, in words of the console; and for whoever
//! is not signed in, the way to the sign-in page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template as _;

use crate::service::base::error::ServiceError;
use crate::web::error::AppError;
use crate::web::paths::console;
use crate::web::views::admin::ConsoleErrorPage;
use crate::web::views::shared::{PublicPage, conflict, sent};

/// What a handler of the console answers when it cannot do what was asked.
#[derive(Debug)]
pub(crate) enum AdminError {
    App(AppError),
    /// Of whoever works in a visit of a course: told as there.
    InCourse(AppError),
    /// To the sign-in page, and from there back to this address.
    SignIn {
        back: String,
    },
}

impl AdminError {
    /// What a page of a course has to say.
    #[must_use]
    pub(in crate::web) fn app(&self) -> Option<&AppError> {
        match self {
            Self::App(error) | Self::InCourse(error) => Some(error),
            Self::SignIn { .. } => None,
        }
    }

    /// The way to the sign-in page from a page that was asked for.
    #[must_use]
    pub(crate) fn sign_in(request: &HttpRequest) -> Self {
        let back = request
            .uri()
            .path_and_query()
            .map_or_else(console::overview, ToString::to_string);
        Self::SignIn { back }
    }
}

impl<E: Into<ServiceError>> From<E> for AdminError {
    fn from(error: E) -> Self {
        Self::App(AppError::from(error))
    }
}

impl From<AppError> for AdminError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl std::fmt::Display for AdminError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::App(error) | Self::InCourse(error) => error.fmt(f),
            Self::SignIn { .. } => f.write_str("not signed in"),
        }
    }
}

impl ResponseError for AdminError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::App(error) | Self::InCourse(error) => error.status_code(),
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::SignIn { back } => {
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("next", back)
                    .finish();
                HttpResponse::SeeOther()
                    .insert_header(("location", format!("{}?{query}", console::sign_in())))
                    .finish()
            }
            Self::InCourse(error) => error.error_response(),
            Self::App(error) => {
                let body = page(error).unwrap_or_else(|_| format!("{} [{}]", error.sentence(), error.id()));
                let mut answer = HttpResponse::build(error.status_code());
                if let Some(seconds) = error.retry_after() {
                    answer.insert_header(("retry-after", seconds.to_string()));
                }
                answer
                    .insert_header(("content-type", "text/html; charset=utf-8"))
                    .insert_header(("x-cairn-error", error.id().to_owned()))
                    .body(body)
            }
        }
    }
}

fn page(error: &AppError) -> askama::Result<String> {
    let status = error.status_code();
    let by_code = sent(status.as_u16(), error.code()).filter(|_| status != StatusCode::TOO_MANY_REQUESTS);
    let (title, what_to_do) = by_code.unwrap_or(match status {
        StatusCode::UNAUTHORIZED => ("Please sign in", "Sign in, then do it once more."),
        StatusCode::FORBIDDEN => ("Not allowed", "Nothing was changed."),
        StatusCode::NOT_FOUND => ("Nothing here", "Go to the overview and look from there."),
        StatusCode::GONE => ("This link is over", "Nothing was changed."),
        StatusCode::TOO_MANY_REQUESTS => ("Too many attempts", "Nothing was changed."),
        StatusCode::CONFLICT => conflict(error.code()),
        StatusCode::BAD_GATEWAY => ("Another server did not answer", "Wait a minute and try again."),
        StatusCode::INTERNAL_SERVER_ERROR | StatusCode::SERVICE_UNAVAILABLE => (
            "This did not work",
            "Wait a minute and try again; the log has more under the error id.",
        ),
        _ => (
            "This did not work",
            "Go back, look at what you entered, and try again.",
        ),
    });
    ConsoleErrorPage {
        page: PublicPage::titled(title),
        sentence: error.sentence(),
        kept: None,
        what_to_do: what_to_do.to_owned(),
        error_id: error.shown_id(),
        signs_in: status == StatusCode::UNAUTHORIZED,
    }
    .render()
}
