//! The page by itself: on a disk with the net off, in the hands of a reader, and silent until its button is pressed.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openbadges::bake::bake_svg;
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use tokio::io::AsyncReadExt as _;

use super::{Net, VerifierPage, now, published, vectors};
use crate::tests::chromium::Chromium;
use crate::tests::harness::Scene;
use crate::tests::showing::stage::{Stage, get};

#[test]
fn the_page_and_the_file_are_the_same_bytes() {
    crate::app::block_on(async {
        let scene = Scene::on(crate::store::testing::TestDatabase::sqlite()).await;
        let page = get(&format!("{}/verify", scene.origin), "text/html").await;
        let file = get(&format!("{}/verify?download", scene.origin), "text/html").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text(), file.text());
        assert!(page.header("content-disposition").is_none());
        assert!(
            file.header("content-disposition")
                .unwrap()
                .contains("check-a-badge.html")
        );
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'sha256-",
            "frame-ancestors 'none'",
            "form-action 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        let inside = policy.split("; frame-ancestors").next().unwrap();
        assert!(page.text().contains(inside), "the policy goes with the file");
        assert!(page.header("set-cookie").is_none());
        scene.end().await;
    });
}

#[test]
fn a_saved_copy_works_from_a_disk_with_the_net_off() {
    crate::app::block_on(async {
        let Some(verifier) =
            VerifierPage::open(&["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]).await
        else {
            return;
        };
        let saved = get(&format!("{}/verify?download", verifier.origin), "*/*").await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("check-a-badge.html");
        std::fs::write(&file, saved.text()).unwrap();
        verifier
            .chromium
            .driver
            .goto(format!("file://{}", file.display()))
            .await
            .unwrap();
        verifier.chromium.reads("This is a saved copy").await;
        assert!(
            !verifier
                .chromium
                .driver
                .find(By::Id("save"))
                .await
                .unwrap()
                .is_displayed()
                .await
                .unwrap()
        );
        let mut cases = Vec::new();
        for (name, text) in vectors() {
            let expected = match name {
                "byid" | "credits" | "full" | "small" => "valid",
                // Their issuers publish their keys on the net.
                _ => "unknown",
            };
            cases.push((expected, name, json!({ "text": text })));
            let mut document: Value = serde_json::from_str(text).unwrap();
            document["validFrom"] = json!("2025-01-01T00:00:01Z");
            cases.push(("invalid", name, json!({ "text": document.to_string() })));
            let svg = bake_svg("<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>", text).unwrap();
            cases.push((expected, name, json!({ "base64": STANDARD.encode(svg) })));
        }
        let inputs: Vec<Value> = cases.iter().map(|(.., input)| input.clone()).collect();
        // The real net of this browser, which has none.
        let arguments = vec![json!(inputs), Value::Null, json!(now().timestamp_millis())];
        let found = verifier
            .chromium
            .driver
            .execute_async(super::DRIVE, arguments)
            .await
            .unwrap();
        let found: Vec<super::Finding> = serde_json::from_value(found.json().clone()).unwrap();
        for ((expected, name, _), finding) in cases.iter().zip(&found) {
            assert_eq!(finding.verdict, *expected, "{name}: {finding:?}");
            if *expected == "unknown" && *name != "status-list" {
                assert_eq!(
                    finding.checks["Key"].code, "IssuerUnavailable",
                    "{name}: {finding:?}"
                );
                assert_eq!(finding.checks["Signature"].state, "held", "{name}: {finding:?}");
            }
        }
        verifier.end().await;
    });
}

#[test]
fn a_reader_finds_the_verdict_first_and_nothing_to_stumble_over() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let chromium = &verifier.chromium;
        let hostile = vectors()[6]
            .1
            .replacen("\"bench\"", "\"<img src=x onerror=alert(1)>\"", 1);
        for (dark, width, case, verdict) in [
            (false, 320, vectors()[0].1, "valid"),
            (true, 320, vectors()[0].1, "valid"),
            (false, 1000, hostile.as_str(), "invalid"),
            (false, 320, "nonsense", "unknown"),
        ] {
            chromium.emulate(width, dark).await;
            let name = format!("verify-{width}-{}", if dark { "dark" } else { "light" });
            chromium
                .driver
                .goto(format!("{}/verify", verifier.origin))
                .await
                .unwrap();
            assert_eq!(chromium.stumbling_blocks().await, Vec::<String>::new());
            chromium.picture(&format!("{name}-{verdict}-before")).await;
            let found = verifier
                .check(&[json!({ "text": case })], &published(), now())
                .await
                .remove(0);
            assert_eq!(found.verdict, verdict, "{found:?}");
            assert!(!found.says.is_empty());
            if verdict == "valid" {
                // The issuer's key and its list, each once, and nothing else.
                let asked = [
                    "https://issuer.example/.well-known/did.json",
                    "https://issuer.example/status/1",
                ];
                assert_eq!(found.asked, asked);
            }
            assert_eq!(chromium.stumbling_blocks().await, Vec::<String>::new());
            chromium.picture(&format!("{name}-{verdict}-after")).await;
        }
        // What a badge says is text: nothing of it became an element.
        assert!(
            chromium
                .driver
                .find_all(By::Css("#result img[src='x']"))
                .await
                .unwrap()
                .is_empty()
        );
        verifier.end().await;
    });
}

#[test]
fn a_person_with_a_keyboard_checks_a_badge() {
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let driver = &verifier.chromium.driver;
        let text = vectors()[6].1;
        let paste = driver.find(By::Id("paste")).await.unwrap();
        driver
            .execute(
                "arguments[0].value = arguments[1]",
                vec![paste.to_json().unwrap(), json!(text)],
            )
            .await
            .unwrap();
        paste.send_keys(" ").await.unwrap();
        driver
            .find(By::Id("check"))
            .await
            .unwrap()
            .send_keys(Key::Enter)
            .await
            .unwrap();
        verifier.chromium.reads("Valid, as far as this page checks").await;
        let focused = driver.active_element().await.unwrap();
        assert_eq!(focused.attr("id").await.unwrap().as_deref(), Some("result"));
        // Whose badge it is can be asked as well.
        for (who, expected) in [
            ("learner@example.org", "valid"),
            ("someone@example.org", "invalid"),
        ] {
            driver
                .execute(
                    "document.getElementById('recipient').value = arguments[0]",
                    vec![json!(who)],
                )
                .await
                .unwrap();
            let found = verifier
                .check(&[json!({ "text": text })], &Net::default(), now())
                .await
                .remove(0);
            assert_eq!(found.verdict, expected, "{who}: {found:?}");
        }
        verifier.end().await;
    });
}

/// A proxy that answers nobody and writes down who was asked for.
async fn listening() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let book = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 2_000];
            let count = stream.read(&mut bytes).await.unwrap_or(0);
            let line = String::from_utf8_lossy(&bytes[..count])
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            book.lock().unwrap().push(line);
        }
    });
    (address, asked)
}

#[test]
fn no_page_asks_anybody_for_anything_until_check_is_pressed() {
    crate::app::block_on(async {
        let (proxy, asked) = listening().await;
        let arguments = [format!("--proxy-server=http://{proxy}")];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let Some(chromium) = Chromium::start(&arguments).await else {
            return;
        };
        let scene = Scene::on(crate::store::testing::TestDatabase::sqlite()).await;
        let stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = student.get(&mine).await.unwrap();
        let form = page.form("/share").unwrap();
        let address = stage.url(&format!("/b/{}", credential.slug));

        // Without downloads the page leads to an empty verifier; with them, to one that knows the address.
        let closed = get(&address, "text/html").await;
        assert!(closed.text().contains("href=\"/verify\""), "{}", closed.text());
        let refused = get(&format!("{address}.json"), "*/*").await;
        assert_eq!(
            (refused.status, refused.header("access-control-allow-origin")),
            (403, Some("*"))
        );
        student
            .submit(&page, &form, &[("allow_downloads", "yes")])
            .await
            .unwrap();
        for open in [
            format!("{address}.json"),
            format!("{address}.png"),
            format!("{address}.svg"),
        ] {
            let file = get(&open, "*/*").await;
            assert_eq!(
                (file.status, file.header("access-control-allow-origin")),
                (200, Some("*")),
                "{open}"
            );
        }

        let driver = &chromium.driver;
        let slug = stage.scene.cairn.settings.identity();
        assert!(slug.starts_with("http"));
        let outside = "/verify#url=https%3A%2F%2Fthird.example%2Fbadge.json";
        let issuer = closed
            .text()
            .split("href=\"/issuers/")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let pages = [
            format!("/b/{}", credential.slug),
            format!("/issuers/{issuer}"),
            format!("/achievements/{badge}"),
            "/verify".to_owned(),
            outside.to_owned(),
        ];
        for path in pages {
            driver.goto("about:blank").await.unwrap();
            driver.goto(stage.url(&path)).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            let counted = driver
                .execute(
                    "return performance.getEntriesByType('resource').map((entry) => entry.name)\
                     .filter((name) => !name.startsWith(location.origin + '/'))",
                    Vec::new(),
                )
                .await
                .unwrap();
            assert_eq!(*counted.json(), json!([]), "{path}");
            let all = driver
                .execute(
                    "return performance.getEntriesByType('resource').length",
                    Vec::new(),
                )
                .await
                .unwrap();
            assert!(
                path.starts_with("/verify") == (all.json() == 0),
                "{path}: {:?}",
                all.json()
            );
        }
        let before = asked.lock().unwrap().clone();
        assert!(!before.iter().any(|line| line.contains(".example")), "{before:?}");
        let link = driver.find(By::Id("link")).await.unwrap();
        assert_eq!(
            link.value().await.unwrap().as_deref(),
            Some("https://third.example/badge.json")
        );
        driver.find(By::Id("check")).await.unwrap().click().await.unwrap();
        chromium.reads("The address could not be read").await;
        let after = asked.lock().unwrap().clone();
        // The counting counts: pressed, the button asks for exactly what was given.
        assert!(
            after
                .iter()
                .any(|line| line.starts_with("CONNECT third.example:443")),
            "{after:?}"
        );

        // Our own badge by its own link.
        driver.goto(address).await.unwrap();
        driver
            .find(By::LinkText("Check it yourself, without us"))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        chromium.reads("Check a badge").await;
        driver.find(By::Id("check")).await.unwrap().click().await.unwrap();
        chromium.reads("Valid, as far as this page checks").await;
        chromium.reads("Quiz master").await;
        // By the address of the page itself, and by each of its files.
        let own: Vec<Value> = ["", ".json", ".png", ".svg"]
            .iter()
            .map(|ending| json!({ "link": stage.url(&format!("/b/{}{ending}", credential.slug)) }))
            .collect();
        let found = driver
            .execute_async(super::DRIVE, vec![json!(own), Value::Null, Value::Null])
            .await
            .unwrap();
        let found: Vec<super::Finding> = serde_json::from_value(found.json().clone()).unwrap();
        for finding in found {
            assert_eq!(finding.verdict, "valid", "{finding:?}");
        }
        chromium.end().await;
        stage.scene.end().await;
    });
}
