//! The badge with every optional member: that nothing is left out of it, and that both of its forms verify.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::web::*;
use crate::jwt;
use crate::keys::PublicKey;
use crate::proof::sign;
use crate::testing::examples;
use crate::testing::strategies;
use crate::verify::{Remark, verify};

/// The members of a document by name, however deep; the places in lists do not count.
fn members(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let path = format!("{path}/{name}");
                members(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, path, found)),
        _ => {}
    }
}

#[test]
fn the_whole_badge_leaves_no_member_out() {
    let mut known = BTreeSet::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..400 {
        let badge = strategies::badge().new_tree(&mut runner).unwrap().current();
        members(&serde_json::to_value(&badge).unwrap(), "", &mut known);
    }
    // What the random documents do not draw.
    for holder in ["issuer", "credentialSubject/achievement"] {
        known.insert(format!("/{holder}/endorsement/proof/proofValue"));
    }
    for name in [
        "description",
        "credentialStatus/statusListIndex",
        "credentialSchema/id",
    ] {
        known.insert(format!("/endorsement/{name}"));
    }
    let mut there = BTreeSet::new();
    let whole = serde_json::to_value(examples::whole_badge(5).unwrap()).unwrap();
    members(&whole, "", &mut there);
    let left_out: Vec<_> = known.difference(&there).collect();
    assert!(known.len() > 150, "{}", known.len());
    assert!(left_out.is_empty(), "{left_out:?}");
}

#[test]
fn both_forms_of_the_whole_badge_verify() {
    let mut web = web(&[]);
    let token_key = examples::token_key().unwrap();
    let keys = [
        PublicKey::from(&examples::key().verifying_key()),
        PublicKey::from(token_key.verifying_key()),
    ];
    let document = serde_json::to_value(issuer().document(&keys)).unwrap();
    web.documents.insert(issuer().did().to_owned(), document);
    let (endorser, endorser_key) = (examples::endorser().unwrap(), examples::endorser_key());
    let document = serde_json::to_value(endorser.document([&endorser_key.verifying_key()])).unwrap();
    web.documents.insert(endorser.did().to_owned(), document);
    let url = endorser.status_url("1");
    web.lists
        .insert(url.clone(), status_list(&endorser, &endorser_key, &url, &[]));

    let badge = examples::whole_badge(5).unwrap();
    let json = sign(&badge, &examples::key(), &method(), examples::moment()).unwrap();
    let token = jwt::sign(&badge, &token_key, &issuer().verification_method(&keys[1])).unwrap();
    for signed in [json, token] {
        let verdict = verify(signed.as_bytes(), &web, now());
        assert!(verdict.is_valid(), "{verdict:?}");
        let at_work = status_list(&endorser, &endorser_key, &url, &[2]);
        let mut withdrawn = Web {
            documents: web.documents.clone(),
            lists: web.lists.clone(),
        };
        withdrawn.lists.insert(url.clone(), at_work);
        let verdict = verify(signed.as_bytes(), &withdrawn, now());
        let told = |one: &Remark| matches!(one, Remark::EndorsementOver(_, why) if why.contains("revoked"));
        assert!(
            verdict.is_valid() && verdict.remarks.iter().any(told),
            "an endorsement was taken back, and the badge was not: {verdict:?}"
        );
    }
}
