//! RDF Dataset Canonicalization 1.0 (RDFC-1.0): one text for one graph, however its blank nodes are called.
//!
//! Where every blank node can be told from every other by its own quads, section 4.4.3 needs step 4 only, and this
//! module takes it without building an indexed dataset. Where two cannot, it asks `oxrdf` for the whole algorithm, or,
//! for what strangers send, `naming`: that one gives up in time. A property test holds the ways against each other.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{BlankNodeRef, Dataset, GraphNameRef, NamedOrBlankNodeRef, Quad, QuadRef, TermRef};
use sha2::{Digest as _, Sha256};

use super::naming;
use super::nquads::line;

/// The canonical N-Quads of a set of quads: sorted lines, blank nodes named `c14n0`, `c14n1`, ...
#[must_use]
pub fn canonicalize(quads: &[Quad]) -> String {
    let unique = unique(quads);
    match simple_labels(&unique) {
        Some(labels) => write_sorted(&unique, |node| labels.get(&node).map(String::as_str)),
        None => full(&unique),
    }
}

/// The same for quads of a stranger; nothing where blank nodes are so alike that telling them apart takes too long.
#[must_use]
pub fn canonicalize_bounded(quads: &[Quad]) -> Option<String> {
    let unique = unique(quads);
    let labels = simple_labels(&unique).or_else(|| naming::labels(&unique))?;
    Some(write_sorted(&unique, |node| {
        labels.get(&node).map(String::as_str)
    }))
}

fn unique(quads: &[Quad]) -> Vec<QuadRef<'_>> {
    let mut seen = HashSet::with_capacity(quads.len());
    quads
        .iter()
        .map(Quad::as_ref)
        .filter(|quad| seen.insert(*quad))
        .collect()
}

/// The whole algorithm, for any graph.
fn full(quads: &[QuadRef<'_>]) -> String {
    let dataset: Dataset = quads.iter().copied().collect();
    let labels = dataset.canonicalize_blank_nodes(CanonicalizationAlgorithm::Rdfc10 {
        hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
    });
    write_sorted(quads, |node| labels.get(&node).map(oxrdf::BlankNode::as_str))
}

/// How many different blank nodes there are. Canonicalisation has no budget of its own, so callers set one.
#[must_use]
pub fn blank_nodes(quads: &[Quad]) -> usize {
    quads
        .iter()
        .flat_map(|quad| blanks(quad.as_ref()))
        .collect::<HashSet<_>>()
        .len()
}

fn blanks(quad: QuadRef<'_>) -> impl Iterator<Item = BlankNodeRef<'_>> {
    let subject = if let NamedOrBlankNodeRef::BlankNode(node) = quad.subject {
        Some(node)
    } else {
        None
    };
    let object = if let TermRef::BlankNode(node) = quad.object {
        Some(node)
    } else {
        None
    };
    let graph = if let GraphNameRef::BlankNode(node) = quad.graph_name {
        Some(node)
    } else {
        None
    };
    subject.into_iter().chain(object).chain(graph)
}

/// Labels by first-degree hash (section 4.6), or nothing when two blank nodes share one.
fn simple_labels<'a>(quads: &[QuadRef<'a>]) -> Option<HashMap<BlankNodeRef<'a>, String>> {
    let mut mentions: HashMap<BlankNodeRef<'a>, Vec<QuadRef<'a>>> = HashMap::new();
    for quad in quads {
        for node in blanks(*quad) {
            let list = mentions.entry(node).or_default();
            // A quad that names the node twice counts once.
            if list.last() != Some(quad) {
                list.push(*quad);
            }
        }
    }
    let mut by_hash = BTreeMap::new();
    for (node, quads) in &mentions {
        let mut lines: Vec<String> = quads
            .iter()
            .map(|quad| line(*quad, |other| if other == *node { "a" } else { "z" }))
            .collect();
        lines.sort_unstable();
        let hash = Sha256::digest(lines.concat());
        if by_hash.insert(hash, *node).is_some() {
            return None;
        }
    }
    Some(
        by_hash
            .into_values()
            .enumerate()
            .map(|(number, node)| (node, format!("c14n{number}")))
            .collect(),
    )
}

fn write_sorted<'a, 'b>(
    quads: &[QuadRef<'a>],
    label: impl Fn(BlankNodeRef<'a>) -> Option<&'b str>,
) -> String {
    // Every blank node has a label; its own name stands in only to keep this total.
    let mut lines: Vec<String> = quads
        .iter()
        .map(|quad| line(*quad, |node| label(node).unwrap_or("unlabelled")))
        .collect();
    lines.sort_unstable();
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Term};
    use proptest::prelude::*;

    fn node() -> impl Strategy<Value = NamedOrBlankNode> {
        prop_oneof![
            (0..5_u8).prop_map(|n| BlankNode::new_unchecked(format!("n{n}")).into()),
            (0..2_u8).prop_map(|n| NamedNode::new_unchecked(format!("https://x.example/{n}")).into()),
        ]
    }

    fn quad() -> impl Strategy<Value = Quad> {
        let object = prop_oneof![
            node().prop_map(Term::from),
            "[ab\\n\\t\"\\\\é]{0,2}".prop_map(|text| Term::from(Literal::new_simple_literal(text))),
        ];
        let graph = prop_oneof![
            Just(GraphName::DefaultGraph),
            (0..5_u8).prop_map(|n| GraphName::from(BlankNode::new_unchecked(format!("n{n}")))),
        ];
        (node(), 0..2_u8, object, graph).prop_map(|(subject, p, object, graph_name)| Quad {
            subject,
            predicate: NamedNode::new_unchecked(format!("https://x.example/p{p}")),
            object,
            graph_name,
        })
    }

    proptest! {
        #[test]
        fn the_short_way_gives_the_bytes_of_the_whole_algorithm(quads in prop::collection::vec(quad(), 0..12)) {
            let refs: Vec<_> = quads.iter().map(Quad::as_ref).collect::<HashSet<_>>().into_iter().collect();
            if simple_labels(&refs).is_some() {
                prop_assert_eq!(canonicalize(&quads), full(&refs));
            }
        }

        #[test]
        fn names_and_order_of_the_input_do_not_matter(quads in prop::collection::vec(quad(), 0..10)) {
            let renamed: Vec<Quad> = quads.iter().rev().map(|quad| {
                let name = |node: &BlankNode| BlankNode::new_unchecked(format!("other{}", node.as_str()));
                let mut quad = quad.clone();
                if let NamedOrBlankNode::BlankNode(node) = &quad.subject { quad.subject = name(node).into(); }
                if let Term::BlankNode(node) = &quad.object { quad.object = name(node).into(); }
                if let GraphName::BlankNode(node) = &quad.graph_name { quad.graph_name = name(node).into(); }
                quad
            }).collect();
            prop_assert_eq!(canonicalize(&quads), canonicalize(&renamed));
            prop_assert_eq!(canonicalize_bounded(&renamed), Some(canonicalize(&quads)));
        }
    }

    #[test]
    fn equal_neighbours_go_the_long_way() {
        let cell = |name: &str| {
            Quad::new(
                BlankNode::new_unchecked(name),
                NamedNode::new_unchecked("https://x.example/p"),
                Literal::new_simple_literal("same"),
                GraphName::DefaultGraph,
            )
        };
        let quads = [cell("a"), cell("b")];
        assert!(simple_labels(&quads.iter().map(Quad::as_ref).collect::<Vec<_>>()).is_none());
        assert_eq!(
            canonicalize(&quads),
            "_:c14n0 <https://x.example/p> \"same\" .\n_:c14n1 <https://x.example/p> \"same\" .\n"
        );
    }
}
