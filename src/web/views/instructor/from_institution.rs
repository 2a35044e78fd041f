//! Badges of the institution that a course takes.

use askama::Template;

use crate::web::views::shared::{Choice, LinkTo, Page, PictureView, ProblemList, StatusChip};

/// Those that the course may take, or has.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/institution.html")]
pub(crate) struct InstitutionPage {
    pub(crate) page: Page,
    pub(crate) institution: String,
    pub(crate) badges: Vec<InstitutionLine>,
    pub(crate) back_href: String,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstitutionLine {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) state: StatusChip,
    /// "Knowledge badge".
    pub(crate) kind: String,
    pub(crate) outcome: String,
    /// What it asks, as a sentence.
    pub(crate) asks: String,
    /// The form; none where the course has it as it is.
    pub(crate) take: Option<LinkTo>,
    /// What the course made of it.
    pub(crate) own_href: Option<String>,
}

/// One of them, with the form that says what stands for what. Posts `place.<id>` for each place, and `version`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/institution_badge.html")]
pub(crate) struct InstitutionBadgePage {
    pub(crate) page: Page,
    pub(crate) institution: String,
    pub(crate) picture: PictureView,
    pub(crate) kind: String,
    pub(crate) outcome: String,
    pub(crate) criteria: String,
    pub(crate) asks: String,
    /// Whether the course has an earlier version.
    pub(crate) newer: bool,
    /// Whether it has any.
    pub(crate) has_it: bool,
    /// What is otherwise in the newer one: what it is, as the course has it, and as it would be.
    pub(crate) otherwise: Vec<(&'static str, String, String)>,
    pub(crate) version: i32,
    pub(crate) rows: Vec<PlaceRow>,
    pub(crate) problems: ProblemList,
    pub(crate) action: String,
    pub(crate) confirm: &'static str,
    /// Where columns of other sources are brought.
    pub(crate) elsewhere_href: String,
    pub(crate) back_href: String,
}

/// A place of its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceRow {
    /// The field's name.
    pub(crate) field: String,
    /// "The assignment for “Final test”".
    pub(crate) label: String,
    /// What is asked of it, and by what the proposal was found.
    pub(crate) hint: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) chosen: String,
}
