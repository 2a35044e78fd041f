//! Whether a badge is earned, and why: the record that is stored, shown and explained.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::cause::Cause;
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::{Completed, GradeSource, HandedIn, Recorded};
use crate::domain::outside::OutsideValue;
use crate::domain::rule::{Condition, GradeColumn, Need, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, DecisionId, PersonId, RuleId};

/// Three-valued truth: what has not been read or graded yet is unknown, not false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown,
}

/// The outcome of a rule for one person, with every input that led to it. Stored as JSON in this form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decision {
    pub(crate) outcome: Truth,
    pub(crate) rule_version: i32,
    pub(crate) tree: CheckedGroup,
}

/// A decision as it was recorded, with everything around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecisionRecord {
    pub(crate) id: DecisionId,
    pub(crate) badge: BadgeId,
    pub(crate) person: PersonId,
    pub(crate) rule: RuleId,
    pub(crate) decision: Decision,
    /// What led to it.
    pub(crate) cause: Cause,
    pub(crate) decided_at: DateTime<Utc>,
}

/// A group and its truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckedGroup {
    pub(crate) need: Need,
    pub(crate) truth: Truth,
    pub(crate) nodes: Vec<CheckedNode>,
}

/// A member of a checked group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckedNode {
    Group(CheckedGroup),
    Condition(CheckedCondition),
}

/// A condition, what was seen, and whether that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckedCondition {
    pub(crate) condition: Condition,
    pub(crate) truth: Truth,
    pub(crate) seen: Seen,
}

/// What was seen when a condition was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub(crate) enum Seen {
    Grade {
        value: Decimal,
        maximum: Decimal,
        /// The threshold in points of `maximum`, for "78 of 100, needs 80".
        needs: Decimal,
        /// As [`crate::domain::facts::Grade::recorded`]; records from before it was kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recorded: Option<Recorded>,
        source: GradeSource,
        read_at: DateTime<Utc>,
    },
    /// A step of a scale, where the rule asks for percent.
    StepOfScale {
        step: Decimal,
        steps: Decimal,
        source: GradeSource,
        read_at: DateTime<Utc>,
    },
    /// What stands in a column that is none of ours.
    Elsewhere {
        value: OutsideValue,
        /// Points that it is out of, where that was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maximum: Option<Decimal>,
        source: GradeSource,
        read_at: DateTime<Utc>,
    },
    /// No source tells of a grade there.
    NothingElsewhere,
    /// What the LMS tells of work in a column that is none of ours.
    HandedIn(HandedIn),
    /// Nobody tells whether anything was handed in there.
    HandInNotTold,
    /// How far an activity of the LMS is, as it tells.
    Completion(Completed),
    /// Nobody tells how far it is.
    CompletionNotTold,
    /// What stands in the columns of which the best count.
    Best {
        /// Of the best that are known, in percent; none while too few are.
        average: Option<Decimal>,
        of: Vec<SeenColumn>,
    },
    /// There is a result row (or a line item) but no score, or no row at all.
    NoGrade {
        at_least: Threshold,
        read_at: Option<DateTime<Utc>>,
    },
    /// The column is not released for this person; neither a grade in it nor that there is none is told.
    NotReleased {
        at_least: Threshold,
    },
    Evidence {
        state: SubmissionState,
        since: DateTime<Utc>,
    },
    NothingHandedIn,
    Badge {
        awarded_at: DateTime<Utc>,
    },
    BadgeExpired {
        at: DateTime<Utc>,
    },
    BadgeRevoked,
    /// The institution does not ask it of this person.
    BadgeWaived,
    BadgeNotHeld,
    /// A badge of an issuer outside that counts.
    External {
        name: String,
        /// What its issuer calls itself.
        issuer: String,
        /// When it was found to be genuine and in force.
        checked_at: DateTime<Utc>,
    },
    /// Such a badge that expired, or that its issuer took back.
    ExternalOver {
        name: String,
        issuer: String,
        checked_at: DateTime<Utc>,
    },
    /// No badge of that issuer is known that is certainly theirs.
    NoExternal,
    /// Another badge of its lineage, which counts for it: that of another term, or another course.
    BadgeElsewhere {
        badge: BadgeId,
        name: String,
        course: String,
        awarded_at: DateTime<Utc>,
    },
    /// It is held, and was awarded longer ago than the rule asks.
    BadgeTooOld {
        awarded_at: DateTime<Utc>,
    },
    /// To what badges add up, and how many of them.
    BadgeTotal {
        sum: Decimal,
        badges: usize,
    },
    Date {
        at: DateTime<Utc>,
        /// The zone that counted; records from before it was kept counted in UTC.
        #[serde(default, skip_serializing_if = "Zone::is_utc")]
        zone: Zone,
    },
    Approval {
        by: String,
        at: DateTime<Utc>,
    },
    NoApproval,
}

/// One of several columns of which the best count, and what was seen in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeenColumn {
    pub(crate) column: GradeColumn,
    pub(crate) stands: Stands,
}

/// What stands in such a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Stands {
    Share {
        /// Of the maximum.
        percent: Decimal,
        /// Whether it is among the best that are known.
        counts: bool,
        source: GradeSource,
        read_at: DateTime<Utc>,
    },
    /// A grade of which no percent can be made.
    NoShare {
        source: GradeSource,
        read_at: DateTime<Utc>,
    },
    Excused {
        source: GradeSource,
        read_at: DateTime<Utc>,
    },
    /// The column is not released for this person, whatever is in it.
    NotReleased,
    Nothing,
}

impl Decision {
    /// Where the grades and the work were read of which it was made, each source once. Nothing that is not known has one.
    #[must_use]
    pub(crate) fn sources(&self) -> Vec<GradeSource> {
        let mut found = Vec::new();
        self.tree.note_sources(&mut found);
        let mut all = GradeSource::ALL.to_vec();
        all.retain(|source| found.contains(source));
        all
    }

    /// The badges that counted, each with the moment at which it was awarded, in the order of the rule.
    #[must_use]
    pub(crate) fn badges(&self) -> Vec<(&BadgeId, DateTime<Utc>)> {
        let mut found = Vec::new();
        self.tree.note_badges(&mut found);
        found
    }

    /// Puts `instead` in the place of the approver called `name`, wherever their approval was seen. `false`: it was not.
    pub(crate) fn rename_approver(&mut self, name: &str, instead: &str) -> bool {
        self.tree.rename_approver(name, instead)
    }
}

impl CheckedNode {
    /// Whether it holds.
    #[must_use]
    pub(crate) fn truth(&self) -> Truth {
        match self {
            Self::Group(group) => group.truth,
            Self::Condition(condition) => condition.truth,
        }
    }

    /// What this node asks, as [`crate::domain::rule::Node::core`].
    #[must_use]
    pub(crate) fn core(&self) -> &Self {
        let mut node = self;
        while let Self::Group(CheckedGroup {
            need: Need::All | Need::Any | Need::AtLeast(1),
            nodes,
            ..
        }) = node
            && let [only] = nodes.as_slice()
        {
            node = only;
        }
        node
    }
}

impl Seen {
    /// Whether it is known that what is asked for is not there yet, as against what nobody has told.
    #[must_use]
    pub(crate) fn is_known_lack(&self) -> bool {
        match self {
            Self::HandedIn(work) => work.at.is_none(),
            Self::Completion(completed) => !completed.is_complete,
            Self::NothingHandedIn | Self::NoApproval | Self::BadgeNotHeld => true,
            _ => false,
        }
    }

    /// Where it was read.
    fn sources(&self) -> Vec<GradeSource> {
        match self {
            Self::Grade { source, .. }
            | Self::StepOfScale { source, .. }
            | Self::Elsewhere { source, .. } => {
                vec![*source]
            }
            Self::HandedIn(work) => vec![work.source],
            Self::Completion(completed) => vec![completed.source],
            Self::Best { of, .. } => of.iter().filter_map(|one| one.stands.source()).collect(),
            Self::NothingElsewhere
            | Self::HandInNotTold
            | Self::CompletionNotTold
            | Self::NoGrade { .. }
            | Self::NotReleased { .. }
            | Self::Evidence { .. }
            | Self::NothingHandedIn
            | Self::Badge { .. }
            | Self::BadgeExpired { .. }
            | Self::BadgeRevoked
            | Self::BadgeWaived
            | Self::BadgeNotHeld
            | Self::External { .. }
            | Self::ExternalOver { .. }
            | Self::NoExternal
            | Self::BadgeElsewhere { .. }
            | Self::BadgeTooOld { .. }
            | Self::BadgeTotal { .. }
            | Self::Date { .. }
            | Self::Approval { .. }
            | Self::NoApproval => Vec::new(),
        }
    }
}

impl CheckedCondition {
    /// Whether nothing but time made it false: a badge is held that is older than the rule asks.
    #[must_use]
    pub(crate) const fn is_only_old(&self) -> bool {
        matches!(self.seen, Seen::BadgeTooOld { .. })
    }
}

impl Stands {
    const fn source(&self) -> Option<GradeSource> {
        match self {
            Self::Share { source, .. } | Self::NoShare { source, .. } | Self::Excused { source, .. } => {
                Some(*source)
            }
            Self::NotReleased | Self::Nothing => None,
        }
    }
}

impl CheckedGroup {
    fn note_sources(&self, found: &mut Vec<GradeSource>) {
        for node in &self.nodes {
            match node {
                CheckedNode::Group(group) => group.note_sources(found),
                CheckedNode::Condition(checked) => found.extend(checked.seen.sources()),
            }
        }
    }

    fn note_badges<'a>(&'a self, found: &mut Vec<(&'a BadgeId, DateTime<Utc>)>) {
        for node in &self.nodes {
            match node {
                CheckedNode::Group(group) => group.note_badges(found),
                CheckedNode::Condition(checked) => {
                    if checked.truth != Truth::Yes {
                        continue;
                    }
                    match (&checked.condition, &checked.seen) {
                        (Condition::HoldsBadge { badge, .. }, Seen::Badge { awarded_at }) => {
                            found.push((badge, *awarded_at));
                        }
                        // What counted was an award of that one.
                        (
                            _,
                            Seen::BadgeElsewhere {
                                badge, awarded_at, ..
                            },
                        ) => found.push((badge, *awarded_at)),
                        _ => {}
                    }
                }
            }
        }
    }

    fn rename_approver(&mut self, name: &str, instead: &str) -> bool {
        let mut found = false;
        for node in &mut self.nodes {
            found |= match node {
                CheckedNode::Group(group) => group.rename_approver(name, instead),
                CheckedNode::Condition(CheckedCondition {
                    seen: Seen::Approval { by, .. },
                    ..
                }) if by == name => {
                    instead.clone_into(by);
                    true
                }
                CheckedNode::Condition(_) => false,
            };
        }
        found
    }

    /// What was seen of that condition, wherever it stands.
    #[must_use]
    pub(crate) fn checked(&self, condition: &Condition) -> Option<&CheckedCondition> {
        self.nodes.iter().find_map(|node| match node {
            CheckedNode::Group(inner) => inner.checked(condition),
            CheckedNode::Condition(checked) => (checked.condition == *condition).then_some(checked),
        })
    }

    /// The members that ask something different from those before them: what is asked twice counts once.
    #[must_use]
    pub(crate) fn distinct(&self) -> Vec<&CheckedNode> {
        let mut found: Vec<&CheckedNode> = Vec::with_capacity(self.nodes.len());
        for core in self.nodes.iter().map(CheckedNode::core) {
            if !found.contains(&core) {
                found.push(core);
            }
        }
        found
    }

    /// How many different members must hold.
    #[must_use]
    pub(crate) fn needed(&self) -> usize {
        match self.need {
            Need::All => self.distinct().len(),
            Need::Any => 1,
            Need::AtLeast(n) => usize::from(n),
        }
    }

    /// How many different members hold.
    #[must_use]
    pub(crate) fn met(&self) -> usize {
        self.distinct()
            .into_iter()
            .filter(|node| node.truth() == Truth::Yes)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluate::evaluate_group;
    use crate::domain::sample::{any_facts, any_group, now};

    fn seen(condition: Condition, seen: Seen) -> CheckedNode {
        CheckedNode::Condition(CheckedCondition {
            condition,
            truth: Truth::Yes,
            seen,
        })
    }

    fn approved(by: &str) -> CheckedNode {
        let by = by.to_owned();
        seen(Condition::InstructorApproves, Seen::Approval { by, at: now() })
    }

    fn group(nodes: Vec<CheckedNode>) -> CheckedGroup {
        CheckedGroup {
            need: Need::All,
            truth: Truth::Yes,
            nodes,
        }
    }

    #[test]
    fn the_badges_that_counted_are_told_wherever_they_stand() {
        let told = decision("Tess", "Ann");
        assert_eq!(told.badges(), [(&BadgeId::from("Tess"), now())]);
        let mut missed = told.clone();
        let CheckedNode::Group(inner) = &mut missed.tree.nodes[0] else {
            panic!("a group")
        };
        let CheckedNode::Condition(held) = &mut inner.nodes[1] else {
            panic!("a condition")
        };
        held.truth = Truth::No;
        assert!(missed.badges().is_empty(), "it did not count");
    }

    fn decision(inner: &str, outer: &str) -> Decision {
        // A badge whose id is the approver's name is none of theirs.
        let badge = Condition::HoldsBadge {
            badge: "Tess".into(),
            within_years: None,
        };
        let held = seen(badge, Seen::Badge { awarded_at: now() });
        Decision {
            outcome: Truth::Yes,
            rule_version: 1,
            tree: group(vec![
                CheckedNode::Group(group(vec![approved(inner), held])),
                approved(outer),
            ]),
        }
    }

    #[test]
    fn a_decision_names_each_source_of_what_was_seen_once() {
        let read = |source| {
            let (value, maximum) = (Decimal::from(9), Decimal::TEN);
            let needs = Decimal::from(8);
            let condition = Condition::InstructorApproves;
            let seen = Seen::Grade {
                value,
                maximum,
                needs,
                recorded: None,
                source,
                read_at: now(),
            };
            CheckedNode::Condition(CheckedCondition {
                condition,
                truth: Truth::Yes,
                seen,
            })
        };
        let best = Seen::Best {
            average: None,
            of: [
                Stands::NoShare {
                    source: GradeSource::RestCanvas,
                    read_at: now(),
                },
                Stands::Nothing,
            ]
            .map(|stands| SeenColumn {
                column: GradeColumn::Ours("quiz".into()),
                stands,
            })
            .into(),
        };
        let inner = group(vec![read(GradeSource::Csv), read(GradeSource::Ags)]);
        let tree = group(vec![
            read(GradeSource::Csv),
            CheckedNode::Group(inner),
            seen(Condition::InstructorApproves, best),
            approved("Tess"),
        ]);
        let decision = Decision {
            outcome: Truth::Yes,
            rule_version: 1,
            tree,
        };
        let each = [GradeSource::Ags, GradeSource::RestCanvas, GradeSource::Csv];
        assert_eq!(decision.sources(), each);
    }

    #[test]
    fn a_record_of_an_earlier_version_reads_as_before() {
        let stored = r#"{"outcome":"yes","rule_version":1,"tree":{"need":"all","truth":"yes","nodes":[{"condition":{"condition":{"when":"elsewhere","column":"weekly","needs":{"at_least":{"percent":"80"}}},"truth":"yes","seen":{"seen":"elsewhere","value":{"points":"9"},"maximum":"10","source":"csv","read_at":"2026-11-23T10:42:00Z"}}},{"condition":{"condition":{"when":"instructor_approves"},"truth":"unknown","seen":{"seen":"no_approval"}}}]}}"#;
        let read: Decision = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    }

    proptest::proptest! {
        #[test]
        fn json_gives_back_the_same_record(root in any_group(), facts in any_facts()) {
            let decision = evaluate_group(&root, 3, &facts, now());
            let text = serde_json::to_string(&decision).unwrap();
            proptest::prop_assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
        }
    }

    #[test]
    fn an_approver_is_renamed_wherever_they_were_seen_and_nobody_else_is() {
        let mut both = decision("Tess", "Tess Tutor");
        assert!(both.rename_approver("Tess", "Somebody"));
        assert_eq!(both, decision("Somebody", "Tess Tutor"));
        assert!(
            !both.rename_approver("Tess", "Somebody"),
            "they are there no more"
        );
        assert!(!both.rename_approver("tess tutor", "Somebody"));
        assert!(!both.rename_approver("Tess_Tutor", "Somebody"));
        assert_eq!(both, decision("Somebody", "Tess Tutor"));
    }
}
