//! An evidence activity: hand in, see, replace, read the answer.

use askama::Template;

use crate::web::views::shared::{ArtefactView, LinkTo, Page, ProblemList, SafeHtml, StatusChip, When};

/// Posts `multipart/form-data` with `text`, `link` and the file field `file`.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/activity.html")]
pub struct ActivityPage {
    pub page: Page,
    pub title: String,
    pub instructions: SafeHtml,
    /// Points of a full grade ("100").
    pub maximum: String,
    pub current: Option<HandedIn>,
    /// The grade that counts: "86 of 100"; from the gradebook.
    pub grade: Option<String>,
    /// The form; none for those who cannot hand in (teachers, or after an approval).
    pub form: Option<HandInFields>,
    /// Why there is no form, in a sentence.
    pub no_form_note: Option<String>,
    /// Earlier versions: when, and what came of it.
    pub earlier: Vec<(When, String)>,
    /// Badges that need this.
    pub badges: Vec<LinkTo>,
}

/// What was handed in last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// From 1.
    pub version: i32,
    pub submitted: When,
    /// Handed in, Changes asked, Approved, Declined.
    pub state: StatusChip,
    pub artefact: ArtefactView,
    pub review: Option<ReviewView>,
}

/// What the instructor said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewView {
    pub by: String,
    pub when: When,
    /// Plain text; may be empty.
    pub message: String,
    /// "86 of 100".
    pub score: Option<String>,
}

/// A hand-in as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandInFields {
    pub action: String,
    pub text: String,
    pub link: String,
    pub problems: ProblemList,
    /// "20 MB".
    pub limit: String,
}
