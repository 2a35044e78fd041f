//! What went wrong, what was kept, what to do, and an id.

use askama::Template;

use super::PublicPage;

/// An error outside a session: on public pages, at launches, before anything is known.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/error.html")]
pub(crate) struct ErrorPage {
    pub(crate) page: PublicPage,
    /// What happened, in one sentence.
    pub(crate) sentence: String,
    /// What was kept ("Your text is saved as a draft."); none when there was nothing to keep.
    pub(crate) kept: Option<String>,
    /// What the reader can do now.
    pub(crate) what_to_do: String,
    /// The id that is also in the log.
    pub(crate) error_id: String,
}

impl ErrorPage {
    /// The page for an HTTP status. `sentence` says what happened; what to do follows from the status.
    #[must_use]
    pub(crate) fn new(status: u16, sentence: &str, error_id: &str) -> Self {
        let (title, what_to_do) = words(status);
        Self {
            page: PublicPage::titled(title),
            sentence: sentence.to_owned(),
            kept: None,
            what_to_do: what_to_do.to_owned(),
            error_id: error_id.to_owned(),
        }
    }

    /// The page for an HTTP status and the stable name of what happened: an administrator who registers a platform came from
    /// no course, and reads other words than students do.
    #[must_use]
    pub(crate) fn coded(status: u16, code: &str, sentence: &str, error_id: &str) -> Self {
        let mut page = Self::new(status, sentence, error_id);
        if let Some((title, what_to_do)) = registering(code) {
            title.clone_into(&mut page.page.title);
            what_to_do.clone_into(&mut page.what_to_do);
        }
        page
    }
}

/// Title and advice for what happens while a platform registers.
fn registering(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "invitation.used" => (
            "This registration address was used already",
            "Nothing was changed now. What it made stands in Cairn’s console under Platforms.",
        ),
        "invitation.over" => ("This registration address is over", "Nothing was changed."),
        "platform.known" => ("This platform is registered already", "Nothing was changed."),
        _ if code.starts_with("registering.") => {
            ("Cairn was not registered", "Nothing was changed in Cairn.")
        }
        _ => return None,
    })
}

/// Title and advice for a status.
fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        401 => (
            "Please open Cairn again",
            "Go back to the course and open the link there once more.",
        ),
        403 => (
            "This is not for you",
            "If you think that is a mistake, ask whoever looks after this course or the course site.",
        ),
        404 => ("Nothing here", "Go back to the course and open Cairn there."),
        409 => (
            "Somebody was quicker",
            "Open the page again, look at what has changed, and repeat your step if it is still needed.",
        ),
        413 => ("Too large", "Choose something smaller and try again."),
        502 | 504 => (
            "The course site did not answer",
            "Nothing is lost: Cairn tries again by itself. You can also wait a minute and try again.",
        ),
        500 | 503 => (
            "This did not work",
            "Nothing of what was saved before is lost. Wait a minute and try again.",
        ),
        _ => (
            "This did not work",
            "Go back, look at what you entered, and try again.",
        ),
    }
}
