//! An evidence activity: hand in, see, replace, read the answer.

use askama::Template;

use crate::web::views::shared::{ArtefactView, LinkTo, Page, ProblemList, SafeHtml, StatusChip, When};

/// Posts `multipart/form-data` with `text`, `link` and the file field `file`.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/activity.html")]
pub(crate) struct ActivityPage {
    pub(crate) page: Page,
    pub(crate) title: String,
    pub(crate) instructions: SafeHtml,
    /// Points of a full grade ("100").
    pub(crate) maximum: String,
    /// What those are in the gradebook, where its column has other points.
    pub(crate) column_maximum: Option<String>,
    pub(crate) current: Option<HandedIn>,
    /// The grade that counts: "86 of 100"; from the gradebook.
    pub(crate) grade: Option<String>,
    /// The form; none for those who cannot hand in (teachers, or after an approval).
    pub(crate) form: Option<HandInFields>,
    /// What was typed when the course had ended meanwhile: it is not kept, and can be copied.
    pub(crate) not_taken: Option<NotHandedIn>,
    /// Whether the form is for work that follows what was approved, so that a badge is renewed.
    pub(crate) anew: bool,
    /// Why there is no form, in a sentence.
    pub(crate) no_form_note: Option<String>,
    /// Earlier versions: when, and what came of it.
    pub(crate) earlier: Vec<(When, String)>,
    /// Badges that need this.
    pub(crate) badges: Vec<LinkTo>,
}

/// What was handed in last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HandedIn {
    /// From 1.
    pub(crate) version: i32,
    pub(crate) submitted: When,
    /// Handed in, Changes asked, Approved, Declined.
    pub(crate) state: StatusChip,
    pub(crate) artefact: ArtefactView,
    pub(crate) review: Option<ReviewView>,
}

/// What was typed and cannot be handed in any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotHandedIn {
    pub(crate) sentence: String,
    pub(crate) error_id: String,
    pub(crate) text: String,
    pub(crate) link: String,
    /// Whether a file came along, which the student has.
    pub(crate) had_file: bool,
}

/// What the instructor said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReviewView {
    pub(crate) by: String,
    pub(crate) when: When,
    /// Plain text; may be empty.
    pub(crate) message: String,
    /// "86 of 100".
    pub(crate) score: Option<String>,
}

/// A hand-in as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HandInFields {
    pub(crate) action: String,
    pub(crate) text: String,
    pub(crate) link: String,
    pub(crate) problems: ProblemList,
    /// "20 MB".
    pub(crate) limit: String,
    /// Where pieces of a file go, and how many bytes they have.
    pub(crate) pieces: String,
    pub(crate) piece: usize,
    /// What may still be handed in, in a sentence.
    pub(crate) room: String,
}
