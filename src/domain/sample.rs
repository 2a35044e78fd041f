//! Short names for rules and facts in tests, and arbitrary ones for property tests.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::domain::award::{Award, Revocation};
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::{
    Approval, Completed, EvidenceFact, External, Facts, Grade, GradeSource, HandedIn, Held, Part,
};
use crate::domain::membership::{Listing, SeenAs};
use crate::domain::outside::{Measure, OutsideGrade, OutsideValue};
use crate::domain::people::Enrolment;
use crate::domain::rule::{
    Amount, Condition, GradeColumn, Group, Need, Needed, Node, Rule, RuleState, Threshold,
};
use crate::domain::sentence::{ItemName, Looked, Names, OutsideName};
use crate::domain::zone::Zone;
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId};

/// Monday, 23 November 2026, 10:42 UTC.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-23T10:42:00Z".parse().unwrap()
}

pub(crate) fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A student of a course, listed as one and launched as one, where the list names students alone.
pub(crate) fn enrolment() -> Enrolment {
    Enrolment {
        course: "course".into(),
        person: "ada".into(),
        launched: Some(SeenAs::Learner),
        listed: Some(SeenAs::Learner),
        learner: true,
        active: true,
        seen_at: now(),
        staff_seen_at: None,
        refused_grading_at: None,
        answer: None,
        listing: Listing::Students,
        teaches: false,
    }
}

pub(crate) fn all(nodes: impl IntoIterator<Item = Node>) -> Group {
    Group {
        need: Need::All,
        nodes: nodes.into_iter().collect(),
    }
}

pub(crate) fn any(nodes: impl IntoIterator<Item = Node>) -> Group {
    Group {
        need: Need::Any,
        nodes: nodes.into_iter().collect(),
    }
}

pub(crate) fn at_least(n: u16, nodes: impl IntoIterator<Item = Node>) -> Group {
    Group {
        need: Need::AtLeast(n),
        nodes: nodes.into_iter().collect(),
    }
}

pub(crate) fn group(inner: Group) -> Node {
    Node::Group(inner)
}

pub(crate) fn percent(item: &str, bound: &str) -> Node {
    let at_least = Threshold::Percent(decimal(bound));
    Node::Condition(Condition::Grade {
        item: LineItemId::from(item),
        at_least,
    })
}

pub(crate) fn points(item: &str, bound: &str) -> Node {
    let at_least = Threshold::Points(decimal(bound));
    Node::Condition(Condition::Grade {
        item: LineItemId::from(item),
        at_least,
    })
}

pub(crate) fn elsewhere(column: &str, needs: Needed) -> Node {
    Node::Condition(Condition::Elsewhere {
        column: OutsideColumnId::from(column),
        needs,
    })
}

/// At least that percent of a column that is none of ours.
pub(crate) fn percent_elsewhere(column: &str, bound: &str) -> Node {
    elsewhere(column, Needed::AtLeast(Threshold::Percent(decimal(bound))))
}

pub(crate) fn one_of(column: &str, words: &[&str]) -> Node {
    elsewhere(
        column,
        Needed::OneOf(words.iter().map(|word| (*word).to_owned()).collect()),
    )
}

/// That the LMS says that it is passed, or else that it is one of these words.
pub(crate) fn passed(column: &str, words: &[&str]) -> Node {
    let words = words.iter().map(|word| (*word).to_owned());
    elsewhere(column, Needed::Passed(words.collect()))
}

pub(crate) fn handed_in(column: &str, on_time: bool) -> Node {
    Node::Condition(Condition::HandedIn {
        column: OutsideColumnId::from(column),
        on_time,
    })
}

pub(crate) fn completed(column: &str) -> Node {
    Node::Condition(Condition::Completed {
        column: OutsideColumnId::from(column),
    })
}

/// At least that percent on average in the best of these columns of ours and these of other sources.
pub(crate) fn best_of(best: u16, ours: &[&str], others: &[&str], bound: &str) -> Node {
    let ours = ours.iter().map(|id| GradeColumn::Ours((*id).into()));
    let others = others.iter().map(|id| GradeColumn::Elsewhere((*id).into()));
    Node::Condition(Condition::BestOf {
        best,
        of: ours.chain(others).collect(),
        at_least: decimal(bound),
    })
}

pub(crate) fn approved(activity: &str) -> Node {
    Node::Condition(Condition::EvidenceApproved {
        activity: ActivityId::from(activity),
    })
}

pub(crate) fn holds(badge: &str) -> Node {
    Node::Condition(Condition::HoldsBadge {
        badge: BadgeId::from(badge),
        within_years: None,
    })
}

/// That a badge is held that was awarded within so many years.
pub(crate) fn holds_within(badge: &str, years: u16) -> Node {
    Node::Condition(Condition::HoldsBadge {
        badge: BadgeId::from(badge),
        within_years: Some(years),
    })
}

/// That these badges add up to so many hours or credits.
pub(crate) fn total(amount: Amount, of: &[&str], bound: &str) -> Node {
    Node::Condition(Condition::BadgeTotal {
        amount,
        of: of.iter().map(|badge| BadgeId::from(*badge)).collect(),
        at_least: decimal(bound),
    })
}

pub(crate) fn external(issuer: &str, achievement: Option<&str>) -> Node {
    Node::Condition(Condition::ExternalBadge {
        issuer: issuer.to_owned(),
        name: "Harbour College".to_owned(),
        achievement: achievement.map(str::to_owned),
    })
}

pub(crate) fn not_before(at: DateTime<Utc>) -> Node {
    Node::Condition(Condition::NotBefore { at, zone: Zone::UTC })
}

pub(crate) fn approval() -> Node {
    Node::Condition(Condition::InstructorApproves)
}

pub(crate) fn rule(version: i32, root: Group) -> Rule {
    Rule {
        id: format!("rule-{version}").into(),
        tenant: "north-coast".into(),
        badge: "this".into(),
        version,
        state: RuleState::Draft,
        root,
        created_at: now(),
        activated_at: None,
    }
}

/// The rule of the rule builder's picture: a grade, an approved report, and 2 of 3 badges.
pub(crate) fn cleaning_rule() -> Group {
    all([
        percent("cleaning", "80"),
        approved("report"),
        group(at_least(2, [holds("spreadsheet"), holds("sql"), holds("charts")])),
    ])
}

pub(crate) fn names() -> Names {
    let item = |label: &str, maximum: &str| ItemName {
        label: label.to_owned(),
        maximum: decimal(maximum),
        is_scale: false,
    };
    let outside = |label: &str, maximum: Option<&str>, measure| OutsideName {
        label: label.to_owned(),
        maximum: maximum.map(decimal),
        measure,
        source: GradeSource::Csv,
        counts: true,
        item: None,
        tells_hand_ins: false,
        tells_completion: false,
        is_gone: false,
        withheld: None,
    };
    let of_lms = |label: &str| OutsideName {
        source: GradeSource::RestMoodle,
        tells_hand_ins: true,
        tells_completion: true,
        ..outside(label, Some("20"), Measure::Points)
    };
    Names {
        out_of_reach: HashSet::new(),
        looked: Looked::default(),
        elsewhere: [
            (
                "weekly".into(),
                outside("Weekly quiz", Some("10"), Measure::Points),
            ),
            ("total".into(), outside("Course total", None, Measure::Percent)),
            ("level".into(), outside("Level", None, Measure::Words)),
            ("essay".into(), of_lms("Essay")),
        ]
        .into(),
        line_items: [
            ("cleaning".into(), item("Cleaning exercise", "100")),
            ("quiz".into(), item("Quiz 3", "20")),
        ]
        .into(),
        activities: [("report".into(), "Project report".to_owned())].into(),
        badges: [
            ("spreadsheet", "Spreadsheet basics"),
            ("sql", "SQL basics"),
            ("charts", "Charts"),
        ]
        .map(|(id, name)| (id.into(), name.to_owned()))
        .into(),
        zone: Zone::UTC,
    }
}

/// UTC and some that are not.
pub(crate) fn any_zone() -> impl Strategy<Value = Zone> {
    let names = ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu"];
    proptest::sample::select(names.map(|name| Zone::parse(name).unwrap()).to_vec())
}

/// Facts that grow by one fact at a time.
#[derive(Default)]
pub(crate) struct Known(pub(crate) Facts);

impl Known {
    pub(crate) fn grade(mut self, item: &str, value: &str, maximum: &str) -> Self {
        self.0
            .grades
            .insert(item.into(), grade(Some(decimal(value)), decimal(maximum)));
        self
    }

    pub(crate) fn ungraded(mut self, item: &str) -> Self {
        self.0.grades.insert(item.into(), grade(None, decimal("100")));
        self
    }

    /// A badge of an issuer outside, and when it ends.
    pub(crate) fn external(mut self, issuer: &str, genuine: bool, until: Option<DateTime<Utc>>) -> Self {
        self.0.external.push(External {
            issuer: issuer.to_owned(),
            issuer_called: "Harbour College".to_owned(),
            achievement: Some("welding".to_owned()),
            name: "Basic welding".to_owned(),
            genuine,
            awarded_at: Some(days(-30)),
            until,
            checked_at: days(-1),
        });
        self
    }

    /// A column that is not released, with what it holds.
    pub(crate) fn withheld(mut self, item: &str, value: Option<&str>) -> Self {
        let held = value.map(|value| grade(Some(decimal(value)), decimal("100")));
        self.0.withheld.insert(item.into(), held);
        self
    }

    pub(crate) fn elsewhere(mut self, column: &str, value: OutsideValue, maximum: Option<&str>) -> Self {
        let grade = outside_grade(value, maximum.map(decimal));
        self.0.elsewhere.insert(column.into(), grade);
        self
    }

    /// Something that was handed in, and whether that was late; `None`: nothing was.
    pub(crate) fn handed_in(mut self, column: &str, late: Option<Option<bool>>) -> Self {
        let fact = HandedIn {
            at: late.is_some().then(|| days(-3)),
            late: late.flatten(),
            missing: false,
            source: GradeSource::RestMoodle,
            read_at: now(),
        };
        self.0.handed_in.insert(column.into(), fact);
        self
    }

    /// What was due and is not there.
    pub(crate) fn missing(mut self, column: &str) -> Self {
        self = self.handed_in(column, None);
        for fact in self.0.handed_in.values_mut().filter(|fact| fact.at.is_none()) {
            fact.missing = true;
        }
        self
    }

    pub(crate) fn completed(mut self, column: &str, is_complete: bool, passed: Option<bool>) -> Self {
        let fact = Completed {
            is_complete,
            passed,
            at: is_complete.then(|| days(-3)),
            source: GradeSource::RestMoodle,
            read_at: now(),
        };
        self.0.completed.insert(column.into(), fact);
        self
    }

    pub(crate) fn evidence(mut self, activity: &str, state: SubmissionState) -> Self {
        self.0.evidence.insert(
            activity.into(),
            EvidenceFact {
                state,
                since: days(-3),
            },
        );
        self
    }

    pub(crate) fn badge(self, badge: &str) -> Self {
        self.badge_with(badge, None, false)
    }

    pub(crate) fn badge_with(
        mut self,
        badge: &str,
        valid_until: Option<DateTime<Utc>>,
        revoked: bool,
    ) -> Self {
        self.0.held.insert(
            badge.into(),
            Held {
                awarded_at: days(-30),
                valid_until,
                revoked,
            },
        );
        self
    }

    pub(crate) fn approval(mut self) -> Self {
        self.0.approval = Some(Approval {
            by: "Grace Hopper".to_owned(),
            at: days(-1),
        });
        self
    }
}

pub(crate) fn grade(value: Option<Decimal>, maximum: Decimal) -> Grade {
    Grade {
        value,
        maximum,
        is_scale: false,
        recorded: None,
        source: GradeSource::Ags,
        read_at: now(),
        changed_at: days(-3),
    }
}

pub(crate) fn outside_grade(value: OutsideValue, maximum: Option<Decimal>) -> OutsideGrade {
    OutsideGrade {
        value,
        maximum,
        points: None,
        source: GradeSource::Csv,
        read_at: now(),
        changed_at: days(-3),
    }
}

pub(crate) fn award(cycle: i32, valid_until: Option<DateTime<Utc>>, revoked: bool) -> Award {
    let revocation = revoked.then(|| Revocation {
        at: days(-2),
        by: Some("teacher".into()),
        reason: "Copied work.".to_owned(),
    });
    Award {
        id: "award".into(),
        tenant: "north-coast".into(),
        badge: "this".into(),
        person: "ada".into(),
        cycle,
        decision: "decision".into(),
        awarded_at: days(-100),
        valid_until,
        revocation,
        suspended_since: None,
    }
}

/// Five names, so that arbitrary rules and facts meet.
fn any_name() -> impl Strategy<Value = String> {
    (0_u8..5).prop_map(|index| format!("n{index}"))
}

/// Ordinary numbers mostly, and sometimes those that break arithmetic.
pub(crate) fn any_decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        6 => (0_i64..=12_000).prop_map(|hundredths| Decimal::new(hundredths, 2)),
        1 => (prop::num::i64::ANY, 0_u32..=28).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        1 => prop_oneof![Just(Decimal::MAX), Just(Decimal::MIN), Just(Decimal::ZERO), Just(Decimal::new(1, 28))],
    ]
}

pub(crate) fn any_condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        (any_name(), any_decimal(), prop::bool::ANY).prop_map(|(item, bound, share)| Condition::Grade {
            item: item.into(),
            at_least: if share {
                Threshold::Percent(bound)
            } else {
                Threshold::Points(bound)
            },
        }),
        (any_name(), any_needed()).prop_map(|(column, needs)| Condition::Elsewhere {
            column: column.into(),
            needs,
        }),
        (any_name(), prop::bool::ANY).prop_map(|(column, on_time)| Condition::HandedIn {
            column: column.into(),
            on_time,
        }),
        any_name().prop_map(|column| Condition::Completed {
            column: column.into()
        }),
        (0_u16..4, prop::collection::vec(any_column(), 0..5), any_decimal())
            .prop_map(|(best, of, at_least)| Condition::BestOf { best, of, at_least }),
        any_name().prop_map(|activity| Condition::EvidenceApproved {
            activity: activity.into()
        }),
        (any_name(), any_name(), prop::option::of(any_name())).prop_map(|(issuer, name, achievement)| {
            Condition::ExternalBadge {
                issuer,
                name,
                achievement,
            }
        }),
        (any_name(), prop::option::of(1_u16..4)).prop_map(|(badge, within_years)| Condition::HoldsBadge {
            badge: badge.into(),
            within_years,
        }),
        (
            prop::bool::ANY,
            prop::collection::vec(any_name(), 0..4),
            any_decimal()
        )
            .prop_map(|(hours, of, at_least)| Condition::BadgeTotal {
                amount: if hours { Amount::Hours } else { Amount::Credits },
                of: of.into_iter().map(BadgeId::from).collect(),
                at_least,
            }),
        (-2_i64..=2, any_zone()).prop_map(|(day, zone)| Condition::NotBefore { at: days(day), zone }),
        Just(Condition::InstructorApproves),
    ]
}

fn any_needed() -> impl Strategy<Value = Needed> {
    prop_oneof![
        any_decimal().prop_map(|bound| Needed::AtLeast(Threshold::Percent(bound))),
        any_decimal().prop_map(|bound| Needed::AtLeast(Threshold::Points(bound))),
        prop::collection::vec("[A-C][+-]?", 0..3).prop_map(Needed::OneOf),
        prop::collection::vec("[A-C][+-]?", 0..3).prop_map(Needed::Passed),
    ]
}

pub(crate) fn any_column() -> impl Strategy<Value = GradeColumn> {
    (any_name(), prop::bool::ANY).prop_map(|(id, ours)| {
        if ours {
            GradeColumn::Ours(id.into())
        } else {
            GradeColumn::Elsewhere(id.into())
        }
    })
}

fn any_hand_in() -> impl Strategy<Value = HandedIn> {
    let late = prop::option::of(prop::option::of(prop::bool::ANY));
    (late, prop::bool::ANY).prop_map(|(late, missing)| HandedIn {
        at: late.is_some().then(|| days(-3)),
        late: late.flatten(),
        missing: missing && late.is_none(),
        source: GradeSource::RestCanvas,
        read_at: now(),
    })
}

fn any_completion() -> impl Strategy<Value = Completed> {
    (prop::bool::ANY, prop::option::of(prop::bool::ANY)).prop_map(|(is_complete, passed)| Completed {
        is_complete,
        passed,
        at: is_complete.then(|| days(-3)),
        source: GradeSource::RestMoodle,
        read_at: now(),
    })
}

fn any_outside() -> impl Strategy<Value = OutsideGrade> {
    let value = prop_oneof![
        any_decimal().prop_map(OutsideValue::Points),
        any_decimal().prop_map(OutsideValue::Percent),
        "[A-C][+-]?".prop_map(OutsideValue::Word),
        prop::bool::ANY.prop_map(OutsideValue::Passed),
        Just(OutsideValue::Excused),
    ];
    (value, prop::option::of(any_decimal())).prop_map(|(value, maximum)| outside_grade(value, maximum))
}

fn any_need() -> impl Strategy<Value = Need> {
    prop_oneof![
        Just(Need::All),
        Just(Need::Any),
        (0_u16..5).prop_map(Need::AtLeast)
    ]
}

pub(crate) fn any_nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = any_condition().prop_map(Node::Condition);
    let node = leaf.prop_recursive(4, 40, 5, |inner| {
        (any_need(), prop::collection::vec(inner, 0..5))
            .prop_map(|(need, nodes)| Node::Group(Group { need, nodes }))
    });
    prop::collection::vec(node, 0..5)
}

pub(crate) fn any_group() -> impl Strategy<Value = Group> {
    (any_need(), any_nodes()).prop_map(|(need, nodes)| Group { need, nodes })
}

/// An award that may count for one of the five names; of a badge of another course too, and in force or not.
pub(crate) fn any_part() -> impl Strategy<Value = Part> {
    let held = (
        -900_i64..0,
        prop::option::of(-2_i64..=2),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(awarded, end, revoked)| Held {
            awarded_at: days(awarded),
            valid_until: end.map(days),
            revoked,
        });
    let badge = (any_name(), prop::bool::ANY).prop_map(|(name, here)| {
        if here {
            BadgeId::from(name)
        } else {
            BadgeId::from(format!("other-{name}"))
        }
    });
    let amount = || prop::option::of(any_decimal());
    (badge, prop::option::of(any_name()), held, amount(), amount()).prop_map(
        |(badge, lineage, held, hours, credits)| Part {
            name: format!("badge {badge}"),
            badge,
            lineage: lineage.map(BadgeId::from),
            course: "Data Literacy 101".to_owned(),
            held,
            hours,
            credits,
        },
    )
}

/// Some of the five names are of the lineage of another.
pub(crate) fn any_lineages() -> impl Strategy<Value = HashMap<BadgeId, BadgeId>> {
    let name = || any_name().prop_map(BadgeId::from);
    prop::collection::hash_map(name(), name(), 0..4)
}

pub(crate) fn any_facts() -> impl Strategy<Value = Facts> {
    let grade =
        (prop::option::of(any_decimal()), any_decimal()).prop_map(|(value, maximum)| grade(value, maximum));
    let state = prop_oneof![
        Just(SubmissionState::HandedIn),
        Just(SubmissionState::ChangesAsked),
        Just(SubmissionState::Approved),
        Just(SubmissionState::Declined),
    ];
    let held = (prop::option::of(-2_i64..=2), prop::bool::ANY).prop_map(|(end, revoked)| Held {
        awarded_at: days(-30),
        valid_until: end.map(days),
        revoked,
    });
    let column = (grade, prop::bool::weighted(0.2));
    let external = (
        any_name(),
        prop::option::of(any_name()),
        prop::bool::ANY,
        prop::option::of(-2_i64..=2),
    );
    let external = external.prop_map(|(issuer, achievement, genuine, end)| External {
        issuer_called: issuer.clone(),
        issuer,
        achievement,
        name: "Basic welding".to_owned(),
        genuine,
        awarded_at: Some(days(-30)),
        until: end.map(days),
        checked_at: days(-1),
    });
    let facts = (
        prop::collection::hash_map(any_name().prop_map(LineItemId::from), column, 0..5),
        prop::collection::hash_map(any_name().prop_map(ActivityId::from), state, 0..5),
        prop::collection::hash_map(any_name().prop_map(BadgeId::from), held, 0..5),
        prop::bool::ANY,
        prop::collection::hash_map(any_name().prop_map(OutsideColumnId::from), any_outside(), 0..5),
        prop::collection::hash_map(any_name().prop_map(OutsideColumnId::from), any_hand_in(), 0..5),
        prop::collection::hash_map(any_name().prop_map(OutsideColumnId::from), any_completion(), 0..5),
        prop::collection::vec(external, 0..4),
    );
    let badges = (prop::collection::vec(any_part(), 0..6), any_lineages());
    (facts, badges).prop_map(
        |(
            (columns, states, held, approved, elsewhere, handed_in, completed, external),
            (parts, lineages),
        )| Facts {
            waived: std::collections::HashMap::new(),
            parts,
            external,
            lineages,
            elsewhere,
            handed_in,
            completed,
            grades: columns
                .iter()
                .filter(|(_, (_, waits))| !waits)
                .map(|(item, (grade, _))| (item.clone(), grade.clone()))
                .collect(),
            withheld: columns
                .into_iter()
                .filter(|(_, (_, waits))| *waits)
                .map(|(item, (grade, _))| (item, grade.value.is_some().then_some(grade)))
                .collect(),
            evidence: states
                .into_iter()
                .map(|(id, state)| {
                    (
                        id,
                        EvidenceFact {
                            state,
                            since: days(-3),
                        },
                    )
                })
                .collect(),
            held,
            approval: approved.then(|| Approval {
                by: "Grace Hopper".to_owned(),
                at: days(-1),
            }),
        },
    )
}
