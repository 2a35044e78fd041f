//! How many requests a registration may have under way, and how that number falls and rises with what the platform says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answered::is_throttled;
use crate::transport::Response;

/// As many answers without complaint raise the limit by one.
const PATIENCE: usize = 20;
/// Canvas fills a bucket of about 700 points and refuses at 0; below this we go slower.
const LOW_WATER: f32 = 60.0;

/// Lets at most so many requests through at once, in the order they came. Halves when throttled, recovers one by one.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimit {
    semaphore: Arc<Semaphore>,
    state: Mutex<State>,
    widest: usize,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Permits in use that are to be taken away when they come back.
    debt: usize,
    /// Answers without complaint since the last change.
    calm: usize,
    /// Counts the narrowings, so that ten refusals of the same moment narrow only once.
    narrowings: u64,
}

impl ConcurrencyLimit {
    /// A limit of `widest` requests at once, at least one.
    pub(crate) fn new(widest: usize) -> Arc<Self> {
        let widest = widest.max(1);
        Arc::new(Self {
            semaphore: Arc::new(Semaphore::new(widest)),
            state: Mutex::new(State {
                limit: widest,
                debt: 0,
                calm: 0,
                narrowings: 0,
            }),
            widest,
        })
    }

    /// How many requests may be under way now.
    pub(crate) fn limit(&self) -> usize {
        self.state().limit
    }

    /// Waits for a place.
    pub(crate) async fn enter(self: &Arc<Self>) -> Pass {
        // The semaphore is never closed; were it, going on without a permit would still be right.
        let permit = Arc::clone(&self.semaphore).acquire_owned().await.ok();
        Pass {
            concurrency: Arc::clone(self),
            permit,
            narrowings: self.state().narrowings,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the requests under way, given back when dropped.
#[derive(Debug)]
pub(crate) struct Pass {
    concurrency: Arc<ConcurrencyLimit>,
    permit: Option<OwnedSemaphorePermit>,
    narrowings: u64,
}

impl Pass {
    /// Learns from an answer how fast the platform lets us go.
    pub(crate) fn learn(&self, response: &Response) {
        let low = response
            .header("x-rate-limit-remaining")
            .and_then(|text| text.trim().parse::<f32>().ok())
            .is_some_and(|remaining| remaining < LOW_WATER);
        let mut state = self.concurrency.state();
        if low || is_throttled(response) {
            state.calm = 0;
            if state.narrowings == self.narrowings {
                state.narrowings = state.narrowings.saturating_add(1);
                let limit = (state.limit / 2).max(1);
                let surplus = state.limit.saturating_sub(limit);
                let idle = self.concurrency.semaphore.forget_permits(surplus);
                state.debt = state.debt.saturating_add(surplus.saturating_sub(idle));
                state.limit = limit;
                tracing::info!(limit, "the platform is throttling; fewer requests at once");
            }
            return;
        }
        state.calm = state.calm.saturating_add(1);
        if state.calm >= PATIENCE && state.limit < self.concurrency.widest {
            state.calm = 0;
            state.limit = state.limit.saturating_add(1);
            if state.debt > 0 {
                state.debt = state.debt.saturating_sub(1);
            } else {
                self.concurrency.semaphore.add_permits(1);
            }
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = self.concurrency.state();
        if state.debt > 0
            && let Some(permit) = self.permit.take()
        {
            state.debt = state.debt.saturating_sub(1);
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, remaining: Option<&str>) -> Response {
        let headers = remaining
            .map(|value| ("x-rate-limit-remaining".to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        Response {
            status,
            headers,
            body: bytes::Bytes::from_static(b"Rate Limit Exceeded"),
        }
    }

    #[tokio::test]
    async fn refusals_of_one_moment_halve_the_limit_once() {
        let concurrency = ConcurrencyLimit::new(10);
        let mut passes = Vec::new();
        for _ in 0..10 {
            passes.push(concurrency.enter().await);
        }
        for pass in &passes {
            pass.learn(&answer(403, None));
        }
        assert_eq!(concurrency.limit(), 5);
        drop(passes);
        assert_eq!(concurrency.semaphore.available_permits(), 5);
        concurrency.enter().await.learn(&answer(429, None));
        assert_eq!(
            (concurrency.limit(), concurrency.semaphore.available_permits()),
            (2, 2)
        );
    }

    #[tokio::test]
    async fn it_never_closes() {
        let concurrency = ConcurrencyLimit::new(3);
        for _ in 0..5 {
            concurrency.enter().await.learn(&answer(429, None));
        }
        assert_eq!(
            (concurrency.limit(), concurrency.semaphore.available_permits()),
            (1, 1)
        );
    }

    #[tokio::test]
    async fn calm_widens_it_to_where_it_was_and_no_further() {
        let concurrency = ConcurrencyLimit::new(4);
        concurrency.enter().await.learn(&answer(429, None));
        assert_eq!(concurrency.limit(), 2);
        for _ in 0..(PATIENCE * 5) {
            concurrency.enter().await.learn(&answer(200, Some("650.5")));
        }
        assert_eq!(
            (concurrency.limit(), concurrency.semaphore.available_permits()),
            (4, 4)
        );
    }

    #[tokio::test]
    async fn a_bucket_that_runs_low_narrows_it_before_any_refusal() {
        let concurrency = ConcurrencyLimit::new(8);
        concurrency.enter().await.learn(&answer(200, Some("31.5")));
        assert_eq!(concurrency.limit(), 4);
        concurrency.enter().await.learn(&answer(200, Some("nonsense")));
        assert_eq!(concurrency.limit(), 4);
    }
}
