//! One badge as its student sees it.

use askama::Template;

use super::Reminder;
use crate::web::views::shared::{
    CheckLine, LinkTo, LmsWorkList, Page, PictureView, SafeHtml, Share, StatusChip, When,
};

/// What it proves, what I have, what is missing.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/badge.html")]
pub(crate) struct LearnerBadgePage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) outcome: String,
    pub(crate) description: String,
    pub(crate) picture: PictureView,
    pub(crate) status: StatusChip,
    pub(crate) progress: Share,
    /// How the checks combine: "All of these are needed."
    pub(crate) need: String,
    /// The same facts that the teacher sees, in words to the student. Hand-ins carry their link as the line's action.
    pub(crate) checks: Vec<CheckLine>,
    /// What I handed in in the LMS to columns of the rule.
    pub(crate) work: LmsWorkList,
    /// The checks are what was seen when the badge was earned.
    pub(crate) as_earned: bool,
    /// What of it is not so any more.
    pub(crate) since: Vec<String>,
    pub(crate) next: Option<String>,
    pub(crate) next_action: Option<LinkTo>,
    pub(crate) criteria: SafeHtml,
    /// Type, hours, credits, level, validity: term and value.
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) earned: Option<When>,
    /// Why it was revoked, where it was.
    pub(crate) revoked_reason: Option<String>,
    /// Whether the course has ended, so that nothing more is earned in it.
    pub(crate) ended: bool,
    /// Said when the end of its term is near.
    pub(crate) reminder: Option<Reminder>,
    /// My credential, once earned.
    pub(crate) credential_href: Option<String>,
    pub(crate) checked: Option<When>,
    pub(crate) back_href: String,
}
