//! What a rule asks of the LMS itself: what was handed in, what is complete, and the best of several columns.

use rust_decimal::Decimal;

use super::{RuleContext, RuleProblem, known_item, threshold_problem};
use crate::domain::course::LineItem;
use crate::domain::evaluate::best::distinct;
use crate::domain::outside::Measure;
use crate::domain::rule::{Condition, GradeColumn, MAX_CONDITIONS, Threshold};
use crate::domain::sentence::{Names, OutsideName, number, one_line, the_best};
use crate::ids::OutsideColumnId;

/// Why it cannot be asked what was handed in there.
#[must_use]
pub(crate) fn hand_in(column: &OutsideColumnId, names: &Names) -> Option<RuleProblem> {
    match names.elsewhere.get(column) {
        None => Some(RuleProblem::UnknownElsewhere),
        Some(named) => (!named.tells_hand_ins).then(|| RuleProblem::HandInsNotTold {
            label: one_line(&named.label),
        }),
    }
}

/// Why it cannot be asked who completed it.
#[must_use]
pub(crate) fn completion(column: &OutsideColumnId, names: &Names) -> Option<RuleProblem> {
    match names.elsewhere.get(column) {
        None => Some(RuleProblem::UnknownElsewhere),
        Some(named) => (!named.tells_completion).then(|| RuleProblem::CompletionNotTold {
            label: one_line(&named.label),
        }),
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
    problems.extend(columns.into_iter().filter_map(|column| match column {
        GradeColumn::Ours(item) => match known_item(item, context) {
            Ok(item) => share_of(item),
            Err(problem) => Some(problem),
        },
        GradeColumn::Elsewhere(column) => match context.names.elsewhere.get(column) {
            None => Some(RuleProblem::UnknownElsewhere),
            Some(named) if !named.counts => Some(RuleProblem::ElsewhereNotRead {
                label: one_line(&named.label),
            }),
            Some(named) => share_elsewhere(named),
        },
    }));
    problems
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
