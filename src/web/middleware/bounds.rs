//! Counts each request on its connection and, behind a trusted proxy, for its client; and gives its body a time.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{HttpMessage as _, web};

use super::limit::network;
use crate::service::base::error::ServiceError;
use crate::web::bounds::connections::{Busy, Connection, Refused};
use crate::web::bounds::in_flight::Counted;
use crate::web::bounds::{Bounds, client};
use crate::web::paths::{HEALTHZ, METRICS, READYZ};

/// When somebody who has too much under way may come again.
const SECONDS: u64 = 5;

/// A request that is under way.
pub(super) struct Watched {
    busy: Option<Busy>,
    /// The server waits for the rest of a body without a length however long it takes, although it has been answered.
    has_no_length: bool,
    /// Whether all of its body has been read; none where it has no body that is watched.
    ended: Option<Rc<Cell<bool>>>,
    _counted: Option<Counted>,
}

/// Counts a request and gives its body a time.
///
/// # Errors
/// [`ServiceError::Busy`] for whoever has too much under way.
pub(super) fn begin(request: &mut ServiceRequest) -> Result<Watched, ServiceError> {
    let busy = request.request().conn_data::<Connection>().map(Connection::busy);
    let counted = counted(request)?;
    let pace = request.app_data::<web::Data<Bounds>>().map(|bounds| bounds.pace);
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
    Ok(Watched {
        busy,
        has_no_length,
        ended,
        _counted: counted,
    })
}

impl Watched {
    /// It has been answered.
    pub(super) fn end(self) {
        if let Some(busy) = &self.busy
            && self.has_no_length
            && self.ended.is_some_and(|ended| !ended.get())
        {
            busy.end();
        }
    }
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
