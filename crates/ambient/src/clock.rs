//! Time as a parameter: the operating system's clock in production, one that is moved by hand in tests.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};

/// Where a component asks what time it is.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment in UTC, in whole microseconds: what common databases store without loss.
    fn now(&self) -> DateTime<Utc>;

    /// How much time has passed since a moment that stays the same for this process. Nobody sets it: for pauses, which
    /// must be neither endless nor over at once because [`Clock::now`] was put right.
    fn steady(&self) -> Duration;
}

/// A clock that can be shared between workers.
pub type SharedClock = Arc<dyn Clock>;

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    fn steady(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct ManualClock {
    /// Microseconds since 1970.
    shown: AtomicI64,
    /// Microseconds since it was made.
    passed: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `start`, in whole microseconds.
    #[must_use]
    pub fn at(start: DateTime<Utc>) -> Self {
        Self {
            shown: AtomicI64::new(start.timestamp_micros()),
            passed: AtomicI64::new(0),
        }
    }

    /// Lets time pass.
    pub fn advance(&self, by: chrono::TimeDelta) {
        let micros = by.num_microseconds().unwrap_or(0);
        self.shown.fetch_add(micros, Ordering::SeqCst);
        self.passed.fetch_add(micros.max(0), Ordering::SeqCst);
    }

    /// Puts the clock forward or, where `by` is negative, back: it shows another time, and none has passed.
    pub fn set(&self, by: chrono::TimeDelta) {
        self.shown
            .fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.shown.load(Ordering::SeqCst)).unwrap_or_default()
    }

    fn steady(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.passed.load(Ordering::SeqCst)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_counts_whole_microseconds() {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000, 0);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        clock.advance(chrono::TimeDelta::seconds(90));
        assert_eq!(clock.now().timestamp(), 90);
    }

    #[test]
    fn time_passes_the_same_way_whatever_a_clock_is_set_to() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        clock.set(chrono::TimeDelta::days(2));
        assert_eq!(
            (clock.now().timestamp(), clock.steady()),
            (172_800, Duration::ZERO)
        );
        clock.advance(chrono::TimeDelta::seconds(3));
        clock.set(chrono::TimeDelta::days(-2));
        assert_eq!(
            (clock.now().timestamp(), clock.steady()),
            (3, Duration::from_secs(3))
        );
        let before = SystemClock.steady();
        assert!(SystemClock.steady() >= before);
    }
}
