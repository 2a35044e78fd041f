//! Somebody else's document as quads: `oxjsonld` with the built-in contexts, and nothing dropped without a word.
//!
//! A JSON-LD processor leaves out what its contexts do not define, so that such members could be changed without
//! breaking the signature. To see them, the document is expanded once more with a vocabulary and a base address
//! that exist nowhere: every undefined term, type or relative address then shows up under them. Statements about
//! malformed addresses, which a processor leaves out as well, are kept there and counted.

use std::io;

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term};
use serde::Serialize as _;
use serde_json::Value;

use super::contexts;

/// How many quads and blank nodes a document may have: canonicalisation has no budget of its own.
const MAX_QUADS: usize = 4_000;
const MAX_BLANK_NODES: usize = 400;
/// How many times as much a record may have, in which many badges are.
const RECORD: usize = 4;
/// How deep a document may be nested.
const MAX_DEPTH: usize = 32;

const NOWHERE_SCHEME: &str = "cairn-undefined:";
const NOWHERE_VOCABULARY: &str = "cairn-undefined:term#";
const NOWHERE_BASE: &str = "cairn-undefined://base/";
/// Keywords that may stand in a document beside `@context`.
const KEYWORDS: [&str; 5] = ["@id", "@type", "@value", "@language", "@context"];

/// How many quads and blank nodes this document may have.
pub(super) fn most(document: &Value) -> (usize, usize) {
    let names = |kind: &Value| kind.as_str() == Some("ClrCredential");
    let is_record = match document.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(names),
        Some(kind) => names(kind),
        None => false,
    };
    let times = if is_record { RECORD } else { 1 };
    (MAX_QUADS * times, MAX_BLANK_NODES * times)
}

/// Why a document was not turned into quads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonLdError {
    /// A context that is not built in, or one written into the document.
    #[error("the document uses the context {0}, which this verifier does not know")]
    UnknownContext(String),
    /// A member, type or relative address that no context defines.
    #[error("{0} is not defined by the document's contexts, so that the signature does not cover it")]
    Undefined(String),
    /// A JSON-LD keyword that has no place in a credential.
    #[error("the keyword {0} is not accepted in a credential")]
    Keyword(String),
    /// A member under its full IRI: signed like the term, but overlooked by everyone who reads the JSON.
    #[error("the member {0:?} is written as an IRI instead of its term")]
    IriAsName(String),
    /// Too large, too deep or too entangled.
    #[error("the document is too complex to be verified here")]
    TooComplex,
    /// Anything else that the processor refuses.
    #[error("the document is not valid JSON-LD: {0}")]
    Invalid(String),
}

/// The quads of a document.
///
/// # Errors
/// When it uses a context, a term or a keyword that is not known here, or is too complex.
pub fn quads(document: &Value) -> Result<Vec<Quad>, JsonLdError> {
    inspect(document, MAX_DEPTH)?;
    let filled = filled(document);
    let watched = expand(&with_sentinel(&filled), Watch::Closely)?;
    if let Some(undefined) = watched.iter().find_map(undefined) {
        return Err(JsonLdError::Undefined(undefined));
    }
    // The two can differ only where an undefined term or a malformed address was used.
    let plain = expand(&filled, Watch::Plainly)?;
    if plain.len() != watched.len() {
        return Err(JsonLdError::Undefined("a member".to_owned()));
    }
    let quads = if filled == *document {
        plain
    } else {
        expand(document, Watch::Plainly)?
    };
    if super::canon::blank_nodes(&quads) > most(document).1 {
        return Err(JsonLdError::TooComplex);
    }
    Ok(quads)
}

/// Walks the JSON: contexts by name only, no keyword but the harmless ones.
fn inspect(value: &Value, depth: usize) -> Result<(), JsonLdError> {
    let deeper = depth.checked_sub(1).ok_or(JsonLdError::TooComplex)?;
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| inspect(item, deeper)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            if name == "@context" {
                known_contexts(value)
            } else if name.starts_with('@') && !KEYWORDS.contains(&name.as_str()) {
                Err(JsonLdError::Keyword(name.clone()))
            } else if name.contains(':') {
                Err(JsonLdError::IriAsName(name.clone()))
            } else {
                inspect(value, deeper)
            }
        }),
        _ => Ok(()),
    }
}

fn known_contexts(value: &Value) -> Result<(), JsonLdError> {
    match value {
        Value::String(url) if contexts::text(url).is_some() => Ok(()),
        Value::Array(items) if items.len() <= 8 => items.iter().try_for_each(|item| match item {
            Value::String(_) => known_contexts(item),
            other => Err(JsonLdError::UnknownContext(other.to_string())),
        }),
        Value::String(url) => Err(JsonLdError::UnknownContext(url.clone())),
        _ => Err(JsonLdError::UnknownContext("written into it".to_owned())),
    }
}

/// The document with something in every empty place: a member without a value makes no statement, so that its name
/// would not be looked at.
fn filled(value: &Value) -> Value {
    match value {
        Value::Null => Value::from("urn:cairn:nothing"),
        Value::Array(items) if items.is_empty() => filled(&Value::Null),
        Value::Array(items) => Value::Array(items.iter().map(filled).collect()),
        Value::Object(members) => {
            let keep = |name: &str, value: &Value| {
                if name == "@context" {
                    value.clone()
                } else {
                    filled(value)
                }
            };
            let members = members.iter();
            Value::Object(
                members
                    .map(|(name, value)| (name.clone(), keep(name, value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// The document with a last context that catches undefined terms.
fn with_sentinel(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        let mut list = match members.remove("@context") {
            Some(Value::Array(list)) => list,
            Some(single) => vec![single],
            None => Vec::new(),
        };
        list.push(serde_json::json!({ "@vocab": NOWHERE_VOCABULARY }));
        members.insert("@context".to_owned(), Value::Array(list));
    }
    document
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Watch {
    /// As a processor reads it.
    Plainly,
    /// With a base that exists nowhere, and malformed addresses kept: a processor drops every statement about them.
    Closely,
}

fn expand(document: &Value, watch: Watch) -> Result<Vec<Quad>, JsonLdError> {
    let (most_quads, _) = most(document);
    let text = written(document).map_err(|error| JsonLdError::Invalid(error.to_string()))?;
    let mut parser = JsonLdParser::new();
    if watch == Watch::Closely {
        parser = parser
            .with_base_iri(NOWHERE_BASE)
            .map_err(|error| JsonLdError::Invalid(error.to_string()))?
            .lenient();
    }
    let parsed = parser.for_slice(&text).with_load_document_callback(|url, _| {
        let text = contexts::text(url).ok_or_else(|| format!("{url} is not built in"))?;
        Ok(JsonLdRemoteDocument {
            document: text.as_bytes().to_vec(),
            document_url: url.to_owned(),
        })
    });
    let mut quads = Vec::new();
    for quad in parsed {
        if quads.len() >= most_quads {
            return Err(JsonLdError::TooComplex);
        }
        quads.push(quad.map_err(|error| JsonLdError::Invalid(error.to_string()))?);
    }
    Ok(quads)
}

/// Fractions as JSON-LD wants them read: sixteen digits of the binary number (`%1.15E`; JSON-LD 1.1 API, section
/// 8.2.2). `oxjsonld` takes the digits as they are written, which for 8196.53 are others.
struct BinaryFractions;

impl serde_json::ser::Formatter for BinaryFractions {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{value:.15e}")
    }
}

fn written(document: &Value) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    document.serialize(&mut serde_json::Serializer::with_formatter(
        &mut bytes,
        BinaryFractions,
    ))?;
    Ok(bytes)
}

/// The first address of a quad that lies nowhere.
fn undefined(quad: &Quad) -> Option<String> {
    let subject = if let NamedOrBlankNode::NamedNode(node) = &quad.subject {
        Some(node.as_str())
    } else {
        None
    };
    let object = match &quad.object {
        Term::NamedNode(node) => Some(node.as_str()),
        Term::Literal(literal) => Some(literal.datatype().as_str()),
        Term::BlankNode(_) => None,
    };
    let graph = if let GraphName::NamedNode(node) = &quad.graph_name {
        Some(node.as_str())
    } else {
        None
    };
    [subject, Some(quad.predicate.as_str()), object, graph]
        .into_iter()
        .flatten()
        .find_map(|iri| {
            let rest = iri.strip_prefix(NOWHERE_SCHEME)?;
            let name = rest
                .strip_prefix("term#")
                .or_else(|| rest.strip_prefix("//base/"))
                .unwrap_or(rest);
            Some(format!("{name:?}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn badge() -> Value {
        serde_json::from_str(include_str!("../vectors/badge.json")).unwrap()
    }

    #[test]
    fn a_published_badge_is_accepted() {
        assert!(quads(&badge()).unwrap().len() > 40);
    }

    #[test]
    fn undefined_terms_types_and_relative_addresses_are_refused_wherever_they_stand() {
        let cases: [(&str, &str, Value); 7] = [
            ("", "grade", json!("A")),
            ("/credentialSubject", "grade", json!("A")),
            ("/credentialSubject/achievement", "secret", json!({ "name": "x" })),
            ("/credentialSubject/achievement/criteria", "points", json!(3)),
            ("/evidence/0", "type", json!(["Evidence", "Undefined"])),
            ("/evidence/0", "id", json!("evidence/1")),
            ("/proof/0", "note", json!("x")),
        ];
        for (place, name, value) in cases {
            let mut document = badge();
            document.pointer_mut(place).unwrap()[name] = value;
            assert!(
                matches!(quads(&document), Err(JsonLdError::Undefined(_))),
                "{place} {name}"
            );
        }
    }

    #[test]
    fn addresses_cannot_escape_the_watched_base() {
        for id in ["//other.example/x", "/x", "../x", "", "?q", "#f"] {
            let mut document = badge();
            document["evidence"][0]["id"] = json!(id);
            assert!(
                matches!(quads(&document), Err(JsonLdError::Undefined(_))),
                "{id:?}"
            );
        }
    }

    #[test]
    fn a_member_without_a_value_has_to_be_defined_as_well() {
        for nothing in [json!(null), json!([]), json!([null])] {
            let mut document = badge();
            document["credentialSubject"]["grade"] = nothing.clone();
            assert!(
                matches!(quads(&document), Err(JsonLdError::Undefined(_))),
                "{nothing}"
            );
            let mut document = badge();
            document["credentialSubject"]["narrative"] = nothing;
            assert_eq!(quads(&document).unwrap().len(), quads(&badge()).unwrap().len());
        }
    }

    #[test]
    fn nothing_hides_behind_an_address_that_cannot_be_written() {
        for id in [
            "https://x.example/a b",
            "https://x.example/<a>",
            "urn:x:{a}",
            "https://x.example/%zz",
        ] {
            let mut document = badge();
            document["evidence"][0]["id"] = json!(id);
            assert!(quads(&document).is_err(), "{id:?}");
            let mut document = badge();
            document["credentialSubject"]["achievement"]["image"] = json!(id);
            assert!(quads(&document).is_err(), "{id:?}");
            let mut document = badge();
            document["evidence"][0]["type"] = json!(["Evidence", id]);
            assert!(quads(&document).is_err(), "{id:?}");
        }
    }

    #[test]
    fn contexts_by_value_and_unknown_ones_are_refused() {
        let mut document = badge();
        document["@context"][2] = json!({ "grade": "https://x.example/grade" });
        assert!(matches!(quads(&document), Err(JsonLdError::UnknownContext(_))));
        document["@context"][2] = json!("https://x.example/context");
        assert!(matches!(quads(&document), Err(JsonLdError::UnknownContext(_))));
        let mut document = badge();
        document["evidence"][0]["@context"] = Value::Null;
        assert!(matches!(quads(&document), Err(JsonLdError::UnknownContext(_))));
    }

    #[test]
    fn keywords_that_change_the_reading_are_refused() {
        for keyword in ["@reverse", "@graph", "@included", "@nest", "@ignored"] {
            let mut document = badge();
            document["credentialSubject"][keyword] = json!({});
            assert_eq!(quads(&document), Err(JsonLdError::Keyword(keyword.to_owned())));
        }
    }

    #[test]
    fn members_cannot_hide_behind_their_full_names() {
        let mut document = badge();
        let status = document
            .as_object_mut()
            .unwrap()
            .remove("credentialStatus")
            .unwrap();
        let name = "https://www.w3.org/2018/credentials#credentialStatus";
        document[name] = status;
        assert_eq!(quads(&document), Err(JsonLdError::IriAsName(name.to_owned())));
    }

    #[test]
    fn a_deep_document_is_refused() {
        let mut value = json!("x");
        for _ in 0..40 {
            value = json!([value]);
        }
        assert_eq!(quads(&json!({ "name": value })), Err(JsonLdError::TooComplex));
    }
}
