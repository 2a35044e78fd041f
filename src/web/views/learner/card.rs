//! One badge as a small card in a page of the course.

use askama::Template;

use crate::web::views::shared::{LinkTo, Page, PictureView, Share, StatusChip};

/// How far whoever looks is, and their one next step.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/card.html")]
pub(crate) struct CardPage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) status: StatusChip,
    /// Conditions met, of all that are needed; none where it is earned.
    pub(crate) progress: Option<Share>,
    /// What is counted, where that is something else: " parts".
    pub(crate) unit: &'static str,
    /// A sentence; none where nothing is to be done.
    pub(crate) next: Option<String>,
    pub(crate) action: Option<LinkTo>,
    /// The whole page of the badge, or of what was earned; for those who teach, the badges of the course.
    pub(crate) href: String,
    /// Where those who teach see the class; none for students.
    pub(crate) class_href: Option<String>,
}
