//! How Cairn says what went wrong while a platform registered: by its own name and by the names of its settings, where
//! the library speaks of "this tool".

use lti::dynamic_registration::{ConfigurationError, Refused};

/// What is wrong with a platform's configuration.
pub(super) fn configuration(error: &ConfigurationError) -> String {
    match error {
        ConfigurationError::Issuer { host, issuer } => format!(
            "The configuration comes from {host} but speaks for the issuer {issuer}. Cairn registers a platform only on its own word. If {host} is your own Canvas with the issuer of the hosted one, register it by hand."
        ),
        ConfigurationError::NoRs256 => "The platform does not sign launches with RS256, the only signature that Cairn accepts from a new platform.".to_owned(),
        other => other.to_string(),
    }
}

/// Why a platform did not register Cairn.
pub(super) fn refusal(refused: &Refused) -> String {
    let sentence = match refused {
        Refused::TokenUsed => {
            "The platform says that this registration was used already. Look whether Cairn is in its list of tools; if not, start the registration there again."
        }
        Refused::DomainMissing => {
            "The platform misses the domain of Cairn in the request. Check the setting public_origin of this server, then register again."
        }
        Refused::DomainMismatch => {
            "The platform says that the domain of Cairn does not fit its addresses. Check the setting public_origin of this server, then register again."
        }
        Refused::RedirectUris => {
            "The platform does not accept the redirect address of Cairn. Check that the setting public_origin is the https address under which the platform's users reach this server."
        }
        Refused::Redirected => {
            "The platform sent the registration on to another address, which Cairn does not follow. Register by hand instead."
        }
        Refused::Broken(status) => {
            return format!(
                "The platform is in trouble (status {status}). Nothing was registered here; look whether Cairn is in the platform's list of tools, remove it there, and register again later."
            );
        }
        Refused::NoClientId => {
            "The platform answered with something that is no registration: it names no client id. Look whether Cairn is in its list of tools, and register by hand with the client id that it shows."
        }
        other => return other.to_string(),
    };
    sentence.to_owned()
}
