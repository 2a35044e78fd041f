//! Timestamps of scores: strictly increasing for each line item and person, as LTI-AGS 2.0 (section 3.4.6) asks.
//!
//! Moodle compares whole seconds, refuses an equal one, and a timestamp ahead of its clock locks out every later score
//! until then. So there, the next free second is waited for rather than written down early.

use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use moka::future::Cache;
use moka::ops::compute::Op;
use url::Url;

use crate::registration::Flavour;
use crate::registration::RegistrationId;

/// A longer wait for a free second is not worth it: something set a timestamp far in the future.
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(5);

/// Whose score: registration, line item, user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ScoreKey(pub RegistrationId, pub Url, pub String);

/// The last timestamps used, as far as this process remembers.
#[derive(Debug)]
pub(crate) struct ScoreTimes(Cache<ScoreKey, DateTime<Utc>>);

impl Default for ScoreTimes {
    fn default() -> Self {
        Self(
            Cache::builder()
                .max_capacity(50_000)
                .time_to_live(Duration::from_mins(10))
                .build(),
        )
    }
}

/// A timestamp and how long to wait until it may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub timestamp: DateTime<Utc>,
    pub wait: Duration,
}

/// The first timestamp from `wanted` on that is later than `last`, or `None` when it lies too far ahead.
pub(crate) fn slot(
    flavour: Flavour,
    last: Option<DateTime<Utc>>,
    wanted: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Slot> {
    let after = |last: DateTime<Utc>, step| last.checked_add_signed(step).unwrap_or(last);
    if flavour == Flavour::Moodle {
        let wanted = wanted.min(now).trunc_subsecs(3);
        let free = last.map(|last| after(last.trunc_subsecs(0), TimeDelta::seconds(1)));
        let timestamp = free.map_or(wanted, |free| free.max(wanted));
        let wait = (timestamp - now).max(TimeDelta::zero());
        return (wait <= LONGEST_WAIT).then(|| Slot {
            timestamp,
            wait: wait.to_std().unwrap_or_default(),
        });
    }
    let wanted = wanted.trunc_subsecs(3);
    let free = last.map(|last| after(last.trunc_subsecs(3), TimeDelta::milliseconds(1)));
    Some(Slot {
        timestamp: free.map_or(wanted, |free| free.max(wanted)),
        wait: Duration::ZERO,
    })
}

impl ScoreTimes {
    /// Takes the next free timestamp for `key`.
    pub(crate) async fn reserve(
        &self,
        key: ScoreKey,
        flavour: Flavour,
        wanted: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Slot> {
        let mut taken = None;
        self.0
            .entry(key)
            .and_compute_with(async |present| {
                taken = slot(flavour, present.map(moka::Entry::into_value), wanted, now);
                taken.map_or(Op::Nop, |slot| Op::Put(slot.timestamp))
            })
            .await;
        taken
    }

    /// Remembers a timestamp that the platform holds.
    pub(crate) async fn observe(&self, key: ScoreKey, timestamp: DateTime<Utc>) {
        self.0
            .entry(key)
            .and_upsert_with(async |present| {
                present.map_or(timestamp, |last| last.into_value().max(timestamp))
            })
            .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    fn key() -> ScoreKey {
        ScoreKey(
            "r".into(),
            Url::parse("https://lms.example/1/lineitem?type_id=1").unwrap(),
            "5".to_owned(),
        )
    }

    #[tokio::test]
    async fn moodle_waits_for_a_new_second() {
        let times = ScoreTimes::default();
        let now = at(10_250);
        let mut slots = Vec::new();
        for _ in 0..3 {
            slots.push(times.reserve(key(), Flavour::Moodle, now, now).await.unwrap());
        }
        let expected = [(10_250, 0), (11_000, 750), (12_000, 1_750)];
        for (slot, (millis, wait)) in slots.into_iter().zip(expected) {
            assert_eq!(
                slot,
                Slot {
                    timestamp: at(millis),
                    wait: Duration::from_millis(wait)
                }
            );
        }
    }

    #[tokio::test]
    async fn another_person_need_not_wait_and_a_future_result_is_not_waited_for() {
        let times = ScoreTimes::default();
        let now = at(10_000);
        times.observe(key(), at(99_000)).await;
        times.observe(key(), at(10_000)).await;
        assert_eq!(times.reserve(key(), Flavour::Moodle, now, now).await, None);
        let other = ScoreKey("r".into(), key().1, "6".to_owned());
        assert_eq!(
            times
                .reserve(other, Flavour::Moodle, now, now)
                .await
                .unwrap()
                .wait,
            Duration::ZERO
        );
    }

    #[test]
    fn elsewhere_a_millisecond_is_enough() {
        let slot = slot(Flavour::Canvas, Some(at(10_250)), at(10_250), at(10_250)).unwrap();
        assert_eq!(
            slot,
            Slot {
                timestamp: at(10_251),
                wait: Duration::ZERO
            }
        );
    }

    proptest! {
        #[test]
        fn a_moodle_timestamp_is_in_a_new_second_and_never_sent_ahead_of_time(
            last in proptest::option::of(0_i64..20_000), wanted in 0_i64..20_000, now in 0_i64..20_000,
        ) {
            if let Some(slot) = slot(Flavour::Moodle, last.map(at), at(wanted), at(now)) {
                if let Some(last) = last {
                    prop_assert!(slot.timestamp.timestamp() > at(last).timestamp());
                }
                let sent = at(now) + TimeDelta::from_std(slot.wait).unwrap();
                prop_assert!(slot.timestamp <= sent);
            }
        }
    }
}
