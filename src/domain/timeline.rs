//! "How I learned this": what a holder did for one of their badges or for all of them, as they show it to others.

use chrono::{DateTime, Utc};

use crate::ids::{AwardId, PersonId, TenantId, TimelineId};

/// A timeline that is or was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timeline {
    pub(crate) id: TimelineId,
    pub(crate) tenant: TenantId,
    pub(crate) person: PersonId,
    /// None: of all awards.
    pub(crate) award: Option<AwardId>,
    /// SHA-256 of the secret part of its address, in hex.
    pub(crate) digest: String,
    /// That secret part, where anybody may open it; a link's is told once and not kept.
    pub(crate) slug: Option<String>,
    pub(crate) shows: Shows,
    pub(crate) made_at: DateTime<Utc>,
    /// The end itself is no longer in time; none: until it is withdrawn.
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
}

/// What of it is shown beside badges and days; all off at first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shows {
    /// The holder's name as the LMS gives it.
    pub(crate) name: bool,
    /// Grades, and the work that was handed in.
    pub(crate) evidence: bool,
}

impl Timeline {
    /// Whether it opens at `now`.
    #[must_use]
    pub(crate) fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.withdrawn_at.is_none() && self.until.is_none_or(|until| now < until)
    }

    /// Whether anybody may open it who has its address, which is told again.
    #[must_use]
    pub(crate) fn is_public(&self) -> bool {
        self.slug.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{days, now};

    #[test]
    fn it_is_open_until_its_end_or_until_it_is_withdrawn() {
        let timeline = |until, withdrawn_at| Timeline {
            id: "t".into(),
            tenant: "n".into(),
            person: "p".into(),
            award: None,
            digest: String::new(),
            slug: None,
            shows: Shows::default(),
            made_at: days(-1),
            until,
            withdrawn_at,
        };
        assert!(timeline(None, None).is_open(now()));
        assert!(timeline(Some(days(1)), None).is_open(now()));
        assert!(!timeline(Some(now()), None).is_open(now()));
        assert!(!timeline(Some(days(1)), Some(days(-1))).is_open(now()));
        assert!(!timeline(None, Some(now())).is_open(now()));
    }
}
