//! Who holds what in an institution, in numbers: what is asked, over which times it is told, and what badges say in sum.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use crate::domain::badge::Design;
use crate::ids::{BadgeId, PlatformId};

/// Of a longer time each line is a year.
const MOST_MONTHS: usize = 24;
/// Most lines, the latest.
const MOST: usize = 24;

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// A programme alone.
    pub(crate) programme: Option<BadgeId>,
    /// A lineage alone: a badge with its copies.
    pub(crate) lineage: Option<BadgeId>,
    /// Badges alone that say this skill: its address, or its words where it has none.
    pub(crate) skill: Option<String>,
    /// People alone whom that platform names.
    pub(crate) platform: Option<PlatformId>,
    /// What was awarded on this day or later.
    pub(crate) from: Option<NaiveDate>,
    /// What was awarded on this day or before.
    pub(crate) until: Option<NaiveDate>,
    /// What has expired or was revoked counts too.
    pub(crate) all: bool,
}

/// What several awards come to, as their badges say now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) awards: i64,
    /// Hours of work, as far as badges declare them.
    pub(crate) hours: Decimal,
    /// Credits by what they are counted in.
    pub(crate) credits: BTreeMap<String, Decimal>,
}

impl Sums {
    /// Adds so many awards of a badge.
    pub(crate) fn add(&mut self, design: &Design, awards: i64) {
        let times = Decimal::from(awards);
        let sum = |of: Decimal, to: Decimal| of.checked_mul(times).and_then(|more| more.checked_add(to));
        self.awards = self.awards.saturating_add(awards);
        if let Some(hours) = design.hours {
            self.hours = sum(hours, self.hours).unwrap_or(Decimal::MAX);
        }
        if let Some(credits) = design.credits {
            let unit = design.details.credit_unit.clone().unwrap_or_default();
            let kept = self.credits.entry(unit).or_default();
            *kept = sum(credits, *kept).unwrap_or(Decimal::MAX);
        }
    }
}

/// The skills that a badge says: what each is known by, and its name.
#[must_use]
pub(crate) fn skills(design: &Design) -> Vec<(String, String)> {
    let known = design
        .alignments
        .iter()
        .map(|one| (one.url.clone(), one.name.clone()));
    let in_words = design.details.skills.iter().map(|one| (one.clone(), one.clone()));
    known.chain(in_words).collect()
}

/// A month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    /// Its first day.
    pub(crate) first: NaiveDate,
    /// The day after its last one.
    pub(crate) after: NaiveDate,
    pub(crate) is_year: bool,
}

/// The months from one day to another, or the years where there are many; of too many the latest. Each is cut to these days.
#[must_use]
pub(crate) fn periods(first: NaiveDate, last: NaiveDate) -> Vec<Period> {
    let months = cut(first, last, false);
    if months.len() <= MOST_MONTHS {
        return months;
    }
    let mut years = cut(first, last, true);
    let before = years.len().saturating_sub(MOST);
    years.drain(..before);
    years
}

fn cut(first: NaiveDate, last: NaiveDate, by_year: bool) -> Vec<Period> {
    let mut all = Vec::new();
    let (Some(end), mut next) = (last.succ_opt(), first) else {
        return all;
    };
    while next < end {
        let (year, month) = (next.year(), next.month());
        let begins = if by_year || month == 12 {
            NaiveDate::from_ymd_opt(year.saturating_add(1), 1, 1)
        } else {
            NaiveDate::from_ymd_opt(year, month + 1, 1)
        };
        let after = begins.map_or(end, |begins| begins.min(end));
        all.push(Period {
            first: next,
            after,
            is_year: by_year,
        });
        next = after;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    #[test]
    fn a_time_is_told_by_months_and_a_long_one_by_years() {
        let told = |first, last| -> Vec<(String, String)> {
            let of = |one: Period| (one.first.to_string(), one.after.to_string());
            periods(on(first), on(last)).into_iter().map(of).collect()
        };
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(
            told("2026-11-20", "2027-01-03"),
            [
                pair("2026-11-20", "2026-12-01"),
                pair("2026-12-01", "2027-01-01"),
                pair("2027-01-01", "2027-01-04"),
            ]
        );
        assert_eq!(
            told("2026-11-20", "2026-11-20"),
            [pair("2026-11-20", "2026-11-21")]
        );
        assert!(told("2026-11-21", "2026-11-20").is_empty());
        let long = periods(on("2020-03-01"), on("2026-11-20"));
        assert_eq!((long.len(), long[0].is_year), (7, true));
        assert_eq!(long[6].after, on("2026-11-21"));
        assert_eq!(periods(on("0001-01-01"), on("2026-11-20")).len(), MOST);
    }

    #[test]
    fn sums_are_exact_and_credits_are_kept_apart_by_what_they_are_counted_in() {
        let text = r##"{"name":"Basic Python","outcome":"Writes a program.","description":"","criteria":"",
            "picture":{"from":"drawn","initials":"BP","shape":"circle","colour":"#205080"},"picture_alt":"","kind":"knowledge",
            "hours":null,"credits":null,"level":null,"alignments":[],"expiry":{"expires":"never"},"show_score":false}"##;
        let mut design: Design = serde_json::from_str(text).unwrap();
        (design.hours, design.credits) = (Some(Decimal::new(15, 1)), Some(Decimal::ONE));
        design.details.credit_unit = Some("ECTS".into());
        let mut sums = Sums::default();
        sums.add(&design, 3);
        design.details.credit_unit = None;
        sums.add(&design, 1);
        (design.hours, design.credits) = (None, None);
        sums.add(&design, 5);
        assert_eq!((sums.awards, sums.hours), (9, Decimal::from(6)));
        let credits: Vec<(&str, Decimal)> = sums
            .credits
            .iter()
            .map(|(unit, sum)| (unit.as_str(), *sum))
            .collect();
        assert_eq!(credits, [("", Decimal::ONE), ("ECTS", Decimal::from(3))]);
        design.hours = Some(Decimal::MAX);
        sums.add(&design, 2);
        assert_eq!(sums.hours, Decimal::MAX, "too large to add");
    }
}
