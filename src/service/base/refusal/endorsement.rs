//! What is refused about endorsements by other bodies.

use chrono::{DateTime, Utc};
use openbadges::verify::Failure;

use super::ErrorKind;
use crate::domain::zone::Zone;

/// Why nobody is invited, or an endorsement not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EndorsementRefusal {
    /// What the body is called has to be said, and briefly.
    Name,
    /// It would be taken for the institution, or for one of those who made the standard.
    Reserved,
    Email,
    /// No DNS name.
    Domain,
    /// What stands at that name does not name the endorser.
    DomainUnproven(String),
    /// A domain has shown itself to be the endorser's; nobody else says which one it is.
    DomainProven(String),
    /// Nobody has endorsed yet, so there is nothing that could be vouched for.
    Unanswered,
    /// As many are invited or endorse as may.
    Many,
    /// The same body was invited a moment ago: the form was sent twice.
    InvitedAlready,
    /// The badge was never turned on.
    Draft,
    Withdrawn,
    /// The link worked until then, a day in that zone.
    Over(DateTime<Utc>, Zone),
    /// The link was used.
    Used,
    /// The badge was changed while they looked at it.
    Changed,
    Comment,
    /// What was brought is larger than any endorsement.
    TooLarge,
    /// What was brought is none, or has parts that cannot be kept.
    NoEndorsement,
    /// It is one of something else.
    OtherSubject,
    /// Whoever issues the badge signed it.
    OwnIssuer,
    /// It does not verify; why.
    NotGood(Box<Failure>),
    /// The key is with the endorser already, or there never was one here.
    NoKey,
    /// It is over already.
    Ended,
}

impl EndorsementRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        match self {
            Self::Name => (ErrorKind::Unprocessable, "endorsement.name"),
            Self::Reserved => (ErrorKind::Unprocessable, "endorsement.reserved"),
            Self::Email => (ErrorKind::Unprocessable, "endorsement.email"),
            Self::Domain => (ErrorKind::Unprocessable, "endorsement.domain"),
            Self::DomainUnproven(_) => (ErrorKind::Unprocessable, "endorsement.domain-unproven"),
            Self::DomainProven(_) => (ErrorKind::Conflict, "endorsement.domain-proven"),
            Self::Unanswered => (ErrorKind::Conflict, "endorsement.unanswered"),
            Self::Many => (ErrorKind::Conflict, "endorsement.many"),
            Self::InvitedAlready => (ErrorKind::Conflict, "endorsement.invited-already"),
            Self::Draft => (ErrorKind::Conflict, "endorsement.draft"),
            Self::Withdrawn => (ErrorKind::Gone, "endorsement.withdrawn"),
            Self::Over(..) => (ErrorKind::Gone, "endorsement.over"),
            Self::Used => (ErrorKind::Gone, "endorsement.used"),
            Self::Changed => (ErrorKind::Conflict, "endorsement.changed"),
            Self::Comment => (ErrorKind::Unprocessable, "endorsement.comment"),
            Self::TooLarge => (ErrorKind::TooLarge, "endorsement.too-large"),
            Self::NoEndorsement => (ErrorKind::Unprocessable, "endorsement.none"),
            Self::OtherSubject => (ErrorKind::Unprocessable, "endorsement.other-subject"),
            Self::OwnIssuer => (ErrorKind::Unprocessable, "endorsement.own-issuer"),
            Self::NotGood(_) => (ErrorKind::Unprocessable, "endorsement.not-good"),
            Self::NoKey => (ErrorKind::Conflict, "endorsement.no-key"),
            Self::Ended => (ErrorKind::Conflict, "endorsement.ended"),
        }
    }
}
