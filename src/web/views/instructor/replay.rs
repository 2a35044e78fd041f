//! A rule over the gradebook of an earlier year.

use askama::Template;

use crate::web::views::shared::{Choice, Page, PictureView, ProblemList, thousands};

/// A file is chosen, what stands for what is said, and what the rule would have done is shown. Posts `file`, `kept`, `columns`, and `q.` and
/// `of.` with the word of each thing that the rule asks about.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/replay.html")]
pub(crate) struct ReplayPage {
    pub(crate) page: Page,
    pub(crate) picture: PictureView,
    pub(crate) problems: ProblemList,
    pub(crate) sentence: String,
    /// "Version 2, the draft".
    pub(crate) version: String,
    pub(crate) action: String,
    /// "4.2 MB".
    pub(crate) limit: String,
    /// How a file is downloaded in the course site.
    pub(crate) how: &'static str,
    /// Name and value of what was chosen before, where no file is there to choose it of.
    pub(crate) chosen: Vec<(String, String)>,
    /// None before a file was read.
    pub(crate) setup: Option<ReplaySetup>,
    pub(crate) result: Option<ReplayResult>,
    pub(crate) back_href: String,
}

/// What stands for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplaySetup {
    /// "The file has 40 people and 12 columns of grades."
    pub(crate) about: String,
    /// The file as the form brings it back; none of one that has to be chosen again.
    pub(crate) kept: Option<String>,
    /// What tells its columns from others.
    pub(crate) columns: String,
    pub(crate) rows: Vec<AnswerRow>,
}

/// Something that the rule asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerRow {
    /// The name of its field.
    pub(crate) field: String,
    /// The conditions that ask about it.
    pub(crate) about: String,
    pub(crate) options: Vec<Choice>,
    /// The value that is chosen; empty for none.
    pub(crate) chosen: String,
    /// Why that, or why no column.
    pub(crate) note: &'static str,
    /// The field of the points that its column is out of, and what was typed there; none where no column can be chosen.
    pub(crate) points: Option<(String, String)>,
    /// How the points were taken; empty where there were none to take.
    pub(crate) taken: String,
}

/// What the rule would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplayResult {
    pub(crate) earned: String,
    pub(crate) open: Option<String>,
    pub(crate) stopped: Option<String>,
    /// None where everybody would have earned it.
    pub(crate) distances: Option<DistancePlot>,
    /// Label and numbers of each condition.
    pub(crate) stops: Vec<(String, String)>,
    pub(crate) lists: Vec<CohortList>,
}

/// How far those were who would not have earned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistancePlot {
    pub(crate) about: String,
    /// The data of a path.
    pub(crate) bars: String,
    /// The number at the upper edge.
    pub(crate) most: u32,
    /// The names of the first part and of the last one.
    pub(crate) first: String,
    pub(crate) last: String,
    /// The name and the number of each part.
    pub(crate) lines: Vec<(String, u32)>,
    /// Of whom no number says how far they were.
    pub(crate) untold: u32,
}

/// People of the file: on this page alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CohortList {
    pub(crate) title: &'static str,
    pub(crate) count: u32,
    /// The first of them: name, and how far.
    pub(crate) people: Vec<(String, String)>,
}

impl ReplayPage {
    fn general_problems(&self) -> &ProblemList {
        &self.problems
    }

    /// Whether the file has to come with the form.
    fn needs_file(&self) -> bool {
        self.setup.as_ref().is_none_or(|setup| setup.kept.is_none())
    }
}

impl DistancePlot {
    /// The number at the upper edge.
    fn top(&self) -> String {
        thousands(self.most)
    }
}

impl CohortList {
    fn is_cut(&self) -> bool {
        usize::try_from(self.count).unwrap_or(usize::MAX) > self.people.len()
    }
}
