//! RDF Dataset Canonicalization 1.0 (RDFC-1.0): one text for one graph, however its blank nodes are called.
//!
//! Where every blank node can be told from every other by its own quads, section 4.4.3 needs step 4 only, and this
//! module takes it without building an indexed dataset. Where two cannot, it asks `oxrdf` for the whole algorithm, or,
//! for what strangers send, `naming`: that one gives up in time. A property test holds the ways against each other.

use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{BlankNodeRef, Dataset, Quad};

use super::naming;
use super::nquads::{Graph, Statement, blank_name, sorted};

/// The canonical N-Quads of a set of quads: sorted lines, blank nodes named `c14n0`, `c14n1`, ...
#[must_use]
pub fn canonicalize(quads: &[Quad]) -> String {
    canonical(&Graph::of(quads))
}

/// The same for quads of a stranger; nothing where blank nodes are so alike that telling them apart takes too long.
#[must_use]
pub fn canonicalize_bounded(quads: &[Quad]) -> Option<String> {
    canonical_bounded(&Graph::of(quads))
}

/// As [`canonicalize`].
pub(super) fn canonical(graph: &Graph<'_>) -> String {
    written(graph, &simple_labels(graph).unwrap_or_else(|| full_labels(graph)))
}

/// As [`canonicalize_bounded`].
pub(super) fn canonical_bounded(graph: &Graph<'_>) -> Option<String> {
    let labels = simple_labels(graph).or_else(|| naming::labels(graph))?;
    Some(written(graph, &labels))
}

/// Labels by the whole algorithm, for any graph.
fn full_labels(graph: &Graph<'_>) -> Vec<String> {
    let quads: Vec<Quad> = graph.statements.iter().map(Statement::quad).collect();
    let dataset: Dataset = quads.iter().collect();
    let labels = dataset.canonicalize_blank_nodes(CanonicalizationAlgorithm::Rdfc10 {
        hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
    });
    // They have the names that `Statement::quad` gave them; a number that no statement uses has no label.
    let label = |number| {
        let name = blank_name(number);
        labels
            .get(&BlankNodeRef::new_unchecked(&name))
            .map(|label| label.as_str().to_owned())
    };
    (0..graph.blank_nodes)
        .map(|number| label(number).unwrap_or_default())
        .collect()
}

/// How many different blank nodes there are. Canonicalisation has no budget of its own, so callers set one.
#[must_use]
pub fn blank_nodes(quads: &[Quad]) -> usize {
    Graph::of(quads).blank_nodes
}

/// Labels by first-degree hash, or nothing when two blank nodes share one.
fn simple_labels(graph: &Graph<'_>) -> Option<Vec<String>> {
    let mut hashes: Vec<([u8; 32], usize)> = graph
        .mentions()
        .iter()
        .enumerate()
        .map(|(node, mentions)| (naming::first_degree(node, mentions), node))
        .collect();
    hashes.sort_unstable();
    if hashes
        .windows(2)
        .any(|pair| matches!(pair, [(one, _), (other, _)] if one == other))
    {
        return None;
    }
    let mut labels = vec![String::new(); hashes.len()];
    for (rank, (_, node)) in hashes.into_iter().enumerate() {
        if let Some(label) = labels.get_mut(node) {
            *label = format!("c14n{rank}");
        }
    }
    Some(labels)
}

fn written(graph: &Graph<'_>, labels: &[String]) -> String {
    // Every blank node has a label; the other text only keeps this total.
    let label = |node| labels.get(node).map_or("unlabelled", String::as_str);
    sorted(&graph.statements.iter().collect::<Vec<_>>(), label)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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

    /// What another implementation answers, for the statements in several orders and under several names: one text, but
    /// for graphs of which RDFC-1.0 leaves it open. There two nodes share their N-degree hash without being interchangeable
    /// (section 4.8 hashes what a node is related to, and not what of it stands in one statement), and the order of the
    /// input decides; rdf-canonize does so too.
    fn answers(quads: &[Quad]) -> BTreeSet<String> {
        let turned = |by: usize| {
            let name = |node: &BlankNode| BlankNode::new_unchecked(format!("turned{by}{}", node.as_str()));
            let mut turned: Vec<Quad> = quads.iter().map(|quad| renamed(quad, name)).collect();
            turned.rotate_left(by % quads.len().max(1));
            if by >= quads.len() {
                turned.reverse();
            }
            let mut dataset: Dataset = turned.iter().collect();
            dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 {
                hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
            });
            let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
            lines.sort_unstable();
            lines.concat()
        };
        (0..quads.len().max(1) * 2).map(turned).collect()
    }

    /// The statement with other names for its blank nodes.
    fn renamed(quad: &Quad, name: impl Fn(&BlankNode) -> BlankNode) -> Quad {
        let node = |node: &NamedOrBlankNode| match node {
            NamedOrBlankNode::BlankNode(blank) => NamedOrBlankNode::from(name(blank)),
            named => named.clone(),
        };
        Quad {
            subject: node(&quad.subject),
            predicate: quad.predicate.clone(),
            object: match &quad.object {
                Term::BlankNode(blank) => Term::from(name(blank)),
                other => other.clone(),
            },
            graph_name: match &quad.graph_name {
                GraphName::BlankNode(blank) => GraphName::from(name(blank)),
                other => other.clone(),
            },
        }
    }

    proptest! {
        #[test]
        fn the_short_way_gives_the_bytes_of_the_whole_algorithm(quads in prop::collection::vec(quad(), 0..12)) {
            let graph = Graph::of(&quads);
            let answers = answers(&quads);
            let ours = written(&graph, &full_labels(&graph));
            prop_assert!(answers.contains(&ours), "{ours}\n{answers:?}");
            if simple_labels(&graph).is_some() {
                prop_assert_eq!(BTreeSet::from([canonicalize(&quads)]), answers);
            }
        }

        #[test]
        fn names_and_order_of_the_input_do_not_matter(quads in prop::collection::vec(quad(), 0..10)) {
            prop_assume!(answers(&quads).len() == 1);
            let name = |node: &BlankNode| BlankNode::new_unchecked(format!("other{}", node.as_str()));
            let renamed: Vec<Quad> = quads.iter().rev().map(|quad| renamed(quad, name)).collect();
            prop_assert_eq!(canonicalize(&quads), canonicalize(&renamed));
            prop_assert_eq!(canonicalize_bounded(&renamed), Some(canonicalize(&quads)));
        }
    }

    #[test]
    fn where_the_standard_leaves_the_order_open_ours_is_one_of_its_answers() {
        let blank = |name: &str| BlankNode::new_unchecked(name);
        let predicate = |p: u8| NamedNode::new_unchecked(format!("https://x.example/p{p}"));
        let quads = [
            Quad::new(blank("a"), predicate(0), blank("x"), blank("b")),
            Quad::new(blank("b"), predicate(0), blank("y"), blank("a")),
            Quad::new(blank("x"), predicate(1), blank("y"), GraphName::DefaultGraph),
        ];
        let answers = answers(&quads);
        let graph = Graph::of(&quads);
        assert_eq!(answers.len(), 2, "{answers:?}");
        assert!(answers.contains(&written(&graph, &full_labels(&graph))));
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
        assert!(simple_labels(&Graph::of(&quads)).is_none());
        assert_eq!(
            canonicalize(&quads),
            "_:c14n0 <https://x.example/p> \"same\" .\n_:c14n1 <https://x.example/p> \"same\" .\n"
        );
    }
}
