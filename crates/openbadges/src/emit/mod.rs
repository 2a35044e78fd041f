//! From the typed credential to RDF, without a JSON-LD processor on the way.
//!
//! The statements are those that a JSON-LD processor would make of the same document with the published contexts; a
//! property test holds the two against each other. Terms of more than one place (`name`, `image`) resolve to
//! one IRI everywhere in the contexts, so that nothing here depends on where a member stands.

mod achievement;
mod credential;
mod record;
mod subject;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use oxrdf::NamedNodeRef;
use rust_decimal::Decimal;

use super::credential::wire::timestamp;
pub(crate) use super::nquads::{Graph, Node};
use super::nquads::{Kind, Object, Statement};
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
    /// A record is about parts.
    #[error("the record holds no signed badge")]
    NoParts,
    /// A part that nobody signed proves nothing.
    #[error("the part {0:?} of the record is not signed")]
    UnsignedPart(String),
    /// An association of something that is not in the record.
    #[error("an association of the record names {0:?}, which is not in it")]
    UnknownAchievement(String),
    /// A whole that is a part of itself.
    #[error("{0:?} is a part of itself by the associations of the record")]
    Circle(String),
    /// The standard asks for one of them.
    #[error("the criteria have neither a page nor a narrative")]
    NoCriteria,
}

/// Things that write themselves as statements and tell their node.
pub(crate) trait Emit {
    /// Writes the statements of this object.
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError>;
}

/// Collects statements and hands out blank nodes.
#[derive(Debug)]
pub(crate) struct Emitter<'a> {
    all: Graph<'a>,
    /// Where statements go.
    graph: Option<Node<'a>>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new() -> Self {
        let all = Graph {
            statements: Vec::with_capacity(96),
            blank_nodes: 0,
        };
        Self { all, graph: None }
    }

    /// What one document states.
    pub(crate) fn graph_of(document: &'a impl Emit) -> Result<Graph<'a>, EmitError> {
        let mut emitter = Self::new();
        document.emit(&mut emitter)?;
        Ok(emitter.all)
    }

    pub(crate) fn blank(&mut self) -> Node<'a> {
        let node = Node::Blank(self.all.blank_nodes);
        self.all.blank_nodes += 1;
        node
    }

    /// Runs `inside` with a new blank graph as the place where statements go, and returns that graph.
    pub(crate) fn in_graph<T>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<T, EmitError>,
    ) -> Result<Node<'a>, EmitError> {
        let name = self.blank();
        let outer = self.graph.replace(name);
        let result = inside(self);
        self.graph = outer;
        result.map(|_| name)
    }

    /// The node of an identifier.
    pub(crate) fn named(id: &'a str) -> Result<Node<'a>, EmitError> {
        match NamedNodeRef::new(id) {
            Ok(_) => Ok(Node::Iri(id)),
            Err(_) => Err(EmitError::NotAnIri(id.to_owned())),
        }
    }

    /// The node of an identifier that may be absent.
    pub(crate) fn named_or_blank(&mut self, id: Option<&'a str>) -> Result<Node<'a>, EmitError> {
        id.map_or_else(|| Ok(self.blank()), Self::named)
    }

    fn push(&mut self, subject: &Node<'a>, predicate: &'static str, object: Object<'a>) {
        self.all.statements.push(Statement {
            subject: *subject,
            predicate,
            object,
            graph: self.graph,
        });
    }

    pub(crate) fn class(&mut self, subject: &Node<'a>, class: &'static str) {
        self.link(subject, vocab::RDF_TYPE, &Node::Iri(class));
    }

    pub(crate) fn link(&mut self, subject: &Node<'a>, predicate: &'static str, object: &Node<'a>) {
        self.push(subject, predicate, Object::Node(*object));
    }

    /// A link to a thing that is emitted as well.
    pub(crate) fn child(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        child: &'a impl Emit,
    ) -> Result<(), EmitError> {
        let node = child.emit(self)?;
        self.link(subject, predicate, &node);
        Ok(())
    }

    pub(crate) fn children<T: Emit + 'a>(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        children: impl IntoIterator<Item = &'a T>,
    ) -> Result<(), EmitError> {
        children
            .into_iter()
            .try_for_each(|child| self.child(subject, predicate, child))
    }

    pub(crate) fn iri(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        iri: &'a str,
    ) -> Result<(), EmitError> {
        let object = Self::named(iri)?;
        self.link(subject, predicate, &object);
        Ok(())
    }

    /// Plain text; nothing where there is none.
    pub(crate) fn text(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        value: impl Into<Option<&'a str>>,
    ) -> Result<(), EmitError> {
        let value = value.into().map(Cow::Borrowed);
        self.literal(subject, predicate, value, Kind::Plain)
    }

    /// Text with a datatype; nothing where there is none.
    pub(crate) fn typed(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        value: impl Into<Option<&'a str>>,
        datatype: &'static str,
    ) -> Result<(), EmitError> {
        let value = value.into().map(Cow::Borrowed);
        self.literal(subject, predicate, value, Kind::Typed(datatype))
    }

    /// A moment, in whole seconds of UTC; nothing where there is none.
    pub(crate) fn moment(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        value: impl Into<Option<DateTime<Utc>>>,
        datatype: &'static str,
    ) -> Result<(), EmitError> {
        let value = value.into().map(|at| Cow::Owned(timestamp(at)));
        self.literal(subject, predicate, value, Kind::Typed(datatype))
    }

    /// A place in a list, as text.
    pub(crate) fn index(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        value: u32,
    ) -> Result<(), EmitError> {
        let value = Some(Cow::Owned(value.to_string()));
        self.literal(subject, predicate, value, Kind::Plain)
    }

    /// A JSON number under a term of the (odd) float type (JSON-LD 1.1 API, section 8.2.2).
    pub(crate) fn number(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        value: Option<Decimal>,
    ) -> Result<(), EmitError> {
        let Some(value) = value else { return Ok(()) };
        let text = canonical_number(value).ok_or(EmitError::Number(value))?;
        let kind = Kind::Typed(vocab::datatype::HTTPS_FLOAT);
        self.literal(subject, predicate, Some(text.into()), kind)
    }

    fn literal(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        value: Option<Cow<'a, str>>,
        kind: Kind<'static>,
    ) -> Result<(), EmitError> {
        let Some(value) = value else { return Ok(()) };
        check(&value)?;
        self.push(subject, predicate, Object::Literal(value, kind));
        Ok(())
    }

    /// An ordered list of texts (`@container: @list`); nothing where it is empty.
    pub(crate) fn list(
        &mut self,
        subject: &Node<'a>,
        predicate: &'static str,
        values: &'a [String],
    ) -> Result<(), EmitError> {
        if values.is_empty() {
            return Ok(());
        }
        let mut rest = Node::Iri(vocab::RDF_NIL);
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

fn check(text: &str) -> Result<(), EmitError> {
    // Their UTF-8 begins with 0xEF; a search for that byte is quicker than one for the characters.
    if text.as_bytes().contains(&0xef) && text.contains(['\u{fffe}', '\u{ffff}']) {
        return Err(EmitError::NonCharacter);
    }
    Ok(())
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
