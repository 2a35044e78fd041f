//! The whole checklist of a launch, signature included, with the platform's key in the cache.
//! `cargo bench --bench launch_check`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

mod figure;

use std::sync::Arc;

use ambient::clock::ManualClock;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use figure::Figure;
use jsonwebtoken::Algorithm;
use lti::keys::{KeySetCache, ToolKey};
use lti::launch::{Targets, verify};
use lti::registration::{Flavour, RegistrationDraft};
use lti::state::LoginState;
use lti::transport::{NetError, Request, Response, Transport};
use serde_json::json;

/// A platform that publishes its key set.
#[derive(Debug)]
struct KeySet(String);

#[async_trait]
impl Transport for KeySet {
    async fn send(&self, _: Request) -> Result<Response, NetError> {
        Ok(Response {
            status: 200,
            headers: Vec::new(),
            body: self.0.clone().into(),
        })
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn token(key: &ToolKey) -> String {
    let claim = |name: &str| format!("https://purl.imsglobal.org/spec/lti/claim/{name}");
    let claims = json!({
        "iss": "https://lms.example", "aud": "ifauoB4Zav216hU", "sub": "5", "nonce": "the-nonce",
        "iat": now().timestamp(), "exp": now().timestamp() + 60,
        "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.edu",
        claim("version"): "1.3.0", claim("message_type"): "LtiResourceLinkRequest", claim("deployment_id"): "1",
        claim("target_link_uri"): "https://tool.example/lti/launch",
        claim("roles"): ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        claim("context"): {"id": "2", "label": "OB101", "title": "Open Badges 101", "type": ["CourseSection"]},
        claim("resource_link"): {"id": "7", "title": "Badge", "description": ""},
        claim("launch_presentation"): {"locale": "en", "document_target": "iframe",
            "return_url": "https://lms.example/mod/lti/return.php?course=2"},
        claim("tool_platform"): {"guid": "lms.example", "name": "LMS", "version": "2025041400", "product_family_code": "moodle"},
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem", "https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "lineitems": "https://lms.example/mod/lti/services.php/2/lineitems?type_id=1"},
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": "https://lms.example/mod/lti/services.php/CourseSection/2/bindings/1/memberships",
            "service_versions": ["2.0"]}
    });
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": key.kid()});
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), key.encoding_key(), Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

fn main() {
    let (key, _) = ToolKey::generate().unwrap();
    let draft = RegistrationDraft {
        name: "Example College".into(),
        issuer: "https://lms.example".into(),
        client_id: "ifauoB4Zav216hU".into(),
        authorization_url: "https://lms.example/mod/lti/auth.php".into(),
        token_url: "https://lms.example/mod/lti/token.php".into(),
        token_audience: None,
        jwks_url: "https://lms.example/mod/lti/certs.php".into(),
        flavour: Flavour::Moodle,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: false,
        allow_http_loopback: false,
        enabled: true,
    };
    let registration = draft.check("registration".into(), "tenant".into()).unwrap();
    let state = LoginState {
        registration_id: "registration".into(),
        nonce: "the-nonce".into(),
        expires_at: now() + TimeDelta::minutes(10),
        target_link_uri: "https://tool.example/lti/launch".parse().unwrap(),
        deployment_id: Some("1".into()),
        binding: None,
        storage_target: None,
        waiting: None,
    };
    let published = Arc::new(KeySet(ToolKey::jwk_set([&key]).to_string()));
    let keys = KeySetCache::new(published, Arc::new(ManualClock::at(now())));
    let targets = Targets::new("https://tool.example".parse().unwrap(), ["/lti/launch"]);
    let token = token(&key);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let check = || runtime.block_on(verify(&token, &state, &registration, &keys, &targets, now()));
    check().unwrap();
    Figure {
        work: "check a launch",
        unit: "launches",
        each: 1.0,
        // A tenth of what a whole launch may cost: under 0.4 s for 1,000.
        aim: Some(25_000.0),
        peers: &[],
    }
    .measure(|| check().unwrap());
}
