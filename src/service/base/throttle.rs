//! How often somebody may try to sign in: from one address, at one account, and in a browser in which they did before. How often
//! one host is asked because of a badge that anybody brought, and how often a code that joins accounts.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::SharedClock;
use crate::ids::{PersonId, TenantId};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{AccountRefusal, JoinRefusal};

/// From one address: 20 at once, then one each 6 seconds. A whole staff room may share one.
const ADDRESS: (u32, Duration) = (20, Duration::from_secs(6));
/// At one account: 5 at once, then one each minute.
const ACCOUNT: (u32, Duration) = (5, Duration::from_mins(1));
/// Codes that join accounts, asked for or typed by one person: 10 at once, then one each minute.
const CODES: (u32, Duration) = (10, Duration::from_mins(1));
/// The same in one institution: 100 at once, then one each 3 seconds.
const CODES_OF_ALL: (u32, Duration) = (100, Duration::from_secs(3));
/// At one host, its neighbours of the same domain included, whoever has it asked: 300 at once, for an export of badges that are all hosted there, then one each 2 seconds.
const HOST: (u32, Duration) = (300, Duration::from_secs(2));
/// What stands below the domain of a country and is everybody's there: what somebody registered is one label longer.
const OF_EVERYBODY: [&str; 14] = [
    "ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "k12", "ne", "net", "or", "org", "sch",
];
/// So many addresses, accounts or hosts are remembered before those are forgotten that have been quiet.
const REMEMBERED: usize = 10_000;

type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, Ticks, NoOpMiddleware<Nanos>>;

/// Our clock as the limiter reads it: the one that nobody sets. Where a clock that was ahead is set right, whoever tried
/// before would be kept out until it is there again.
#[derive(Debug, Clone)]
struct Ticks(SharedClock);

impl Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.steady())
    }
}

/// Counts attempts, in this process.
#[derive(Debug)]
pub(crate) struct Throttle {
    addresses: Limiter,
    accounts: Limiter,
    /// Known browsers, each at one account.
    browsers: Limiter,
    hosts: Limiter,
    codes: Limiter,
    codes_of_all: Limiter,
}

impl Throttle {
    /// One that has seen nobody yet.
    #[must_use]
    pub(crate) fn new(clock: &SharedClock) -> Self {
        let limiter = |(burst, each): (u32, Duration)| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            let quota = Quota::with_period(each)
                .unwrap_or(Quota::per_minute(burst))
                .allow_burst(burst);
            Limiter::new(quota, DefaultKeyedStateStore::default(), Ticks(clock.clone()))
        };
        Self {
            addresses: limiter(ADDRESS),
            accounts: limiter(ACCOUNT),
            browsers: limiter(ACCOUNT),
            hosts: limiter(HOST),
            codes: limiter(CODES),
            codes_of_all: limiter(CODES_OF_ALL),
        }
    }

    /// Counts one attempt from that address at that account.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when it is one too many.
    pub(crate) fn attempt(&self, address: &str, account: &str) -> Result<(), ServiceError> {
        count(&self.addresses, address)?;
        count(&self.accounts, account)
    }

    /// Counts one attempt in a browser in which the owner of the account was let in before: strangers who try theirs at the
    /// same account, or from the same address, do not keep it out.
    ///
    /// # Errors
    /// As [`Throttle::attempt`].
    pub(crate) fn attempt_known(&self, browser: &str, account: &str) -> Result<(), ServiceError> {
        count(&self.browsers, &format!("{browser} {account}"))
    }

    /// Counts one question to that host, which strangers may have asked by what they send: names of one domain are one host, since
    /// whoever has it has as many as they like. `false`: it is one too many.
    pub(crate) fn may_ask(&self, host: &str) -> bool {
        count(&self.hosts, &domain(host)).is_ok()
    }

    /// Counts one attempt from that address at an account that is not known yet.
    ///
    /// # Errors
    /// As [`Throttle::attempt`].
    pub(crate) fn attempt_from(&self, address: &str) -> Result<(), ServiceError> {
        count(&self.addresses, address)
    }

    /// Counts a code that joins accounts, asked for or typed by that person: all their visits together, so that a new launch
    /// does not begin anew. Whoever tries too often takes nothing from what all of their institution may.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when it is one too many.
    pub(crate) fn code(&self, tenant: &TenantId, person: &PersonId) -> Result<(), ServiceError> {
        if is_let(&self.codes, person.as_str()) && is_let(&self.codes_of_all, tenant.as_str()) {
            Ok(())
        } else {
            Err(JoinRefusal::TooOften.into())
        }
    }
}

/// The domain that somebody registered, as far as that is told without a list of all suffixes; an address as it is.
fn domain(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        return host;
    }
    let mut labels = host.rsplit('.');
    let (Some(top), Some(second)) = (labels.next(), labels.next()) else {
        return host;
    };
    match labels.next() {
        Some(third) if top.len() == 2 && OF_EVERYBODY.contains(&second) => format!("{third}.{second}.{top}"),
        _ => format!("{second}.{top}"),
    }
}

fn count(limiter: &Limiter, key: &str) -> Result<(), ServiceError> {
    if is_let(limiter, key) {
        Ok(())
    } else {
        Err(AccountRefusal::Throttled.into())
    }
}

fn is_let(limiter: &Limiter, key: &str) -> bool {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    limiter.check_key(&key.to_owned()).is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn five_attempts_at_one_account_then_one_a_minute_and_others_are_not_kept_out() {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_795_478_400, 0).unwrap(),
        ));
        let shared: SharedClock = clock.clone();
        let throttle = Throttle::new(&shared);
        for _ in 0..5 {
            throttle.attempt("192.0.2.1", "ada").unwrap();
        }
        assert_eq!(
            throttle.attempt("192.0.2.2", "ada").unwrap_err().code(),
            "admin.throttled"
        );
        throttle.attempt("192.0.2.1", "ben").unwrap();
        clock.advance(TimeDelta::seconds(61));
        throttle.attempt("192.0.2.1", "ada").unwrap();
        assert!(throttle.attempt("192.0.2.1", "ada").is_err());
    }

    #[test]
    fn a_known_browser_is_kept_out_by_nobody_but_itself() {
        let shared: SharedClock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_795_478_400, 0).unwrap(),
        ));
        let throttle = Throttle::new(&shared);
        while throttle.attempt("192.0.2.1", "ada").is_ok() {}
        while throttle.attempt_from("192.0.2.1").is_ok() {}
        let tried = (0..20).filter(|_| throttle.attempt_known("browser", "ada").is_ok());
        assert_eq!(tried.count(), 5);
        throttle.attempt_known("browser", "ben").unwrap();
    }

    #[test]
    fn a_clock_that_is_set_keeps_nobody_out_and_lets_nobody_in() {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_795_478_400, 0).unwrap(),
        ));
        let shared: SharedClock = clock.clone();
        let throttle = Throttle::new(&shared);
        let tries = |account: &str| {
            let tries = (0..9).filter(|_| throttle.attempt("192.0.2.1", account).is_ok());
            tries.count()
        };
        clock.set(TimeDelta::days(2));
        assert_eq!(tries("ada"), 5);
        clock.set(TimeDelta::days(-2));
        assert_eq!(tries("ada"), 0);
        clock.advance(TimeDelta::minutes(2));
        assert_eq!(tries("ada"), 2, "two minutes are two minutes");
        clock.set(TimeDelta::days(2));
        assert_eq!(tries("ada"), 0);
    }

    #[test]
    fn one_host_is_asked_so_often_and_others_all_the_same() {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_795_478_400, 0).unwrap(),
        ));
        let shared: SharedClock = clock.clone();
        let throttle = Throttle::new(&shared);
        let asked = (0..400).filter(|_| throttle.may_ask("x.example"));
        assert_eq!(asked.count(), 300);
        assert!(throttle.may_ask("y.example"));
        clock.advance(TimeDelta::seconds(2));
        assert!(throttle.may_ask("a.x.example") && !throttle.may_ask("b.c.X.example."));
        for (host, registered) in [
            ("badges.school.ac.uk", "school.ac.uk"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(domain(host), registered);
        }
    }

    #[test]
    fn codes_are_tried_ten_times_by_one_and_a_hundred_times_by_all_of_an_institution() {
        let shared: SharedClock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_795_478_400, 0).unwrap(),
        ));
        let throttle = Throttle::new(&shared);
        let north = TenantId::from("north");
        let tries = |n: usize| {
            let person = PersonId::from(format!("person {n}"));
            (0..30).filter(|_| throttle.code(&north, &person).is_ok()).count()
        };
        assert_eq!(tries(0), 10);
        assert_eq!((1..20).map(tries).sum::<usize>(), 90, "of the hundred of all");
        let refused = throttle.code(&north, &"another".into()).unwrap_err();
        assert_eq!(refused.code(), "join.too-often");
        throttle.code(&"south".into(), &"another".into()).unwrap();
    }

    #[test]
    fn one_address_cannot_try_many_accounts_quickly() {
        let shared: SharedClock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_795_478_400, 0).unwrap(),
        ));
        let throttle = Throttle::new(&shared);
        let tried = (0..40).filter(|n| throttle.attempt("192.0.2.1", &format!("account-{n}")).is_ok());
        assert_eq!(tried.count(), 20);
        throttle.attempt("192.0.2.9", "account-41").unwrap();
    }
}
