//! From the typed credential to RDF quads, without a JSON-LD processor on the way.
//!
//! The quads are those that a JSON-LD processor would make of the same document with the published contexts; a
//! property test holds the two against each other. Terms of more than one place (`name`, `image`) resolve to
//! one IRI everywhere in the contexts, so that nothing here depends on where a member stands.

mod achievement;
mod credential;
mod subject;

use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};
use rust_decimal::Decimal;

use super::vocab;

pub(crate) use credential::proof_config;

/// Something in a credential that cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// An identifier that is not an absolute IRI: processors would drop it without a word.
    #[error("{0:?} is not an absolute IRI; write it with its scheme and without spaces")]
    NotAnIri(String),
    /// Libraries write the Unicode non-characters U+FFFE and U+FFFF differently, so that signatures would differ.
    #[error("a text holds the non-character U+FFFE or U+FFFF; remove it")]
    NonCharacter,
    /// A number of credits that cannot be written.
    #[error("{0} is not a number of credits")]
    Number(Decimal),
    /// `credentialSchema` without the context that defines its type.
    #[error("a credential with credentialSchema needs the extensions context")]
    SchemaWithoutContext,
    /// The standard asks for a recipient.
    #[error("the credential names no recipient: give the subject an id or an identifier")]
    NoRecipient,
    /// The standard asks for one of them.
    #[error("the criteria have neither a page nor a narrative")]
    NoCriteria,
}

/// A node of the graph.
pub(crate) type Node = NamedOrBlankNode;

/// Things that write themselves as quads and tell their node.
pub(crate) trait Emit {
    /// Writes the quads of this object.
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError>;
}

/// Collects quads and hands out blank nodes.
#[derive(Debug)]
pub(crate) struct Emitter {
    quads: Vec<Quad>,
    blank_nodes: u128,
    graph: GraphName,
}

impl Emitter {
    pub(crate) fn new() -> Self {
        Self {
            quads: Vec::with_capacity(96),
            blank_nodes: 0,
            graph: GraphName::DefaultGraph,
        }
    }

    /// The quads of one document.
    pub(crate) fn quads_of(document: &impl Emit) -> Result<Vec<Quad>, EmitError> {
        let mut emitter = Self::new();
        document.emit(&mut emitter)?;
        Ok(emitter.quads)
    }

    fn blank_node(&mut self) -> BlankNode {
        self.blank_nodes += 1;
        // Identifiers from 2^124 upwards begin with a letter in hexadecimal, as blank node labels in any syntax may.
        BlankNode::new_from_unique_id(self.blank_nodes | (0xa_u128 << 124))
    }

    pub(crate) fn blank(&mut self) -> Node {
        self.blank_node().into()
    }

    /// Runs `inside` with a new blank graph as the place where quads go, and returns that graph.
    pub(crate) fn in_graph<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, EmitError>,
    ) -> Result<Node, EmitError> {
        let name = self.blank_node();
        let outer = std::mem::replace(&mut self.graph, GraphName::BlankNode(name.clone()));
        let result = inside(self);
        self.graph = outer;
        result.map(|_| name.into())
    }

    /// The node of an identifier.
    pub(crate) fn named(id: &str) -> Result<Node, EmitError> {
        NamedNode::new(id)
            .map(Node::from)
            .map_err(|_| EmitError::NotAnIri(id.to_owned()))
    }

    /// The node of an identifier that may be absent.
    pub(crate) fn named_or_blank(&mut self, id: Option<&str>) -> Result<Node, EmitError> {
        id.map_or_else(|| Ok(self.blank()), Self::named)
    }

    fn push(&mut self, subject: &Node, predicate: &'static str, object: impl Into<Term>) {
        self.quads.push(Quad {
            subject: subject.clone(),
            predicate: NamedNode::new_unchecked(predicate),
            object: object.into(),
            graph_name: self.graph.clone(),
        });
    }

    pub(crate) fn class(&mut self, subject: &Node, class: &'static str) {
        self.push(subject, vocab::RDF_TYPE, NamedNode::new_unchecked(class));
    }

    pub(crate) fn link(&mut self, subject: &Node, predicate: &'static str, object: &Node) {
        self.push(subject, predicate, object.clone());
    }

    /// A link to a thing that is emitted as well.
    pub(crate) fn child(
        &mut self,
        subject: &Node,
        predicate: &'static str,
        child: &impl Emit,
    ) -> Result<(), EmitError> {
        let node = child.emit(self)?;
        self.link(subject, predicate, &node);
        Ok(())
    }

    pub(crate) fn children<'a, T: Emit + 'a>(
        &mut self,
        subject: &Node,
        predicate: &'static str,
        children: impl IntoIterator<Item = &'a T>,
    ) -> Result<(), EmitError> {
        children
            .into_iter()
            .try_for_each(|child| self.child(subject, predicate, child))
    }

    pub(crate) fn iri(
        &mut self,
        subject: &Node,
        predicate: &'static str,
        iri: &str,
    ) -> Result<(), EmitError> {
        let object = Self::named(iri)?;
        self.link(subject, predicate, &object);
        Ok(())
    }

    /// Plain text; nothing where there is none.
    pub(crate) fn text<'a>(
        &mut self,
        subject: &Node,
        predicate: &'static str,
        value: impl Into<Option<&'a str>>,
    ) -> Result<(), EmitError> {
        let Some(value) = value.into() else { return Ok(()) };
        self.push(subject, predicate, Literal::new_simple_literal(checked(value)?));
        Ok(())
    }

    /// Text with a datatype; nothing where there is none.
    pub(crate) fn typed<'a>(
        &mut self,
        subject: &Node,
        predicate: &'static str,
        value: impl Into<Option<&'a str>>,
        datatype: &'static str,
    ) -> Result<(), EmitError> {
        let Some(value) = value.into() else { return Ok(()) };
        let literal = Literal::new_typed_literal(checked(value)?, NamedNode::new_unchecked(datatype));
        self.push(subject, predicate, literal);
        Ok(())
    }

    /// A JSON number under a term of the (odd) float type (JSON-LD 1.1 API, section 8.2.2).
    pub(crate) fn number(
        &mut self,
        subject: &Node,
        predicate: &'static str,
        value: Option<Decimal>,
    ) -> Result<(), EmitError> {
        let Some(value) = value else { return Ok(()) };
        let text = canonical_number(value).ok_or(EmitError::Number(value))?;
        self.typed(subject, predicate, text.as_str(), vocab::datatype::HTTPS_FLOAT)
    }

    /// An ordered list of texts (`@container: @list`); nothing where it is empty.
    pub(crate) fn list(
        &mut self,
        subject: &Node,
        predicate: &'static str,
        values: &[String],
    ) -> Result<(), EmitError> {
        if values.is_empty() {
            return Ok(());
        }
        let mut rest: Node = NamedNode::new_unchecked(vocab::RDF_NIL).into();
        for value in values.iter().rev() {
            let cell = self.blank();
            self.text(&cell, vocab::RDF_FIRST, value.as_str())?;
            self.link(&cell, vocab::RDF_REST, &rest);
            rest = cell;
        }
        self.link(subject, predicate, &rest);
        Ok(())
    }
}

fn checked(text: &str) -> Result<&str, EmitError> {
    // Their UTF-8 begins with 0xEF; a search for that byte is quicker than one for the characters.
    if text.as_bytes().contains(&0xef) && text.contains(['\u{fffe}', '\u{ffff}']) {
        return Err(EmitError::NonCharacter);
    }
    Ok(text)
}

/// Whole numbers as digits, others with 15 digits after the point, trailing zeros cut: `3`, `3.5E0`.
fn canonical_number(value: Decimal) -> Option<String> {
    let value = value.normalize();
    // Fifteen digits are what every JSON reader keeps.
    if value.mantissa().unsigned_abs() >= 1_000_000_000_000_000 {
        return None;
    }
    if value.is_integer() {
        return Some(value.to_string());
    }
    // Sixteen digits of the binary number, as `%1.15E` writes it: 8196.53 becomes 8.196530000000001E3.
    let text = format!("{:.15e}", value.to_string().parse::<f64>().ok()?);
    let (mantissa, exponent) = text.split_once('e')?;
    let trimmed = mantissa.trim_end_matches('0');
    let zero = if trimmed.ends_with('.') { "0" } else { "" };
    Some(format!("{trimmed}{zero}E{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_json_ld_writes_them() {
        let written = |text: &str| canonical_number(text.parse().unwrap()).unwrap();
        assert_eq!(written("3.5"), "3.5E0");
        assert_eq!(written("3.50"), "3.5E0");
        assert_eq!(written("3"), "3");
        assert_eq!(written("3.0"), "3");
        assert_eq!(written("0.25"), "2.5E-1");
        assert_eq!(written("12.345"), "1.2345E1");
        assert_eq!(written("-0.1"), "-1.0E-1");
        // As JavaScript's toExponential(15) gives them.
        assert_eq!(written("8196.53"), "8.196530000000001E3");
        assert_eq!(written("9.95"), "9.949999999999999E0");
        assert_eq!(canonical_number(Decimal::MAX), None);
        assert_eq!(canonical_number("0.1234567890123456".parse().unwrap()), None);
    }

    #[test]
    fn a_relative_identifier_is_refused() {
        assert_eq!(
            Emitter::named("badges/1"),
            Err(EmitError::NotAnIri("badges/1".to_owned()))
        );
        assert!(Emitter::named("https://x.example/a b").is_err());
    }
}
