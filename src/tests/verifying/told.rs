//! What the page tells of a badge beside the verdict, and what it says of files that are none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openbadges::verify::{Outcome, verify_file};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::others::{by_key, current};
use super::{Net, VerifierPage, now, same, vectors};

async fn inside(verifier: &VerifierPage, id: &str) -> String {
    let found = verifier.chromium.driver.find(By::Id(id)).await.unwrap();
    found.inner_html().await.unwrap()
}

#[test]
fn a_badge_is_told_of_in_readable_words_with_the_page_where_its_issuer_says_more() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let mut document = current();
        // The file of a record may be kept from others; the page beside it is not.
        document["id"] = json!("https://f.example/b/1.clr.json");
        let achievement = &mut document["credentialSubject"]["achievement"];
        achievement["description"] = json!(
            "**Works** in a [team](https://f.example/t), <b>not</b> alone\n\n- plans\n- does [x](javascript:alert)"
        );
        achievement["resultDescription"] = json!([{ "id": "urn:f:1", "type": ["ResultDescription"], "name": "Exam",
            "resultType": "Percent", "valueMax": "100" }]);
        document["credentialSubject"]["result"] =
            json!([{ "type": ["Result"], "resultDescription": "urn:f:1", "value": "90" }]);
        let text = by_key(&document).to_string();
        let found = verifier
            .check_texts(std::slice::from_ref(&text), &Net::default())
            .await
            .remove(0);
        assert_eq!(found.verdict, "valid", "{found:?}");
        let facts = inside(&verifier, "facts").await;
        for shown in [
            "<strong>Works</strong> in a <a href=\"https://f.example/t\"",
            "&lt;b&gt;not&lt;/b&gt;",
            "<li>plans</li><li>does [x](javascript:alert)</li>",
            "Exam: 90 of 100",
            "<a href=\"https://f.example/b/1\"",
            "Its issuer may say more there",
        ] {
            assert!(facts.contains(shown), "{shown} in {facts}");
        }
        assert!(!facts.contains("href=\"javascript"), "{facts}");
        document["credentialSubject"]["achievement"]["endorsement"] = json!([{ "type": ["EndorsementCredential"],
            "issuer": "https://e.example", "credentialSubject": { "endorsementComment": "A **real** one" } }]);
        let text = document.to_string();
        verifier
            .check_texts(std::slice::from_ref(&text), &Net::default())
            .await;
        let facts = inside(&verifier, "facts").await;
        assert!(facts.contains("A <strong>real</strong> one"), "{facts}");

        // What nobody signed round two good badges is no word of theirs.
        let good = by_key(&current());
        let forged = json!({ "type": ["VerifiablePresentation"], "name": "Forged degree",
            "issuer": { "id": "https://forged.example", "name": "Forged College" },
            "credentialSubject": { "achievement": { "name": "Forged degree", "description": "Forged words" } },
            "verifiableCredential": [good, good] });
        let found = verifier.check_texts(&[forged.to_string()], &Net::default()).await;
        assert_eq!(found[0].verdict, "valid", "{found:?}");
        let told = inside(&verifier, "badge-part").await;
        assert!(
            told.contains("2 badges") && !told.to_lowercase().contains("forged"),
            "{told}"
        );
        verifier.end().await;
    });
}

#[test]
fn a_file_that_is_no_badge_is_called_what_it_is() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let cases: [(&[u8], &str); 5] = [
            (b"%PDF-1.7\n", "it is a PDF"),
            (b"PK\x03\x04", "it is a ZIP archive"),
            (b"\xff\xd8\xff\xe0\0\x10", "a photograph or a screenshot"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "it is a WebP picture"),
            (b"\0\0\0\x18ftypheic", "it is a photograph"),
        ];
        let files: Vec<Value> = cases
            .iter()
            .map(|(file, _)| json!({ "base64": STANDARD.encode(file) }))
            .collect();
        let found = verifier.check(&files, &Net::default(), now()).await;
        for ((file, said), finding) in cases.iter().zip(&found) {
            assert!(finding.sentence.contains(said), "{said}: {finding:?}");
            assert_eq!(finding.verdict, "unknown", "{finding:?}");
            assert!(finding.says.starts_with("This is no badge"), "{finding:?}");
            let verdict = verify_file(file, &Net::default(), now());
            assert_eq!(verdict.outcome(), Outcome::Unknown, "{verdict:?}");
        }
        verifier.end().await;
    });
}

/// Texts of which none is a badge, or a whole one.
pub(super) fn no_badges() -> Vec<String> {
    let whole = vectors()[6].1;
    let cut = String::from_utf8_lossy(&whole.as_bytes()[..whole.len() / 2]).into_owned();
    let identity = include_str!("../../../crates/openbadges/vectors/did-web.json").to_owned();
    let mut all = [
        "nonsense",
        "Two. Sentences.",
        "a.b.c",
        "{}",
        "[]",
        "42",
        "\"text\"",
        "{\"name\":\"Ada\"}",
        "<!doctype html><title>A badge</title><p>You earned it",
        "\n<HTML><body>A badge",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend([identity, cut]);
    all
}

#[test]
fn what_is_no_badge_is_said_to_be_none_by_page_and_server_alike() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let texts = no_badges();
        let found = verifier.check_texts(&texts, &Net::default()).await;
        for (text, finding) in texts.iter().zip(&found) {
            let verdict = verify_file(text.as_bytes(), &Net::default(), now());
            same(finding, &verdict, text);
            assert_eq!(finding.verdict, "unknown", "{text}: {finding:?}");
            assert!(
                finding.says.starts_with("This is no badge"),
                "{text}: {finding:?}"
            );
            assert!(!finding.says.contains("ot valid"), "{text}: {finding:?}");
        }
        verifier.end().await;
    });
}

/// Has the page reach its own server and nobody else.
const ALONE: &str = "const real = window.fetch; window.fetch = async (url, more) => { \
     if (new URL(url, location.href).origin === location.origin) return real(url, more); \
     throw new TypeError('unreachable'); };";

#[test]
fn the_check_by_the_server_is_a_step_of_its_own_and_offered_only_where_it_can_help() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let offered = async || {
            let part = verifier
                .chromium
                .driver
                .find(By::Id("server-part"))
                .await
                .unwrap();
            part.is_displayed().await.unwrap()
        };
        assert!(!offered().await);
        let good = by_key(&current()).to_string();
        verifier.check_texts(&[good], &Net::default()).await;
        assert!(!offered().await);
        let mut elsewhere = by_key(&current());
        elsewhere["issuer"]["id"] = json!("did:web:nobody.invalid");
        elsewhere["proof"]["verificationMethod"] = json!("did:web:nobody.invalid#key");
        // Neither reaches that issuer: the page finds nobody there, and the server has no such name.
        let arguments = vec![
            json!([{ "text": elsewhere.to_string(), "recipient": "ada+1@example.org" }]),
            Value::Null,
            Value::Null,
        ];
        let driver = &verifier.chromium.driver;
        driver.refresh().await.unwrap();
        driver.execute(ALONE, Vec::new()).await.unwrap();
        driver.execute_async(super::DRIVE, arguments).await.unwrap();
        assert!(offered().await);
        assert_eq!(verifier.chromium.stumbling_blocks().await, Vec::<String>::new());
        driver
            .find(By::Id("server-ask"))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        verifier.chromium.reads("says: it cannot say either").await;
        // It was asked whose it is, too: these are its words, not the page's.
        verifier.chromium.reads("cannot be told by what was given").await;
        verifier.end().await;
    });
}
