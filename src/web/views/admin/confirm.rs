//! A review page before something that cannot be taken back lightly.

use askama::Template;

use super::AdminPage;

/// States what will happen and takes one confirmation.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/confirm.html")]
pub struct ConsoleConfirmPage {
    /// Its title is the question.
    pub page: AdminPage,
    /// What will happen, one sentence each.
    pub consequences: Vec<String>,
    /// Where the confirmation posts to.
    pub action: String,
    /// Hidden fields that go with it: name and value.
    pub fields: Vec<(&'static str, String)>,
    /// The words on the button.
    pub confirm: &'static str,
    /// Whether something is lost by it.
    pub danger: bool,
    pub back_href: String,
}
