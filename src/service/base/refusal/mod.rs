//! Why a use case refuses what is asked of it: a variant for each reason, with what a sentence about it has to name.
//!
//! All of them are known here at the bottom, whichever wing refuses, so that one place can word every one of them
//! (`web::words::refusals`) and the compiler says when a new one has no words. The stable codes are data: logs, metrics and
//! support go by them, whatever language a page speaks.

use super::error_kind::ErrorKind;

mod award;
mod badge;
mod column;
mod course;
mod credential;
mod endorsement;
mod forbidden;
mod grades;
mod institution;
mod institution_badge;
mod joining;
mod portfolio;
mod privacy;
mod programme;
mod replay;
mod rest;

pub(crate) use award::AwardRefusal;
pub(crate) use badge::BadgeRefusal;
pub(crate) use column::{AddressTrouble, ColumnRefusal, PlatformService, Unusable};
pub(crate) use course::{CourseRefusal, PlacingRefusal};
pub(crate) use credential::CredentialRefusal;
pub(crate) use endorsement::EndorsementRefusal;
pub(crate) use forbidden::Forbidden;
pub(crate) use grades::GradesRefusal;
pub(crate) use institution::{
    AccountRefusal, InstitutionRefusal, MinorsRefusal, NoAnswer, RegisteringStep, SkillsRefusal,
};
pub(crate) use institution_badge::InstitutionBadgeRefusal;
pub(crate) use joining::JoinRefusal;
pub(crate) use portfolio::PortfolioRefusal;
pub(crate) use privacy::PrivacyRefusal;
pub(crate) use programme::ProgrammeRefusal;
pub(crate) use replay::ReplayRefusal;
pub(crate) use rest::RestRefusal;

/// [`Refusal`] of the refusals of all wings, each of which turns into it by `?` and `into`.
macro_rules! wings {
    ($($(#[$says:meta])* $variant:ident($wing:ty),)*) => {
        /// What is refused, by the wing whose matter it is.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Refusal {
            $($(#[$says])* $variant($wing),)*
        }

        impl Refusal {
            fn facts(&self) -> (ErrorKind, &'static str) {
                match self {
                    $(Self::$variant(refusal) => refusal.facts(),)*
                }
            }
        }

        $(impl From<$wing> for Refusal {
            fn from(refusal: $wing) -> Self {
                Self::$variant(refusal)
            }
        })*
    };
}

wings! {
    Badge(BadgeRefusal),
    Credential(CredentialRefusal),
    /// What another body says of a badge.
    Endorsement(EndorsementRefusal),
    Award(AwardRefusal),
    Course(CourseRefusal),
    Column(ColumnRefusal),
    Placing(PlacingRefusal),
    /// A gradebook file.
    Grades(GradesRefusal),
    /// A rule over the gradebook of an earlier year.
    Replay(ReplayRefusal),
    Institution(InstitutionRefusal),
    /// The account of an administrator.
    Account(AccountRefusal),
    Privacy(PrivacyRefusal),
    /// Reading a platform by its REST interface.
    Rest(RestRefusal),
    Join(JoinRefusal),
    /// Badges of other issuers, and collections.
    Portfolio(PortfolioRefusal),
    /// A stack of the institution.
    Programme(ProgrammeRefusal),
    /// A badge of the institution that courses take.
    InstitutionBadge(InstitutionBadgeRefusal),
}

impl Refusal {
    /// What kind of answer it deserves.
    #[must_use]
    pub(crate) fn kind(&self) -> ErrorKind {
        self.facts().0
    }

    /// A stable name for log, metrics and support.
    #[must_use]
    pub(crate) fn code(&self) -> &'static str {
        self.facts().1
    }
}
