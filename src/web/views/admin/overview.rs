//! The first page of the console.

use askama::Template;

use super::AdminPage;

/// What there is.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/overview.html")]
pub struct OverviewPage {
    pub page: AdminPage,
}
