//! Somebody comes back whose data was erased.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// Asks whether they want to be kept again; or, once they have agreed, how they go on. Posts `pass`.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/returning.html")]
pub(crate) struct ReturningPage {
    pub(crate) page: PublicPage,
    /// The platform's name.
    pub(crate) platform: String,
    /// The day of the erasure; none once they have agreed.
    pub(crate) erased: Option<String>,
    /// Sealed, and names nobody.
    pub(crate) pass: String,
    pub(crate) action: &'static str,
}
