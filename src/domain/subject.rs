//! About what a condition asks: by it the same condition is known again in another version, and what stands for it in a file of
//! another year.

use crate::domain::rule::{Condition, Group, Node};
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId};

/// What a condition asks about. Two that ask otherwise about the same have one subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// The grade in a column of ours.
    Item(LineItemId),
    /// What stands in a column that is none of ours.
    Elsewhere(OutsideColumnId),
    Activity(ActivityId),
    Badge(BadgeId),
    /// The day.
    Date,
    /// The word of an instructor.
    Approval,
}

impl Subject {
    /// The subject of a condition. A new kind of condition has its arm here; versions and replays need none beside it.
    #[must_use]
    pub(crate) fn of(condition: &Condition) -> Self {
        match condition {
            Condition::Grade { item, .. } => Self::Item(item.clone()),
            Condition::Elsewhere { column, .. } => Self::Elsewhere(column.clone()),
            Condition::EvidenceApproved { activity } => Self::Activity(activity.clone()),
            Condition::HoldsBadge { badge } => Self::Badge(badge.clone()),
            Condition::NotBefore { .. } => Self::Date,
            Condition::InstructorApproves => Self::Approval,
        }
    }

    /// The subjects of a rule, each once, in reading order.
    #[must_use]
    pub(crate) fn all(root: &Group) -> Vec<Self> {
        let mut found = Vec::new();
        for subject in root.conditions().into_iter().map(Self::of) {
            if !found.contains(&subject) {
                found.push(subject);
            }
        }
        found
    }

    /// Whether a column of a gradebook can tell it.
    #[must_use]
    pub(crate) fn is_a_grade(&self) -> bool {
        matches!(self, Self::Item(_) | Self::Elsewhere(_))
    }

    /// How forms name it.
    #[must_use]
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Item(id) => format!("item.{id}"),
            Self::Elsewhere(id) => format!("column.{id}"),
            Self::Activity(id) => format!("activity.{id}"),
            Self::Badge(id) => format!("badge.{id}"),
            Self::Date => "date".to_owned(),
            Self::Approval => "approval".to_owned(),
        }
    }
}

/// The different conditions of a rule, in reading order.
#[must_use]
pub(crate) fn conditions(root: &Group) -> Vec<&Condition> {
    let mut found: Vec<&Condition> = Vec::new();
    for condition in root.conditions() {
        if !found.contains(&condition) {
            found.push(condition);
        }
    }
    found
}

/// A condition as a node, for what is asked of nodes.
#[must_use]
pub(crate) fn as_node(condition: &Condition) -> Node {
    Node::Condition(condition.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{all, any, any_group, approval, group, percent, percent_elsewhere, points};
    use proptest::prelude::*;

    #[test]
    fn what_is_asked_of_one_column_twice_is_one_subject() {
        let root = all([
            percent("quiz", "80"),
            group(any([
                points("quiz", "5"),
                percent_elsewhere("weekly", "50"),
                approval(),
            ])),
        ]);
        let words: Vec<String> = Subject::all(&root).iter().map(Subject::word).collect();
        assert_eq!(words, ["item.quiz", "column.weekly", "approval"]);
        assert_eq!(conditions(&root).len(), 4);
        let grades = Subject::all(&root)
            .iter()
            .filter(|subject| subject.is_a_grade())
            .count();
        assert_eq!(grades, 2);
    }

    proptest! {
        #[test]
        fn no_two_subjects_have_one_word(root in any_group()) {
            let subjects = Subject::all(&root);
            let words: std::collections::HashSet<String> = subjects.iter().map(Subject::word).collect();
            prop_assert_eq!(words.len(), subjects.len());
        }
    }
}
