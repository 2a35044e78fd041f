//! Back from Canvas, where somebody was asked to let it be read.

use askama::Template;

use crate::web::views::shared::{FindingLine, LinkTo, PublicPage};

/// What came of it, and the way on.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/consent.html")]
pub(crate) struct ConsentPage {
    pub(crate) page: PublicPage,
    pub(crate) lead: String,
    /// What the first try found.
    pub(crate) findings: Vec<FindingLine>,
    /// None where nobody knows from where they left.
    pub(crate) way: Option<LinkTo>,
    /// Of what went wrong; it is also in the log.
    pub(crate) error_id: Option<String>,
}
