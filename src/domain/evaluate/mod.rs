//! Whether somebody earns a badge: pure, total, in three-valued logic. What is absent is unknown, never zero.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::{Completed, EvidenceFact, Facts, Grade, HandedIn};
use crate::domain::outside::{OutsideGrade, OutsideValue};
use crate::domain::rule::{Condition, Group, Need, Needed, Node, Rule, Threshold};
use crate::ids::OutsideColumnId;

pub(crate) mod badges;
pub(crate) mod best;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// Decides `rule` for one person, with every input that led to it.
#[must_use]
pub(crate) fn evaluate(rule: &Rule, facts: &Facts, now: DateTime<Utc>) -> Decision {
    evaluate_group(&rule.root, rule.version, facts, now)
}

/// As [`evaluate`], for a rule that is not stored yet.
#[must_use]
pub(crate) fn evaluate_group(root: &Group, rule_version: i32, facts: &Facts, now: DateTime<Utc>) -> Decision {
    let tree = check(root, facts, now);
    Decision {
        outcome: tree.truth,
        rule_version,
        tree,
    }
}

/// The outcome alone, without the record: always equal to the `outcome` of [`evaluate_group`].
#[must_use]
pub(crate) fn outcome(root: &Group, facts: &Facts, now: DateTime<Utc>) -> Truth {
    truth(root, &|condition| holds(condition, facts, now))
}

/// The outcome of a decision if no badge had become too old for the rule: time alone takes nothing away from whoever has it.
#[must_use]
pub(crate) fn but_for_age(root: &Group, decision: &Decision) -> Truth {
    truth(root, &|condition| match decision.tree.checked(condition) {
        Some(checked) if checked.is_only_old() => Truth::Yes,
        Some(checked) => checked.truth,
        None => Truth::Unknown,
    })
}

/// The truth of a group, given that of each condition.
pub(super) fn truth(group: &Group, ask: &impl Fn(&Condition) -> Truth) -> Truth {
    combine(group.need, &group.nodes, |_, node| node_truth(node, ask))
}

/// The truth of a node, given that of each condition.
pub(super) fn node_truth(node: &Node, ask: &impl Fn(&Condition) -> Truth) -> Truth {
    match node {
        Node::Group(group) => truth(group, ask),
        Node::Condition(condition) => ask(condition),
    }
}

/// Whether one condition holds.
pub(super) fn holds(condition: &Condition, facts: &Facts, now: DateTime<Utc>) -> Truth {
    match condition {
        // What is not released decides nothing, not even by being absent.
        Condition::Grade { item, .. } if facts.withheld.contains_key(item) => Truth::Unknown,
        Condition::Grade { item, at_least } => grade_truth(facts.grades.get(item), *at_least),
        Condition::Elsewhere { column, needs } => elsewhere_truth(column, needs, facts),
        Condition::HandedIn { column, on_time } => hand_in_truth(facts.handed_in.get(column), *on_time),
        // What is not complete yet can still be completed.
        Condition::Completed { column } => match facts.completed.get(column) {
            Some(fact) if fact.is_complete => Truth::Yes,
            _ => Truth::Unknown,
        },
        Condition::BestOf { best, of, at_least } => best::truth(*best, of, *at_least, facts),
        Condition::EvidenceApproved { activity } => evidence_truth(facts.evidence.get(activity)),
        Condition::HoldsBadge { badge, within_years } => {
            yes_or_no(badges::holds(badge, *within_years, facts, now) || facts.waived.contains_key(badge))
        }
        Condition::BadgeTotal { amount, of, at_least } => {
            let (sum, badges) = badges::total(*amount, of, facts, now);
            yes_or_no(badges > 0 && sum >= *at_least)
        }
        Condition::ExternalBadge {
            issuer, achievement, ..
        } => {
            let mut known = facts.external(issuer, achievement.as_deref());
            yes_or_no(known.any(|one| one.in_force(now)))
        }
        Condition::NotBefore { at, .. } => yes_or_no(*at <= now),
        Condition::InstructorApproves => {
            if facts.approval.is_some() {
                Truth::Yes
            } else {
                Truth::Unknown
            }
        }
    }
}

/// The truth of a group. A group without members never holds, nor does "at least 0". What is asked twice counts once,
/// which only matters where members are counted.
fn combine(need: Need, nodes: &[Node], mut truth_of: impl FnMut(usize, &Node) -> Truth) -> Truth {
    let mut members = nodes.iter().enumerate();
    match need {
        Need::All => {
            let mut result = if nodes.is_empty() { Truth::No } else { Truth::Yes };
            for (index, node) in members {
                match truth_of(index, node) {
                    Truth::Yes => {}
                    Truth::No => return Truth::No,
                    Truth::Unknown => result = Truth::Unknown,
                }
            }
            result
        }
        Need::Any | Need::AtLeast(1) => {
            let mut result = Truth::No;
            for (index, node) in members {
                match truth_of(index, node) {
                    Truth::Yes => return Truth::Yes,
                    Truth::No => {}
                    Truth::Unknown => result = Truth::Unknown,
                }
            }
            result
        }
        Need::AtLeast(0) => Truth::No,
        Need::AtLeast(n) => {
            let needed = usize::from(n);
            let (mut yes, mut possible) = (0_usize, 0_usize);
            let settled = members.any(|(index, node)| {
                let found = truth_of(index, node);
                let twice = || {
                    nodes
                        .iter()
                        .take(index)
                        .any(|earlier| earlier.core() == node.core())
                };
                if found != Truth::No && !twice() {
                    possible += 1;
                    yes += usize::from(found == Truth::Yes);
                }
                yes >= needed
            });
            match (settled, possible >= needed) {
                (true, _) => Truth::Yes,
                (false, true) => Truth::Unknown,
                (false, false) => Truth::No,
            }
        }
    }
}

fn check(group: &Group, facts: &Facts, now: DateTime<Utc>) -> CheckedGroup {
    let mut nodes = Vec::with_capacity(group.nodes.len());
    nodes.extend(group.nodes.iter().map(|node| match node {
        Node::Group(inner) => CheckedNode::Group(check(inner, facts, now)),
        Node::Condition(condition) => CheckedNode::Condition(CheckedCondition {
            condition: condition.clone(),
            truth: holds(condition, facts, now),
            seen: see(condition, facts, now),
        }),
    }));
    let truth = combine(group.need, &group.nodes, |index, _| {
        nodes.get(index).map_or(Truth::Unknown, CheckedNode::truth)
    });
    CheckedGroup {
        need: group.need,
        truth,
        nodes,
    }
}

fn see(condition: &Condition, facts: &Facts, now: DateTime<Utc>) -> Seen {
    match condition {
        Condition::Grade { item, at_least } if facts.withheld.contains_key(item) => {
            Seen::NotReleased { at_least: *at_least }
        }
        Condition::Grade { item, at_least } => see_grade(facts.grades.get(item), *at_least),
        Condition::Elsewhere { column, needs } => see_elsewhere(column, needs, facts),
        Condition::HandedIn { column, .. } => {
            let fact = facts.handed_in.get(column).cloned();
            fact.map_or(Seen::HandInNotTold, Seen::HandedIn)
        }
        Condition::Completed { column } => {
            let fact = facts.completed.get(column).cloned();
            fact.map_or(Seen::CompletionNotTold, Seen::Completion)
        }
        Condition::BestOf { best, of, .. } => best::see(*best, of, facts),
        Condition::EvidenceApproved { activity } => match facts.evidence.get(activity) {
            Some(fact) => Seen::Evidence {
                state: fact.state,
                since: fact.since,
            },
            None => Seen::NothingHandedIn,
        },
        Condition::ExternalBadge {
            issuer, achievement, ..
        } => see_external(issuer, achievement.as_deref(), facts, now),
        Condition::HoldsBadge { badge, within_years }
            if facts.waived.contains_key(badge) && !badges::holds(badge, *within_years, facts, now) =>
        {
            Seen::BadgeWaived
        }
        Condition::HoldsBadge { badge, within_years } => badges::see(badge, *within_years, facts, now),
        Condition::BadgeTotal { amount, of, .. } => {
            let (sum, badges) = badges::total(*amount, of, facts, now);
            Seen::BadgeTotal { sum, badges }
        }
        Condition::NotBefore { at, zone } => Seen::Date { at: *at, zone: *zone },
        Condition::InstructorApproves => match &facts.approval {
            Some(approval) => Seen::Approval {
                by: approval.by.clone(),
                at: approval.at,
            },
            None => Seen::NoApproval,
        },
    }
}

/// One that counts goes before one that does not.
fn see_external(issuer: &str, achievement: Option<&str>, facts: &Facts, now: DateTime<Utc>) -> Seen {
    let known = || facts.external(issuer, achievement);
    if let Some(one) = known().find(|one| one.in_force(now)) {
        return Seen::External {
            name: one.name.clone(),
            issuer: one.issuer_called.clone(),
            checked_at: one.checked_at,
        };
    }
    known().next().map_or(Seen::NoExternal, |one| Seen::ExternalOver {
        name: one.name.clone(),
        issuer: one.issuer_called.clone(),
        checked_at: one.checked_at,
    })
}

/// The outcome of a decision if all those conditions had held that `is_given` names, whatever was seen of them.
#[must_use]
pub(crate) fn outcome_given(
    root: &Group,
    decided: &Decision,
    is_given: impl Fn(&Condition) -> bool,
) -> Truth {
    truth(root, &|condition| {
        if is_given(condition) {
            return Truth::Yes;
        }
        let checked = decided.tree.checked(condition);
        checked.map_or(Truth::Unknown, |checked| checked.truth)
    })
}

fn yes_or_no(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}

/// A grade without a value, or out of nothing, is unknown, and so is what a step of a scale is in percent.
fn grade_truth(grade: Option<&Grade>, at_least: Threshold) -> Truth {
    match grade {
        Some(grade) if is_percent_of_scale(grade, at_least) => Truth::Unknown,
        Some(Grade {
            value: Some(value),
            maximum,
            ..
        }) if *maximum > Decimal::ZERO => yes_or_no(reaches(*value, *maximum, at_least)),
        _ => Truth::Unknown,
    }
}

fn is_percent_of_scale(grade: &Grade, at_least: Threshold) -> bool {
    grade.is_scale && matches!(at_least, Threshold::Percent(_))
}

fn see_grade(grade: Option<&Grade>, at_least: Threshold) -> Seen {
    match grade {
        Some(Grade {
            value: Some(step),
            maximum: steps,
            is_scale: true,
            source,
            read_at,
            ..
        }) if matches!(at_least, Threshold::Percent(_)) => Seen::StepOfScale {
            step: *step,
            steps: *steps,
            source: *source,
            read_at: *read_at,
        },
        Some(Grade {
            value: Some(value),
            maximum,
            recorded,
            source,
            read_at,
            ..
        }) if *maximum > Decimal::ZERO => Seen::Grade {
            value: *value,
            maximum: *maximum,
            needs: points(at_least, *maximum),
            recorded: *recorded,
            source: *source,
            read_at: *read_at,
        },
        other => Seen::NoGrade {
            at_least,
            read_at: other.map(|grade| grade.read_at),
        },
    }
}

/// How far the LMS is with an activity, where that says whether it is passed and its mark does not.
fn pass_told<'a>(column: &OutsideColumnId, facts: &'a Facts) -> Option<(&'a Completed, bool)> {
    let is_mark = |grade: &OutsideGrade| matches!(grade.value, OutsideValue::Passed(_));
    if facts.elsewhere.get(column).is_some_and(is_mark) {
        return None;
    }
    let fact = facts.completed.get(column)?;
    Some((fact, fact.passed?))
}

fn elsewhere_truth(column: &OutsideColumnId, needs: &Needed, facts: &Facts) -> Truth {
    if matches!(needs, Needed::Passed(_))
        && let Some((_, passed)) = pass_told(column, facts)
    {
        return yes_or_no(passed);
    }
    let grade = facts.elsewhere.get(column);
    grade.map_or(Truth::Unknown, |grade| grade.is(needs))
}

fn see_elsewhere(column: &OutsideColumnId, needs: &Needed, facts: &Facts) -> Seen {
    if matches!(needs, Needed::Passed(_))
        && let Some((fact, _)) = pass_told(column, facts)
    {
        return Seen::Completion(fact.clone());
    }
    match facts.elsewhere.get(column) {
        None => Seen::NothingElsewhere,
        Some(grade) => Seen::Elsewhere {
            value: grade.value.clone(),
            maximum: grade.maximum,
            source: grade.source,
            read_at: grade.read_at,
        },
    }
}

/// What is not handed in yet can still come; only what was due, or came late, is in time no more.
fn hand_in_truth(fact: Option<&HandedIn>, on_time: bool) -> Truth {
    match fact {
        Some(HandedIn {
            at: Some(_), late, ..
        }) => match (on_time, late) {
            (false, _) | (true, Some(false)) => Truth::Yes,
            (true, Some(true)) => Truth::No,
            (true, None) => Truth::Unknown,
        },
        Some(HandedIn { missing: true, .. }) if on_time => Truth::No,
        Some(_) | None => Truth::Unknown,
    }
}

fn evidence_truth(fact: Option<&EvidenceFact>) -> Truth {
    match fact.map(|fact| fact.state) {
        Some(SubmissionState::Approved) => Truth::Yes,
        Some(SubmissionState::ChangesAsked | SubmissionState::Declined) => Truth::No,
        Some(SubmissionState::HandedIn) | None => Truth::Unknown,
    }
}

/// Whether `value` of `maximum` (above zero) reaches the threshold; exactly the threshold does.
///
/// Percentages are compared by multiplying, so that no division rounds. A product too large for a decimal is larger
/// than any that is not.
pub(super) fn reaches(value: Decimal, maximum: Decimal, at_least: Threshold) -> bool {
    match at_least {
        Threshold::Points(points) => value >= points,
        Threshold::Percent(percent) => {
            match (
                value.checked_mul(Decimal::ONE_HUNDRED),
                percent.checked_mul(maximum),
            ) {
                (Some(reached), Some(needed)) => reached >= needed,
                (None, Some(_)) => value > Decimal::ZERO,
                (Some(_), None) => percent < Decimal::ZERO,
                (None, None) => match (
                    value.checked_div(maximum),
                    percent.checked_div(Decimal::ONE_HUNDRED),
                ) {
                    (Some(reached), Some(needed)) => reached >= needed,
                    (None, _) => value > Decimal::ZERO,
                    (Some(_), None) => false,
                },
            }
        }
    }
}

/// The threshold in points of `maximum`; for people, never for deciding.
#[must_use]
pub(crate) fn points(at_least: Threshold, maximum: Decimal) -> Decimal {
    match at_least {
        Threshold::Points(points) => points,
        Threshold::Percent(percent) => percent
            .checked_mul(maximum)
            .and_then(|product| product.checked_div(Decimal::ONE_HUNDRED))
            .or_else(|| percent.checked_div(Decimal::ONE_HUNDRED)?.checked_mul(maximum))
            .unwrap_or(maximum)
            .normalize(),
    }
}
