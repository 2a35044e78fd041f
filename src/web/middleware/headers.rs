//! Headers for every answer, for those that a handler did not set itself.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::service::base::addresses::{CREDENTIAL, ISSUER, PICTURES, folder};

const ALWAYS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin-allow-popups"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=()",
    ),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Below these addresses anybody's page may read what is answered, so also why it is not: a verifier then says that the
/// answer was 429 or 500, instead of guessing. Nobody is recognised there.
const OPEN: [&str; 4] = [folder(ISSUER), folder(CREDENTIAL), PICTURES, "/.well-known/"];
const ALLOW_ORIGIN: HeaderName = HeaderName::from_static("access-control-allow-origin");

/// Adds what is missing; never replaces what a handler chose.
pub(crate) async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let path = response.request().path();
    let is_open = OPEN.iter().any(|folder| path.starts_with(folder));
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    let headers = response.headers_mut();
    if is_open && is_refusal && !headers.contains_key(&ALLOW_ORIGIN) {
        headers.insert(ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    for (name, value) in ALWAYS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    Ok(response)
}
