//! What was seen of badges that count for others, that are too old, and to what badges add up. A teacher reads of badges of other
//! courses that one counts, and no more.

use super::{Audience, Names, amount_of, last_years, number, one_line};
use crate::domain::decision::{CheckedCondition, Seen, Truth};
use crate::domain::rule::{Amount, Condition};
use rust_decimal::Decimal;

/// What stands behind the name of the condition.
pub(super) fn state(checked: &CheckedCondition, names: &Names, audience: Audience) -> String {
    match (&checked.seen, audience) {
        (Seen::BadgeElsewhere { .. }, Audience::Teacher) => "held".to_owned(),
        (
            Seen::BadgeElsewhere {
                name,
                course,
                awarded_at,
                ..
            },
            Audience::Student,
        ) => format!(
            "you have it: {}, earned in {} on {}",
            one_line(name),
            one_line(course),
            names.day(*awarded_at)
        ),
        (Seen::BadgeTooOld { .. }, Audience::Teacher) => {
            format!("not earned within {}", years(&checked.condition))
        }
        (Seen::BadgeTooOld { awarded_at }, Audience::Student) => format!(
            "yours is of {}, which is before {}",
            names.day(*awarded_at),
            years(&checked.condition)
        ),
        (Seen::BadgeTotal { .. }, Audience::Teacher) if checked.truth == Truth::Yes => "reached".to_owned(),
        (Seen::BadgeTotal { .. }, Audience::Teacher) => format!("not reached yet, needs {}", needed(checked)),
        (Seen::BadgeTotal { sum, .. }, Audience::Student) => {
            format!("you have {}, needs {}", number(*sum), needed(checked))
        }
        _ => String::new(),
    }
}

/// Within which years a badge has to be earned.
pub(super) fn years(condition: &Condition) -> String {
    match condition {
        Condition::HoldsBadge {
            within_years: Some(years),
            ..
        } => last_years(*years),
        _ => last_years(1),
    }
}

/// "20 hours", where a total is asked for.
pub(super) fn needed(checked: &CheckedCondition) -> String {
    match &checked.condition {
        Condition::BadgeTotal { amount, at_least, .. } => amount_of(*amount, *at_least),
        _ => String::new(),
    }
}

/// "6 hours", which are still missing.
pub(super) fn missing(checked: &CheckedCondition) -> String {
    match (&checked.condition, &checked.seen) {
        (Condition::BadgeTotal { amount, at_least, .. }, Seen::BadgeTotal { sum, .. }) => {
            amount_of(*amount, at_least.saturating_sub(*sum).max(Decimal::ZERO))
        }
        _ => amount_of(Amount::Hours, Decimal::ZERO),
    }
}
