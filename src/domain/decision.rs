//! Whether a badge is earned, and why: the record that is stored, shown and explained.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::evidence::SubmissionState;
use crate::domain::facts::{GradeSource, Recorded};
use crate::domain::rule::{Condition, Need, Threshold};

/// Three-valued truth: what has not been read or graded yet is unknown, not false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    Yes,
    No,
    Unknown,
}

/// The outcome of a rule for one person, with every input that led to it. Stored as JSON in this form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: Truth,
    pub rule_version: i32,
    pub tree: CheckedGroup,
}

/// A group and its truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedGroup {
    pub need: Need,
    pub truth: Truth,
    pub nodes: Vec<CheckedNode>,
}

/// A member of a checked group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckedNode {
    Group(CheckedGroup),
    Condition(CheckedCondition),
}

/// A condition, what was seen, and whether that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedCondition {
    pub condition: Condition,
    pub truth: Truth,
    pub seen: Seen,
}

/// What was seen when a condition was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Seen {
    Grade {
        value: Decimal,
        maximum: Decimal,
        /// The threshold in points of `maximum`, for "78 of 100, needs 80".
        needs: Decimal,
        /// As [`crate::domain::facts::Grade::recorded`]; records from before it was kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recorded: Option<Recorded>,
        source: GradeSource,
        read_at: DateTime<Utc>,
    },
    /// There is a result row (or a line item) but no score, or no row at all.
    NoGrade {
        at_least: Threshold,
        read_at: Option<DateTime<Utc>>,
    },
    Evidence {
        state: SubmissionState,
        since: DateTime<Utc>,
    },
    NothingHandedIn,
    Badge {
        awarded_at: DateTime<Utc>,
    },
    BadgeExpired {
        at: DateTime<Utc>,
    },
    BadgeRevoked,
    BadgeNotHeld,
    Date {
        at: DateTime<Utc>,
    },
    Approval {
        by: String,
        at: DateTime<Utc>,
    },
    NoApproval,
}

impl CheckedNode {
    /// Whether it holds.
    #[must_use]
    pub fn truth(&self) -> Truth {
        match self {
            Self::Group(group) => group.truth,
            Self::Condition(condition) => condition.truth,
        }
    }

    /// What this node asks, as [`crate::domain::rule::Node::core`].
    #[must_use]
    pub fn core(&self) -> &Self {
        let mut node = self;
        while let Self::Group(CheckedGroup {
            need: Need::All | Need::Any | Need::AtLeast(1),
            nodes,
            ..
        }) = node
            && let [only] = nodes.as_slice()
        {
            node = only;
        }
        node
    }
}

impl CheckedGroup {
    /// The members that ask something different from those before them: what is asked twice counts once.
    #[must_use]
    pub fn distinct(&self) -> Vec<&CheckedNode> {
        let mut found: Vec<&CheckedNode> = Vec::with_capacity(self.nodes.len());
        for core in self.nodes.iter().map(CheckedNode::core) {
            if !found.contains(&core) {
                found.push(core);
            }
        }
        found
    }

    /// How many different members must hold.
    #[must_use]
    pub fn needed(&self) -> usize {
        match self.need {
            Need::All => self.distinct().len(),
            Need::Any => 1,
            Need::AtLeast(n) => usize::from(n),
        }
    }

    /// How many different members hold.
    #[must_use]
    pub fn met(&self) -> usize {
        self.distinct()
            .into_iter()
            .filter(|node| node.truth() == Truth::Yes)
            .count()
    }
}
