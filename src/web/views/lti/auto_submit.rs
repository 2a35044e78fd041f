//! A form that sends itself: a POST that has to come from the browser.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// Posts its fields at once; without JavaScript its button does. The page's `form-action` must allow the target.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/auto_submit.html")]
pub(crate) struct AutoSubmitPage {
    pub(crate) page: PublicPage,
    pub(crate) action: String,
    /// Name and value of each hidden field.
    pub(crate) fields: Vec<(String, String)>,
    /// What is going on ("Going back to Moodle…").
    pub(crate) explanation: String,
    /// The words on the button.
    pub(crate) button: String,
}
