//! After the platform answered and no cookie came back: what did the login leave with the platform?

use askama::Template;

use super::StorageView;
use crate::web::views::shared::PublicPage;

/// Reads the binding from the platform's storage and posts it with the unverified answer to our server, which compares.
/// Nothing of anybody stands on it but what the browser itself brought.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/prove.html")]
pub(crate) struct ProvePage {
    pub(crate) page: PublicPage,
    pub(crate) action: &'static str,
    /// State and token as they came: name and value of each field.
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) storage: Option<StorageView>,
}
