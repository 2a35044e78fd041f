//! One student and one badge, with every reason.

use askama::Template;

use crate::web::views::shared::{CheckLine, LinkTo, LmsWorkList, Page, PictureView, StatusChip, When};

/// One student's decision, as the teacher reads it.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/decision.html")]
pub(crate) struct DecisionPage {
    pub(crate) page: Page,
    pub(crate) student: String,
    pub(crate) badge_name: String,
    pub(crate) picture: PictureView,
    pub(crate) status: StatusChip,
    /// How the checks combine: "All of these are needed."
    pub(crate) need: String,
    pub(crate) checks: Vec<CheckLine>,
    /// What was seen when the badge was earned, where something of that is not so any more.
    pub(crate) earned: Vec<CheckLine>,
    /// What the student handed in in the LMS to columns of the rule.
    pub(crate) work: LmsWorkList,
    /// The one next step, in a sentence.
    pub(crate) next: Option<String>,
    pub(crate) next_action: Option<LinkTo>,
    /// Grades that are not released: "Quiz 3: 85 of 100".
    pub(crate) withheld: Vec<String>,
    /// That there are grades in its columns that students cannot see yet, a sentence each.
    pub(crate) unseen: Vec<String>,
    pub(crate) rule_version: i32,
    pub(crate) decided: Option<When>,
    /// What is not offered because the institution leaves it to administrators, a sentence each.
    pub(crate) left_to_others: Vec<&'static str>,
    /// Approving this student for this badge, when the rule asks for it.
    pub(crate) approve_href: Option<String>,
    /// Awarding by hand; none for holders and for people who may not be awarded.
    pub(crate) by_hand_href: Option<String>,
    /// The review page for revoking; only while it is held.
    pub(crate) revoke_href: Option<String>,
    /// The public page of the award, where anybody may open it.
    pub(crate) credential_href: Option<String>,
    /// Its holder keeps it to themselves.
    pub(crate) kept: bool,
    /// Why this person can hold no badge here, if so ("teaches in this course").
    pub(crate) barred: Option<String>,
    /// Where a teacher says whether this is a student; none where nobody asks.
    pub(crate) students_href: Option<String>,
    pub(crate) history: Vec<HistoryLine>,
    pub(crate) back_href: String,
}

/// An earlier decision or event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryLine {
    pub(crate) when: When,
    /// "Not yet: Cleaning exercise 71 of 100, needs 80 (version 2)".
    pub(crate) text: String,
}
