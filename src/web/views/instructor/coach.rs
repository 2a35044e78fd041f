//! What is worth a thought about the badges of a course.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::coach::{Finding, Found, Weight};
use crate::web::views::shared::{LinkTo, Page, PictureView, ProblemList, Status, StatusChip, When};
use crate::web::words::coach;

/// The report of a course: a page to read, and to print. Dismissing posts `about` and `reason`, showing again `about`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/coach.html")]
pub(crate) struct CoachPage {
    pub(crate) page: Page,
    pub(crate) course: String,
    pub(crate) made: When,
    /// How many badges there are, how many of them nothing is open about, and what is open by weight.
    pub(crate) badges: usize,
    pub(crate) in_peace: usize,
    pub(crate) numbers: Vec<(&'static str, usize)>,
    pub(crate) of_set: CoachList,
    pub(crate) sections: Vec<CoachSection>,
    pub(crate) dismissed: Vec<DismissedLine>,
    /// None where nobody may show again what was dismissed.
    pub(crate) show_again_action: Option<String>,
    pub(crate) problems: ProblemList,
    pub(crate) back_href: String,
}

/// What is open about one badge.
#[derive(Debug, Clone)]
pub(crate) struct CoachSection {
    pub(crate) badge: LinkTo,
    pub(crate) picture: PictureView,
    pub(crate) list: CoachList,
}

/// Findings, each of which may be dismissed with a reason.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/coach_lines.html")]
pub(crate) struct CoachList {
    page: Page,
    dismiss: Option<DismissForm>,
    lines: Vec<CoachLine>,
}

impl HtmlSafe for CoachList {}

impl CoachList {
    /// These findings on that page, those first that matter most.
    #[must_use]
    pub(crate) fn of(page: &Page, dismiss: Option<&DismissForm>, found: &[Found]) -> Self {
        let mut lines: Vec<CoachLine> = found.iter().map(CoachLine::of).collect();
        lines.sort_by_key(|line| line.weight);
        Self {
            page: page.clone(),
            dismiss: dismiss.cloned(),
            lines,
        }
    }

    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// Where a finding is dismissed; nobody dismisses who may not make badges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DismissForm {
    pub(crate) action: String,
    /// The badge whose dry run the visit comes from, and goes back to; empty for the report.
    pub(crate) from: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CoachLine {
    sentence: String,
    advice: String,
    chip: StatusChip,
    about: String,
    may_rest: bool,
    weight: Weight,
}

impl CoachLine {
    fn of(found: &Found) -> Self {
        let weight = found.finding.weight();
        Self {
            sentence: coach::found(&found.finding),
            advice: coach::advice(&found.finding),
            chip: match weight {
                Weight::Blocks => Status::NeedsAttention.saying(coach::weight(weight)),
                Weight::Should => Status::InProgress.saying(coach::weight(weight)),
                Weight::Could => Status::Neutral.saying(coach::weight(weight)),
            },
            about: found.about.clone(),
            may_rest: found.finding.may_rest(),
            weight,
        }
    }
}

/// A finding that was dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DismissedLine {
    /// Of which badge, or of all of them.
    pub(crate) whose: String,
    pub(crate) sentence: String,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) at: When,
    pub(crate) about: String,
}

/// A sentence for each finding, with what to do, where nothing is dismissed: while a badge is written.
#[must_use]
pub(crate) fn sentences<'a>(found: impl IntoIterator<Item = &'a Finding>) -> Vec<String> {
    let all = found.into_iter();
    all.map(|one| format!("{} {}", coach::found(one), coach::advice(one)))
        .collect()
}
