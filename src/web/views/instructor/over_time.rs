//! How a class came along.

use askama::Template;

use crate::web::views::shared::{Choice, Page, When, thousands};

/// Badges earned over time, and where students stood; of one badge or of all. The choice asks with `badge`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/over_time.html")]
pub(crate) struct OverTimePage {
    pub(crate) page: Page,
    pub(crate) back_href: String,
    pub(crate) action: String,
    /// The id of the chosen badge; empty for all of them.
    pub(crate) badge: String,
    pub(crate) all_badges: Vec<Choice>,
    /// Students of the course now.
    pub(crate) students: u32,
    /// Where the grades are read on which the numbers rest; none where no rule asks for any.
    pub(crate) sources: Option<String>,
    /// Which badges nobody can earn now, why, and what to do: a sentence each.
    pub(crate) cannot: Vec<String>,
    /// None when nobody has earned anything.
    pub(crate) awards: Option<AwardsPlot>,
    /// None before the first count.
    pub(crate) funnel: Option<FunnelPlot>,
}

/// How many badges had been earned, day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwardsPlot {
    /// What the picture shows, in a sentence.
    pub(crate) about: String,
    /// The data of a path.
    pub(crate) line: String,
    /// The number at the upper edge.
    pub(crate) most: u32,
    /// The days at the left and the right edge.
    pub(crate) first: When,
    pub(crate) last: When,
    /// Whether a line of the table is a week, and not a day.
    pub(crate) by_week: bool,
    pub(crate) lines: Vec<AwardsLine>,
}

/// A day or a week in which something was earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwardsLine {
    /// The day, or the first day of the week.
    pub(crate) day: When,
    pub(crate) earned: u32,
    /// With all before.
    pub(crate) total: u32,
}

/// Where students stood, day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunnelPlot {
    pub(crate) about: String,
    /// From below: class, what it stands for, and the data of its path.
    pub(crate) bands: Vec<(&'static str, &'static str, String)>,
    pub(crate) most: u32,
    pub(crate) first: When,
    pub(crate) last: When,
    /// Newest first.
    pub(crate) lines: Vec<FunnelLine>,
}

/// A day on which it was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunnelLine {
    pub(crate) day: When,
    pub(crate) students: u32,
    /// In the order of the bands.
    pub(crate) counts: [u32; 5],
}

/// A table of so many lines stands open.
const SHORT: usize = 12;

impl OverTimePage {
    fn is_of_one(&self) -> bool {
        !self.badge.is_empty()
    }
}

impl AwardsPlot {
    /// Whether there is nothing to draw yet.
    fn is_one_day(&self) -> bool {
        self.first == self.last
    }

    fn is_short(&self) -> bool {
        self.lines.len() <= SHORT
    }

    /// The number at the upper edge.
    fn top(&self) -> String {
        thousands(self.most)
    }
}

impl AwardsLine {
    fn earned_words(&self) -> String {
        thousands(self.earned)
    }

    fn total_words(&self) -> String {
        thousands(self.total)
    }
}

impl FunnelPlot {
    /// Whether there is nothing to draw yet.
    fn is_one_day(&self) -> bool {
        self.first == self.last
    }

    /// The numbers of a day, each with what it counts; everybody comes last.
    fn named(&self, line: &FunnelLine) -> Vec<(&'static str, String)> {
        let names = self.bands.iter().map(|(_, name, _)| *name);
        let counts = line.counts.iter().chain([&line.students]);
        let numbers = counts.map(|count| thousands(*count));
        names.chain(["in all"]).zip(numbers).collect()
    }

    fn is_short(&self) -> bool {
        self.lines.len() <= SHORT
    }

    /// The number at the upper edge.
    fn top(&self) -> String {
        thousands(self.most)
    }
}
