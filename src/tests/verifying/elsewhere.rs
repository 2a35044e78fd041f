//! The saved page on a disk and on the site of somebody else: it reads what this server really publishes across origins,
//! once its button is pressed and not before.

use std::time::Duration;

use openbadges::did;
use serde_json::{Value, json};

use super::Finding;
use crate::tests::chromium::Chromium;
use crate::tests::harness::Scene;
use crate::tests::showing::stage::{Stage, get};
use crate::tests::site::{Onlooker, Site};

/// What the page that is open has asked for.
async fn resources(chromium: &Chromium) -> Value {
    let script = "return performance.getEntriesByType('resource').map((entry) => entry.name)";
    let found = chromium.driver.execute(script, Vec::new()).await.unwrap();
    found.json().clone()
}

/// What the page says to each text, with the real net and clock.
async fn checked(chromium: &Chromium, texts: &[String]) -> Vec<Finding> {
    let cases: Vec<Value> = texts.iter().map(|text| json!({ "text": text })).collect();
    let arguments = vec![json!(cases), Value::Null, Value::Null];
    let found = chromium
        .driver
        .execute_async(super::DRIVE, arguments)
        .await
        .unwrap();
    serde_json::from_value(found.json().clone()).unwrap()
}

#[test]
fn a_saved_copy_reads_our_keys_and_our_list_across_origins_when_check_is_pressed() {
    crate::app::block_on(async {
        let onlooker = Onlooker::start().await;
        let arguments = onlooker.arguments();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let Some(chromium) = Chromium::start(&arguments).await else {
            return;
        };
        let stage = Stage::set(Scene::on(crate::store::testing::TestDatabase::sqlite()).await).await;
        let (_, _, credential) = stage.earned().await;
        let text = credential.document.clone();
        let document: Value = serde_json::from_str(&text).unwrap();
        let did = document["issuer"]["id"].as_str().unwrap();
        let list = document["credentialStatus"]["statusListCredential"].as_str();
        let list = list.unwrap();
        let identity = did::document_url(did).unwrap().replace("https://", "http://");
        let origin = &stage.scene.origin;
        assert!(identity.starts_with(origin) && list.starts_with(origin));

        let saved = get(&stage.url("/verify?download"), "*/*").await.text();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("check-a-badge.html");
        std::fs::write(&file, &saved).unwrap();
        let site = Site::of(saved).await;
        let places = [
            format!("file://{}", file.display()),
            format!("{}/kept/check-a-badge.html", site.origin),
        ];
        for place in &places {
            onlooker.asked(origin);
            chromium.driver.goto(place).await.unwrap();
            chromium.reads("Check a badge").await;
            let pasted = "const paste = document.getElementById('paste'); paste.value = arguments[0]; \
                          paste.dispatchEvent(new Event('input'))";
            chromium.driver.execute(pasted, vec![json!(text)]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(400)).await;
            assert_eq!(resources(&chromium).await, json!([]), "{place}");
            assert_eq!(onlooker.asked(origin), Vec::<String>::new(), "{place}");

            let found = checked(&chromium, std::slice::from_ref(&text)).await.remove(0);
            assert_eq!(found.verdict, "valid", "{place}: {found:?}");
            for kind in ["Key", "Signature", "Status"] {
                assert_eq!(found.checks[kind].state, "held", "{place}: {found:?}");
            }
            let said = "return document.getElementById('facts').textContent";
            let said = chromium.driver.execute(said, Vec::new()).await.unwrap();
            let said = said.json().as_str().unwrap();
            for fact in [
                "MicroCredential",
                "ext:ESCO",
                "#criteria",
                "Work finished",
                "Languageen",
                "Credits1.5",
            ] {
                assert!(said.contains(fact), "{place}: {fact} in {said}");
            }
            // Each of the two once, and nothing else of anybody.
            let expected = [format!("GET {identity}"), format!("GET {list}")];
            assert_eq!(onlooker.asked(origin), expected, "{place}");
            assert_eq!(resources(&chromium).await, json!([identity, list]), "{place}");

            // What is not there is read as such, across origins too.
            let missing = [
                text.replace(list, &format!("{list}x")),
                text.replace(did, &format!("{did}x")),
            ];
            let found = checked(&chromium, &missing).await;
            let (no_list, no_keys) = (&found[0].checks["Status"], &found[1].checks["Key"]);
            assert_eq!(no_list.code, "StatusUnavailable", "{place}: {found:?}");
            assert_eq!(no_keys.code, "IssuerUnavailable", "{place}: {found:?}");
            for check in [no_list, no_keys] {
                assert!(
                    check.sentence.contains("the answer was 404"),
                    "{place}: {check:?}"
                );
            }
        }
        chromium.end().await;
        stage.scene.end().await;
    });
}

#[test]
fn what_verifiers_fetch_may_be_read_from_anywhere_and_so_may_refusals() {
    crate::app::block_on(async {
        let limit = [("CAIRN_REQUESTS_PER_MINUTE", "40")];
        let database = crate::store::testing::TestDatabase::sqlite();
        let stage = Stage::set(Scene::with(database, &limit).await).await;
        let (_, _, credential) = stage.earned().await;
        let document: Value = serde_json::from_str(&credential.document).unwrap();
        let did = document["issuer"]["id"].as_str().unwrap();
        let identity = did::document_url(did).unwrap().replace("https://", "http://");
        let list = document["credentialStatus"]["statusListCredential"].as_str();
        let list = list.unwrap().to_owned();
        let badge = stage.url(&format!("/b/{}.json", credential.slug));
        for (address, status) in [
            (identity.clone(), 200),
            (list.clone(), 200),
            (stage.url("/.well-known/jwks.json"), 200),
            (identity.replace("/did.json", "x/did.json"), 404),
            (format!("{list}x"), 404),
            (format!("{identity}/nothing"), 404),
            (stage.url("/b/absent.json"), 404),
            (badge, 403),
        ] {
            let answer = get(&address, "application/json").await;
            assert_eq!(
                (answer.status, answer.header("access-control-allow-origin")),
                (status, Some("*")),
                "{address}"
            );
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                None,
                "{address}"
            );
        }
        // Who asks too often is told so, whatever page asks.
        let mut last = get(&list, "*/*").await;
        for _ in 0..60 {
            if last.status == 429 {
                break;
            }
            last = get(&list, "*/*").await;
        }
        assert_eq!(last.status, 429, "{}", last.words());
        assert_eq!(last.header("access-control-allow-origin"), Some("*"));
        // What belongs to a visit is for nobody's page.
        let inside = get(&stage.inside(""), "text/html").await;
        assert_eq!(inside.header("access-control-allow-origin"), None);
        stage.scene.end().await;
    });
}
