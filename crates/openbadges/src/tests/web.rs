//! A small web for the verification tests: DID documents and status lists by address, and a signed badge.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use crate::credential::OpenBadgeCredential;
use crate::did::IssuerIdentity;
use crate::proof::{attach, sign};
use crate::status::{Bitstring, StatusListCredential};
use crate::testing::examples;
use crate::verify::{CheckKind, Failure, Resolver, Verdict, verify};

pub(super) const INDEX: u32 = 94_567;

/// A small web: DID documents and status lists by address.
#[derive(Default)]
pub(super) struct Web {
    pub(super) documents: HashMap<String, Value>,
    pub(super) lists: HashMap<String, Vec<u8>>,
}

impl Resolver for Web {
    fn did_document(&self, did: &str) -> Option<Value> {
        self.documents.get(did).cloned()
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        self.lists.get(url).cloned()
    }
}

pub(super) fn issuer() -> IssuerIdentity {
    examples::issuer().unwrap()
}

pub(super) fn now() -> DateTime<Utc> {
    examples::moment() + TimeDelta::days(1)
}

pub(super) fn method() -> String {
    issuer().verification_method(&examples::key().verifying_key())
}

pub(super) fn status_list(issuer: &IssuerIdentity, key: &SigningKey, url: &str, revoked: &[u32]) -> Vec<u8> {
    let mut bits = Bitstring::default();
    for index in revoked {
        bits.set(*index, true).unwrap();
    }
    let list = StatusListCredential::revocation(url, issuer.did(), &bits, examples::moment()).unwrap();
    let method = issuer.verification_method(&key.verifying_key());
    sign(&list, key, &method, examples::moment())
        .unwrap()
        .into_string()
        .into_bytes()
}

pub(super) fn web(revoked: &[u32]) -> Web {
    let (issuer, key) = (issuer(), examples::key());
    let mut web = Web::default();
    let document = serde_json::to_value(issuer.document([&key.verifying_key()])).unwrap();
    web.documents.insert(issuer.did().to_owned(), document);
    let url = issuer.status_url("1");
    web.lists
        .insert(url.clone(), status_list(&issuer, &key, &url, revoked));
    web
}

pub(super) fn badge() -> OpenBadgeCredential {
    examples::full_badge(INDEX).unwrap()
}

pub(super) fn signed(badge: &OpenBadgeCredential) -> Value {
    serde_json::to_value(attach(badge, &examples::key(), &method(), examples::moment()).unwrap()).unwrap()
}

pub(super) fn check(document: &Value, web: &Web) -> Verdict {
    verify(document.to_string().as_bytes(), web, now())
}

/// The reason for which `kind` fails after `change` was made to a signed badge.
pub(super) fn reason(kind: CheckKind, change: impl FnOnce(&mut Value)) -> Option<Failure> {
    let mut document = signed(&badge());
    change(&mut document);
    let verdict = check(&document, &web(&[]));
    assert!(!verdict.is_valid());
    verdict.failure(kind).cloned()
}

pub(super) fn published_web() -> Web {
    let document: Value = serde_json::from_str(include_str!("../../vectors/did-web.json")).unwrap();
    let key = "z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH";
    let did = "did:web:employer.example:org:1";
    let method = format!("{did}#{key}");
    let employer = json!({ "id": did, "assertionMethod": [method], "verificationMethod": [
        { "id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": key }] });
    let list = include_str!("../../vectors/status-list.json");
    Web {
        documents: [
            (document["id"].as_str().unwrap().to_owned(), document.clone()),
            (did.to_owned(), employer),
        ]
        .into(),
        lists: [(
            "https://issuer.example/status/1".to_owned(),
            list.as_bytes().to_vec(),
        )]
        .into(),
    }
}
