//! A token of a person, by OAuth 2: consent, exchange, refresh, and giving it back.
//!
//! A refresh ends the access token in use at once, and costs a third of the quota: one refresh at a time for each stored token,
//! and only when [`Reason::TokenRefused`] or the clock asks for it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use url::Url;

use super::scope::Scope;
use crate::error::Reason;
use crate::limits::Limits;
use crate::secret::Token;
use crate::transport::{Method, Request, Response, Transport};
use crate::wire::{self, Sent};

/// Canvas takes some 8,000 bytes of headers, and the consent is a GET.
const LONGEST_ADDRESS: usize = 7_500;
/// Bytes of a token answer.
const LARGEST_ANSWER: usize = 64 << 10;

/// An API key of a school, which is not its LTI key.
#[derive(Debug, Clone)]
pub struct Key {
    /// The school's own address (`$Canvas.api.baseUrl`): the issuer is the same for all schools.
    pub base: Url,
    /// The number in the Details column.
    pub client_id: String,
    /// What **Show Key** shows.
    pub client_secret: Token,
    /// Exactly as it stands among the key's redirect URIs.
    pub redirect_uri: String,
}

/// What a consent yields.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For calls.
    pub access: Token,
    /// For the next refresh. Where an answer has none the one before stays valid.
    pub refresh: Option<Token>,
    /// When the access token ends; none where the key lets it live.
    pub expires_at: Option<DateTime<Utc>>,
    /// The API id of the person who consented.
    pub person: Option<String>,
}

impl Tokens {
    /// Whether it is time to refresh: a minute before the end.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.expires_at
            .is_some_and(|end| end.signed_duration_since(now) < TimeDelta::seconds(60))
    }
}

/// Why a consent was not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// The key lacks scopes: these, as the platform names them. It comes without `state`.
    #[error("the key lacks {}", .0.join(", "))]
    ScopeMissing(Vec<String>),
    /// The person said no.
    #[error("the person did not consent")]
    Denied,
    /// The key is off in this account.
    #[error("the key is off")]
    KeyOff,
    /// `prompt=none` was asked for, and the person has to do something.
    #[error("the person has to log in or consent")]
    Interaction,
    /// Another error; the platform's word for it, which anybody could have written into the address.
    #[error("the platform answered with {0}")]
    Other(String),
    /// There is no code, or the `state` is not that of this browser: link nothing.
    #[error("this is not the answer to a consent that was begun here")]
    NotOurs,
    /// More scopes than fit into an address.
    #[error("the address of the consent is too long")]
    TooLong,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The refresh token was revoked, or the key or its scopes changed: ask for consent again.
    #[error("the consent was withdrawn, or the key was changed")]
    Revoked,
    /// The code was used, is over ten minutes old, or is another key's.
    #[error("the code is not accepted")]
    CodeRefused,
    /// The client id or the secret is wrong, or the key is off.
    #[error("the key is not accepted")]
    KeyRefused,
    /// Scopes that the key lacks.
    #[error("the key lacks {}", .0.join(", "))]
    ScopeMissing(Vec<String>),
    /// An administrator consented in the name of another person.
    #[error("somebody consented in another person's name")]
    Masqueraded,
    /// Another person consented than was expected.
    #[error("another person consented")]
    OtherPerson,
    /// Another refusal, by the platform's word.
    #[error("the platform refused: {0}")]
    Refused(String),
    /// No refusal: keep the tokens and try again as the reason says.
    #[error(transparent)]
    Failed(#[from] Reason),
}

/// Where the browser goes, in a window of its own: the login page shows in no frame. `state` is bound to the browser and the
/// course by the caller.
///
/// # Errors
/// [`ConsentError::TooLong`] for more scopes than fit.
pub fn consent_url(key: &Key, state: &str, scopes: &[Scope], purpose: &str) -> Result<Url, ConsentError> {
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let mut url = address(&key.base, "/login/oauth2/auth");
    url.query_pairs_mut()
        .append_pair("client_id", &key.client_id)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", &key.redirect_uri)
        .append_pair("state", state)
        .append_pair("scope", &scopes.join(" "))
        .append_pair("purpose", purpose);
    if url.as_str().len() > LONGEST_ADDRESS {
        return Err(ConsentError::TooLong);
    }
    Ok(url)
}

/// The address of a consent with a challenge (RFC 7636, S256): the digest of the verifier in unpadded base64url. A Canvas that
/// does not know it leaves it alone.
#[must_use]
pub fn challenged(mut address: Url, challenge: &str) -> Url {
    address
        .query_pairs_mut()
        .append_pair("code_challenge", challenge)
        .append_pair("code_challenge_method", "S256");
    address
}

/// The code in the parameters that came back, decoded.
///
/// # Errors
/// [`ConsentError`]. Errors are told before the state is looked at, because Canvas sends some without it.
pub fn code(parameters: &[(String, String)], state: &str) -> Result<Token, ConsentError> {
    let one = |name: &str| {
        parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    if let Some(error) = one("error") {
        return Err(match error {
            "invalid_scope" => {
                ConsentError::ScopeMissing(named_scopes(one("error_description").unwrap_or_default()))
            }
            "access_denied" => ConsentError::Denied,
            "unauthorized_client" => ConsentError::KeyOff,
            "login_required" | "interaction_required" => ConsentError::Interaction,
            other => ConsentError::Other(error_word(other)),
        });
    }
    match (one("code"), one("state")) {
        (Some(code), Some(sent)) if sent == state && !code.is_empty() => Ok(Token::new(code)),
        _ => Err(ConsentError::NotOurs),
    }
}

/// The scopes that a description names.
fn named_scopes(description: &str) -> Vec<String> {
    description
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| word.starts_with("url:") && word.len() < 200)
        .map(wire::one_line)
        .take(100)
        .collect()
}

fn error_word(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(60)
        .collect()
}

fn address(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Asks for tokens.
#[derive(Debug, Clone)]
pub struct OAuth {
    transport: Arc<dyn Transport>,
    user_agent: String,
    limits: Limits,
    /// Proves that whoever exchanges a code began its consent (RFC 7636).
    verifier: Option<Token>,
}

impl OAuth {
    /// `user_agent` must not be empty: the hosted service refuses requests without one.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, user_agent: impl Into<String>, limits: Limits) -> Self {
        Self {
            transport,
            user_agent: user_agent.into(),
            limits,
            verifier: None,
        }
    }

    /// The same for the exchange of a code whose consent was asked for with a [`challenged`] address.
    #[must_use]
    pub fn with_verifier(self, verifier: Token) -> Self {
        Self {
            verifier: Some(verifier),
            ..self
        }
    }

    /// Exchanges the code of a consent. `person` is the API id of the launch that it was begun in (`$Canvas.user.id`).
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::OtherPerson`] for somebody else's consent, whose token is given back.
    pub async fn exchange(
        &self,
        key: &Key,
        code: &Token,
        person: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Tokens, TokenError> {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code.expose())];
        form.extend(
            self.verifier
                .as_ref()
                .map(|verifier| ("code_verifier", verifier.expose())),
        );
        let tokens = self.ask(key, &form, now).await?;
        match (person, &tokens.person) {
            (Some(expected), got) if got.as_deref() != Some(expected) => {
                self.forget(key, &tokens).await;
                Err(TokenError::OtherPerson)
            }
            _ => Ok(tokens),
        }
    }

    /// Renews the access token, which ends the one in use.
    ///
    /// # Errors
    /// [`TokenError`]; only [`TokenError::Revoked`] says that the refresh token is of no use any more.
    pub async fn refresh(
        &self,
        key: &Key,
        refresh: &Token,
        now: DateTime<Utc>,
    ) -> Result<Tokens, TokenError> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
        ];
        let mut tokens = self.ask(key, &form, now).await.map_err(|error| match error {
            // The refresh token is another key's.
            TokenError::CodeRefused => TokenError::Revoked,
            other => other,
        })?;
        tokens.refresh.get_or_insert_with(|| refresh.clone());
        Ok(tokens)
    }

    /// Gives a token back, with its refresh token. One that is not known any more is as good as given back.
    ///
    /// # Errors
    /// [`Reason`] when it is not certain that the token is dead.
    pub async fn revoke(&self, base: &Url, access: &Token) -> Result<(), Reason> {
        let url = address(base, "/login/oauth2/token");
        let request = self
            .request(Method::Delete, url)
            .header("authorization", format!("Bearer {}", access.expose()));
        let answer = self.transport.send(request).await?;
        match answer.status {
            200..300 | 400 | 401 | 404 => Ok(()),
            300..400 => Err(Reason::Redirected(answer.status)),
            status if status >= 500 => Err(Reason::OutOfOrder(Some(status))),
            status => Err(Reason::Rejected(status)),
        }
    }

    fn request(&self, method: Method, url: Url) -> Request {
        Request::new(method, url, self.limits.timeout, LARGEST_ANSWER)
            .header("accept", "application/json")
            .header("user-agent", self.user_agent.clone())
    }

    async fn ask(&self, key: &Key, form: &[(&str, &str)], now: DateTime<Utc>) -> Result<Tokens, TokenError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .append_pair("client_id", &key.client_id)
            .append_pair("client_secret", key.client_secret.expose())
            .append_pair("redirect_uri", &key.redirect_uri)
            .finish();
        let request = self
            .request(Method::Post, address(&key.base, "/login/oauth2/token"))
            .form(body);
        let answer = self.transport.send(request).await.map_err(Reason::from)?;
        match answer.status {
            200..300 => {
                let (tokens, is_masquerade) = read_tokens(&answer.body, now)?;
                if is_masquerade {
                    self.forget(key, &tokens).await;
                    return Err(TokenError::Masqueraded);
                }
                Ok(tokens)
            }
            _ => Err(refusal(&answer)),
        }
    }

    /// Gives tokens back that are somebody else's: nobody is to use them.
    async fn forget(&self, key: &Key, tokens: &Tokens) {
        // Where that fails nobody has them all the same.
        let _ = self.revoke(&key.base, &tokens.access).await;
    }
}

#[derive(Deserialize)]
struct TokenAnswer<'a> {
    #[serde(borrow, default)]
    access_token: Sent<'a>,
    #[serde(borrow, default)]
    refresh_token: Sent<'a>,
    #[serde(borrow, default)]
    expires_in: Sent<'a>,
    #[serde(borrow, default)]
    user: Sent<'a>,
    #[serde(borrow, default)]
    real_user: Sent<'a>,
}

#[derive(Deserialize)]
struct Person<'a> {
    #[serde(borrow, default)]
    id: Sent<'a>,
}

/// The tokens, and whether somebody agreed in the name of another person.
fn read_tokens(body: &[u8], now: DateTime<Utc>) -> Result<(Tokens, bool), TokenError> {
    let answer: TokenAnswer<'_> = wire::read(body)?;
    let text = |sent| wire::word(sent).filter(|text| !text.is_empty());
    let Some(access) = text(answer.access_token) else {
        return Err(TokenError::Failed(Reason::Malformed { line: 0, column: 0 }));
    };
    let lives = wire::integer(answer.expires_in).and_then(TimeDelta::try_seconds);
    let tokens = Tokens {
        access: Token::new(access),
        refresh: text(answer.refresh_token).map(Token::new),
        expires_at: lives.and_then(|lives| now.checked_add_signed(lives)),
        person: wire::object::<Person<'_>>(answer.user).and_then(|person| wire::id(person.id)),
    };
    Ok((tokens, answer.real_user.is_some()))
}

/// Older Canvas answers refusals of the token address as redirects to the tool, which are not followed but read.
fn refusal(answer: &Response) -> TokenError {
    #[derive(Deserialize)]
    struct Refusal<'a> {
        #[serde(borrow, default)]
        error: Sent<'a>,
        #[serde(borrow, default)]
        error_description: Sent<'a>,
    }
    let (error, description) = if (300..400).contains(&answer.status) {
        let Some(location) = answer.header("location").and_then(|text| Url::parse(text).ok()) else {
            return Reason::Redirected(answer.status).into();
        };
        let one = |name: &str| {
            let mut pairs = location.query_pairs();
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        match one("error") {
            Some(error) => (error, one("error_description").unwrap_or_default()),
            None => return Reason::Redirected(answer.status).into(),
        }
    } else {
        let refusal: Option<Refusal<'_>> = wire::read(&answer.body).ok();
        match refusal.map(|one| (wire::word(one.error), wire::word(one.error_description))) {
            Some((Some(error), description)) if answer.status < 500 => {
                (error, description.unwrap_or_default())
            }
            _ => return without_a_word(answer.status),
        }
    };
    match (error.as_str(), description.as_str()) {
        ("invalid_client" | "unauthorized_client", _) => TokenError::KeyRefused,
        ("invalid_request" | "invalid_grant", text) if text.contains("refresh_token") => TokenError::Revoked,
        ("invalid_grant", _) => TokenError::CodeRefused,
        ("invalid_scope", text) => TokenError::ScopeMissing(named_scopes(text)),
        (other, _) => TokenError::Refused(error_word(other)),
    }
}

fn without_a_word(status: u16) -> TokenError {
    TokenError::Failed(match status {
        429 | 403 => Reason::Throttled(crate::error::Wait::THROTTLED),
        408 | 500.. => Reason::OutOfOrder(Some(status)),
        _ => Reason::Rejected(status),
    })
}
