//! Teachers who ask for the badges of courses that they do not teach.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::When;

/// What waits for an answer. Posts `answer` = `yes` or `no`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/copy_requests.html")]
pub(crate) struct CopyRequestsPage {
    pub(crate) page: AdminPage,
    /// Longest waiting first.
    pub(crate) requests: Vec<CopyRequestLine>,
    /// What was refused; each posts nothing to its action, which opens it again.
    pub(crate) refused: Vec<CopyRequestLine>,
    pub(crate) back_href: String,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct CopyRequestLine {
    pub(crate) who: String,
    /// Where the badges would come to.
    pub(crate) course: String,
    /// Whose badges they are.
    pub(crate) source: String,
    pub(crate) asked: When,
    pub(crate) action: String,
}
