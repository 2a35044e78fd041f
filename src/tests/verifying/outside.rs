//! The server's check of a stranger's badge: asked for by the page and by nobody else, under the guard, few at a time.

use practice_lms::browser::Browser;
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::told::no_badges;
use crate::tests::harness::Scene;
use crate::tests::showing::stage::Stage;

async fn asked(origin: &str, sent_as: &str, body: String) -> (u16, Value) {
    asked_of(origin, &[("content-type", sent_as)], body).await
}

async fn asked_of(origin: &str, headers: &[(&str, &str)], body: String) -> (u16, Value) {
    let mut stranger = Browser::new().unwrap();
    let address = format!("{origin}/verify/check");
    let page = stranger
        .fetch(Method::POST, &address, headers, body.into_bytes())
        .await
        .unwrap();
    assert_eq!(page.header("set-cookie"), None);
    (
        page.status,
        serde_json::from_slice(&page.body).unwrap_or_default(),
    )
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
fn the_server_asks_what_a_browser_may_not() {
    crate::app::block_on(async {
        let stage = Stage::set(Scene::on(crate::store::testing::TestDatabase::sqlite()).await).await;
        let (_, _, credential) = stage.earned().await;
        let origin = &stage.scene.origin;

        let (status, found) = asked(origin, SENT, credential.document.clone()).await;
        assert_eq!((status, &found["verdict"]), (200, &json!("valid")), "{found}");
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
        let (_, found) = asked(
            origin,
            SENT,
            credential.document.replace(known, &format!("{known}x")),
        )
        .await;
        assert_eq!(state(&found, "Key"), Some("unchecked"), "{found}");
        stage.scene.end().await;
    });
}

#[test]
fn the_server_calls_nothing_invalid_that_is_no_badge() {
    crate::app::block_on(async {
        let scene = Scene::on(crate::store::testing::TestDatabase::sqlite()).await;
        for text in no_badges() {
            let (status, found) = asked(&scene.origin, SENT, text.clone()).await;
            assert_eq!(
                (status, &found["verdict"]),
                (200, &json!("unknown")),
                "{text}: {found}"
            );
            assert_eq!(state(&found, "Readable"), Some("unchecked"), "{text}: {found}");
            assert_eq!(
                found["checks"].as_array().map(Vec::len),
                Some(1),
                "{text}: {found}"
            );
        }
        scene.end().await;
    });
}

#[test]
fn the_server_says_whether_a_badge_is_of_whoever_was_named() {
    crate::app::block_on(async {
        let stage = Stage::set(Scene::on(crate::store::testing::TestDatabase::sqlite()).await).await;
        let (_, _, credential) = stage.earned().await;
        let student = stage.world.students(stage.at).remove(0);
        let known = format!("{}#{}", stage.world.issuer(), student.sub);
        let nobody = format!("{}#nobody", stage.world.issuer());
        for (holder, verdict, state_of_it) in [
            ("  ", "valid", None),
            (known.as_str(), "valid", Some("held")),
            (nobody.as_str(), "invalid", Some("failed")),
            // Nothing of the address is signed.
            (student.email.as_str(), "unknown", Some("unchecked")),
        ] {
            let named: String = byte_serialize(holder.as_bytes()).collect();
            let headers = [("content-type", SENT), ("badge-holder", named.as_str())];
            let (status, found) = asked_of(&stage.scene.origin, &headers, credential.document.clone()).await;
            assert_eq!(
                (status, &found["verdict"]),
                (200, &json!(verdict)),
                "{holder}: {found}"
            );
            assert_eq!(state(&found, "Recipient"), state_of_it, "{holder}: {found}");
        }
        stage.scene.end().await;
    });
}

/// A badge of 2.0 that `origin` hosts, with its class in it.
fn hosted(origin: &str, id: &str, who: &str) -> Value {
    json!({ "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": id,
        "recipient": { "type": "email", "hashed": false, "identity": who }, "issuedOn": "2024-01-04T18:05:51Z",
        "badge": { "type": "BadgeClass", "name": "Basic welding", "issuer": { "id": format!("{origin}/issuer") } },
        "verification": { "type": "HostedBadge" } })
}

#[test]
fn what_an_issuer_hosts_is_read_from_its_own_site_and_from_no_inner_one() {
    crate::app::block_on(async {
        let scene = Scene::on(crate::store::testing::TestDatabase::sqlite()).await;
        let (site, target) = (MockServer::start().await, MockServer::start().await);
        let origin = site.uri();
        let own = hosted(&origin, &format!("{origin}/1"), "a@example.org");
        let answer = ResponseTemplate::new(200).set_body_json(&own);
        Mock::given(path("/1")).respond_with(answer).mount(&site).await;
        let away = ResponseTemplate::new(302).insert_header("location", format!("{}/1", target.uri()));
        Mock::given(path("/2")).respond_with(away).mount(&site).await;
        let other = hosted(&origin, &format!("{origin}/1"), "b@example.org");
        for (badge, verdict, state_of_it) in [
            (own.clone(), "valid", "held"),
            (other, "invalid", "failed"),
            (
                hosted(&origin, &format!("{origin}/2"), "a@example.org"),
                "unknown",
                "unchecked",
            ),
            (
                hosted(&origin, "https://169.254.169.254/latest", "a@example.org"),
                "unknown",
                "unchecked",
            ),
            (
                hosted(&origin, "http://10.0.0.1/1", "a@example.org"),
                "unknown",
                "unchecked",
            ),
            (
                hosted(&origin, "https://[fd00::1]/1", "a@example.org"),
                "unknown",
                "unchecked",
            ),
        ] {
            let (status, found) = asked(&scene.origin, SENT, badge.to_string()).await;
            assert_eq!(status, 200);
            assert_eq!(found["verdict"], verdict, "{badge}: {found}");
            assert_eq!(state(&found, "Hosted"), Some(state_of_it), "{badge}: {found}");
        }
        // Each address once for each check, no redirect followed.
        assert_eq!(site.received_requests().await.unwrap().len(), 3);
        assert!(target.received_requests().await.unwrap().is_empty());
        scene.end().await;
    });
}

#[test]
fn no_form_and_no_other_site_has_it_check_and_not_without_end() {
    crate::app::block_on(async {
        let limit = [("CAIRN_REQUESTS_PER_MINUTE", "20")];
        let database = crate::store::testing::TestDatabase::sqlite();
        let scene = Scene::with(database, &limit).await;
        let (status, _) = asked(&scene.origin, "text/plain", "{}".to_owned()).await;
        assert_eq!(status, 422);
        let mut answers = Vec::new();
        for _ in 0..6 {
            answers.push(asked(&scene.origin, SENT, "{}".to_owned()).await.0);
        }
        assert!(answers.contains(&200), "{answers:?}");
        assert_eq!(answers.last(), Some(&429), "{answers:?}");
        scene.end().await;
    });
}
