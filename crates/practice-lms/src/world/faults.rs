//! What can go wrong on purpose, and counters of what was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The kinds of service endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Token,
    Jwks,
    Members,
    LineItems,
    Results,
    Scores,
    Notices,
    /// Canvas: the token endpoint, where tokens of people are asked for.
    PersonToken,
    /// Canvas: `/api/v1`, by what is read.
    Api(Resource),
    /// Moodle: a function of its web services, by its name.
    Function(&'static str),
    /// A file that was handed in.
    File,
}

/// What is read of `/api/v1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    Course,
    Assignments,
    AssignmentGroups,
    Submissions,
    Enrollments,
    Users,
    Files,
    Scopes,
}

/// A wrong answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 401.
    Unauthorized,
    /// 403 as Canvas throttles: `403 Forbidden (Rate Limit Exceeded)`.
    Throttled,
    /// 403 that is a plain refusal.
    Forbidden,
    /// 403 without a body: Moodle whose web services are off, or a firewall.
    BareForbidden,
    /// 429 in plain text and without `Retry-After`, as hosted Canvas throttles since October 2025.
    ThrottledPlainly,
    /// 504 of the server in front, as for a page that takes longer than a minute.
    GatewayTimeout,
    /// Moodle: 200 with this `errorcode`.
    Exception(&'static str),
    /// 404.
    NotFound,
    /// 409.
    Conflict,
    /// 422.
    Unprocessable,
    /// 429 with `Retry-After: 1`.
    TooManyRequests,
    /// 500 with an HTML page.
    ServerError,
    /// 502 with the page of the server in front, behind which nobody answers.
    BadGateway,
    /// 503 with `Retry-After: 1` and a page for people, as during maintenance.
    Unavailable,
    /// 200 with an HTML page, as a login wall or a maintenance page gives.
    Html,
    /// The right answer, cut in the middle, and the connection with it.
    HalfBody,
    /// The right answer cut in the middle, but a sound HTTP exchange.
    HalfJson,
    /// The work is done, and the answer is a 200 without a body.
    Empty,
    /// The work is done, and the connection is closed before any answer.
    Closed,
    /// Nothing for that long, or until [`Faults::clear`], then the right answer.
    Delay(Duration),
    /// 302 to another host, to which no bearer token may go.
    Redirect(String),
}

#[derive(Debug, Default)]
struct State {
    planned: HashMap<Endpoint, VecDeque<Fault>>,
    requests: HashMap<Endpoint, u64>,
    in_flight: usize,
    peak: usize,
    /// How often everything was cleared.
    cleared: u64,
}

/// The faults that are still to come, and the counters. A handle: clones share.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

impl Faults {
    /// The next `times` answers of `endpoint` are `fault`; after those planned before.
    pub fn inject(&self, endpoint: Endpoint, fault: &Fault, times: usize) {
        let mut state = self.lock();
        state
            .planned
            .entry(endpoint)
            .or_default()
            .extend(std::iter::repeat_n(fault.clone(), times));
    }

    /// Nothing goes wrong any more, and what is delayed is answered.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.planned.clear();
        state.cleared += 1;
    }

    /// Waits for `time`, or until everything is cleared.
    pub(crate) async fn delay(&self, time: Duration) {
        const LOOK: Duration = Duration::from_millis(20);
        let (start, cleared) = (Instant::now(), self.lock().cleared);
        while start.elapsed() < time && self.lock().cleared == cleared {
            tokio::time::sleep(LOOK.min(time)).await;
        }
    }

    /// Waits until no service request is in work, those included whose client has gone.
    pub async fn idle(&self) {
        while self.lock().in_flight > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many faults of `endpoint` have not happened yet.
    #[must_use]
    pub fn left(&self, endpoint: Endpoint) -> usize {
        self.lock().planned.get(&endpoint).map_or(0, VecDeque::len)
    }

    /// Requests to `endpoint` since the start or [`Faults::reset_counters`], whatever was answered.
    #[must_use]
    pub fn requests(&self, endpoint: Endpoint) -> u64 {
        self.lock().requests.get(&endpoint).copied().unwrap_or(0)
    }

    /// The most service requests that were in work at one time.
    #[must_use]
    pub fn peak_in_flight(&self) -> usize {
        self.lock().peak
    }

    /// Counters back to zero.
    pub fn reset_counters(&self) {
        let mut state = self.lock();
        state.requests.clear();
        state.peak = state.in_flight;
    }

    /// Counts a request in and takes its fault.
    pub(crate) fn enter(&self, endpoint: Endpoint) -> (InFlight, Option<Fault>) {
        let mut state = self.lock();
        *state.requests.entry(endpoint).or_default() += 1;
        state.in_flight += 1;
        state.peak = state.peak.max(state.in_flight);
        let fault = state.planned.get_mut(&endpoint).and_then(VecDeque::pop_front);
        drop(state);
        (InFlight(self.clone()), fault)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts the request out when dropped.
pub(crate) struct InFlight(Faults);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_order_and_only_where_they_were_planned() {
        let faults = Faults::default();
        faults.inject(Endpoint::Token, &Fault::Html, 1);
        faults.inject(Endpoint::Token, &Fault::NotFound, 1);
        assert_eq!(faults.enter(Endpoint::Scores).1, None);
        assert_eq!(faults.enter(Endpoint::Token).1, Some(Fault::Html));
        assert_eq!(faults.enter(Endpoint::Token).1, Some(Fault::NotFound));
        assert_eq!(faults.enter(Endpoint::Token).1, None);
        assert_eq!(faults.requests(Endpoint::Token), 3);
    }

    #[test]
    fn the_peak_counts_what_is_in_work_at_once() {
        let faults = Faults::default();
        let first = faults.enter(Endpoint::Members);
        let second = faults.enter(Endpoint::Members);
        drop((first, second));
        drop(faults.enter(Endpoint::Members));
        assert_eq!(faults.peak_in_flight(), 2);
        faults.reset_counters();
        assert_eq!(
            (faults.peak_in_flight(), faults.requests(Endpoint::Members)),
            (0, 0)
        );
    }
}
