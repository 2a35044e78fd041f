//! Page and server give the same verdict for the same reason: on every vector, on every change of one, on random badges.

use ed25519_dalek::SigningKey;
use openbadges::credential::{OpenBadgeCredential, StatusEntry};
use openbadges::did::IssuerIdentity;
use openbadges::proof::{attach, sign};
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::testing::examples;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::{Net, VerifierPage, judged, published, same, vectors};

/// Pointers to every value below `value`, objects and arrays included.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, value)| (n.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (name, value) in below {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        places(value, &place, into);
        into.push(place);
    }
}

/// Another value of the same kind.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(value) => json!(!value),
        Value::Number(_) => json!(4.25),
        Value::String(text) if chrono::DateTime::parse_from_rfc3339(text).is_ok() => {
            json!(text.replace("T00:", "T01:").replace("T22:", "T21:"))
        }
        Value::String(text) if text.parse::<u32>().is_ok() => json!(format!("1{text}")),
        Value::String(text) => json!(format!("{text}0")),
        Value::Array(items) => json!(items.iter().chain(items.first()).collect::<Vec<_>>()),
        Value::Object(members) => {
            let mut members = members.clone();
            members.insert("grade".to_owned(), json!("A"));
            Value::Object(members)
        }
        Value::Null => json!(1),
    }
}

/// Each place changed and left out, and every third emptied or written as something else.
pub(super) fn variants(document: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut found = Vec::new();
    places(document, "", &mut found);
    for (number, place) in found.into_iter().enumerate() {
        let mut put = |what: &str, value: Value| {
            let mut changed = document.clone();
            *changed.pointer_mut(&place).unwrap() = value;
            all.push((format!("{place} {what}"), changed.to_string()));
        };
        let value = document.pointer(&place).unwrap();
        put("changed", other(value));
        if number % 3 == 0 {
            put("null", Value::Null);
            put("as an object", json!({ "id": "https://x.example/y" }));
        }
        if value.is_string() && number % 3 == 1 {
            put("as a list", json!([value]));
            put("relative", json!("somewhere"));
        }
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut without = document.clone();
        if let Some(members) = without.pointer_mut(parent).and_then(Value::as_object_mut) {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
            all.push((format!("{place} left out"), without.to_string()));
        }
    }
    all
}

#[test]
fn the_page_gives_the_servers_verdict_on_every_vector_and_every_change_of_one() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let net = published();
        let mut count = 0;
        for (name, text) in vectors() {
            let document: Value = serde_json::from_str(text).unwrap();
            let mut cases = vec![("as it is".to_owned(), text.to_owned())];
            cases.extend(variants(&document));
            let texts: Vec<String> = cases.iter().map(|(_, text)| text.clone()).collect();
            let found = verifier.check_texts(&texts, &net).await;
            for ((what, text), finding) in cases.iter().zip(&found) {
                same(finding, &judged(text, &net), &format!("{name}: {what}"));
            }
            let expected = if name == "status-list" { "unknown" } else { "valid" };
            assert_eq!(found[0].verdict, expected, "{name}: {:?}", found[0]);
            count += cases.len();
        }
        assert!(count > 1_000, "{count}");
        verifier.end().await;
    });
}

/// Random badges of an issuer of ours, each signed; every third one is revoked.
fn random_badges(count: u32) -> (Vec<String>, Net) {
    let (issuer, key) = (examples::issuer().unwrap(), examples::key());
    let method = issuer.verification_method(&key.verifying_key());
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]),
    );
    let strategy = openbadges::testing::strategies::badge();
    let url = issuer.status_url("1");
    let badges = (0..count).map(|index| {
        let mut badge = strategy.new_tree(&mut runner).unwrap().current();
        issuer.did().clone_into(&mut badge.issuer.id);
        badge.valid_from = examples::moment();
        badge.valid_until = None;
        // The strategy's endorsers publish no keys; one badge in four keeps theirs, to be refused for it.
        if index % 4 != 0 {
            badge.endorsement.clear();
        }
        badge.credential_status = Some(StatusEntry::revocation(&url, index));
        // Results refer to nothing in the strategy.
        if index % 5 != 0 {
            badge.credential_subject.result.clear();
        }
        sign(&badge, &key, &method, examples::moment())
            .unwrap()
            .into_string()
    });
    let badges = badges.collect();
    let mut bits = Bitstring::default();
    for index in (0..count).step_by(3) {
        bits.set(index, true).unwrap();
    }
    let list = StatusListCredential::revocation(&url, issuer.did(), &bits, examples::moment()).unwrap();
    let mut net = Net::default();
    let list = sign(&list, &key, &method, examples::moment()).unwrap();
    net.0.insert(url, list.into_string());
    let identity = serde_json::to_value(issuer.document([&key.verifying_key()])).unwrap();
    net.publish("https://badges.example/issuers/abc/did.json", &identity);
    (badges, net)
}

#[test]
fn random_badges_that_the_server_signs_are_canonicalised_alike_in_the_page() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let (badges, net) = random_badges(120);
        let found = verifier.check_texts(&badges, &net).await;
        let mut good = 0;
        for (text, finding) in badges.iter().zip(&found) {
            same(finding, &judged(text, &net), text);
            // Whatever else is wrong with it, the signature covers it.
            assert_eq!(finding.checks["Signature"].state, "held", "{text}: {finding:?}");
            good += usize::from(finding.verdict == "valid");
        }
        assert!((20..100).contains(&good), "{good} of {} are valid", badges.len());
        verifier.end().await;
    });
}

#[test]
fn a_valid_badge_leaves_open_who_its_issuer_is() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        // Nobody has ever heard of these issuers, and the page keeps no list of those that somebody has.
        let (mut badges, mut net) = random_badges(3);
        net.0.extend(published().0);
        let vectors: std::collections::BTreeMap<_, _> = vectors().into();
        let texts = [
            vectors["badge"].to_owned(),
            vectors["small"].to_owned(),
            badges.remove(1),
        ];
        let found = verifier.check_texts(&texts, &net).await;
        let remarks = [
            "whoever holds the web address issuer.example.",
            "known by a key alone, which does not say who holds it",
            "whoever holds the web address badges.example.",
        ];
        for (finding, remark) in found.iter().zip(remarks) {
            assert_eq!(finding.verdict, "valid", "{finding:?}");
            let about = finding.open.iter().filter(|line| line.contains(remark));
            assert_eq!(about.count(), 1, "{remark}: {finding:?}");
            assert!(
                finding.open.iter().any(|line| line.contains("should trust")),
                "{finding:?}"
            );
        }
        verifier.end().await;
    });
}

fn signed(badge: &OpenBadgeCredential, key: &SigningKey, issuer: &IssuerIdentity) -> Value {
    let method = issuer.verification_method(&key.verifying_key());
    serde_json::to_value(attach(badge, key, &method, examples::moment()).unwrap()).unwrap()
}

#[test]
fn what_the_issuer_publishes_decides_in_the_page_as_on_the_server() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let (issuer, key) = (examples::issuer().unwrap(), examples::key());
        let place = "https://badges.example/issuers/abc/did.json";
        let url = issuer.status_url("1");
        let badge = signed(&examples::full_badge(4).unwrap(), &key, &issuer).to_string();
        let list = |key: &SigningKey, issuer: &IssuerIdentity, url: &str, revoked: &[u32]| {
            let mut bits = Bitstring::default();
            for index in revoked {
                bits.set(*index, true).unwrap();
            }
            let list =
                StatusListCredential::revocation(url, issuer.did(), &bits, examples::moment()).unwrap();
            let method = issuer.verification_method(&key.verifying_key());
            sign(&list, key, &method, examples::moment())
                .unwrap()
                .into_string()
        };
        let stranger = SigningKey::from_bytes(&[9; 32]);
        let elsewhere = IssuerIdentity::new("https://x.example", "x").unwrap();
        let document = |keys: &[&SigningKey]| {
            let keys: Vec<_> = keys.iter().map(|key| key.verifying_key()).collect();
            serde_json::to_value(issuer.document(keys.iter())).unwrap()
        };
        let mut whole = Net::default();
        whole.publish(place, &document(&[&key]));
        whole.0.insert(url.clone(), list(&key, &issuer, &url, &[3, 5]));
        let theirs = serde_json::to_value(elsewhere.document([&key.verifying_key()])).unwrap();
        whole.publish("https://x.example/issuers/x/did.json", &theirs);
        let with = |change: &dyn Fn(&mut Net)| {
            let mut net = whole.clone();
            change(&mut net);
            net
        };
        let put = |text: String| move |net: &mut Net| drop(net.0.insert(issuer_list(), text.clone()));
        let identity = |change: fn(&mut Value)| {
            let mut published = document(&[&key]);
            change(&mut published);
            move |net: &mut Net| net.publish(place, &published)
        };
        let cases: Vec<(&str, Net)> = vec![
            ("valid", whole.clone()),
            ("invalid", with(&put(list(&key, &issuer, &url, &[4])))),
            ("invalid", with(&put(list(&stranger, &issuer, &url, &[])))),
            ("invalid", with(&put(list(&key, &elsewhere, &url, &[])))),
            (
                "invalid",
                with(&put(list(&key, &issuer, &issuer.status_url("2"), &[]))),
            ),
            // A list that nobody can read rules revocation out as little as one that is not there.
            ("unknown", with(&put("nonsense".to_owned()))),
            ("unknown", with(&|net| drop(net.0.remove(&url)))),
            ("unknown", with(&|net| drop(net.0.remove(place)))),
            (
                "invalid",
                with(&|net| net.publish(place, &document(&[&stranger]))),
            ),
            (
                "valid",
                with(&|net| net.publish(place, &document(&[&stranger, &key]))),
            ),
            (
                "invalid",
                with(&identity(|d| d["id"] = json!("did:web:x.example"))),
            ),
            ("invalid", with(&identity(|d| d["assertionMethod"] = json!([])))),
            (
                "invalid",
                with(&identity(|d| {
                    d["verificationMethod"][0]["controller"] = json!("did:web:x")
                })),
            ),
            (
                "invalid",
                with(&identity(|d| {
                    d["verificationMethod"][0]["publicKeyMultibase"] = json!("z6Mk")
                })),
            ),
        ];
        for (number, (expected, net)) in cases.iter().enumerate() {
            let found = verifier
                .check_texts(std::slice::from_ref(&badge), net)
                .await
                .remove(0);
            let verdict = judged(&badge, net);
            assert_eq!(found.verdict, *expected, "{number}: {found:?}");
            if *expected == "unknown" {
                // The page may tell more than the server: the signature fits the key that the badge itself names.
                assert!(!verdict.is_valid(), "{number}");
            } else {
                same(&found, &verdict, &format!("{number}"));
            }
        }
        verifier.end().await;
    });
}

/// The address of the examples' status list.
fn issuer_list() -> String {
    examples::issuer().unwrap().status_url("1")
}
