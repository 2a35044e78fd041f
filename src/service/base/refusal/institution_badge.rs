//! What is refused about badges of the institution, in the console and where courses take them.

use super::ErrorKind;

/// Why a badge of the institution cannot be made, published or taken so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InstitutionBadgeRefusal {
    /// The institution has no platform, so no course could take it.
    NoPlatform,
    /// It is offered to courses no more.
    Withdrawn,
    /// It is for other courses.
    NotAvailable,
    /// Another version was published since the page was made.
    OtherVersion,
    /// The course has it, as it is now.
    TakenAlready,
    /// Nothing was said of that place.
    Unanswered { place: String },
    /// What was chosen for that place is not of this course.
    OtherCourse { place: String },
    /// What was chosen for that place stands in another one already.
    Twice { place: String },
}

impl InstitutionBadgeRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::NoPlatform => (Conflict, "institution-badge.no-platform"),
            Self::Withdrawn => (Conflict, "institution-badge.withdrawn"),
            Self::NotAvailable => (Conflict, "institution-badge.not-available"),
            Self::OtherVersion => (Conflict, "institution-badge.other-version"),
            Self::TakenAlready => (Conflict, "institution-badge.taken-already"),
            Self::Unanswered { .. } => (Unprocessable, "institution-badge.unanswered"),
            Self::OtherCourse { .. } => (Unprocessable, "institution-badge.other-course"),
            Self::Twice { .. } => (Unprocessable, "institution-badge.twice"),
        }
    }
}
