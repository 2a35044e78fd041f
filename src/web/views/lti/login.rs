//! Before leaving for the platform: does this browser keep a cookie for us inside the frame?

use askama::Template;

use super::{StorageView, WaitingForm};
use crate::web::views::shared::PublicPage;

/// Shown at login initiation (Security Framework 1.1, section 5.1.1.1) when no cookie of ours came with it.
///
/// A script sets a `Partitioned` probe cookie and reads it back, and leaves the binding with the platform where that
/// offers storage. If either holds, the page goes on to the platform by itself. If neither does, only the way through a
/// new window is offered, where cookies are first-party. Without JavaScript both ways are visible buttons. Nothing is
/// signed yet, so the page names nobody: no institution, no platform, no course.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/login.html")]
pub(crate) struct LoginPage {
    pub(crate) page: PublicPage,
    /// The platform's authorisation endpoint. The page's `form-action` must allow its origin.
    pub(crate) authorize_action: String,
    /// `get` or `post`.
    pub(crate) authorize_method: &'static str,
    /// The authentication request: name and value of each field.
    pub(crate) authorize_fields: Vec<(String, String)>,
    /// Our own login initiation address.
    pub(crate) window_action: String,
    /// The initiation's own parameters, and a mark that a new window asks: name and value of each field.
    pub(crate) window_fields: Vec<(String, String)>,
    /// What the page asks with after the window was opened: the platform's form listens to this frame alone.
    pub(crate) waiting: WaitingForm,
    /// Where the platform keeps the binding, and the binding itself.
    pub(crate) storage: Option<StorageView>,
}
