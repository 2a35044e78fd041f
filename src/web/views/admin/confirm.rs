//! A review page before something that cannot be taken back lightly.

use askama::Template;

use super::AdminPage;

/// States what will happen and takes one confirmation.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/confirm.html")]
pub(crate) struct ConsoleConfirmPage {
    /// Its title is the question.
    pub(crate) page: AdminPage,
    /// What will happen, one sentence each.
    pub(crate) consequences: Vec<String>,
    /// Where the confirmation posts to.
    pub(crate) action: String,
    /// Hidden fields that go with it: name and value.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The words on the button.
    pub(crate) confirm: &'static str,
    /// Whether something is lost by it.
    pub(crate) danger: bool,
    pub(crate) back_href: String,
}
