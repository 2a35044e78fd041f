//! Everything that can be wrong before a launch is a launch. Each refusal is a sentence for a person and a short,
//! stable code for logs and metrics.

use crate::keys::KeyFault;

/// Why a value of a hand-registered platform is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    #[error("Give the platform a name of at most 200 characters.")]
    Name,
    #[error(
        "The issuer {0:?} must be an https URL without query or fragment, exactly as the platform writes it (plain http works on loopback only, and only where the settings allow it)."
    )]
    Issuer(String),
    #[error(
        "The client id must be what the platform shows after registering: printable characters without blanks, 255 at most."
    )]
    ClientId,
    #[error(
        "The token audience must be printable characters without blanks, 255 at most; leave it out to use the token URL."
    )]
    TokenAudience,
    #[error("The {0} {1:?} is not a URL.")]
    NotAUrl(&'static str, String),
    #[error(
        "The {0} {1:?} must begin with https:// (plain http works on loopback only, and only where the settings allow it)."
    )]
    Insecure(&'static str, String),
    #[error("The {0} {1:?} must have no user name, password or fragment, and at most 2,000 characters.")]
    NotPlain(&'static str, String),
    #[error("The service host {0:?} must be a full host name or an address, such as lms.example.edu.")]
    ServiceHost(String),
    #[error("{0:?} is not a flavour; choose moodle, canvas or other.")]
    UnknownFlavour(String),
    #[error("{0:?} is not an algorithm that can be allowed; choose RS256, RS384 or RS512.")]
    Algorithm(String),
}

/// Why a service URL may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceUrlError {
    #[error("it is not a URL")]
    Malformed,
    #[error("its scheme is {0}, not https")]
    Insecure(String),
    #[error("it carries a user name or password")]
    Credentials,
    #[error("its host {0} is not among the service hosts of this platform")]
    ForeignHost(String),
}

/// Why a login initiation is refused. Never answered with a redirect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    #[error("The platform sent \"{0}\" more than once. Open the activity again from your course.")]
    Repeated(&'static str),
    #[error("The platform sent a login request that is too long. Tell your administrator.")]
    TooLarge,
    #[error(
        "This page is opened by your learning platform: the issuer (iss) is missing. Open the activity from your course."
    )]
    IssuerMissing,
    #[error(
        "The platform did not say who is signing in (login_hint). Open the activity again from your course."
    )]
    LoginHintMissing,
    #[error(
        "The platform did not say what to open (target_link_uri). Open the activity again from your course."
    )]
    TargetMissing,
    #[error(
        "The address that the platform wants to open is not one of this tool. Ask your administrator to check the tool URL."
    )]
    TargetForeign,
    #[error("The platform {0} is not registered with this tool. Ask your administrator to register it.")]
    IssuerUnknown(String),
    /// Reads like an unknown platform: only the log tells them apart, so that nobody can try out who is registered.
    #[error("The platform {0} is not registered with this tool. Ask your administrator to register it.")]
    ClientUnknown(String),
    #[error(
        "Several registrations share the issuer {0}, and the platform did not send a client id to choose by."
    )]
    ClientIdNeeded(String),
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

/// Why a key set could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    #[error("the platform's key set has no such key")]
    UnknownKey,
    #[error("the platform's key set could not be read: {0}")]
    Unavailable(String),
}

/// Why the tool's own key could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToolKeyError {
    #[error("An RSA key could not be made on this machine.")]
    Generation,
    #[error("The stored LTI key is not an RSA private key of at least 2,048 bits in PKCS#8 PEM form.")]
    Unreadable,
    #[error("A message to the platform could not be signed: {0}")]
    Signing(String),
}

/// An error that the platform posted instead of an `id_token` (facts 1.2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformRefusal {
    #[error(
        "The platform does not see you as signed in here. Sign in to it, then open the activity again from your course; in Safari, open it in a new window."
    )]
    LoginRequired,
    #[error(
        "This launch was already used or is too old, which happens after Back or Reload. Open the activity again from your course."
    )]
    LaunchNoLongerValid,
    #[error(
        "The platform does not let this tool in: its key is switched off or not installed in this account. Ask your administrator."
    )]
    UnauthorizedClient,
    #[error(
        "The platform did not accept the login request. Open the activity again from your course; if that does not help, your administrator should compare the redirect URI and the client id."
    )]
    InvalidRequest,
    #[error(
        "The platform did not accept the login request object. Open the activity again from your course."
    )]
    InvalidRequestObject,
    #[error(
        "The platform does not offer the scope openid. Your administrator should check that the tool is set up for LTI 1.3."
    )]
    InvalidScope,
    #[error(
        "The platform does not answer with an id_token. Your administrator should check that the tool is set up for LTI 1.3."
    )]
    UnsupportedResponseType,
    #[error(
        "The platform denied access. Open the activity again from your course, or ask your teacher whether it is open to you."
    )]
    AccessDenied,
    #[error("The platform reported \"{0}\" instead of a launch. Open the activity again from your course.")]
    Other(String),
}

/// Why a launch is refused: the checklist of facts 1.3, row by row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // Row 1: the form.
    #[error(
        "This page is opened by your learning platform: the launch has no state. Open the activity from your course."
    )]
    StateMissing,
    #[error("The platform sent no launch message (id_token). Open the activity again from your course.")]
    TokenMissing,
    #[error("The platform sent \"{0}\" more than once. Open the activity again from your course.")]
    Repeated(&'static str),
    #[error("The launch message is larger than 64 KiB. Tell your administrator.")]
    TooLarge,
    #[error(transparent)]
    Platform(#[from] PlatformRefusal),

    // Row 2: the state, and the registration that it names.
    #[error(
        "This launch did not begin here, or its state was changed on the way. Open the activity again from your course."
    )]
    StateInvalid,
    #[error("This launch took longer than ten minutes. Open the activity again from your course.")]
    StateExpired,
    #[error(
        "This launch was already used, which happens after a double click or Reload. Open the activity again from your course."
    )]
    StateConsumed,
    #[error(
        "This launch belongs to another registration of a platform. Open the activity again from your course."
    )]
    RegistrationMismatch,
    #[error("The registration of this platform is switched off. Ask the administrator of this tool.")]
    RegistrationDisabled,

    // Row 3: the browser.
    #[error(
        "Your browser did not send back the cookie of this launch. Open the activity again, in a new window if your browser blocks cookies in frames."
    )]
    BrowserNotBound,
    #[error(
        "The proof of this launch came from another site than ours. Open the activity again from your course."
    )]
    ProofForeign,

    // Row 4: the token's form and header.
    #[error("The launch message is not a signed token of three parts. Tell your administrator.")]
    TokenMalformed,
    #[error("The launch message names a value twice, so that it could be read in two ways.")]
    MemberRepeated,
    #[error("The launch message is signed with {0:?}, which this registration does not allow.")]
    Algorithm(String),
    #[error("The launch message demands a header extension that this tool does not know.")]
    CriticalHeader,

    // Row 5: the key.
    #[error(
        "The launch message does not say which key signed it (kid). The platform must publish and name its key."
    )]
    KeyIdMissing,
    #[error("The platform's key set has no key {0:?}. Your administrator should check the key set URL.")]
    KeyUnknown(String),
    #[error("The keys of the platform could not be fetched ({0}). Try again in a minute.")]
    KeysUnavailable(String),
    // Row 6.
    #[error("The platform's key cannot verify a launch: {0}.")]
    Key(#[from] KeyFault),
    // Row 7.
    #[error("The signature of the launch message is wrong. Your administrator should check the key set URL.")]
    Signature,

    // Rows 8 to 10: who speaks, and to whom.
    #[error(
        "The launch message comes from {found:?}, not from the registered issuer {expected:?}. Your administrator should compare them, slash by slash."
    )]
    Issuer { expected: String, found: String },
    #[error(
        "The launch message is not meant for this tool: its audience lacks our client id. In Moodle, an activity with its own consumer key causes this."
    )]
    Audience,
    #[error("The launch message is also meant for {0:?}, which this tool does not trust.")]
    AudienceUntrusted(String),
    #[error("The launch message has several audiences and does not say which is the authorised one (azp).")]
    AuthorizedPartyMissing,
    #[error("The launch message authorises another tool (azp).")]
    AuthorizedParty,

    // Row 11: time.
    #[error("The launch message has no usable \"{0}\" time.")]
    Time(&'static str),
    #[error(
        "The launch message expired {0} seconds ago. Open the activity again; if that does not help, the clocks of platform and tool differ."
    )]
    Expired(i64),
    #[error(
        "The launch message comes from {0} seconds in the future: the clocks of platform and tool differ. Your administrator should set them by NTP."
    )]
    IssuedInFuture(i64),
    #[error(
        "The launch message is {0} seconds old; ten minutes are allowed. Open the activity again from your course."
    )]
    TooOld(i64),
    #[error("The launch message is valid only in {0} seconds: the clocks of platform and tool differ.")]
    NotYetValid(i64),

    // Row 12.
    #[error("The launch message has no nonce. Open the activity again from your course.")]
    NonceMissing,
    #[error(
        "The launch message answers another login than this one (nonce). Open the activity again from your course."
    )]
    NonceMismatch,

    // Rows 13 and 14.
    #[error("The launch message does not say its LTI version.")]
    VersionMissing,
    #[error("The launch message speaks LTI {0:?}; this tool speaks 1.3.0.")]
    Version(String),
    #[error("The launch message does not say its type.")]
    MessageTypeMissing,
    #[error("This tool does not know launches of the type {0:?}.")]
    MessageType(String),

    // Rows 15 and 16.
    #[error("The launch message names no deployment.")]
    DeploymentMissing,
    #[error("The launch message names a deployment in a form that LTI does not allow.")]
    DeploymentMalformed,
    #[error(
        "The tool is not yet admitted in this part of the platform (deployment {0:?}). Ask the administrator of this tool to add it."
    )]
    DeploymentUnknown(String),
    #[error(
        "The launch message names another deployment than the login did. Open the activity again from your course."
    )]
    DeploymentMismatch,

    // Row 17.
    #[error(
        "The platform did not say who you are. Sign in to it, then open the activity again from your course."
    )]
    SubjectMissing,
    #[error("The platform names you in a form that LTI does not allow.")]
    SubjectMalformed,
    // Row 18.
    #[error("The launch message has no list of roles.")]
    RolesMissing,

    // Row 19.
    #[error("The launch message does not say what to open.")]
    TargetMissing,
    #[error(
        "The launch message wants to open an address of another site. Your administrator should check the tool URL."
    )]
    TargetForeign,
    #[error("This tool has nothing at {0:?}. Your administrator should check the tool URL.")]
    TargetUnknown(String),
    #[error(
        "The launch message opens something else than the login asked for. Open the activity again from your course."
    )]
    TargetChanged,

    // Rows 20 to 22.
    #[error("The launch message does not name its resource link.")]
    ResourceLink,
    #[error("The content selection request lacks a usable {0}.")]
    DeepLinking(&'static str),
    #[error("The address to return selected content to is not acceptable: {0}.")]
    DeepLinkReturn(ServiceUrlError),
    #[error("The submission review lacks a usable {0}.")]
    SubmissionReview(&'static str),

    // Row 23.
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
