//! What holds for every answer below `/admin`, whoever made it: never in a frame, never kept, never posted to from
//! another site.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

use super::error::AdminError;
use crate::service::base::error::{ErrorKind, ServiceError};

const HEADERS: [(&str, &str); 3] = [
    ("x-frame-options", "DENY"),
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
];

/// Refuses what another site posts, and sets the headers over whatever a handler chose.
pub(crate) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let site = request.headers().get("sec-fetch-site");
    let foreign = site.is_some_and(|site| site != "same-origin" && site != "none");
    let mut response = if foreign && request.method() != Method::GET && request.method() != Method::HEAD {
        let error = AdminError::from(ServiceError::form(
            ErrorKind::Forbidden,
            "forbidden",
            "Another site sent this form to the console. Nothing was changed.",
        ));
        request.error_response(error)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Ok(response)
}
