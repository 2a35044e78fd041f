//! The platform is known, this installation is not yet approved.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// A launch from a deployment that nobody has accepted.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/pending.html")]
pub(crate) struct PendingPage {
    pub(crate) page: PublicPage,
    /// The platform's name.
    pub(crate) platform: String,
    /// The platform's own name for the installation, for the administrator.
    pub(crate) deployment_id: Option<String>,
    pub(crate) standing: Standing,
    /// By which an administrator of another institution can take the installation.
    pub(crate) code: Option<String>,
    /// Where the form is posted.
    pub(crate) action: String,
}

/// What this person can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing but wait: a student.
    NotReady,
    /// Ask for it, with this sealed proof.
    MayAsk { proof: String },
    /// Somebody has asked.
    Asked,
    /// An administrator has said no.
    Refused,
    /// An administrator has to say whether it is a platform that is known.
    Reviewed,
}
