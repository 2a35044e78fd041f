//! What can be wrong with a registration, and with a URL that a platform names.

/// Why a value of a hand-registered platform is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// No name, or a longer one than 200 characters.
    #[error("Give the platform a name of at most 200 characters.")]
    Name,
    /// An issuer that is no https URL, with query or fragment, or longer than 255 characters.
    #[error(
        "The issuer {0:?} must be an https URL without query or fragment, exactly as the platform writes it (plain http works on loopback only, and only where the settings allow it)."
    )]
    Issuer(String),
    /// A client id that LTI does not allow.
    #[error(
        "The client id must be what the platform shows after registering: printable characters without blanks, 255 at most."
    )]
    ClientId,
    /// A token audience that is no identifier.
    #[error(
        "The token audience must be printable characters without blanks, 255 at most; leave it out to use the token URL."
    )]
    TokenAudience,
    /// Which address, and what was given.
    #[error("The {0} {1:?} is not a URL.")]
    NotAUrl(&'static str, String),
    /// Which address, and what was given: http where https is needed.
    #[error(
        "The {0} {1:?} must begin with https:// (plain http works on loopback only, and only where the settings allow it)."
    )]
    Insecure(&'static str, String),
    /// Which address, and what was given: a URL with credentials or a fragment, or a very long one.
    #[error("The {0} {1:?} must have no user name, password or fragment, and at most 2,000 characters.")]
    NotPlain(&'static str, String),
    /// A host name that is none, or one of a single label.
    #[error("The service host {0:?} must be a full host name or an address, such as lms.example.edu.")]
    ServiceHost(String),
    /// A word that names no flavour.
    #[error("{0:?} is not a flavour; choose moodle, canvas or other.")]
    UnknownFlavour(String),
    /// A name that is no algorithm, or one that must not be allowed.
    #[error("{0:?} is not an algorithm that can be allowed; choose RS256, RS384 or RS512.")]
    Algorithm(String),
}

/// Why a service URL may not be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceUrlError {
    /// No URL at all.
    #[error("it is not a URL")]
    Malformed,
    /// Plain http, or another scheme: the one found.
    #[error("its scheme is {0}, not https")]
    Insecure(String),
    /// A user name or a password in the URL.
    #[error("it carries a user name or password")]
    Credentials,
    /// A host outside the registration's service hosts: the one found.
    #[error("its host {0} is not among the service hosts of this platform")]
    ForeignHost(String),
}
