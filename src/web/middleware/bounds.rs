//! Counts each request on its connection and, behind a trusted proxy, for its client; and gives its body a time.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};

use super::limit::network;
use crate::service::base::error::ServiceError;
use crate::web::bounds::connections::{Connection, Refused};
use crate::web::bounds::in_flight::Counted;
use crate::web::bounds::{Bounds, client};
use crate::web::error::AppError;
use crate::web::paths::{HEALTHZ, METRICS, READYZ};

/// When somebody who has too much under way may come again.
const SECONDS: u64 = 5;

/// Lets a request pass, or answers 429.
///
/// # Errors
/// Whatever the handler answered with.
pub(crate) async fn bounds<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let busy = request.request().conn_data::<Connection>().map(Connection::busy);
    let _counted = match counted(&request) {
        Ok(counted) => counted,
        Err(error) => {
            return Ok(request.error_response(AppError::from(error)));
        }
    };
    let pace = request.app_data::<web::Data<Bounds>>().map(|bounds| bounds.pace);
    // The server waits for the rest of such a body however long it takes, although it has been answered.
    let has_no_length = request.chunked().unwrap_or(false);
    let mut ended = None;
    match (pace, request.take_payload()) {
        (_, Payload::None) => {}
        (None, payload) => request.set_payload(payload),
        (Some(pace), payload) => {
            let (payload, read) = pace.hold(payload);
            request.set_payload(payload);
            ended = Some(read);
        }
    }
    let answer = next.call(request).await?;
    if let Some(busy) = &busy
        && has_no_length
        && ended.is_some_and(|ended| !ended.get())
    {
        busy.end();
    }
    // One body for all: a type that names each middleware's own takes the compiler many minutes.
    Ok(answer.map_into_boxed_body())
}

/// Counts a request that came through a proxy; what watches over the server always gets its answer.
fn counted(request: &ServiceRequest) -> Result<Option<Counted>, ServiceError> {
    let busy = ServiceError::Busy {
        by_client: true,
        seconds: SECONDS,
    };
    if request.request().conn_data::<Refused>().is_some() {
        return Err(busy);
    }
    let (Some(bounds), Some(peer)) = (request.app_data::<web::Data<Bounds>>(), request.peer_addr()) else {
        return Ok(None);
    };
    let client = client(request.request());
    if client == network(peer.ip()) || matches!(request.path(), HEALTHZ | READYZ | METRICS) {
        return Ok(None);
    }
    let entered = bounds
        .in_flight
        .enter(client, || bounds.unproven.leave_one_of(client));
    entered.map(Some).ok_or(busy)
}
