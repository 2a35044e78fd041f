//! Registering a platform by hand.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::ProblemList;
use crate::web::words::lms::Lms;
use lti::registration::RegistrationDraft;

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
    pub lms: Lms,
    pub paste: Vec<PasteLine>,
    /// The whole document for Canvas.
    pub json: String,
    pub presets: Vec<(&'static str, &'static str)>,
    /// Id and name.
    pub institutions: Vec<(String, String)>,
    pub form: ByHandForm,
    pub problems: ProblemList,
}
