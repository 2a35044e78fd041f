//! What can go wrong in a use case. Rooms below have errors of their own; here each gets what the edge needs: a kind
//! (which becomes a status), a stable code and a sentence that a person can act on.

use crate::domain::policy;
use crate::lti::error::{LoginRefusal, Refusal};
use crate::lti::services::error::ServiceError as PlatformError;
use crate::secrets::SecretsError;
use crate::store::StoreError;
use crate::store::blobs::BlobError;

/// A use case that did not come to its end. Nothing was half done: each one works in a single transaction.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A launch or login that must not be let in.
    #[error(transparent)]
    Launch(#[from] Refusal),
    #[error(transparent)]
    Login(#[from] LoginRefusal),
    /// There is no such thing, or not for this person.
    #[error("There is no such {0} here. It may have been removed; go back and look again.")]
    NotFound(&'static str),
    /// The session does not allow it.
    #[error("{0}")]
    Forbidden(&'static str),
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
    /// Somebody else was faster, or the number shown is no longer right.
    #[error("{sentence}")]
    Conflict { code: &'static str, sentence: String },
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

/// What kind of answer an error deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    Unprocessable,
    TooMany,
    BadGateway,
    Unavailable,
    Internal,
}

impl ServiceError {
    /// A sentence about unusable input under a stable code.
    pub fn invalid(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid {
            code,
            sentence: sentence.into(),
        }
    }

    /// A sentence about a conflict under a stable code.
    pub fn conflict(code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            sentence: sentence.into(),
        }
    }

    /// What kind of answer it deserves.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Launch(_) | Self::Login(_) => ErrorKind::BadRequest,
            Self::NotFound(_) | Self::Blob(BlobError::Missing) => ErrorKind::NotFound,
            Self::Forbidden(_) | Self::Policy(_) => ErrorKind::Forbidden,
            Self::SessionOver | Self::SignInNeeded => ErrorKind::Unauthorized,
            Self::Gone { .. } => ErrorKind::Gone,
            Self::TooOften { .. } => ErrorKind::TooMany,
            Self::Invalid { .. } => ErrorKind::Unprocessable,
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Platform(_) | Self::Provider => ErrorKind::BadGateway,
            Self::Store(_) | Self::Blob(_) => ErrorKind::Unavailable,
            Self::Secrets(_) | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// A stable name for log, metrics and support.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Launch(refusal) => refusal.code(),
            Self::Login(refusal) => refusal.code(),
            Self::NotFound(_) => "not-found",
            Self::Forbidden(_) => "forbidden",
            Self::Policy(refusal) => refusal.code(),
            Self::SessionOver => "session-over",
            Self::SignInNeeded => "admin.signed-out",
            Self::Invalid { code, .. }
            | Self::Conflict { code, .. }
            | Self::Gone { code, .. }
            | Self::TooOften { code, .. } => code,
            Self::Platform(_) => "platform",
            Self::Provider => "admin.provider",
            Self::Store(_) => "store",
            Self::Blob(_) => "files",
            Self::Secrets(_) => "secrets",
            Self::Internal(_) => "internal",
        }
    }

    /// What the log should say beyond the sentence.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Internal(detail) => detail.clone(),
            other => other.to_string(),
        }
    }
}
