//! A review page before something that cannot be taken back lightly.

use askama::Template;

use super::Page;

/// States what will happen and to how many people, and takes one confirmation.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/confirm.html")]
pub(crate) struct ConfirmPage {
    /// Its title is the question: "Retire “Clean a messy dataset”?"
    pub(crate) page: Page,
    /// What will happen, one sentence each; the number of people comes first.
    pub(crate) consequences: Vec<String>,
    /// Where the confirmation posts to.
    pub(crate) action: String,
    /// Hidden fields that go with it: name and value.
    pub(crate) fields: Vec<(String, String)>,
    /// The words on the button: the verb and the number ("Retire for 12 students").
    pub(crate) confirm: String,
    pub(crate) back_href: String,
}
