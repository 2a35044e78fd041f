//! Whether a platform can be reached, in lines for whoever runs the server.

use crate::service::base::addresses;
use crate::service::base::platforms::{Probe, Withheld};
use lti::registration::Registration;

/// What it gave.
#[must_use]
pub(crate) const fn given(probe: Probe) -> &'static str {
    match probe {
        Probe::Keys => "its keys can be read",
        Probe::Token => "it gives a token for grades and members",
    }
}

/// What it did not give, and what to compare. `origin` is this server's.
#[must_use]
pub(crate) fn withheld(withheld: &Withheld, registration: &Registration, origin: &str) -> String {
    match withheld {
        Withheld::Keys(error) => format!(
            "its keys cannot be read from {}: {error}. Compare the public keyset URL, and whether this server may reach it.",
            registration.jwks_url
        ),
        Withheld::Token(error) => format!(
            "it gives no token: {error}. Compare the access token URL and the client id, and check that the platform can read our keys at {origin}{}.",
            addresses::JWKS
        ),
    }
}
