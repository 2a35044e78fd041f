//! A course that was copied: which of its gradebook columns are those of the course it came from, and a rule that reads
//! them instead.
//!
//! A column keeps nothing through a copy but what we gave it (the resource id, the tag) and what a person called it. Each
//! way of finding it again is tried in that order, and what could be two things is none: a rule that reads the wrong
//! column awards the wrong people.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::domain::course::{CopyProof, CopyRequestState, LineItem};
use crate::domain::evidence::Activity;
use crate::domain::rule::{Condition, GradeColumn, Group, Needed, Node};
use crate::ids::{ActivityId, BadgeId, LineItemId, OutsideColumnId};

pub(crate) mod outside;
#[cfg(test)]
mod tests;

pub(crate) use outside::match_outside;

/// What somebody may bring from the course that theirs was copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Permission {
    /// Nothing proves that it was copied, and they do not teach it: they may ask.
    Nothing,
    /// What runs or ran there. A draft is its author's own.
    WithoutDrafts,
    Everything,
}

/// What they may bring. Whoever taught the old course brings all of it; anybody else what the platform itself proves the copy
/// of, or what was asked for and agreed to. What a teacher can type proves nothing.
#[must_use]
pub(crate) fn permission(
    taught: bool,
    proof: Option<CopyProof>,
    request: Option<CopyRequestState>,
) -> Permission {
    if taught {
        Permission::Everything
    } else if proof.is_some() || request == Some(CopyRequestState::Agreed) {
        Permission::WithoutDrafts
    } else {
        Permission::Nothing
    }
}

/// How a column was found again; stronger ways first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FoundBy {
    /// The resource id that we gave it.
    OurId,
    Tag,
    /// Its name, letter by letter.
    Label,
    /// Its name but for capitals and spaces.
    FoldedLabel,
}

impl FoundBy {
    const ALL: [Self; 4] = [Self::OurId, Self::Tag, Self::Label, Self::FoldedLabel];
}

/// A column of the old course that was found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) to: LineItemId,
    pub(crate) by: FoundBy,
}

/// Finds the columns of the old course again among those of the new one. The answer names every old column at most once
/// and every new one at most once; what is not in it was not found, or could be more than one.
///
/// Give all columns of the old course, not only those that a rule reads: of two that look alike one must not take the
/// other's place.
#[must_use]
pub(crate) fn match_columns(old: &[LineItem], new: &[LineItem]) -> HashMap<LineItemId, Match> {
    let found = matched(old, new, |item| &item.id, &FoundBy::ALL, fits);
    let found = found.into_iter();
    found.map(|(from, (to, by))| (from, Match { to, by })).collect()
}

/// Finds activities of the old course again among those that somebody made in the new one from copied links, before anything was
/// brought: by their columns, of which `columns` says what stands for what, else by their titles. What could be two is none.
#[must_use]
pub(crate) fn match_activities(
    old: &[Activity],
    new: &[Activity],
    columns: &HashMap<LineItemId, LineItemId>,
) -> HashMap<ActivityId, ActivityId> {
    let ways = [FoundBy::OurId, FoundBy::Label, FoundBy::FoldedLabel];
    let found = matched(
        old,
        new,
        |one| &one.id,
        &ways,
        |by, from, to| match by {
            FoundBy::OurId | FoundBy::Tag => {
                let column = from.line_item.as_ref().and_then(|own| columns.get(own));
                column.is_some() && column == to.line_item.as_ref()
            }
            FoundBy::Label => from.title == to.title,
            FoundBy::FoldedLabel => folded(&from.title) == folded(&to.title),
        },
    );
    found.into_iter().map(|(from, (to, _))| (from, to)).collect()
}

/// Finds old things again among new ones, by each way in its order; `fits` says whether two are one by a way.
fn matched<T, I: Clone + Eq + Hash, W: Copy>(
    old: &[T],
    new: &[T],
    id: impl Fn(&T) -> &I,
    ways: &[W],
    fits: impl Fn(W, &T, &T) -> bool,
) -> HashMap<I, (I, W)> {
    let mut found: HashMap<I, (I, W)> = HashMap::new();
    let mut taken: HashSet<&I> = HashSet::new();
    // What each old column may still be: a way that leaves several narrows the choice for the next one.
    let mut pools: Vec<(&T, Vec<&T>)> = once(old, &id)
        .into_iter()
        .map(|item| (item, once(new, &id)))
        .collect();
    for by in ways {
        let mut claims: HashMap<&I, Vec<&I>> = HashMap::new();
        for (item, pool) in &mut pools {
            let item = *item;
            let fitting: Vec<&T> = pool
                .iter()
                .filter(|other| !taken.contains(id(other)) && fits(*by, item, other))
                .copied()
                .collect();
            if let [only] = fitting.as_slice() {
                claims.entry(id(only)).or_default().push(id(item));
            }
            if !fitting.is_empty() {
                *pool = fitting;
            }
        }
        for (to, claimants) in claims {
            // Two that both could only be this one: neither is.
            if let [item] = claimants.as_slice() {
                taken.insert(to);
                found.insert((*item).clone(), (to.clone(), *by));
            }
        }
        pools.retain(|(item, _)| !found.contains_key(id(item)));
    }
    found
}

/// Each column once, by its id.
fn once<'a, T, I: Eq + Hash + 'a>(items: &'a [T], id: impl Fn(&'a T) -> &'a I) -> Vec<&'a T> {
    let mut met = HashSet::new();
    items.iter().filter(|&item| met.insert(id(item))).collect()
}

fn fits(by: FoundBy, old: &LineItem, new: &LineItem) -> bool {
    let same = |one: Option<&String>, other: Option<&String>| one.is_some() && one == other;
    match by {
        FoundBy::OurId => same(old.resource_id.as_ref(), new.resource_id.as_ref()),
        FoundBy::Tag => old.tag.as_deref().is_some_and(names_one) && same(old.tag.as_ref(), new.tag.as_ref()),
        FoundBy::Label => !old.label.trim().is_empty() && old.label == new.label,
        FoundBy::FoldedLabel => {
            let folded = folded(&old.label);
            !folded.is_empty() && folded == self::folded(&new.label)
        }
    }
}

/// Whether a tag is the name of one column. Ours say what kind of column it is and stand on many.
fn names_one(tag: &str) -> bool {
    !tag.is_empty() && tag != "cairn" && !tag.starts_with("cairn-")
}

/// A name in lower case, without surrounding and repeated white space.
#[must_use]
pub(crate) fn folded(label: &str) -> String {
    label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// What stands for what in the new course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) columns: HashMap<LineItemId, LineItemId>,
    pub(crate) activities: HashMap<ActivityId, ActivityId>,
    pub(crate) badges: HashMap<BadgeId, BadgeId>,
    /// Columns of another source that stand for one of ours.
    pub(crate) elsewhere: HashMap<LineItemId, OutsideColumnId>,
    /// Those that stand for one that is none of ours either.
    pub(crate) outside: HashMap<OutsideColumnId, OutsideColumnId>,
}

impl Mapping {
    /// The same rule, reading what stands for what it read. What the mapping does not name stays, and so does everything
    /// else: groups, how many of them must hold, thresholds, order.
    #[must_use]
    pub(crate) fn apply(&self, root: &Group) -> Group {
        Group {
            need: root.need,
            nodes: root
                .nodes
                .iter()
                .map(|node| match node {
                    Node::Group(group) => Node::Group(self.apply(group)),
                    Node::Condition(condition) => Node::Condition(self.condition(condition)),
                })
                .collect(),
        }
    }

    fn condition(&self, condition: &Condition) -> Condition {
        match condition {
            Condition::Grade { item, at_least } => match self.elsewhere.get(item) {
                Some(column) => Condition::Elsewhere {
                    column: column.clone(),
                    needs: Needed::AtLeast(*at_least),
                },
                None => Condition::Grade {
                    item: self.columns.get(item).unwrap_or(item).clone(),
                    at_least: *at_least,
                },
            },
            Condition::BestOf { best, of, at_least } => Condition::BestOf {
                best: *best,
                of: of.iter().map(|column| self.column(column)).collect(),
                at_least: *at_least,
            },
            Condition::EvidenceApproved { activity } => Condition::EvidenceApproved {
                activity: self.activities.get(activity).unwrap_or(activity).clone(),
            },
            Condition::HoldsBadge { badge, within_years } => Condition::HoldsBadge {
                badge: self.badges.get(badge).unwrap_or(badge).clone(),
                within_years: *within_years,
            },
            Condition::BadgeTotal { amount, of, at_least } => Condition::BadgeTotal {
                amount: *amount,
                of: self.each_once(of),
                at_least: *at_least,
            },
            Condition::Elsewhere { column, needs } => Condition::Elsewhere {
                column: self.outside(column),
                needs: needs.clone(),
            },
            Condition::HandedIn { column, on_time } => Condition::HandedIn {
                column: self.outside(column),
                on_time: *on_time,
            },
            Condition::Completed { column } => Condition::Completed {
                column: self.outside(column),
            },
            Condition::ExternalBadge { .. } | Condition::NotBefore { .. } | Condition::InstructorApproves => {
                condition.clone()
            }
        }
    }

    /// Badges that became one are named once.
    fn each_once(&self, badges: &[BadgeId]) -> Vec<BadgeId> {
        let mut found: Vec<BadgeId> = Vec::with_capacity(badges.len());
        for badge in badges {
            let named = self.badges.get(badge).unwrap_or(badge);
            if !found.contains(named) {
                found.push(named.clone());
            }
        }
        found
    }

    fn column(&self, column: &GradeColumn) -> GradeColumn {
        match column {
            GradeColumn::Ours(item) => GradeColumn::Ours(self.columns.get(item).unwrap_or(item).clone()),
            GradeColumn::Elsewhere(column) => GradeColumn::Elsewhere(self.outside(column)),
        }
    }

    fn outside(&self, column: &OutsideColumnId) -> OutsideColumnId {
        self.outside.get(column).unwrap_or(column).clone()
    }
}
