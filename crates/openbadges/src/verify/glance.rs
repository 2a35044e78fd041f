//! What a badge says of itself, of whatever standard: for people who look at it. Nothing of it is true before it is verified.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::received::parse;
use super::{Resolver, is_older_model, issuer_id, list, moment, older, text};
use crate::bake;

/// What a badge says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The id of the credential, where it has one.
    pub id: Option<String>,
    /// What was achieved.
    pub name: String,
    /// The same at length; empty where it says nothing.
    pub description: String,
    /// The id of the achievement, or of the class of an older badge.
    pub achievement: Option<String>,
    /// The id of the issuer, to which a verification holds the badge.
    pub issuer: String,
    /// What the issuer calls itself; nobody has looked at that.
    pub issuer_name: Option<String>,
    /// Since when it is held.
    pub awarded: Option<DateTime<Utc>>,
    /// When it ends.
    pub until: Option<DateTime<Utc>>,
    /// Its picture: an address, or a `data:` one.
    pub picture: Option<String>,
}

/// What the badge in `file` says of itself, a picture or what [`super::verify`] takes; nothing where it is no badge, and where
/// what it refers to is not to be had.
#[must_use]
pub fn glance(file: &[u8], resolver: &dyn Resolver) -> Option<Glance> {
    let received = parse(&unbaked(file)?).ok()?;
    if !received.several.is_empty() {
        // What stands round several badges was signed by nobody, whatever it calls itself.
        return None;
    }
    let document = &received.document;
    if older::is_older(document) {
        return older::glance(document, resolver);
    }
    let achievement = document.pointer("/credentialSubject/achievement")?;
    let (awarded, until) = if is_older_model(document) {
        (["awardedDate", "issuanceDate"], ["expirationDate", "validUntil"])
    } else {
        (["awardedDate", "validFrom"], ["validUntil", "validUntil"])
    };
    let first = |names: [&str; 2]| names.into_iter().find_map(|name| moment(document, name));
    Some(Glance {
        id: text(document, "id").map(str::to_owned),
        name: text(achievement, "name")?.to_owned(),
        description: text(achievement, "description").unwrap_or_default().to_owned(),
        achievement: text(achievement, "id").map(str::to_owned),
        issuer: issuer_id(document)?.to_owned(),
        issuer_name: document
            .get("issuer")
            .and_then(|issuer| text(issuer, "name"))
            .map(str::to_owned),
        awarded: first(awarded),
        until: first(until),
        picture: picture(achievement),
    })
}

/// The address of the picture that an object names.
pub(super) fn picture(of: &Value) -> Option<String> {
    let image = list(of, "image").first()?;
    image.as_str().or_else(|| text(image, "id")).map(str::to_owned)
}

/// What is in a picture, or the file itself.
fn unbaked(file: &[u8]) -> Option<Cow<'_, [u8]>> {
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    if file.starts_with(b"\x89PNG") || text.trim_ascii_start().starts_with(b"<") {
        let inside = bake::extract(file).ok()?;
        return Some(Cow::Owned(inside.into_bytes()));
    }
    Some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Hosts(Value);

    impl Resolver for Hosts {
        fn did_document(&self, _: &str) -> Option<Value> {
            None
        }

        fn status_list(&self, _: &str) -> Option<Vec<u8>> {
            None
        }

        fn document(&self, url: &str) -> Option<Value> {
            self.0.get(url).cloned()
        }
    }

    #[test]
    fn a_badge_of_today_says_what_it_is_and_whose() {
        let signed = include_bytes!("../../vectors/badge.json");
        let document: Value = serde_json::from_slice(signed).unwrap();
        let said = glance(signed, &Hosts(json!({}))).unwrap();
        let achievement = &document["credentialSubject"]["achievement"];
        assert_eq!(json!(said.name), achievement["name"]);
        assert_eq!(json!(said.issuer), document["issuer"]["id"]);
        assert_eq!(json!(said.id), document["id"]);
        assert!(said.awarded.is_some());
        let mut forged = document.clone();
        forged["type"] = json!(["VerifiablePresentation"]);
        forged["verifiableCredential"] = json!([document, document]);
        assert_eq!(
            glance(forged.to_string().as_bytes(), &Hosts(json!({}))).map(|said| said.name),
            None
        );
    }

    #[test]
    fn an_older_one_is_read_where_it_is_hosted_and_its_class_too() {
        let at = |name: &str| format!("https://x.example/{name}");
        let hosted = json!({ "type": "Assertion", "id": at("1"), "recipient": {}, "badge": at("class"),
            "issuedOn": "2024-01-04", "verification": { "type": "hosted" } });
        let class = json!({ "type": "BadgeClass", "id": at("class"), "name": "Basic welding", "description": "Joins plates.",
            "image": { "id": at("p.png") }, "issuer": at("issuer") });
        let mut hosts = json!({});
        hosts[at("1")] = hosted;
        hosts[at("class")] = class;
        hosts[at("issuer")] = json!({ "id": at("issuer"), "name": "Harbour College" });
        let said = glance(at("1").as_bytes(), &Hosts(hosts.clone())).unwrap();
        assert_eq!(said.name, "Basic welding");
        assert_eq!(said.issuer, at("issuer"));
        assert_eq!(said.issuer_name.as_deref(), Some("Harbour College"));
        assert_eq!(said.picture, Some(at("p.png")));
        assert_eq!(said.achievement, Some(at("class")));
        hosts[at("class")] = Value::Null;
        assert_eq!(glance(at("1").as_bytes(), &Hosts(hosts)), None);
    }

    #[test]
    fn what_is_no_badge_says_nothing() {
        for text in ["", "{}", "[1]", "<svg/>", "a.b.c", "{\"credentialSubject\":{}}"] {
            assert_eq!(glance(text.as_bytes(), &Hosts(json!({}))), None, "{text}");
        }
    }
}
