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
use std::time::Duration;

use async_trait::async_trait;
use backon::{BackoffBuilder as _, ExponentialBuilder};

use crate::registration::Flavour;
use crate::registration::RegistrationId;
use crate::token::{TokenService, TokenTarget};
use crate::transport::{Request, Response, Transport};
use ambient::clock::SharedClock;
use ambient::random::{self, SharedRandom};

pub mod course;
pub mod error;
mod gate;
pub mod grades;
pub mod media;
pub mod notices;
pub mod paging;
pub mod roster;
pub mod score;
mod score_times;

#[cfg(test)]
pub(crate) mod fake;

use error::{Reason, ServiceError, judge};
use gate::Gate;
use score_times::ScoreTimes;

/// How fast and how stubbornly a platform is called.
#[derive(Debug, Clone, Copy)]
pub struct Pacing {
    /// How often one request is tried in all.
    pub tries: usize,
    /// The first wait; each further one is twice as long, plus jitter.
    pub first_wait: Duration,
    /// The longest wait; a platform that asks for more gets no further try now.
    pub longest_wait: Duration,
    /// Requests under way at once, per registration.
    pub in_flight: usize,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            tries: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
            in_flight: 10,
        }
    }
}

/// How to wait; a parameter so that tests need not.
#[async_trait]
pub trait Sleep: Send + Sync + std::fmt::Debug {
    /// Returns when `time` has passed.
    async fn sleep(&self, time: Duration);
}

/// Waits by the timer of the runtime.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimerSleep;

#[async_trait]
impl Sleep for TimerSleep {
    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// What all platforms share. One for the process.
#[derive(Debug)]
pub struct Services {
    transport: Arc<dyn Transport>,
    tokens: Arc<TokenService>,
    clock: SharedClock,
    random: SharedRandom,
    sleep: Arc<dyn Sleep>,
    pacing: Pacing,
    gates: Mutex<HashMap<RegistrationId, Arc<Gate>>>,
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
            gates: Mutex::default(),
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
        flavour: Flavour,
        granted: Vec<String>,
    ) -> Platform {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates
            .entry(target.registration_id.clone())
            .or_insert_with(|| Gate::new(self.pacing.in_flight));
        Platform {
            services: Arc::clone(self),
            gate: Arc::clone(gate),
            target: Arc::new(target),
            flavour,
            granted: granted.into(),
            tries: self.pacing.tries,
        }
    }
}

/// One registration's services, ready to be called. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Platform {
    services: Arc<Services>,
    gate: Arc<Gate>,
    target: Arc<TokenTarget>,
    flavour: Flavour,
    granted: Arc<[String]>,
    /// How often one request is tried in all.
    tries: usize,
}

/// Whether a request may be sent again when it is not known what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Always,
    /// Only when the platform certainly did nothing.
    WhenNothingHappened,
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
        self.gate.limit()
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
        let mut waits = ExponentialBuilder::new()
            .with_min_delay(self.services.pacing.first_wait)
            .with_max_delay(self.services.pacing.longest_wait)
            .with_max_times(self.tries.saturating_sub(1))
            .with_jitter()
            .with_jitter_seed(u64::from_le_bytes(random::bytes(self.services.random.as_ref())))
            .build();
        let mut renewed = false;
        loop {
            let reason = match self.attempt(call.scope, request.clone(), &read).await {
                Ok(value) => return Ok(value),
                Err(reason) => reason,
            };
            // The refused token is forgotten by now: once, a new one may do better.
            if matches!(reason, Reason::Unauthorized) && !renewed {
                renewed = true;
                continue;
            }
            let may_repeat = call.repeat == Repeat::Always || reason.nothing_happened();
            let asked = reason.retry_after().unwrap_or_default();
            if !(reason.retryable() && may_repeat && asked <= self.services.pacing.longest_wait) {
                return Err(reason.doing(call.doing));
            }
            let Some(wait) = waits.next() else {
                return Err(reason.doing(call.doing));
            };
            tracing::debug!(doing = call.doing, %reason, "trying again");
            self.services.sleep.sleep(wait.max(asked)).await;
        }
    }

    async fn attempt<T>(
        &self,
        scope: &str,
        request: Request,
        read: &(impl Fn(&Response) -> Result<T, Reason> + Send + Sync),
    ) -> Result<T, Reason> {
        let pass = self.gate.enter().await;
        let scopes = [scope];
        let token = self.services.tokens.token(&self.target, &scopes).await?;
        let request = request.header("authorization", token.authorization());
        let response = self.services.transport.send(request).await?;
        pass.learn(&response);
        drop(pass);
        if response.status == 401 {
            self.services
                .tokens
                .invalidate(&self.target, &scopes, &token)
                .await;
        }
        judge(&response).map_err(|reason| {
            if scope == media::scope::SCORE {
                reason
            } else {
                reason.beside_scores(&response)
            }
        })?;
        read(&response)
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
