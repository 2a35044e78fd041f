//! One badge as its student sees it.

use askama::Template;

use super::Reminder;
use crate::web::views::shared::{CheckLine, LinkTo, Page, PictureView, SafeHtml, Share, StatusChip, When};

/// What it proves, what I have, what is missing.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/badge.html")]
pub struct LearnerBadgePage {
    pub page: Page,
    pub name: String,
    pub outcome: String,
    pub description: String,
    pub picture: PictureView,
    pub status: StatusChip,
    pub progress: Share,
    /// How the checks combine: "All of these are needed."
    pub need: String,
    /// The same facts that the teacher sees, in words to the student. Hand-ins carry their link as the line's action.
    pub checks: Vec<CheckLine>,
    pub next: Option<String>,
    pub next_action: Option<LinkTo>,
    pub criteria: SafeHtml,
    /// Type, hours, credits, level, validity: term and value.
    pub facts: Vec<(String, String)>,
    pub earned: Option<When>,
    /// Said when the end of its term is near.
    pub reminder: Option<Reminder>,
    /// My credential, once earned.
    pub credential_href: Option<String>,
    pub checked: Option<When>,
    pub back_href: String,
}
