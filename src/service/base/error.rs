//! What can go wrong in a use case. Lower modules have errors of their own; here each gets what the edge needs: a kind
//! (which becomes a status), a stable code and a sentence that a person can act on.

use super::registering_words;
use crate::domain::policy;
use crate::secrets::SecretsError;
use crate::store::blobs::BlobError;
use crate::store::{MaybeConflict, StoreError};
use lti::dynamic_registration::{ConfigurationError, Refused};
use lti::error::{LoginRefusal, Refusal};
use lti::services::error::ServiceError as PlatformError;

/// A use case that did not come to its end. Nothing was half done: each one works in a single transaction.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// A launch or login that must not be let in.
    #[error(transparent)]
    Launch(#[from] Refusal),
    #[error(transparent)]
    Login(#[from] LoginRefusal),
    /// There is no such thing, or not for this person.
    #[error("There is no such {0} here. It may have been removed; go back and look again.")]
    NotFound(&'static str),
    /// A badge from before there were tokens, in a form that needs one.
    #[error(
        "This badge has no token form (JWT): it was issued before tokens were made. Its data file (JSON) and its pictures \
         hold the same badge."
    )]
    NoToken,
    /// The holder keeps the public page of a badge to themselves.
    #[error("The holder of this badge shows its page only to those to whom they send a link.")]
    Kept,
    /// The session does not allow it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Somebody acts as this person (Canvas: "Act as user"): what is theirs to say or to give stays theirs.
    #[error(
        "You are acting as this person, so you can look but not hand in or share for them. Nothing was changed; they can do it themselves."
    )]
    Masquerade,
    /// The institution does not allow it.
    #[error(transparent)]
    Policy(#[from] policy::Refusal),
    /// No session, or it is over.
    #[error("Your visit has ended. Open this page again from your course; what you had saved is kept.")]
    SessionOver,
    /// Nobody is signed in to the console in this browser.
    #[error("Please sign in. What you had saved is kept; nothing that you just sent was changed.")]
    SignInNeeded,
    /// The institution's sign-in service did not do its part.
    #[error(
        "Your institution’s sign-in service did not answer as it should. Try again in a minute; if it stays so, come in by \
         another way: `cairn admin-link` on the server prints a link."
    )]
    Provider,
    /// It was there once and will not come back.
    #[error("{sentence}")]
    Gone { code: &'static str, sentence: String },
    /// Too often in too short a time.
    #[error("{sentence}")]
    TooOften { code: &'static str, sentence: String },
    /// Input that cannot be used; says what to do.
    #[error("{sentence}")]
    Invalid { code: &'static str, sentence: String },
    /// More bytes or fields than are read.
    #[error("{sentence}")]
    TooLarge { code: &'static str, sentence: String },
    /// Somebody else was faster, or the number shown is no longer right.
    #[error("{sentence}")]
    Conflict { code: &'static str, sentence: String },
    /// A client asks more often than the settings allow.
    #[error(
        "More requests came from your network than this server answers at once. Wait {seconds} seconds, then open the page again; nothing was lost."
    )]
    TooMany { seconds: u64 },
    /// A platform that registers says of itself what cannot be believed.
    #[error("{}", registering_words::configuration(.0))]
    Configuration(#[from] ConfigurationError),
    /// A platform refused to register us.
    #[error("{}", registering_words::refusal(.0))]
    Registration(#[from] Refused),
    /// The platform did not do what was asked.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// A defect of ours or damaged data; the detail is for the log.
    #[error(
        "Something went wrong on our side. Nothing was lost; please try again, and name the error id if it stays."
    )]
    Internal(String),
}

impl MaybeConflict for ServiceError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_conflict())
    }
}

/// What kind of answer an error deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    Unprocessable,
    TooLarge,
    TooManyRequests,
    BadGateway,
    Unavailable,
    Internal,
}

impl ServiceError {
    /// A sentence about unusable input under a stable code.
    pub(crate) fn invalid(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid {
            code,
            sentence: sentence.into(),
        }
    }

    /// A sentence about a conflict under a stable code.
    pub(crate) fn conflict(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            sentence: sentence.into(),
        }
    }

    /// What kind of answer it deserves.
    #[must_use]
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Launch(_) | Self::Login(_) | Self::Configuration(_) => ErrorKind::BadRequest,
            Self::NotFound(_) | Self::NoToken | Self::Blob(BlobError::Missing) => ErrorKind::NotFound,
            Self::Forbidden(_) | Self::Masquerade | Self::Kept | Self::Policy(_) => ErrorKind::Forbidden,
            Self::SessionOver | Self::SignInNeeded => ErrorKind::Unauthorized,
            Self::Gone { .. } => ErrorKind::Gone,
            Self::TooMany { .. } | Self::TooOften { .. } => ErrorKind::TooManyRequests,
            Self::Invalid { .. } => ErrorKind::Unprocessable,
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Platform(_) | Self::Registration(_) | Self::Provider => ErrorKind::BadGateway,
            Self::Store(_) | Self::Blob(_) => ErrorKind::Unavailable,
            Self::Secrets(_) | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// A stable name for log, metrics and support.
    #[must_use]
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Launch(refusal) => refusal.code(),
            Self::Login(refusal) => refusal.code(),
            Self::NotFound(_) => "not-found",
            Self::NoToken => "credential.no-token",
            Self::Kept => "credential.kept",
            Self::Forbidden(_) => "forbidden",
            Self::Masquerade => "masquerade",
            Self::Policy(refusal) => refusal.code(),
            Self::SessionOver => "session-over",
            Self::TooMany { .. } => "too-many-requests",
            Self::SignInNeeded => "admin.signed-out",
            Self::Invalid { code, .. }
            | Self::TooLarge { code, .. }
            | Self::Conflict { code, .. }
            | Self::Gone { code, .. }
            | Self::TooOften { code, .. } => code,
            Self::Configuration(error) => error.code(),
            Self::Registration(refused) => refused.code(),
            Self::Platform(_) => "platform",
            Self::Provider => "admin.provider",
            Self::Store(_) => "store",
            Self::Blob(_) => "files",
            Self::Secrets(_) => "secrets",
            Self::Internal(_) => "internal",
        }
    }

    /// Whether what was asked can be asked again just so: database or files did not take it.
    #[must_use]
    pub(crate) fn keeps_the_form(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unavailable)
    }

    /// What the log should say beyond the sentence.
    #[must_use]
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Internal(detail) => detail.clone(),
            other => other.to_string(),
        }
    }
}
