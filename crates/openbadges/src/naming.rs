//! Names for blank nodes that look alike (RDFC-1.0, sections 4.4 to 4.8), with a budget.
//!
//! Graphs exist that take longer than anybody waits, and a stranger's document may be one. `oxrdf` has no budget, so
//! this is our own; the verifier page has the same algorithm with the same budget, and gives up on the same documents.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::nquads::{Graph, Statement, sorted};

/// How many nodes and paths are looked at.
const BUDGET: u32 = 4_000;

/// A name for each blank node of `graph`; nothing when the budget is used up.
pub(super) fn labels(graph: &Graph<'_>) -> Option<Vec<String>> {
    let mut mentions = graph.mentions();
    for list in &mut mentions {
        // Neither a statement that names the node twice nor one that is made twice counts twice.
        let mut seen = HashSet::new();
        list.retain(|statement| seen.insert(*statement));
    }
    let first = mentions
        .iter()
        .enumerate()
        .map(|(node, mentions)| hex::encode(first_degree(node, mentions)))
        .collect();
    let mut naming = Naming {
        mentions,
        first,
        names: Issuer::new("c14n"),
        left: BUDGET,
    };
    naming.name_all()?;
    let name = |node| naming.names.names.get(&node).cloned().unwrap_or_default();
    Some((0..graph.blank_nodes).map(name).collect())
}

/// Section 4.6: a hash of what is said about one blank node.
pub(super) fn first_degree(node: usize, mentions: &[&Statement<'_>]) -> [u8; 32] {
    let lines = sorted(mentions, |other| if other == node { "a" } else { "z" });
    Sha256::digest(lines).into()
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Names in the order in which they are asked for (section 4.5).
#[derive(Clone)]
struct Issuer {
    prefix: &'static str,
    names: HashMap<usize, String>,
    order: Vec<usize>,
}

impl Issuer {
    fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            names: HashMap::new(),
            order: Vec::new(),
        }
    }

    fn issue(&mut self, node: usize) -> String {
        if let Some(name) = self.names.get(&node) {
            return name.clone();
        }
        let name = format!("{}{}", self.prefix, self.order.len());
        self.names.insert(node, name.clone());
        self.order.push(node);
        name
    }
}

struct Naming<'s, 'a> {
    mentions: Vec<Vec<&'s Statement<'a>>>,
    first: Vec<String>,
    names: Issuer,
    left: u32,
}

impl Naming<'_, '_> {
    fn spend(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    /// Section 4.4.3, from step 4 on.
    fn name_all(&mut self) -> Option<()> {
        let mut by_hash: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (node, hash) in self.first.iter().enumerate() {
            by_hash.entry(hash.clone()).or_default().push(node);
        }
        by_hash.retain(|_, alike| match alike.as_slice() {
            [alone] => {
                self.names.issue(*alone);
                false
            }
            _ => true,
        });
        for alike in by_hash.into_values() {
            let mut paths = Vec::new();
            for node in alike {
                if self.names.names.contains_key(&node) {
                    continue;
                }
                let mut issuer = Issuer::new("b");
                issuer.issue(node);
                paths.push(self.n_degree(node, issuer)?);
            }
            paths.sort_by(|(one, _), (other, _)| one.cmp(other));
            for node in paths.into_iter().flat_map(|(_, issuer)| issuer.order) {
                self.names.issue(node);
            }
        }
        Some(())
    }

    /// Section 4.7.
    fn related(&self, node: usize, statement: &Statement<'_>, issuer: &Issuer, place: char) -> String {
        let property = if place == 'g' {
            String::new()
        } else {
            format!("<{}>", statement.predicate)
        };
        let name = self.names.names.get(&node).or_else(|| issuer.names.get(&node));
        let who = match name {
            Some(name) => format!("_:{name}"),
            None => self.first.get(node).cloned().unwrap_or_default(),
        };
        hash(&format!("{place}{property}{who}"))
    }

    /// Section 4.8.
    fn n_degree(&mut self, node: usize, mut issuer: Issuer) -> Option<(String, Issuer)> {
        self.spend()?;
        let mut by_hash: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for statement in self.mentions.get(node)? {
            for (place, other) in statement.blanks().filter(|(_, other)| *other != node) {
                let hash = self.related(other, statement, &issuer, place);
                by_hash.entry(hash).or_default().push(other);
            }
        }
        let mut data = String::new();
        for (related, mut neighbours) in by_hash {
            data.push_str(&related);
            let mut best: Option<(String, Issuer)> = None;
            let mut order: Vec<usize> = (0..neighbours.len()).collect();
            neighbours.shrink_to_fit();
            loop {
                self.spend()?;
                let tried: Vec<_> = order
                    .iter()
                    .filter_map(|at| neighbours.get(*at).copied())
                    .collect();
                if let Some(better) = self.path(
                    &tried,
                    issuer.clone(),
                    best.as_ref().map(|(path, _)| path.as_str()),
                )? {
                    best = Some(better);
                }
                if !next_order(&mut order) {
                    break;
                }
            }
            let (path, chosen) = best?;
            data.push_str(&path);
            issuer = chosen;
        }
        Some((hash(&data), issuer))
    }

    /// The path along `order`; the inner nothing where it is no better than `best`.
    #[expect(clippy::option_option, reason = "no budget and no better path are two things")]
    fn path(
        &mut self,
        order: &[usize],
        mut issuer: Issuer,
        best: Option<&str>,
    ) -> Option<Option<(String, Issuer)>> {
        let mut path = String::new();
        let is_worse = |path: &str| best.is_some_and(|best| path.len() >= best.len() && path > best);
        let mut recursion = Vec::new();
        for node in order {
            let name = if let Some(name) = self.names.names.get(node) {
                name.clone()
            } else {
                if !issuer.names.contains_key(node) {
                    recursion.push(*node);
                }
                issuer.issue(*node)
            };
            path.push_str("_:");
            path.push_str(&name);
            if is_worse(&path) {
                return Some(None);
            }
        }
        for node in recursion {
            let (hash, next) = self.n_degree(node, issuer.clone())?;
            path.push_str(&format!("_:{}<{hash}>", issuer.issue(node)));
            issuer = next;
            if is_worse(&path) {
                return Some(None);
            }
        }
        let is_better = best.is_none_or(|best| path.as_str() < best);
        Some(is_better.then_some((path, issuer)))
    }
}

/// The next order of the numbers, in the order of dictionaries; false after the last.
fn next_order(order: &mut [usize]) -> bool {
    let falls = order
        .windows(2)
        .rposition(|pair| matches!(pair, [one, other] if one < other));
    let Some(at) = falls else {
        return false;
    };
    let Some((head, tail)) = order.split_at_mut_checked(at + 1) else {
        return false;
    };
    let Some(last) = head.last_mut() else {
        return false;
    };
    if let Some(larger) = tail.iter_mut().rev().find(|number| **number > *last) {
        std::mem::swap(last, larger);
    }
    tail.reverse();
    true
}

#[cfg(test)]
mod tests {
    use oxrdf::{BlankNode, GraphName, NamedNode, Quad};

    use super::*;
    use crate::canon::{canonicalize, canonicalize_bounded};

    #[test]
    fn every_order_comes_once() {
        let mut order = vec![0, 1, 2, 3];
        let mut seen = std::collections::HashSet::from([order.clone()]);
        while next_order(&mut order) {
            assert!(seen.insert(order.clone()));
        }
        assert_eq!(seen.len(), 24);
        assert!(!next_order(&mut []) && !next_order(&mut [0]));
    }

    fn linked(from: usize, to: usize) -> Quad {
        let node = |number: usize| BlankNode::new_unchecked(format!("n{number}"));
        Quad::new(
            node(from),
            NamedNode::new_unchecked("https://x.example/p"),
            node(to),
            GraphName::DefaultGraph,
        )
    }

    fn all_with_all(count: usize) -> Vec<Quad> {
        (0..count)
            .flat_map(|from| {
                (0..count)
                    .filter(move |to| *to != from)
                    .map(move |to| linked(from, to))
            })
            .collect()
    }

    #[test]
    fn nodes_that_look_alike_are_named_as_the_whole_algorithm_names_them() {
        let ring: Vec<Quad> = (0..6).map(|at| linked(at, (at + 1) % 6)).collect();
        let pairs: Vec<Quad> = (0..3).map(|at| linked(at, at + 3)).collect();
        for quads in [ring, pairs, all_with_all(3)] {
            assert_eq!(canonicalize_bounded(&quads), Some(canonicalize(&quads)));
        }
    }

    #[test]
    fn a_bomb_is_given_up_in_time() {
        // Without the budget this test would not end.
        assert_eq!(canonicalize_bounded(&all_with_all(12)), None);
    }
}
