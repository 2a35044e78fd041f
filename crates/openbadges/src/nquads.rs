//! What a document states, and canonical N-Quads (RDF 1.2 N-Quads, canonical form): how one statement is written.
//!
//! Everything is borrowed from the document, and blank nodes are numbers: a badge has some seventy statements, and a text of
//! its own for each of their parts would take longer to allocate than all of it takes to sign.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use oxrdf::vocab::xsd;
use oxrdf::{
    BlankNode, BlankNodeRef, GraphName, GraphNameRef, Literal, LiteralRef, NamedNode, NamedOrBlankNode,
    NamedOrBlankNodeRef, Quad, QuadRef, Term, TermRef,
};

/// An IRI, or the number of a blank node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Node<'a> {
    Iri(&'a str),
    Blank(usize),
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Object<'a> {
    Node(Node<'a>),
    Literal(Cow<'a, str>, Kind<'a>),
}

/// What kind of text a literal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind<'a> {
    Plain,
    /// Of a datatype other than `xsd:string`.
    Typed(&'a str),
    /// In a language.
    Language(&'a str),
}

/// One quad.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Statement<'a> {
    pub subject: Node<'a>,
    pub predicate: &'a str,
    pub object: Object<'a>,
    /// Nothing in the default graph.
    pub graph: Option<Node<'a>>,
}

/// All that a document states.
#[derive(Debug, Default)]
pub(crate) struct Graph<'a> {
    pub statements: Vec<Statement<'a>>,
    /// Blank nodes have the numbers below this one.
    pub blank_nodes: usize,
}

impl<'a> Graph<'a> {
    /// What the quads of a JSON-LD processor state.
    pub(crate) fn of(quads: &'a [Quad]) -> Self {
        let mut numbers = HashMap::new();
        let statements = quads
            .iter()
            .map(|quad| Statement::of(quad.as_ref(), &mut numbers))
            .collect();
        Self {
            statements,
            blank_nodes: numbers.len(),
        }
    }

    /// For each blank node the statements that name it, in their order.
    pub(super) fn mentions(&self) -> Vec<Vec<&Statement<'a>>> {
        let mut mentions = vec![Vec::new(); self.blank_nodes];
        for statement in &self.statements {
            for (_, node) in statement.blanks() {
                if let Some(list) = mentions.get_mut(node) {
                    list.push(statement);
                }
            }
        }
        mentions
    }
}

type Numbers<'a> = HashMap<BlankNodeRef<'a>, usize>;

fn number<'a>(node: BlankNodeRef<'a>, numbers: &mut Numbers<'a>) -> Node<'a> {
    let next = numbers.len();
    Node::Blank(*numbers.entry(node).or_insert(next))
}

impl<'a> Statement<'a> {
    fn of(quad: QuadRef<'a>, numbers: &mut Numbers<'a>) -> Self {
        Self {
            subject: match quad.subject {
                NamedOrBlankNodeRef::NamedNode(node) => Node::Iri(node.as_str()),
                NamedOrBlankNodeRef::BlankNode(node) => number(node, numbers),
            },
            predicate: quad.predicate.as_str(),
            object: match quad.object {
                TermRef::NamedNode(node) => Object::Node(Node::Iri(node.as_str())),
                TermRef::BlankNode(node) => Object::Node(number(node, numbers)),
                TermRef::Literal(literal) => Object::of(literal),
            },
            graph: match quad.graph_name {
                GraphNameRef::DefaultGraph => None,
                GraphNameRef::NamedNode(node) => Some(Node::Iri(node.as_str())),
                GraphNameRef::BlankNode(node) => Some(number(node, numbers)),
            },
        }
    }

    /// The same for `oxrdf`, its blank nodes called by their numbers.
    pub(super) fn quad(&self) -> Quad {
        Quad {
            subject: self.subject.named_or_blank(),
            predicate: NamedNode::new_unchecked(self.predicate),
            object: match &self.object {
                Object::Node(node) => node.named_or_blank().into(),
                Object::Literal(text, kind) => Term::Literal(literal(text, *kind)),
            },
            graph_name: match self.graph.map(Node::named_or_blank) {
                None => GraphName::DefaultGraph,
                Some(NamedOrBlankNode::NamedNode(node)) => node.into(),
                Some(NamedOrBlankNode::BlankNode(node)) => node.into(),
            },
        }
    }

    /// Its blank nodes and where they stand: `s`, `o` or `g`.
    pub(super) fn blanks(&self) -> impl Iterator<Item = (char, usize)> {
        let object = match self.object {
            Object::Node(node) => node.blank(),
            Object::Literal(..) => None,
        };
        let places = [
            ('s', self.subject.blank()),
            ('o', object),
            ('g', self.graph.and_then(Node::blank)),
        ];
        places
            .into_iter()
            .filter_map(|(place, node)| Some((place, node?)))
    }

    /// Writes it in canonical N-Quads, with its line feed.
    pub(super) fn write<'l>(&self, text: &mut String, label: impl Fn(usize) -> &'l str) {
        self.subject.write(text, &label);
        text.push(' ');
        write_iri(text, self.predicate);
        text.push(' ');
        match &self.object {
            Object::Node(node) => node.write(text, &label),
            Object::Literal(value, kind) => write_literal(text, value, *kind),
        }
        if let Some(graph) = self.graph {
            text.push(' ');
            graph.write(text, &label);
        }
        text.push_str(" .\n");
    }
}

impl<'a> Object<'a> {
    fn of(literal: LiteralRef<'a>) -> Self {
        let kind = match literal.language() {
            Some(language) => Kind::Language(language),
            None if literal.datatype() == xsd::STRING => Kind::Plain,
            None => Kind::Typed(literal.datatype().as_str()),
        };
        Self::Literal(literal.value().into(), kind)
    }
}

impl Node<'_> {
    fn blank(self) -> Option<usize> {
        match self {
            Self::Iri(_) => None,
            Self::Blank(number) => Some(number),
        }
    }

    fn named_or_blank(self) -> NamedOrBlankNode {
        match self {
            Self::Iri(iri) => NamedNode::new_unchecked(iri).into(),
            Self::Blank(number) => BlankNode::new_unchecked(blank_name(number)).into(),
        }
    }

    fn write<'l>(self, text: &mut String, label: impl Fn(usize) -> &'l str) {
        match self {
            Self::Iri(iri) => write_iri(text, iri),
            Self::Blank(number) => {
                text.push_str("_:");
                text.push_str(label(number));
            }
        }
    }
}

/// What [`Statement::quad`] calls a blank node.
pub(super) fn blank_name(number: usize) -> String {
    format!("n{number}")
}

fn write_iri(text: &mut String, iri: &str) {
    text.push('<');
    text.push_str(iri);
    text.push('>');
}

fn literal(text: &str, kind: Kind<'_>) -> Literal {
    match kind {
        Kind::Plain => Literal::new_simple_literal(text),
        Kind::Typed(datatype) => Literal::new_typed_literal(text, NamedNode::new_unchecked(datatype)),
        Kind::Language(language) => Literal::new_language_tagged_literal_unchecked(text, language),
    }
}

fn write_literal(text: &mut String, value: &str, kind: Kind<'_>) {
    // 0xEF begins the non-characters, which are escaped as well.
    let is_plain = |byte: u8| byte >= b' ' && !matches!(byte, b'"' | b'\\' | 0x7f | 0xef);
    // Without a way out: such a loop takes many bytes at once.
    if value.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        text.push('"');
        text.push_str(value);
        text.push('"');
    } else {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{}", LiteralRef::new_simple_literal(value));
    }
    match kind {
        Kind::Plain => {}
        Kind::Typed(datatype) => {
            text.push_str("^^");
            write_iri(text, datatype);
        }
        Kind::Language(language) => {
            text.push('@');
            text.push_str(language);
        }
    }
}

/// The lines of statements, sorted; a statement that is made twice has one line.
pub(super) fn sorted<'s, 'a: 's, 'l>(
    statements: &[&'s Statement<'a>],
    label: impl Fn(usize) -> &'l str,
) -> String {
    let mut text = String::with_capacity(statements.len() * 192);
    let mut ends = Vec::with_capacity(statements.len());
    for statement in statements {
        statement.write(&mut text, &label);
        ends.push(text.len());
    }
    let mut rest = text.as_str();
    let mut begin = 0;
    let mut lines = Vec::with_capacity(statements.len());
    for (end, statement) in ends.into_iter().zip(statements) {
        let (line, after) = rest.split_at_checked(end - begin).unwrap_or_default();
        lines.push((line, *statement));
        (rest, begin) = (after, end);
    }
    // Different statements can have one line, where the label stands for several nodes.
    lines.sort_unstable();
    lines.dedup();
    let mut sorted = String::with_capacity(text.len());
    lines.iter().for_each(|(line, _)| sorted.push_str(line));
    sorted
}
