//! An issuer in memory: its identity document, its status list and a badge that it signed.

use std::collections::HashMap;
use std::sync::LazyLock;

use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::verify::Resolver;
use openbadges::{testing::examples, sign};
use serde_json::Value;

pub struct World {
    pub badge: Value,
    pub documents: HashMap<String, Value>,
    pub lists: HashMap<String, Vec<u8>>,
}

impl Resolver for World {
    fn did_document(&self, did: &str) -> Option<Value> {
        self.documents.get(did).cloned()
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        self.lists.get(url).cloned()
    }
}

pub static WORLD: LazyLock<World> = LazyLock::new(World::new);

impl World {
    /// The issuer of the examples, which has revoked nothing.
    #[must_use]
    pub fn new() -> Self {
        let (issuer, key) = (examples::issuer().expect("an issuer"), examples::key());
        let method = issuer.verification_method(&key.verifying_key());
        let list = issuer.status_url("1");
        let bits = Bitstring::default();
        let signed =
            StatusListCredential::revocation(&list, issuer.did(), &bits, examples::moment()).expect("a list");
        let signed = sign(&signed, &key, &method, examples::moment()).expect("a signed list");
        let badge = examples::full_badge(7).expect("a badge");
        let badge = sign(&badge, &key, &method, examples::moment()).expect("a signed badge");
        let document = serde_json::to_value(issuer.document([&key.verifying_key()])).expect("an identity");
        Self {
            badge: serde_json::from_str(badge.as_str()).expect("JSON"),
            documents: [(issuer.did().to_owned(), document)].into(),
            lists: [(list, signed.into_string().into_bytes())].into(),
        }
    }
}
