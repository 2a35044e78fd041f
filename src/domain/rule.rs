//! When a badge is earned: a tree of groups and conditions, in versions.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::zone::Zone;
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId, RuleId, TenantId};

/// One version of a badge's rule. A version that was active is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    pub(crate) tenant: TenantId,
    pub(crate) badge: BadgeId,
    /// From 1, without gaps for each badge.
    pub(crate) version: i32,
    pub(crate) state: RuleState,
    pub(crate) root: Group,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) activated_at: Option<DateTime<Utc>>,
}

/// Where a rule version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleState {
    Draft,
    Active,
    Superseded,
}

/// The most conditions that a rule may have; more is refused by [`super::design_review`].
pub(crate) const MAX_CONDITIONS: usize = 50;

/// The deepest that groups may be nested, the outermost being 1.
pub(crate) const MAX_DEPTH: usize = 5;

/// A group of nodes and how many of them must hold. Stored as JSON in this form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) need: Need,
    pub(crate) nodes: Vec<Node>,
}

/// How many members of a group must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Need {
    All,
    Any,
    AtLeast(u16),
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Node {
    Group(Group),
    Condition(Condition),
}

/// What can be asked about one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub(crate) enum Condition {
    /// The grade in a line item reaches the threshold; exactly the threshold counts.
    Grade { item: LineItemId, at_least: Threshold },
    /// The grade in a column that is none of ours is what is needed: an assignment of the LMS, or a total.
    Elsewhere { column: OutsideColumnId, needs: Needed },
    /// Something was handed in there, as the LMS tells it.
    HandedIn {
        column: OutsideColumnId,
        /// Whether it has to have come in time.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        on_time: bool,
    },
    /// The activity is complete, as the LMS tells it.
    Completed { column: OutsideColumnId },
    /// The average of the best of some columns, each in percent of its maximum, reaches a threshold in percent: see
    /// [`super::evaluate::best`].
    BestOf {
        /// How many of them count.
        best: u16,
        of: Vec<GradeColumn>,
        /// In percent; exactly that counts.
        at_least: Decimal,
    },
    /// What was handed in to an evidence activity is approved.
    EvidenceApproved { activity: ActivityId },
    /// Another badge is held and in force, or one of its lineage: see [`super::evaluate::badges`].
    HoldsBadge {
        badge: BadgeId,
        /// Only if it was awarded within so many years.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within_years: Option<u16>,
    },
    /// Badges that are held and in force add up to so many hours or credits, as they were signed; of one lineage one counts.
    BadgeTotal {
        amount: Amount,
        of: Vec<BadgeId>,
        at_least: Decimal,
    },
    /// The moment has come. It was typed as a day and a time in that zone.
    NotBefore {
        at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Zone::is_utc")]
        zone: Zone,
    },
    /// An instructor said so for this badge and this person.
    InstructorApproves,
}

/// What badges declare and can add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Amount {
    Hours,
    Credits,
}

/// The most years within which a badge may have to be awarded.
pub(crate) const MOST_YEARS: u16 = 50;

/// A column of the gradebook: one of ours, or one of another source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GradeColumn {
    Ours(LineItemId),
    Elsewhere(OutsideColumnId),
}

/// A bound on a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Threshold {
    /// On the scale of the line item.
    Points(Decimal),
    /// 0 to 100, of the line item's maximum.
    Percent(Decimal),
}

/// What is needed of a grade that is in no line item of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Needed {
    /// Exactly the threshold counts.
    AtLeast(Threshold),
    /// A letter, or the word of a scale, that passes.
    OneOf(Vec<String>),
    /// It passes as the LMS says, where it says so; else it is one of these words, which may be none.
    Passed(Vec<String>),
}

impl Condition {
    /// What is asked of grades in line items of ours: each of them, and the bound.
    #[must_use]
    pub(crate) fn bounds(&self) -> Vec<(&LineItemId, Threshold)> {
        match self {
            Self::Grade { item, at_least } => vec![(item, *at_least)],
            Self::BestOf { of, at_least, .. } => {
                let ours = of.iter().filter_map(|column| match column {
                    GradeColumn::Ours(item) => Some((item, Threshold::Percent(*at_least))),
                    GradeColumn::Elsewhere(_) => None,
                });
                ours.collect()
            }
            _ => Vec::new(),
        }
    }

    /// The line items of ours that it reads.
    #[must_use]
    pub(crate) fn line_items(&self) -> Vec<&LineItemId> {
        self.bounds().into_iter().map(|(item, _)| item).collect()
    }

    /// The badges that it asks for.
    #[must_use]
    pub(crate) fn badges(&self) -> Vec<&BadgeId> {
        match self {
            Self::HoldsBadge { badge, .. } => vec![badge],
            Self::BadgeTotal { of, .. } => of.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The columns that are none of ours that it reads.
    #[must_use]
    pub(crate) fn outside_columns(&self) -> Vec<&OutsideColumnId> {
        match self {
            Self::Elsewhere { column, .. } | Self::HandedIn { column, .. } | Self::Completed { column } => {
                vec![column]
            }
            Self::BestOf { of, .. } => {
                let others = of.iter().filter_map(|column| match column {
                    GradeColumn::Elsewhere(column) => Some(column),
                    GradeColumn::Ours(_) => None,
                });
                others.collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Node {
    /// What this node asks: a group with a single member, of which one is enough, asks what that member asks.
    #[must_use]
    pub(crate) fn core(&self) -> &Self {
        let mut node = self;
        while let Self::Group(Group {
            need: Need::All | Need::Any | Need::AtLeast(1),
            nodes,
        }) = node
            && let [only] = nodes.as_slice()
        {
            node = only;
        }
        node
    }
}

impl Group {
    /// The members that ask something different from those before them: what is asked twice counts once.
    #[must_use]
    pub(crate) fn distinct(&self) -> Vec<&Node> {
        let mut found: Vec<&Node> = Vec::with_capacity(self.nodes.len());
        for core in self.nodes.iter().map(Node::core) {
            if !found.contains(&core) {
                found.push(core);
            }
        }
        found
    }

    /// How deep groups are nested, this one being 1.
    #[must_use]
    pub(crate) fn depth(&self) -> usize {
        let below = self.nodes.iter().map(|node| match node {
            Node::Group(group) => group.depth(),
            Node::Condition(_) => 0,
        });
        below.max().unwrap_or(0).saturating_add(1)
    }

    /// All conditions below, depth first, in reading order.
    #[must_use]
    pub(crate) fn conditions(&self) -> Vec<&Condition> {
        let mut found = Vec::new();
        for node in &self.nodes {
            match node {
                Node::Group(group) => found.extend(group.conditions()),
                Node::Condition(condition) => found.push(condition),
            }
        }
        found
    }

    /// The badges that this rule builds on.
    pub(crate) fn badges(&self) -> impl Iterator<Item = &BadgeId> {
        self.conditions().into_iter().flat_map(Condition::badges)
    }

    /// The line items that this rule reads.
    pub(crate) fn line_items(&self) -> impl Iterator<Item = &LineItemId> {
        self.conditions().into_iter().flat_map(Condition::line_items)
    }

    /// The columns that are none of ours that this rule reads.
    pub(crate) fn outside_columns(&self) -> impl Iterator<Item = &OutsideColumnId> {
        self.conditions().into_iter().flat_map(Condition::outside_columns)
    }

    /// Those of them of which it asks what was handed in there.
    pub(crate) fn hand_ins(&self) -> impl Iterator<Item = &OutsideColumnId> {
        self.conditions()
            .into_iter()
            .filter_map(|condition| match condition {
                Condition::HandedIn { column, .. } => Some(column),
                _ => None,
            })
    }

    /// Those of them whose completion may decide: it also tells whether something is passed.
    pub(crate) fn completions(&self) -> impl Iterator<Item = &OutsideColumnId> {
        self.conditions()
            .into_iter()
            .filter_map(|condition| match condition {
                Condition::Completed { column }
                | Condition::Elsewhere {
                    column,
                    needs: Needed::Passed(_),
                } => Some(column),
                _ => None,
            })
    }

    /// Whether time alone can make it false: it asks for badges of the last years.
    #[must_use]
    pub(crate) fn ages(&self) -> bool {
        let ages = |condition: &&Condition| {
            matches!(
                condition,
                Condition::HoldsBadge {
                    within_years: Some(_),
                    ..
                }
            )
        };
        self.conditions().iter().any(ages)
    }

    /// The badges that it asks for because of what they declare.
    pub(crate) fn totalled(&self) -> impl Iterator<Item = &BadgeId> {
        let conditions = self.conditions().into_iter();
        let totals = conditions.filter(|condition| matches!(condition, Condition::BadgeTotal { .. }));
        totals.flat_map(Condition::badges)
    }

    /// The evidence activities that this rule reads.
    pub(crate) fn activities(&self) -> impl Iterator<Item = &ActivityId> {
        self.conditions()
            .into_iter()
            .filter_map(|condition| match condition {
                Condition::EvidenceApproved { activity } => Some(activity),
                _ => None,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{
        self, all, any, approval, approved, at_least, best_of, completed, group, handed_in, holds,
        holds_within, not_before, now, one_of, passed, percent, percent_elsewhere, points, total,
    };
    use proptest::prelude::*;

    #[test]
    fn a_rule_is_stored_in_a_form_that_a_person_can_read() {
        let root = all([
            percent("cleaning", "80"),
            group(at_least(2, [holds("a"), holds("b"), holds("c")])),
        ]);
        assert_eq!(
            serde_json::to_string(&root).unwrap(),
            r#"{"need":"all","nodes":[{"condition":{"when":"grade","item":"cleaning","at_least":{"percent":"80"}}},{"group":{"need":{"at_least":2},"nodes":[{"condition":{"when":"holds_badge","badge":"a"}},{"condition":{"when":"holds_badge","badge":"b"}},{"condition":{"when":"holds_badge","badge":"c"}}]}}]}"#
        );
    }

    #[test]
    fn a_rule_of_an_earlier_version_reads_as_before() {
        let stored = r#"{"need":"all","nodes":[{"condition":{"when":"grade","item":"quiz","at_least":{"points":"8"}}},{"condition":{"when":"elsewhere","column":"weekly","needs":{"at_least":{"percent":"80"}}}},{"condition":{"when":"elsewhere","column":"level","needs":{"one_of":["A","B"]}}},{"condition":{"when":"evidence_approved","activity":"report"}},{"condition":{"when":"not_before","at":"2026-11-23T10:42:00Z"}},{"condition":{"when":"instructor_approves"}}]}"#;
        let root = all([
            points("quiz", "8"),
            percent_elsewhere("weekly", "80"),
            one_of("level", &["A", "B"]),
            approved("report"),
            not_before(now()),
            approval(),
        ]);
        assert_eq!(serde_json::from_str::<Group>(stored).unwrap(), root);
        assert_eq!(serde_json::to_string(&root).unwrap(), stored);
    }

    #[test]
    fn what_the_lms_tells_is_stored_in_a_form_that_a_person_can_read_too() {
        let root = all([
            handed_in("weekly", true),
            handed_in("weekly", false),
            completed("weekly"),
            passed("level", &["A"]),
            best_of(1, &["quiz"], &["weekly"], "80"),
        ]);
        assert_eq!(
            serde_json::to_string(&root).unwrap(),
            r#"{"need":"all","nodes":[{"condition":{"when":"handed_in","column":"weekly","on_time":true}},{"condition":{"when":"handed_in","column":"weekly"}},{"condition":{"when":"completed","column":"weekly"}},{"condition":{"when":"elsewhere","column":"level","needs":{"passed":["A"]}}},{"condition":{"when":"best_of","best":1,"of":[{"ours":"quiz"},{"elsewhere":"weekly"}],"at_least":"80"}}]}"#
        );
    }

    #[test]
    fn years_and_totals_are_stored_in_a_form_that_a_person_can_read_too() {
        let root = all([
            holds("a"),
            holds_within("b", 3),
            total(Amount::Credits, &["b", "c"], "4.5"),
        ]);
        assert_eq!(
            serde_json::to_string(&root).unwrap(),
            r#"{"need":"all","nodes":[{"condition":{"when":"holds_badge","badge":"a"}},{"condition":{"when":"holds_badge","badge":"b","within_years":3}},{"condition":{"when":"badge_total","amount":"credits","of":["b","c"],"at_least":"4.5"}}]}"#
        );
        let badges: Vec<&str> = root.badges().map(BadgeId::as_str).collect();
        assert_eq!(badges, ["a", "b", "b", "c"]);
        assert_eq!(root.totalled().count(), 2);
        assert!(root.ages() && !all([holds("a")]).ages());
    }

    #[test]
    fn a_rule_says_what_it_reads_of_which_columns() {
        let root = all([
            percent("cleaning", "80"),
            handed_in("essay", false),
            group(any([completed("page"), passed("level", &[])])),
            best_of(2, &["quiz"], &["weekly", "lab"], "80"),
        ]);
        let told = |ids: Vec<&str>| ids.join(" ");
        assert_eq!(
            told(root.line_items().map(LineItemId::as_str).collect()),
            "cleaning quiz"
        );
        assert_eq!(
            told(root.outside_columns().map(OutsideColumnId::as_str).collect()),
            "essay page level weekly lab"
        );
        assert_eq!(
            told(root.hand_ins().map(OutsideColumnId::as_str).collect()),
            "essay"
        );
        assert_eq!(
            told(root.completions().map(OutsideColumnId::as_str).collect()),
            "page level"
        );
    }

    #[test]
    fn a_badge_named_twice_is_one_member_even_inside_a_group_of_its_own() {
        let root = at_least(2, [holds("a"), holds("a"), group(any([holds("a")])), holds("b")]);
        assert_eq!(root.distinct(), [&holds("a"), &holds("b")]);
    }

    proptest! {
        #[test]
        fn json_gives_back_the_same_rule(root in sample::any_group()) {
            let text = serde_json::to_string(&root).unwrap();
            prop_assert_eq!(serde_json::from_str::<Group>(&text).unwrap(), root);
        }
    }
}
