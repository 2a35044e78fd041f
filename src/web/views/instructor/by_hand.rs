//! An instructor's own word: approve for a badge, or award it by hand.

use askama::Template;

use crate::web::views::shared::{CheckLine, Page, PictureView, ProblemList};

/// What the instructor is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByHand {
    /// Meets the condition "approved by an instructor"; the rule still decides.
    Approve,
    /// Awards although the rule is not met; the credential says so.
    Award,
}

/// Posts `reason`; one confirmation for one student.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/by_hand.html")]
pub struct AwardByHandPage {
    pub page: Page,
    pub what: ByHand,
    pub student: String,
    pub badge_name: String,
    pub picture: PictureView,
    pub action: String,
    pub checks: Vec<CheckLine>,
    /// Why, as typed: 1 to 500 characters, kept with the decision.
    pub reason: String,
    pub problems: ProblemList,
    pub back_href: String,
}

impl AwardByHandPage {
    fn awards(&self) -> bool {
        self.what == ByHand::Award
    }
}
