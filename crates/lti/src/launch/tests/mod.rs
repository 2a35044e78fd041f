//! The checklist, row by row, and the launches of the certification list.

mod accepted;
mod certification;
mod hostile;
mod odd;
mod refusals;
mod refusals_lti;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::keys::KeySet;
use crate::testing;

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// One launch that can be bent in any way before it is signed and verified.
struct Scene {
    header: Value,
    claims: Value,
    state: LoginState,
    registration: Registration,
    keys: Value,
    targets: Targets,
    now: DateTime<Utc>,
}

impl Scene {
    fn new() -> Self {
        Self {
            header: json!({"typ": "JWT", "alg": "RS256", "kid": testing::tool_key().kid()}),
            claims: testing::claims(),
            state: testing::state(),
            registration: testing::registration(),
            keys: testing::jwk_set(),
            targets: Targets::new(
                "https://tool.example".parse().unwrap(),
                ["/lti/launch", "/lti/deeplink"],
            ),
            now: testing::now(),
        }
    }

    /// Sets a claim: by its full name, or by the last part of an LTI claim's name. `Null` removes it.
    fn with(mut self, name: &str, value: Value) -> Self {
        let registered = [
            "iss", "aud", "azp", "sub", "nonce", "iat", "exp", "nbf", "name", "email",
        ];
        let name = if name.contains(':') || registered.contains(&name) {
            name.into()
        } else {
            format!("{CLAIM}{name}")
        };
        let claims = self.claims.as_object_mut().unwrap();
        if value.is_null() {
            claims.remove(&name);
        } else {
            claims.insert(name, value);
        }
        self
    }

    fn without(self, name: &str) -> Self {
        self.with(name, Value::Null)
    }

    fn token(&self) -> String {
        sign(&self.header.to_string(), &self.claims.to_string())
    }

    fn run(&self) -> Result<Launch, Refusal> {
        self.run_token(&self.token())
    }

    fn run_token(&self, token: &str) -> Result<Launch, Refusal> {
        let header = Header::read(token, &self.registration)?;
        let set = KeySet::parse(self.keys.to_string().as_bytes()).unwrap();
        let key = set
            .find(&header.kid)
            .ok_or(Refusal::KeyUnknown(header.kid.clone()))??;
        verify_with_key(
            token,
            &header,
            key,
            &self.state,
            &self.registration,
            &self.targets,
            self.now,
        )
    }

    fn code(&self) -> &'static str {
        self.run().unwrap_err().code()
    }
}

fn sign(header: &str, claims: &str) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let key = testing::tool_key().encoding_key();
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), key, jsonwebtoken::Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn deep_linking() -> Scene {
    Scene::new()
        .without("resource_link")
        .with("message_type", json!("LtiDeepLinkingRequest"))
        .with(
            "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings",
            json!({
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["frame", "iframe", "window"],
                "accept_multiple": true,
                "deep_link_return_url": "https://lms.example/mod/lti/contentitem_return.php?course=2"
            }),
        )
}

fn submission_review() -> Scene {
    Scene::new()
        .with("message_type", json!("LtiSubmissionReviewRequest"))
        .with("for_user", json!({"user_id": "5"}))
        .with(
            "target_link_uri",
            json!("https://tool.example/lti/launch?review=1"),
        )
        .with(
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
            json!({"scope": [], "lineitem": "https://lms.example/2/lineitems/6/lineitem?type_id=1"}),
        )
}
