//! What is refused about badges and their rules.

use super::ErrorKind;

/// Why a rule cannot be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadgeRefusal {
    /// The rule of a retired badge does not change any more.
    Retired,
    /// Somebody else saved the rule at the same moment.
    SavedAtOnce,
    /// The rule names a badge of another course, or none that there is.
    OtherCourse,
    /// A column that its rule reads is not as it was.
    StillRests,
    /// A hint was dismissed without a reason, or with one that is too long.
    DismissReason,
    /// What a hint was about has changed.
    FindingGone,
    /// What keeps a badge from being activated is not dismissed.
    FindingBlocks,
}

impl BadgeRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        match self {
            Self::Retired => (ErrorKind::Conflict, "badge.retired"),
            Self::SavedAtOnce => (ErrorKind::Conflict, "rule.saved-at-once"),
            Self::OtherCourse => (ErrorKind::Unprocessable, "rule.other-course"),
            Self::StillRests => (ErrorKind::Conflict, "badge.still-rests"),
            Self::DismissReason => (ErrorKind::Unprocessable, "coach.reason"),
            Self::FindingGone => (ErrorKind::Conflict, "coach.gone"),
            Self::FindingBlocks => (ErrorKind::Conflict, "coach.blocks"),
        }
    }
}
