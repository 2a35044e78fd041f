//! Badges that seem to say the same: by their words, their skills, or their rules.

use std::collections::{BTreeSet, HashSet};

use super::Member;
use crate::domain::rule::{Group, Node};
use crate::ids::BadgeId;

/// By what two badges are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    Words,
    /// The same skills of frameworks, two at least.
    Skills,
    Rule,
}

/// A word shorter than this tells nothing: "and", "der", "SQL" tells something, but it is seldom alone.
const SHORTEST: usize = 3;
/// Fewer words than this are too few to compare.
const FEWEST: usize = 3;

/// What is compared of a badge, made once.
pub(super) struct Print<'a> {
    pub(super) id: &'a BadgeId,
    pub(super) words: HashSet<String>,
    pub(super) skills: BTreeSet<&'a str>,
    rule: Option<&'a Group>,
    parts: HashSet<&'a BadgeId>,
}

impl<'a> Print<'a> {
    pub(super) fn of(member: &Member<'a>) -> Self {
        let design = &member.badge.design;
        let text = format!("{} {}", design.name, design.outcome).to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric());
        Self {
            id: &member.badge.id,
            words: words
                .filter(|word| word.chars().count() >= SHORTEST)
                .map(str::to_owned)
                .collect(),
            skills: design.alignments.iter().map(|one| one.url.as_str()).collect(),
            rule: member.root.filter(|root| !root.conditions().is_empty()),
            parts: member.root.into_iter().flat_map(Group::badges).collect(),
        }
    }

    /// By what it is like `other`; nothing where one builds on the other, which is meant to be near.
    pub(super) fn like(&self, other: &Self) -> Vec<Likeness> {
        if self.builds_on(other) || other.builds_on(self) {
            return Vec::new();
        }
        let mut found = Vec::new();
        if self.shares_words(other) {
            found.push(Likeness::Words);
        }
        if self.skills.len() > 1 && self.skills == other.skills {
            found.push(Likeness::Skills);
        }
        if let (Some(one), Some(two)) = (self.rule, other.rule)
            && one.need == two.need
            && same(&one.distinct(), &two.distinct())
        {
            found.push(Likeness::Rule);
        }
        found
    }

    /// Whether its rule names the other one.
    pub(super) fn builds_on(&self, other: &Self) -> bool {
        self.parts.contains(other.id)
    }

    /// Whether three quarters of all their words are in both.
    pub(super) fn shares_words(&self, other: &Self) -> bool {
        if self.words.len().min(other.words.len()) < FEWEST {
            return false;
        }
        let both = self.words.intersection(&other.words).count();
        let all = self
            .words
            .len()
            .saturating_add(other.words.len())
            .saturating_sub(both);
        both.saturating_mul(4) >= all.saturating_mul(3)
    }
}

fn same(one: &[&Node], two: &[&Node]) -> bool {
    one.len() == two.len() && one.iter().all(|node| two.contains(node))
}
