//! Identifiers of our own rows: UUIDv7 as text, one type for each kind so that they cannot be mixed up.

use chrono::{DateTime, Utc};

use crate::random::{self, Random};

/// A new UUIDv7 (RFC 9562, section 5.7): the milliseconds of `now`, then random bits.
#[must_use]
pub fn uuid_v7(now: DateTime<Utc>, random: &dyn Random) -> String {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes::<10>(random))
        .into_uuid()
        .to_string()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new identifier, sortable by the time it was made.
            #[must_use]
            pub fn new(now: DateTime<Utc>, random: &dyn Random) -> Self {
                Self(uuid_v7(now, random))
            }

            /// The identifier as stored.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// An institution: the owner of every other row.
    TenantId;
    /// A platform that knows us under one client id.
    RegistrationId;
    /// One installation of the tool under a registration.
    DeploymentId;
    /// An LTI context as we know it: a course.
    CourseId;
    /// A resource link in a course.
    LinkId;
    /// A person: one `sub` under one registration.
    PersonId;
    /// A line item that we own.
    LineItemId;
    /// An evidence activity.
    ActivityId;
    /// What a student handed in to an activity.
    SubmissionId;
    /// A badge as an instructor designs it.
    BadgeId;
    /// One version of a badge's rule.
    RuleId;
    /// A decision record.
    DecisionId;
    /// The fact that a person earned a badge.
    AwardId;
    /// A signed document. Unguessable parts are kept elsewhere; this is a key.
    CredentialId;
    /// An issuer profile with its `did:web`.
    IssuerId;
    /// A signing key of an issuer.
    KeyId;
    /// A status list.
    StatusListId;
    /// A browser's session after a launch.
    SessionId;
    /// A piece of work in the queue.
    JobId;
    /// Somebody who administers outside the LMS.
    AdminId;
    /// A code that guards the address for dynamic registration.
    InvitationId;
    /// What deep linking put into a course.
    PlacementId;
    /// That a course was copied from another one.
    CopyId;
    /// That a holder no longer meets the rule of an award.
    RegradeId;
    /// A wish to be erased.
    ErasureId;
    /// An archive of an institution.
    ExportId;
    /// A link by which a holder shows a badge for a time; its secret part is kept elsewhere.
    ShareLinkId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn later_identifiers_sort_after_earlier_ones() {
        let random = SeededRandom::new(7);
        let early = BadgeId::new(DateTime::from_timestamp_millis(1_000).unwrap(), &random);
        let late = BadgeId::new(DateTime::from_timestamp_millis(2_000).unwrap(), &random);
        assert!(early < late);
        assert_eq!(early.as_str().len(), 36);
    }
}
