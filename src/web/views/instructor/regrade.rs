//! A grade that fell after the award: keep the badge, or revoke it.

use askama::Template;

use crate::web::views::shared::{CheckLine, Page, PictureView, ProblemList, When};

/// Posts `reason` and `verdict` (`keep` or `revoke`).
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/regrade.html")]
pub struct RegradePage {
    pub page: Page,
    pub student: String,
    pub badge_name: String,
    pub picture: PictureView,
    pub awarded: When,
    /// When it was noticed.
    pub found: When,
    /// Whether the badge counts for nothing until somebody decides.
    pub suspended: bool,
    /// Whether the institution revokes such badges once somebody has looked.
    pub revokes: bool,
    /// Whether this person may revoke.
    pub may_revoke: bool,
    /// What the award rests on.
    pub then: Vec<CheckLine>,
    /// What holds now.
    pub now: Vec<CheckLine>,
    pub action: String,
    /// Why, as typed: 1 to 500 characters.
    pub reason: String,
    pub problems: ProblemList,
    pub back_href: String,
}
