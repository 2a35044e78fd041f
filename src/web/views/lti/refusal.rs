//! A launch that failed its checklist.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// Why a launch was refused, for the person in front of it and for the one who can mend it.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/refusal.html")]
pub(crate) struct RefusalPage {
    pub(crate) page: PublicPage,
    /// What happened, in one sentence without jargon.
    pub(crate) sentence: String,
    /// What the reader can do ("Go back to the course and open the link again.").
    pub(crate) what_to_do: String,
    /// For the LMS admin: the check that failed, in the standard's words.
    pub(crate) detail: Option<String>,
    pub(crate) error_id: String,
    /// Where the platform wants people to return to (`launch_presentation.return_url`), if the launch could be trusted.
    pub(crate) return_href: Option<String>,
}
