//! One span and one line in the log for each request: what was asked, by whom, what came of it and how long it took.
//! Never a query string, a body, a header that may hold a secret, or the address of a client.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpMessage as _};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::{RequestId, RootSpanBuilder};

use crate::service::base::addresses::ASSET;
use crate::telemetry::{self, metric};
use crate::web::paths::{HEALTHZ, READYZ};

/// Asked for by machines, or many to a page: seen in the log only by who wants to.
const QUIET: [&str; 3] = [HEALTHZ, READYZ, ASSET];
/// What stands for an address that is none of ours: each would be a label of its own.
const UNMATCHED: &str = "unmatched";

/// Builds the span, and says the line when it ends.
pub(crate) struct RequestSpan;

/// What is known of a request when it comes.
struct Arrived {
    at: Instant,
    route: String,
}

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let route = request.match_pattern().unwrap_or_else(|| UNMATCHED.to_owned());
        let id = request.extensions().get::<RequestId>().copied();
        // Of the highest level, so that a log that is told only of trouble still says whose it is.
        let span = tracing::error_span!(
            "request",
            id = id.map(tracing::field::display),
            method = method(request.method()),
            route,
            tenant = Empty,
            course = Empty,
            person = Empty,
            admin = Empty,
            error_id = Empty,
            code = Empty,
            detail = Empty,
        );
        let at = Instant::now();
        request.extensions_mut().insert(Arrived { at, route });
        span
    }

    fn on_request_end<B: MessageBody>(_span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        metrics::counter!(metric::REQUESTS, "status" => status.as_u16().to_string()).increment(1);
        let Ok(response) = outcome else {
            return say(status, UNMATCHED, None);
        };
        let request = response.request();
        let Some(Arrived { at, route }) = request.extensions_mut().remove() else {
            return say(status, UNMATCHED, None);
        };
        let took = at.elapsed();
        say(status, &route, Some(telemetry::milliseconds(took)));
        metrics::histogram!(metric::REQUEST_SECONDS, "method" => method(request.method()), "route" => route)
            .record(took);
    }
}

/// The verb; one that we do not know is not repeated, since a client may make up as many as it likes.
fn method(asked: &Method) -> &'static str {
    match *asked {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The line of a request that was answered; the span around it says the rest.
fn say(status: StatusCode, route: &str, ms: Option<f64>) {
    let status_code = status.as_u16();
    if status.is_server_error() {
        tracing::error!(status = status_code, ms, "answered");
    } else if status.is_client_error() {
        tracing::warn!(status = status_code, ms, "answered");
    } else if QUIET.contains(&route) {
        tracing::debug!(status = status_code, ms, "answered");
    } else {
        tracing::info!(status = status_code, ms, "answered");
    }
}
