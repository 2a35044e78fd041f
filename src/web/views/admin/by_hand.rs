//! Registering a platform by hand.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::ProblemList;
use crate::web::words::lms::Lms;
use lti::registration::RegistrationDraft;

/// What is typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByHandForm {
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) authorization_url: String,
    pub(crate) token_url: String,
    pub(crate) token_audience: String,
    pub(crate) jwks_url: String,
    pub(crate) service_hosts: String,
    pub(crate) deployments: String,
}

impl ByHandForm {
    /// A draft as text.
    #[must_use]
    pub(crate) fn of(draft: &RegistrationDraft, deployments: String) -> Self {
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
pub(crate) struct PasteLine {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) copied: bool,
}

/// Posts the fields of [`ByHandForm`] and `institution` to its own address.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/by_hand.html")]
pub(crate) struct ByHandPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) lms: Lms,
    pub(crate) paste: Vec<PasteLine>,
    /// The whole document for Canvas.
    pub(crate) json: String,
    pub(crate) presets: Vec<(&'static str, &'static str)>,
    /// Id and name.
    pub(crate) institutions: Vec<(String, String)>,
    pub(crate) form: ByHandForm,
    pub(crate) problems: ProblemList,
}
