//! A grade that fell after the award: keep the badge, or revoke it.

use askama::Template;

use crate::web::views::shared::{CheckLine, Page, PictureView, ProblemList, When};

/// Posts `reason` and `verdict` (`keep` or `revoke`).
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/regrade.html")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "what the page offers, each on its own"
)]
pub(crate) struct RegradePage {
    pub(crate) page: Page,
    pub(crate) student: String,
    pub(crate) badge_name: String,
    pub(crate) picture: PictureView,
    pub(crate) awarded: When,
    /// When it was noticed.
    pub(crate) found: When,
    /// Whether the badge counts for nothing until somebody decides.
    pub(crate) suspended: bool,
    /// Whether the institution revokes such badges once somebody has looked.
    pub(crate) revokes: bool,
    /// Whether this person may revoke.
    pub(crate) may_revoke: bool,
    /// Whether this person may let the badge stand.
    pub(crate) may_keep: bool,
    /// What the award rests on.
    pub(crate) then: Vec<CheckLine>,
    /// What holds now.
    pub(crate) now: Vec<CheckLine>,
    pub(crate) action: String,
    /// Why, as typed: 1 to 500 characters.
    pub(crate) reason: String,
    pub(crate) problems: ProblemList,
    pub(crate) back_href: String,
}
