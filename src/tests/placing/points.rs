//! The seven deep-linking points of the 1EdTech LTI Advantage certification list, in both flavours.

use std::sync::{Arc, Mutex};

use crate::store::testing::TestDatabase;
use practice_lms::CourseRole;
use practice_lms::browser::Browser;
use practice_lms::keys::Jwt;
use serde_json::{Map, Value, json};

use super::{answer, choose, send};
use crate::tests::certification::passed;
use crate::tests::harness::Scene;

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";

/// A request and the tool's answer to it.
struct Exchange {
    name: &'static str,
    request: Map<String, Value>,
    /// Where the answer is posted.
    action: String,
    answer: Jwt,
    key_set: Value,
}

/// Asks in both flavours for one thing, and stops before the answer is posted.
fn exchanges(what: &str, test: impl Fn(&Exchange)) {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        for (name, lms) in scene.platforms() {
            let seen = Arc::new(Mutex::new(Map::new()));
            let hook = Arc::clone(&seen);
            lms.world()
                .tamper(move |_, claims| *hook.lock().unwrap() = claims.clone());
            let (mut browser, picker) = choose(lms, CourseRole::Teacher, "assignment_selection").await;
            assert_eq!(picker.status, 200, "{name}: {}", picker.words());
            let review = send(&mut browser, &picker, "/place/review", &super::REPORT).await;
            let sent = answer(&mut browser, &review).await;
            assert_eq!(sent.status, 200, "{name}: {}", sent.words());
            let form = sent.forms().into_iter().next().unwrap();
            let keys = Browser::new()
                .unwrap()
                .get(&format!("{}/lti/jwks", scene.origin))
                .await
                .unwrap();
            let request = seen.lock().unwrap().clone();
            let action = form.action.clone();
            test(&Exchange {
                name,
                request,
                action,
                answer: Jwt::parse(form.value("JWT").unwrap()).unwrap(),
                key_set: serde_json::from_slice(&keys.body).unwrap(),
            });
            // The platform, which verifies it, takes it.
            let taken = browser.submit(&sent, &form, &[]).await.unwrap();
            assert_eq!(taken.status, 200, "{name}: {}", taken.words());
            assert!(
                taken.url.as_str().starts_with(lms.origin()),
                "{name}: {}",
                taken.url
            );
            passed(name, "deep linking", what);
            lms.world().stop_tampering();
        }
        scene.end().await;
    });
}

#[test]
fn deep_linking_1_the_request_is_received() {
    exchanges("request received", |one| {
        let kind = &one.request[&format!("{LTI}message_type")];
        assert_eq!(kind, "LtiDeepLinkingRequest", "{}", one.name);
    });
}

#[test]
fn deep_linking_2_the_response_is_sent_where_the_request_said() {
    exchanges("response received", |one| {
        let settings = &one.request[&format!("{DL}deep_linking_settings")];
        assert_eq!(settings["deep_link_return_url"], one.action, "{}", one.name);
    });
}

#[test]
fn deep_linking_3_it_is_a_deep_linking_response() {
    exchanges("it is a deep linking response", |one| {
        let text = |claim: &str| one.answer.text(&format!("{LTI}{claim}"));
        assert_eq!(text("message_type"), Some("LtiDeepLinkingResponse"));
        assert_eq!(text("version"), Some("1.3.0"));
    });
}

#[test]
fn deep_linking_4_its_times_are_valid() {
    exchanges("timestamps valid", |one| {
        let now = crate::clock::Clock::now(&crate::clock::SystemClock).timestamp();
        let (issued, ends) = (
            one.answer.seconds("iat").unwrap(),
            one.answer.seconds("exp").unwrap(),
        );
        assert!(issued <= now && now - issued < 120, "{}", one.name);
        assert!(ends > now && ends - issued <= 600, "{}", one.name);
    });
}

#[test]
fn deep_linking_5_its_signature_is_valid() {
    exchanges("signature valid", |one| {
        assert!(one.answer.kid().is_some(), "{}", one.name);
        assert!(one.answer.is_signed_by(&one.key_set), "{}", one.name);
    });
}

#[test]
fn deep_linking_6_it_has_the_required_claims() {
    exchanges("required claims", |one| {
        for claim in ["iss", "aud", "azp", "iat", "exp", "nonce"] {
            assert!(one.answer.claims.contains_key(claim), "{}: {claim}", one.name);
        }
        assert!(one.answer.claims.contains_key(&format!("{DL}content_items")));
        assert!(one.answer.claims.contains_key(&format!("{LTI}deployment_id")));
    });
}

#[test]
fn deep_linking_7_its_values_are_those_of_the_request() {
    exchanges("values affirmed", |one| {
        let (name, claims) = (one.name, &one.answer.claims);
        assert_eq!(claims["iss"], one.request["aud"], "{name}");
        assert_eq!(claims["aud"], one.request["iss"], "{name}");
        let deployment = format!("{LTI}deployment_id");
        assert_eq!(claims[&deployment], one.request[&deployment], "{name}");
        let settings = &one.request[&format!("{DL}deep_linking_settings")];
        assert_eq!(
            claims.get(&format!("{DL}data")),
            settings.get("data"),
            "{name}: data comes back exactly when it was there"
        );
        let items = claims[&format!("{DL}content_items")].as_array().unwrap();
        let [item] = items.as_slice() else {
            panic!("{items:?}")
        };
        assert_eq!(item["type"], "ltiResourceLink");
        assert_eq!(item["title"], "Field report");
        assert_eq!(item["lineItem"]["scoreMaximum"], json!(25));
        let id = &item["custom"]["cairn_item"];
        assert_eq!(
            &item["lineItem"]["resourceId"], id,
            "one id for the link and its column"
        );
        assert_eq!(
            item["lineItem"]["submissionReview"]["custom"]["cairn_review"],
            *id
        );
        assert_eq!(item.get("url").is_some(), name == "canvas");
        assert!(item["icon"]["url"].is_string());
    });
}
