//! Access tokens for a platform's services, by client credentials with a signed assertion
//! (1EdTech Security Framework 1.0, section 4.1; RFC 7523).
//!
//! Tokens are kept per registration and set of scopes, fetched once at a time for each, and never logged.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use moka::future::Cache;
use moka::ops::compute::{CompResult, Op};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::answered::{excerpt, is_passing, is_throttled, retry_after};
use crate::keys::ToolKey;
use crate::registration::{Registration, RegistrationId};
use crate::services::media::scope::purpose;
use crate::transport::{NetError, Request, Response, Transport};
use ambient::clock::SharedClock;
use ambient::random::{self, SharedRandom};

/// How long before now an assertion says it was issued: Moodle refuses an `iat` that is one second ahead of its clock.
const BACKDATED: TimeDelta = TimeDelta::seconds(30);
/// From the backdated `iat` to `exp`: five minutes is the most that the Security Framework allows.
const ASSERTION_LIFE: TimeDelta = TimeDelta::seconds(300);
/// A token is renewed this long before the platform ends it.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// How often a token that was kept may be given up because of a 403, which mostly means something else.
const BETWEEN_DOUBTS: Duration = Duration::from_mins(1);
/// How long a token lives whose answer does not say it. Seconds.
const UNSAID_LIFE: i64 = 300;
/// Token answers are small; more than this is not one. Bytes.
const MAX_ANSWER: usize = 64 << 10;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where and as whom to ask for tokens; made of a [`Registration`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenTarget {
    /// Whose tokens these are.
    pub registration_id: RegistrationId,
    /// The tool's id at the platform: `iss` and `sub` of the assertion.
    pub client_id: String,
    /// Where tokens are asked for.
    pub token_url: Url,
    /// `aud` of the assertion: the token URL, unless the platform asks for something else.
    pub token_audience: String,
}

impl From<&Registration> for TokenTarget {
    fn from(registration: &Registration) -> Self {
        Self {
            registration_id: registration.id.clone(),
            client_id: registration.client_id.clone(),
            token_url: registration.token_url.clone(),
            token_audience: registration.token_audience.clone(),
        }
    }
}

/// The RSA key that signs the tool's assertions, by the `kid` under which its key set publishes it.
#[derive(Debug)]
pub struct ClientAssertionKey {
    kid: String,
    encoding: EncodingKey,
}

impl From<&ToolKey> for ClientAssertionKey {
    fn from(key: &ToolKey) -> Self {
        Self::new(key.kid(), key.encoding_key().clone())
    }
}

impl ClientAssertionKey {
    /// A key that was read elsewhere.
    #[must_use]
    pub fn new(kid: impl Into<String>, encoding: EncodingKey) -> Self {
        Self {
            kid: kid.into(),
            encoding,
        }
    }

    /// Reads a PKCS#8 (or PKCS#1) RSA private key.
    ///
    /// # Errors
    /// [`TokenError::Key`] when the text is not such a key.
    pub fn from_pkcs8_pem(kid: impl Into<String>, pem: &str) -> Result<Self, TokenError> {
        let encoding =
            EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|error| TokenError::Key(error.to_string()))?;
        Ok(Self {
            kid: kid.into(),
            encoding,
        })
    }
}

/// A bearer token. Its text shows in no log.
#[derive(Clone)]
pub struct AccessToken(Arc<SecretString>);

impl AccessToken {
    fn new(text: String) -> Self {
        Self(Arc::new(text.into()))
    }

    /// The value of an `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.0.expose_secret())
    }

    fn is(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

/// A token for one call.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub token: AccessToken,
    /// Whether it was given before this call, so that the platform may have forgotten it since.
    pub was_kept: bool,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// Why there is no token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TokenError {
    /// The key cannot be read or used: why not.
    #[error("The tool's signing key for platforms cannot be used: {0}.")]
    Key(String),
    /// `invalid_client`, with the platform's description.
    #[error(
        "The platform does not know our client id{}. Is the tool still installed and switched on there?", bracketed(.0)
    )]
    InvalidClient(String),
    /// The scopes that are missing, separated by blanks.
    #[error(
        "The platform does not allow this tool {}. Check the tool's services in the platform's settings.", purposes(.0)
    )]
    ScopeNotGranted(String),
    /// Any other refusal.
    #[error("The platform refused to give a token with status {status}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the platform said, for one line of a message.
        detail: String,
    },
    /// 429, or 403 with "Rate Limit Exceeded".
    #[error("The platform asks us to request tokens more slowly.")]
    Throttled {
        /// How long the platform asks to wait.
        retry_after: Option<Duration>,
    },
    /// 5xx: the status.
    #[error("The platform's token service is out of order (status {0}).")]
    Unavailable(u16),
    /// A success without a usable token: what is wrong with it.
    #[error("The platform's token service did not answer with a token: {0}")]
    NotAToken(String),
    /// No answer came back.
    #[error(transparent)]
    Net(#[from] NetError),
}

impl TokenError {
    /// The same for a log: without anything that the platform or the network said, which may hold tokens and addresses.
    #[must_use]
    pub fn for_log(&self) -> String {
        match self {
            Self::Key(_) => "the tool's signing key for platforms cannot be used".to_owned(),
            Self::InvalidClient(_) => "the platform does not know our client id".to_owned(),
            Self::Refused { status, .. } => {
                format!("the platform refused to give a token with status {status}")
            }
            Self::NotAToken(_) => "the platform's token service did not answer with a token".to_owned(),
            Self::Net(error) => format!("the token service: {}", error.kind()),
            Self::ScopeNotGranted(_) | Self::Throttled { .. } | Self::Unavailable(_) => self.to_string(),
        }
    }
}

/// What scopes are for, separated by blanks as they are.
/// What a platform said of it, where it said anything.
fn bracketed(said: &str) -> String {
    match said.trim() {
        "" => String::new(),
        said => format!(" ({said})"),
    }
}

fn purposes(scopes: &str) -> String {
    let words: Vec<&str> = scopes.split_whitespace().map(purpose).collect();
    words.join(", ")
}

impl TokenError {
    /// Whether the same request may succeed in a moment.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Unavailable(_) => true,
            Self::Net(error) => is_passing(error),
            _ => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    registration: RegistrationId,
    client_id: String,
    token_url: String,
    /// Sorted and without repetition, separated by blanks.
    scope: String,
}

impl Key {
    fn new(target: &TokenTarget, scopes: &[&str]) -> Self {
        let sorted: BTreeSet<&str> = scopes.iter().copied().collect();
        Self {
            registration: target.registration_id.clone(),
            client_id: target.client_id.clone(),
            token_url: target.token_url.to_string(),
            scope: sorted.into_iter().collect::<Vec<_>>().join(" "),
        }
    }
}

#[derive(Debug, Clone)]
enum Entry {
    Token {
        token: AccessToken,
        /// Of the clock that nobody sets.
        until: Duration,
    },
    /// The ordinal of the failure, so that those who waited for this attempt share its error.
    Failed { error: TokenError, ordinal: u64 },
}

/// Gets and keeps access tokens. One for the whole process.
#[derive(Debug)]
pub struct TokenService {
    key: RwLock<Arc<ClientAssertionKey>>,
    clock: SharedClock,
    random: SharedRandom,
    transport: Arc<dyn Transport>,
    cache: Cache<Key, Entry>,
    failures: AtomicU64,
    /// When a token was last given up because of a 403: one for each that was ever kept, at most.
    doubts: Mutex<HashMap<Key, Duration>>,
}

impl TokenService {
    /// A service without tokens yet.
    #[must_use]
    pub fn new(
        key: Arc<ClientAssertionKey>,
        clock: SharedClock,
        random: SharedRandom,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let cache = Cache::new(10_000);
        Self {
            key: RwLock::new(key),
            clock,
            random,
            transport,
            cache,
            failures: AtomicU64::new(0),
            doubts: Mutex::default(),
        }
    }

    /// Signs with `key` from now on; tokens already given stay good.
    pub fn use_key(&self, key: Arc<ClientAssertionKey>) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = key;
    }

    /// A token for `scopes`, from the cache or from the platform. Callers who ask at the same time share one request
    /// and its error.
    ///
    /// # Errors
    /// [`TokenError`] when the platform gives none.
    pub async fn token(&self, target: &TokenTarget, scopes: &[&str]) -> Result<AccessToken, TokenError> {
        self.given(target, scopes).await.map(|given| given.token)
    }

    /// The same, with whether it was kept.
    pub(crate) async fn given(&self, target: &TokenTarget, scopes: &[&str]) -> Result<Given, TokenError> {
        let key = Key::new(target, scopes);
        if let Some(Entry::Token { token, until }) = self.cache.get(&key).await
            && self.clock.steady() < until
        {
            return Ok(Given {
                token,
                was_kept: true,
            });
        }
        let seen = self.failures.load(Ordering::SeqCst);
        let scope = key.scope.clone();
        let outcome = self
            .cache
            .entry(key)
            .and_compute_with(async |present| {
                match present.map(moka::Entry::into_value) {
                    Some(Entry::Token { until, .. }) if self.clock.steady() < until => return Op::Nop,
                    Some(Entry::Failed { ordinal, .. }) if ordinal > seen => return Op::Nop,
                    _ => {}
                }
                match self.fetch(target, &scope).await {
                    Ok((token, until)) => Op::Put(Entry::Token { token, until }),
                    Err(error) => {
                        let ordinal = self.failures.fetch_add(1, Ordering::SeqCst).saturating_add(1);
                        Op::Put(Entry::Failed { error, ordinal })
                    }
                }
            })
            .await;
        match outcome.into_entry().map(moka::Entry::into_value) {
            Some(Entry::Token { token, .. }) => Ok(Given {
                token,
                was_kept: false,
            }),
            Some(Entry::Failed { error, .. }) => Err(error),
            None => Err(TokenError::NotAToken("nothing came back".to_owned())),
        }
    }

    /// A token fetched now, whatever is kept: for whoever wants to know whether the platform gives one.
    ///
    /// # Errors
    /// [`TokenError`]; what is kept stays then, for services that may still take it.
    pub async fn renewed(&self, target: &TokenTarget, scopes: &[&str]) -> Result<AccessToken, TokenError> {
        let key = Key::new(target, scopes);
        let (token, until) = self.fetch(target, &key.scope).await?;
        let kept = token.clone();
        self.cache.insert(key, Entry::Token { token, until }).await;
        Ok(kept)
    }

    /// Forgets `refused`, which a service answered with 401, unless it was replaced in the meantime.
    pub async fn invalidate(&self, target: &TokenTarget, scopes: &[&str], refused: &AccessToken) {
        let entry = self.cache.entry(Key::new(target, scopes));
        entry
            .and_compute_with(async |present| match present.map(moka::Entry::into_value) {
                Some(Entry::Token { token, .. }) if token.is(refused) => Op::Remove,
                _ => Op::Nop,
            })
            .await;
    }

    /// Forgets `refused`, which was kept and which a service answered with 403: it may be worth nothing any more, or not the
    /// reason at all. Says whether another one may do better; once a minute at most it is forgotten for that.
    pub(crate) async fn doubt(&self, target: &TokenTarget, scopes: &[&str], refused: &AccessToken) -> bool {
        let key = Key::new(target, scopes);
        let is_refused = |entry: &Entry| matches!(entry, Entry::Token { token, .. } if token.is(refused));
        let outcome = self
            .cache
            .entry(key.clone())
            .and_compute_with(async |present| match present.map(moka::Entry::into_value) {
                Some(entry) if is_refused(&entry) && self.may_doubt(&key) => Op::Remove,
                _ => Op::Nop,
            })
            .await;
        // Whoever shared the token may have forgotten or replaced it by now.
        match outcome {
            CompResult::Unchanged(entry) => !is_refused(entry.value()),
            _ => true,
        }
    }

    fn may_doubt(&self, key: &Key) -> bool {
        let now = self.clock.steady();
        let mut doubts = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_early = doubts
            .get(key)
            .is_some_and(|last| now.saturating_sub(*last) < BETWEEN_DOUBTS);
        if !is_early {
            doubts.insert(key.clone(), now);
        }
        !is_early
    }

    async fn fetch(&self, target: &TokenTarget, scope: &str) -> Result<(AccessToken, Duration), TokenError> {
        let (now, asked) = (self.clock.now(), self.clock.steady());
        let assertion = self.assertion(target, now)?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", &assertion)
            .append_pair("scope", scope)
            .finish();
        let mut request = Request::post(target.token_url.clone(), form)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        request.max_body = MAX_ANSWER;
        let response = self.transport.send(request).await?;
        let (token, life) = read_answer(&response, scope)?;
        // A very short life is used by half rather than not at all.
        let keep = if life > MARGIN * 2 {
            life - MARGIN
        } else {
            life / 2
        };
        Ok((token, asked.saturating_add(keep.to_std().unwrap_or_default())))
    }

    fn assertion(&self, target: &TokenTarget, now: DateTime<Utc>) -> Result<String, TokenError> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: &'a str,
            sub: &'a str,
            aud: &'a str,
            iat: i64,
            exp: i64,
            jti: String,
        }
        let key = Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner));
        let iat = now - BACKDATED;
        let claims = Claims {
            iss: &target.client_id,
            sub: &target.client_id,
            aud: &target.token_audience,
            iat: iat.timestamp(),
            exp: (iat + ASSERTION_LIFE).timestamp(),
            jti: random::token::<16>(self.random.as_ref()),
        };
        let header = Header {
            kid: Some(key.kid.clone()),
            ..Header::new(Algorithm::RS256)
        };
        jsonwebtoken::encode(&header, &claims, &key.encoding)
            .map_err(|error| TokenError::Key(error.to_string()))
    }
}

/// Reads by content: Moodle sends its JSON as `text/html`, and some of its errors are not even JSON. Each member may be of
/// another type than it should be: what cannot be read of it counts as absent.
fn read_answer(response: &Response, scope: &str) -> Result<(AccessToken, TimeDelta), TokenError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Answer {
        access_token: Option<serde_json::Value>,
        token_type: Option<serde_json::Value>,
        expires_in: Option<serde_json::Value>,
        scope: Option<serde_json::Value>,
        error: Option<serde_json::Value>,
        error_description: Option<serde_json::Value>,
    }
    let text = |value: Option<serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let answer: Option<Answer> = serde_json::from_slice(&response.body).ok();
    if !response.is_success() {
        let answer = answer.unwrap_or_default();
        let code = text(answer.error);
        let description = text(answer.error_description);
        return Err(match (response.status, code.as_str()) {
            _ if is_throttled(response) => TokenError::Throttled {
                retry_after: retry_after(response),
            },
            (500.., _) => TokenError::Unavailable(response.status),
            (_, "invalid_client") => TokenError::InvalidClient(description),
            (_, "invalid_scope") => TokenError::ScopeNotGranted(scope.to_owned()),
            (status, "") => TokenError::Refused {
                status,
                detail: excerpt(&response.body),
            },
            (status, _) => TokenError::Refused {
                status,
                detail: format!("{code} {description}").trim().to_owned(),
            },
        });
    }
    // The body of a success that cannot be read is not quoted: it may hold a token.
    let Some(answer) = answer else {
        return Err(TokenError::NotAToken("its answer is not JSON".to_owned()));
    };
    if answer.error.is_some() {
        return Err(TokenError::Refused {
            status: response.status,
            detail: text(answer.error),
        });
    }
    let token = answer
        .access_token
        .and_then(|token| token.as_str().map(str::to_owned))
        .filter(|token| !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic()));
    let Some(token) = token else {
        return Err(TokenError::NotAToken(
            "the answer has no usable access_token".to_owned(),
        ));
    };
    if answer
        .token_type
        .as_ref()
        .and_then(serde_json::Value::as_str)
        .map(str::trim)
        .is_some_and(|kind| !kind.is_empty() && !kind.eq_ignore_ascii_case("bearer"))
    {
        return Err(TokenError::NotAToken(
            "the token is not a bearer token".to_owned(),
        ));
    }
    // Moodle leaves out what it does not grant, and says so only here.
    let granted = granted(answer.scope.as_ref());
    let missing: Vec<&str> = scope
        .split_whitespace()
        .filter(|wanted| !granted.is_empty() && !granted.contains(wanted))
        .collect();
    if !missing.is_empty() {
        return Err(TokenError::ScopeNotGranted(missing.join(" ")));
    }
    let life = seconds(&text(answer.expires_in)).unwrap_or(UNSAID_LIFE);
    Ok((AccessToken::new(token), TimeDelta::seconds(life.clamp(0, 86_400))))
}

/// The scopes that a platform says it granted, as a text or as a list; none where it does not say.
fn granted(scope: Option<&serde_json::Value>) -> BTreeSet<&str> {
    let texts: Vec<&str> = match scope {
        Some(serde_json::Value::String(text)) => vec![text],
        Some(serde_json::Value::Array(list)) => list.iter().filter_map(serde_json::Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().flat_map(str::split_whitespace).collect()
}

/// Whole seconds of a number that may have been text, or have a fraction.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let exact = text
        .parse::<Decimal>()
        .or_else(|_| Decimal::from_scientific(text));
    exact.ok()?.trunc().to_i64()
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
