//! What went wrong, what was kept, what to do, and an id.

use askama::Template;

use super::{Page, PublicPage};

/// An error outside a session: on public pages, at launches, before anything is known.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/error.html")]
pub struct ErrorPage {
    pub page: PublicPage,
    /// What happened, in one sentence.
    pub sentence: String,
    /// What was kept ("Your text is saved as a draft."); none when there was nothing to keep.
    pub kept: Option<String>,
    /// What the reader can do now.
    pub what_to_do: String,
    /// The id that is also in the log.
    pub error_id: String,
}

/// The same inside a course, with its navigation.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/error_framed.html")]
pub struct FramedErrorPage {
    pub page: Page,
    /// As in [`ErrorPage`].
    pub sentence: String,
    pub kept: Option<String>,
    pub what_to_do: String,
    pub error_id: String,
    /// Where to go from here, if anywhere better than back.
    pub way_out: Option<super::LinkTo>,
}
