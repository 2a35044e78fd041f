//! How I learned this, and to whom I show it.

use askama::Template;

use crate::web::views::shared::{Page, TimelineView, When};

/// The holder's own timeline. Its forms post `show_name=yes`, `show_evidence=yes` and, for a link, `days`.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/timeline.html")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "what is shown, and whether it may be"
)]
pub(crate) struct MyTimelinePage {
    pub(crate) page: Page,
    /// Whether it is of one badge.
    pub(crate) of_one: bool,
    pub(crate) timeline: TimelineView,
    /// Whether the holder shows the page of none of these badges, so that a link to all of them shows nothing.
    pub(crate) shows_none: bool,
    /// How many badges are shown, where there may be more.
    pub(crate) most: Option<usize>,
    /// Whether the institution lets badges have public pages.
    pub(crate) public: bool,
    /// Why not, where it does not.
    pub(crate) inside: &'static str,
    /// The whole address of a link that was just made; it is told once.
    pub(crate) fresh_link: Option<String>,
    pub(crate) link_action: String,
    /// For how many days a link may be made.
    pub(crate) link_days: Vec<u16>,
    pub(crate) public_action: String,
    /// The address that anybody may open, while it is shown so.
    pub(crate) public_url: Option<String>,
    /// What it shows there.
    pub(crate) shown_name: bool,
    pub(crate) shown_evidence: bool,
    /// Where that is ended.
    pub(crate) public_withdraw: Option<String>,
    /// Links by which it is or was shown for a time.
    pub(crate) lines: Vec<ShownLine>,
    /// The timeline of all badges.
    pub(crate) all_href: Option<String>,
    pub(crate) back_href: String,
}

/// A link by which it is or was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownLine {
    pub(crate) made: When,
    pub(crate) until: Option<When>,
    pub(crate) withdrawn: Option<When>,
    pub(crate) name: bool,
    pub(crate) evidence: bool,
    /// Where to end it; none when it has ended.
    pub(crate) withdraw_action: Option<String>,
}
