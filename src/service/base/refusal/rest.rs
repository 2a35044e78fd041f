//! Why a platform is not read by its REST interface.

use super::ErrorKind;
use crate::domain::rest_access::Fault;
use crate::service::base::trouble::Away;

/// Why a platform is not read by its REST interface, or not as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RestRefusal {
    /// The platform has no such interface that is known.
    NoInterface,
    /// The address is none, or none of this platform.
    Address,
    /// A client id that cannot be one.
    ClientId,
    /// A secret that cannot be one.
    Secret,
    /// A token that cannot be one.
    Token,
    /// Somebody changed it since the page was made.
    Changed,
    /// It is switched off.
    NotOn,
    /// Teachers may not give access to their own course.
    NotByTeachers,
    /// The state that came back is not that of this browser, was used, or is over.
    NotOurs,
    /// Whoever was asked said no.
    Denied,
    /// The key lacks these scopes, by their names.
    Scopes(Vec<String>),
    /// The key is off, or client id and secret do not belong together.
    Key,
    /// Somebody consented in another person's name.
    Masqueraded,
    /// Another person consented than the one who teaches here.
    OtherPerson,
    /// The code is over, or was used.
    Code,
    /// The platform refuses with a word of its own.
    Word(String),
    /// The platform was out of reach.
    Away(Away),
    /// The platform refuses what is needed.
    Fault(Fault),
}

impl RestRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::NoInterface => (Conflict, "rest.no-interface"),
            Self::Address => (Unprocessable, "rest.address"),
            Self::ClientId => (Unprocessable, "rest.client-id"),
            Self::Secret => (Unprocessable, "rest.secret"),
            Self::Token => (Unprocessable, "rest.token"),
            Self::Changed => (Conflict, "rest.changed"),
            Self::NotOn => (Conflict, "rest.not-on"),
            Self::NotByTeachers => (Conflict, "rest.not-by-teachers"),
            Self::NotOurs => (Unprocessable, "rest.not-ours"),
            Self::Denied => (Unprocessable, "rest.denied"),
            Self::Scopes(_) => (Unprocessable, "rest.scopes"),
            Self::Key => (Unprocessable, "rest.key"),
            Self::Masqueraded => (Unprocessable, "rest.masqueraded"),
            Self::OtherPerson => (Unprocessable, "rest.other-person"),
            Self::Code => (Unprocessable, "rest.code"),
            Self::Word(_) => (Unprocessable, "rest.refused"),
            Self::Away(_) => (Unprocessable, "rest.away"),
            Self::Fault(_) => (Unprocessable, "rest.fault"),
        }
    }
}
