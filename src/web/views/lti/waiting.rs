//! A frame that waits for what is chosen in the window that it offered, and that window when something was.

use std::fmt;

use askama::Template;

use crate::web::views::shared::PublicPage;

/// What the frame asks with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct WaitingForm {
    pub(crate) action: &'static str,
    pub(crate) pass: String,
    /// Nobody else has it.
    pub(crate) secret: String,
}

impl fmt::Debug for WaitingForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitingForm").finish_non_exhaustive()
    }
}

/// The answer to a frame without scripts.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/waiting.html")]
pub(crate) struct WaitingPage {
    pub(crate) page: PublicPage,
    pub(crate) sentence: &'static str,
    /// None where nothing is to be waited for.
    pub(crate) form: Option<WaitingForm>,
}

/// What the window shows when the frame has to take over.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/to_frame.html")]
pub(crate) struct ToFramePage {
    pub(crate) page: PublicPage,
    /// What was chosen, or that an earlier choice was taken over.
    pub(crate) sentence: String,
    /// Where to go on: the platform's name.
    pub(crate) platform: String,
}
