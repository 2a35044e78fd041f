//! Badges to start from: one of each sort that courses give, with the rule that it would have over what a course has.

use rust_decimal::Decimal;

use crate::domain::badge::Kind;
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::evidence::Activity;
use crate::domain::rule::{Condition, GradeColumn, Group, Need, Node, Threshold};

/// A badge to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Starter {
    /// One test.
    Test,
    /// The best of several exercises.
    Exercises,
    /// Work that an instructor approves.
    Project,
    /// Work that is shown, and approved twice: the file and the showing of it.
    Presentation,
    /// Taking part.
    TakingPart,
}

impl Starter {
    /// Every one, in the order in which a page offers them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Test,
        Self::Exercises,
        Self::Project,
        Self::Presentation,
        Self::TakingPart,
    ];

    /// The word in forms.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Exercises => "exercises",
            Self::Project => "project",
            Self::Presentation => "presentation",
            Self::TakingPart => "taking-part",
        }
    }

    /// The one of that word.
    #[must_use]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    #[must_use]
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Test | Self::Exercises => Kind::Knowledge,
            Self::Project | Self::Presentation => Kind::Application,
            Self::TakingPart => Kind::Recognition,
        }
    }

    /// Its rule over the newest of what a course has; none where the course has nothing of that sort yet.
    #[must_use]
    pub(crate) fn rule(self, items: &[LineItem], activities: &[Activity]) -> Option<Group> {
        let columns: Vec<&LineItem> = items
            .iter()
            .filter(|item| {
                item.state == LineItemState::Present && !item.is_scale && item.maximum > Decimal::ZERO
            })
            .collect();
        let approved = || {
            let newest = activities.last()?;
            Some(Condition::EvidenceApproved {
                activity: newest.id.clone(),
            })
        };
        let conditions = match self {
            Self::Test => vec![Condition::Grade {
                item: columns.last()?.id.clone(),
                at_least: Threshold::Percent(Decimal::from(80)),
            }],
            Self::Exercises => {
                // One may go wrong.
                let best = u16::try_from(columns.len().checked_sub(1)?).ok()?;
                if best < 2 {
                    return None;
                }
                vec![Condition::BestOf {
                    best,
                    of: columns
                        .iter()
                        .map(|item| GradeColumn::Ours(item.id.clone()))
                        .collect(),
                    at_least: Decimal::from(70),
                }]
            }
            Self::Project => vec![approved()?],
            Self::Presentation => vec![approved()?, Condition::InstructorApproves],
            Self::TakingPart => vec![Condition::InstructorApproves],
        };
        Some(Group {
            need: Need::All,
            nodes: conditions.into_iter().map(Node::Condition).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::design_review::review_evidence;
    use crate::domain::sample::{decimal, now};
    use crate::ids::LineItemId;

    fn column(id: &str, state: LineItemState) -> LineItem {
        LineItem {
            id: id.into(),
            tenant: "t".into(),
            course: "c".into(),
            url: format!("https://lms.example/{id}"),
            label: id.into(),
            maximum: decimal("10"),
            ruled_maximum: None,
            is_scale: false,
            resource_id: None,
            tag: None,
            resource_link_id: None,
            state,
        }
    }

    fn activity(id: &str) -> Activity {
        Activity {
            id: id.into(),
            tenant: "t".into(),
            course: "c".into(),
            link: "l".into(),
            title: id.into(),
            instructions: String::new(),
            line_item: None,
            maximum: decimal("10"),
            created_at: now(),
        }
    }

    #[test]
    fn each_starts_with_a_rule_that_its_kind_may_have() {
        let items = ["a", "b", "c"].map(|id| column(id, LineItemState::Present));
        let activities = [activity("report")];
        for starter in Starter::ALL {
            assert_eq!(Starter::parse(starter.word()), Some(starter));
            let root = starter.rule(&items, &activities).unwrap();
            assert!(!root.conditions().is_empty());
            if starter.kind() == Kind::Application {
                assert_eq!(review_evidence(&root), None, "{starter:?}");
            }
        }
    }

    #[test]
    fn what_a_course_does_not_have_is_in_no_rule() {
        let gone = [column("a", LineItemState::Gone)];
        let ruled: Vec<Starter> = Starter::ALL
            .into_iter()
            .filter(|starter| starter.rule(&gone, &[]).is_some())
            .collect();
        assert_eq!(ruled, [Starter::TakingPart]);
        let two = ["a", "b"].map(|id| column(id, LineItemState::Present));
        assert_eq!(Starter::Exercises.rule(&two, &[]), None);
        let Some(root) = Starter::Test.rule(&two, &[]) else {
            panic!("there is a column")
        };
        assert_eq!(
            root.line_items().map(LineItemId::as_str).collect::<Vec<_>>(),
            ["b"]
        );
    }
}
