//! Students by badges.

use askama::Template;

use crate::web::views::shared::{Page, Paging, PictureView, Status};

/// The progress matrix. Its search asks with `q`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/progress.html")]
pub struct ProgressPage {
    pub page: Page,
    /// What is searched for; empty for everybody.
    pub search: String,
    pub search_action: String,
    pub csv_href: String,
    pub badges: Vec<MatrixHead>,
    pub rows: Vec<MatrixRow>,
    pub paging: Paging,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixHead {
    pub name: String,
    pub picture: PictureView,
    pub href: String,
}

/// A student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    pub name: String,
    /// One for each badge, in the order of the heads.
    pub cells: Vec<MatrixCell>,
}

/// One student and one badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixCell {
    pub status: Status,
    /// "Earned", "2 of 3", "No grade yet", "Revoked".
    pub word: String,
    /// The decision page.
    pub href: Option<String>,
}
