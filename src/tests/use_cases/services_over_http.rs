//! The services over real HTTP through the guard, against a scripted server.

use std::sync::Arc;

use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use lti::keys::ToolKey;
use lti::registration::Flavour;
use lti::services::Services;
use lti::token::{ClientAssertionKey, TokenService, TokenTarget};

use crate::clock::SystemClock;
use crate::net::guarded::{GuardOptions, GuardedClient};
use crate::random::SystemRandom;

#[tokio::test]
async fn a_token_and_results_come_through_the_guarded_client() {
    let server = MockServer::start().await;
    let token = r#"{"access_token":"abc","token_type":"Bearer","expires_in":3600}"#;
    Mock::given(method("POST"))
        .and(path("/token"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(token, "text/html"))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/lineitem/results"))
        .and(header("authorization", "Bearer abc"))
        .and(header(
            "accept",
            "application/vnd.ims.lis.v2.resultcontainer+json",
        ))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"[{"userId":"5","resultScore":30}]"#))
        .expect(2)
        .mount(&server)
        .await;

    let client = Arc::new(
        GuardedClient::new(GuardOptions {
            allow_loopback_http: true,
        })
        .unwrap(),
    );
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let (tool_key, pem) = ToolKey::generate().unwrap();
    let key = ClientAssertionKey::from_pkcs8_pem(tool_key.kid(), &pem).unwrap();
    let tokens = Arc::new(TokenService::new(
        Arc::new(key),
        clock.clone(),
        random.clone(),
        client.clone(),
    ));
    let services = Arc::new(Services::new(client, tokens, clock, random));
    let here = TokenTarget {
        registration_id: "reg-1".into(),
        client_id: "client-1".to_owned(),
        token_url: format!("{}/token", server.uri()).parse().unwrap(),
        token_audience: "https://lms.example/token".to_owned(),
    };
    let platform = services.platform(here, Flavour::Moodle.capabilities(), Vec::new());
    let item = format!("{}/lineitem?type_id=1", server.uri()).parse().unwrap();
    for _ in 0..2 {
        assert_eq!(platform.results(&item).await.unwrap()[0].user_id, "5");
    }
}
