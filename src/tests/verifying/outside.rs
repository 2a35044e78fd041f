//! The server's check of a stranger's badge: asked for by the page and by nobody else, under the guard, few at a time.

use openbadges::did;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::tests::harness::Scene;
use crate::tests::showing::stage::Stage;
use crate::tests::site::Site;

async fn asked(origin: &str, sent_as: &str, body: String) -> (StatusCode, Value) {
    let answer = Client::new()
        .post(format!("{origin}/verify/check"))
        .header("content-type", sent_as)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    assert!(answer.headers().get("set-cookie").is_none());
    (status, answer.json().await.unwrap_or_default())
}

const SENT: &str = "application/octet-stream";

/// The check of that kind, if there is one.
fn state<'a>(found: &'a Value, kind: &str) -> Option<&'a str> {
    let checks = found["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|check| check["kind"] == kind)
        .and_then(|check| check["state"].as_str())
}

#[test]
fn the_server_asks_what_a_browser_may_not_and_keeps_nothing() {
    crate::app::block_on(async {
        let stage = Stage::set(Scene::on(crate::store::testing::TestDatabase::sqlite()).await).await;
        let (_, _, credential) = stage.earned().await;
        let origin = &stage.scene.origin;

        let (status, found) = asked(origin, SENT, credential.document.clone()).await;
        assert_eq!(
            (status, &found["verdict"]),
            (StatusCode::OK, &json!("valid")),
            "{found}"
        );
        for kind in ["Key", "Signature", "Status"] {
            assert_eq!(state(&found, kind), Some("held"), "{found}");
        }
        let (_, found) = asked(origin, SENT, credential.token.clone().unwrap()).await;
        assert_eq!(found["verdict"], "valid", "{found}");
        let forged = credential.document.replacen("Quiz master", "Quiz champion", 1);
        let (_, found) = asked(origin, SENT, forged).await;
        assert_eq!(found["verdict"], "invalid", "{found}");
        let document: Value = serde_json::from_str(&credential.document).unwrap();
        let known = document["issuer"]["id"].as_str().unwrap();
        assert!(did::document_url(known).is_ok());
        let (_, found) = asked(
            origin,
            SENT,
            credential.document.replace(known, &format!("{known}x")),
        )
        .await;
        assert_eq!(found["verdict"], "unknown", "{found}");

        // What an issuer of 2.0 hosts, read from its own site.
        let hosted = |origin: &str, who: &str| {
            json!({ "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": format!("{origin}/1"),
                "recipient": { "type": "email", "hashed": false, "identity": who }, "issuedOn": "2024-01-04T18:05:51Z",
                "badge": { "type": "BadgeClass", "name": "Basic welding", "issuer": { "id": format!("{origin}/issuer") } },
                "verification": { "type": "HostedBadge" } })
        };
        // The site answers every address with one text, so that it may know its own only after it was begun.
        let first = Site::of(String::new()).await;
        let (_, found) = asked(origin, SENT, hosted(&first.origin, "a@example.org").to_string()).await;
        assert_eq!(found["verdict"], "unknown", "{found}");
        assert_eq!(state(&found, "Hosted"), Some("unchecked"), "{found}");
        let other = Site::of(hosted("http://localhost:1", "b@example.org").to_string()).await;
        let (_, found) = asked(origin, SENT, hosted(&other.origin, "a@example.org").to_string()).await;
        assert_eq!(found["verdict"], "invalid", "{found}");

        stage.scene.end().await;
    });
}

#[test]
fn no_form_and_no_other_site_has_it_check_and_not_without_end() {
    crate::app::block_on(async {
        let limit = [("CAIRN_REQUESTS_PER_MINUTE", "20")];
        let database = crate::store::testing::TestDatabase::sqlite();
        let scene = Scene::with(database, &limit).await;
        let (status, _) = asked(&scene.origin, "text/plain", "{}".to_owned()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut answers = Vec::new();
        for _ in 0..6 {
            answers.push(asked(&scene.origin, SENT, "{}".to_owned()).await.0);
        }
        assert!(answers.contains(&StatusCode::OK), "{answers:?}");
        assert_eq!(
            answers.last(),
            Some(&StatusCode::TOO_MANY_REQUESTS),
            "{answers:?}"
        );
        scene.end().await;
    });
}
