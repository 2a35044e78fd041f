//! Verifying a badge of which everything that is needed lies in memory: the issuers' DID documents and the signed status
//! lists. `cargo bench --bench verify` has `@digitalbazaar/vc` do the same beside it, with the packages of the independent
//! kit (`CAIRN_KIT` names its folder, `../shared/kit` otherwise) and `peer.mjs`; without the kit it says so.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "../figure/mod.rs"]
mod figure;
mod peer;

use std::collections::HashMap;

use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use figure::Figure;
use openbadges::did::IssuerIdentity;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::verify::{Resolver, verify};
use openbadges::{OpenBadgeCredential, proof, testing::examples};
use serde_json::Value;

/// Different badges, so that nobody can remember an answer.
const BADGES: u32 = 64;
/// The place of a badge that was revoked.
const REVOKED: u32 = 666;

/// What the web would answer.
#[derive(Default)]
struct Site {
    dids: HashMap<String, Value>,
    lists: HashMap<String, String>,
}

impl Resolver for Site {
    fn did_document(&self, did: &str) -> Option<Value> {
        self.dids.get(did).cloned()
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        self.lists.get(url).map(|list| list.clone().into_bytes())
    }
}

impl Site {
    fn publish(&mut self, issuer: &IssuerIdentity, key: &SigningKey) {
        let public = key.verifying_key();
        let document = serde_json::to_value(issuer.document([&public])).unwrap();
        self.dids.insert(issuer.did().to_owned(), document);
        let mut bits = Bitstring::default();
        bits.set(REVOKED, true).unwrap();
        let url = issuer.status_url("1");
        let list = StatusListCredential::revocation(&url, issuer.did(), &bits, examples::moment()).unwrap();
        let method = issuer.verification_method(&public);
        let list = proof::sign(&list, key, &method, examples::moment()).unwrap();
        self.lists.insert(url, list.into_string());
    }
}

/// Signed badges of one kind.
struct Kind {
    name: &'static str,
    work: &'static str,
    valid: Vec<String>,
    revoked: String,
    changed: String,
}

fn kind(name: &'static str, work: &'static str, badge: impl Fn(u32) -> OpenBadgeCredential) -> Kind {
    let key = examples::key();
    let method = examples::issuer()
        .unwrap()
        .verification_method(&key.verifying_key());
    let sign = |index: u32| {
        let signed = proof::sign(&badge(index), &key, &method, examples::moment()).unwrap();
        signed.into_string()
    };
    let valid: Vec<String> = (0..BADGES).map(sign).collect();
    let changed = valid
        .first()
        .unwrap()
        .replace("shares the load", "shares no load");
    Kind {
        name,
        work,
        valid,
        revoked: sign(REVOKED),
        changed,
    }
}

fn main() {
    let mut site = Site::default();
    site.publish(&examples::issuer().unwrap(), &examples::key());
    site.publish(&examples::endorser().unwrap(), &examples::endorser_key());
    let kinds = [
        kind("full", "verify a badge as most are", |n| {
            examples::full_badge(n).unwrap()
        }),
        kind(
            "whole",
            "verify a badge with every optional member and three endorsements",
            |n| examples::whole_badge(n).unwrap(),
        ),
    ];
    let peer = peer::measure(&site, &kinds);
    let now = examples::moment() + TimeDelta::days(30);
    for kind in &kinds {
        // Both sides have to find out what is wrong before it counts how fast they find that nothing is.
        for bad in [&kind.revoked, &kind.changed] {
            assert!(!verify(bad.as_bytes(), &site, now).is_valid());
        }
        let bytes = kind.valid.first().unwrap().len();
        println!(
            "\n{}: {bytes} bytes, status list and its proof included",
            kind.work
        );
        let theirs = peer.as_ref().and_then(|peer| peer.get(kind.name)).copied();
        let peers: Vec<_> = theirs
            .map(|figure| ("@digitalbazaar/vc", figure))
            .into_iter()
            .collect();
        let mut next = kind.valid.iter().cycle();
        Figure {
            work: kind.work,
            unit: "badges",
            each: 1.0,
            aim: theirs.map(|figure| figure * 60.0),
            peers: &peers,
        }
        .measure(|| assert!(verify(next.next().unwrap().as_bytes(), &site, now).is_valid()));
    }
}
