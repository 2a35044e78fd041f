//! Waiting for platforms by a timer that is a parameter: tests put it forward instead of waiting.

use std::sync::Arc;

use async_trait::async_trait;
use lti::services::Sleep;

use crate::net::{NetError, Request, Response, Transport};

/// By what it is waited for platforms, where it is not by the timer of the runtime.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timers {
    /// Ends the waiting for an answer.
    pub(crate) patience: Option<Arc<dyn Sleep>>,
    /// Passes between two tries of one request.
    pub(crate) tries: Option<Arc<dyn Sleep>>,
}

/// A way out whose requests end by a timer of one's own, if not by themselves before.
#[derive(Debug)]
pub(super) struct Timed {
    pub(crate) way_out: Arc<dyn Transport>,
    pub(crate) timer: Arc<dyn Sleep>,
}

#[async_trait]
impl Transport for Timed {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let (url, timeout) = (request.url.clone(), request.timeout);
        tokio::select! {
            biased;
            answer = self.way_out.send(request) => answer,
            () = self.timer.sleep(timeout) => Err(NetError::TimedOut(url)),
        }
    }
}
