//! A launch that failed its checklist.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// Why a launch was refused, for the person in front of it and for the one who can mend it.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/refusal.html")]
pub struct RefusalPage {
    pub page: PublicPage,
    /// What happened, in one sentence without jargon.
    pub sentence: String,
    /// What the reader can do ("Go back to the course and open the link again.").
    pub what_to_do: String,
    /// For the LMS admin: the check that failed, in the standard's words.
    pub detail: Option<String>,
    pub error_id: String,
    /// Where the platform wants people to return to (`launch_presentation.return_url`), if the launch could be trusted.
    pub return_href: Option<String>,
}
