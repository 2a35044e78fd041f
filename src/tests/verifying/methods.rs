//! How issuers are known: by a key (did:key, did:jwk) or by their site (did:web, https), which page and server follow; any
//! other way is "not checked here" from both, however good the signature is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use openbadges::multibase;
use openbadges::testing::examples;
use openbadges::verify::Outcome;
use serde_json::{Value, json};

use super::foreign::signed_as;
use super::tokens::{claims, token};
use super::{Net, VerifierPage, judged, now, same};

const FULL: &str = include_str!("../../../crates/openbadges/vectors/full.json");

/// A badge, and what is to be said of it: the verdict, and why the check of the key does not hold.
pub(super) struct Case {
    pub(crate) name: &'static str,
    pub(crate) verdict: &'static str,
    pub(crate) key: &'static str,
    pub(crate) text: String,
}

/// The same badge of issuers who are known in different ways, all with one key; and the net, in which one of them has a
/// site.
pub(super) fn cases() -> (Net, Vec<Case>) {
    let (key, web) = (examples::key(), examples::issuer().unwrap());
    let public = key.verifying_key();
    let multikey = multibase::encode_key(&public);
    let mut net = Net::default();
    let document = serde_json::to_value(web.document([&public])).unwrap();
    net.publish("https://badges.example/issuers/abc/did.json", &document);

    let by_key = format!("did:key:{multikey}");
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(public.as_bytes()) });
    // The did:jwk Method, section 2: the key as JSON, and its one verification method is called "0".
    let by_jwk = format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk.to_string()));
    let unanswered = "did:web:nobody.example";
    let full: Value = serde_json::from_str(FULL).unwrap();
    let embedded = |document: &Value, did: &str, fragment: &str| {
        let issuer = json!({ "id": did, "type": ["Profile"], "name": "Issuer Example" });
        let mut signed = signed_as(document, &issuer, &format!("{did}#{fragment}")).unwrap();
        signed["proof"] = json!([signed["proof"]]);
        signed
    };
    let tokened = |did: &str, fragment: &str| {
        let header = json!({ "alg": "EdDSA", "kid": format!("{did}#{fragment}") });
        token(&header, &claims(did), |message| {
            key.sign(message.as_bytes()).to_bytes().to_vec()
        })
    };
    let mut expired = full.clone();
    expired["validUntil"] = json!("2026-01-01T00:00:00Z");
    let mut changed = embedded(&full, &by_jwk, "0");
    changed["name"] = json!("Another name");
    let written = |document: Value| document.to_string();
    let cases = [
        (
            "did:key",
            "valid",
            "",
            written(embedded(&full, &by_key, &multikey)),
        ),
        ("did:key token", "valid", "", tokened(&by_key, &multikey)),
        (
            "did:web",
            "valid",
            "",
            written(embedded(&full, web.did(), &multikey)),
        ),
        ("did:web token", "valid", "", tokened(web.did(), &multikey)),
        (
            "did:web unanswered",
            "unknown",
            "IssuerUnavailable",
            written(embedded(&full, unanswered, &multikey)),
        ),
        (
            "did:web unanswered token",
            "unknown",
            "IssuerUnavailable",
            tokened(unanswered, &multikey),
        ),
        ("did:jwk", "valid", "", written(embedded(&full, &by_jwk, "0"))),
        ("did:jwk token", "valid", "", tokened(&by_jwk, "0")),
        ("did:jwk changed", "invalid", "", written(changed)),
        // What can be told is told.
        (
            "did:jwk expired",
            "invalid",
            "",
            written(embedded(&expired, &by_jwk, "0")),
        ),
        // The key may be the same: whose it is, is not.
        (
            "did:jwk under the name of a did:key",
            "invalid",
            "OtherController",
            written({
                let mut other = embedded(&full, &by_jwk, "0");
                other["issuer"]["id"] = json!(by_key);
                other
            }),
        ),
        (
            "did:peer",
            "unknown",
            "IssuerNotADid",
            written(embedded(&full, "did:peer:2.Ez6LS", &multikey)),
        ),
        (
            "https",
            "unknown",
            "IssuerUnavailable",
            written(embedded(&full, "https://school.example/issuer", &multikey)),
        ),
    ];
    let cases = cases.into_iter().map(|(name, verdict, key, text)| Case {
        name,
        verdict,
        key,
        text,
    });
    (net, cases.collect())
}

#[test]
fn an_issuer_who_is_known_in_another_way_is_not_checked_by_page_and_server_alike() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let (net, cases) = cases();
        let texts: Vec<Value> = cases.iter().map(|case| json!({ "text": case.text })).collect();
        let found = verifier.check(&texts, &net, now()).await;
        for (case, finding) in cases.iter().zip(&found) {
            let verdict = judged(&case.text, &net);
            if case.key == "IssuerUnavailable" {
                // The page may tell more than the server: the signature fits the key that the badge itself names.
                assert!(
                    matches!(verdict.outcome(), Outcome::Unknown),
                    "{}: {verdict:?}",
                    case.name
                );
            } else {
                same(finding, &verdict, case.name);
            }
            assert_eq!(finding.verdict, case.verdict, "{}: {finding:?}", case.name);
            assert_eq!(finding.checks["Key"].code, case.key, "{}: {finding:?}", case.name);
            if case.key == "IssuerNotADid" {
                let said = "is not identified in a way that this page can follow (did:web, did:key, did:jwk, or its own site)";
                assert!(
                    finding.open.iter().any(|line| line.contains(said)),
                    "{}: {finding:?}",
                    case.name
                );
                assert!(finding.asked.is_empty(), "{}: {finding:?}", case.name);
            }
        }
        verifier.end().await;
    });
}
