//! What can be wrong with a platform's configuration, and how a platform says no. One sentence each, for the
//! administrator who sits before the platform's page.

/// Why a platform's configuration is not acceptable. Nothing was sent to that platform then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// No address was given.
    #[error(
        "This page is opened by your learning platform, which adds the address of its configuration. Paste the registration address into Moodle (Site administration, Plugins, External tool, Manage tools) or Canvas (Developer Keys, LTI Registration) instead of opening it here."
    )]
    NoAddress,
    /// The address, which may not be called; without its query.
    #[error(
        "The platform names the configuration address {0:?}, which is not an https address. Ask who runs the platform to serve it over https, then register again."
    )]
    Address(String),
    /// More than [`MAX_DOCUMENT`](super::MAX_DOCUMENT) bytes.
    #[error(
        "The platform's configuration is larger than 256 kB, so it was not read. Register by hand instead."
    )]
    TooLarge,
    /// No JSON object.
    #[error("The platform's configuration is not JSON. Register again; if it stays so, register by hand.")]
    NotJson,
    /// What is missing.
    #[error("The platform's configuration does not name its {0}. Register by hand instead.")]
    Missing(&'static str),
    /// Which address, and what was given.
    #[error(
        "The platform's configuration names the {0} {1:?}, which is not an https address. Ask who runs the platform to serve it over https, then register again."
    )]
    Insecure(&'static str, String),
    /// The configuration of one host speaks for another.
    #[error(
        "The configuration comes from {host} but speaks for the issuer {issuer}. A platform is registered only on its own word. If {host} is your own Canvas with the issuer of the hosted one, register it by hand."
    )]
    Issuer {
        /// Where the configuration was read.
        host: String,
        /// For whom it speaks.
        issuer: String,
    },
    /// An endpoint outside the platform's own hosts.
    #[error(
        "The configuration of {platform} names the {what} {url:?}, which is on another server. Nothing was sent there. Register by hand if that is right."
    )]
    ForeignEndpoint {
        /// Which endpoint.
        what: &'static str,
        /// Its URL.
        url: String,
        /// The host of the configuration.
        platform: String,
    },
    /// RS256 is not among the algorithms.
    #[error(
        "The platform does not sign launches with RS256, the only signature that this tool accepts from a new platform."
    )]
    NoRs256,
}

impl ConfigurationError {
    /// A stable name for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAddress => "registering.no-address",
            Self::Address(_) => "registering.address",
            Self::TooLarge => "registering.configuration-too-large",
            Self::NotJson => "registering.configuration-not-json",
            Self::Missing(_) => "registering.configuration-incomplete",
            Self::Insecure(..) => "registering.endpoint-insecure",
            Self::Issuer { .. } => "registering.issuer",
            Self::ForeignEndpoint { .. } => "registering.endpoint-foreign",
            Self::NoRs256 => "registering.no-rs256",
        }
    }
}

/// How a platform refuses a registration, or answers with something else than one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Moodle: no registration token came with the request.
    #[error(
        "The platform asks for a registration token and there was none. Start again on the platform's own page instead of opening the address directly."
    )]
    TokenMissing,
    /// Moodle: the token was used before.
    #[error(
        "The platform says that this registration was used already. Look whether this tool is in its list of tools; if not, start the registration there again."
    )]
    TokenUsed,
    /// 401, or a token that is over.
    #[error(
        "The platform does not accept its registration token any more: they live for an hour. Start the registration there again."
    )]
    TokenInvalid,
    /// 403.
    #[error(
        "The platform does not let this account register tools (status 403). Register as an administrator of the site or the root account."
    )]
    Forbidden,
    /// Moodle: `missing_domain`.
    #[error(
        "The platform misses the domain of this tool in the request. Check the public address that the tool is set up with, then register again."
    )]
    DomainMissing,
    /// Moodle: the domain does not fit the addresses.
    #[error(
        "The platform says that the domain of this tool does not fit its addresses. Check the public address that the tool is set up with, then register again."
    )]
    DomainMismatch,
    /// `invalid_redirect_uri`.
    #[error(
        "The platform does not accept the redirect address of this tool. Check that the tool is set up with the https address under which the platform's users reach it."
    )]
    RedirectUris,
    /// `invalid_client_metadata` and the like: what the platform said.
    #[error(
        "The platform did not accept the registration ({0}). Register by hand instead, and report these words."
    )]
    Metadata(String),
    /// 422 of Canvas: its sentences.
    #[error("Canvas did not accept the registration: {}. Register with the JSON of the page “Canvas by hand” instead, and report these words.", .0.join("; "))]
    Unprocessable(Vec<String>),
    /// 3xx.
    #[error(
        "The platform sent the registration on to another address, which this tool does not follow. Register by hand instead."
    )]
    Redirected,
    /// 5xx: the status.
    #[error(
        "The platform is in trouble (status {0}). Nothing was registered here; look whether this tool is in the platform's list of tools, remove it there, and register again later."
    )]
    Broken(u16),
    /// Any other refusal.
    #[error(
        "The platform refused the registration (status {status}): {detail}. Start the registration there again, or register by hand."
    )]
    Other {
        /// The HTTP status.
        status: u16,
        /// What the platform said.
        detail: String,
    },
    /// A success without a client id.
    #[error(
        "The platform answered with something that is no registration: it names no client id. Look whether this tool is in its list of tools, and register by hand with the client id that it shows."
    )]
    NoClientId,
    /// More than [`MAX_DOCUMENT`](super::MAX_DOCUMENT) bytes.
    #[error("The platform's answer is larger than 256 kB, so it was not read. Register by hand instead.")]
    TooLarge,
}

impl Refused {
    /// A stable name for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TokenMissing => "registering.token-missing",
            Self::TokenUsed => "registering.token-used",
            Self::TokenInvalid => "registering.token-invalid",
            Self::Forbidden => "registering.forbidden",
            Self::DomainMissing => "registering.domain-missing",
            Self::DomainMismatch => "registering.domain-mismatch",
            Self::RedirectUris => "registering.redirect-uris",
            Self::Metadata(_) => "registering.metadata",
            Self::Unprocessable(_) => "registering.unprocessable",
            Self::Redirected => "registering.redirected",
            Self::Broken(_) => "registering.platform-broken",
            Self::Other { .. } => "registering.refused",
            Self::NoClientId => "registering.no-client-id",
            Self::TooLarge => "registering.answer-too-large",
        }
    }
}
