//! The average of the best of some columns: pure, total, in three-valued logic.
//!
//! Each column counts as a share of its own maximum, in percent; a share may be above 100. The condition asks whether there is
//! a choice of that many columns whose average reaches the threshold:
//!
//! - *yes* as soon as the best of the grades that are known reach it. Nothing that becomes known later can change that: a grade
//!   more is taken only where it is better.
//! - *no* once every column has a grade and the best of them do not. Before, it is still possible: what is not known may be
//!   any grade, also one above its maximum.
//! - *unknown* otherwise.
//!
//! Unknown is what has no grade, what is excused (it is no grade, and never nought; whoever excused somebody may still grade
//! them), what is not released, and what no percent can be made of. So fewer grades than count never are an average, and each
//! grade that becomes known can only make *unknown* certain. A column that is named twice counts once. Asked for none, or for
//! more columns than there are, it never holds.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use crate::domain::decision::{Seen, SeenColumn, Stands, Truth};
use crate::domain::facts::{Facts, Grade};
use crate::domain::outside::{OutsideGrade, OutsideValue};
use crate::domain::rule::GradeColumn;

#[cfg(test)]
mod tests;

/// Digits behind the point of an average. It is rounded there, so that thirds add up to what they are parts of.
const PLACES: u32 = 10;

/// Whether the best of these reach the threshold.
pub(super) fn truth(best: u16, of: &[GradeColumn], at_least: Decimal, facts: &Facts) -> Truth {
    let columns = distinct(of);
    let needed = usize::from(best);
    if needed == 0 || needed > columns.len() {
        return Truth::No;
    }
    let known: Vec<Decimal> = columns.iter().filter_map(|column| share(column, facts)).collect();
    match average(needed, &known) {
        Some(average) if average >= at_least => Truth::Yes,
        _ if known.len() < columns.len() => Truth::Unknown,
        _ => Truth::No,
    }
}

/// What is seen in each of the columns, each once and in their order.
pub(super) fn see(best: u16, of: &[GradeColumn], facts: &Facts) -> Seen {
    let columns = distinct(of);
    let known: Vec<Decimal> = columns.iter().filter_map(|column| share(column, facts)).collect();
    let chosen = chosen(best, &columns, facts);
    let seen = columns.iter().map(|column| SeenColumn {
        column: (*column).clone(),
        stands: stands(column, chosen.contains(column), facts),
    });
    Seen::Best {
        average: average(usize::from(best), &known),
        of: seen.collect(),
    }
}

/// The average of the best that are known, in percent; none while too few are.
#[must_use]
pub(crate) fn reached(best: u16, of: &[GradeColumn], facts: &Facts) -> Option<Decimal> {
    let known = distinct(of).into_iter().filter_map(|column| share(column, facts));
    average(usize::from(best), &known.collect::<Vec<_>>())
}

/// The columns whose grades are the best of those that are known, of two alike the first.
#[must_use]
pub(crate) fn best_known<'a>(best: u16, of: &'a [GradeColumn], facts: &Facts) -> Vec<&'a GradeColumn> {
    chosen(best, &distinct(of), facts)
}

/// Each column once.
#[must_use]
pub(crate) fn distinct(of: &[GradeColumn]) -> Vec<&GradeColumn> {
    let mut found: Vec<&GradeColumn> = Vec::with_capacity(of.len());
    for column in of {
        if !found.contains(&column) {
            found.push(column);
        }
    }
    found
}

fn chosen<'a>(best: u16, columns: &[&'a GradeColumn], facts: &Facts) -> Vec<&'a GradeColumn> {
    let with_share = |column: &&'a GradeColumn| Some((*column, share(column, facts)?));
    let mut known: Vec<(&GradeColumn, Decimal)> = columns.iter().filter_map(with_share).collect();
    known.sort_by_key(|(_, share)| Reverse(*share));
    let first = known.into_iter().take(usize::from(best));
    first.map(|(column, _)| column).collect()
}

/// The average of the `needed` largest; none where there are fewer. In which order they come does not matter.
fn average(needed: usize, known: &[Decimal]) -> Option<Decimal> {
    if needed == 0 || known.len() < needed {
        return None;
    }
    let mut sorted = known.to_vec();
    sorted.sort_unstable();
    let mut sum = Decimal::ZERO;
    for share in sorted.iter().rev().take(needed) {
        sum = sum.checked_add(*share)?;
    }
    let average = sum.checked_div(Decimal::from(needed))?;
    Some(average.round_dp(PLACES).normalize())
}

/// What somebody has in a column, in percent of its maximum; none where that is not known.
fn share(column: &GradeColumn, facts: &Facts) -> Option<Decimal> {
    match column {
        GradeColumn::Ours(item) => share_of_ours(facts.grades.get(item)?),
        GradeColumn::Elsewhere(column) => share_elsewhere(facts.elsewhere.get(column)?),
    }
}

fn share_of_ours(grade: &Grade) -> Option<Decimal> {
    let value = grade.value.filter(|_| !grade.is_scale)?;
    (grade.maximum > Decimal::ZERO).then(|| percent(value, grade.maximum))
}

fn share_elsewhere(grade: &OutsideGrade) -> Option<Decimal> {
    let points = match &grade.value {
        OutsideValue::Percent(share) => return Some(bounded(*share)),
        OutsideValue::Points(points) => Some(*points),
        OutsideValue::Word(_) | OutsideValue::Passed(_) => grade.points,
        OutsideValue::Excused => None,
    };
    let maximum = grade.maximum.filter(|maximum| *maximum > Decimal::ZERO)?;
    points.map(|points| percent(points, maximum))
}

/// `value` of `maximum`, which is above zero, in percent.
fn percent(value: Decimal, maximum: Decimal) -> Decimal {
    let hundred = Decimal::ONE_HUNDRED;
    let exact = value
        .checked_mul(hundred)
        .and_then(|product| product.checked_div(maximum))
        .or_else(|| value.checked_div(maximum)?.checked_mul(hundred));
    let too_large = if value < Decimal::ZERO {
        Decimal::MIN
    } else {
        Decimal::MAX
    };
    bounded(exact.unwrap_or(too_large))
}

/// No gradebook has a share beyond a million percent, and sums of such are no number any more.
fn bounded(share: Decimal) -> Decimal {
    share.clamp(Decimal::new(-1_000_000, 0), Decimal::new(1_000_000, 0))
}

fn stands(column: &GradeColumn, counts: bool, facts: &Facts) -> Stands {
    let (source, read_at, is_excused) = match column {
        GradeColumn::Ours(item) if facts.withheld.contains_key(item) => return Stands::NotReleased,
        GradeColumn::Ours(item) => match facts.grades.get(item) {
            Some(grade) if grade.value.is_some() => (grade.source, grade.read_at, false),
            _ => return Stands::Nothing,
        },
        GradeColumn::Elsewhere(column) => match facts.elsewhere.get(column) {
            Some(grade) => (grade.source, grade.read_at, grade.value == OutsideValue::Excused),
            None => return Stands::Nothing,
        },
    };
    match share(column, facts) {
        Some(percent) => Stands::Share {
            percent: percent.round_dp(PLACES).normalize(),
            counts,
            source,
            read_at,
        },
        None if is_excused => Stands::Excused { source, read_at },
        None => Stands::NoShare { source, read_at },
    }
}
