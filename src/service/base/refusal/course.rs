//! What is refused about the links, copies and notices of a course.

use super::ErrorKind;
use lti::deep_linking::Unacceptable;

/// Why a course cannot have that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CourseRefusal {
    /// The badges of the course before were not brought along.
    CopyNotTaken,
    /// What was chosen is not of this course.
    CopyChoice,
    /// Nothing proves that the course was copied, and nobody of the other course has agreed.
    CopyNotAgreed,
    /// The page from which a deployment is claimed is too old, or none of ours.
    DeploymentClaim,
    DeploymentRefused,
    /// It is over at its platform, and nothing is changed in it any more.
    Ended,
    /// A link opens something else already.
    LinkChosen,
    NoticesUnreadable,
    /// The platform tells whether this person is a student, so nobody is asked.
    StudentNotInDoubt,
}

impl CourseRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::CopyNotTaken => (Conflict, "copy.not-taken"),
            Self::CopyChoice => (Unprocessable, "copy.choice"),
            Self::CopyNotAgreed => (Conflict, "copy.not-agreed"),
            Self::DeploymentClaim => (Unprocessable, "deployment.claim"),
            Self::DeploymentRefused => (Conflict, "deployment.refused"),
            Self::Ended => (Conflict, "course.ended"),
            Self::LinkChosen => (Conflict, "link.chosen"),
            Self::NoticesUnreadable => (Unprocessable, "notices.unreadable"),
            Self::StudentNotInDoubt => (Conflict, "student.not-in-doubt"),
        }
    }
}

/// Why something cannot be put into a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlacingRefusal {
    /// The platform did not ask for content in this visit.
    NotAsked,
    /// Nothing was picked, or more than this at once.
    Count { most: usize },
    /// Only a badge can be shown in another way than opening in Cairn.
    Shape,
    /// The badge of that name is a draft, so it has no page that could be shown.
    Draft(String),
    /// The platform does not take it here.
    NotTaken(Unacceptable),
    /// The form was sent before, for something else.
    Known,
    /// A frame asks for what was chosen in a window by what was not made for it, or is too old.
    Waiting,
    /// What is to be removed was opened in the course, or its column is there.
    Opened,
    /// Somebody handed something in to it.
    HasWork,
    /// A rule asks for it.
    InRule,
}

impl PlacingRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::NotAsked => (Conflict, "placing.not-asked"),
            Self::Count { .. } => (Unprocessable, "placing.nothing"),
            Self::Shape => (Unprocessable, "placing.shape"),
            Self::Draft(_) => (Unprocessable, "placing.draft"),
            Self::NotTaken(why) => (Unprocessable, why.code()),
            Self::Known => (Conflict, "placing.known"),
            Self::Waiting => (Conflict, "placing.waiting"),
            Self::Opened => (Conflict, "placing.opened"),
            Self::HasWork => (Conflict, "placing.has-work"),
            Self::InRule => (Conflict, "placing.in-rule"),
        }
    }
}
