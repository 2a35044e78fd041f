//! Grades from elsewhere: what is known of them, and what is in a gradebook file before it counts.

use askama::Template;

use askama::filters::HtmlSafe;

use crate::web::views::shared::{Page, ProblemList, Waiting, When};

/// Where the grades of a course come from beside the columns that Cairn reads by itself. Posts `file` to `bring_action`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/grades.html")]
pub(crate) struct GradesPage {
    pub(crate) page: Page,
    pub(crate) problems: ProblemList,
    /// How the page looks again while grades are read.
    pub(crate) waiting: Option<Waiting>,
    /// What the interface of the LMS tells; none where it was never read.
    pub(crate) rest: Option<RestPanel>,
    /// What cannot be read otherwise.
    pub(crate) unreadable: String,
    /// What the file that was just used changed.
    pub(crate) changes: Option<Vec<String>>,
    pub(crate) bring_action: String,
    /// "32 MB".
    pub(crate) limit: String,
    /// How a file is downloaded in the course site.
    pub(crate) how: &'static str,
    /// Newest first.
    pub(crate) files: Vec<FileLine>,
    pub(crate) columns: Vec<OutsidePanel>,
    /// The page before all of it is removed; none where there is nothing.
    pub(crate) remove_href: Option<String>,
    /// How the whole gradebook is read by the interface of the LMS; none where it has none.
    pub(crate) access: Option<AccessPanel>,
    /// Whether who looks may change nothing, because the course has ended.
    pub(crate) reading: bool,
    pub(crate) back_href: String,
}

/// Grades that the interface of the LMS tells: how it stands, and what is out of reach. Posts to `ask_action`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/grades_rest.html")]
pub(crate) struct RestPanel {
    pub(crate) page: Page,
    /// "Grades read from Canvas".
    pub(crate) title: String,
    /// What is read, or what waits while it is off.
    pub(crate) state: &'static str,
    /// How far the reading under way is.
    pub(crate) progress: Option<String>,
    /// When the whole course was read last.
    pub(crate) read: Option<When>,
    /// "2,000 grades in 40 columns."
    pub(crate) covered: String,
    pub(crate) unseen: Option<String>,
    /// When changes were looked for last.
    pub(crate) looked: Option<When>,
    pub(crate) trouble: Option<String>,
    pub(crate) missing: Vec<String>,
    /// Where a gradebook file says otherwise.
    pub(crate) disagrees: Vec<String>,
    /// Where all of it is asked for; none where nothing can be read, or who looks may change nothing.
    pub(crate) ask_action: Option<String>,
    /// What it finds that a look for changes does not.
    pub(crate) finds: Option<&'static str>,
    pub(crate) columns_title: String,
    pub(crate) columns: Vec<RestColumnLine>,
}

impl HtmlSafe for RestPanel {}

/// A column of the LMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RestColumnLine {
    pub(crate) label: String,
    /// "Assignment, of 10 points, in Labs. Used by “Quiz master”."
    pub(crate) facts: String,
    pub(crate) counting: String,
}

/// How the whole gradebook of the course is read. Posts nothing to either address; the first opens a window of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessPanel {
    pub(crate) lead: String,
    /// The words on the button.
    pub(crate) give: &'static str,
    /// None where a teacher cannot let it be read.
    pub(crate) give_action: Option<String>,
    /// None where there is nothing to take back.
    pub(crate) end_action: Option<String>,
}

/// A file that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileLine {
    pub(crate) name: String,
    /// "Canvas, by Tess Tutor: 28 students, 2 rows left out".
    pub(crate) facts: String,
    pub(crate) when: When,
}

/// A column that files told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutsidePanel {
    pub(crate) label: String,
    /// "Assignment, of 10 points. Used by “Quiz master”."
    pub(crate) facts: String,
    /// Whether its grades count, and who said so.
    pub(crate) counting: &'static str,
    /// That the newest file does not have it.
    pub(crate) is_missing: bool,
    /// Where its use is stopped; none of one that does not count.
    pub(crate) stop_action: Option<String>,
}

impl GradesPage {
    fn general_problems(&self) -> &ProblemList {
        &self.problems
    }
}

/// What is in a file, before anything counts. Posts `file`, `name`, `use` for each column, `is` for each confirmed row, and
/// `of_course`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/grades_review.html")]
pub(crate) struct GradesReviewPage {
    pub(crate) page: Page,
    pub(crate) problems: ProblemList,
    pub(crate) action: String,
    /// What names the file.
    pub(crate) digest: String,
    pub(crate) name: String,
    /// "A gradebook of Canvas with 30 rows."
    pub(crate) about: String,
    /// Why it may be of another course.
    pub(crate) doubts: Vec<&'static str>,
    /// Whether it was said that it is of this one.
    pub(crate) is_of_course: bool,
    pub(crate) columns: Vec<PickRow>,
    /// "28 students by the e-mail address".
    pub(crate) matched: Vec<String>,
    pub(crate) to_confirm: Vec<SamePersonRow>,
    /// That there are more than are shown.
    pub(crate) more_to_confirm: Option<String>,
    /// Rows that are left out, a line each.
    pub(crate) left_out: Vec<String>,
    pub(crate) left_out_in_all: usize,
    /// What using the ticked columns changes.
    pub(crate) changes: Vec<String>,
    pub(crate) back_href: String,
}

/// A column that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PickRow {
    pub(crate) index: usize,
    pub(crate) label: String,
    /// "Assignment, of 10 points: 28 grades".
    pub(crate) facts: String,
    /// What is to be known before it is ticked.
    pub(crate) notes: Vec<String>,
    pub(crate) ticked: bool,
    /// Whether it can be chosen at all.
    pub(crate) usable: bool,
}

/// A row that may be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SamePersonRow {
    /// Its line and its person.
    pub(crate) value: String,
    /// "Line 4: “Almeida, Rosa” is Rosa Almeida".
    pub(crate) text: String,
    /// Why it is not certain.
    pub(crate) why: &'static str,
    pub(crate) ticked: bool,
}

impl GradesReviewPage {
    fn general_problems(&self) -> &ProblemList {
        &self.problems
    }
}
