//! What a request has to pass before anything of ours looks at it. One middleware for all of it: each further one makes the type
//! of the application several times larger, and the compiler takes that many times longer.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::{address, bounds, limit, way_back};
use crate::web::error::AppError;

/// Lets a request pass that is neither too much for now nor malformed in its address.
///
/// # Errors
/// Whatever the handler answered with.
pub(crate) async fn guard<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let watched = match bounds::begin(&mut request) {
        Ok(watched) => watched,
        Err(error) => return Ok(request.error_response(AppError::from(error))),
    };
    let passed = limit::pass(&request).and_then(|()| address::check(request.uri()));
    let answer = match passed {
        Ok(()) => way_back::shown(next.call(request).await?.map_into_boxed_body()),
        Err(error) => request.error_response(AppError::from(error)),
    };
    watched.end();
    Ok(answer)
}
