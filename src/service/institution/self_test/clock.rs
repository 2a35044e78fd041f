//! Whether the platform's clock and ours agree.

use chrono::TimeDelta;

use super::{Finding, LastSeen, Verdict};
use crate::service::Cairn;
use lti::error::KeySetError;
use lti::keys::Probe;

/// A clock that is off by more than this deserves a word; launches fail from a minute on.
const REMARK: TimeDelta = TimeDelta::seconds(5);
/// Services refuse us from here on: our assertions are backdated by 30 seconds.
const FAILURE: TimeDelta = TimeDelta::seconds(25);

/// Our clock less the platform's: as its server says now, or else as the last launch showed it. A launch from a clock
/// that is far off is refused and leaves nothing behind, so the server is asked first.
pub(super) fn skew(
    cairn: &Cairn,
    looked: Option<&Result<Probe, KeySetError>>,
    last_seen: Option<&LastSeen>,
) -> Option<TimeDelta> {
    let look = looked.and_then(|looked| looked.as_ref().ok());
    let time = look.and_then(|look| look.time);
    time.map(|time| cairn.clock.now() - time)
        .or_else(|| last_seen.map(|seen| seen.clock_skew))
}

/// Whether services refuse us for it.
pub(super) fn is_off(skew: Option<TimeDelta>) -> bool {
    skew.is_some_and(|skew| skew.abs() > FAILURE)
}

pub(super) fn finding(skew: TimeDelta) -> Finding {
    let verdict = if is_off(Some(skew)) {
        Verdict::Failure
    } else if skew.abs() > REMARK {
        Verdict::Remark
    } else {
        Verdict::Good
    };
    Finding::Clock { skew, verdict }
}
