//! The dry run: what would happen, before anybody is told.

use askama::Template;

use super::CoachList;
use crate::web::views::shared::{Page, PictureView, ProblemList, Waiting, When};

/// What the draft rule would do with the gradebook as it was last read.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/dry_run.html")]
pub(crate) struct DryRunPage {
    pub(crate) page: Page,
    pub(crate) badge_name: String,
    pub(crate) picture: PictureView,
    pub(crate) sentence: String,
    /// Students in the course.
    pub(crate) students: u32,
    /// People about whom a teacher is asked whether they are students: not counted.
    pub(crate) in_doubt: u32,
    /// Where that is answered.
    pub(crate) students_href: String,
    /// Students who would be awarded now.
    pub(crate) now: u32,
    /// Who meets the rule, where that is more than who would be awarded.
    pub(crate) met: Option<String>,
    /// Students who miss it narrowly.
    pub(crate) near: u32,
    /// How many more would be awarded now if the grades that wait were released.
    pub(crate) once_released: u32,
    /// When the grades count that the rule reads, a sentence for each column.
    pub(crate) counting: Vec<String>,
    /// What the LMS says of what students see, a sentence each.
    pub(crate) told_by_lms: Vec<String>,
    /// What is said of each column that it names and that is read no more.
    pub(crate) unread: Vec<String>,
    /// That the badge is paused, and why where nothing below says it.
    pub(crate) paused: Option<String>,
    pub(crate) columns_href: String,
    /// Students about whom too little is known to decide.
    pub(crate) unknown: u32,
    /// Students of whom it is known that they have not handed in or completed it.
    pub(crate) lacking: u32,
    /// Students who hold it already; they keep it.
    pub(crate) holders: u32,
    /// Students who meet it, but whose badge has lapsed and is not renewed by that alone.
    pub(crate) lapsed: u32,
    pub(crate) bars: Vec<ConditionBar>,
    /// Names by outcome, each group behind a fold.
    pub(crate) names: Vec<NameGroup>,
    /// Against the active version; none when there is none.
    pub(crate) difference: Option<Difference>,
    /// What keeps the rule from being activated, one sentence each.
    pub(crate) blocking: Vec<String>,
    /// None while something blocks, and where activating is left to administrators.
    pub(crate) activation: Option<Activation>,
    /// Whether this person may activate.
    pub(crate) may_activate: bool,
    /// The badge for which this copy counts no more outside its course once that rule decides; none where nothing changes in that.
    pub(crate) leaves: Option<String>,
    /// What went wrong with an activation ("The number has changed from 7 to 8.").
    pub(crate) problems: ProblemList,
    pub(crate) read: Option<When>,
    /// When the LMS itself was read, where the rule names what it tells.
    pub(crate) lms_read: Option<When>,
    /// Whether a newer check brought no news.
    pub(crate) failed_since: bool,
    /// While the course is read for the first time, the page looks again by itself.
    pub(crate) waiting: Option<Waiting>,
    pub(crate) csv_href: String,
    /// The versions side by side, and the rule over an earlier year.
    pub(crate) versions_href: String,
    pub(crate) replay_href: String,
    /// What is worth a thought before, and the report that says it of all badges.
    pub(crate) hints: CoachList,
    pub(crate) coach_href: String,
    pub(crate) back_href: String,
}

/// One condition over all students.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConditionBar {
    /// "Cleaning exercise ≥ 80 %".
    pub(crate) label: String,
    pub(crate) yes: u32,
    /// Students who narrowly miss it or wait for something.
    pub(crate) near: u32,
    /// "6 within 5 points", "4 waiting for review"; empty for none.
    pub(crate) near_words: String,
    pub(crate) unknown: u32,
    /// "5 no grade yet"; empty for none.
    pub(crate) unknown_words: String,
    /// Students who do not meet it.
    pub(crate) no: u32,
    /// All students: the length of the whole bar.
    pub(crate) all: u32,
}

/// People with the same outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameGroup {
    /// "Would earn it now".
    pub(crate) title: String,
    /// How many there are in all.
    pub(crate) count: u32,
    /// The first of them; the CSV has the rest.
    pub(crate) people: Vec<PersonLine>,
}

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PersonLine {
    pub(crate) name: String,
    /// "78 of 100, needs 80"; empty for none.
    pub(crate) note: String,
    /// Their decision page.
    pub(crate) href: Option<String>,
}

/// Against the active version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The active version.
    pub(crate) version: i32,
    /// How many would earn it by the new version only, and the first of their names.
    pub(crate) gained: u32,
    pub(crate) added: Vec<String>,
    /// How many would no longer earn it by the new version, and the first of their names; holders keep it.
    pub(crate) lost: u32,
    pub(crate) removed: Vec<String>,
}

/// Posts `confirm` (the number) and `digest`, so that what is activated is what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Activation {
    pub(crate) action: String,
    pub(crate) number: u32,
    /// The digest of rule and outcome.
    pub(crate) digest: String,
}

impl DryRunPage {
    /// Who meets the rule, where nobody would be awarded.
    fn met_by_nobody_new(&self) -> Option<&str> {
        self.met.as_deref().filter(|_| self.now == 0)
    }

    /// Who meets the rule, where some would be awarded and others not.
    fn met_by_others_too(&self) -> Option<&str> {
        self.met.as_deref().filter(|_| self.now > 0)
    }

    fn is_cut(&self, group: &NameGroup) -> bool {
        usize::try_from(group.count).unwrap_or(usize::MAX) > group.people.len()
    }
}

impl ConditionBar {
    fn length(&self, count: u32) -> u64 {
        (u64::from(count) * 1_000)
            .checked_div(u64::from(self.all))
            .unwrap_or(0)
            .min(1_000)
    }

    fn yes_length(&self) -> u64 {
        self.length(self.yes)
    }

    fn near_length(&self) -> u64 {
        self.length(self.near)
    }

    fn unknown_length(&self) -> u64 {
        self.length(self.unknown)
    }

    fn near_start(&self) -> u64 {
        self.length(self.yes)
    }

    fn unknown_start(&self) -> u64 {
        self.length(self.yes.saturating_add(self.near))
    }
}
