//! A form that sends itself: a POST that has to come from the browser.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// Posts its fields at once; without JavaScript its button does. The page's `form-action` must allow the target.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/auto_submit.html")]
pub struct AutoSubmitPage {
    pub page: PublicPage,
    pub action: String,
    /// Name and value of each hidden field.
    pub fields: Vec<(String, String)>,
    /// What is going on ("Going back to Moodle…").
    pub explanation: String,
    /// The words on the button.
    pub button: String,
}
