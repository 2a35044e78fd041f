//! What is refused about signed badges, the keys that signed them and the links that show them.

use chrono::{DateTime, Utc};

use super::ErrorKind;
use crate::domain::email_hash::NoHash;
use crate::domain::zone::Zone;

/// Why a badge is not shown, or a key not withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CredentialRefusal {
    /// It was erased at the wish of its holder.
    Erased,
    /// A share link works for other times than these.
    ShareDays,
    /// As many share links work as may.
    ShareMany,
    ShareWithdrawn,
    /// The institution's word on minors ended the link.
    ShareEnded,
    /// The link worked until then, a day in that zone.
    ShareOver(DateTime<Utc>, Zone),
    /// As many timelines are shown by links as may.
    TimelineMany,
    TimelineWithdrawn,
    /// The institution's word on minors ended it.
    TimelineEnded,
    /// The timeline was shown until then, a day in that zone.
    TimelineOver(DateTime<Utc>, Zone),
    /// Why a key is withdrawn has to be said, and briefly.
    KeyReason,
    KeyWithdrawn,
    /// What a key signed is signed anew only once it is withdrawn.
    KeyInUse,
    /// What was taken back is not signed anew.
    Revoked,
    /// No hash of an e-mail address is signed for this person.
    EmailHash(NoHash),
    /// Of a badge that no other badge counted for there is no record of several.
    NoParts,
}

impl CredentialRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        match self {
            Self::Erased => (ErrorKind::Gone, "badge.erased"),
            Self::ShareDays => (ErrorKind::Unprocessable, "share.days"),
            Self::ShareMany => (ErrorKind::Conflict, "share.many"),
            Self::ShareWithdrawn => (ErrorKind::Gone, "share.withdrawn"),
            Self::ShareEnded => (ErrorKind::Gone, "share.ended"),
            Self::ShareOver(..) => (ErrorKind::Gone, "share.over"),
            Self::TimelineMany => (ErrorKind::Conflict, "timeline.many"),
            Self::TimelineWithdrawn => (ErrorKind::Gone, "timeline.withdrawn"),
            Self::TimelineEnded => (ErrorKind::Gone, "timeline.ended"),
            Self::TimelineOver(..) => (ErrorKind::Gone, "timeline.over"),
            Self::KeyReason => (ErrorKind::Unprocessable, "issuer-key.reason"),
            Self::KeyWithdrawn => (ErrorKind::Conflict, "issuer-key.withdrawn"),
            Self::KeyInUse => (ErrorKind::Conflict, "issuer-key.in-use"),
            Self::Revoked => (ErrorKind::Conflict, "badge.revoked"),
            Self::EmailHash(why) => (ErrorKind::Conflict, why.code()),
            Self::NoParts => (ErrorKind::Conflict, "record.no-parts"),
        }
    }
}
