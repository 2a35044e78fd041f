//! A platform whose key the fuzzer has: what it signs passes the signature, so that the rest of the checklist is reached.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lti::claims::Launch;
use lti::error::Refusal;
use lti::keys::{KeySet, ToolKey};
use lti::launch::{Header, Targets, verify_with_key};
use lti::registration::{Flavour, Registration, RegistrationDraft};
use lti::state::LoginState;
use chrono::{DateTime, TimeDelta, Utc};

pub struct Platform {
    key: ToolKey,
    keys: KeySet,
    registration: Registration,
    state: LoginState,
    targets: Targets,
    now: DateTime<Utc>,
}

pub static PLATFORM: LazyLock<Platform> = LazyLock::new(|| {
    let (key, _) = ToolKey::generate().expect("a key");
    let keys = ToolKey::jwk_set([&key]).to_string();
    let keys = KeySet::parse(keys.as_bytes()).expect("its key set");
    let at = |path: &str| format!("https://lms.example{path}");
    let draft = RegistrationDraft {
        name: "Fuzz".into(),
        issuer: "https://lms.example".into(),
        client_id: "client".into(),
        authorization_url: at("/auth"),
        token_url: at("/token"),
        token_audience: None,
        jwks_url: at("/keys"),
        flavour: Flavour::Moodle,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: true,
        allow_http_loopback: false,
        enabled: true,
    };
    let now = DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
    Platform {
        key,
        keys,
        registration: draft.check("r".into(), "t".into()).expect("a registration"),
        state: LoginState {
            registration_id: "r".into(),
            nonce: "nonce".into(),
            expires_at: now + TimeDelta::minutes(10),
            target_link_uri: "https://tool.example/lti/launch".parse().expect("an address"),
            deployment_id: None,
            binding: None,
            storage_target: None,
            waiting: None,
        },
        targets: Targets::new("https://tool.example".parse().expect("an origin"), ["/lti/launch"]),
        now,
    }
});

impl Platform {
    /// Verifies a token as the launch endpoint does.
    pub fn verify(&self, token: &str) -> Result<Launch, Refusal> {
        let header = Header::read(token, &self.registration)?;
        let found = self.keys.find(&header.kid);
        let key = found.ok_or_else(|| Refusal::KeyUnknown(header.kid.clone()))??;
        verify_with_key(token, &header, key, &self.state, &self.registration, &self.targets, self.now)
    }

    /// The token of these claims, which are any text, with a good header and signature.
    #[must_use]
    pub fn sign(&self, claims: &str) -> String {
        let header = serde_json::json!({"typ": "JWT", "alg": "RS256", "kid": self.key.kid()}).to_string();
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let (key, algorithm) = (self.key.encoding_key(), jsonwebtoken::Algorithm::RS256);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).expect("a signature");
        format!("{message}.{signature}")
    }

    /// The claims of a launch that is let in.
    #[must_use]
    pub fn claims(&self) -> serde_json::Value {
        let now = self.now.timestamp();
        serde_json::json!({
            "iss": "https://lms.example", "aud": "client", "sub": "5", "nonce": "nonce", "iat": now, "exp": now + 60,
            "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
            "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
            "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1",
            "https://purl.imsglobal.org/spec/lti/claim/target_link_uri": "https://tool.example/lti/launch",
            "https://purl.imsglobal.org/spec/lti/claim/roles": [],
            "https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "7"},
        })
    }
}
