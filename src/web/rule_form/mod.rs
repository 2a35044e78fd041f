//! The rule builder's form: a tree in flat fields, and back.
//!
//! Every node has a path: the root's is empty, its third member's is `2`, that one's first member's is `2.0`. A node's
//! fields are `n.<path>.<name>`, the root's are `n.<name>`:
//!
//! | node | fields |
//! |---|---|
//! | group | `kind` = `group`, `need` = `all`, `any` or `at_least`, `count` |
//! | grade | `kind` = `grade`, `item`, `value`, `unit` = `points` or `percent` |
//! | grade elsewhere | `kind` = `elsewhere`, `column`, `value`, `unit` = `percent`, `points`, `words` or `passed` (words with commas) |
//! | work handed in | `kind` = `handed_in`, `column`, `when` = `any` or `on_time` |
//! | activity completed | `kind` = `completed`, `column` |
//! | best of several grades | `kind` = `best_of`, `best`, `value` in percent, `of` once for each column: `ours:<id>` or `elsewhere:<id>` |
//! | evidence | `kind` = `evidence`, `activity` |
//! | badge | `kind` = `badge`, `badge`, `years` (of the last so many; at any time where empty) |
//! | hours or credits of badges | `kind` = `badge_total`, `value`, `unit` = `hours` or `credits`, `of` once for each badge |
//! | badge of another issuer | `kind` = `external`, `issuer` (its id), `name`, `achievement` (an id; any where empty) |
//! | date | `kind` = `date`, `at` (`yyyy-mm-ddThh:mm`), `zone` (that of the institution where empty) |
//! | approval | `kind` = `approval` |
//!
//! Buttons are `action` = `add:<path>:<kind>`, `group:<path>`, `remove:<path>`, `up:<path>` or `down:<path>`, so that
//! the form works by round trips without JavaScript. A draft may be incomplete; [`DraftGroup::to_domain`] says what is
//! missing and where.

mod action;
mod domain;
mod parse;

pub(crate) use action::{Action, apply};
pub(crate) use domain::{DraftProblem, column_word, place};

use crate::domain::rule::Amount;

/// Groups within groups, the root counted.
pub(crate) const MAX_DEPTH: usize = 4;
/// Nodes in one rule; what is beyond is dropped.
pub(crate) const MAX_NODES: usize = 100;

/// A group as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DraftGroup {
    pub(crate) need: NeedWord,
    /// The N of "at least N of", as typed; kept while another word is chosen.
    pub(crate) count: String,
    pub(crate) nodes: Vec<DraftNode>,
}

/// The word that a group begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NeedWord {
    All,
    Any,
    AtLeast,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DraftNode {
    Group(DraftGroup),
    Row(DraftRow),
}

/// A condition as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DraftRow {
    Grade {
        /// The id of a line item; empty while none is chosen.
        item: String,
        value: String,
        unit: Unit,
    },
    Elsewhere {
        /// The id of a column that is none of ours; empty while none is chosen.
        column: String,
        /// A number, or the words that pass with commas between them.
        value: String,
        unit: AskedUnit,
    },
    HandedIn {
        /// As of a grade from elsewhere.
        column: String,
        on_time: bool,
    },
    Completed {
        /// As of a grade from elsewhere.
        column: String,
    },
    BestOf {
        /// How many count.
        best: String,
        /// The columns, each in the word of [`column_word`], each once.
        of: Vec<String>,
        /// Percent.
        value: String,
    },
    Evidence {
        /// The id of an activity; empty while none is chosen.
        activity: String,
    },
    Badge {
        /// The id of a badge; empty while none is chosen.
        badge: String,
        /// Of the last so many; empty for at any time.
        years: String,
    },
    BadgeTotal {
        value: String,
        amount: Amount,
        /// The ids of badges, each once.
        of: Vec<String>,
    },
    External {
        /// The id of the issuer.
        issuer: String,
        /// What it is called.
        name: String,
        /// The id of the one achievement that counts; any where empty.
        achievement: String,
    },
    Date {
        /// `yyyy-mm-ddThh:mm`.
        at: String,
        /// The name of the zone in which it is meant; empty for the institution's.
        zone: String,
    },
    Approval,
}

/// What a threshold counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Points,
    Percent,
}

/// What is asked of a grade in a column that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskedUnit {
    Percent,
    Points,
    /// One of some letters or words of a scale.
    Words,
    /// It passes, as the LMS says or else by one of some words.
    Passed,
}

/// How the form names what badges add up to.
#[must_use]
pub(crate) const fn amount_word(amount: Amount) -> &'static str {
    match amount {
        Amount::Hours => "hours",
        Amount::Credits => "credits",
    }
}

/// The kinds of condition, in the order in which the builder offers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    Grade,
    Elsewhere,
    BestOf,
    HandedIn,
    Completed,
    Evidence,
    Badge,
    BadgeTotal,
    External,
    Date,
    Approval,
}

impl Default for DraftGroup {
    /// "All of these", with nothing in it.
    fn default() -> Self {
        Self {
            need: NeedWord::All,
            count: String::new(),
            nodes: Vec::new(),
        }
    }
}

impl NeedWord {
    /// The word in the form.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::AtLeast => "at_least",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "any" => Self::Any,
            "at_least" => Self::AtLeast,
            _ => Self::All,
        }
    }
}

impl Unit {
    /// The word in the form.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Percent => "percent",
        }
    }
}

impl AskedUnit {
    /// All of them, in the order in which the builder offers them.
    pub(crate) const ALL: [Self; 4] = [Self::Percent, Self::Points, Self::Words, Self::Passed];

    /// The word in the form.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Points => "points",
            Self::Words => "words",
            Self::Passed => "passed",
        }
    }

    /// The words before what is typed.
    #[must_use]
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Percent => "is at least, in percent",
            Self::Points => "is at least, in points",
            Self::Words => "is one of these (A, B)",
            Self::Passed => "is passed",
        }
    }

    fn parse(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|unit| unit.word() == word);
        known.unwrap_or(Self::Percent)
    }
}

impl RowKind {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Grade,
        Self::Elsewhere,
        Self::BestOf,
        Self::HandedIn,
        Self::Completed,
        Self::Evidence,
        Self::Badge,
        Self::BadgeTotal,
        Self::External,
        Self::Date,
        Self::Approval,
    ];

    /// The word in the form.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Grade => "grade",
            Self::Elsewhere => "elsewhere",
            Self::BestOf => "best_of",
            Self::HandedIn => "handed_in",
            Self::Completed => "completed",
            Self::Evidence => "evidence",
            Self::Badge => "badge",
            Self::External => "external",
            Self::BadgeTotal => "badge_total",
            Self::Date => "date",
            Self::Approval => "approval",
        }
    }

    /// The words on the button that adds one.
    #[must_use]
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Grade => "Grade in a column of Cairn",
            Self::Elsewhere => "Grade in the course site or a file",
            Self::BestOf => "Best of several grades",
            Self::HandedIn => "Work handed in",
            Self::Completed => "Activity completed",
            Self::Evidence => "Evidence approved",
            Self::Badge => "Badge held",
            Self::External => "Badge of another issuer",
            Self::BadgeTotal => "Hours or credits of badges",
            Self::Date => "Not before a date",
            Self::Approval => "Approved by a teacher",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// An empty row of this kind.
    #[must_use]
    pub(crate) fn empty(self) -> DraftRow {
        match self {
            Self::Grade => DraftRow::Grade {
                item: String::new(),
                value: String::new(),
                unit: Unit::Percent,
            },
            Self::Elsewhere => DraftRow::Elsewhere {
                column: String::new(),
                value: String::new(),
                unit: AskedUnit::Percent,
            },
            Self::BestOf => DraftRow::BestOf {
                best: String::new(),
                of: Vec::new(),
                value: String::new(),
            },
            Self::HandedIn => DraftRow::HandedIn {
                column: String::new(),
                on_time: false,
            },
            Self::Completed => DraftRow::Completed {
                column: String::new(),
            },
            Self::Evidence => DraftRow::Evidence {
                activity: String::new(),
            },
            Self::External => DraftRow::External {
                issuer: String::new(),
                name: String::new(),
                achievement: String::new(),
            },
            Self::Badge => DraftRow::Badge {
                badge: String::new(),
                years: String::new(),
            },
            Self::BadgeTotal => DraftRow::BadgeTotal {
                value: String::new(),
                amount: Amount::Hours,
                of: Vec::new(),
            },
            Self::Date => DraftRow::Date {
                at: String::new(),
                zone: String::new(),
            },
            Self::Approval => DraftRow::Approval,
        }
    }
}

/// The path of a member.
#[must_use]
pub(crate) fn child_path(parent: &str, position: usize) -> String {
    if parent.is_empty() {
        position.to_string()
    } else {
        format!("{parent}.{position}")
    }
}

/// The name of a node's field.
#[must_use]
pub(crate) fn field(path: &str, name: &str) -> String {
    if path.is_empty() {
        format!("n.{name}")
    } else {
        format!("n.{path}.{name}")
    }
}

/// How many groups are above the node at `path`: 0 for the root.
#[must_use]
pub(crate) fn depth(path: &str) -> usize {
    if path.is_empty() {
        0
    } else {
        path.split('.').count()
    }
}

impl DraftGroup {
    /// How many nodes are below, groups counted.
    #[must_use]
    pub(crate) fn size(&self) -> usize {
        self.nodes
            .iter()
            .map(|node| match node {
                DraftNode::Group(group) => 1 + group.size(),
                DraftNode::Row(_) => 1,
            })
            .sum()
    }
}

#[cfg(test)]
mod tests;
