//! The badges of a course.

use askama::Template;

use super::{AskedLine, OfferLine, RequestLine};
use crate::web::views::shared::{Page, PictureView, StatusChip, Waiting, When, thousands};

/// Course badges: the instructor's first page.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/course.html")]
pub(crate) struct CourseBadgesPage {
    pub(crate) page: Page,
    pub(crate) check: CheckState,
    /// Why nothing is read any more of a course that has ended.
    pub(crate) ended: Option<&'static str>,
    /// Whether who looks at it may change nothing, because it has ended.
    pub(crate) reading: bool,
    /// Those who count as students now.
    pub(crate) students: u32,
    /// What the number may contain besides.
    pub(crate) students_note: Option<&'static str>,
    /// People of whom a teacher has to say whether they are students: the first few.
    pub(crate) asked: Vec<AskedLine>,
    /// How many more there are.
    pub(crate) more_asked: u32,
    /// Whether this person may answer.
    pub(crate) may_answer: bool,
    /// Everybody who is asked about; none where nobody is or was.
    pub(crate) students_href: Option<String>,
    /// Whether it is known who they are.
    pub(crate) lists_students: bool,
    /// While a check runs, the page looks again by itself.
    pub(crate) waiting: Option<Waiting>,
    /// What grades are read here ("assignments placed by Cairn").
    pub(crate) grades_read: String,
    /// What can and cannot be read here, one sentence each.
    pub(crate) what_can_be_read: Vec<String>,
    pub(crate) badges: Vec<BadgeRow>,
    pub(crate) attention: Vec<Attention>,
    /// How many more there are than are shown.
    pub(crate) more_attention: u32,
    /// What Cairn did by itself lately, and what became of badges by it: a sentence or two each.
    pub(crate) news: Vec<String>,
    /// Why somebody should say when grades count here; none when nobody is asked.
    pub(crate) ask_when_grades_count: Option<String>,
    /// What that question was asked with.
    pub(crate) counting_seen: String,
    /// Posts `counting`: `at_once` or `on_release`.
    pub(crate) answer_action: String,
    pub(crate) columns_href: String,
    /// Where grades from elsewhere are brought.
    pub(crate) elsewhere_href: String,
    /// Courses that this one was copied from, whose badges may come along.
    pub(crate) offers: Vec<OfferLine>,
    /// Badges of the institution: what there is, and where; none where there is none.
    pub(crate) of_institution: Option<OfferLine>,
    /// What teachers of copies of this course ask.
    pub(crate) requests: Vec<RequestLine>,
    /// Of these, what was refused; each posts nothing to its action, which opens it again.
    pub(crate) refused: Vec<RequestLine>,
    /// None where only administrators make badges.
    /// That the grades of the course site are not read, and who can mend it.
    pub(crate) rest_stopped: Option<&'static str>,
    pub(crate) new_badge_href: Option<String>,
    /// What is worth a thought about its badges.
    pub(crate) coach_href: String,
    /// Programmes of the institution, for whoever was given the power to make them.
    pub(crate) programmes_href: Option<String>,
    /// That some wait for the approval of whoever looks.
    pub(crate) programmes_waiting: Option<String>,
    pub(crate) evidence_href: String,
    /// Hand-ins that wait for a review.
    pub(crate) evidence_waiting: u32,
}

/// When grades were read and will be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckState {
    pub(crate) last: Option<When>,
    /// Whether a newer check brought no news.
    pub(crate) failed: bool,
    pub(crate) next: Option<When>,
    /// Why the last check failed; the error id is part of the sentence.
    pub(crate) problem: Option<String>,
    /// A check that is running: badges decided and in all. The script asks `status_href` until it is over, and then shows
    /// the page anew.
    pub(crate) running: Option<(u32, u32)>,
    /// Where **Check now** posts to.
    pub(crate) check_href: String,
    /// Answers `POST` (fields `session`, `csrf`, `since`) with JSON
    /// `{"running": bool, "done": n, "total": n, "message": "…"}`.
    pub(crate) status_href: String,
    /// When the check was asked for that the page waits for, in microseconds; empty for none.
    pub(crate) since: String,
}

/// One badge in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadgeRow {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    /// Draft, Active, Paused, Retired.
    pub(crate) state: StatusChip,
    /// "Application badge".
    pub(crate) kind: String,
    pub(crate) earned: u32,
    /// Others who hold it: they have left, or count as students no more.
    pub(crate) earned_by_others: u32,
    /// Students who miss one condition or a few points.
    pub(crate) almost: u32,
    /// What keeps it from working, in one sentence.
    pub(crate) problem: Option<String>,
    pub(crate) edit_href: String,
    pub(crate) rule_href: String,
    /// The dry run.
    pub(crate) preview_href: String,
    pub(crate) awards_href: String,
    /// Who endorses it; none of a draft.
    pub(crate) endorsements_href: Option<String>,
    /// The review page for retiring it; none when it already is, and where that is left to administrators.
    pub(crate) retire_href: Option<String>,
}

/// Something that only an instructor can settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attention {
    /// "Ben's grade fell below the rule after he earned “Clean a messy dataset”."
    pub(crate) text: String,
    pub(crate) href: String,
    /// The words of the link.
    pub(crate) action: String,
    /// Where one click has a badge decide again that waits for nothing else.
    pub(crate) resume_action: Option<String>,
}

impl CourseBadgesPage {
    /// The picture of the empty state, drawn into the page.
    fn example_src(&self) -> String {
        use base64::Engine as _;
        let svg = crate::service::badge::pictures::Drawing::new("", "stones", "#1f6f78").svg();
        format!(
            "data:image/svg+xml;base64,{}",
            base64::engine::general_purpose::STANDARD.encode(svg)
        )
    }

    fn waiting_text(&self) -> String {
        match self.evidence_waiting {
            0 => "Evidence".to_owned(),
            count => format!("{} waiting for review", thousands(count)),
        }
    }
}
