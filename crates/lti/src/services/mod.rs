//! The services that a platform offers to a tool: assignment and grades (LTI-AGS 2.0), names and roles (LTI-NRPS 2.0).
//!
//! One [`Services`] for the process; from it a [`Platform`] for each registration that is being called. Every call goes
//! through `Platform::call`: it waits for a place among the registration's requests, takes a token, sends, and
//! tries again where that can help. The caller has checked that the URLs' hosts belong to the registration; what a
//! platform names itself (next pages, line items) must stay on the server that named it.
//!
//! To add a service: put its media types and scopes into [`media`], and add a file with its types and an `impl Platform` that calls
//! `Platform::call` or `Platform::read_pages`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::answered::may_lack_token;
use crate::capabilities::Capabilities;
use crate::registration::RegistrationId;
use crate::token::{Given, TokenError, TokenService, TokenTarget};
use crate::transport::{NetError, Request, Response, Transport};
use ambient::clock::SharedClock;
use ambient::random::SharedRandom;

mod concurrency;
pub mod course;
pub mod error;
pub mod grades;
pub mod media;
pub mod notices;
pub mod paging;
mod retry;
pub mod roster;
pub mod score;
pub mod score_refusal;
mod score_times;

#[cfg(test)]
pub(crate) mod fake;

use concurrency::ConcurrencyLimit;
use error::{Reason, ServiceError, judge};
pub(crate) use retry::Repeat;
use retry::{Next, TokenNow, Tries};
pub use retry::{Pacing, Sleep, TimerSleep};
use score_times::ScoreTimes;

/// What all platforms share. One for the process.
#[derive(Debug)]
pub struct Services {
    transport: Arc<dyn Transport>,
    tokens: Arc<TokenService>,
    clock: SharedClock,
    random: SharedRandom,
    sleep: Arc<dyn Sleep>,
    pacing: Pacing,
    limits: Mutex<HashMap<RegistrationId, Arc<ConcurrencyLimit>>>,
    times: ScoreTimes,
}

impl Services {
    /// Services that wait by the runtime's timer, at the usual pace.
    #[must_use]
    pub fn new(
        transport: Arc<dyn Transport>,
        tokens: Arc<TokenService>,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self {
            transport,
            tokens,
            clock,
            random,
            sleep: Arc::new(TimerSleep),
            pacing: Pacing::default(),
            limits: Mutex::default(),
            times: ScoreTimes::default(),
        }
    }

    /// The same with another pace and another way to wait.
    #[must_use]
    pub fn paced(self, pacing: Pacing, sleep: Arc<dyn Sleep>) -> Self {
        Self {
            sleep,
            pacing,
            ..self
        }
    }

    /// A handle for one registration. `granted` are the scopes of the launch claims; an empty list means that they are
    /// not known, and the platform will say.
    #[must_use]
    pub fn platform(
        self: &Arc<Self>,
        target: TokenTarget,
        capabilities: Capabilities,
        granted: Vec<String>,
    ) -> Platform {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let concurrency = limits
            .entry(target.registration_id.clone())
            .or_insert_with(|| ConcurrencyLimit::new(self.pacing.in_flight));
        Platform {
            services: Arc::clone(self),
            concurrency: Arc::clone(concurrency),
            target: Arc::new(target),
            capabilities,
            granted: granted.into(),
            tries: self.pacing.tries,
        }
    }
}

/// One registration's services, ready to be called. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Platform {
    services: Arc<Services>,
    concurrency: Arc<ConcurrencyLimit>,
    target: Arc<TokenTarget>,
    capabilities: Capabilities,
    granted: Arc<[String]>,
    /// How often one request is tried in all.
    tries: usize,
}

/// What a call is, apart from the request itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// "Reading the results"
    pub doing: &'static str,
    pub scope: &'static str,
    pub repeat: Repeat,
}

impl Platform {
    /// The same for somebody who waits: what fails is tried once more and no longer.
    #[must_use]
    pub fn briefly(self) -> Self {
        Self { tries: 2, ..self }
    }

    /// How many requests this registration may have under way now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.concurrency.limit()
    }

    fn is_granted(&self, scope: &str) -> bool {
        self.granted.is_empty() || self.granted.iter().any(|granted| granted == scope)
    }

    /// Calls until it works or cannot, and reads the answer with `read`.
    pub(crate) async fn call<T>(
        &self,
        call: Call,
        request: Request,
        read: impl Fn(&Response) -> Result<T, Reason> + Send + Sync,
    ) -> Result<T, ServiceError> {
        if !self.is_granted(call.scope) {
            return Err(Reason::NotGranted(call.scope.to_owned()).doing(call.doing));
        }
        let services = &self.services;
        let mut tries = Tries::new(&services.pacing, self.tries, services.random.as_ref());
        loop {
            let Failed { reason, token } = match self.attempt(call.scope, request.clone(), &read).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            match tries.next(&reason, call.repeat, token) {
                Next::GiveUp => return Err(reason.doing(call.doing)),
                Next::AtOnce => {}
                Next::After(wait) => {
                    let reason = reason.for_log();
                    tracing::debug!(doing = call.doing, reason, "trying again");
                    services.sleep.sleep(wait).await;
                }
            }
        }
    }

    async fn attempt<T>(
        &self,
        scope: &str,
        request: Request,
        read: &(impl Fn(&Response) -> Result<T, Reason> + Send + Sync),
    ) -> Result<T, Failed> {
        let pass = self.concurrency.enter().await;
        let tokens = &self.services.tokens;
        let given = tokens.given(&self.target, &[scope]).await?;
        let request = request.header("authorization", given.token.authorization());
        let response = self.services.transport.send(request).await?;
        pass.learn(&response);
        drop(pass);
        let token = self.token_after(scope, &given, &response).await;
        let judged = judge(&response).map_err(|reason| {
            if scope == media::scope::SCORE {
                reason
            } else {
                reason.beside_scores(&response)
            }
        });
        judged
            .and_then(|()| read(&response))
            .map_err(|reason| Failed { reason, token })
    }

    /// Forgets the token of a request that the platform did not accept.
    async fn token_after(&self, scope: &str, given: &Given, response: &Response) -> TokenNow {
        let tokens = &self.services.tokens;
        if !may_lack_token(response) {
            return TokenNow::Kept;
        }
        if response.status == 401 {
            tokens.invalidate(&self.target, &[scope], &given.token).await;
            return TokenNow::Gone;
        }
        // A 403 to a token that was fetched for this very call means something else.
        if given.was_kept && tokens.doubt(&self.target, &[scope], &given.token).await {
            TokenNow::Gone
        } else {
            TokenNow::Kept
        }
    }
}

/// A try that failed.
struct Failed {
    reason: Reason,
    token: TokenNow,
}

impl From<TokenError> for Failed {
    fn from(error: TokenError) -> Self {
        Self {
            reason: error.into(),
            token: TokenNow::Kept,
        }
    }
}

impl From<NetError> for Failed {
    fn from(error: NetError) -> Self {
        Self {
            reason: error.into(),
            token: TokenNow::Kept,
        }
    }
}

/// One row for each key, the last one read: a list that changes while it is being read may show a row twice.
pub(crate) fn last_of_each<Row>(rows: Vec<Row>, key: impl Fn(&Row) -> &str) -> Vec<Row> {
    let last: HashMap<String, usize> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (key(row).to_owned(), at))
        .collect();
    if last.len() == rows.len() {
        return rows;
    }
    rows.into_iter()
        .enumerate()
        .filter(|(at, row)| last.get(key(row)) == Some(at))
        .map(|(_, row)| row)
        .collect()
}

#[cfg(test)]
mod tests;
