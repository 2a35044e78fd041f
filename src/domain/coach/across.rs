//! Badges of different courses that seem to say the same, by their words or their skills. Rules are not compared: they name columns
//! of their own courses.
//!
//! Not every badge is held against every other one. What says the same to the letter is one from the start; two texts of which three
//! quarters are in both have one of their rarest words in common, so each is held against those alone that an index of such words
//! names.

use std::collections::{BTreeSet, HashMap};

use super::Member;
use super::alike::{Likeness, Print};
use crate::ids::BadgeId;

/// Groups that are told.
const MOST_GROUPS: usize = 50;

/// Badges of two courses at least that seem to say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alike {
    /// In the order of the list.
    pub(crate) badges: Vec<BadgeId>,
    pub(crate) by: Vec<Likeness>,
}

/// The groups of badges that seem to say the same, those of most badges first, and how many more there are than are told. Of badges
/// that are one by lineage the first stands for all: a copy is meant to say the same.
#[must_use]
pub(crate) fn across(members: &[Member<'_>], lineage: &HashMap<BadgeId, BadgeId>) -> (Vec<Alike>, usize) {
    let mut known = BTreeSet::new();
    let firsts: Vec<&Member<'_>> = members
        .iter()
        .filter(|one| known.insert(lineage.get(&one.badge.id).unwrap_or(&one.badge.id)))
        .collect();
    let prints: Vec<Print<'_>> = firsts.iter().map(|one| Print::of(one)).collect();
    let mut groups = Groups::of(prints.len());
    by_skills(&prints, &mut groups);
    by_words(&prints, &mut groups);
    let mut told: Vec<Alike> = groups
        .told()
        .into_iter()
        .filter_map(|(places, by)| {
            let of: Vec<_> = places.iter().filter_map(|place| firsts.get(*place)).collect();
            let courses: BTreeSet<_> = of.iter().map(|one| &one.badge.course).collect();
            let badges = of.iter().map(|one| one.badge.id.clone()).collect();
            (courses.len() > 1).then_some(Alike { badges, by })
        })
        .collect();
    told.sort_by_key(|one| std::cmp::Reverse(one.badges.len()));
    let more = told.len().saturating_sub(MOST_GROUPS);
    told.truncate(MOST_GROUPS);
    (told, more)
}

/// Those of the same skills of frameworks, two at least.
fn by_skills(prints: &[Print<'_>], groups: &mut Groups) {
    let mut first_of: HashMap<&BTreeSet<&str>, usize> = HashMap::new();
    for (place, print) in prints.iter().enumerate() {
        if print.skills.len() > 1 {
            let first = *first_of.entry(&print.skills).or_insert(place);
            groups.join(prints, first, place, Likeness::Skills);
        }
    }
}

/// Those of nearly the same words.
fn by_words(prints: &[Print<'_>], groups: &mut Groups) {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in prints.iter().flat_map(|print| &print.words) {
        let count = counts.entry(word).or_default();
        *count = count.saturating_add(1);
    }
    let mut same: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut index: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, print) in prints.iter().enumerate() {
        // The rarest first, and in one order for all.
        let mut words: Vec<&str> = print.words.iter().map(String::as_str).collect();
        words.sort_unstable_by_key(|word| (counts.get(word).copied().unwrap_or_default(), *word));
        if let Some(first) = same.get(&words).copied() {
            if print.shares_words(print) {
                groups.join(prints, first, place, Likeness::Words);
            }
            continue;
        }
        // Badges that share three quarters of their words share at least one of these, so only such pairs are compared.
        let kept = words.len().saturating_mul(3).div_ceil(4);
        let rarest = words.len().saturating_sub(kept).saturating_add(1);
        for word in words.iter().copied().take(rarest) {
            for other in index.get(word).into_iter().flatten() {
                if !groups.are_one(*other, place)
                    && prints.get(*other).is_some_and(|other| other.shares_words(print))
                {
                    groups.join(prints, *other, place, Likeness::Words);
                }
            }
            index.entry(word).or_default().push(place);
        }
        same.insert(words, place);
    }
}

/// Which places are one with which.
struct Groups {
    /// For each place one before it in its group, or itself.
    above: Vec<usize>,
    /// What joined two, by the place that came later.
    by: Vec<(usize, Likeness)>,
}

impl Groups {
    fn of(count: usize) -> Self {
        Self {
            above: (0..count).collect(),
            by: Vec::new(),
        }
    }

    fn first(&self, place: usize) -> usize {
        let mut at = place;
        while let Some(above) = self.above.get(at).copied().filter(|above| *above != at) {
            at = above;
        }
        at
    }

    fn are_one(&self, one: usize, other: usize) -> bool {
        self.first(one) == self.first(other)
    }

    /// Makes two places one, unless one builds on the other, which is meant to be near.
    fn join(&mut self, prints: &[Print<'_>], one: usize, other: usize, by: Likeness) {
        let (Some(own), Some(another)) = (prints.get(one), prints.get(other)) else {
            return;
        };
        if one == other || own.builds_on(another) || another.builds_on(own) {
            return;
        }
        self.by.push((other, by));
        let (low, high) = (self.first(one), self.first(other));
        let (low, high) = (low.min(high), low.max(high));
        if let Some(above) = self.above.get_mut(high) {
            *above = low;
        }
    }

    /// The groups of two and more, with what made them.
    fn told(&self) -> Vec<(Vec<usize>, Vec<Likeness>)> {
        let mut all: HashMap<usize, (Vec<usize>, Vec<Likeness>)> = HashMap::new();
        for place in 0..self.above.len() {
            all.entry(self.first(place)).or_default().0.push(place);
        }
        for (place, by) in &self.by {
            if let Some((_, known)) = all.get_mut(&self.first(*place))
                && !known.contains(by)
            {
                known.push(*by);
            }
        }
        let mut told: Vec<_> = all.into_values().filter(|(places, _)| places.len() > 1).collect();
        told.sort_by(|(one, _), (other, _)| one.cmp(other));
        told
    }
}
