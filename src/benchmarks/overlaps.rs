//! Badges of many courses of an institution, among which those are looked for that say nearly the same.

use std::collections::HashMap;

use chrono::DateTime;

use super::school::design;
use crate::domain::badge::{Badge, BadgeState, Design};
use crate::domain::coach::{Member, across};

/// So many badges in courses of twenty each; every tenth says nearly what the one before it says.
#[derive(Debug)]
pub struct Badges(Vec<Badge>);

/// What outcomes are made of.
const WORDS: [&str; 40] = [
    "cleans",
    "draws",
    "explains",
    "plans",
    "tests",
    "builds",
    "writes",
    "measures",
    "compares",
    "repairs",
    "data",
    "charts",
    "machines",
    "bridges",
    "programs",
    "reports",
    "samples",
    "models",
    "circuits",
    "surveys",
    "alone",
    "together",
    "quickly",
    "safely",
    "precisely",
    "openly",
    "outdoors",
    "online",
    "weekly",
    "thoroughly",
    "patients",
    "customers",
    "children",
    "colleagues",
    "neighbours",
    "engineers",
    "farmers",
    "sailors",
    "readers",
    "teachers",
];

impl Badges {
    /// A set of that many.
    #[must_use]
    pub fn of(count: usize) -> Self {
        let at = DateTime::UNIX_EPOCH;
        let badge = |n: usize| {
            let like = if n % 10 == 9 { n - 1 } else { n };
            let word = |step: usize| WORDS[(((like * 31 + step) * 2_654_435_761) >> 16) % WORDS.len()];
            let outcome: Vec<&str> = (1..=9).map(word).collect();
            Badge {
                id: format!("badge-{n:06}").as_str().into(),
                tenant: "north-coast".into(),
                course: format!("course-{}", n / 20 + usize::from(n % 10 == 9))
                    .as_str()
                    .into(),
                state: BadgeState::Active,
                design: Design {
                    name: format!("Step number{like}"),
                    outcome: outcome.join(" "),
                    ..design()
                },
                active_rule: None,
                revision: 1,
                created_at: at,
                updated_at: at,
            }
        };
        Self((0..count).map(badge).collect())
    }

    /// How many groups seem to say the same.
    #[must_use]
    pub fn overlaps(&self) -> usize {
        let members: Vec<Member<'_>> = self
            .0
            .iter()
            .map(|badge| Member {
                badge,
                root: None,
                is_endorsed: false,
            })
            .collect();
        let (told, more) = across(&members, &HashMap::new());
        told.len() + more
    }
}
