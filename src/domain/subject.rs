//! About what a condition asks: by it the same condition is known again in another version, and what stands for it in a file of
//! another year.

use crate::domain::evaluate::best::distinct;
use crate::domain::rule::{Condition, GradeColumn, Group, Node};
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId};

/// What a condition asks about. Two that ask otherwise about the same have one subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// The grade in a column of ours.
    Item(LineItemId),
    /// What stands in a column that is none of ours.
    Elsewhere(OutsideColumnId),
    /// What was handed in there.
    HandIn(OutsideColumnId),
    /// Who completed it.
    Completion(OutsideColumnId),
    /// The best of several columns, whichever they are.
    Best,
    Activity(ActivityId),
    Badge(BadgeId),
    /// To what several badges add up.
    BadgeTotal,
    /// The day.
    Date,
    /// The word of an instructor.
    Approval,
}

impl Subject {
    /// The subject of a condition. A new kind of condition has its arm here; one with a new subject has its words in
    /// `web::words::replay` and its arm in `domain::replay::Scale::of` too, and versions need nothing.
    #[must_use]
    pub(crate) fn of(condition: &Condition) -> Self {
        match condition {
            Condition::Grade { item, .. } => Self::Item(item.clone()),
            Condition::Elsewhere { column, .. } => Self::Elsewhere(column.clone()),
            Condition::HandedIn { column, .. } => Self::HandIn(column.clone()),
            Condition::Completed { column } => Self::Completion(column.clone()),
            Condition::BestOf { .. } => Self::Best,
            Condition::EvidenceApproved { activity } => Self::Activity(activity.clone()),
            Condition::HoldsBadge { badge, .. } => Self::Badge(badge.clone()),
            Condition::BadgeTotal { .. } => Self::BadgeTotal,
            Condition::NotBefore { .. } => Self::Date,
            Condition::InstructorApproves => Self::Approval,
        }
    }

    /// What has to be known for it: the grade in each of several columns, or the subject itself.
    #[must_use]
    pub(crate) fn asked(condition: &Condition) -> Vec<Self> {
        match condition {
            Condition::BestOf { of, .. } => {
                let columns = distinct(of).into_iter();
                columns
                    .map(|column| match column {
                        GradeColumn::Ours(item) => Self::Item(item.clone()),
                        GradeColumn::Elsewhere(column) => Self::Elsewhere(column.clone()),
                    })
                    .collect()
            }
            _ => vec![Self::of(condition)],
        }
    }

    /// What has to be known for a rule, each once, in reading order.
    #[must_use]
    pub(crate) fn all(root: &Group) -> Vec<Self> {
        let mut found = Vec::new();
        for subject in root.conditions().into_iter().flat_map(Self::asked) {
            if !found.contains(&subject) {
                found.push(subject);
            }
        }
        found
    }

    /// How forms name it.
    #[must_use]
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Item(id) => format!("item.{id}"),
            Self::Elsewhere(id) => format!("column.{id}"),
            Self::HandIn(id) => format!("hand-in.{id}"),
            Self::Completion(id) => format!("completion.{id}"),
            Self::Best => "best".to_owned(),
            Self::Activity(id) => format!("activity.{id}"),
            Self::Badge(id) => format!("badge.{id}"),
            Self::BadgeTotal => "badge-total".to_owned(),
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
    use crate::domain::sample::{
        all, any, any_group, approval, best_of, completed, group, handed_in, percent, percent_elsewhere,
        points,
    };
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
            .filter(|subject| matches!(subject, Subject::Item(_) | Subject::Elsewhere(_)))
            .count();
        assert_eq!(grades, 2);
    }

    #[test]
    fn the_best_of_several_are_one_subject_and_each_of_their_columns_has_to_be_known() {
        let root = all([
            best_of(2, &["quiz", "lab"], &["weekly"], "80"),
            percent("quiz", "50"),
            handed_in("essay", true),
            completed("essay"),
        ]);
        let words: Vec<String> = Subject::all(&root).iter().map(Subject::word).collect();
        let expected = [
            "item.quiz",
            "item.lab",
            "column.weekly",
            "hand-in.essay",
            "completion.essay",
        ];
        assert_eq!(words, expected);
        assert_eq!(Subject::of(root.conditions()[0]), Subject::Best);
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
