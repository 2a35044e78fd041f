//! Issuer identity: `did:web`, one path for each issuer, and its DID document.
//!
//! The identity origin is a setting of its own: a DID keeps its host for as long as credentials live, whatever
//! address the server has. The multibase key is the fragment of its own verification method, as the 1EdTech
//! validator expects.

use serde::{Deserialize, Serialize};
use url::Url;

use super::foreign_key::ForeignKey;
use super::keys::{Jwk, KeyError, PublicKey};

/// The context of `JsonWebKey`; a document without such a key does not name it.
const JWK_CONTEXT: &str = "https://w3id.org/security/jwk/v1";

/// The contexts of a DID document, in the order that the 1EdTech validator wants.
const DID_CONTEXTS: [&str; 2] = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
];

/// Where an issuer's DID document is served, below its origin.
pub const DOCUMENT: &str = "/issuers/{slug}/did.json";
/// Where its status lists are served.
pub const STATUS: &str = "/issuers/{slug}/status/{list}";

/// An origin or a slug that makes no `did:web`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DidError {
    /// Not an origin.
    #[error("{0:?} is not an identity origin; write it like https://badges.example, without a path")]
    Origin(String),
    /// Something that is not fit for a path segment.
    #[error("{0:?} is not an issuer slug; use lower-case letters, digits and hyphens")]
    Slug(String),
    /// A DID of another method or form.
    #[error("{0:?} is not a did:web identifier")]
    NotDidWeb(String),
}

/// Who issues: a `did:web` and the addresses that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerIdentity {
    origin: String,
    did: String,
    slug: String,
}

impl IssuerIdentity {
    /// The identity of the issuer `slug` at `origin`, such as `https://badges.example` and `abc`, which make
    /// `did:web:badges.example:issuers:abc`. A port is kept, percent-encoded, for servers on one's own machine.
    ///
    /// # Errors
    /// When the origin has a path or no host, or the slug has characters other than `a-z`, `0-9` and `-`.
    pub fn new(origin: &str, slug: &str) -> Result<Self, DidError> {
        let refused = || DidError::Origin(origin.to_owned());
        let url = Url::parse(origin).map_err(|_| refused())?;
        let host = url
            .host_str()
            .filter(|host| !host.contains(['[', ']', ':']))
            .ok_or_else(refused)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !matches!(url.scheme(), "https" | "http")
            || !bare
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(refused());
        }
        if slug.is_empty()
            || slug.len() > 64
            || !slug
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            return Err(DidError::Slug(slug.to_owned()));
        }
        let authority = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}%3A{port}"));
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            did: format!("did:web:{authority}:issuers:{slug}"),
            slug: slug.to_owned(),
        })
    }

    /// The DID, which is also `issuer.id`.
    #[must_use]
    pub fn did(&self) -> &str {
        &self.did
    }

    /// The DID URL of one key: the DID, `#` and the multibase key.
    #[must_use]
    pub fn verification_method(&self, key: impl Into<PublicKey>) -> String {
        format!("{}#{}", self.did, key.into().multikey())
    }

    /// Where the DID document is served: [`DOCUMENT`] of this issuer.
    #[must_use]
    pub fn document_path(&self) -> String {
        DOCUMENT.replace("{slug}", &self.slug)
    }

    /// Where a status list is served: [`STATUS`] of this issuer.
    #[must_use]
    pub fn status_path(&self, list: &str) -> String {
        STATUS.replace("{slug}", &self.slug).replace("{list}", list)
    }

    /// The address of a status list, which is also its id.
    #[must_use]
    pub fn status_url(&self, list: &str) -> String {
        format!("{}{}", self.origin, self.status_path(list))
    }

    /// The origin, without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The DID document with every key that is still good for verification, newest first or last as one likes. Ed25519
    /// keys stand there as `Multikey`, P-256 keys as `JsonWebKey`, as those who read tokens expect them.
    #[must_use]
    pub fn document(&self, keys: impl IntoIterator<Item = impl Into<PublicKey>>) -> DidDocument {
        let verification_method: Vec<_> = keys.into_iter().map(|key| self.method(&key.into())).collect();
        let tokens = verification_method
            .iter()
            .any(|method| method.public_key_jwk.is_some());
        let contexts = DID_CONTEXTS.into_iter().chain(tokens.then_some(JWK_CONTEXT));
        DidDocument {
            context: contexts.map(str::to_owned).collect(),
            id: self.did.clone(),
            assertion_method: verification_method
                .iter()
                .map(|method| method.id.clone())
                .collect(),
            verification_method,
        }
    }

    fn method(&self, key: &PublicKey) -> VerificationMethod {
        let (kind, multibase, jwk) = match key {
            PublicKey::Ed25519(_) => ("Multikey", Some(key.multikey()), None),
            PublicKey::P256(_) => ("JsonWebKey", None, Some(key.jwk())),
        };
        VerificationMethod {
            id: self.verification_method(key),
            kind: kind.to_owned(),
            controller: self.did.clone(),
            public_key_multibase: multibase,
            public_key_jwk: jwk,
        }
    }

    /// A key of this issuer in the host's key set (Open Badges 3.0 Implementation Guide, "Key provenance"): `kid` is what
    /// tokens name, `iss` tells the issuers of one host apart.
    #[must_use]
    pub fn web_key(&self, key: &PublicKey) -> WebKey {
        WebKey {
            key: key.jwk(),
            key_id: self.verification_method(key),
            algorithm: match key {
                PublicKey::Ed25519(_) => "EdDSA",
                PublicKey::P256(_) => "ES256",
            },
            usage: "sig",
            issuer: self.did.clone(),
        }
    }
}

/// One entry of a published key set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebKey {
    /// The key itself.
    #[serde(flatten)]
    pub key: Jwk,
    /// The DID URL of the key.
    #[serde(rename = "kid")]
    pub key_id: String,
    /// `ES256` or `EdDSA`.
    #[serde(rename = "alg")]
    pub algorithm: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// The issuer's DID.
    #[serde(rename = "iss")]
    pub issuer: String,
}

/// Where the DID document of a `did:web` is found (did:web Method Specification, section 3.2).
///
/// # Errors
/// When it is not a `did:web`, or its parts would leave their place in the address.
pub fn document_url(did: &str) -> Result<String, DidError> {
    let refused = || DidError::NotDidWeb(did.to_owned());
    let rest = did.strip_prefix("did:web:").ok_or_else(refused)?;
    let mut parts = rest.split(':');
    let host = parts
        .next()
        .unwrap_or_default()
        .replace("%3A", ":")
        .replace("%3a", ":");
    let path: Vec<&str> = parts.collect();
    let safe = |text: &str| {
        !text.is_empty()
            && text != "."
            && text != ".."
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
    };
    if !safe(&host) || !path.iter().all(|part| safe(part)) {
        return Err(refused());
    }
    let place = if path.is_empty() {
        ".well-known".to_owned()
    } else {
        path.join("/")
    };
    let url = Url::parse(&format!("https://{host}/{place}/did.json")).map_err(|_| refused())?;
    Ok(url.into())
}

/// A DID document as we serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DidDocument {
    /// `did/v1`, then `multikey/v1`; then `jwk/v1` where there is a `JsonWebKey`.
    #[serde(rename = "@context")]
    pub context: Vec<String>,
    /// The DID.
    pub id: String,
    /// Every key, old ones as well.
    pub verification_method: Vec<VerificationMethod>,
    /// The same keys by id, as plain strings.
    pub assertion_method: Vec<String>,
}

/// One key of a DID document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerificationMethod {
    /// The DID, `#` and the multibase key.
    pub id: String,
    /// `Multikey` or `JsonWebKey`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The DID.
    pub controller: String,
    /// The key of a `Multikey`: `z6Mk…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_multibase: Option<String>,
    /// The key of a `JsonWebKey`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_jwk: Option<Jwk>,
}

/// The key of a `did:key` verification method, which needs no document.
///
/// # Errors
/// When the text after `did:key:` is no Multikey of a kind that is known here.
pub fn did_key(did: &str) -> Option<Result<ForeignKey, KeyError>> {
    did.strip_prefix("did:key:").map(ForeignKey::from_multikey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    #[test]
    fn an_issuer_has_a_did_and_its_paths() {
        let issuer = IssuerIdentity::new("https://badges.example", "abc").unwrap();
        assert_eq!(issuer.did(), "did:web:badges.example:issuers:abc");
        assert_eq!(issuer.document_path(), "/issuers/abc/did.json");
        assert_eq!(
            document_url(issuer.did()).unwrap(),
            "https://badges.example/issuers/abc/did.json"
        );
        assert_eq!(
            issuer.status_url("1"),
            "https://badges.example/issuers/abc/status/1"
        );
        let local = IssuerIdentity::new("http://127.0.0.1:8080/", "abc").unwrap();
        assert_eq!(local.did(), "did:web:127.0.0.1%3A8080:issuers:abc");
        assert_eq!(local.origin(), "http://127.0.0.1:8080");
    }

    #[test]
    fn what_makes_no_did_is_refused() {
        for origin in [
            "badges.example",
            "https://badges.example/tool",
            "ftp://x.example",
            "https://u@x.example",
            "",
        ] {
            assert_eq!(
                IssuerIdentity::new(origin, "abc"),
                Err(DidError::Origin(origin.to_owned()))
            );
        }
        for slug in ["", "A", "a:b", "a/b", "..", "ä"] {
            assert_eq!(
                IssuerIdentity::new("https://x.example", slug),
                Err(DidError::Slug(slug.to_owned()))
            );
        }
    }

    #[test]
    fn a_document_address_stays_on_its_host() {
        assert_eq!(
            document_url("did:web:x.example").unwrap(),
            "https://x.example/.well-known/did.json"
        );
        assert_eq!(
            document_url("did:web:x.example%3A8443:a").unwrap(),
            "https://x.example:8443/a/did.json"
        );
        for did in [
            "did:key:z6Mk",
            "did:web:",
            "did:web:x.example:..",
            "did:web:x@y.example",
            "did:web:x.example::a",
            "did:web:x.example/a",
            "did:web:x.example%2Fa",
        ] {
            assert_eq!(document_url(did), Err(DidError::NotDidWeb(did.to_owned())));
        }
    }

    #[test]
    fn the_document_lists_old_keys_beside_the_new_one() {
        let issuer = IssuerIdentity::new("https://badges.example", "abc").unwrap();
        let keys = [1, 2].map(|seed| SigningKey::from_bytes(&[seed; 32]).verifying_key());
        let document = serde_json::to_value(issuer.document(&keys)).unwrap();
        assert_eq!(document["assertionMethod"].as_array().unwrap().len(), 2);
        assert_eq!(
            document["assertionMethod"][1],
            issuer.verification_method(&keys[1])
        );
        assert_eq!(document["verificationMethod"][1]["controller"], issuer.did());
    }

    #[test]
    fn a_key_for_tokens_stands_there_as_a_json_web_key_and_in_the_key_set_of_the_host() {
        let issuer = IssuerIdentity::new("https://badges.example", "abc").unwrap();
        let ed = PublicKey::from(&SigningKey::from_bytes(&[1; 32]).verifying_key());
        let es = p256::ecdsa::SigningKey::from_slice(&[2; 32]).unwrap();
        let es = PublicKey::from(es.verifying_key());
        let document = serde_json::to_value(issuer.document([&ed, &es])).unwrap();
        let [first, second] = [0, 1].map(|place| document["verificationMethod"][place].clone());
        assert_eq!(first["type"], "Multikey");
        assert!(first.get("publicKeyJwk").is_none());
        assert_eq!(second["type"], "JsonWebKey");
        assert!(second.get("publicKeyMultibase").is_none());
        assert_eq!(second["publicKeyJwk"], serde_json::to_value(es.jwk()).unwrap());
        assert_eq!(second["id"], issuer.verification_method(&es));
        assert_eq!(document["assertionMethod"][1], second["id"]);
        assert_eq!(document["@context"][1], DID_CONTEXTS[1]);
        assert_eq!(document["@context"][2], JWK_CONTEXT);
        let published = serde_json::to_value(issuer.web_key(&es)).unwrap();
        assert_eq!(published["kid"], second["id"]);
        assert_eq!(published["iss"], issuer.did());
        assert_eq!(
            (&published["alg"], &published["kty"]),
            (&"ES256".into(), &"EC".into())
        );
        assert_eq!(PublicKey::from_jwk(&published), Ok(es));
    }

    #[test]
    fn a_published_document_has_the_same_members() {
        let text = include_str!("../vectors/did-web.json");
        let published: serde_json::Value = serde_json::from_str(text).unwrap();
        let document: DidDocument = serde_json::from_str(text).unwrap();
        let multikey = document.verification_method[0].public_key_multibase.as_ref();
        let key = PublicKey::from_multikey(multikey.unwrap()).unwrap();
        let identity = IssuerIdentity {
            origin: "https://issuer.example".to_owned(),
            did: "did:web:issuer.example".to_owned(),
            slug: String::new(),
        };
        assert_eq!(
            serde_json::to_value(identity.document([&key])).unwrap(),
            published
        );
    }
}
