//! Results of what the LMS itself told: the average of the best of several columns, and what is complete or passed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::domain::decision::{CheckedCondition, Seen, SeenColumn, Stands};
use crate::domain::rule::{Condition, GradeColumn};
use crate::domain::sentence::the_best;
use crate::ids::{LineItemId, OutsideColumnId};
use openbadges::credential::{ResultDescription, ResultEntry, ResultStatus};

/// What is told of such a condition; none of any other.
pub(super) fn entry(
    achievement: &str,
    checked: &CheckedCondition,
    labels: &HashMap<OutsideColumnId, String>,
) -> Option<(ResultDescription, ResultEntry)> {
    let (description, value, status) = match (&checked.condition, &checked.seen) {
        (
            Condition::BestOf { best, of, at_least },
            Seen::Best {
                average: Some(average),
                ..
            },
        ) => (
            average_of(achievement, *best, of, *at_least),
            Some(number(average)),
            None,
        ),
        (Condition::Completed { column } | Condition::Elsewhere { column, .. }, Seen::Completion(_)) => (
            completion_of(achievement, column, labels),
            None,
            Some(ResultStatus::Completed),
        ),
        _ => return None,
    };
    let entry = ResultEntry {
        result_description: Some(description.id.clone()),
        value,
        status,
        ..ResultEntry::default()
    };
    Some((description, entry))
}

fn number(number: &Decimal) -> String {
    number.normalize().to_string()
}

fn average_of(achievement: &str, best: u16, of: &[GradeColumn], at_least: Decimal) -> ResultDescription {
    // The same choice of columns is the same result, however often the rule names it.
    let mut print = Sha256::new();
    print.update(best.to_be_bytes());
    for column in of {
        let (kind, id) = match column {
            GradeColumn::Ours(item) => (0_u8, item.as_str()),
            GradeColumn::Elsewhere(column) => (1_u8, column.as_str()),
        };
        print.update([kind]);
        print.update(id.as_bytes());
        print.update([0]);
    }
    let print = hex::encode(print.finalize());
    ResultDescription {
        id: format!("{achievement}#average-{print}"),
        name: format!("Average of {}", the_best(best, of)),
        result_type: "Percent".to_owned(),
        required_value: Some(number(&at_least)),
        value_max: Some("100".to_owned()),
        value_min: Some("0".to_owned()),
        ..ResultDescription::default()
    }
}

fn completion_of(
    achievement: &str,
    column: &OutsideColumnId,
    labels: &HashMap<OutsideColumnId, String>,
) -> ResultDescription {
    ResultDescription {
        id: format!("{achievement}#completion-{column}"),
        name: labels
            .get(column)
            .cloned()
            .unwrap_or_else(|| "Completion".to_owned()),
        result_type: "Status".to_owned(),
        ..ResultDescription::default()
    }
}

/// When the newest was given of those grades of ours that count.
pub(super) fn last_of(
    of: &[SeenColumn],
    graded: &HashMap<LineItemId, DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let counted = of
        .iter()
        .filter(|one| matches!(one.stands, Stands::Share { counts: true, .. }));
    let moments = counted.filter_map(|one| match &one.column {
        GradeColumn::Ours(item) => graded.get(item).copied(),
        GradeColumn::Elsewhere(_) => None,
    });
    moments.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decision::{CheckedNode, Truth};
    use crate::domain::evaluate::evaluate_group;
    use crate::domain::rule::Node;
    use crate::domain::sample::{Known, all, best_of, completed, handed_in, now, passed};

    fn told(node: Node, known: Known) -> Option<(ResultDescription, ResultEntry)> {
        let decision = evaluate_group(&all([node]), 1, &known.0, now());
        assert_eq!(decision.outcome, Truth::Yes);
        let CheckedNode::Condition(checked) = &decision.tree.nodes[0] else {
            panic!("{decision:?}")
        };
        let labels = HashMap::from([("essay".into(), "Essay".to_owned())]);
        entry("https://b.example/a/1", checked, &labels)
    }

    #[test]
    fn an_average_is_a_result_in_percent() {
        let known = Known::default().grade("quiz", "8", "10").grade("lab", "9", "10");
        let (description, entry) = told(best_of(2, &["quiz", "lab"], &[], "80"), known).unwrap();
        assert_eq!(description.name, "Average of both grades");
        assert_eq!(
            (
                description.result_type.as_str(),
                description.required_value.as_deref()
            ),
            ("Percent", Some("80"))
        );
        assert_eq!((entry.value.as_deref(), entry.status), (Some("85"), None));
        assert_eq!(entry.result_description, Some(description.id));
    }

    #[test]
    fn what_is_complete_or_passed_is_a_status_and_a_hand_in_no_result() {
        let known = || Known::default().completed("essay", true, Some(true));
        for node in [completed("essay"), passed("essay", &[])] {
            let (description, entry) = told(node, known()).unwrap();
            assert_eq!(
                (description.name.as_str(), description.result_type.as_str()),
                ("Essay", "Status")
            );
            assert_eq!((entry.value, entry.status), (None, Some(ResultStatus::Completed)));
        }
        let known = Known::default().handed_in("essay", Some(Some(false)));
        assert_eq!(told(handed_in("essay", true), known), None);
    }
}
