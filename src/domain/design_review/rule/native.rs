//! What a rule asks of the LMS itself: what was handed in, what is complete, and the best of several columns.

use rust_decimal::Decimal;

use super::{RuleContext, RuleProblem, known_item, threshold_problem};
use crate::domain::copying::folded;
use crate::domain::course::LineItem;
use crate::domain::evaluate::best::distinct;
use crate::domain::facts::GradeSource;
use crate::domain::outside::Measure;
use crate::domain::rule::{Condition, GradeColumn, MAX_CONDITIONS, Threshold};
use crate::domain::sentence::{Names, OutsideName, number, one_line, the_best};
use crate::ids::OutsideColumnId;

/// Why the grades of a column are not read.
pub(super) fn not_read(named: &OutsideName) -> RuleProblem {
    let label = one_line(&named.label);
    if named.is_gone {
        RuleProblem::ElsewhereGone { label }
    } else if let Some(why) = named.withheld {
        RuleProblem::ElsewhereWithheld { label, why }
    } else if named.source.is_rest() {
        RuleProblem::ElsewhereOff { label }
    } else {
        RuleProblem::ElsewhereNotRead { label }
    }
}

fn hand_ins_untold(named: &OutsideName) -> RuleProblem {
    let label = one_line(&named.label);
    if named.is_gone {
        RuleProblem::ElsewhereGone { label }
    } else {
        RuleProblem::HandInsNotTold { label }
    }
}

fn completion_untold(named: &OutsideName) -> RuleProblem {
    let label = one_line(&named.label);
    if named.is_gone {
        RuleProblem::ElsewhereGone { label }
    } else {
        RuleProblem::CompletionNotTold { label }
    }
}

/// What a condition lacks of a column that is not read for it any more.
#[must_use]
pub(crate) fn lost(condition: &Condition, named: &OutsideName) -> RuleProblem {
    match condition {
        Condition::HandedIn { .. } => hand_ins_untold(named),
        Condition::Completed { .. } => completion_untold(named),
        _ => not_read(named),
    }
}

/// Why it cannot be asked what was handed in there.
#[must_use]
pub(crate) fn hand_in(column: &OutsideColumnId, names: &Names) -> Option<RuleProblem> {
    match names.elsewhere.get(column) {
        None => Some(RuleProblem::UnknownElsewhere),
        Some(named) => (!named.tells_hand_ins).then(|| hand_ins_untold(named)),
    }
}

/// Why it cannot be asked who completed it.
#[must_use]
pub(crate) fn completion(column: &OutsideColumnId, names: &Names) -> Option<RuleProblem> {
    match names.elsewhere.get(column) {
        None => Some(RuleProblem::UnknownElsewhere),
        Some(named) => (!named.tells_completion).then(|| completion_untold(named)),
    }
}

/// Everything that keeps the best of these columns from being an average.
pub(super) fn best(
    best: u16,
    of: &[GradeColumn],
    at_least: Decimal,
    context: &RuleContext<'_>,
) -> Vec<RuleProblem> {
    let columns = distinct(of);
    let count = columns.len();
    if count == 0 {
        return vec![RuleProblem::BestOfNothing];
    }
    if count > MAX_CONDITIONS {
        return vec![RuleProblem::TooManyColumns { count }];
    }
    let mut problems: Vec<RuleProblem> = Vec::new();
    if best == 0 || usize::from(best) > count {
        problems.push(RuleProblem::BestOutOfRange { best, of: count });
    }
    if at_least <= Decimal::ZERO || at_least > Decimal::ONE_HUNDRED {
        problems.push(RuleProblem::PercentOutOfRange {
            label: the_best(best, of),
            percent: number(at_least),
        });
    }
    problems.extend(seem_the_same(&columns, context));
    problems.extend(columns.into_iter().filter_map(|column| match column {
        GradeColumn::Ours(item) => match known_item(item, context) {
            Ok(item) => share_of(item),
            Err(problem) => Some(problem),
        },
        GradeColumn::Elsewhere(column) => match context.names.elsewhere.get(column) {
            None => Some(RuleProblem::UnknownElsewhere),
            Some(named) if !named.counts => Some(not_read(named)),
            Some(named) => share_elsewhere(named),
        },
    }));
    problems
}

/// A column as far as it tells whether another one is the same.
struct Looks<'a> {
    label: &'a str,
    source: GradeSource,
    item: Option<&'a str>,
}

impl<'a> Looks<'a> {
    fn of(column: &GradeColumn, context: &RuleContext<'a>) -> Option<Self> {
        match column {
            GradeColumn::Ours(item) => known_item(item, context).ok().map(|item| Looks {
                label: &item.label,
                source: GradeSource::Ags,
                item: None,
            }),
            GradeColumn::Elsewhere(column) => context.names.elsewhere.get(column).map(|column| Looks {
                label: &column.label,
                source: column.source,
                item: column.item.as_deref(),
            }),
        }
    }

    /// Two sources may tell of one assignment, and a file of one item in several measures: it would count twice.
    fn is_like(&self, other: &Self) -> bool {
        let is_one = self.item.is_some() && self.item == other.item;
        let name = folded(self.label);
        is_one || (self.source != other.source && !name.is_empty() && name == folded(other.label))
    }
}

fn seem_the_same(columns: &[&GradeColumn], context: &RuleContext<'_>) -> Option<RuleProblem> {
    let looks: Vec<Looks<'_>> = columns
        .iter()
        .filter_map(|column| Looks::of(column, context))
        .collect();
    let mut others = looks.iter().enumerate();
    others.find_map(|(at, one)| {
        let other = looks.iter().skip(at + 1).find(|other| one.is_like(other))?;
        let named =
            |column: &Looks<'_>| format!("{} (from {})", one_line(column.label), column.source.words());
        Some(RuleProblem::SeemTheSame {
            one: named(one),
            other: named(other),
        })
    })
}

/// Why what a condition asks of a column of ours cannot be asked of it.
#[must_use]
pub(crate) fn bound_problem(
    condition: &Condition,
    at_least: Threshold,
    item: &LineItem,
) -> Option<RuleProblem> {
    match condition {
        Condition::BestOf { .. } => share_of(item),
        _ => threshold_problem(at_least, item),
    }
}

/// Why no percent can be made of the grades in a column of ours.
#[must_use]
pub(crate) fn share_of(item: &LineItem) -> Option<RuleProblem> {
    let has_share = !item.is_scale && item.maximum > Decimal::ZERO;
    (!has_share).then(|| RuleProblem::NoShare {
        label: one_line(&item.label),
    })
}

/// The same of a column that is none of ours.
#[must_use]
pub(crate) fn share_elsewhere(column: &OutsideName) -> Option<RuleProblem> {
    let has_share = match column.measure {
        Measure::Points => column.maximum.is_some_and(|maximum| maximum > Decimal::ZERO),
        Measure::Percent => true,
        Measure::Words | Measure::PassFail => false,
    };
    (!has_share).then(|| RuleProblem::NoShare {
        label: one_line(&column.label),
    })
}
