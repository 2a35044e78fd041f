//! The way out for tokens of a platform: the one that everything goes, which vets addresses, follows no redirect and bounds time and
//! size; and to one server alone.

use std::sync::Arc;

use async_trait::async_trait;
use gradebook_rest::transport::{Method, NetError, Request, Response, Transport};
use url::Url;

use crate::net;

/// To one server alone.
#[derive(Debug)]
pub(super) struct WayOut {
    out: Arc<dyn net::Transport>,
    server: Url,
}

impl WayOut {
    pub(super) fn new(out: Arc<dyn net::Transport>, server: Url) -> Self {
        Self { out, server }
    }
}

#[async_trait]
impl Transport for WayOut {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        if request.url.origin() != self.server.origin() {
            return Err(NetError::Refused);
        }
        let request = net::Request {
            method: match request.method {
                Method::Get => net::Method::Get,
                Method::Post => net::Method::Post,
                Method::Delete => net::Method::Delete,
            },
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout: request.timeout,
            max_body: request.max_body,
        };
        let answer = self.out.send(request).await.map_err(|error| match error {
            net::NetError::Refused(..) => NetError::Refused,
            net::NetError::Unreachable(..) => NetError::Unreachable,
            net::NetError::BrokenOff(..) => NetError::BrokenOff,
            net::NetError::TimedOut(_) => NetError::TimedOut,
            net::NetError::TooLarge(_, most) => NetError::TooLarge(most),
        })?;
        Ok(Response {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
        })
    }
}
