//! An instructor's own word: approve for a badge, or award it by hand.

use askama::Template;

use crate::web::views::shared::{CheckLine, Page, PictureView, ProblemList};

/// What the instructor is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByHand {
    /// Meets the condition "approved by an instructor"; the rule still decides.
    Approve,
    /// Awards although the rule is not met; the credential says so.
    Award,
}

/// Posts `reason`; one confirmation for one student.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/by_hand.html")]
pub(crate) struct AwardByHandPage {
    pub(crate) page: Page,
    pub(crate) what: ByHand,
    pub(crate) student: String,
    pub(crate) badge_name: String,
    pub(crate) picture: PictureView,
    pub(crate) action: String,
    pub(crate) checks: Vec<CheckLine>,
    /// Why, as typed: 1 to 500 characters, kept with the decision.
    pub(crate) reason: String,
    pub(crate) problems: ProblemList,
    pub(crate) back_href: String,
}

impl AwardByHandPage {
    fn awards(&self) -> bool {
        self.what == ByHand::Award
    }
}
