//! What can go wrong, as types that tell who can do something about it. Nothing here repeats what a platform said: answers
//! may hold tokens, names and SQL.

use std::time::Duration;

use ambient::random::{self, Random};

use crate::canvas::scope::Scope;
use crate::transport::NetError;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{doing} failed: {reason}")]
pub struct Error {
    /// The work in words, such as "Reading the submissions".
    pub doing: &'static str,
    /// Why it failed.
    pub reason: Reason,
}

impl Error {
    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        self.reason.remedy()
    }
}

/// Between two moments, to be chosen at random so that not everybody comes back at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// At least so long.
    pub least: Duration,
    /// At most so long.
    pub most: Duration,
}

impl Wait {
    /// What Canvas's bucket needs after a refusal, which names no time of its own.
    pub(crate) const THROTTLED: Self = Self {
        least: Duration::from_secs(10),
        most: Duration::from_secs(30),
    };
    /// A server that is out of order, under maintenance or slow.
    pub(crate) const OUT_OF_ORDER: Self = Self {
        least: Duration::from_secs(60),
        most: Duration::from_secs(300),
    };

    /// A time within it.
    #[must_use]
    pub fn pick(&self, random: &dyn Random) -> Duration {
        let [chance] = random::bytes::<1>(random);
        let room = self.most.saturating_sub(self.least);
        self.least
            .saturating_add(room.saturating_mul(u32::from(chance)) / 255)
    }
}

/// Who can do something about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The same call succeeds later.
    Wait(Wait),
    /// Canvas: refresh the token once, hand it to the client, and call again.
    Refresh,
    /// Canvas: somebody has to consent again.
    Consent,
    /// The settings of the key, the service, the account or its role have to change.
    Administrator,
    /// The person whose token it is lost the course or the right; or the course does not show it to anybody.
    Reader,
    /// It is no longer there.
    Gone,
    /// Nothing that a person can do: the answer is not what the platform's documents say, or larger than we read.
    None,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Canvas: the token is not accepted: expired, revoked, deleted, or its key is off.
    #[error("the access token is not accepted")]
    TokenRefused,
    /// Canvas: the token has come to its end and cannot be refreshed.
    #[error("the access token has expired for good")]
    TokenEnded,
    /// Moodle: there is no such token, or no longer.
    #[error("the token is not known")]
    TokenUnknown,
    /// Canvas: the key or the token lacks a scope. A refresh does not help.
    #[error("the key lacks the scope {0}")]
    ScopeMissing(Scope),
    /// Canvas: one of the assignments asked for is unknown, unpublished or of another course, which refuses them all.
    #[error("an assignment that was asked for is not published in this course")]
    UnknownAssignment,
    /// The person may not do this.
    #[error("the person whose token it is may not do this")]
    NotAllowed,
    /// Moodle: web services or their REST protocol are off.
    #[error("web services are off")]
    ServicesOff,
    /// Moodle: the service lacks the function, or is disabled, or does not know the account; or the token is past its date.
    #[error("the web service does not allow {0}")]
    FunctionRefused(&'static str),
    /// Moodle: the role of the account lacks one of these.
    #[error("the role lacks one of {} for {function}", .capabilities.join(", "))]
    CapabilityMissing {
        /// What was called.
        function: &'static str,
        /// One of these is missing.
        capabilities: &'static [&'static str],
    },
    /// Moodle: the account itself cannot be used.
    #[error("the account cannot be used: {0}")]
    Account(AccountFault),
    /// Moodle: there is no such person.
    #[error("there is no such person")]
    UnknownPerson,
    /// Moodle: the person is not, or no longer, enrolled.
    #[error("the person is not enrolled")]
    NotEnrolled,
    /// The course, assignment or file is not there.
    #[error("it is not there")]
    Gone,
    /// We are too fast: 429, or 403 that says so.
    #[error("the platform asks to slow down")]
    Throttled(Wait),
    /// The platform is out of order or under maintenance.
    #[error("the platform is out of order{}", .0.map_or_else(String::new, |status| format!(" (status {status})")))]
    OutOfOrder(Option<u16>),
    /// A redirect, which is never followed with a token in hand.
    #[error("the platform redirects this address (status {0})")]
    Redirected(u16),
    /// The platform did not understand the call.
    #[error("the platform did not accept the request (status {0})")]
    Rejected(u16),
    /// Moodle: an error of another kind, by its code.
    #[error("the platform answered with the error {0}")]
    Code(String),
    /// A page for people where data was expected.
    #[error("the platform answered with a web page instead of data")]
    Html,
    /// Success without data.
    #[error("the platform's answer is empty")]
    Empty,
    /// Data that ends in the middle.
    #[error("the platform's answer broke off in the middle")]
    HalfABody,
    /// No JSON, or not that of this call.
    #[error("the platform's answer cannot be read (line {line}, column {column})")]
    Malformed {
        /// Where reading stopped, from 1; 0 where it is no matter of place.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
    },
    /// There was no answer.
    #[error(transparent)]
    Net(#[from] NetError),
    /// A list is longer than [`Limits`](crate::Limits) allows: the bound.
    #[error("there are more than {0}")]
    TooMany(usize),
    /// Pages that do not come to an end.
    #[error("the pages do not come to an end")]
    Endless,
    /// A next page on another server, to which our token must not go.
    #[error("the next page is on another server")]
    ForeignHost,
    /// An address that cannot be that of a platform; nothing was sent.
    #[error("this is no address of a platform")]
    NoAddress,
    /// An id that cannot be one; nothing was sent.
    #[error("this is no id")]
    NoId,
    /// A file that is not the one that was listed.
    #[error("the file is not the one that was listed")]
    OtherFile,
}

/// Why an account of Moodle cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountFault {
    /// It is suspended.
    #[error("it is suspended")]
    Suspended,
    /// Its authentication is "No login".
    #[error("it may not log in")]
    NoLogin,
    /// It was deleted.
    #[error("it was deleted")]
    Deleted,
    /// It was never confirmed.
    #[error("it is not confirmed")]
    Unconfirmed,
    /// It must change its password first: untick "Force password change".
    #[error("it must change its password")]
    PasswordChange,
    /// It must accept the site's policy first.
    #[error("it has not accepted the site's policy")]
    Policy,
}

impl Reason {
    pub(crate) fn doing(self, doing: &'static str) -> Error {
        Error { doing, reason: self }
    }

    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::TokenRefused => Remedy::Refresh,
            Self::TokenEnded => Remedy::Consent,
            Self::ScopeMissing(_)
            | Self::TokenUnknown
            | Self::ServicesOff
            | Self::FunctionRefused(_)
            | Self::CapabilityMissing { .. }
            | Self::Account(_)
            | Self::NoAddress
            | Self::Redirected(_) => Remedy::Administrator,
            Self::NotAllowed => Remedy::Reader,
            Self::Gone | Self::UnknownPerson | Self::NotEnrolled | Self::UnknownAssignment => Remedy::Gone,
            Self::Throttled(wait) => Remedy::Wait(*wait),
            Self::OutOfOrder(_)
            | Self::Html
            | Self::Empty
            | Self::HalfABody
            | Self::Net(NetError::Unreachable | NetError::BrokenOff | NetError::TimedOut) => {
                Remedy::Wait(Wait::OUT_OF_ORDER)
            }
            Self::Net(NetError::Refused | NetError::TooLarge(_))
            | Self::Rejected(_)
            | Self::Code(_)
            | Self::Malformed { .. }
            | Self::TooMany(_)
            | Self::Endless
            | Self::ForeignHost
            | Self::NoId
            | Self::OtherFile => Remedy::None,
        }
    }

    /// Whether the same call may succeed when it is made again, later or with another token.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self.remedy(), Remedy::Wait(_) | Remedy::Refresh | Remedy::Consent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ambient::random::SeededRandom;

    #[test]
    fn a_wait_is_spread_over_its_room() {
        let random = SeededRandom::new(1);
        let picked: Vec<Duration> = (0..50).map(|_| Wait::THROTTLED.pick(&random)).collect();
        assert!(picked.iter().all(|wait| (10..=30).contains(&wait.as_secs())));
        assert!(picked.iter().any(|wait| *wait != picked[0]));
    }

    #[test]
    fn every_failure_says_who_can_help() {
        for (reason, remedy) in [
            (Reason::TokenRefused, Remedy::Refresh),
            (Reason::TokenEnded, Remedy::Consent),
            (Reason::NotAllowed, Remedy::Reader),
            (Reason::Gone, Remedy::Gone),
            (Reason::ServicesOff, Remedy::Administrator),
            (Reason::Html, Remedy::Wait(Wait::OUT_OF_ORDER)),
            (Reason::Endless, Remedy::None),
        ] {
            assert_eq!(reason.doing("x").remedy(), remedy);
        }
    }
}
