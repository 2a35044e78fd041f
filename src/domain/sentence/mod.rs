//! Rules and decisions in words: a rule as one sentence, a decision as one line for each condition, and the next step.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::course::LineItem;
use crate::domain::evidence::Activity;
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Measure, OutsideColumn, OutsideValue, Withheld};
use crate::domain::rule::{Amount, Condition, GradeColumn, Needed, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId};

mod badges;
mod lines;
mod native;
mod next;
mod reading;
mod steps;

pub(crate) use lines::{Line, lines, recorded_otherwise, unmet_since};
pub(crate) use native::the_best;
pub(crate) use next::{Progress, needs_all, next_step, progress};
pub(crate) use reading::{label, sentence_in_full};
pub(crate) use steps::{Step, steps};

#[cfg(test)]
mod decision_tests;
#[cfg(test)]
mod tests;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Teacher,
    Student,
}

/// What things are called on screen, and in which zone days are named. What is not in it is called deleted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Names {
    pub(crate) line_items: HashMap<LineItemId, ItemName>,
    /// Columns that are none of ours.
    pub(crate) elsewhere: HashMap<OutsideColumnId, OutsideName>,
    /// Titles.
    pub(crate) activities: HashMap<ActivityId, String>,
    pub(crate) badges: HashMap<BadgeId, String>,
    /// The institution's.
    pub(crate) zone: Zone,
    /// Sources that cannot be read now: what was read of them stays known.
    pub(crate) out_of_reach: HashSet<GradeSource>,
    /// When the LMS itself was looked at last.
    pub(crate) looked: Looked,
}

/// When it was looked last whether anything has changed of what the LMS itself tells: what is known of it was so still.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Looked {
    pub(crate) grades: Option<DateTime<Utc>>,
    pub(crate) hand_ins: Option<DateTime<Utc>>,
    pub(crate) completion: Option<DateTime<Utc>>,
}

/// "the gradebook, Canvas, and a gradebook file".
#[must_use]
pub(crate) fn read_from(sources: &[GradeSource]) -> String {
    let words = sources.iter().map(|source| source.words().to_owned());
    list(&words.collect::<Vec<_>>(), "and")
}

/// A line item's label and scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ItemName {
    pub(crate) label: String,
    /// Points.
    pub(crate) maximum: Decimal,
    /// Whether they are the steps of a scale.
    pub(crate) is_scale: bool,
}

/// The label and the scale of a column that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutsideName {
    pub(crate) label: String,
    /// Points, where they are told.
    pub(crate) maximum: Option<Decimal>,
    pub(crate) measure: Measure,
    pub(crate) source: GradeSource,
    /// Whether its grades are there to be read.
    pub(crate) counts: bool,
    /// As [`OutsideColumn::item`].
    pub(crate) item: Option<String>,
    /// Whether its source tells what was handed in there.
    pub(crate) tells_hand_ins: bool,
    /// Whether its source tells who completed it, and perhaps who passes.
    pub(crate) tells_completion: bool,
    /// Whether the LMS, of whose interface it is, lists it no more.
    pub(crate) is_gone: bool,
    /// Why the LMS, which is read, shows none of its grades.
    pub(crate) withheld: Option<Withheld>,
}

impl From<OutsideColumn> for OutsideName {
    fn from(column: OutsideColumn) -> Self {
        Self {
            counts: column.counts(),
            item: column.item().map(str::to_owned),
            tells_hand_ins: column.tells_hand_ins(),
            tells_completion: column.tells_completion(),
            is_gone: column.rest.as_ref().is_some_and(|rest| !rest.is_listed),
            withheld: column
                .rest
                .as_ref()
                .filter(|rest| rest.is_on && rest.is_listed)
                .and_then(|rest| rest.withheld),
            label: column.label,
            maximum: column.maximum,
            measure: column.measure,
            source: column.source,
        }
    }
}

impl Names {
    /// The names of a course's line items and activities, and of the badges given, for an institution in that zone.
    pub(crate) fn gather<'a>(
        zone: Zone,
        items: impl IntoIterator<Item = &'a LineItem>,
        activities: impl IntoIterator<Item = &'a Activity>,
        badges: impl IntoIterator<Item = (&'a BadgeId, &'a str)>,
    ) -> Self {
        let named = |item: &LineItem| ItemName {
            label: item.label.clone(),
            maximum: item.maximum,
            is_scale: item.is_scale,
        };
        Self {
            zone,
            elsewhere: HashMap::new(),
            out_of_reach: HashSet::new(),
            looked: Looked::default(),
            line_items: items
                .into_iter()
                .map(|item| (item.id.clone(), named(item)))
                .collect(),
            activities: activities
                .into_iter()
                .map(|one| (one.id.clone(), one.title.clone()))
                .collect(),
            badges: badges
                .into_iter()
                .map(|(id, name)| (id.clone(), name.to_owned()))
                .collect(),
        }
    }

    /// What an assignment is called, and that it is graded by a scale.
    #[must_use]
    pub(crate) fn line_item(&self, id: &LineItemId) -> String {
        let item = self.line_items.get(id);
        let name = called(item.map(|item| item.label.as_str()), "assignment");
        match item {
            Some(ItemName { is_scale: true, .. }) => format!("{name} (a scale)"),
            _ => name,
        }
    }

    /// The same with columns that are none of ours.
    #[must_use]
    pub(crate) fn with_elsewhere(mut self, columns: impl IntoIterator<Item = OutsideColumn>) -> Self {
        self.elsewhere = columns
            .into_iter()
            .map(|column| (column.id.clone(), OutsideName::from(column)))
            .collect();
        self
    }

    /// The same while the LMS itself cannot be read.
    #[must_use]
    pub(crate) fn without_the_lms(mut self) -> Self {
        let sources = self.elsewhere.values().map(|column| column.source);
        self.out_of_reach = sources.filter(|source| source.is_rest()).collect();
        self
    }

    /// What a column is called that is none of ours.
    #[must_use]
    pub(crate) fn elsewhere(&self, id: &OutsideColumnId) -> String {
        called(
            self.elsewhere.get(id).map(|column| column.label.as_str()),
            "assignment",
        )
    }

    /// The same with where it is read, which tells it from a column of ours that has its name.
    fn elsewhere_from(&self, id: &OutsideColumnId) -> String {
        let name = self.elsewhere(id);
        match self.elsewhere.get(id) {
            Some(column) => format!("{name} (from {})", column.source.words()),
            None => name,
        }
    }

    /// What is needed there: "80 percent", "8 of 10 points", "the grade A or B".
    fn needed(&self, id: &OutsideColumnId, needs: &Needed) -> String {
        let maximum = self.elsewhere.get(id).and_then(|column| column.maximum);
        match (needs, maximum) {
            (Needed::AtLeast(Threshold::Percent(share)), _) => format!("{} percent", number(*share)),
            (Needed::AtLeast(Threshold::Points(points)), Some(maximum)) => {
                format!("{} of {}", number(*points), counted_points(maximum))
            }
            (Needed::AtLeast(Threshold::Points(points)), None) => counted_points(*points),
            (Needed::OneOf(words), _) => match listed(words) {
                Some(words) => format!("the grade {words}"),
                None => "a grade that passes".to_owned(),
            },
            (Needed::Passed(words), _) => match listed(words) {
                Some(words) => format!("a pass ({words})"),
                None => "a pass".to_owned(),
            },
        }
    }

    /// The same where it is asked for: "at least 80 percent".
    fn asks(&self, id: &OutsideColumnId, needs: &Needed) -> String {
        let needed = self.needed(id, needs);
        match needs {
            Needed::AtLeast(_) => format!("at least {needed}"),
            Needed::OneOf(_) | Needed::Passed(_) => needed,
        }
    }

    /// What a column is called, whoever made it, with where it is read if it is none of ours.
    fn column(&self, column: &GradeColumn) -> String {
        match column {
            GradeColumn::Ours(item) => self.line_item(item),
            GradeColumn::Elsewhere(column) => self.elsewhere_from(column),
        }
    }

    /// Where the columns are read that these conditions name, each source once.
    #[must_use]
    pub(crate) fn sources(&self, of: &[&Condition]) -> Vec<GradeSource> {
        let reads = |source: GradeSource| {
            of.iter().any(|condition| {
                let ours = source == GradeSource::Ags && !condition.line_items().is_empty();
                let columns = condition.outside_columns().into_iter();
                let mut others = columns.filter_map(|id| self.elsewhere.get(id));
                ours || others.any(|column| column.source == source)
            })
        };
        let mut all = GradeSource::ALL.to_vec();
        all.retain(|source| reads(*source));
        all
    }

    /// The source of what a condition reads that cannot be reached now.
    fn unreached(&self, condition: &Condition) -> Option<GradeSource> {
        let columns = condition.outside_columns().into_iter();
        let mut sources = columns.filter_map(|id| self.elsewhere.get(id).map(|column| column.source));
        sources.find(|source| self.out_of_reach.contains(source))
    }

    fn is_scale(&self, id: &LineItemId) -> bool {
        self.line_items.get(id).is_some_and(|item| item.is_scale)
    }

    /// What an evidence activity is called.
    #[must_use]
    pub(crate) fn activity(&self, id: &ActivityId) -> String {
        called(self.activities.get(id).map(String::as_str), "activity")
    }

    /// What a badge is called. One that is unknown here was deleted, or is of another course, where it has a name that is
    /// not told here.
    #[must_use]
    pub(crate) fn badge(&self, id: &BadgeId) -> String {
        match self.badges.get(id) {
            Some(name) => called(Some(name), "badge"),
            None => "a badge that is not in this course".to_owned(),
        }
    }

    /// What several badges are called: "SQL basics, and Charts"; "no badges" where there are none.
    fn badges(&self, of: &[BadgeId]) -> String {
        let each: Vec<_> = of.iter().map(|badge| self.badge(badge)).collect();
        if each.is_empty() {
            return "no badges".to_owned();
        }
        list(&each, "and")
    }

    /// A moment that a rule names, as clocks in the zone show it in which it was typed: "23 November 2026", with the time of
    /// day unless a day begins there. A zone that is not the institution's is named.
    pub(super) fn moment(&self, at: DateTime<Utc>, zone: Zone) -> String {
        let text = zone.long(at);
        if zone != self.zone && zone.begins_a_day(at) {
            format!("{text} ({zone})")
        } else {
            text
        }
    }

    /// The day of a moment.
    fn day(&self, at: DateTime<Utc>) -> String {
        self.zone.long_day(at)
    }

    fn maximum(&self, id: &LineItemId) -> Option<Decimal> {
        self.line_items
            .get(id)
            .map(|item| item.maximum)
            .filter(|maximum| *maximum > Decimal::ZERO)
    }
}

fn called(name: Option<&str>, kind: &str) -> String {
    let article = if kind.starts_with('a') { "an" } else { "a" };
    match name.map(one_line) {
        None => format!("a deleted {kind}"),
        Some(name) if name.is_empty() => format!("{article} {kind} without a name"),
        Some(name) => name,
    }
}

/// A name on one line: runs of white space and control characters become one space.
pub(super) fn one_line(text: &str) -> String {
    let parts = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// A number as a gradebook shows it: all its digits, no trailing zeros.
#[must_use]
pub(crate) fn number(value: Decimal) -> String {
    value.normalize().to_string()
}

/// A grade and what it needs, with two decimals or as many more as it takes for the reader to see which is larger.
fn as_compared(value: Decimal, needs: Decimal) -> (String, String) {
    let order = value.cmp(&needs);
    let rounded = (2..=28)
        .map(|places| (value.round_dp(places), needs.round_dp(places)))
        .find(|(value, needs)| value.cmp(needs) == order);
    let (value, needs) = rounded.unwrap_or((value, needs));
    (number(value), number(needs))
}

/// What stands in a column that is none of ours: "9.5 of 10", "89.17 percent", "B+".
fn stands(value: &OutsideValue, maximum: Option<Decimal>) -> String {
    match (value, maximum) {
        (OutsideValue::Points(value), Some(maximum)) => format!("{} of {}", number(*value), number(maximum)),
        (OutsideValue::Points(value), None) => counted_points(*value),
        (OutsideValue::Percent(value), _) => format!("{} percent", number(*value)),
        (OutsideValue::Word(word), _) => one_line(word),
        (OutsideValue::Passed(true), _) => "complete".to_owned(),
        (OutsideValue::Passed(false), _) => "incomplete".to_owned(),
        (OutsideValue::Excused, _) => "excused".to_owned(),
    }
}

/// "80 of 100" where the scale is known, else "80 percent" or "80 points".
fn bound(at_least: Threshold, maximum: Option<Decimal>) -> String {
    match (at_least, maximum) {
        (_, Some(maximum)) => {
            let needs = super::evaluate::points(at_least, maximum);
            format!("{} of {}", number(needs), number(maximum))
        }
        (Threshold::Percent(share), None) => format!("{} percent", number(share)),
        (Threshold::Points(points), None) => counted_points(points),
    }
}

fn counted_points(points: Decimal) -> String {
    let word = if points == Decimal::ONE { "point" } else { "points" };
    format!("{} {word}", number(points))
}

/// Words that pass: "A, A-, or B"; none where there are none.
fn listed(words: &[String]) -> Option<String> {
    let words = words.iter().map(|word| one_line(word));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| list(&words, "or"))
}

/// "20 hours", "1 credit".
fn amount_of(amount: Amount, count: Decimal) -> String {
    let word = match (amount, count == Decimal::ONE) {
        (Amount::Hours, true) => "hour",
        (Amount::Hours, false) => "hours",
        (Amount::Credits, true) => "credit",
        (Amount::Credits, false) => "credits",
    };
    format!("{} {word}", number(count))
}

/// "the last year", "the last 3 years".
fn last_years(years: u16) -> String {
    match years {
        1 => "the last year".to_owned(),
        _ => format!("the last {years} years"),
    }
}

/// "a", "a and b", "a, b, and c".
fn list(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} {word} {second}"),
        [most @ .., last] => format!("{}, {word} {last}", most.join(", ")),
    }
}

/// The badge that a condition asks for, if it asks for one.
fn badge_of(condition: &Condition) -> Option<&BadgeId> {
    match condition {
        // Told with its years it is no mere name.
        Condition::HoldsBadge {
            badge,
            within_years: None,
        } => Some(badge),
        _ => None,
    }
}
