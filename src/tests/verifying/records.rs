//! Comprehensive Learner Records: page and server say the same of the whole and of each badge in it.

use openbadges::credential::ClrCredential;
use openbadges::proof::sign;
use openbadges::status::{Bitstring, StatusListCredential};
use openbadges::testing::examples;
use serde_json::{Value, json};

use super::{Net, VerifierPage, judged, published, same};

const PUBLISHED: &str = include_str!("../../../crates/openbadges/vectors/clr.json");

/// The net of the examples, in which the badges with these places in the status list are revoked.
fn net(revoked: &[u32]) -> Net {
    let (issuer, key) = (examples::issuer().unwrap(), examples::key());
    let mut net = published();
    let address = openbadges::did::document_url(issuer.did()).unwrap();
    let document = serde_json::to_value(issuer.document([&key.verifying_key()])).unwrap();
    net.publish(&address, &document);
    let mut bits = Bitstring::default();
    for place in revoked {
        bits.set(*place, true).unwrap();
    }
    let url = issuer.status_url("1");
    let list = StatusListCredential::revocation(&url, issuer.did(), &bits, examples::moment()).unwrap();
    let method = issuer.verification_method(&key.verifying_key());
    let signed = sign(&list, &key, &method, examples::moment()).unwrap();
    net.0.insert(url, signed.into_string());
    net
}

fn signed(record: &ClrCredential) -> String {
    let (issuer, key) = (examples::issuer().unwrap(), examples::key());
    let method = issuer.verification_method(&key.verifying_key());
    let signed = sign(record, &key, &method, examples::moment()).unwrap();
    signed.into_string()
}

#[test]
fn the_page_gives_the_servers_verdict_on_a_record_and_on_each_badge_in_it() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let ours = signed(&examples::record(3).unwrap());
        let document: Value = serde_json::from_str(PUBLISHED).unwrap();
        let changed = |place: &str, value: Value| {
            let mut changed = document.clone();
            *changed.pointer_mut(place).unwrap() = value;
            changed.to_string()
        };
        let subject = "/credentialSubject";
        let texts = [
            PUBLISHED.to_owned(),
            ours,
            signed(&examples::record(40).unwrap()),
            changed(&format!("{subject}/verifiableCredential/0/name"), json!("other")),
            changed(&format!("{subject}/verifiableCredential"), json!([])),
            changed(
                &format!("{subject}/association/0/targetId"),
                json!("https://x.example/a"),
            ),
            changed(
                &format!("{subject}/association/0/associationType"),
                json!("isFriendOf"),
            ),
            changed(&format!("{subject}/verifiableCredential/1"), document.clone()),
            changed("/name", json!("other")),
        ];
        for (revoked, valid) in [(&[][..], 3), (&[2][..], 1), (&[0][..], 1)] {
            let net = net(revoked);
            let found = verifier.check_texts(&texts, &net).await;
            for (number, (text, finding)) in texts.iter().zip(&found).enumerate() {
                same(
                    finding,
                    &judged(text, &net),
                    &format!("{number}, revoked {revoked:?}"),
                );
            }
            let good = found.iter().filter(|finding| finding.verdict == "valid").count();
            assert_eq!(good, valid, "revoked {revoked:?}");
        }
        let told = &verifier.check_texts(&texts[1..2], &net(&[2])).await[0];
        let said = &told.checks["Parts"].sentence;
        assert!(said.contains("Part 2: The issuer has revoked it."), "{said}");
        verifier.end().await;
    });
}
