//! The fact that somebody earned a badge.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::policy::Regrade as Regraded;
use crate::ids::{AwardId, BadgeId, DecisionId, PersonId, RegradeId, TenantId};

/// An award. At most one exists for each person, badge and cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Award {
    pub(crate) id: AwardId,
    pub(crate) tenant: TenantId,
    pub(crate) badge: BadgeId,
    pub(crate) person: PersonId,
    /// The term of validity, from 1: expiry opens the next one, revocation does not.
    pub(crate) cycle: i32,
    /// The decision that led to it.
    pub(crate) decision: DecisionId,
    pub(crate) awarded_at: DateTime<Utc>,
    /// Fixed when the award was made; `None` for never.
    pub(crate) valid_until: Option<DateTime<Utc>>,
    pub(crate) revocation: Option<Revocation>,
    /// Since when it is under review and counts for nothing; `None` when nobody reviews it, or it counts meanwhile.
    pub(crate) suspended_since: Option<DateTime<Utc>>,
}

/// Who took it back, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revocation {
    pub(crate) at: DateTime<Utc>,
    /// None for an administrator outside the LMS, whom the audit log names.
    pub(crate) by: Option<PersonId>,
    /// 1 to 500 characters; shown to the holder and, as the state, to verifiers.
    pub(crate) reason: String,
}

/// A holder no longer meets the rule that an award rests on: somebody looks at it and decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Regrade {
    pub(crate) id: RegradeId,
    pub(crate) tenant: TenantId,
    pub(crate) badge: BadgeId,
    pub(crate) person: PersonId,
    pub(crate) award: AwardId,
    /// What the institution's policy said when it was found.
    pub(crate) policy: Regraded,
    pub(crate) state: RegradeState,
    pub(crate) found_at: DateTime<Utc>,
}

/// Where that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RegradeState {
    /// Nobody has decided.
    Open,
    /// The badge stays; the rule is not met again yet.
    Kept,
    /// The badge was revoked for it.
    Revoked,
    /// The rule is met again, or the award ended otherwise.
    Over,
}

/// How long before the end of its term a badge is said to lapse.
pub(crate) const LAPSES_SOON: TimeDelta = TimeDelta::days(30);
/// How long before it that is pressing.
pub(crate) const LAPSES_VERY_SOON: TimeDelta = TimeDelta::days(7);

/// How near the end of its term a badge is that is still held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lapse {
    /// Within [`LAPSES_SOON`].
    Soon,
    /// Within [`LAPSES_VERY_SOON`].
    VerySoon,
}

/// What an award is worth at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    InForce,
    /// Under review: it counts for nothing until somebody has decided.
    Suspended,
    Expired,
    Revoked,
}

impl Standing {
    /// Whether it is held: in force, or under review with nothing taken away.
    #[must_use]
    pub(crate) fn is_held(self) -> bool {
        match self {
            Self::InForce | Self::Suspended => true,
            Self::Expired | Self::Revoked => false,
        }
    }
}

impl Award {
    /// What it is worth at `now`. The end itself is no longer in force; revocation outlasts expiry, and expiry a review.
    #[must_use]
    pub(crate) fn standing(&self, now: DateTime<Utc>) -> Standing {
        if self.revocation.is_some() {
            Standing::Revoked
        } else if self.valid_until.is_some_and(|end| end <= now) {
            Standing::Expired
        } else if self.suspended_since.is_some() {
            Standing::Suspended
        } else {
            Standing::InForce
        }
    }

    /// How near its end is; `None` when it is far off, past, or of no matter any more.
    #[must_use]
    pub(crate) fn lapse(&self, now: DateTime<Utc>) -> Option<Lapse> {
        let left = self.valid_until.filter(|_| self.standing(now).is_held())? - now;
        if left <= LAPSES_VERY_SOON {
            Some(Lapse::VerySoon)
        } else if left <= LAPSES_SOON {
            Some(Lapse::Soon)
        } else {
            None
        }
    }
}

/// The cycle in which somebody may be awarded now, given the latest award: the first without one, the next after an
/// expired one, none while one is in force or after one was revoked.
#[must_use]
pub(crate) fn open_cycle(latest: Option<&Award>, now: DateTime<Utc>) -> Option<i32> {
    match latest {
        None => Some(1),
        Some(award) => match award.standing(now) {
            Standing::Expired => Some(award.cycle.saturating_add(1)),
            Standing::InForce | Standing::Suspended | Standing::Revoked => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{award, days, now};

    #[test]
    fn the_first_award_opens_the_first_cycle() {
        assert_eq!(open_cycle(None, now()), Some(1));
    }

    #[test]
    fn an_expired_holder_can_earn_again_from_the_moment_of_expiry() {
        assert_eq!(open_cycle(Some(&award(1, Some(now()), false)), now()), Some(2));
        assert_eq!(open_cycle(Some(&award(4, Some(days(-1)), false)), now()), Some(5));
    }

    #[test]
    fn an_award_in_force_opens_no_cycle() {
        assert_eq!(open_cycle(Some(&award(1, None, false)), now()), None);
        assert_eq!(open_cycle(Some(&award(1, Some(days(1)), false)), now()), None);
    }

    #[test]
    fn a_review_suspends_what_is_in_force_and_ends_with_expiry_or_revocation() {
        let reviewed = |valid_until, revoked| Award {
            suspended_since: Some(days(-3)),
            ..award(1, valid_until, revoked)
        };
        for (held, standing, cycle) in [
            (reviewed(None, false), Standing::Suspended, None),
            (reviewed(Some(days(1)), false), Standing::Suspended, None),
            (reviewed(Some(now()), false), Standing::Expired, Some(2)),
            (reviewed(Some(days(1)), true), Standing::Revoked, None),
        ] {
            assert_eq!(held.standing(now()), standing, "{held:?}");
            assert_eq!(open_cycle(Some(&held), now()), cycle, "{held:?}");
        }
    }

    #[test]
    fn who_holds_a_badge_is_reminded_in_its_last_month_and_pressed_in_its_last_week() {
        for (end, revoked, lapse) in [
            (None, false, None),
            (Some(31), false, None),
            (Some(30), false, Some(Lapse::Soon)),
            (Some(8), false, Some(Lapse::Soon)),
            (Some(7), false, Some(Lapse::VerySoon)),
            (Some(1), false, Some(Lapse::VerySoon)),
            (Some(0), false, None),
            (Some(-1), false, None),
            (Some(7), true, None),
        ] {
            let award = award(1, end.map(days), revoked);
            assert_eq!(award.lapse(now()), lapse, "{end:?} {revoked}");
        }
    }

    #[test]
    fn revocation_opens_no_cycle_even_after_the_term_has_run_out() {
        assert_eq!(open_cycle(Some(&award(1, None, true)), now()), None);
        assert_eq!(open_cycle(Some(&award(1, Some(days(-1)), true)), now()), None);
        assert_eq!(award(1, Some(days(-1)), true).standing(now()), Standing::Revoked);
    }
}
