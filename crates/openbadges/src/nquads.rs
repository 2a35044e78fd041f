//! Canonical N-Quads (RDF 1.2 N-Quads, canonical form): how one quad is written.

use std::fmt::Write as _;

use oxrdf::{BlankNodeRef, GraphNameRef, NamedOrBlankNodeRef, QuadRef, TermRef};

/// One quad in canonical N-Quads, with its line feed.
pub(super) fn line<'a, 'b>(quad: QuadRef<'a>, label: impl Fn(BlankNodeRef<'a>) -> &'b str) -> String {
    let mut text = String::with_capacity(192);
    match quad.subject {
        NamedOrBlankNodeRef::NamedNode(node) => iri(&mut text, node.as_str()),
        NamedOrBlankNodeRef::BlankNode(node) => blank(&mut text, label(node)),
    }
    text.push(' ');
    iri(&mut text, quad.predicate.as_str());
    text.push(' ');
    match quad.object {
        TermRef::NamedNode(node) => iri(&mut text, node.as_str()),
        TermRef::BlankNode(node) => blank(&mut text, label(node)),
        TermRef::Literal(literal) => {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{literal}");
        }
    }
    match quad.graph_name {
        GraphNameRef::DefaultGraph => {}
        GraphNameRef::NamedNode(node) => {
            text.push(' ');
            iri(&mut text, node.as_str());
        }
        GraphNameRef::BlankNode(node) => {
            text.push(' ');
            blank(&mut text, label(node));
        }
    }
    text.push_str(" .\n");
    text
}

fn iri(text: &mut String, iri: &str) {
    text.push('<');
    text.push_str(iri);
    text.push('>');
}

fn blank(text: &mut String, label: &str) {
    text.push_str("_:");
    text.push_str(label);
}
