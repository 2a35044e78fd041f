//! How many requests one client may have under way at one time: all of them behind a trusted proxy, whose connections are the
//! proxy's, so that they cannot be counted; and those that keep others waiting.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The requests under way of all clients, or of all of whatever `K` tells apart.
#[derive(Debug)]
pub(crate) struct InFlight<K: Eq + Hash = IpAddr> {
    /// 0 counts nothing.
    most: usize,
    now: Mutex<HashMap<K, usize>>,
}

/// A request under way; it counts until this is dropped.
#[derive(Debug)]
pub(crate) struct Counted<K: Eq + Hash = IpAddr> {
    of: Arc<InFlight<K>>,
    client: K,
}

impl<K: Eq + Hash + Clone> InFlight<K> {
    #[must_use]
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            now: Mutex::new(HashMap::new()),
        }
    }

    /// Counts a request; none when the client has as many as it may have and `make_room` finds none that gives way.
    #[must_use]
    pub(crate) fn enter(self: &Arc<Self>, client: K, make_room: impl FnOnce() -> bool) -> Option<Counted<K>> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let own = now.entry(client.clone()).or_default();
        if self.most > 0 && *own >= self.most && !make_room() {
            return None;
        }
        *own += 1;
        Some(Counted {
            of: Arc::clone(self),
            client,
        })
    }
}

impl<K: Eq + Hash> Drop for Counted<K> {
    fn drop(&mut self) {
        let mut now = self.of.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = now.get_mut(&self.client) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                now.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_client_has_its_own_number_and_gets_it_back() {
        let flight = Arc::new(InFlight::new(2));
        let enter = |from: &str| flight.enter(ip(from), || false);
        let first = enter("203.0.113.1").unwrap();
        let _second = enter("203.0.113.1").unwrap();
        assert!(enter("203.0.113.1").is_none());
        assert!(enter("203.0.113.2").is_some(), "others go on");
        assert!(
            flight.enter(ip("203.0.113.1"), || true).is_some(),
            "a body that stood still made room"
        );
        drop(first);
        assert!(enter("203.0.113.1").is_some());
        assert_eq!(flight.now.lock().unwrap().len(), 1, "who is gone is forgotten");
        let unbounded = Arc::new(InFlight::new(0));
        let all: Vec<_> = (0..5_000)
            .map(|_| unbounded.enter(ip("203.0.113.1"), || false))
            .collect();
        assert!(all.iter().all(Option::is_some));
    }
}
