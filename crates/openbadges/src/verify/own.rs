//! What a document states that has the very form in which we issue, without a JSON-LD processor: ten times as fast.
//!
//! Only where nothing can differ. The document is read into the type that we sign, which refuses every member that it does
//! not know, and has to come out of it as the same JSON. Its statements are then those that a processor makes (a property
//! test holds the two against each other), but for identifiers that a processor could read as a prefix and a name: with
//! any that does not begin as ours do, as with everything else, the processor is asked.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::list;
use crate::credential::{ClrCredential, EndorsementCredential, OpenBadgeCredential, Proof};
use crate::emit::{Emitter, Graph, Node, proof_config};
use crate::jsonld;
use crate::nquads::Object;
use crate::status::StatusListCredential;

/// How identifiers begin that no context can mean otherwise: none of them defines these words.
const PLAIN: [&str; 4] = ["https://", "http://", "urn:", "did:"];

/// A document that came out of our types as it went in, and its proof if it has one inside.
pub(super) struct Own {
    document: Document,
    proof: Option<Proof>,
    /// How many statements and blank nodes it may have.
    most: (usize, usize),
}

enum Document {
    Badge(Box<OpenBadgeCredential>),
    Record(Box<ClrCredential>),
    StatusList(StatusListCredential),
    Endorsement(EndorsementCredential),
}

impl Own {
    /// Reads a document without its own proofs, and its proof's configuration (the proof without its value, under the
    /// document's contexts) if it has one inside; nothing where they are not exactly of our form.
    pub(super) fn read(document: &Value, config: Option<&Value>) -> Option<Self> {
        let is = |name: &str| list(document, "type").iter().any(|kind| kind == name);
        let read = if is("ClrCredential") {
            Document::Record(same(document)?)
        } else if is("OpenBadgeCredential") {
            Document::Badge(same(document)?)
        } else if is("BitstringStatusListCredential") {
            Document::StatusList(same(document)?)
        } else if is("EndorsementCredential") {
            Document::Endorsement(same(document)?)
        } else {
            return None;
        };
        Some(Self {
            most: jsonld::most(document),
            document: read,
            proof: match config {
                Some(config) => Some(configured(config)?),
                None => None,
            },
        })
    }

    /// What the document and the proof's configuration state; nothing where a processor might read an identifier otherwise.
    pub(super) fn graphs(&self) -> Option<(Graph<'_>, Option<Graph<'_>>)> {
        let graph = match &self.document {
            Document::Badge(badge) => Emitter::graph_of(badge.as_ref()),
            Document::Record(record) => Emitter::graph_of(record.as_ref()),
            Document::StatusList(list) => Emitter::graph_of(list),
            Document::Endorsement(endorsement) => Emitter::graph_of(endorsement),
        };
        let graph = graph.ok()?;
        let config = self.proof.as_ref().map(proof_config).transpose().ok()?;
        let (most_quads, most_blank) = self.most;
        let is_simple = graph.statements.len() <= most_quads && graph.blank_nodes <= most_blank;
        (is_simple && is_plain(&graph) && config.as_ref().is_none_or(is_plain)).then_some((graph, config))
    }
}

/// What was read, if it comes out as it went in.
fn same<T: DeserializeOwned + Serialize>(value: &Value) -> Option<T> {
    let read = T::deserialize(value).ok()?;
    (serde_json::to_value(&read).ok()? == *value).then_some(read)
}

fn configured(config: &Value) -> Option<Proof> {
    let mut proof = config.clone();
    let members = proof.as_object_mut()?;
    members.remove("@context");
    members.insert("proofValue".to_owned(), Value::from(""));
    same(&proof)
}

fn is_plain(graph: &Graph<'_>) -> bool {
    let plain = |node: &Node<'_>| match node {
        Node::Iri(id) => PLAIN.iter().any(|begins| id.starts_with(begins)),
        Node::Blank(_) => true,
    };
    graph.statements.iter().all(|statement| {
        let object = match &statement.object {
            Object::Node(node) => plain(node),
            Object::Literal(..) => true,
        };
        plain(&statement.subject) && object
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::vectors::leaves;
    use crate::{canon, contexts, testing::examples};
    use serde_json::json;

    /// The canonical quads of a document and of its proof's configuration.
    fn quads(document: &Value, config: Option<&Value>) -> Option<(String, String)> {
        let own = Own::read(document, config)?;
        let (graph, config) = own.graphs()?;
        let config = config.as_ref().map(canon::canonical);
        Some((canon::canonical(&graph), config.unwrap_or_default()))
    }

    fn whole() -> Value {
        serde_json::to_value(examples::whole_badge(3).unwrap()).unwrap()
    }

    #[test]
    fn no_context_means_something_else_by_the_beginnings() {
        for (url, text) in contexts::all() {
            for word in ["https", "http", "urn", "did"] {
                assert!(!text.contains(&format!("\"{word}\":")), "{url} defines {word}");
            }
        }
    }

    #[test]
    fn what_we_issue_needs_no_processor_and_gives_the_same_quads() {
        let document = whole();
        let (quads, none) = quads(&document, None).unwrap();
        assert!(none.is_empty());
        let processed = jsonld::quads(&document).unwrap();
        assert_eq!(quads, canon::canonicalize(&processed));
    }

    #[test]
    fn whatever_is_not_exactly_our_form_is_left_to_the_processor() {
        let cases: [(&str, &str, Value); 8] = [
            ("", "grade", json!("A")),
            ("", "name", json!(null)),
            ("", "evidence", json!([])),
            ("", "validFrom", json!("2025-09-01T12:00:00+02:00")),
            ("", "id", json!("ob:something")),
            ("/credentialSubject/achievement", "id", json!("_:b0")),
            ("/credentialSubject/achievement", "creditsAvailable", json!("5")),
            ("/evidence/0", "type", json!(["Evidence", "Other"])),
        ];
        for (place, name, value) in cases {
            let mut document = whole();
            document.pointer_mut(place).unwrap()[name] = value;
            assert!(quads(&document, None).is_none(), "{place} {name}");
        }
        let mut document = whole();
        document["@context"][1] = json!("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json");
        assert!(quads(&document, None).is_none());
    }

    #[test]
    fn whatever_stands_anywhere_the_processor_would_say_the_same() {
        let document = serde_json::to_value(examples::full_badge(3).unwrap()).unwrap();
        let mut places = Vec::new();
        leaves(&document, "", &mut places);
        let strange = [
            json!(""),
            json!("ob:x"),
            json!("xsd:date"),
            json!("_:b0"),
            json!("@type"),
            json!("a b"),
            json!("#here"),
            json!("https://x.example/a b"),
            json!("https://x.example/%zz"),
            json!("https://x.example/é"),
            json!("https:x"),
            json!("HTTPS://X.example/../a"),
            json!("urn:x"),
            json!("urn:"),
            json!("did:"),
            json!("é\u{fffe}"),
            json!("\u{0}\r\n\"\\"),
            json!("1"),
            json!(1.5),
            json!(10_000_000_000_000_000_000_u64),
            json!("2025-09-01T10:00:00Z"),
            json!("VerifiableCredential"),
        ];
        let (mut alike, mut left) = (0, 0);
        for (n, place) in places.iter().enumerate() {
            // Six of them at each place, other ones at the next: a processor is slow.
            for value in strange.iter().cycle().skip(n).step_by(5).take(6) {
                let mut document = document.clone();
                *document.pointer_mut(place).unwrap() = value.clone();
                let Some((ours, _)) = quads(&document, None) else {
                    left += 1;
                    continue;
                };
                alike += 1;
                let processed = jsonld::quads(&document);
                let processed = processed.unwrap_or_else(|error| panic!("{place} {value}: {error}"));
                let same = ours == canon::canonicalize(&processed);
                assert!(same, "{place} {value}");
            }
        }
        assert!(
            places.len() > 60 && alike > 80 && left > 80,
            "{alike} of them alike, {left} left to the processor"
        );
    }

    #[test]
    fn a_proof_with_anything_unusual_is_left_to_the_processor() {
        let plain = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": "DataIntegrityProof",
            "created": "2025-09-01T10:00:00Z",
            "verificationMethod": "did:web:badges.example#key",
            "cryptosuite": "eddsa-rdfc-2022",
            "proofPurpose": "assertionMethod",
        });
        let (_, ours) = quads(&whole(), Some(&plain)).unwrap();
        let processed = jsonld::quads(&plain).unwrap();
        assert_eq!(ours, canon::canonicalize(&processed));
        for (name, value) in [
            ("created", json!("2025-09-01T10:00:00.5Z")),
            ("expires", json!("2035-09-01T10:00:00Z")),
            ("domain", json!("x.example")),
            ("verificationMethod", json!("ob:key")),
        ] {
            let mut proof = plain.clone();
            proof[name] = value;
            assert!(quads(&whole(), Some(&proof)).is_none(), "{name}");
        }
    }
}
