//! The entrance where a redirect is not enough.

use askama::Template;

use super::StorageView;
use crate::web::views::shared::PublicPage;

/// Takes back what the login left with the platform and opens the first page of the visit.
#[derive(Clone, Template)]
#[template(path = "lti/enter.html")]
pub(crate) struct EnterPage {
    pub(crate) page: PublicPage,
    /// A path of ours.
    pub(crate) to: String,
    /// The visit's token where no cookie carries it.
    pub(crate) session: Option<String>,
    pub(crate) storage: Option<StorageView>,
}
