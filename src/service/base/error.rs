//! What can go wrong in a use case. Lower modules have errors of their own; here each gets what the edge needs: a kind
//! (which becomes a status) and a stable code. The words are the edge's.

pub(crate) use super::error_kind::ErrorKind;
use super::refusal::{
    AccountRefusal, AwardRefusal, BadgeRefusal, ColumnRefusal, CourseRefusal, CredentialRefusal,
    EndorsementRefusal, Forbidden, GradesRefusal, InstitutionBadgeRefusal, InstitutionRefusal, JoinRefusal,
    PlacingRefusal, PortfolioRefusal, PrivacyRefusal, ProgrammeRefusal, Refusal, ReplayRefusal, RestRefusal,
};
use crate::domain::policy;
use crate::secrets::SecretsError;
use crate::store::blobs::BlobError;
use crate::store::{MaybeConflict, StoreError};
use lti::dynamic_registration::{ConfigurationError, Refused};
use lti::error::LoginRefusal;
use lti::services::error::ServiceError as PlatformError;

/// A use case that did not come to its end. Nothing was half done: each one works in a single transaction.
///
/// What its `Display` says is for the log; people are told in the words of `web::words::errors`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// A launch or login that must not be let in.
    #[error(transparent)]
    Launch(#[from] lti::error::Refusal),
    #[error(transparent)]
    Login(#[from] LoginRefusal),
    /// There is no such thing, or not for this person.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A badge from before there were tokens, in a form that needs one.
    #[error("the badge has no token form")]
    NoToken,
    /// The holder keeps the public page of a badge to themselves.
    #[error("the holder keeps the page")]
    Kept,
    /// The session does not allow it.
    #[error("forbidden: {0:?}")]
    Forbidden(Forbidden),
    /// Somebody acts as this person (Canvas: "Act as user"): what is theirs to say or to give stays theirs.
    #[error("somebody acts as this person")]
    Masquerade,
    /// The institution does not allow it.
    #[error("the institution does not allow it: {0:?}")]
    Policy(policy::Refusal),
    /// No session, or it is over.
    #[error("there is no such visit, or it is over")]
    SessionOver,
    /// Nobody is signed in to the console in this browser.
    #[error("nobody is signed in")]
    SignInNeeded,
    /// The institution's sign-in service did not do its part.
    #[error("the sign-in service did not answer as it should")]
    Provider,
    /// A use case refuses what is asked of it. The log names the reason, not what it is about.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// Several of the values that were sent cannot be used: what is refused of each.
    #[error("refused: {} values", .0.len())]
    Several(Vec<Refusal>),
    /// A page refuses what was sent to it before a use case is called, in a sentence of its own.
    #[error("{sentence}")]
    Form {
        kind: ErrorKind,
        code: &'static str,
        sentence: String,
    },
    /// A client asks more often than the settings allow.
    #[error("more requests than this server answers at once")]
    TooMany { seconds: u64 },
    /// There is no room for what was sent at this moment: because of what this client has under way, or all together.
    #[error("too much is under way at once")]
    Busy { by_client: bool, seconds: u64 },
    /// A platform that registers says of itself what cannot be believed. The code says what; what it said is not for the log.
    #[error("the configuration of a platform cannot be used")]
    Configuration(#[from] ConfigurationError),
    /// A platform refused to register us. The code says why; what it said is not for the log.
    #[error("a platform refused to register this tool")]
    Registration(#[from] Refused),
    /// The platform did not do what was asked.
    #[error("{}", .0.for_log())]
    Platform(#[from] PlatformError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// A defect of ours or damaged data.
    #[error("{0}")]
    Internal(String),
}

impl From<policy::Refusal> for ServiceError {
    fn from(refusal: policy::Refusal) -> Self {
        Self::Policy(refusal)
    }
}

impl MaybeConflict for ServiceError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_conflict())
    }
}

/// Lets `?` and `into` turn the refusals of one wing into an error.
macro_rules! refusals {
    ($($wing:ty,)*) => {$(
        impl From<$wing> for ServiceError {
            fn from(refusal: $wing) -> Self {
                Self::Refused(refusal.into())
            }
        }
    )*};
}

refusals! {
    AccountRefusal,
    AwardRefusal,
    BadgeRefusal,
    ColumnRefusal,
    CourseRefusal,
    CredentialRefusal,
    EndorsementRefusal,
    GradesRefusal,
    InstitutionBadgeRefusal,
    InstitutionRefusal,
    JoinRefusal,
    PlacingRefusal,
    PortfolioRefusal,
    PrivacyRefusal,
    ProgrammeRefusal,
    ReplayRefusal,
    RestRefusal,
}

impl ServiceError {
    /// What a page refuses by itself, in a sentence of its own under a stable code.
    pub(crate) fn form(kind: ErrorKind, code: &'static str, sentence: impl Into<String>) -> Self {
        Self::Form {
            kind,
            code,
            sentence: sentence.into(),
        }
    }

    /// Each value that is refused; none for what is no refusal of a use case.
    #[must_use]
    pub(crate) fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(one) => std::slice::from_ref(one),
            Self::Several(all) => all,
            _ => &[],
        }
    }

    /// Whether the database is away, so that nothing at all can be done for now.
    #[must_use]
    pub(crate) fn is_database_away(&self) -> bool {
        matches!(self, Self::Store(StoreError::Unreachable(_)))
    }

    /// Whether what was sent cannot be used, so that a form is shown again with what was typed.
    #[must_use]
    pub(crate) fn is_invalid(&self) -> bool {
        self.kind() == ErrorKind::Unprocessable
    }

    /// What kind of answer it deserves.
    #[must_use]
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Login(LoginRefusal::TooLarge) => ErrorKind::TooLarge,
            Self::Launch(_) | Self::Login(_) | Self::Configuration(_) => ErrorKind::BadRequest,
            Self::NotFound(_) | Self::NoToken | Self::Blob(BlobError::Missing) => ErrorKind::NotFound,
            Self::Forbidden(_) | Self::Masquerade | Self::Kept | Self::Policy(_) => ErrorKind::Forbidden,
            Self::SessionOver | Self::SignInNeeded => ErrorKind::Unauthorized,
            Self::Refused(refusal) => refusal.kind(),
            Self::Several(_) => ErrorKind::Unprocessable,
            Self::Form { kind, .. } => *kind,
            Self::TooMany { .. } | Self::Busy { by_client: true, .. } => ErrorKind::TooManyRequests,
            Self::Platform(_) | Self::Registration(_) | Self::Provider => ErrorKind::BadGateway,
            Self::Store(_) | Self::Blob(_) | Self::Busy { .. } => ErrorKind::Unavailable,
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
            Self::Busy { by_client: true, .. } => "busy.client",
            Self::Busy { .. } => "busy",
            Self::SignInNeeded => "admin.signed-out",
            Self::Refused(refusal) => refusal.code(),
            Self::Several(_) => "several",
            Self::Form { code, .. } => code,
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
}
