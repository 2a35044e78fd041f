//! An instructor opens a new link: what shall it open from now on?

use askama::Template;

use crate::web::views::shared::{Page, ProblemList};

/// Posts `opens` (`my_badges` or `activity`), `title`, `instructions`, `points`.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/choose.html")]
pub struct ChooseOpensPage {
    pub page: Page,
    pub action: String,
    /// What is chosen: `my_badges` or `activity`.
    pub opens: String,
    /// Title of the activity, first the link's own.
    pub title: String,
    /// Markdown.
    pub instructions: String,
    /// Points of a full grade, as typed.
    pub points: String,
    /// The activity that the course site made a copy of.
    pub copy_of: Option<String>,
    pub problems: ProblemList,
    /// Whether a grade column comes with an activity here; else the page says that its grade stays in Cairn.
    pub makes_column: bool,
}
