//! Totals of a course as Canvas works them out, which no reader should do again.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::super::super::answer::float;
use super::super::super::world::model::Course;
use super::{assignments, cells};

/// Percents; none over nothing.
pub(super) struct Totals {
    /// Over what is graded and posted.
    pub current: Option<Decimal>,
    /// What is not graded is nought; posted alone.
    pub last: Option<Decimal>,
    pub unposted_current: Option<Decimal>,
    pub unposted_last: Option<Decimal>,
}

/// The totals of a student.
pub(super) fn of(course: &Course, person: u64) -> Totals {
    Totals {
        current: total(course, person, false, false),
        last: total(course, person, false, true),
        unposted_current: total(course, person, true, false),
        unposted_last: total(course, person, true, true),
    }
}

/// A total in JSON.
pub(super) fn score(total: Option<Decimal>) -> Value {
    total.map_or(Value::Null, float)
}

/// What is graded, in points; none is weighted or dropped.
pub(super) fn points(course: &Course, person: u64, unposted: bool) -> Decimal {
    let counted = course
        .columns
        .iter()
        .filter(|column| cells::is_published(column) && !column.facts.is_omitted);
    let cells = counted.filter_map(|column| Some((column, column.cells.get(&person)?)));
    let shown = cells
        .filter(|(column, cell)| !cell.facts.is_excused && (unposted || column.posted_at(cell).is_some()));
    shown
        .filter_map(|(column, cell)| cells::points(column, cell))
        .sum()
}

struct Entry {
    column: u64,
    points: Decimal,
    maximum: Decimal,
}

fn total(course: &Course, person: u64, unposted: bool, with_noughts: bool) -> Option<Decimal> {
    let mut groups: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    let counted = course.columns.iter().filter(|column| {
        cells::is_published(column)
            && cells::is_assigned(column, person)
            && !column.facts.is_omitted
            && column.facts.grading != Some("not_graded")
    });
    for column in counted {
        let cell = column.cells.get(&person);
        if cell.is_some_and(|cell| cell.facts.is_excused) {
            continue;
        }
        let shown = cell.filter(|cell| unposted || column.posted_at(cell).is_some());
        let points = shown.and_then(|cell| cells::points(column, cell));
        let Some(points) = points.or(with_noughts.then_some(Decimal::ZERO)) else {
            continue;
        };
        let entry = Entry {
            column: column.id,
            points,
            maximum: if column.facts.has_no_points {
                Decimal::ZERO
            } else {
                column.maximum
            },
        };
        groups
            .entry(assignments::group_of(course, column))
            .or_default()
            .push(entry);
    }
    for (id, entries) in &mut groups {
        drop_lowest(course, *id, entries);
    }
    let sum = |entries: &[Entry]| {
        let points: Decimal = entries.iter().map(|entry| entry.points).sum();
        let maximum: Decimal = entries.iter().map(|entry| entry.maximum).sum();
        (points, maximum)
    };
    let share = if course.facts.is_weighted {
        let (mut all, mut weights) = (Decimal::ZERO, Decimal::ZERO);
        for (id, entries) in &groups {
            let weight = course.facts.groups.iter().find(|group| group.id == *id);
            let weight = weight.map_or(Decimal::ZERO, |group| group.weight);
            let (points, maximum) = sum(entries);
            if let Some(share) = points.checked_div(maximum) {
                all += share * weight;
                weights += weight;
            }
        }
        all.checked_div(weights)?
    } else {
        let all: Vec<Entry> = groups.into_values().flatten().collect();
        let (points, maximum) = sum(&all);
        points.checked_div(maximum)?
    };
    Some((share * Decimal::ONE_HUNDRED).round_dp(2))
}

/// Takes the worst away, as far as the rules of a group say; one is left.
fn drop_lowest(course: &Course, group: u64, entries: &mut Vec<Entry>) {
    let Some(group) = course.facts.groups.iter().find(|one| one.id == group) else {
        return;
    };
    for _ in 0..group.drop_lowest {
        let share = |entry: &Entry| entry.points.checked_div(entry.maximum).unwrap_or(Decimal::ONE);
        let worst = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !group.never_drop.contains(&entry.column))
            .min_by_key(|(_, entry)| share(entry))
            .map(|(place, _)| place);
        if let Some(place) = worst.filter(|_| entries.len() > 1) {
            entries.remove(place);
        }
    }
}
