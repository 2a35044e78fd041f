//! Students by badges.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::views::shared::{Choice, LinkTo, Page, Paging, PictureView, SectionList, Status, count_of};

/// The progress matrix. Its search asks with `q`, `badge`, `standing`, `section` and `order`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/progress.html")]
pub(crate) struct ProgressPage {
    pub(crate) page: Page,
    /// A part of the name; empty for everybody.
    pub(crate) search: String,
    /// The id of the chosen badge; empty for any.
    pub(crate) badge: String,
    /// The word of the chosen standing; empty for any.
    pub(crate) standing: &'static str,
    /// The word of the chosen order.
    pub(crate) order: &'static str,
    pub(crate) all_badges: Vec<Choice>,
    pub(crate) standings: Vec<Choice>,
    pub(crate) sections: SectionList,
    /// How many students are in no section that is known here; none where the course has no sections.
    pub(crate) in_no_section: u32,
    /// Whether a section was asked for in which no student is any more.
    pub(crate) section_is_gone: bool,
    pub(crate) orders: Vec<Choice>,
    /// The name of the chosen badge, where it rests and nobody can be found by its rule.
    pub(crate) resting: Option<String>,
    /// Which badges nobody can earn now, why, and what to do: a sentence each.
    pub(crate) cannot: Vec<String>,
    pub(crate) search_action: String,
    /// The same table without a search.
    pub(crate) everybody_href: String,
    pub(crate) csv_href: String,
    pub(crate) over_time_href: String,
    /// The ways to the badges that are not shown.
    pub(crate) columns: Vec<LinkTo>,
    pub(crate) badges: Vec<MatrixHead>,
    pub(crate) rows: Vec<MatrixRow>,
    pub(crate) paging: Paging,
    /// People about whom a teacher is asked whether they are students: not in the table.
    pub(crate) in_doubt: u32,
    pub(crate) students_href: String,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixHead {
    /// Its place among all badges, from 1: what narrow columns show.
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) href: String,
}

/// A student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixRow {
    pub(crate) name: String,
    /// How many badges of the course the student holds.
    pub(crate) earned: usize,
    pub(crate) next: Option<NextBadge>,
    /// One for each badge, in the order of the heads.
    pub(crate) cells: Vec<MatrixCell>,
}

/// The badge to which the least is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NextBadge {
    pub(crate) name: String,
    /// "2 of 3".
    pub(crate) word: String,
}

/// One student and one badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatrixCell {
    /// The name of the badge, for where the table has no heads.
    pub(crate) badge: String,
    pub(crate) status: Status,
    /// "Earned", "2 of 3", "No grade yet", "Revoked".
    pub(crate) word: String,
    /// The decision page.
    pub(crate) href: String,
    /// Whether it is shown where a student is a card: with many badges, only what says something is.
    pub(crate) on_card: bool,
}

impl ProgressPage {
    /// So many badges have room for a word in each cell.
    pub(crate) const FEW: usize = 6;
    /// So many have room beside each other in a frame of usual width.
    const SOME: usize = 15;

    /// The class that says how much room the cells have.
    fn room(&self) -> &'static str {
        match self.badges.len() {
            few if few <= Self::FEW => "words",
            some if some <= Self::SOME => "some",
            _ => "many",
        }
    }

    /// Whether cells are icons, so that pictures and icons need a legend.
    fn has_legend(&self) -> bool {
        self.badges.len() > Self::FEW
    }

    /// "Badges 1 to 30 of 41".
    fn shown_badges(&self) -> String {
        let number = |badge: Option<&MatrixHead>| badge.map_or(0, |badge| badge.number);
        let (first, last) = (number(self.badges.first()), number(self.badges.last()));
        format!("Badges {first} to {last} of {}", self.of_all())
    }

    /// How many badges the course has.
    fn of_all(&self) -> usize {
        self.all_badges.len()
    }

    fn is_searched(&self) -> bool {
        !self.search.is_empty() || !self.standing.is_empty() || !self.sections.chosen.is_empty()
    }

    /// Who is missing in every section.
    fn without_section(&self) -> Option<String> {
        let who = count_of(self.in_no_section, "student is", "students are");
        (self.in_no_section > 0).then(|| {
            format!(
                "{who} in no section or group that is known here. Who is in which is told by the course site where \
                 Cairn reads its gradebook, by gradebook files, and in Canvas when a student opens Cairn."
            )
        })
    }

    /// Why there is nobody in a table that was searched.
    fn nobody(&self) -> String {
        let of = match self.sections.chosen_name() {
            Some(section) => format!(" of “{section}”"),
            None => String::new(),
        };
        let stands = !self.standing.is_empty();
        match (self.search.as_str(), stands) {
            ("", _) => format!("No student{of} stands there."),
            (name, false) => format!("The name of no student{of} contains “{name}”."),
            (name, true) => format!("No student{of} whose name contains “{name}” stands there."),
        }
    }

    /// The icons that cells can have, each with what it means.
    #[allow(clippy::unused_self, reason = "the template asks")]
    fn icons(&self) -> [(Status, &'static str); 6] {
        [
            (Status::Earned, "earned"),
            (Status::InProgress, "begun, or the rule is met"),
            (Status::NotMet, "nothing met yet"),
            (Status::Unknown, "not known yet"),
            (Status::NeedsAttention, "revoked or suspended"),
            (Status::Neutral, "expired"),
        ]
    }

    fn link<'a>(&'a self, cell: &'a MatrixCell) -> CellLink<'a> {
        CellLink {
            href: &cell.href,
            status: cell.status,
            badge: &cell.badge,
            word: &cell.word,
            session: self.page.session.as_deref(),
        }
    }

    fn head_link<'a>(&'a self, badge: &'a MatrixHead) -> HeadLink<'a> {
        HeadLink {
            badge,
            session: self.page.session.as_deref(),
        }
    }
}

/// The way from a cell to the decision: icon and word, of which narrow columns show the icon.
#[derive(Debug, Template)]
#[template(path = "instructor/matrix_cell.html")]
pub(crate) struct CellLink<'a> {
    href: &'a str,
    status: Status,
    badge: &'a str,
    word: &'a str,
    session: Option<&'a str>,
}

impl HtmlSafe for CellLink<'_> {}

/// The way from the head of a column to who holds the badge: picture and name, of which narrow columns show a number.
#[derive(Debug, Template)]
#[template(path = "instructor/matrix_head.html")]
pub(crate) struct HeadLink<'a> {
    badge: &'a MatrixHead,
    session: Option<&'a str>,
}

impl HtmlSafe for HeadLink<'_> {}
