//! What is refused about awards and what they rest on.

use super::ErrorKind;

/// Why somebody is not awarded, approved or revoked, or a hand-in not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AwardRefusal {
    /// The badge has no rule that is active.
    Inactive,
    Retired,
    /// The time of validity of the badge itself is over.
    TermOver,
    NotALearner,
    /// A teacher has to say first whether this is a student.
    StudentInDoubt,
    /// The person has it, or it was taken back.
    Already,
    /// An Application badge rests on work that somebody approved.
    NoEvidence,
    /// A holder is told why.
    Reason,
    ApprovalReason,
    /// The rule asks for no approval now.
    ApprovalNotAsked,
    ApprovalNotALearner,
    /// The hand-in is approved and stays.
    EvidenceApproved,
    /// Two versions of a hand-in came at once.
    EvidenceTwice,
    /// The minute of a link to a file is over.
    FileLinkOver,
    /// Somebody whose badge has lapsed does not meet its rule.
    RenewalNotMet,
    /// Outside the LMS awards are taken back of courses that have ended alone.
    CourseGoesOn,
    /// What a changed grade asked for waits no more.
    RegradeSettled,
}

impl AwardRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::Inactive => (Conflict, "award.inactive"),
            Self::Retired => (Conflict, "award.retired"),
            Self::TermOver => (Conflict, "award.term-over"),
            Self::NotALearner => (Conflict, "award.not-a-learner"),
            Self::StudentInDoubt => (Conflict, "award.student-in-doubt"),
            Self::Already => (Conflict, "award.already"),
            Self::NoEvidence => (Conflict, "award.no-evidence"),
            Self::Reason => (Unprocessable, "award.reason"),
            Self::ApprovalReason => (Unprocessable, "approval.reason"),
            Self::ApprovalNotAsked => (Conflict, "approval.not-asked"),
            Self::ApprovalNotALearner => (Conflict, "approval.not-a-learner"),
            Self::EvidenceApproved => (Conflict, "evidence.approved"),
            Self::EvidenceTwice => (Conflict, "evidence.twice"),
            Self::FileLinkOver => (Conflict, "file.link-over"),
            Self::RenewalNotMet => (Conflict, "award.renewal-not-met"),
            Self::CourseGoesOn => (Conflict, "award.course-goes-on"),
            Self::RegradeSettled => (Conflict, "regrade.settled"),
        }
    }
}
