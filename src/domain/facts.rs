//! What is known of one person at one moment, each fact with its source and the time it was read.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::evidence::SubmissionState;
use crate::domain::outside::OutsideGrade;
use crate::domain::rule::Amount;
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId};

/// Everything that rules may ask about one person. What is absent is unknown, never zero.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) grades: HashMap<LineItemId, Grade>,
    /// Grades in columns that are not released, none where there is none: they decide nothing, and no student is told
    /// whether there is one. No column is here and among `grades`.
    pub(crate) withheld: HashMap<LineItemId, Option<Grade>>,
    /// Grades in columns that are none of ours, each with its source: such as count, and no others.
    pub(crate) elsewhere: HashMap<OutsideColumnId, OutsideGrade>,
    /// What was handed in, in columns that are none of ours, as far as a source tells: also that nothing was.
    pub(crate) handed_in: HashMap<OutsideColumnId, HandedIn>,
    /// What was completed, as far as the LMS tells: also that it was not.
    pub(crate) completed: HashMap<OutsideColumnId, Completed>,
    pub(crate) evidence: HashMap<ActivityId, EvidenceFact>,
    /// Badges of this course that the person holds, the latest award of each.
    pub(crate) held: HashMap<BadgeId, Held>,
    /// Badges of issuers outside that are certainly theirs, latest first; none where the institution lets none count.
    pub(crate) external: Vec<External>,
    /// Badges that this person need not hold for the programme that is being decided, and since when.
    pub(crate) waived: HashMap<BadgeId, DateTime<Utc>>,
    /// The latest award of each badge that may count for one that the rule names, of whichever course.
    pub(crate) parts: Vec<Part>,
    /// The lineages of the badges that the rule names.
    pub(crate) lineages: HashMap<BadgeId, BadgeId>,
    /// Set when an instructor approved this person for the badge that is being decided.
    pub(crate) approval: Option<Approval>,
}

impl Facts {
    /// Whether the gradebook has a row of this person, released or not.
    #[must_use]
    pub(crate) fn has_row(&self) -> bool {
        !self.grades.is_empty() || !self.elsewhere.is_empty() || self.withheld.values().any(Option::is_some)
    }

    /// The badges of an issuer outside, or those of one of its achievements.
    pub(crate) fn external(
        &self,
        issuer: &str,
        achievement: Option<&str>,
    ) -> impl Iterator<Item = &External> {
        self.external.iter().filter(move |one| {
            one.issuer == issuer
                && achievement.is_none_or(|wanted| one.achievement.as_deref() == Some(wanted))
        })
    }

    /// The same once these columns are released.
    #[must_use]
    pub(crate) fn released(&self, which: impl Fn(&LineItemId) -> bool) -> Self {
        let mut all = self.clone();
        let released = all.withheld.extract_if(|item, _| which(item));
        let released: Vec<_> = released
            .filter_map(|(item, grade)| Some((item, grade?)))
            .collect();
        all.grades.extend(released);
        all
    }
}

/// A grade as it was read. A result row without a score has `value: None`: unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grade {
    pub(crate) value: Option<Decimal>,
    /// Points that `value` is out of; above zero.
    pub(crate) maximum: Decimal,
    /// Whether it is a step of a scale, of which no percent can be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_scale: bool,
    /// What the platform's own record says, where it measures by another maximum than the column has now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<Recorded>,
    pub(crate) source: GradeSource,
    pub(crate) read_at: DateTime<Utc>,
    /// When it was first read as it is: the moment of the grade. Reading it again, another maximum of its column and a
    /// row that comes back as it was leave it alone.
    pub(crate) changed_at: DateTime<Utc>,
}

/// A score and its maximum as the platform recorded them, before they were brought to the column's present maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) value: Decimal,
    pub(crate) maximum: Decimal,
}

/// Where a grade was read (see "The honest truth about grades in LTI").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GradeSource {
    /// The result service of Assignment and Grade Services 2.0: a line item that Cairn owns.
    Ags,
    /// A gradebook file that a teacher brought.
    Csv,
    /// Canvas's REST API.
    RestCanvas,
    /// Moodle's web services.
    RestMoodle,
}

impl GradeSource {
    /// All of them, in the order in which they are told.
    pub(crate) const ALL: [Self; 4] = [Self::Ags, Self::RestCanvas, Self::RestMoodle, Self::Csv];

    /// How a person reads it.
    #[must_use]
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Ags => "the gradebook",
            Self::Csv => "a gradebook file",
            Self::RestCanvas => "Canvas",
            Self::RestMoodle => "Moodle",
        }
    }

    /// Whether it is the interface of an LMS, read for the whole course.
    #[must_use]
    pub(crate) const fn is_rest(self) -> bool {
        matches!(self, Self::RestCanvas | Self::RestMoodle)
    }
}

/// What somebody handed in, as the LMS tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandedIn {
    /// When the latest came; none where nothing is there.
    pub(crate) at: Option<DateTime<Utc>>,
    /// Whether that was after the date for this person; none where the LMS does not tell.
    pub(crate) late: Option<bool>,
    /// Whether the LMS counts it as missing: due, and nothing there.
    pub(crate) missing: bool,
    pub(crate) source: GradeSource,
    pub(crate) read_at: DateTime<Utc>,
}

/// How far somebody is with an activity, as the LMS tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Completed {
    pub(crate) is_complete: bool,
    /// Whether its grade passes; none where the LMS does not tell.
    pub(crate) passed: Option<bool>,
    /// Since when it is complete.
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) source: GradeSource,
    pub(crate) read_at: DateTime<Utc>,
}

/// Where a hand-in stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EvidenceFact {
    pub(crate) state: SubmissionState,
    /// When it reached that state.
    pub(crate) since: DateTime<Utc>,
}

/// A badge that a person has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) awarded_at: DateTime<Utc>,
    pub(crate) valid_until: Option<DateTime<Utc>>,
    pub(crate) revoked: bool,
}

impl Held {
    /// Whether it counts at `now`: neither revoked nor expired. The end itself is no longer in force.
    #[must_use]
    pub(crate) fn in_force(&self, now: DateTime<Utc>) -> bool {
        !self.revoked && self.valid_until.is_none_or(|end| now < end)
    }
}

/// A badge of an issuer outside that is certainly of a person, as it was verified last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct External {
    /// The id of its issuer.
    pub(crate) issuer: String,
    /// What the issuer calls itself, else its id.
    pub(crate) issuer_called: String,
    pub(crate) achievement: Option<String>,
    pub(crate) name: String,
    /// Whether it was genuine and neither revoked nor suspended.
    pub(crate) genuine: bool,
    pub(crate) awarded_at: Option<DateTime<Utc>>,
    pub(crate) until: Option<DateTime<Utc>>,
    /// When that was so.
    pub(crate) checked_at: DateTime<Utc>,
}

impl External {
    /// Whether it counts at `now`.
    #[must_use]
    pub(crate) fn in_force(&self, now: DateTime<Utc>) -> bool {
        self.genuine && self.until.is_none_or(|end| now < end)
    }
}

/// An award of a badge that a rule names, or of one of the same lineage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) badge: BadgeId,
    /// For which lineage it counts; none where it counts as its own badge alone.
    pub(crate) lineage: Option<BadgeId>,
    /// What the badge is called, and its course.
    pub(crate) name: String,
    pub(crate) course: String,
    pub(crate) held: Held,
    /// As they were signed; none where nobody asks for them.
    pub(crate) hours: Option<Decimal>,
    pub(crate) credits: Option<Decimal>,
}

impl Part {
    /// Whether it counts where `badge` is named, which is of `lineage`.
    #[must_use]
    pub(crate) fn counts_for(&self, badge: &BadgeId, lineage: &BadgeId) -> bool {
        self.badge == *badge || self.lineage.as_ref() == Some(lineage)
    }

    /// What was signed of that.
    #[must_use]
    pub(crate) const fn declares(&self, amount: Amount) -> Option<Decimal> {
        match amount {
            Amount::Hours => self.hours,
            Amount::Credits => self.credits,
        }
    }
}

/// An instructor's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Approval {
    /// The instructor's name as the LMS gave it, or a neutral one.
    pub(crate) by: String,
    pub(crate) at: DateTime<Utc>,
}
