//! A platform for the unit tests: its key, its registration and its messages.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::keys::ToolKey;
use super::registration::{Flavour, Registration, RegistrationDraft};
use super::state::LoginState;
use crate::transport::{NetError, Request, Response, Transport};

static KEY: LazyLock<ToolKey> = LazyLock::new(|| ToolKey::generate().unwrap().0);

/// One RSA key for the whole run.
pub(crate) fn tool_key() -> &'static ToolKey {
    &KEY
}

pub(crate) fn jwk_set() -> Value {
    ToolKey::jwk_set([tool_key()])
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn draft() -> RegistrationDraft {
    RegistrationDraft {
        name: "Example College".into(),
        issuer: "https://lms.example".into(),
        client_id: "ifauoB4Zav216hU".into(),
        authorization_url: "https://lms.example/mod/lti/auth.php".into(),
        token_url: "https://lms.example/mod/lti/token.php".into(),
        token_audience: None,
        jwks_url: "https://lms.example/mod/lti/certs.php".into(),
        flavour: Flavour::Moodle,
        algorithms: vec![],
        service_hosts: vec![],
        accepts_new_deployments: false,
        allow_http_loopback: false,
        enabled: true,
    }
}

pub(crate) fn registration() -> Registration {
    draft().check("registration".into(), "tenant".into()).unwrap()
}

pub(crate) fn state() -> LoginState {
    LoginState {
        registration_id: "registration".into(),
        nonce: "the-nonce".into(),
        expires_at: now() + TimeDelta::minutes(10),
        target_link_uri: "https://tool.example/lti/launch".parse().unwrap(),
        deployment_id: Some("1".into()),
        binding: None,
        storage_target: None,
        waiting: None,
    }
}

/// A resource link launch of a student without personal data.
pub(crate) fn claims() -> Value {
    json!({
        "iss": "https://lms.example",
        "aud": "ifauoB4Zav216hU",
        "sub": "5",
        "nonce": "the-nonce",
        "iat": now().timestamp(),
        "exp": now().timestamp() + 60,
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1",
        "https://purl.imsglobal.org/spec/lti/claim/target_link_uri": "https://tool.example/lti/launch",
        "https://purl.imsglobal.org/spec/lti/claim/roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        "https://purl.imsglobal.org/spec/lti/claim/context": {"id": "2", "title": "Open Badges 101", "type": ["CourseSection"]},
        "https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "7", "title": "Badge"}
    })
}

/// Answers every request alike, and counts.
#[derive(Debug)]
pub(crate) struct FakeTransport {
    answer: Mutex<(u16, String)>,
    calls: AtomicUsize,
}

impl FakeTransport {
    pub(crate) fn serving(body: &Value) -> Self {
        Self {
            answer: Mutex::new((200, body.to_string())),
            calls: AtomicUsize::new(0),
        }
    }

    pub(crate) fn serve(&self, status: u16, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Transport for FakeTransport {
    async fn send(&self, _request: Request) -> Result<Response, NetError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let (status, body) = self.answer.lock().unwrap().clone();
        Ok(Response {
            status,
            headers: vec![],
            body: body.into(),
        })
    }
}
