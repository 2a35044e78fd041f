//! A nested rule of eight conditions, and facts of many people: each with grades, evidence and badges.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::decision::Truth;
use crate::domain::evaluate::evaluate;
use crate::domain::evidence::SubmissionState;
use crate::domain::facts::{EvidenceFact, Facts, Grade, GradeSource, Held};
use crate::domain::rule::{Condition, Group, Need, Node, Rule, RuleState, Threshold};
use crate::domain::zone::Zone;

/// A rule and the facts that it is held against.
#[derive(Debug)]
pub struct Class {
    rule: Rule,
    people: Vec<Facts>,
}

impl Class {
    /// A class of that many people.
    #[must_use]
    pub fn of(people: usize) -> Self {
        Self {
            rule: rule(),
            people: (0..people).map(facts).collect(),
        }
    }

    /// Conditions that one [`Class::decide`] evaluates.
    #[must_use]
    pub fn conditions(&self) -> usize {
        self.rule.root.conditions().len() * self.people.len()
    }

    /// Decides for everybody; how many have met the rule.
    #[must_use]
    pub fn decide(&self) -> usize {
        let decided = self.people.iter().map(|facts| evaluate(&self.rule, facts, now()));
        decided.filter(|decision| decision.outcome == Truth::Yes).count()
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn id(kind: &str, n: usize) -> String {
    format!("01990000-0000-7000-8000-{kind}{n:08}")
}

fn grade(n: usize, percent: i64) -> Node {
    Node::Condition(Condition::Grade {
        item: id("aaaa", n).into(),
        at_least: Threshold::Percent(percent.into()),
    })
}

fn holds(n: usize) -> Node {
    Node::Condition(Condition::HoldsBadge {
        badge: id("bbbb", n).into(),
        within_years: None,
    })
}

/// All of: three grades, evidence, a date, and one of two badges or a fourth grade.
fn rule() -> Rule {
    let any = Group {
        need: Need::Any,
        nodes: vec![holds(0), holds(1), grade(3, 95)],
    };
    Rule {
        id: id("cccc", 0).into(),
        tenant: "north-coast".into(),
        badge: id("bbbb", 9).into(),
        version: 1,
        state: RuleState::Active,
        root: Group {
            need: Need::All,
            nodes: vec![
                grade(0, 80),
                grade(1, 50),
                grade(2, 60),
                Node::Condition(Condition::EvidenceApproved {
                    activity: id("dddd", 0).into(),
                }),
                Node::Condition(Condition::NotBefore {
                    at: DateTime::UNIX_EPOCH,
                    zone: Zone::UTC,
                }),
                Node::Group(any),
            ],
        },
        created_at: now(),
        activated_at: Some(now()),
    }
}

fn facts(person: usize) -> Facts {
    let grades: HashMap<_, _> = (0..4)
        .map(|n| {
            let points = i64::try_from((person * 7 + n * 13) % 101).unwrap();
            let grade = Grade {
                value: (!person.is_multiple_of(9)).then(|| Decimal::from(points)),
                maximum: Decimal::ONE_HUNDRED,
                is_scale: false,
                recorded: None,
                source: GradeSource::Ags,
                read_at: now(),
                changed_at: now(),
            };
            (id("aaaa", n).into(), grade)
        })
        .collect();
    let evidence = EvidenceFact {
        state: SubmissionState::Approved,
        since: now(),
    };
    let held = Held {
        awarded_at: DateTime::UNIX_EPOCH,
        valid_until: None,
        revoked: false,
    };
    Facts {
        grades,
        evidence: HashMap::from([(id("dddd", 0).into(), evidence)]),
        held: HashMap::from([(id("bbbb", person % 3).into(), held)]),
        ..Facts::default()
    }
}
