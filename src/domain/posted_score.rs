//! What became of a score on its way to a gradebook.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, LineItemId, PersonId, SubmissionId, TenantId};

/// The last attempt to tell one column of one person's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostedScore {
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    pub(crate) item: LineItemId,
    pub(crate) person: PersonId,
    /// The hand-in that it was about.
    pub(crate) submission: SubmissionId,
    /// The last grade of ours that the platform took, in the points in which it was sent.
    pub(crate) ours: Option<Points>,
    pub(crate) outcome: Outcome,
    pub(crate) tried_at: DateTime<Utc>,
    /// When ours was last sent anew because the points of the column had been changed.
    pub(crate) anew_at: Option<DateTime<Utc>>,
}

/// A grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Points {
    pub(crate) value: Decimal,
    /// Above zero.
    pub(crate) maximum: Decimal,
}

impl Points {
    /// Whether both are the same share of their maximum, as platforms round.
    #[must_use]
    pub(crate) fn same_as(self, other: Self) -> bool {
        let share = |points: Self| points.value.checked_div(points.maximum);
        match (share(self), share(other)) {
            (Some(one), Some(two)) => (one - two).abs() < Decimal::new(1, 5),
            _ => false,
        }
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The gradebook has it.
    Taken,
    /// A grade that is not ours is there, and stays.
    Stands(Points),
    /// Our grade was taken away there: excused, or emptied. That stays so.
    Excused,
    /// The platform did not take it: why, and in which words.
    Refused { why: Refusal, said: String },
}

/// Why a platform takes no score until something changes there. The words are stored and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    /// The person can have no grade there.
    Person,
    Unpublished,
    ClosedPeriod,
    Moderated,
    Concluded,
    /// The student has used up the attempts.
    Attempts,
    Locked,
    /// For a reason that only the platform's own words tell.
    Unknown,
}

impl Refusal {
    /// Whether time or a teacher's usual work may end it, so that every check tries again; the others are tried once a day.
    #[must_use]
    pub(crate) fn passes(self) -> bool {
        match self {
            Self::Unpublished | Self::ClosedPeriod | Self::Moderated | Self::Concluded | Self::Locked => true,
            Self::Person | Self::Attempts | Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(value: i64, maximum: i64) -> Points {
        Points {
            value: value.into(),
            maximum: maximum.into(),
        }
    }

    #[test]
    fn the_same_grade_may_be_said_in_other_points() {
        assert!(points(8, 10).same_as(points(16, 20)));
        assert!(!points(8, 10).same_as(points(8, 20)));
        assert!(
            !points(8, 0).same_as(points(8, 0)),
            "points out of nothing say nothing"
        );
        let third = Points {
            value: "33.333".parse().unwrap(),
            maximum: Decimal::ONE_HUNDRED,
        };
        assert!(third.same_as(points(1, 3)));
    }

    #[test]
    fn the_stored_words_of_refusals_stay() {
        let words = [
            (Refusal::Person, "person"),
            (Refusal::Unpublished, "unpublished"),
            (Refusal::ClosedPeriod, "closed_period"),
            (Refusal::Moderated, "moderated"),
            (Refusal::Concluded, "concluded"),
            (Refusal::Attempts, "attempts"),
            (Refusal::Locked, "locked"),
            (Refusal::Unknown, "unknown"),
        ];
        for (refusal, word) in words {
            assert_eq!(serde_json::to_value(refusal).unwrap(), word);
        }
    }
}
