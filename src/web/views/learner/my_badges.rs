//! My badges in this course.

use askama::Template;

use super::PartRow;
use crate::web::views::shared::{LinkTo, Page, PictureView, Share, StatusChip, Waiting, When};

/// The student's first page: one next step on top.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/my_badges.html")]
pub(crate) struct MyBadgesPage {
    pub(crate) page: Page,
    /// Where what is kept about me is told.
    pub(crate) data_href: String,
    /// Where badges of other issuers are; none for somebody who acts as this person.
    pub(crate) elsewhere_href: Option<String>,
    /// The badge that is nearest; none when there is nothing left to earn.
    pub(crate) hero: Option<Hero>,
    /// The other badges that can be earned.
    pub(crate) others: Vec<ProgressRow>,
    pub(crate) earned: Vec<EarnedRow>,
    /// What was taken back, here and in other courses.
    pub(crate) revoked: Vec<EarnedRow>,
    /// What was earned in other courses, each with the name of its course.
    pub(crate) elsewhere: Vec<EarnedRow>,
    /// Whether this course has ended.
    pub(crate) ended: bool,
    pub(crate) stacks: Vec<StackRow>,
    /// While the course is read for the first time, the page looks again by itself.
    pub(crate) waiting: Option<Waiting>,
    /// When grades were last read.
    pub(crate) checked: Option<When>,
    pub(crate) next_check: Option<When>,
    /// Said when the viewer cannot earn badges here ("You teach in this course, so you see what students see.").
    pub(crate) viewer_note: Option<String>,
}

/// The nearest badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hero {
    pub(crate) name: String,
    /// What its holder can do.
    pub(crate) outcome: String,
    pub(crate) picture: PictureView,
    pub(crate) href: String,
    /// Conditions met, of all that are needed.
    pub(crate) progress: Share,
    /// "Next: your project report is being reviewed."
    pub(crate) next: String,
    pub(crate) next_action: Option<LinkTo>,
}

/// A badge on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProgressRow {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) href: String,
    pub(crate) progress: Share,
    /// One short sentence.
    pub(crate) next: String,
}

/// A badge that was earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EarnedRow {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) href: String,
    pub(crate) earned: When,
    pub(crate) until: Option<When>,
    /// Earned, Suspended, Expired, Revoked.
    pub(crate) standing: StatusChip,
    /// Said when the end of its term is near.
    pub(crate) reminder: Option<Reminder>,
    /// The course, where it is another one.
    pub(crate) course: Option<String>,
}

/// That a badge lapses soon, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reminder {
    pub(crate) until: When,
    /// Whether only days are left.
    pub(crate) pressing: bool,
    /// A sentence.
    pub(crate) what_to_do: String,
}

/// A badge that is earned by badges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StackRow {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) href: String,
    /// Its parts that are held, of all of them.
    pub(crate) progress: Share,
    /// What is counted: " parts".
    pub(crate) unit: &'static str,
    /// One short sentence.
    pub(crate) next: String,
    pub(crate) parts: Vec<PartRow>,
}
