//! Deciding: a nested rule of eight conditions for 1,000 people, each with grades, evidence and badges.
//! `cargo bench --bench evaluate`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

mod figure;

use std::collections::HashMap;

use cairn::domain::decision::Truth;
use cairn::domain::evaluate::evaluate;
use cairn::domain::evidence::SubmissionState;
use cairn::domain::facts::{EvidenceFact, Facts, Grade, GradeSource, Held};
use cairn::domain::rule::{Condition, Group, Need, Node, Rule, RuleState, Threshold};
use chrono::{DateTime, Utc};
use figure::Figure;
use rust_decimal::Decimal;

const PEOPLE: usize = 1_000;

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
                source: GradeSource::Ags,
                read_at: now(),
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
        approval: None,
    }
}

fn main() {
    let rule = rule();
    let people: Vec<Facts> = (0..PEOPLE).map(facts).collect();
    let conditions = rule.root.conditions().len();
    Figure {
        work: "evaluate conditions",
        unit: "conditions",
        each: f64::from(u32::try_from(conditions * PEOPLE).unwrap()),
        aim: Some(1_000_000.0),
        peers: &[],
    }
    .measure(|| {
        let decided = people.iter().map(|facts| evaluate(&rule, facts, now()));
        decided.filter(|decision| decision.outcome == Truth::Yes).count()
    });
}
