//! Students by badges.

use askama::Template;

use crate::web::views::shared::{Page, Paging, PictureView, Status};

/// The progress matrix. Its search asks with `q`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/progress.html")]
pub(crate) struct ProgressPage {
    pub(crate) page: Page,
    /// What is searched for; empty for everybody.
    pub(crate) search: String,
    pub(crate) search_action: String,
    pub(crate) csv_href: String,
    pub(crate) badges: Vec<MatrixHead>,
    pub(crate) rows: Vec<MatrixRow>,
    pub(crate) paging: Paging,
    /// People about whom a teacher is asked whether they are students: not in the table.
    pub(crate) in_doubt: u32,
    pub(crate) students_href: String,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixHead {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) href: String,
}

/// A student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixRow {
    pub(crate) name: String,
    /// One for each badge, in the order of the heads.
    pub(crate) cells: Vec<MatrixCell>,
}

/// One student and one badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixCell {
    pub(crate) status: Status,
    /// "Earned", "2 of 3", "No grade yet", "Revoked".
    pub(crate) word: String,
    /// The decision page.
    pub(crate) href: Option<String>,
}
