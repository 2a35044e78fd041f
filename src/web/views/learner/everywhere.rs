//! All my badges, of every course.

use askama::Template;

use super::{EarnedRow, Hero};
use crate::web::views::shared::{Page, Paging, PictureView, Share};

/// What one person earned and is on the way to, whatever the courses.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/everywhere.html")]
pub(crate) struct EverywherePage {
    pub(crate) page: Page,
    /// What is looked for, as it was typed.
    pub(crate) sought: String,
    /// Where the search goes.
    pub(crate) action: String,
    /// This page without a search.
    pub(crate) all_href: String,
    /// The nearest badge, with the one next step.
    pub(crate) hero: Option<Hero>,
    /// Where that is earned.
    pub(crate) hero_course: String,
    pub(crate) on_the_way: Vec<BegunRow>,
    pub(crate) on_the_way_in_all: i64,
    /// The whole list of what is on the way; none where all of it is shown.
    pub(crate) more_href: Option<String>,
    /// Whether only what is on the way is shown.
    pub(crate) only_on_the_way: bool,
    pub(crate) stacks: Vec<StackCard>,
    pub(crate) earned: Vec<EarnedRow>,
    pub(crate) earned_in_all: i64,
    /// Of the list that is shown a page at a time.
    pub(crate) paging: Paging,
    /// How I learned this, over all badges; none while nothing is earned.
    pub(crate) timeline_href: Option<String>,
    /// Badges of other issuers; none for whoever acts as somebody else.
    pub(crate) elsewhere_href: Option<String>,
    /// The same of collections.
    pub(crate) collections_href: Option<String>,
    /// Badges of another LMS of the institution; none where the institution does not let students join accounts.
    pub(crate) accounts_href: Option<String>,
    pub(crate) back_href: String,
}

/// A badge on the way, in some course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BegunRow {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) way: Way,
    pub(crate) course: String,
    pub(crate) progress: Share,
    /// One short sentence.
    pub(crate) next: String,
}

/// Where a badge on the way is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// A page of this course.
    Here(String),
    /// Its public page.
    Elsewhere(String),
    Nowhere,
}

/// A badge that is earned by badges, with its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StackCard {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) way: Way,
    pub(crate) course: String,
    /// Its parts that are held, of all of them.
    pub(crate) progress: Share,
    /// What is counted: " parts".
    pub(crate) unit: &'static str,
    /// One short sentence.
    pub(crate) next: String,
    pub(crate) parts: Vec<PartRow>,
}

/// A part of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartRow {
    pub(crate) name: String,
    /// Where it is earned, if not where the stack is.
    pub(crate) course: Option<String>,
    pub(crate) is_held: bool,
}

impl EverywherePage {
    fn is_empty(&self) -> bool {
        self.hero.is_none() && self.on_the_way.is_empty() && self.earned.is_empty() && self.stacks.is_empty()
    }
}
