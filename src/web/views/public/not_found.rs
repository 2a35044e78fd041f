//! There is nothing at this address.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// Says so without telling whether something ever was here.
#[derive(Debug, Clone, Template)]
#[template(path = "public/not_found.html")]
pub(crate) struct NotFoundPage {
    pub(crate) page: PublicPage,
    /// What was looked for: "badge", "page".
    pub(crate) what: String,
}
