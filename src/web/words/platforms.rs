//! Whether a platform can be reached, in lines for whoever runs the server.

use super::full_stop;
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
            "its keys cannot be read from {}: {} Compare the public keyset URL, and whether this server may reach it.",
            registration.jwks_url,
            full_stop(&error.to_string())
        ),
        Withheld::Token(error) => format!(
            "it gives no token: {} Compare the access token URL and the client id, and check that the platform can read our keys at {origin}{}.",
            full_stop(&error.to_string()),
            addresses::JWKS
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lti::registration::{Flavour, RegistrationDraft};
    use lti::token::TokenError;

    #[test]
    fn what_a_platform_withholds_ends_with_one_mark() {
        let moodle = |path: &str| format!("https://lms.example/mod/lti/{path}.php");
        let draft = RegistrationDraft {
            name: "Example College".into(),
            issuer: "https://lms.example".into(),
            client_id: "1".into(),
            authorization_url: moodle("auth"),
            token_url: moodle("token"),
            token_audience: None,
            jwks_url: moodle("certs"),
            flavour: Flavour::Moodle,
            algorithms: Vec::new(),
            service_hosts: Vec::new(),
            accepts_new_deployments: false,
            allow_http_loopback: false,
            enabled: true,
        };
        let registration = draft.check("r".into(), "t".into()).unwrap();
        let none = Withheld::Token(TokenError::InvalidClient(String::new()));
        let told = withheld(&none, &registration, "https://cairn.example");
        assert!(
            told.contains("does not know our client id. Is the tool"),
            "{told}"
        );
        assert!(told.contains("switched on there? Compare"), "{told}");
    }
}
