//! What can be wrong with a platform's configuration, and how a platform says no. One sentence each, for the
//! administrator who sits before the platform's page.

/// Why a platform's configuration is not acceptable. Nothing was sent to that platform then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    #[error(
        "This page is opened by your learning platform, which adds the address of its configuration. Paste the registration address into Moodle (Site administration, Plugins, External tool, Manage tools) or Canvas (Developer Keys, LTI Registration) instead of opening it here."
    )]
    NoAddress,
    #[error(
        "The platform names the configuration address {0:?}, which is not an https address. Ask who runs the platform to serve it over https, then register again."
    )]
    Address(String),
    #[error(
        "The platform's configuration is larger than 256 kB, so it was not read. Register by hand instead."
    )]
    TooLarge,
    #[error("The platform's configuration is not JSON. Register again; if it stays so, register by hand.")]
    NotJson,
    #[error("The platform's configuration does not name its {0}. Register by hand instead.")]
    Missing(&'static str),
    #[error(
        "The platform's configuration names the {0} {1:?}, which is not an https address. Ask who runs the platform to serve it over https, then register again."
    )]
    Insecure(&'static str, String),
    #[error(
        "The configuration comes from {host} but speaks for the issuer {issuer}. Cairn registers a platform only on its own word. If {host} is your own Canvas with the issuer of the hosted one, register it by hand."
    )]
    Issuer { host: String, issuer: String },
    #[error(
        "The configuration of {platform} names the {what} {url:?}, which is on another server. Nothing was sent there. Register by hand if that is right."
    )]
    ForeignEndpoint {
        what: &'static str,
        url: String,
        platform: String,
    },
    #[error(
        "The platform does not sign launches with RS256, the only signature that Cairn accepts from a new platform."
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
    #[error(
        "The platform asks for a registration token and there was none. Start again on the platform's own page instead of opening the address directly."
    )]
    TokenMissing,
    #[error(
        "The platform says that this registration was used already. Look whether Cairn is in its list of tools; if not, start the registration there again."
    )]
    TokenUsed,
    #[error(
        "The platform does not accept its registration token any more: they live for an hour. Start the registration there again."
    )]
    TokenInvalid,
    #[error(
        "The platform does not let this account register tools (status 403). Register as an administrator of the site or the root account."
    )]
    Forbidden,
    #[error(
        "The platform misses the domain of Cairn in the request. Check the setting public_origin of this server, then register again."
    )]
    DomainMissing,
    #[error(
        "The platform says that the domain of Cairn does not fit its addresses. Check the setting public_origin of this server, then register again."
    )]
    DomainMismatch,
    #[error(
        "The platform does not accept the redirect address of Cairn. Check that the setting public_origin is the https address under which the platform's users reach this server."
    )]
    RedirectUris,
    #[error(
        "The platform did not accept the registration ({0}). Register by hand instead, and report these words."
    )]
    Metadata(String),
    #[error("Canvas did not accept the registration: {}. Register with the JSON of the page “Canvas by hand” instead, and report these words.", .0.join("; "))]
    Unprocessable(Vec<String>),
    #[error(
        "The platform sent the registration on to another address, which Cairn does not follow. Register by hand instead."
    )]
    Redirected,
    #[error(
        "The platform is in trouble (status {0}). Nothing was registered here; look whether Cairn is in the platform's list of tools, remove it there, and register again later."
    )]
    Broken(u16),
    #[error(
        "The platform refused the registration (status {status}): {detail}. Start the registration there again, or register by hand."
    )]
    Other { status: u16, detail: String },
    #[error(
        "The platform answered with something that is no registration: it names no client id. Look whether Cairn is in its list of tools, and register by hand with the client id that it shows."
    )]
    NoClientId,
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
