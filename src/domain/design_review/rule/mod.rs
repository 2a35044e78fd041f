//! A rule before it is activated.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::stack::find_loop;
use crate::domain::badge::Kind;
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::decision::Truth;
use crate::domain::evaluate::truth;
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Measure, OutsideColumn, Withheld, fits, is_among};
use crate::domain::rule::{
    Condition, Group, MAX_CONDITIONS, MAX_DEPTH, MOST_YEARS, Need, Needed, Node, Threshold,
};
use crate::domain::sentence::{Names, OutsideName, label, number, one_line};
use crate::ids::{BadgeId, LineItemId, OutsideColumnId};

mod blocked;
mod native;
#[cfg(test)]
mod tests;

pub(crate) use blocked::cannot_be_met;
pub(crate) use native::{
    bound_problem, completion as completion_problem, hand_in as hand_in_problem, lost, share_elsewhere,
    share_of,
};

/// What a rule is checked against. `names` holds every line item, activity and badge that may be named: what is not in
/// it is unknown.
pub(crate) struct RuleContext<'a> {
    /// The badge that the rule is for.
    pub(crate) badge: &'a BadgeId,
    pub(crate) kind: Kind,
    /// The course's line items.
    pub(crate) line_items: &'a [LineItem],
    /// Those of them that belong to a registration through which the course is not read any more.
    pub(crate) former: &'a HashSet<LineItemId>,
    pub(crate) names: &'a Names,
    /// On what another badge builds; `None` for an unknown one.
    pub(crate) builds_on: &'a dyn Fn(&BadgeId) -> Option<Vec<BadgeId>>,
}

/// Why a rule cannot decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuleProblem {
    EmptyRule,
    EmptyGroup,
    NoneNeeded {
        of: usize,
    },
    MoreThanThereAre {
        needed: u16,
        of: usize,
    },
    UnknownLineItem,
    LineItemGone {
        label: String,
    },
    LineItemOfFormer {
        label: String,
    },
    /// A column that is none of ours and that no source of this course has.
    UnknownElsewhere,
    /// One whose grades are not read any more: of a gradebook file.
    ElsewhereNotRead {
        label: String,
    },
    /// One that the interface of the LMS tells, which is not read.
    ElsewhereOff {
        label: String,
    },
    /// One that the interface of the LMS told, and lists no more.
    ElsewhereGone {
        label: String,
    },
    /// One that the interface of the LMS lists, and of which it shows no grade to students.
    ElsewhereWithheld {
        label: String,
        why: Withheld,
    },
    /// One of which that cannot be asked.
    ElsewhereMeasure {
        label: String,
        measure: Measure,
        /// Whether its points are told.
        of_points: bool,
    },
    /// One of which its source does not tell what was handed in.
    HandInsNotTold {
        label: String,
    },
    /// One of which its source does not tell who completed it.
    CompletionNotTold {
        label: String,
    },
    /// No columns are named of which the best would count.
    BestOfNothing,
    /// As many of them as that cannot count.
    BestOutOfRange {
        best: u16,
        of: usize,
    },
    TooManyColumns {
        count: usize,
    },
    /// A column of whose grades no percent can be made, where the best count by their percent.
    NoShare {
        label: String,
    },
    /// Two columns that seem to be the same, where each would count.
    SeemTheSame {
        one: String,
        other: String,
    },
    /// No word is given that would pass.
    NoWord {
        label: String,
    },
    /// A scale whose steps are all known does not have that word.
    WordNotInScale {
        label: String,
        word: String,
        words: Vec<String>,
    },
    UnknownActivity,
    UnknownBadge,
    /// A badge would have to be awarded within as many years as no rule can ask for.
    YearsOutOfRange {
        years: u16,
    },
    /// No badges are named that would add up.
    TotalOfNothing,
    TotalNotAboveZero,
    /// Two badges are the same achievement in two courses or terms, of which one counts.
    SameLineage {
        one: String,
        other: String,
    },
    Loop {
        /// The badges in order, the first one also last.
        names: Vec<String>,
    },
    PercentOutOfRange {
        label: String,
        percent: String,
    },
    PercentOfScale {
        label: String,
        steps: String,
    },
    PointsNotAboveZero {
        label: String,
        points: String,
    },
    PointsAboveMaximum {
        label: String,
        points: String,
        maximum: String,
    },
    StepAboveScale {
        label: String,
        step: String,
        steps: String,
    },
    ApplicationWithoutEvidence,
    EvidenceAvoidable,
    TooDeep {
        depth: usize,
    },
    TooManyConditions {
        count: usize,
    },
    Duplicate {
        label: String,
    },
}

/// Everything that keeps a rule from being activated, each problem once; empty when it may be.
#[must_use]
pub(crate) fn review_rule(root: &Group, context: &RuleContext<'_>) -> Vec<RuleProblem> {
    let mut problems = Vec::new();
    let conditions = root.conditions();
    if conditions.is_empty() {
        return vec![RuleProblem::EmptyRule];
    }
    let depth = root.depth();
    if depth > MAX_DEPTH {
        problems.push(RuleProblem::TooDeep { depth });
    }
    if conditions.len() > MAX_CONDITIONS {
        problems.push(RuleProblem::TooManyConditions {
            count: conditions.len(),
        });
    }
    if !problems.is_empty() {
        // The rest takes time that grows with the size.
        return problems;
    }
    review_group(root, context, &mut problems);
    for condition in conditions {
        problems.extend(review_condition(condition, context));
    }
    if let Some(way) = find_loop(context.badge, root, context.builds_on) {
        let names = way.iter().map(|badge| context.names.badge(badge)).collect();
        problems.push(RuleProblem::Loop { names });
    }
    if context.kind == Kind::Application {
        problems.extend(review_evidence(root));
    }
    let mut once: Vec<RuleProblem> = Vec::with_capacity(problems.len());
    for problem in problems {
        if !once.contains(&problem) {
            once.push(problem);
        }
    }
    once
}

fn review_group(group: &Group, context: &RuleContext<'_>, problems: &mut Vec<RuleProblem>) {
    let of = group.distinct().len();
    match group.need {
        _ if group.nodes.is_empty() => problems.push(RuleProblem::EmptyGroup),
        Need::AtLeast(0) => problems.push(RuleProblem::NoneNeeded { of }),
        Need::AtLeast(needed) if usize::from(needed) > of => {
            problems.push(RuleProblem::MoreThanThereAre { needed, of });
        }
        Need::All | Need::Any | Need::AtLeast(_) => {}
    }
    for (index, node) in group.nodes.iter().enumerate() {
        if group
            .nodes
            .iter()
            .take(index)
            .any(|earlier| earlier.core() == node.core())
        {
            problems.push(RuleProblem::Duplicate {
                label: label(node, context.names),
            });
        }
        if let Node::Group(inner) = node {
            review_group(inner, context, problems);
        }
    }
}

fn review_condition(condition: &Condition, context: &RuleContext<'_>) -> Vec<RuleProblem> {
    let problem = match condition {
        Condition::Grade { item, at_least } => match known_item(item, context) {
            Ok(item) => threshold_problem(*at_least, item),
            Err(problem) => Some(problem),
        },
        Condition::Elsewhere { column, needs } => review_elsewhere(column, needs, context.names),
        Condition::HandedIn { column, .. } => native::hand_in(column, context.names),
        Condition::Completed { column } => native::completion(column, context.names),
        Condition::BestOf { best, of, at_least } => return native::best(*best, of, *at_least, context),
        Condition::EvidenceApproved { activity } => {
            (!context.names.activities.contains_key(activity)).then_some(RuleProblem::UnknownActivity)
        }
        Condition::HoldsBadge { badge, within_years } => {
            let years = within_years.filter(|years| !(1..=MOST_YEARS).contains(years));
            unknown_badge(&[badge], context).or(years.map(|years| RuleProblem::YearsOutOfRange { years }))
        }
        Condition::BadgeTotal { of, at_least, .. } => {
            let named: Vec<&BadgeId> = of.iter().collect();
            let too_few = (*at_least <= Decimal::ZERO).then_some(RuleProblem::TotalNotAboveZero);
            let nothing = named.is_empty().then_some(RuleProblem::TotalOfNothing);
            nothing.or_else(|| unknown_badge(&named, context)).or(too_few)
        }
        Condition::ExternalBadge { .. } | Condition::NotBefore { .. } | Condition::InstructorApproves => None,
    };
    problem.into_iter().collect()
}

fn unknown_badge(named: &[&BadgeId], context: &RuleContext<'_>) -> Option<RuleProblem> {
    let is_known = |badge: &&BadgeId| context.names.badges.contains_key(*badge);
    (!named.iter().all(is_known)).then_some(RuleProblem::UnknownBadge)
}

/// The column of ours that is named, where it is read.
fn known_item<'a>(id: &LineItemId, context: &RuleContext<'a>) -> Result<&'a LineItem, RuleProblem> {
    let item = context.line_items.iter().find(|known| known.id == *id);
    let item = item.ok_or(RuleProblem::UnknownLineItem)?;
    let label = || one_line(&item.label);
    if context.former.contains(&item.id) {
        Err(RuleProblem::LineItemOfFormer { label: label() })
    } else if item.state == LineItemState::Gone {
        Err(RuleProblem::LineItemGone { label: label() })
    } else {
        Ok(item)
    }
}

fn review_elsewhere(column: &OutsideColumnId, needs: &Needed, names: &Names) -> Option<RuleProblem> {
    let Some(named) = names.elsewhere.get(column) else {
        return Some(RuleProblem::UnknownElsewhere);
    };
    let tells_pass = matches!(needs, Needed::Passed(_)) && named.tells_completion;
    if !named.counts && !tells_pass {
        return Some(native::not_read(named));
    }
    elsewhere_problem(needs, named)
}

/// Why a grade in a column that is none of ours cannot be asked for so.
#[must_use]
pub(crate) fn elsewhere_problem(needs: &Needed, column: &OutsideName) -> Option<RuleProblem> {
    let label = one_line(&column.label);
    match needs {
        // The LMS says who passes, whatever the grades are.
        Needed::Passed(_) if column.tells_completion => None,
        Needed::Passed(words) if column.measure == Measure::Words && words.is_empty() => {
            Some(RuleProblem::NoWord { label })
        }
        _ if !fits(needs, column.measure, column.maximum) => Some(RuleProblem::ElsewhereMeasure {
            label,
            measure: column.measure,
            of_points: column.maximum.is_some_and(|maximum| maximum > Decimal::ZERO),
        }),
        Needed::OneOf(words) if words.iter().all(|word| word.trim().is_empty()) => {
            Some(RuleProblem::NoWord { label })
        }
        Needed::AtLeast(Threshold::Percent(percent))
            if *percent <= Decimal::ZERO || *percent > Decimal::ONE_HUNDRED =>
        {
            Some(RuleProblem::PercentOutOfRange {
                label,
                percent: number(*percent),
            })
        }
        Needed::AtLeast(Threshold::Points(points)) if *points <= Decimal::ZERO => {
            Some(RuleProblem::PointsNotAboveZero {
                label,
                points: number(*points),
            })
        }
        Needed::AtLeast(Threshold::Points(points)) => {
            let maximum = column.maximum.filter(|maximum| points > maximum)?;
            Some(RuleProblem::PointsAboveMaximum {
                label,
                points: number(*points),
                maximum: number(maximum),
            })
        }
        Needed::AtLeast(Threshold::Percent(_)) | Needed::OneOf(_) | Needed::Passed(_) => None,
    }
}

/// A word that is asked for and that a scale does not have, where `seen` are all of its steps: of Moodle it is known how many there
/// are. Of others nobody can tell, since a grade that nobody has yet is no mistake.
#[must_use]
pub(crate) fn word_problem(needs: &Needed, column: &OutsideColumn, seen: &[String]) -> Option<RuleProblem> {
    let (Needed::OneOf(asked) | Needed::Passed(asked)) = needs else {
        return None;
    };
    let is_scale = column.source == GradeSource::RestMoodle && column.measure == Measure::Words;
    if !is_scale || column.maximum != Some(Decimal::from(seen.len())) {
        return None;
    }
    let word = asked.iter().find(|word| !is_among(word, seen))?;
    Some(RuleProblem::WordNotInScale {
        label: one_line(&column.label),
        word: one_line(word),
        words: seen.to_vec(),
    })
}

/// Why a grade in that column cannot be asked for so; a number above its maximum can never be reached.
#[must_use]
pub(crate) fn threshold_problem(at_least: Threshold, item: &LineItem) -> Option<RuleProblem> {
    let label = one_line(&item.label);
    match at_least {
        Threshold::Percent(_) if item.is_scale => Some(RuleProblem::PercentOfScale {
            label,
            steps: number(item.maximum),
        }),
        Threshold::Percent(percent) if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED => {
            Some(RuleProblem::PercentOutOfRange {
                label,
                percent: number(percent),
            })
        }
        Threshold::Points(points) if points <= Decimal::ZERO => Some(RuleProblem::PointsNotAboveZero {
            label,
            points: number(points),
        }),
        Threshold::Points(step) if step > item.maximum && item.is_scale => {
            Some(RuleProblem::StepAboveScale {
                label,
                step: number(step),
                steps: number(item.maximum),
            })
        }
        Threshold::Points(points) if points > item.maximum => Some(RuleProblem::PointsAboveMaximum {
            label,
            points: number(points),
            maximum: number(item.maximum),
        }),
        Threshold::Percent(_) | Threshold::Points(_) => None,
    }
}

/// Asks whether the rule could be met by somebody who has everything but approved evidence.
#[must_use]
pub(crate) fn review_evidence(root: &Group) -> Option<RuleProblem> {
    if root.activities().next().is_none() {
        return Some(RuleProblem::ApplicationWithoutEvidence);
    }
    let without_evidence = |condition: &Condition| match condition {
        Condition::EvidenceApproved { .. } => Truth::No,
        _ => Truth::Yes,
    };
    (truth(root, &without_evidence) == Truth::Yes).then_some(RuleProblem::EvidenceAvoidable)
}
