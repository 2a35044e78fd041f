//! What the form for registering by hand is filled with.

use lti::registration::{Flavour, RegistrationDraft};

/// A hosted Canvas: its word in the address, for people, its issuer and the host of its endpoints.
pub(super) const HOSTED: [(&str, &str, &str, &str); 3] = [
    (
        "production",
        "Canvas, hosted by Instructure",
        "https://canvas.instructure.com",
        "https://sso.canvaslms.com",
    ),
    (
        "beta",
        "Canvas, hosted, beta",
        "https://canvas.beta.instructure.com",
        "https://sso.beta.canvaslms.com",
    ),
    (
        "test",
        "Canvas, hosted, test",
        "https://canvas.test.instructure.com",
        "https://sso.test.canvaslms.com",
    ),
];

fn draft(
    name: String,
    flavour: Flavour,
    issuer: String,
    [auth, token, keys]: [String; 3],
) -> RegistrationDraft {
    RegistrationDraft {
        name,
        issuer,
        client_id: String::new(),
        authorization_url: auth,
        token_url: token,
        token_audience: None,
        jwks_url: keys,
        flavour,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: false,
        allow_http_loopback: false,
        enabled: true,
    }
}

/// The form for that kind of platform: a hosted Canvas by its word, a Moodle by its address.
pub(super) fn of(flavour: Flavour, preset: &str, site: &str) -> RegistrationDraft {
    match flavour {
        Flavour::Canvas => canvas(preset),
        Flavour::Moodle => moodle(site),
        Flavour::Other => other(),
    }
}

/// A hosted Canvas by its word; production for any other word.
fn canvas(word: &str) -> RegistrationDraft {
    let [production, ..] = HOSTED;
    let (_, name, issuer, host) = HOSTED.into_iter().find(|one| one.0 == word).unwrap_or(production);
    let ends = [
        "/api/lti/authorize_redirect",
        "/login/oauth2/token",
        "/api/lti/security/jwks",
    ];
    draft(
        name.to_owned(),
        Flavour::Canvas,
        issuer.to_owned(),
        ends.map(|end| format!("{host}{end}")),
    )
}

/// A Moodle at the address that people know, as typed.
fn moodle(site: &str) -> RegistrationDraft {
    let site = site.trim().trim_end_matches('/');
    let ends = ["auth", "token", "certs"].map(|name| {
        if site.is_empty() {
            String::new()
        } else {
            format!("{site}/mod/lti/{name}.php")
        }
    });
    let host = site.split("://").nth(1).unwrap_or(site);
    let name = if host.is_empty() {
        "Moodle".to_owned()
    } else {
        format!("Moodle at {host}")
    };
    draft(name, Flavour::Moodle, site.to_owned(), ends)
}

/// Any other platform: nothing is known.
fn other() -> RegistrationDraft {
    draft(String::new(), Flavour::Other, String::new(), Default::default())
}
