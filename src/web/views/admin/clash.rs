//! Somebody else saved what a form of the console was about to save over.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::ClashView;

/// What they saved beside what was typed, and the two ways on.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/clash.html")]
pub(crate) struct ConsoleClashPage {
    pub(crate) page: AdminPage,
    pub(crate) clash: ClashView,
}
