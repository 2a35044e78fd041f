//! Badges that build on badges: a directed graph that may have no loop.

use std::collections::{HashMap, VecDeque};

use crate::domain::rule::Group;
use crate::ids::BadgeId;

/// The shortest loop that `root` would close as the rule of `badge`: from the badge along what it builds on back to
/// itself, the badge standing first and last. `builds_on` says on what other badges build, `None` for an unknown one;
/// loops that do not pass through `badge` are not looked for.
pub(crate) fn find_loop(
    badge: &BadgeId,
    root: &Group,
    builds_on: impl Fn(&BadgeId) -> Option<Vec<BadgeId>>,
) -> Option<Vec<BadgeId>> {
    loop_from(badge, &root.badges().cloned().collect::<Vec<_>>(), builds_on)
}

/// The same where `badge` builds on `first`: by lineages, in which badges of several courses stand for each other.
pub(crate) fn loop_from(
    badge: &BadgeId,
    first: &[BadgeId],
    builds_on: impl Fn(&BadgeId) -> Option<Vec<BadgeId>>,
) -> Option<Vec<BadgeId>> {
    let mut reached_from: HashMap<BadgeId, BadgeId> = HashMap::new();
    let mut queue = VecDeque::from([badge.clone()]);
    while let Some(current) = queue.pop_front() {
        let below = if current == *badge {
            first.to_vec()
        } else {
            builds_on(&current).unwrap_or_default()
        };
        for next in below {
            if next == *badge {
                return Some(way_back(badge, &current, &reached_from));
            }
            if !reached_from.contains_key(&next) {
                reached_from.insert(next.clone(), current.clone());
                queue.push_back(next);
            }
        }
    }
    None
}

fn way_back(badge: &BadgeId, last: &BadgeId, reached_from: &HashMap<BadgeId, BadgeId>) -> Vec<BadgeId> {
    let mut way = vec![badge.clone()];
    let mut current = last;
    while current != badge {
        way.push(current.clone());
        match reached_from.get(current) {
            Some(previous) => current = previous,
            None => break,
        }
    }
    way.push(badge.clone());
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{all, any, group, holds, percent};
    use proptest::prelude::*;

    fn ids(names: &[&str]) -> Vec<BadgeId> {
        names.iter().map(|name| BadgeId::from(*name)).collect()
    }

    fn looped(root: &Group, edges: &[(&str, &[&str])]) -> Option<Vec<BadgeId>> {
        find_loop(&"this".into(), root, |badge| {
            edges
                .iter()
                .find(|(from, _)| badge.as_str() == *from)
                .map(|(_, to)| ids(to))
        })
    }

    #[test]
    fn a_stack_without_a_loop_passes_even_when_two_ways_lead_to_one_badge() {
        let root = all([holds("a"), holds("b")]);
        assert_eq!(looped(&root, &[("a", &["c"]), ("b", &["c"]), ("c", &[])]), None);
        assert_eq!(looped(&root, &[]), None);
    }

    #[test]
    fn a_badge_that_builds_on_itself_is_a_loop_of_one() {
        let root = all([percent("quiz", "80"), group(any([holds("a"), holds("this")]))]);
        assert_eq!(looped(&root, &[]), Some(ids(&["this", "this"])));
    }

    #[test]
    fn the_shortest_loop_is_told_in_order() {
        let root = all([holds("a"), holds("b")]);
        let edges: &[(&str, &[&str])] = &[("a", &["c"]), ("b", &["d"]), ("c", &["b"]), ("d", &["this"])];
        assert_eq!(looped(&root, edges), Some(ids(&["this", "b", "d", "this"])));
    }

    #[test]
    fn a_loop_among_other_badges_is_not_ours_and_does_not_hang() {
        let root = all([holds("a")]);
        assert_eq!(looped(&root, &[("a", &["b"]), ("b", &["a"])]), None);
    }

    proptest! {
        #[test]
        fn a_loop_is_found_if_and_only_if_a_way_leads_back(edges in prop::collection::vec((0_u8..6, 0_u8..6), 0..14), first in prop::collection::vec(0_u8..6, 0..4)) {
            let id = |n: u8| BadgeId::from(n.to_string());
            let this = id(0);
            let first: Vec<BadgeId> = first.into_iter().map(id).collect();
            let below = |badge: &BadgeId| {
                let from = edges.iter().filter(|(from, _)| id(*from) == *badge);
                Some(from.map(|(_, to)| id(*to)).collect::<Vec<_>>())
            };
            // Whatever can be reached, step by step, until nothing is new; from the badge itself only by its own rule.
            let mut reached: Vec<BadgeId> = first.clone();
            let mut at = 0;
            while let Some(badge) = reached.get(at).cloned() {
                at += 1;
                if badge != this {
                    for next in below(&badge).unwrap() {
                        if !reached.contains(&next) {
                            reached.push(next);
                        }
                    }
                }
            }
            let found = loop_from(&this, &first, below);
            prop_assert_eq!(found.is_some(), reached.contains(&this));
            if let Some(way) = found {
                prop_assert_eq!((way.first(), way.last()), (Some(&this), Some(&this)));
                for step in way.windows(2) {
                    let leads = if step[0] == this { first.contains(&step[1]) } else { below(&step[0]).unwrap().contains(&step[1]) };
                    prop_assert!(leads, "{:?}", way);
                }
            }
        }
    }
}
