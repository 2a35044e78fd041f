//! The contexts as a table of terms, for a reader that is no JSON-LD processor: the verifier page.
//!
//! It is made from the very texts that [`super::jsonld`] reads, so that server and page cannot drift apart. What a
//! context may say is what this module knows how to write down; anything else is an error, and a test calls it one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::{Map, Value};

use super::contexts;

/// A context that says something for which the table has no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Not JSON, or no object where one belongs.
    #[error("the context {0} cannot be read")]
    Unreadable(String),
    /// A keyword that the table does not know.
    #[error("{0:?} of a context has no place in the table")]
    Unknown(String),
    /// A term without an address.
    #[error("the term {0:?} has no address")]
    NoAddress(String),
}

/// One context: its terms, and whether they are protected (JSON-LD 1.1, section 4.1.11).
#[derive(Debug, Serialize)]
struct Context {
    #[serde(rename = "p", skip_serializing_if = "std::ops::Not::not")]
    protected: bool,
    #[serde(rename = "t")]
    terms: BTreeMap<String, Term>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Term {
    /// An address and nothing else.
    Plain(String),
    Full {
        #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
        container: Option<String>,
        #[serde(rename = "i")]
        iri: String,
        #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
        coerced: Option<String>,
        /// A context of its own; `null` withdraws every term.
        #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
        scoped: Option<Option<Context>>,
    },
}

/// The table as JSON: for each context's address `{"p": protected, "t": {term: address or {c, i, t, x}}}`, with
/// container, IRI, type and scoped context. The same contexts give the same bytes.
///
/// # Errors
/// When a context says what the table cannot.
pub fn table() -> Result<&'static str, TableError> {
    static TABLE: LazyLock<Result<String, TableError>> = LazyLock::new(make);
    TABLE.as_deref().map_err(Clone::clone)
}

fn make() -> Result<String, TableError> {
    let mut table = BTreeMap::new();
    for (url, text) in contexts::all() {
        let unreadable = || TableError::Unreadable(url.to_owned());
        let document: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
        let definitions = document
            .get("@context")
            .and_then(Value::as_object)
            .ok_or_else(unreadable)?;
        table.insert(url, context(definitions, &[])?);
    }
    serde_json::to_string(&table).map_err(|error| TableError::Unreadable(error.to_string()))
}

/// A context, under those around it: a prefix may be defined there.
fn context(definitions: &Map<String, Value>, around: &[&Map<String, Value>]) -> Result<Context, TableError> {
    let mut scopes = vec![definitions];
    scopes.extend_from_slice(around);
    let mut terms = BTreeMap::new();
    for (name, definition) in definitions {
        if name == "@protected" || (name == "@version" && definition.as_f64() == Some(1.1)) {
            continue;
        }
        if name.starts_with('@') {
            return Err(TableError::Unknown(name.clone()));
        }
        terms.insert(name.clone(), term(name, definition, &scopes)?);
    }
    Ok(Context {
        protected: definitions.get("@protected") == Some(&Value::Bool(true)),
        terms,
    })
}

fn term(name: &str, definition: &Value, scopes: &[&Map<String, Value>]) -> Result<Term, TableError> {
    let no_address = || TableError::NoAddress(name.to_owned());
    let iri = address(definition, scopes, 4).ok_or_else(no_address)?;
    let Value::Object(members) = definition else {
        return Ok(Term::Plain(iri));
    };
    let known = ["@id", "@type", "@container", "@context"];
    if let Some(unknown) = members.keys().find(|member| !known.contains(&member.as_str())) {
        return Err(TableError::Unknown(unknown.clone()));
    }
    let text = |member: &str| members.get(member).and_then(Value::as_str);
    let scoped = match members.get("@context") {
        None => None,
        Some(Value::Null) => Some(None),
        Some(Value::Object(inner)) => Some(Some(context(inner, scopes)?)),
        Some(other) => return Err(TableError::Unknown(other.to_string())),
    };
    let container = text("@container").map(str::to_owned);
    let coerced = text("@type").map(|kind| whole(kind, scopes));
    if container.is_none() && coerced.is_none() && scoped.is_none() {
        return Ok(Term::Plain(iri));
    }
    Ok(Term::Full {
        container,
        iri,
        coerced,
        scoped,
    })
}

/// The IRI of a definition, which may be another term of the same context.
fn address(definition: &Value, scopes: &[&Map<String, Value>], steps: u8) -> Option<String> {
    let named = definition
        .as_str()
        .or_else(|| definition.get("@id").and_then(Value::as_str))?;
    if named.starts_with('@') || named.contains(':') {
        return Some(whole(named, scopes));
    }
    address(scopes.first()?.get(named)?, scopes, steps.checked_sub(1)?)
}

/// An address with its prefix written out. A prefix that is no term stays as it is.
fn whole(named: &str, scopes: &[&Map<String, Value>]) -> String {
    let written_out = || {
        let (prefix, rest) = named.split_once(':')?;
        let found = scopes.iter().find_map(|scope| scope.get(prefix))?;
        let begins = found.as_str().filter(|_| !rest.starts_with("//"))?;
        Some(format!("{begins}{rest}"))
    };
    written_out().unwrap_or_else(|| named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_term(context: &Value, visit: &mut impl FnMut(&str, &Value)) {
        for (name, term) in context["t"].as_object().unwrap() {
            visit(name, term);
            if term["x"].is_object() {
                each_term(&term["x"], visit);
            }
        }
    }

    #[test]
    fn every_context_is_in_the_table() {
        let table: Value = serde_json::from_str(table().unwrap()).unwrap();
        for (url, _) in contexts::all() {
            assert!(table[url]["t"].is_object(), "{url}");
        }
        let badges = &table["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]["t"];
        // The three oddities that a signature depends on, and a term that is another's second name.
        assert_eq!(badges["awardedDate"]["t"], "xsd:dateTime");
        assert_eq!(
            badges["IdentityObject"]["x"]["t"]["hashed"]["t"],
            "https://www.w3.org/2001/XMLSchema#boolean"
        );
        assert!(
            badges["Achievement"]["x"]["t"]["criteria"]["i"]
                .as_str()
                .unwrap()
                .ends_with("#Criteria")
        );
        assert_eq!(badges["AchievementCredential"], badges["OpenBadgeCredential"]);
        // Prefixes are written out, also those of a context around.
        let older = &table["https://www.w3.org/2018/credentials/v1"]["t"]["VerifiableCredential"]["x"]["t"];
        assert_eq!(
            older["issuanceDate"]["i"],
            "https://www.w3.org/2018/credentials#issuanceDate"
        );
        assert_eq!(
            older["issuanceDate"]["t"],
            "http://www.w3.org/2001/XMLSchema#dateTime"
        );
        assert_eq!(older["proof"]["i"], "https://w3id.org/security#proof");
    }

    #[test]
    fn the_table_says_only_what_the_page_reads() {
        let table: Value = serde_json::from_str(table().unwrap()).unwrap();
        let mut terms = 0;
        for context in table.as_object().unwrap().values() {
            each_term(context, &mut |name, term| {
                terms += 1;
                let iri = term.as_str().or_else(|| term["i"].as_str()).unwrap();
                assert!(
                    iri.contains(':') || ["@id", "@type"].contains(&iri),
                    "{name}: {iri}"
                );
                // A term that ends so is the prefix of others (JSON-LD 1.1 API, section 4.2.2): the page reads these four,
                // which are an address and nothing else.
                assert!(
                    !iri.ends_with([':', '/', '?', '#', '[', ']', '@'])
                        || (["cred", "obi", "sec", "xsd"].contains(&name) && term.is_string()),
                    "{name}: {iri}"
                );
                let container = term["c"].as_str();
                assert!(
                    container.is_none_or(|kind| ["@set", "@list", "@graph"].contains(&kind)),
                    "{name}"
                );
                // The page nests no scoped context into another's type.
                let coerced = term["t"].as_str().unwrap_or("@id");
                assert!(
                    coerced.contains(':') || ["@id", "@vocab", "@json"].contains(&coerced),
                    "{name}"
                );
            });
        }
        assert!(terms > 200, "{terms}");
    }

    #[test]
    fn what_the_table_cannot_say_is_an_error() {
        let refused = |text: &str| {
            let value: Value = serde_json::from_str(text).unwrap();
            context(value.as_object().unwrap(), &[]).unwrap_err()
        };
        assert_eq!(
            refused(r#"{"@vocab":"https://x.example/"}"#),
            TableError::Unknown("@vocab".into())
        );
        assert_eq!(
            refused(r#"{"a":{"@reverse":"https://x.example/b"}}"#),
            TableError::NoAddress("a".into())
        );
        assert_eq!(
            refused(r#"{"a":{"@id":"https://x.example/b","@language":"en"}}"#),
            TableError::Unknown("@language".into())
        );
        assert_eq!(refused(r#"{"a":"b","b":"a"}"#), TableError::NoAddress("a".into()));
    }
}
