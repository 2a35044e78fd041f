//! Everything that can be wrong before a launch is a launch. Each refusal is a sentence for a person and a short,
//! stable code for logs and metrics.

mod registration;

pub use registration::{RegistrationError, ServiceUrlError};

/// Why a login initiation is refused. Never answered with a redirect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// A parameter that stands there twice: its name.
    #[error("The platform sent \"{0}\" more than once. Open the activity again from your course.")]
    Repeated(&'static str),
    /// More parameters or longer values than a login has.
    #[error("The platform sent a login request that is too long. Tell your administrator.")]
    TooLarge,
    /// A launch of LTI 1.0 to 1.2.
    #[error(
        "The platform opened this link as LTI 1.1, and this tool speaks LTI 1.3 only. Your administrator should add the tool anew as LTI 1.3 (LTI Advantage), and the link in the course has to be placed with that one."
    )]
    OldLaunch,
    /// A parameter with control characters: its name.
    #[error("The platform sent \"{0}\" with characters that it cannot have. Tell your administrator.")]
    Malformed(&'static str),
    /// No `iss`.
    #[error(
        "This page is opened by your learning platform: the issuer (iss) is missing. Open the activity from your course."
    )]
    IssuerMissing,
    /// No `login_hint`.
    #[error(
        "The platform did not say who is signing in (login_hint). Open the activity again from your course."
    )]
    LoginHintMissing,
    /// No `target_link_uri`.
    #[error(
        "The platform did not say what to open (target_link_uri). Open the activity again from your course."
    )]
    TargetMissing,
    /// A target that is no URL, or on another origin.
    #[error(
        "The address that the platform wants to open is not one of this tool. Ask your administrator to check the tool URL."
    )]
    TargetForeign,
    /// The issuer, which no registration has.
    #[error("The platform {0} is not registered with this tool. Ask your administrator to register it.")]
    IssuerUnknown(String),
    /// Reads like an unknown platform: only the log tells them apart, so that nobody can try out who is registered.
    #[error("The platform {0} is not registered with this tool. Ask your administrator to register it.")]
    ClientUnknown(String),
    /// The issuer; several registrations have it and no `client_id` was sent.
    #[error(
        "Several registrations share the issuer {0}, and the platform did not send a client id to choose by."
    )]
    ClientIdNeeded(String),
    /// The registration that fits is not enabled.
    #[error("The registration of this platform is switched off. Ask the administrator of this tool.")]
    Disabled,
}

impl LoginRefusal {
    /// For logs and metrics; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Repeated(_) => "login.parameter-repeated",
            Self::TooLarge => "login.too-large",
            Self::OldLaunch => "login.lti-1-1",
            Self::Malformed(_) => "login.parameter-malformed",
            Self::IssuerMissing => "login.issuer-missing",
            Self::LoginHintMissing => "login.hint-missing",
            Self::TargetMissing => "login.target-missing",
            Self::TargetForeign => "login.target-foreign",
            Self::IssuerUnknown(_) => "login.issuer-unknown",
            Self::ClientUnknown(_) => "login.client-unknown",
            Self::ClientIdNeeded(_) => "login.client-id-needed",
            Self::Disabled => "login.registration-disabled",
        }
    }

    /// The code that a page shows: the same where a stranger should not see a difference.
    #[must_use]
    pub fn shown_code(&self) -> &'static str {
        match self {
            Self::ClientUnknown(issuer) => Self::IssuerUnknown(issuer.clone()).code(),
            other => other.code(),
        }
    }
}

/// Why a key of a platform cannot verify a launch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// `kty` is `oct`.
    #[error("it is a shared secret, not a public key")]
    Symmetric,
    /// Another `kty` than `RSA`: the one found.
    #[error("it is of the type {0:?}, which does not fit the algorithm")]
    Type(String),
    /// The bits of the modulus.
    #[error("it has {0} bits where 2,048 are the least")]
    Small(usize),
    /// `use` is not `sig`.
    #[error("it is not meant for signatures")]
    Use,
    /// `alg` is another one than the token's, or none that can be allowed.
    #[error("it is meant for another algorithm")]
    Algorithm,
    /// Its numbers are missing, malformed or unsafe.
    #[error("it cannot be read")]
    Unreadable,
}

/// Why a key set could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// The set was read, and the key that is asked for is not in it.
    #[error("the platform's key set has no such key")]
    UnknownKey,
    /// There is no set: why not.
    #[error("the platform's key set could not be read: {0}")]
    Unavailable(String),
}

/// Why the tool's own key could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToolKeyError {
    /// The cryptographic library made none.
    #[error("An RSA key could not be made on this machine.")]
    Generation,
    /// The text is no such key.
    #[error("The stored LTI key is not an RSA private key of at least 2,048 bits in PKCS#8 PEM form.")]
    Unreadable,
    /// The claims could not be signed: why not.
    #[error("A message to the platform could not be signed: {0}")]
    Signing(String),
}

/// An error that the platform posted instead of an `id_token` (OpenID Connect core, section 3.1.2.6; some are Canvas's
/// own).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformRefusal {
    /// `login_required`
    #[error(
        "The platform does not see you as signed in here. Sign in to it, then open the activity again from your course; in Safari, open it in a new window."
    )]
    LoginRequired,
    /// `launch_no_longer_valid`; Canvas.
    #[error(
        "This launch was already used or is too old, which happens after Back or Reload. Open the activity again from your course."
    )]
    LaunchNoLongerValid,
    /// `unauthorized_client`
    #[error(
        "The platform does not let this tool in: its key is switched off or not installed in this account. Ask your administrator."
    )]
    UnauthorizedClient,
    /// `invalid_request`
    #[error(
        "The platform did not accept the login request. Open the activity again from your course; if that does not help, your administrator should compare the redirect URI and the client id."
    )]
    InvalidRequest,
    /// `invalid_request_object`
    #[error(
        "The platform did not accept the login request object. Open the activity again from your course."
    )]
    InvalidRequestObject,
    /// `invalid_scope`
    #[error(
        "The platform does not offer the scope openid. Your administrator should check that the tool is set up for LTI 1.3."
    )]
    InvalidScope,
    /// `unsupported_response_type`
    #[error(
        "The platform does not answer with an id_token. Your administrator should check that the tool is set up for LTI 1.3."
    )]
    UnsupportedResponseType,
    /// `access_denied`
    #[error(
        "The platform denied access. Open the activity again from your course, or ask your teacher whether it is open to you."
    )]
    AccessDenied,
    /// Another code with its description, at most 200 characters.
    #[error("The platform reported \"{0}\" instead of a launch. Open the activity again from your course.")]
    Other(String),
}

/// Why a launch is refused: the [checklist](crate::launch), row by row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // Row 1: the form.
    /// No `state` in the form.
    #[error(
        "This page is opened by your learning platform: the launch has no state. Open the activity from your course."
    )]
    StateMissing,
    /// Neither `id_token` nor `error` in the form.
    #[error("The platform sent no launch message (id_token). Open the activity again from your course.")]
    TokenMissing,
    /// A parameter that stands there twice: its name.
    #[error("The platform sent \"{0}\" more than once. Open the activity again from your course.")]
    Repeated(&'static str),
    /// A launch of LTI 1.0 to 1.2.
    #[error(
        "The platform opened this link as LTI 1.1, and this tool speaks LTI 1.3 only. Your administrator should add the tool anew as LTI 1.3 (LTI Advantage), and the link in the course has to be placed with that one."
    )]
    OldLaunch,
    /// A form, a token or a state beyond the bounds.
    #[error("The launch message is larger than 64 KiB. Tell your administrator.")]
    TooLarge,
    /// The platform sent an error instead of a launch.
    #[error(transparent)]
    Platform(#[from] PlatformRefusal),

    // Row 2: the state, and the registration that it names.
    /// Not sealed with this key, or changed.
    #[error(
        "This launch did not begin here, or its state was changed on the way. Open the activity again from your course."
    )]
    StateInvalid,
    /// Older than [`LIFETIME`](crate::state::LIFETIME).
    #[error("This launch took longer than ten minutes. Open the activity again from your course.")]
    StateExpired,
    /// Its nonce was used before. For the program, which stores the nonces.
    #[error(
        "This launch was already used, which happens after a double click or Reload. Open the activity again from your course."
    )]
    StateConsumed,
    /// The state names another registration than the one given.
    #[error(
        "This launch belongs to another registration of a platform. Open the activity again from your course."
    )]
    RegistrationMismatch,
    /// The registration is not enabled.
    #[error("The registration of this platform is switched off. Ask the administrator of this tool.")]
    RegistrationDisabled,

    // Row 3: the browser.
    /// No proof that this browser began the login.
    #[error(
        "Your browser did not send back the cookie of this launch. Open the activity again, in a new window if your browser blocks cookies in frames."
    )]
    BrowserNotBound,
    /// The proof came from another origin. For the program, which receives it.
    #[error(
        "The proof of this launch came from another site than ours. Open the activity again from your course."
    )]
    ProofForeign,

    // Row 4: the token's form and header.
    /// Not a compact JWS of JSON objects.
    #[error("The launch message is not a signed token of three parts. Tell your administrator.")]
    TokenMalformed,
    /// An object that names a member twice.
    #[error("The launch message names a value twice, so that it could be read in two ways.")]
    MemberRepeated,
    /// The algorithm found, which the registration does not allow.
    #[error("The launch message is signed with {0:?}, which this registration does not allow.")]
    Algorithm(String),
    /// `crit` or `b64` in the header.
    #[error("The launch message demands a header extension that this tool does not know.")]
    CriticalHeader,

    // Row 5: the key.
    /// No `kid` in the header.
    #[error(
        "The launch message does not say which key signed it (kid). The platform must publish and name its key."
    )]
    KeyIdMissing,
    /// The `kid`, which the platform's key set lacks.
    #[error("The platform's key set has no key {0:?}. Your administrator should check the key set URL.")]
    KeyUnknown(String),
    /// There is no key set: why not.
    #[error("The keys of the platform could not be fetched ({0}). Try again in a minute.")]
    KeysUnavailable(String),
    // Row 6.
    /// The key of that id cannot be used.
    #[error("The platform's key cannot verify a launch: {0}.")]
    Key(#[from] KeyFault),
    // Row 7.
    /// The signature does not fit the key.
    #[error(
        "The signature of the launch message does not fit the platform's key, also not as the platform publishes it now. Your administrator should check the key set URL."
    )]
    Signature,

    // Rows 8 to 10: who speaks, and to whom.
    /// Another issuer than the registration's, byte by byte.
    #[error(
        "The launch message comes from {found:?}, not from the registered issuer {expected:?}. Your administrator should compare them, slash by slash."
    )]
    Issuer {
        /// The issuer of the registration.
        expected: String,
        /// The `iss` of the token, at most 200 characters.
        found: String,
    },
    /// `aud` does not hold our client id.
    #[error(
        "The launch message is not meant for this tool: its audience lacks our client id. In Moodle, an activity with its own consumer key causes this."
    )]
    Audience,
    /// Another audience beside us.
    #[error("The launch message is also meant for {0:?}, which this tool does not trust.")]
    AudienceUntrusted(String),
    /// Several audiences and no `azp`.
    #[error("The launch message has several audiences and does not say which is the authorised one (azp).")]
    AuthorizedPartyMissing,
    /// An `azp` that is not our client id.
    #[error("The launch message authorises another tool (azp).")]
    AuthorizedParty,

    // Row 11: time.
    /// The claim that is missing or no time: `exp`, `iat` or `nbf`.
    #[error("The launch message has no usable \"{0}\" time.")]
    Time(&'static str),
    /// Seconds since `exp`.
    #[error(
        "The launch message expired {0} seconds ago. Open the activity again; if that does not help, the clocks of platform and tool differ."
    )]
    Expired(i64),
    /// Seconds until `iat`.
    #[error(
        "The launch message comes from {0} seconds in the future: the clocks of platform and tool differ. Your administrator should set them by NTP."
    )]
    IssuedInFuture(i64),
    /// Seconds since `iat`.
    #[error(
        "The launch message is {0} seconds old; ten minutes are allowed. Open the activity again from your course."
    )]
    TooOld(i64),
    /// Seconds until `nbf`.
    #[error("The launch message is valid only in {0} seconds: the clocks of platform and tool differ.")]
    NotYetValid(i64),

    // Row 12.
    /// No `nonce` in the token.
    #[error("The launch message has no nonce. Open the activity again from your course.")]
    NonceMissing,
    /// Another nonce than that of the state.
    #[error(
        "The launch message answers another login than this one (nonce). Open the activity again from your course."
    )]
    NonceMismatch,

    // Rows 13 and 14.
    /// No version claim.
    #[error("The launch message does not say its LTI version.")]
    VersionMissing,
    /// The version found.
    #[error("The launch message speaks LTI {0:?}; this tool speaks 1.3.0.")]
    Version(String),
    /// No message type claim.
    #[error("The launch message does not say its type.")]
    MessageTypeMissing,
    /// The message type found.
    #[error("This tool does not know launches of the type {0:?}.")]
    MessageType(String),

    // Rows 15 and 16.
    /// No deployment claim.
    #[error("The launch message names no deployment.")]
    DeploymentMissing,
    /// Longer than 255 characters, or not ASCII.
    #[error("The launch message names a deployment in a form that LTI does not allow.")]
    DeploymentMalformed,
    /// The deployment, which is not known and may not be claimed.
    #[error(
        "The tool is not yet admitted in this part of the platform (deployment {0:?}). Ask the administrator of this tool to add it."
    )]
    DeploymentUnknown(String),
    /// Another deployment than the login named.
    #[error(
        "The launch message names another deployment than the login did. Open the activity again from your course."
    )]
    DeploymentMismatch,

    // Row 17.
    /// No `sub`: an anonymous launch.
    #[error(
        "The platform did not say who you are. Sign in to it, then open the activity again from your course."
    )]
    SubjectMissing,
    /// A `sub` longer than 255 characters, or not ASCII.
    #[error("The platform names you in a form that LTI does not allow.")]
    SubjectMalformed,
    // Row 18.
    /// No roles claim; an empty list is good.
    #[error("The launch message has no list of roles.")]
    RolesMissing,
    /// Roles in the institution or the system, none in the course, of somebody who is new there.
    #[error(
        "The platform did not say your role in this course, only what you are elsewhere in the institution. Ask your teacher whether you are enrolled; if you are, your administrator should have the platform send course roles (Open edX does from 2026 on)."
    )]
    NoCourseRole,

    // Row 19.
    /// No target claim.
    #[error("The launch message does not say what to open.")]
    TargetMissing,
    /// A target on another origin, or no URL.
    #[error(
        "The launch message wants to open an address of another site. Your administrator should check the tool URL."
    )]
    TargetForeign,
    /// The path of the target, which is not among [`Targets`](crate::launch::Targets).
    #[error("This tool has nothing at {0:?}. Your administrator should check the tool URL.")]
    TargetUnknown(String),
    /// Another target than the login named.
    #[error(
        "The launch message opens something else than the login asked for. Open the activity again from your course."
    )]
    TargetChanged,

    // Rows 20 to 22.
    /// No resource link, or one without a usable id.
    #[error("The launch message does not name its resource link.")]
    ResourceLink,
    /// What the settings lack.
    #[error("The content selection request lacks a usable {0}.")]
    DeepLinking(&'static str),
    /// Why the return URL may not be used.
    #[error("The address to return selected content to is not acceptable: {0}.")]
    DeepLinkReturn(ServiceUrlError),
    /// What the request lacks.
    #[error("The submission review lacks a usable {0}.")]
    SubmissionReview(&'static str),

    // Row 23.
    /// Which service, and why its URL may not be called.
    #[error(
        "The platform's {0} address is not acceptable: {1}. Your administrator can add the host to the registration."
    )]
    ServiceUrl(&'static str, ServiceUrlError),

    /// The claims cannot be read although each required one is there.
    #[error("The launch message cannot be read: {0}. Tell your administrator.")]
    Unreadable(String),
}

impl Refusal {
    /// For logs and metrics; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::StateMissing => "launch.state-missing",
            Self::TokenMissing => "launch.token-missing",
            Self::Repeated(_) => "launch.parameter-repeated",
            Self::OldLaunch => "launch.lti-1-1",
            Self::TooLarge => "launch.too-large",
            Self::Platform(refusal) => match refusal {
                PlatformRefusal::LoginRequired => "platform.login-required",
                PlatformRefusal::LaunchNoLongerValid => "platform.launch-no-longer-valid",
                PlatformRefusal::UnauthorizedClient => "platform.unauthorized-client",
                PlatformRefusal::InvalidRequest => "platform.invalid-request",
                PlatformRefusal::InvalidRequestObject => "platform.invalid-request-object",
                PlatformRefusal::InvalidScope => "platform.invalid-scope",
                PlatformRefusal::UnsupportedResponseType => "platform.unsupported-response-type",
                PlatformRefusal::AccessDenied => "platform.access-denied",
                PlatformRefusal::Other(_) => "platform.other",
            },
            Self::StateInvalid => "launch.state-invalid",
            Self::StateExpired => "launch.state-expired",
            Self::StateConsumed => "launch.state-consumed",
            Self::RegistrationMismatch => "launch.registration-mismatch",
            Self::RegistrationDisabled => "launch.registration-disabled",
            Self::BrowserNotBound => "launch.browser-not-bound",
            Self::ProofForeign => "launch.proof-foreign",
            Self::TokenMalformed => "launch.token-malformed",
            Self::MemberRepeated => "launch.member-repeated",
            Self::Algorithm(_) => "launch.algorithm",
            Self::CriticalHeader => "launch.critical-header",
            Self::KeyIdMissing => "launch.kid-missing",
            Self::KeyUnknown(_) => "launch.kid-unknown",
            Self::KeysUnavailable(_) => "launch.keys-unavailable",
            Self::Key(fault) => match fault {
                KeyFault::Symmetric => "launch.key-symmetric",
                KeyFault::Type(_) => "launch.key-type",
                KeyFault::Small(_) => "launch.key-small",
                KeyFault::Use => "launch.key-use",
                KeyFault::Algorithm => "launch.key-algorithm",
                KeyFault::Unreadable => "launch.key-unreadable",
            },
            Self::Signature => "launch.signature",
            Self::Issuer { .. } => "launch.issuer",
            Self::Audience => "launch.audience",
            Self::AudienceUntrusted(_) => "launch.audience-untrusted",
            Self::AuthorizedPartyMissing => "launch.azp-missing",
            Self::AuthorizedParty => "launch.azp",
            Self::Time(_) => "launch.time-missing",
            Self::Expired(_) => "launch.expired",
            Self::IssuedInFuture(_) => "launch.issued-in-future",
            Self::TooOld(_) => "launch.too-old",
            Self::NotYetValid(_) => "launch.not-yet-valid",
            Self::NonceMissing => "launch.nonce-missing",
            Self::NonceMismatch => "launch.nonce-mismatch",
            Self::VersionMissing => "launch.version-missing",
            Self::Version(_) => "launch.version",
            Self::MessageTypeMissing => "launch.message-type-missing",
            Self::MessageType(_) => "launch.message-type",
            Self::DeploymentMissing => "launch.deployment-missing",
            Self::DeploymentMalformed => "launch.deployment-malformed",
            Self::DeploymentUnknown(_) => "launch.deployment-unknown",
            Self::DeploymentMismatch => "launch.deployment-mismatch",
            Self::SubjectMissing => "launch.subject-missing",
            Self::SubjectMalformed => "launch.subject-malformed",
            Self::RolesMissing => "launch.roles-missing",
            Self::NoCourseRole => "launch.no-course-role",
            Self::TargetMissing => "launch.target-missing",
            Self::TargetForeign => "launch.target-foreign",
            Self::TargetUnknown(_) => "launch.target-unknown",
            Self::TargetChanged => "launch.target-changed",
            Self::ResourceLink => "launch.resource-link",
            Self::DeepLinking(_) => "launch.deep-linking",
            Self::DeepLinkReturn(_) => "launch.deep-link-return",
            Self::SubmissionReview(_) => "launch.submission-review",
            Self::ServiceUrl(..) => "launch.service-url",
            Self::Unreadable(_) => "launch.unreadable",
        }
    }
}
