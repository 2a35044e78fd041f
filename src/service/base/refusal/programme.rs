//! What is refused about programmes.

use super::ErrorKind;

/// Why a programme cannot be made, changed, approved or waived from so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgrammeRefusal {
    /// The institution has no platform, so nobody could earn it.
    NoPlatform,
    /// A retired programme does not change any more.
    Retired,
    /// It names a badge that is none of the institution's, or was never activated.
    UnknownPart,
    /// More badges than a rule may ask for.
    TooMany { most: usize },
    /// What was approved stays as it is while it decides.
    ApprovedStays,
    /// Nothing waits for this answer.
    ReviewAnswered,
    /// Whoever designed it does not approve it.
    OwnDesign,
    /// Nothing is to be looked at: the policy asks no second person, or there is nothing new.
    NoReview,
    /// A reason, or what is to be changed, of 1 to 500 characters.
    Reason,
    /// It is no part of the rule that decides.
    NotAPart,
    /// The person holds no part of it.
    NoPartHeld,
    /// The part is waived already.
    WaivedAlready,
    /// The programme was awarded, so what it rests on stays.
    WaiverUsed,
    /// A copy is not what was looked at, or no copy of what the programme takes.
    CopyChanged,
    /// An instructor to whom nobody gave the power to make programmes, or not any more.
    NotGiven,
    /// That power is for those who teach.
    TeachesNowhere,
}

impl ProgrammeRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Forbidden, Unprocessable};
        match self {
            Self::NoPlatform => (Conflict, "programme.no-platform"),
            Self::Retired => (Conflict, "programme.retired"),
            Self::UnknownPart => (Unprocessable, "programme.unknown-part"),
            Self::TooMany { .. } => (Unprocessable, "programme.too-many"),
            Self::ApprovedStays => (Conflict, "programme.approved-stays"),
            Self::ReviewAnswered => (Conflict, "programme.review-answered"),
            Self::OwnDesign => (Conflict, "programme.own-design"),
            Self::NoReview => (Conflict, "programme.no-review"),
            Self::Reason => (Unprocessable, "programme.reason"),
            Self::NotAPart => (Unprocessable, "programme.not-a-part"),
            Self::NoPartHeld => (Conflict, "programme.no-part-held"),
            Self::WaivedAlready => (Conflict, "programme.waived-already"),
            Self::WaiverUsed => (Conflict, "programme.waiver-used"),
            Self::CopyChanged => (Conflict, "programme.copy-changed"),
            Self::NotGiven => (Forbidden, "programme.not-given"),
            Self::TeachesNowhere => (Conflict, "programme.teaches-nowhere"),
        }
    }
}
