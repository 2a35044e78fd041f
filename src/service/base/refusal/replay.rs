//! Why a rule is not tried on the gradebook of an earlier year.

use super::ErrorKind;

/// Why a rule is not tried on an earlier year. A file that cannot be read is a [`super::GradesRefusal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplayRefusal {
    /// Of so many things that the rule asks about nobody said what stands for them.
    Unanswered(usize),
    /// Points that a column is out of are no number above zero.
    Points,
    /// What the page kept of the file is damaged.
    Damaged,
}

impl ReplayRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        match self {
            Self::Unanswered(_) => (ErrorKind::Unprocessable, "replay.unanswered"),
            Self::Points => (ErrorKind::Unprocessable, "replay.points"),
            Self::Damaged => (ErrorKind::Unprocessable, "replay.damaged"),
        }
    }
}
