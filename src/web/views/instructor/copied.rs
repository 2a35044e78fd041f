//! Bringing along the badges of the course that this one was copied from.

use askama::Template;

use crate::web::views::shared::{Choice, Page, PictureView, ProblemList, StatusChip};

/// An offer on the course page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferLine {
    /// "This course was copied from Data Literacy 101. Bring its 4 badges and their rules?"
    pub text: String,
    pub href: String,
}

/// What would come along, before anything is taken.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/copied_offer.html")]
pub struct CopiedOfferPage {
    pub page: Page,
    /// The old course's name.
    pub source: String,
    pub badges: Vec<OfferedBadge>,
    /// Things that were not found and will be asked for.
    pub missing: usize,
    /// Whether the course was read: before that nothing can be found.
    pub was_read: bool,
    /// Whether an instructor said no before.
    pub declined: bool,
    /// "Bring 4 badges".
    pub confirm: String,
    pub take_action: String,
    pub decline_action: String,
    pub back_href: String,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedBadge {
    pub name: String,
    pub picture: PictureView,
    /// The rule as it reads in the old course.
    pub sentence: Option<String>,
    pub inputs: Vec<InputLine>,
    /// What to look at, a sentence each.
    pub notes: Vec<String>,
}

/// Something that the rule reads, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputLine {
    pub name: String,
    pub state: StatusChip,
    /// "it is “Quiz 3” here, found by its name".
    pub text: String,
}

/// What was brought, and what is left to say. Posts `column.<id>`, `activity.<id>`, `badge.<id>` and `action`: `save`
/// or `create.<id>`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/copied_map.html")]
pub struct CopiedMapPage {
    pub page: Page,
    pub source: String,
    pub missing: Vec<MissingRow>,
    pub badges: Vec<BroughtBadge>,
    pub action: String,
    pub problems: ProblemList,
    pub makes_columns: bool,
    pub back_href: String,
}

/// Something that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRow {
    /// The field's name.
    pub field: String,
    /// "Choose the assignment for “Quiz 3”".
    pub label: String,
    /// What it was, who reads it, and what else helps.
    pub hint: String,
    pub choices: Vec<Choice>,
    /// What is chosen when the page comes back.
    pub chosen: String,
    /// The value of the button that makes the column: `create.<id>`.
    pub create: Option<String>,
    /// "Make “Quiz 3” with 20 points".
    pub create_text: String,
}

/// A badge that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtBadge {
    pub name: String,
    pub picture: PictureView,
    pub state: StatusChip,
    pub sentence: Option<String>,
    pub notes: Vec<String>,
    pub rule_href: String,
    /// The dry run, once nothing is missing.
    pub preview_href: Option<String>,
}
