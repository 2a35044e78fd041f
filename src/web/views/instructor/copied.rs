//! Bringing along the badges of the course that this one was copied from.

use askama::Template;

use crate::web::views::shared::{Choice, Page, PictureView, ProblemList, StatusChip, When};

/// An offer on the course page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfferLine {
    /// "This course was copied from Data Literacy 101. Bring its 4 badges and their rules?"
    pub(crate) text: String,
    pub(crate) href: String,
    /// "Look at them".
    pub(crate) action: &'static str,
}

/// What teachers of a copy of this course ask. Posts `answer` = `yes` or `no`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestLine {
    /// "Ada teaches “Spring term” and asks to bring the badges of this course there."
    pub(crate) text: String,
    pub(crate) asked: When,
    pub(crate) action: String,
}

/// A course that somebody has to agree for before its badges come along.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/copied_ask.html")]
pub(crate) struct CopiedAskPage {
    pub(crate) page: Page,
    /// What was asked and answered, in a sentence; none before anybody asked.
    pub(crate) told: Option<&'static str>,
    /// When it was asked.
    pub(crate) asked: Option<When>,
    /// None while an answer is awaited, for a week after a refusal, and where making badges is left to administrators.
    pub(crate) ask_action: Option<String>,
    /// When it may be asked again, while that is to come.
    pub(crate) again_from: Option<When>,
    /// None once it was declined.
    pub(crate) decline_action: Option<String>,
    /// What the course can have of its institution besides.
    pub(crate) of_institution: Option<OfferLine>,
    pub(crate) back_href: String,
}

/// What would come along, before anything is taken.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/copied_offer.html")]
pub(crate) struct CopiedOfferPage {
    pub(crate) page: Page,
    /// The old course's name.
    pub(crate) source: String,
    pub(crate) badges: Vec<OfferedBadge>,
    /// Things that were not found and will be asked for.
    pub(crate) missing: usize,
    /// Whether the course was read: before that nothing can be found.
    pub(crate) was_read: bool,
    /// Whether an instructor said no before.
    pub(crate) declined: bool,
    /// "Bring 4 badges".
    pub(crate) confirm: String,
    pub(crate) take_action: String,
    pub(crate) decline_action: String,
    /// What the course can have of its institution besides.
    pub(crate) of_institution: Option<OfferLine>,
    pub(crate) back_href: String,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfferedBadge {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    /// The rule as it reads in the old course.
    pub(crate) sentence: Option<String>,
    pub(crate) inputs: Vec<InputLine>,
    /// What to look at, a sentence each.
    pub(crate) notes: Vec<String>,
}

/// Something that the rule reads, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputLine {
    pub(crate) name: String,
    pub(crate) state: StatusChip,
    /// "it is “Quiz 3” here, found by its name".
    pub(crate) text: String,
}

/// What was brought, and what is left to say. Posts `column.<id>`, `elsewhere.<id>`, `activity.<id>`, `badge.<id>` and `action`: `save`
/// or `create.<id>`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/copied_map.html")]
pub(crate) struct CopiedMapPage {
    pub(crate) page: Page,
    pub(crate) source: String,
    pub(crate) missing: Vec<MissingRow>,
    pub(crate) badges: Vec<BroughtBadge>,
    pub(crate) action: String,
    pub(crate) problems: ProblemList,
    /// What the course can have of its institution besides.
    pub(crate) of_institution: Option<OfferLine>,
    pub(crate) back_href: String,
}

/// Something that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingRow {
    /// The field's name.
    pub(crate) field: String,
    /// "Choose the assignment for “Quiz 3”".
    pub(crate) label: String,
    /// What it was, who reads it, and what else helps.
    pub(crate) hint: String,
    pub(crate) choices: Vec<Choice>,
    /// What is chosen when the page comes back.
    pub(crate) chosen: String,
    /// The value of the button that makes the column: `create.<id>`.
    pub(crate) create: Option<String>,
    /// "Make “Quiz 3” with 20 points".
    pub(crate) create_text: String,
}

/// A badge that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BroughtBadge {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) state: StatusChip,
    pub(crate) sentence: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) rule_href: String,
    /// The dry run, once nothing is missing.
    pub(crate) preview_href: Option<String>,
}
