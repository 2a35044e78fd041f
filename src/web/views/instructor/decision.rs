//! One student and one badge, with every reason.

use askama::Template;

use crate::web::views::shared::{CheckLine, LinkTo, Page, PictureView, StatusChip, When};

/// One student's decision, as the teacher reads it.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/decision.html")]
pub struct DecisionPage {
    pub page: Page,
    pub student: String,
    pub badge_name: String,
    pub picture: PictureView,
    pub status: StatusChip,
    /// How the checks combine: "All of these are needed."
    pub need: String,
    pub checks: Vec<CheckLine>,
    /// The one next step, in a sentence.
    pub next: Option<String>,
    /// What the platform may hide of a grade.
    pub hint: Option<&'static str>,
    pub next_action: Option<LinkTo>,
    pub rule_version: i32,
    pub decided: Option<When>,
    /// What is not offered because the institution leaves it to administrators, a sentence each.
    pub left_to_others: Vec<&'static str>,
    /// Approving this student for this badge, when the rule asks for it.
    pub approve_href: Option<String>,
    /// Awarding by hand; none for holders and for people who may not be awarded.
    pub by_hand_href: Option<String>,
    /// The review page for revoking; only while it is held.
    pub revoke_href: Option<String>,
    /// The public page of the award, where anybody may open it.
    pub credential_href: Option<String>,
    /// Its holder keeps it to themselves.
    pub kept: bool,
    /// Why this person can hold no badge here, if so ("teaches in this course").
    pub barred: Option<String>,
    pub history: Vec<HistoryLine>,
    pub back_href: String,
}

/// An earlier decision or event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    pub when: When,
    /// "Not yet: Cleaning exercise 71 of 100, needs 80 (version 2)".
    pub text: String,
}
