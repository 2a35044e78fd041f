//! Who holds what in an institution.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{Choice, Paging, ProblemList, StatusChip, When};

/// The numbers, with what is asked. Sends the members of [`HoldingsAsked`] to `action` by GET.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/holdings.html")]
pub(crate) struct HoldingsPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) asked: HoldingsAsked,
    pub(crate) programmes: Vec<Choice>,
    pub(crate) platforms: Vec<Choice>,
    /// What the chosen badge and the chosen skill are called; none where none is chosen, or known any more.
    pub(crate) lineage: Option<String>,
    pub(crate) skill: Option<String>,
    /// In sum: term and value.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// A part of the badges, those that most people have first.
    pub(crate) badges: Vec<HoldingLine>,
    pub(crate) paging: Paging,
    pub(crate) by_programme: Vec<HoldingLine>,
    /// A part of the skills, by name.
    pub(crate) by_skill: Vec<HoldingLine>,
    pub(crate) skills_paging: Paging,
    /// None where nothing is meant.
    pub(crate) plot: Option<HoldingPlot>,
    /// Where the names are; none where the policies hide them.
    pub(crate) people_href: Option<String>,
    pub(crate) table_href: String,
    pub(crate) policy_href: String,
    pub(crate) problems: ProblemList,
}

/// What is asked, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HoldingsAsked {
    pub(crate) programme: String,
    pub(crate) lineage: String,
    pub(crate) skill: String,
    pub(crate) platform: String,
    pub(crate) from: String,
    pub(crate) until: String,
    /// What has expired or was revoked counts too.
    pub(crate) all: bool,
}

/// A badge, a programme or a skill, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HoldingLine {
    pub(crate) name: String,
    /// Where it alone is asked for.
    pub(crate) href: String,
    pub(crate) people: String,
    pub(crate) awards: String,
}

/// What was awarded when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HoldingPlot {
    /// What the picture shows, in a sentence.
    pub(crate) about: String,
    /// The data of a path.
    pub(crate) bars: String,
    /// The number at the upper edge.
    pub(crate) most: String,
    /// What stands at the left and the right edge.
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) by_year: bool,
    pub(crate) lines: Vec<PeriodLine>,
}

/// A month or a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PeriodLine {
    pub(crate) name: String,
    pub(crate) people: String,
    pub(crate) awards: String,
    pub(crate) hours: String,
    pub(crate) credits: String,
}

/// Who holds what, by name.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/holdings_people.html")]
pub(crate) struct HoldingsPeoplePage {
    pub(crate) page: AdminPage,
    pub(crate) rows: Vec<HoldingPerson>,
    pub(crate) paging: Paging,
    pub(crate) numbers_href: String,
    pub(crate) names_href: String,
}

/// Somebody with a badge.
#[derive(Debug, Clone)]
pub(crate) struct HoldingPerson {
    pub(crate) name: String,
    pub(crate) badge: String,
    pub(crate) standing: StatusChip,
    pub(crate) awarded: When,
    pub(crate) until: Option<When>,
}
