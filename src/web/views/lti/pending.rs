//! The platform is known, this installation is not yet approved.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// A launch from a deployment that nobody has confirmed.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/pending.html")]
pub struct PendingPage {
    pub page: PublicPage,
    /// The platform's name or issuer.
    pub platform: String,
    pub deployment_id: String,
    /// The command or place where an admin confirms it.
    pub how_to_confirm: String,
    pub error_id: String,
}
