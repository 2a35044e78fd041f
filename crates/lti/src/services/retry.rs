//! When a request to a platform is sent again: the one place that decides it. (A score that meets a newer one, and a
//! creation of unknown outcome, are no repetitions: their files ask the platform what it has and act on that.)

use std::time::Duration;

use async_trait::async_trait;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use super::error::Reason;
use ambient::random::{self, Random};

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

/// Whether a request may be sent again when it is not known what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Always,
    /// Only when the platform certainly did nothing.
    WhenNothingHappened,
}

/// What to do after a try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    GiveUp,
    AtOnce,
    After(Duration),
}

/// What became of the token of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenNow {
    Kept,
    /// It may be the reason why the try failed, and is forgotten: the next try takes another one.
    Gone,
}

/// The tries of one call.
#[derive(Debug)]
pub(super) struct Tries {
    waits: ExponentialBackoff,
    longest: Duration,
    /// Whether a refused token was replaced by a new one.
    renewed: bool,
}

impl Tries {
    /// At most `most` in all.
    pub(super) fn new(pacing: &Pacing, most: usize, random: &dyn Random) -> Self {
        let waits = ExponentialBuilder::new()
            .with_min_delay(pacing.first_wait)
            .with_max_delay(pacing.longest_wait)
            .with_max_times(most.saturating_sub(1))
            .with_jitter()
            .with_jitter_seed(u64::from_le_bytes(random::bytes(random)))
            .build();
        Self {
            waits,
            longest: pacing.longest_wait,
            renewed: false,
        }
    }

    /// What to do after a try that failed for `reason`.
    pub(super) fn next(&mut self, reason: &Reason, repeat: Repeat, token: TokenNow) -> Next {
        // Once, a new token may do better; whoever does not know the token has done nothing.
        if token == TokenNow::Gone && !self.renewed {
            self.renewed = true;
            return Next::AtOnce;
        }
        let may_repeat = repeat == Repeat::Always || reason.nothing_happened();
        let asked = reason.retry_after().unwrap_or_default();
        if !(reason.retryable() && may_repeat && asked <= self.longest) {
            return Next::GiveUp;
        }
        let wait = self.waits.next();
        wait.map_or(Next::GiveUp, |wait| Next::After(wait.max(asked)))
    }
}
