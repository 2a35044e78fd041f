use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use async_trait::async_trait;
use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::services::fake::{PEM, TOKEN_URL, answer, key, target};
use ambient::clock::{Clock as _, ManualClock};
use ambient::random::SeededRandom;

const A: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/score";
const B: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly";

/// A token endpoint that answers after a moment, with `{n}` replaced by the number of the request.
#[derive(Debug)]
struct Endpoint {
    status: u16,
    body: String,
    calls: AtomicUsize,
    seen: Mutex<Vec<Request>>,
}

#[async_trait]
impl Transport for Endpoint {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        self.seen.lock().unwrap().push(request);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut response = answer(self.status, &self.body.replace("{n}", &number.to_string()));
        response
            .headers
            .push(("content-type".to_owned(), "text/html; charset=utf-8".to_owned()));
        Ok(response)
    }
}

struct World {
    endpoint: Arc<Endpoint>,
    clock: Arc<ManualClock>,
    service: TokenService,
}

fn world(status: u16, body: &str) -> World {
    let endpoint = Arc::new(Endpoint {
        status,
        body: body.to_owned(),
        calls: AtomicUsize::new(0),
        seen: Mutex::default(),
    });
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_795_471_391, 0).unwrap(),
    ));
    let random = Arc::new(SeededRandom::new(4));
    let service = TokenService::new(key(), clock.clone(), random, endpoint.clone());
    World {
        endpoint,
        clock,
        service,
    }
}

fn moodle() -> World {
    world(
        200,
        r#"{"access_token":"secret-{n}","token_type":"Bearer","expires_in":3600}"#,
    )
}

impl World {
    async fn get(&self, scopes: &[&str]) -> Result<String, TokenError> {
        Ok(self.service.token(&target(), scopes).await?.authorization())
    }

    fn calls(&self) -> usize {
        self.endpoint.calls.load(Ordering::SeqCst)
    }

    fn form(&self, at: usize) -> std::collections::HashMap<String, String> {
        let seen = self.endpoint.seen.lock().unwrap();
        url::form_urlencoded::parse(&seen[at].body).into_owned().collect()
    }

    fn claims(&self, at: usize) -> (Header, serde_json::Value) {
        let key = jsonwebtoken::DecodingKey::from_rsa_der(&PEM.1);
        let mut rules = jsonwebtoken::Validation::new(Algorithm::RS256);
        rules.validate_exp = false;
        rules.set_audience(&[TOKEN_URL]);
        let data =
            jsonwebtoken::decode::<serde_json::Value>(&self.form(at)["client_assertion"], &key, &rules)
                .unwrap();
        (data.header, data.claims)
    }
}

#[tokio::test]
async fn the_request_is_what_both_platforms_want() {
    let world = moodle();
    assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer secret-0");
    let form = world.form(0);
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["client_assertion_type"], ASSERTION_TYPE);
    assert_eq!(form["scope"], format!("{B} {A}"), "sorted");
    let request = world.endpoint.seen.lock().unwrap()[0].clone();
    assert!(request.headers.contains(&(
        "content-type".to_owned(),
        "application/x-www-form-urlencoded".to_owned()
    )));

    let (header, claims) = world.claims(0);
    assert_eq!(header.kid.as_deref(), Some("kid-1"));
    let now = world.clock.now().timestamp();
    assert_eq!(
        (&claims["iss"], &claims["sub"], &claims["aud"]),
        (&"client-1".into(), &"client-1".into(), &TOKEN_URL.into())
    );
    assert_eq!(claims["iat"], now - 30, "Moodle has no leeway");
    let exp = claims["exp"].as_i64().unwrap();
    assert!(exp > now && exp - (now - 30) <= 300);
    assert!(claims.get("nbf").is_none());
}

#[tokio::test]
async fn every_assertion_has_its_own_jti() {
    let world = moodle();
    world.get(&[A]).await.unwrap();
    world.get(&[B]).await.unwrap();
    assert_ne!(world.claims(0).1["jti"], world.claims(1).1["jti"]);
}

#[tokio::test]
async fn a_token_serves_until_a_minute_before_its_end() {
    let world = moodle();
    assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer secret-0");
    world.clock.advance(TimeDelta::seconds(3_539));
    assert_eq!(
        world.get(&[B, A, A]).await.unwrap(),
        "Bearer secret-0",
        "order and repetition do not matter"
    );
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer secret-1");
}

#[tokio::test]
async fn a_clock_that_is_set_neither_ends_a_token_nor_keeps_it_for_longer() {
    let world = moodle();
    world.clock.set(TimeDelta::days(2));
    assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer secret-0");
    world.clock.set(TimeDelta::days(-2));
    assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer secret-0");
    world.clock.advance(TimeDelta::seconds(3_540));
    assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer secret-1");
}

#[tokio::test]
async fn tokens_are_kept_apart_by_scope_and_by_registration() {
    let world = moodle();
    world.get(&[A]).await.unwrap();
    world.get(&[B]).await.unwrap();
    let other = TokenTarget {
        registration_id: "reg-2".into(),
        ..target()
    };
    world.service.token(&other, &[A]).await.unwrap();
    let renamed = TokenTarget {
        client_id: "client-2".to_owned(),
        ..target()
    };
    world.service.token(&renamed, &[A]).await.unwrap();
    assert_eq!(world.calls(), 4);
}

#[tokio::test]
async fn many_callers_share_one_request() {
    let world = moodle();
    let all = futures_util::future::join_all((0..50).map(|_| world.get(&[A]))).await;
    assert!(all.into_iter().all(|token| token.unwrap() == "Bearer secret-0"));
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn many_callers_share_one_failure_and_the_next_one_tries_again() {
    let world = world(503, "");
    let all = futures_util::future::join_all((0..50).map(|_| world.get(&[A]))).await;
    assert!(
        all.into_iter()
            .all(|token| matches!(token, Err(TokenError::Unavailable(503))))
    );
    assert_eq!(world.calls(), 1);
    assert!(world.get(&[A]).await.is_err());
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn a_refused_token_is_forgotten_but_not_the_one_that_replaced_it() {
    let world = moodle();
    let old = world.service.token(&target(), &[A]).await.unwrap();
    world.service.invalidate(&target(), &[A], &old).await;
    assert_eq!(world.get(&[A]).await.unwrap(), "Bearer secret-1");
    world.service.invalidate(&target(), &[A], &old).await;
    assert_eq!(world.get(&[A]).await.unwrap(), "Bearer secret-1");
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn a_new_key_signs_the_next_assertion() {
    let world = moodle();
    world.service.use_key(Arc::new(
        ClientAssertionKey::from_pkcs8_pem("kid-2", PEM.0.as_str()).unwrap(),
    ));
    world.get(&[A]).await.unwrap();
    assert_eq!(world.claims(0).0.kid.as_deref(), Some("kid-2"));
}

#[test]
fn what_is_no_key_is_refused() {
    assert!(matches!(
        ClientAssertionKey::from_pkcs8_pem("k", "no key"),
        Err(TokenError::Key(_))
    ));
}

#[tokio::test]
async fn a_token_shows_in_no_debug_output() {
    let world = moodle();
    let token = world.service.token(&target(), &[A]).await.unwrap();
    assert!(!format!("{token:?} {:?}", world.service).contains("secret-0"));
}

async fn failure(status: u16, body: &str) -> TokenError {
    world(status, body).get(&[A, B]).await.unwrap_err()
}

#[tokio::test]
async fn each_refusal_has_its_own_error() {
    assert!(matches!(
        failure(400, r#"{"error":"invalid_client"}"#).await,
        TokenError::InvalidClient(_)
    ));
    assert!(matches!(
        failure(400, r#"{"error":"invalid_scope"}"#).await,
        TokenError::ScopeNotGranted(_)
    ));
    assert!(matches!(failure(429, "").await, TokenError::Throttled { .. }));
    assert!(matches!(
        failure(403, "403 Forbidden (Rate Limit Exceeded)").await,
        TokenError::Throttled { .. }
    ));
    assert!(matches!(
        failure(502, "<html>").await,
        TokenError::Unavailable(502)
    ));
    assert!(matches!(
        failure(302, "").await,
        TokenError::Refused { status: 302, .. }
    ));
    assert!(matches!(
        failure(200, "<html>log in</html>").await,
        TokenError::NotAToken(_)
    ));
    assert!(matches!(
        failure(200, r#"{"access_token":""}"#).await,
        TokenError::NotAToken(_)
    ));
    assert!(matches!(
        failure(200, "{\"access_token\":\"a\\nb\"}").await,
        TokenError::NotAToken(_)
    ));
    assert!(matches!(
        failure(200, r#"{"access_token":"a","token_type":"mac"}"#).await,
        TokenError::NotAToken(_)
    ));
    let skewed = failure(400, r#"{"error":"Cannot handle token with iat prior to 2026"}"#).await;
    assert!(skewed.to_string().contains("iat prior to"), "{skewed}");
}

#[tokio::test]
async fn an_error_that_is_not_valid_json_is_quoted() {
    let error = failure(
        400,
        r#"{"error" : ""kid" invalid, unable to lookup correct key"}"#,
    )
    .await;
    assert!(
        error.to_string().contains("unable to lookup correct key"),
        "{error}"
    );
}

#[tokio::test]
async fn a_scope_that_moodle_dropped_in_silence_is_noticed() {
    let error = failure(
        200,
        &format!(r#"{{"access_token":"a","expires_in":3600,"scope":"{A}"}}"#),
    )
    .await;
    assert!(
        matches!(&error, TokenError::ScopeNotGranted(missing) if missing == B),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_life_that_is_text_absent_short_or_absurd_is_handled() {
    for (life, still, gone) in [
        (r#","expires_in":"3600""#, 3_500, 3_541),
        ("", 200, 300),
        (r#","expires_in":40"#, 19, 21),
        (r#","expires_in":99999999999999"#, 86_000, 86_401),
    ] {
        let world = world(200, &format!(r#"{{"access_token":"t{{n}}"{life}}}"#));
        world.get(&[A]).await.unwrap();
        world.clock.advance(TimeDelta::seconds(still));
        assert_eq!(world.get(&[A]).await.unwrap(), "Bearer t0", "{life}");
        world.clock.advance(TimeDelta::seconds(gone - still));
        assert_eq!(world.get(&[A]).await.unwrap(), "Bearer t1", "{life}");
    }
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(status: u16, body: Vec<u8>) {
        let response = Response { status, headers: Vec::new(), body: body.into() };
        let _ = read_answer(&response, A);
    }
}

#[tokio::test]
async fn a_renewed_token_is_asked_for_whatever_is_kept_and_a_refusal_is_told() {
    let w = world(
        200,
        r#"{"access_token":"t{n}","token_type":"Bearer","expires_in":3600}"#,
    );
    let first = w.service.token(&target(), &[A]).await.unwrap();
    let second = w.service.renewed(&target(), &[A]).await.unwrap();
    assert_ne!(first.authorization(), second.authorization());
    let kept = w.service.token(&target(), &[A]).await.unwrap();
    assert_eq!(kept.authorization(), second.authorization());
    let off = world(401, r#"{"error":"invalid_client"}"#);
    let refused = off.service.renewed(&target(), &[A]).await.unwrap_err();
    assert!(matches!(refused, TokenError::InvalidClient(_)), "{refused:?}");
    let asks = "Is the tool still installed and switched on there?";
    assert_eq!(
        refused.to_string(),
        format!("The platform does not know our client id. {asks}")
    );
    let told = TokenError::InvalidClient("unknown client".into());
    assert_eq!(
        told.to_string(),
        format!("The platform does not know our client id (unknown client). {asks}")
    );
}

#[tokio::test]
async fn members_of_an_answer_may_be_of_other_types() {
    for (members, still) in [
        (r#""token_type":"bearer","expires_in":"3600","scope":[]"#, 3_500),
        (
            r#""token_type":"BEARER","expires_in":3600.0,"scope":"{A} {B}""#,
            3_500,
        ),
        (
            r#""token_type":" Bearer","expires_in":"3600.5","scope":["{A}","{B}"]"#,
            3_500,
        ),
        (
            r#""token_type":null,"expires_in":3.6e3,"scope":["{A} {B}",7]"#,
            3_500,
        ),
        (r#""token_type":"","expires_in":{},"scope":{}"#, 200),
        (
            r#""token_type":7,"expires_in":"soon","scope":" ","error_description":[]"#,
            200,
        ),
    ] {
        let members = members.replace("{A}", A).replace("{B}", B);
        let world = world(200, &format!(r#"{{"access_token":"t{{n}}",{members}}}"#));
        assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer t0", "{members}");
        world.clock.advance(TimeDelta::seconds(still));
        assert_eq!(world.get(&[A, B]).await.unwrap(), "Bearer t0", "{members}");
    }
    let part = failure(200, &format!(r#"{{"access_token":"a","scope":["{A}"]}}"#)).await;
    assert!(
        matches!(&part, TokenError::ScopeNotGranted(missing) if missing == B),
        "{part:?}"
    );
    assert!(matches!(
        failure(200, r#"{"access_token":7}"#).await,
        TokenError::NotAToken(_)
    ));
}
