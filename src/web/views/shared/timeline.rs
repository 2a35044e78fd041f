//! "How I learned this", on the holder's page and on that of others.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{PictureView, StatusChip, When};

/// Badges in the order in which they were earned, each with what was done for it.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/timeline.html")]
pub(crate) struct TimelineView {
    pub(crate) chapters: Vec<ChapterView>,
}

impl HtmlSafe for TimelineView {}

/// One badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChapterView {
    pub(crate) name: String,
    pub(crate) outcome: String,
    pub(crate) picture: PictureView,
    pub(crate) standing: StatusChip,
    /// What was found when it was checked just now, in a sentence.
    pub(crate) checked: String,
    pub(crate) awarded: When,
    pub(crate) until: Option<When>,
    pub(crate) issuer: String,
    pub(crate) course: String,
    /// Its public page as a whole address, where it can be checked; none where it is kept.
    pub(crate) check_url: Option<String>,
    pub(crate) steps: Vec<StepView>,
    pub(crate) note: Option<NoteView>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepView {
    pub(crate) when: When,
    pub(crate) text: String,
    /// The address that was handed in.
    pub(crate) link: Option<String>,
    /// Name and SHA-256 of the file that was handed in.
    pub(crate) file: Option<(String, String)>,
}

/// What a holder says of a badge of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shared/holder_note.html")]
pub(crate) struct NoteView {
    pub(crate) text: String,
    /// http or https.
    pub(crate) link: Option<String>,
    pub(crate) written: When,
    /// Whether nobody but its holder reads it.
    pub(crate) is_kept: bool,
}

impl HtmlSafe for NoteView {}
