//! My badges in this course.

use askama::Template;

use crate::web::views::shared::{LinkTo, Page, PictureView, Share, StatusChip, When};

/// The student's first page: one next step on top.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/my_badges.html")]
pub struct MyBadgesPage {
    pub page: Page,
    /// Where what is kept about me is told.
    pub data_href: String,
    /// The badge that is nearest; none when there is nothing left to earn.
    pub hero: Option<Hero>,
    /// The other badges that can be earned.
    pub others: Vec<ProgressRow>,
    pub earned: Vec<EarnedRow>,
    pub stacks: Vec<StackRow>,
    /// When grades were last read.
    pub checked: Option<When>,
    pub next_check: Option<When>,
    /// Said when the viewer cannot earn badges here ("You teach in this course, so you see what students see.").
    pub viewer_note: Option<String>,
}

/// The nearest badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hero {
    pub name: String,
    /// What its holder can do.
    pub outcome: String,
    pub picture: PictureView,
    pub href: String,
    /// Conditions met, of all that are needed.
    pub progress: Share,
    /// "Next: your project report is being reviewed."
    pub next: String,
    pub next_action: Option<LinkTo>,
}

/// A badge on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressRow {
    pub name: String,
    pub picture: PictureView,
    pub href: String,
    pub progress: Share,
    /// One short sentence.
    pub next: String,
}

/// A badge that was earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarnedRow {
    pub name: String,
    pub picture: PictureView,
    pub href: String,
    pub earned: When,
    pub until: Option<When>,
    /// Earned, Suspended, Expired, Revoked.
    pub standing: StatusChip,
    /// Said when the end of its term is near.
    pub reminder: Option<Reminder>,
}

/// That a badge lapses soon, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    pub until: When,
    /// Whether only days are left.
    pub pressing: bool,
    /// A sentence.
    pub what_to_do: String,
}

/// A badge that is earned by badges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackRow {
    pub name: String,
    pub href: String,
    pub progress: Share,
}

impl StackRow {
    fn dots(&self) -> Vec<bool> {
        (0..self.progress.whole.min(12))
            .map(|place| place < self.progress.part)
            .collect()
    }
}
