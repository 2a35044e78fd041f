//! How large a set is and how high it is stacked: what nobody sees through any more.

use std::collections::{HashMap, HashSet};

use super::{Finding, Found, MOST_IN_A_ROW, MOST_IN_A_SET, MOST_TO_A_STACK, Member, known_parts};
use crate::domain::badge::BadgeState;
use crate::domain::rule::{Condition, Group, Need, Node};
use crate::ids::BadgeId;

/// What is worth a thought about the set as a whole.
pub(super) fn of_set(all: &[Member<'_>]) -> Vec<Found> {
    if all.len() <= MOST_IN_A_SET {
        return Vec::new();
    }
    // Another badge makes another set.
    let mut ids: Vec<&str> = all.iter().map(|one| one.badge.id.as_str()).collect();
    ids.sort_unstable();
    let finding = Finding::TooManyInASet { count: all.len() };
    vec![Found::new(None, finding, &ids)]
}

/// What is worth a thought about a badge that builds on others.
pub(super) fn of_stack(one: &Member<'_>, all: &[Member<'_>]) -> Vec<Found> {
    let Some(root) = one.root.filter(|root| root.badges().next().is_some()) else {
        return Vec::new();
    };
    let known: HashMap<&BadgeId, Member<'_>> = all.iter().map(|one| (&one.badge.id, *one)).collect();
    let id = Some(&one.badge.id);
    let mut found = Vec::new();
    let is_top = all.iter().all(|other| {
        let mut parts = other.root.into_iter().flat_map(Group::badges);
        other.badge.id == one.badge.id || parts.all(|part| *part != one.badge.id)
    });
    let chain = longest(one, &known, &mut HashSet::new(), &mut HashMap::new());
    if is_top && chain.len() > MOST_IN_A_ROW {
        let ids: Vec<&str> = chain.iter().map(|one| one.badge.id.as_str()).collect();
        let names = chain.iter().map(|one| one.badge.design.name.clone()).collect();
        found.push(Found::new(id, Finding::ChainTooLong { names }, &ids));
    }
    let parts = known_parts(one, &known);
    let is_stack = |part: &Member<'_>| part.root.is_some_and(|root| root.badges().next().is_some());
    let count = fewest(root);
    if count > MOST_TO_A_STACK && !parts.iter().any(is_stack) {
        let ids: Vec<&str> = root.badges().map(BadgeId::as_str).collect();
        found.push(Found::new(id, Finding::TooManyToAStack { count }, &ids));
    }
    if !has_first_step(one, &known) {
        let ids: Vec<&str> = root.badges().map(BadgeId::as_str).collect();
        found.push(Found::new(id, Finding::NoFirstStep, &ids));
    }
    found
}

/// The longest row of badges that ends with it, the lowest first. `way` is what is being gone through; what was gone through is
/// remembered, since a badge may be below many.
fn longest<'a>(
    one: &Member<'a>,
    known: &HashMap<&BadgeId, Member<'a>>,
    way: &mut HashSet<BadgeId>,
    done: &mut HashMap<BadgeId, Vec<Member<'a>>>,
) -> Vec<Member<'a>> {
    if let Some(row) = done.get(&one.badge.id) {
        return row.clone();
    }
    if !way.insert(one.badge.id.clone()) {
        return Vec::new();
    }
    let mut best: Vec<Member<'a>> = Vec::new();
    for part in known_parts(one, known) {
        let row = longest(&part, known, way, done);
        if row.len() > best.len() {
            best = row;
        }
    }
    way.remove(&one.badge.id);
    best.push(*one);
    done.insert(one.badge.id.clone(), best.clone());
    best
}

/// The fewest badges with which a rule could be met.
fn fewest(group: &Group) -> usize {
    let mut of_each: Vec<usize> = group
        .distinct()
        .into_iter()
        .map(|node| match node {
            Node::Group(inner) => fewest(inner),
            Node::Condition(Condition::HoldsBadge { .. }) => 1,
            Node::Condition(_) => 0,
        })
        .collect();
    of_each.sort_unstable();
    let needed = match group.need {
        Need::All => of_each.len(),
        Need::Any => 1,
        Need::AtLeast(needed) => usize::from(needed),
    };
    of_each.into_iter().take(needed).fold(0, usize::saturating_add)
}

/// Whether something at the bottom of it can be earned now. What is in none of these courses is not known here, and counts.
fn has_first_step(one: &Member<'_>, known: &HashMap<&BadgeId, Member<'_>>) -> bool {
    let mut seen = HashSet::from([one.badge.id.clone()]);
    let mut open = vec![*one];
    while let Some(current) = open.pop() {
        let mut named = current.root.into_iter().flat_map(Group::badges);
        if named.any(|id| !known.contains_key(id)) {
            return true;
        }
        let parts = known_parts(&current, known);
        let is_step = parts.is_empty() && current.badge.id != one.badge.id;
        if is_step && current.badge.state == BadgeState::Active {
            return true;
        }
        open.extend(
            parts
                .into_iter()
                .filter(|part| seen.insert(part.badge.id.clone())),
        );
    }
    false
}
