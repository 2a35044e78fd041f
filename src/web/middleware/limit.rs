//! How often one client may ask for what needs no visit: logins, launches, public pages, pictures.
//!
//! A school sits behind one address, so the numbers are a school's and not a person's: they stop a machine that asks
//! without end, not a class that arrives at ten. Pages of a visit are not counted; their token is.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::web;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use ipnet::IpNet;

use crate::service::base::addresses::{self, ASSET, LAUNCH, LOGIN, folder};
use crate::service::base::error::ServiceError;
use crate::web::paths::{COURSE_HOME, HEALTHZ, READYZ, SHOWN, VERIFY_FOR_OTHERS};

/// Pictures are many to a page.
const PICTURES: u32 = 10;
/// Of what a school's people ask for in a minute, so much is left to the notices of their platform: each is signed, and
/// looking at a signature costs more than serving a page.
const NOTICES: u32 = 5;
/// What stands in the address by which all badges of a collection are checked.
const CHECK: &str = "/check/";
/// After so many requests, clients that have been quiet are forgotten.
const SWEEP: usize = 10_000;

/// The counters of all clients, shared by all threads of the server.
#[derive(Debug)]
pub(crate) struct Limits {
    /// None counts nothing.
    counters: Option<Counters>,
    trusted_proxies: Vec<IpNet>,
    seen: AtomicUsize,
}

#[derive(Debug)]
struct Counters {
    launches: DefaultKeyedRateLimiter<IpAddr>,
    notices: DefaultKeyedRateLimiter<IpAddr>,
    pages: DefaultKeyedRateLimiter<IpAddr>,
    pictures: DefaultKeyedRateLimiter<IpAddr>,
}

impl Counters {
    /// The counter of an address; none for what a visit's token guards, and for what costs nothing.
    fn of(&self, path: &str) -> Option<&DefaultKeyedRateLimiter<IpAddr>> {
        let below = |folder: &str| path.starts_with(folder);
        if below(folder(COURSE_HOME)) || below(folder(ASSET)) || matches!(path, HEALTHZ | READYZ) {
            None
        } else if below(LOGIN) || below(LAUNCH) {
            Some(&self.launches)
        } else if below(addresses::NOTICES)
            || path == VERIFY_FOR_OTHERS
            || (below(folder(SHOWN)) && path.contains(CHECK))
        {
            // Both make work for more than one page.
            Some(&self.notices)
        } else if below(addresses::PICTURES) {
            Some(&self.pictures)
        } else {
            Some(&self.pages)
        }
    }

    fn all(&self) -> [&DefaultKeyedRateLimiter<IpAddr>; 4] {
        [&self.launches, &self.notices, &self.pages, &self.pictures]
    }
}

impl Limits {
    /// `per_minute` requests of each kind for each client, which may also come at once; 0 counts nothing. Clients behind
    /// `trusted_proxies` are told apart by `X-Forwarded-For`.
    #[must_use]
    pub(crate) fn new(per_minute: u32, trusted_proxies: Vec<IpNet>) -> Self {
        let counters = NonZeroU32::new(per_minute).map(|number| {
            let counter = |number: u32| {
                let number = NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
                DefaultKeyedRateLimiter::keyed(Quota::per_minute(number))
            };
            let number = number.get();
            Counters {
                launches: counter(number),
                notices: counter(number / NOTICES),
                pages: counter(number),
                pictures: counter(number.saturating_mul(PICTURES)),
            }
        });
        Self {
            counters,
            trusted_proxies,
            seen: AtomicUsize::new(0),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// [`ServiceError::TooMany`] with the wait in seconds.
    pub(crate) fn check(&self, path: &str, peer: IpAddr, headers: &HeaderMap) -> Result<(), ServiceError> {
        let Some(counter) = self.counters.as_ref().and_then(|counters| counters.of(path)) else {
            return Ok(());
        };
        if self.seen.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            for counter in self.counters.iter().flat_map(Counters::all) {
                counter.retain_recent();
            }
        }
        let client = network(self.client(peer, headers));
        counter.check_key(&client).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            ServiceError::TooMany {
                seconds: wait.as_secs() + 1,
            }
        })
    }

    /// Who asks: the peer, or behind trusted proxies the last address that none of them vouches for.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let trusted = |address: IpAddr| {
            let address = address.to_canonical();
            self.trusted_proxies.iter().any(|known| known.contains(&address))
        };
        let mut client = peer;
        // A proxy adds its own words to whatever it was sent, which need not be text.
        let lines: Vec<&[u8]> = headers
            .get_all("x-forwarded-for")
            .map(HeaderValue::as_bytes)
            .collect();
        let mut named = lines
            .iter()
            .rev()
            .flat_map(|line| line.rsplit(|byte| *byte == b','));
        while trusted(client) {
            let before = named.next().and_then(|text| std::str::from_utf8(text).ok());
            match before.and_then(|text| address(text.trim())) {
                Some(before) => client = before,
                None => break,
            }
        }
        client
    }
}

/// An address as proxies write it, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

/// What counts as one client: an IPv4 address, or the IPv6 network of 64 bits that a household is given.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Lets a request pass before anything of ours has looked at it.
///
/// # Errors
/// As [`Limits::check`].
pub(super) fn pass(request: &ServiceRequest) -> Result<(), ServiceError> {
    let limits = request.app_data::<web::Data<Limits>>();
    let (Some(limits), Some(peer)) = (limits, request.peer_addr()) else {
        return Ok(());
    };
    // The path as routes are found by it: a letter may be written as `%6f`.
    limits.check(request.match_info().as_str(), peer.ip(), request.headers())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let name = HeaderName::from_static("x-forwarded-for");
            headers.append(name, HeaderValue::from_static(line));
        }
        headers
    }

    #[test]
    fn each_client_has_its_own_counter_for_each_kind() {
        let limits = Limits::new(3, Vec::new());
        let ask = |path: &str, from: &str| limits.check(path, ip(from), &HeaderMap::new()).is_ok();
        for _ in 0..3 {
            assert!(ask("/lti/login", "203.0.113.1"));
        }
        assert!(
            !ask("/lti/launch", "203.0.113.1"),
            "logins and launches count together"
        );
        assert!(ask("/b/x", "203.0.113.1"), "pages count apart");
        assert!(ask("/lti/login", "203.0.113.2"), "and so do other clients");
        for _ in 0..100 {
            assert!(ask("/c/course", "203.0.113.1") && ask("/healthz", "203.0.113.1"));
        }
        assert_eq!(
            (0..100).filter(|_| ask("/p/drawn.svg", "203.0.113.1")).count(),
            30
        );
    }

    #[test]
    fn notices_count_apart_and_a_fifth_as_many_are_let_in() {
        let limits = Limits::new(20, Vec::new());
        let ask = |path: &str| limits.check(path, ip("203.0.113.1"), &HeaderMap::new()).is_ok();
        assert_eq!((0..20).filter(|_| ask("/lti/notices")).count(), 4);
        assert!(
            ask("/lti/launch") && ask("/b/x"),
            "a platform that talks too much keeps nobody from launching"
        );
        let limits = Limits::new(20, Vec::new());
        let ask = |path: &str| limits.check(path, ip("203.0.113.1"), &HeaderMap::new()).is_ok();
        assert_eq!((0..20).filter(|_| ask("/w/token/check/sheet")).count(), 4);
        assert!(ask("/w/token"), "a collection is a page as any other");
        let few = Limits::new(2, Vec::new());
        assert!(
            few.check("/lti/notices", ip("203.0.113.1"), &HeaderMap::new())
                .is_ok()
        );
    }

    #[test]
    fn an_ipv6_client_cannot_change_its_address_to_begin_anew() {
        let limits = Limits::new(2, Vec::new());
        let ask = |from: &str| limits.check("/b/x", ip(from), &HeaderMap::new()).is_ok();
        assert!(ask("2001:db8:1:2::1") && ask("2001:db8:1:2:ffff::9"));
        assert!(!ask("2001:db8:1:2:3:4:5:6"));
        assert!(ask("2001:db8:1:3::1"), "the next network is another client");
        assert!(ask("::ffff:198.51.100.1") && ask("198.51.100.1"));
        assert!(!ask("::ffff:198.51.100.1"), "two spellings of one address");
    }

    #[test]
    fn zero_counts_nothing() {
        let limits = Limits::new(0, Vec::new());
        assert!((0..10_000).all(|_| {
            limits
                .check("/lti/login", ip("203.0.113.1"), &HeaderMap::new())
                .is_ok()
        }));
    }

    #[test]
    fn the_wait_is_told_in_seconds() {
        let limits = Limits::new(1, Vec::new());
        let ask = || limits.check("/b/x", ip("203.0.113.1"), &HeaderMap::new());
        ask().unwrap();
        let Err(ServiceError::TooMany { seconds }) = ask() else {
            panic!("it is the second request in a minute")
        };
        assert!((1..=61).contains(&seconds), "{seconds}");
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
        let behind = Limits::new(9, vec!["10.0.0.0/8".parse().unwrap()]);
        let header = forwarded(&["1.1.1.1, 203.0.113.7", "10.0.0.2"]);
        // The left end is whatever the client wrote; only what trusted proxies added counts.
        assert_eq!(behind.client(ip("10.0.0.1"), &header), ip("203.0.113.7"));
        assert_eq!(behind.client(ip("198.51.100.1"), &header), ip("198.51.100.1"));
        assert_eq!(
            Limits::new(9, Vec::new()).client(ip("10.0.0.1"), &header),
            ip("10.0.0.1")
        );
        for (text, client) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("nonsense", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(
                behind.client(ip("10.0.0.1"), &forwarded(&[text])),
                ip(client),
                "{text}"
            );
        }
        assert_eq!(
            behind.client(ip("::ffff:10.0.0.1"), &forwarded(&["203.0.113.7"])),
            ip("203.0.113.7")
        );
        // Whatever a client sent before the proxy added its own words to it.
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_bytes(b"\xff\xfe, 203.0.113.7").unwrap();
        headers.append(HeaderName::from_static("x-forwarded-for"), line);
        assert_eq!(behind.client(ip("10.0.0.1"), &headers), ip("203.0.113.7"));
    }
}
