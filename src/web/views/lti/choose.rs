//! An instructor opens a new link: what does it open from now on?

use askama::Template;

use crate::web::views::instructor::OfferLine;
use crate::web::views::shared::{Choice, Page, ProblemList};

/// Posts `opens` (`my_badges`, `activity`, or what one of `waiting` says), `title`, `instructions`, `points`.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/choose.html")]
pub(crate) struct ChooseOpensPage {
    pub(crate) page: Page,
    pub(crate) action: String,
    /// What is chosen of these.
    pub(crate) opens: String,
    /// Title of the activity, first the link's own.
    pub(crate) title: String,
    /// Markdown.
    pub(crate) instructions: String,
    /// Points of a full grade, as typed.
    pub(crate) points: String,
    /// The activity that the course site made a copy of.
    pub(crate) copy_of: Option<String>,
    /// Badges of other courses that may come along, because this course is a copy.
    pub(crate) offers: Vec<OfferLine>,
    /// Activities that came along and wait for their link.
    pub(crate) waiting: Vec<Choice>,
    pub(crate) problems: ProblemList,
    /// Whether a grade column comes with an activity here; else the page says that its grade stays in Cairn.
    pub(crate) makes_column: bool,
    /// What that column does to the course total.
    pub(crate) column_total: &'static str,
}
