//! Registering a platform by hand.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::ProblemList;
use lti::registration::{Flavour, RegistrationDraft};

/// What is typed.
#[derive(Debug, Clone, Default)]
pub struct ByHandForm {
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub authorization_url: String,
    pub token_url: String,
    pub token_audience: String,
    pub jwks_url: String,
    pub service_hosts: String,
    pub deployments: String,
}

impl ByHandForm {
    /// A draft as text.
    #[must_use]
    pub fn of(draft: &RegistrationDraft, deployments: String) -> Self {
        Self {
            name: draft.name.clone(),
            issuer: draft.issuer.clone(),
            client_id: draft.client_id.clone(),
            authorization_url: draft.authorization_url.clone(),
            token_url: draft.token_url.clone(),
            token_audience: draft.token_audience.clone().unwrap_or_default(),
            jwks_url: draft.jwks_url.clone(),
            service_hosts: draft.service_hosts.join(" "),
            deployments,
        }
    }
}

/// A value to paste there: its name there, the value, and whether it is copied or chosen.
#[derive(Debug, Clone)]
pub struct PasteLine {
    pub name: &'static str,
    pub value: String,
    pub copied: bool,
}

/// Posts the fields of [`ByHandForm`] and `institution` to its own address.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/by_hand.html")]
pub struct ByHandPage {
    pub page: AdminPage,
    pub action: String,
    pub moodle: bool,
    pub canvas: bool,
    pub paste: Vec<PasteLine>,
    /// The whole document for Canvas.
    pub json: String,
    pub presets: Vec<(&'static str, &'static str)>,
    /// Id and name.
    pub institutions: Vec<(String, String)>,
    pub form: ByHandForm,
    pub problems: ProblemList,
}

impl ByHandPage {
    /// The page.
    #[must_use]
    pub fn new(
        page: AdminPage,
        flavour: Flavour,
        origin: &str,
        json: String,
        presets: Vec<(&'static str, &'static str)>,
        institutions: Vec<(String, String)>,
        form: ByHandForm,
        problems: ProblemList,
    ) -> Self {
        let copied = |name: &'static str, value: String| PasteLine {
            name,
            value,
            copied: true,
        };
        let chosen = |name: &'static str, value: &str| PasteLine {
            name,
            value: value.to_owned(),
            copied: false,
        };
        let launch = format!("{origin}/lti/launch");
        let paste = match flavour {
            Flavour::Canvas => vec![
                chosen("Method", "Enter URL"),
                copied("JSON URL", format!("{origin}/lti/canvas.json")),
                copied("Redirect URIs", launch),
            ],
            Flavour::Moodle => vec![
                chosen("Tool name", "Cairn"),
                copied("Tool URL", launch.clone()),
                chosen("LTI version", "LTI 1.3"),
                chosen("Public key type", "Keyset URL"),
                copied("Public keyset", format!("{origin}/lti/jwks")),
                copied("Initiate login URL", format!("{origin}/lti/login")),
                copied("Redirection URI(s)", launch.clone()),
                copied(
                    "Custom parameters",
                    "context_id_history=$Context.id.history".to_owned(),
                ),
                chosen(
                    "Tool configuration usage",
                    "Show in activity chooser and as a preconfigured tool",
                ),
                chosen("Supports Deep Linking (Content-Item Message)", "Ticked"),
                copied("Content Selection URL", launch),
                chosen(
                    "IMS LTI Assignment and Grade Services",
                    "Use this service for grade sync and column management",
                ),
                chosen(
                    "IMS LTI Names and Role Provisioning",
                    "Use this service to retrieve members' information as per privacy settings",
                ),
                chosen("Share launcher's name with tool", "Always, if names are wanted"),
                chosen("Share launcher's email with tool", "Never"),
                chosen("Accept grades from the tool", "Delegate to teacher"),
            ],
            Flavour::Other => vec![
                copied("Target link URI", launch.clone()),
                copied("Public keyset URL", format!("{origin}/lti/jwks")),
                copied("Initiate login URL", format!("{origin}/lti/login")),
                copied("Redirection URI", launch),
            ],
        };
        Self {
            page,
            action: format!("/admin/platforms/by-hand/{}", flavour.as_str()),
            moodle: flavour == Flavour::Moodle,
            canvas: flavour == Flavour::Canvas,
            paste,
            json,
            presets,
            institutions,
            form,
            problems,
        }
    }
}
