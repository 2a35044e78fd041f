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
        // As where none was ever earned: that there is an old one, of whichever course, is between the student and that course.
        (Seen::BadgeTooOld { .. }, Audience::Teacher) => "not earned yet".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluate::evaluate_group;
    use crate::domain::sample::{Known, all, days, holds_within, names};
    use crate::domain::sentence::{lines, next_step};

    #[test]
    fn a_teacher_does_not_learn_that_a_badge_was_earned_long_ago() {
        let root = all([holds_within("sql", 1)]);
        let told = |known: Known, audience| {
            let decision = evaluate_group(&root, 1, &known.0, days(800));
            let lines = lines(&decision, &names(), audience);
            let texts: Vec<String> = lines.into_iter().map(|line| line.text).collect();
            (texts, next_step(&decision, &names(), audience))
        };
        let old = || Known::default().badge("sql");
        let none = Known::default;
        assert_eq!(told(old(), Audience::Teacher), told(none(), Audience::Teacher));
        assert_ne!(told(old(), Audience::Student), told(none(), Audience::Student));
    }
}
