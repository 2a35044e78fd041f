//! What an instructor designs. In the standard it becomes an `Achievement` (Open Badges 3.0, section B.1).

use chrono::{DateTime, Months, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{BadgeId, CourseId, RuleId, TenantId};

/// A badge of one course.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Badge {
    pub(crate) id: BadgeId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    pub(crate) state: BadgeState,
    pub(crate) design: Design,
    /// The rule that decides now; none while the badge is a draft.
    pub(crate) active_rule: Option<RuleId>,
    /// Counts edits of the design, from 1; an edit names the revision it started from.
    pub(crate) revision: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Where a badge stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum BadgeState {
    /// Being designed; awards nothing.
    Draft,
    /// Its rule decides.
    Active,
    /// Its rule cannot decide; nothing is awarded until an instructor acts. `reason` is a sentence for the instructor.
    Paused { reason: String },
    /// Awards nothing more; what was awarded stays.
    Retired,
}

impl BadgeState {
    /// Whether nothing is decided until an instructor acts.
    #[must_use]
    pub(crate) const fn rests(&self) -> bool {
        matches!(self, Self::Paused { .. })
    }
}

/// Everything about a badge that its holder and a verifier see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Design {
    /// 1 to 100 characters.
    pub(crate) name: String,
    /// What its holder can do: one sentence, up to 300 characters.
    pub(crate) outcome: String,
    /// Plain text, up to 2,000 characters.
    pub(crate) description: String,
    /// Markdown, up to 10,000 characters.
    pub(crate) criteria: String,
    pub(crate) picture: Picture,
    /// What the picture shows, for those who do not see it. Up to 300 characters.
    pub(crate) picture_alt: String,
    pub(crate) kind: Kind,
    /// Hours of work, if declared.
    pub(crate) hours: Option<Decimal>,
    /// Credits, if declared.
    pub(crate) credits: Option<Decimal>,
    /// A level of a framework in its own words (for instance "EQF 4"), if declared.
    pub(crate) level: Option<String>,
    pub(crate) alignments: Vec<Alignment>,
    pub(crate) expiry: Expiry,
    /// Whether the signed credential carries the score.
    pub(crate) show_score: bool,
}

/// What kind of proof stands behind a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Shown by tests.
    Knowledge,
    /// Shown by an artefact that somebody assessed: its rule must name an evidence activity.
    Application,
    /// Given for taking part or for a contribution.
    Recognition,
}

impl Kind {
    /// Every kind, in the order in which a form offers them.
    pub(crate) const ALL: [Self; 3] = [Self::Knowledge, Self::Application, Self::Recognition];

    /// The word on screen and in the database.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Knowledge => "Knowledge",
            Self::Application => "Application",
            Self::Recognition => "Recognition",
        }
    }
}

/// Where the picture comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub(crate) enum Picture {
    /// Drawn by Cairn.
    Drawn {
        /// One to three letters.
        initials: String,
        shape: Shape,
        /// `#rrggbb`.
        colour: String,
    },
    /// Uploaded; the bytes lie in the blob store under this digest.
    Uploaded {
        /// SHA-256 in lower-case hex.
        digest: String,
        /// `image/png` or `image/svg+xml`.
        media_type: String,
    },
}

/// The outline of a drawn picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    Hexagon,
    Circle,
    Shield,
    /// Stacked stones: for a badge that is earned by badges.
    Stones,
}

/// A link to a skill in a framework (Open Badges 3.0, `Alignment`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alignment {
    pub(crate) name: String,
    /// The address that identifies the skill; ESCO's begin with http.
    pub(crate) url: String,
    pub(crate) code: Option<String>,
    pub(crate) framework: Option<String>,
}

/// How long an award is valid; fixed when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "expires", rename_all = "snake_case")]
pub(crate) enum Expiry {
    Never,
    /// All awards end at one moment.
    On {
        at: DateTime<Utc>,
    },
    /// Each award ends so many months after it was made.
    AfterMonths {
        months: u32,
    },
    /// Each award ends so many days after it was made.
    AfterDays {
        days: u32,
    },
}

impl Expiry {
    /// When an award made at `awarded_at` ends; `None` for never.
    #[must_use]
    pub(crate) fn end(self, awarded_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Never => None,
            Self::On { at } => Some(at),
            Self::AfterMonths { months } => awarded_at.checked_add_months(Months::new(months)),
            Self::AfterDays { days } => awarded_at.checked_add_signed(TimeDelta::days(i64::from(days))),
        }
    }

    /// Whether an award made at `now` would be valid for any time at all. Where the fixed end has passed, nothing more
    /// is awarded: it would be expired from birth, and every check would open one more cycle.
    #[must_use]
    pub(crate) fn leaves_time(self, now: DateTime<Utc>) -> bool {
        self.end(now).is_none_or(|end| end > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{days, now};

    #[test]
    fn an_award_ends_as_its_badge_says() {
        assert_eq!(Expiry::Never.end(now()), None);
        assert_eq!(Expiry::On { at: days(9) }.end(now()), Some(days(9)));
        assert_eq!(Expiry::AfterDays { days: 30 }.end(now()), Some(days(30)));
    }

    #[test]
    fn a_fixed_end_that_has_come_leaves_no_time() {
        assert!(Expiry::Never.leaves_time(now()));
        assert!(Expiry::AfterDays { days: 1 }.leaves_time(now()));
        assert!(Expiry::On { at: days(1) }.leaves_time(now()));
        assert!(!Expiry::On { at: now() }.leaves_time(now()));
        assert!(!Expiry::On { at: days(-1) }.leaves_time(now()));
    }

    #[test]
    fn months_end_on_the_same_day_or_the_last_of_a_shorter_month() {
        let end = |from: &str, months| Expiry::AfterMonths { months }.end(from.parse().unwrap());
        assert_eq!(
            end("2026-11-23T10:42:00Z", 36),
            Some("2029-11-23T10:42:00Z".parse().unwrap())
        );
        assert_eq!(
            end("2027-01-31T00:00:00Z", 1),
            Some("2027-02-28T00:00:00Z".parse().unwrap())
        );
    }

    #[test]
    fn an_expiry_is_stored_as_json_without_loss() {
        for expiry in [
            Expiry::Never,
            Expiry::On { at: now() },
            Expiry::AfterMonths { months: 36 },
        ] {
            let text = serde_json::to_string(&expiry).unwrap();
            assert_eq!(serde_json::from_str::<Expiry>(&text).unwrap(), expiry);
        }
    }
}
