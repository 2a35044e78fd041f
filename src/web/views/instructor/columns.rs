//! The gradebook columns of a course, and when their grades count.

use askama::Template;

use crate::web::views::shared::{Page, ProblemList};

/// Every column that can be read.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/columns.html")]
pub(crate) struct ColumnsPage {
    pub(crate) page: Page,
    /// Why there is something to choose.
    pub(crate) why: String,
    /// What holds for columns to come.
    pub(crate) all: &'static str,
    /// Posts `counting`: `at_once` or `on_release`.
    pub(crate) answer_action: String,
    /// What the answer's form was filled from.
    pub(crate) seen: String,
    /// Whether columns to come wait for a release.
    pub(crate) all_wait: bool,
    pub(crate) columns: Vec<ColumnPanel>,
    /// A problem's field is a column's `at-` and its id.
    pub(crate) problems: ProblemList,
    /// Whether who looks may change nothing, because the course has ended.
    pub(crate) reading: bool,
    /// Whether the course has ended, so that no column is added any more.
    pub(crate) ended: bool,
    /// How many columns were read that are in the course no longer.
    pub(crate) deleted: usize,
    pub(crate) back_href: String,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnPanel {
    pub(crate) id: String,
    pub(crate) label: String,
    /// "Of 100 points. Read by “Quiz master”."
    pub(crate) facts: String,
    /// When its grades count.
    pub(crate) counting: String,
    /// Whether the LMS says what is released: then nothing is chosen here.
    pub(crate) told_by_lms: bool,
    /// Posts `action`: `on_release`, `hold`, or `plan` with `at`.
    pub(crate) action: String,
    /// What its forms were filled from.
    pub(crate) seen: String,
    /// Whether its grades count at once, whatever a teacher does.
    pub(crate) at_once: bool,
    /// Whether a grade that comes now counts.
    pub(crate) is_open: bool,
    /// Whether a date is set for its release.
    pub(crate) is_planned: bool,
    /// What was typed as the date.
    pub(crate) at: String,
    /// The review page before its grades are released.
    pub(crate) release_href: String,
    /// The same before they count as soon as they are there.
    pub(crate) at_once_href: String,
}

impl ColumnPanel {
    fn field(&self) -> String {
        format!("at-{}", self.id)
    }
}
