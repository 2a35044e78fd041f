//! Signing in through the institution's own OpenID Connect provider: code flow with PKCE (OpenID Connect Core 1.0,
//! section 3.1; RFC 7636). What comes back is believed when it is signed, verified as an e-mail address, and allowed by the
//! settings.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    TokenResponse as _, http,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::open_session;
use crate::domain::administrator::Admin;
use crate::domain::audit::{Action, Actor, Entry};
use crate::ids::AdminId;
use crate::ids::TenantId;
use crate::net::{Method, NetError, Request, Transport};
use crate::random;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::Forbidden;
use crate::settings::{AdminProvider, Reach};
use crate::store::{admins, audit, tenants};

const PURPOSE: &str = "console provider sign-in";
/// How long somebody may take at the provider.
pub(crate) const LIVES: TimeDelta = TimeDelta::minutes(10);
/// An answer of the provider larger than this is none. Bytes.
const MAX_ANSWER: usize = 256 << 10;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the browser keeps, sealed, while somebody is at the provider.
#[derive(Debug, Serialize, Deserialize)]
struct Away {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    left_at: DateTime<Utc>,
}

/// Where to send the browser, and the sealed value that it keeps meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Leaving {
    pub(crate) url: String,
    pub(crate) sealed: String,
}

/// Somebody came back and is let in.
#[derive(Debug, Clone)]
pub(crate) struct Returned {
    pub(crate) token: String,
    /// Where they wanted to go.
    pub(crate) next: String,
}

fn provider(cairn: &Cairn) -> Result<&AdminProvider, ServiceError> {
    cairn
        .settings
        .admin_oidc
        .as_ref()
        .ok_or(ServiceError::NotFound("sign-in"))
}

/// Why the provider was not reached.
#[derive(Debug, thiserror::Error)]
enum OutError {
    #[error(transparent)]
    Address(#[from] url::ParseError),
    #[error(transparent)]
    Net(#[from] NetError),
    #[error(transparent)]
    Http(#[from] http::Error),
}

/// One exchange with the provider through the guarded way out.
async fn send(transport: Arc<dyn Transport>, asked: HttpRequest) -> Result<HttpResponse, OutError> {
    let (parts, body) = asked.into_parts();
    let url = url::Url::parse(&parts.uri.to_string())?;
    let mut request = Request {
        max_body: MAX_ANSWER,
        ..Request::post(url.clone(), body)
    };
    if parts.method == http::Method::GET {
        request.method = Method::Get;
    }
    for (name, value) in &parts.headers {
        request = request.header(name.as_str(), value.to_str().unwrap_or_default());
    }
    let answer = transport.send(request).await?;
    let mut builder = http::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        builder = builder.header(name.as_str(), value.as_str());
    }
    Ok(builder.body(answer.body.to_vec())?)
}

fn unreachable(detail: String) -> ServiceError {
    tracing::warn!(detail, "the sign-in provider did not do its part");
    ServiceError::Provider
}

async fn client(cairn: &Cairn, provider: &AdminProvider) -> Result<Client, ServiceError> {
    let transport = Arc::clone(&cairn.transport);
    let way_out = move |request: HttpRequest| send(Arc::clone(&transport), request);
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|error| unreachable(error.to_string()))?;
    let metadata = CoreProviderMetadata::discover_async(issuer, &way_out)
        .await
        .map_err(|error| unreachable(format!("{error:?}")))?;
    let home = cairn
        .settings
        .url(&addresses::console::provider_return())
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let secret = ClientSecret::new(provider.client_secret.expose_secret().to_owned());
    let client =
        CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), Some(secret));
    Ok(client.set_redirect_uri(RedirectUrl::from_url(home)))
}

/// Begins a sign-in at the provider. Nothing is written.
///
/// # Errors
/// [`ServiceError::NotFound`] when the settings name no provider, [`ServiceError::Provider`] when it does not answer.
#[tracing::instrument(name = "provider.leave", skip_all)]
pub(crate) async fn leave(cairn: &Cairn, next: &str, address: &str) -> Result<Leaving, ServiceError> {
    let provider = provider(cairn)?;
    cairn.throttle.attempt_from(address)?;
    let client = client(cairn, provider).await?;
    let random = cairn.random.as_ref();
    let away = Away {
        state: random::token::<32>(random),
        nonce: random::token::<32>(random),
        verifier: random::token::<48>(random),
        next: next.to_owned(),
        left_at: cairn.clock.now(),
    };
    let verifier = PkceCodeVerifier::new(away.verifier.clone());
    let (state, nonce) = (away.state.clone(), away.nonce.clone());
    let asked = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scope(openidconnect::Scope::new("email".to_owned()))
        .add_scope(openidconnect::Scope::new("profile".to_owned()))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    let (url, _, _) = asked.url();
    let text = serde_json::to_vec(&away).map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(Leaving {
        url: url.to_string(),
        sealed: cairn.vault.seal(PURPOSE, &text, random),
    })
}

fn began_elsewhere() -> ServiceError {
    ServiceError::Forbidden(Forbidden::SignInElsewhere)
}

/// What a provider says of somebody, verified.
struct Vouched {
    issuer: String,
    subject: String,
    email: String,
    name: Option<String>,
    /// How far the settings let a new account reach.
    reach: Reach,
}

/// Lets somebody in who comes back from the provider with `code` and `state`; `sealed` is what the browser kept.
///
/// # Errors
/// [`ServiceError::Forbidden`] when the sign-in began elsewhere, or this person is not allowed in;
/// [`ServiceError::Provider`] when the provider's answer cannot be used.
#[tracing::instrument(name = "provider.come_back", skip_all)]
pub(crate) async fn come_back(
    cairn: &Cairn,
    sealed: &str,
    state: &str,
    code: &str,
) -> Result<Returned, ServiceError> {
    let provider = provider(cairn)?;
    let opened = cairn.vault.open(PURPOSE, sealed).map_err(|_| began_elsewhere())?;
    let away: Away = serde_json::from_slice(&opened).map_err(|_| began_elsewhere())?;
    let same = bool::from(away.state.as_bytes().ct_eq(state.as_bytes()));
    if !same || away.left_at + LIVES <= cairn.clock.now() {
        return Err(began_elsewhere());
    }
    let vouched = redeem(cairn, provider, &away, code).await?;
    let (now, random) = cairn.moment();
    let opened = cairn.store.write_with(move |db| -> Result<String, ServiceError> {
        let admin = account(db, vouched, now, random.as_ref())?;
        let (reach, actor) = (admin.tenant.as_ref(), Actor::Administrator(admin.id.clone()));
        let entry = Entry::within(reach, actor, Action::AdminSignedIn, admin.id.as_str(), now);
        audit::record(db, &entry.detail(json!({"by": "provider"})), random.as_ref())?;
        Ok(open_session(db, &admin.id, now, random.as_ref())?)
    });
    Ok(Returned {
        token: opened.await?,
        next: away.next,
    })
}

/// Changes the code for an id token, and believes it or not.
async fn redeem(
    cairn: &Cairn,
    provider: &AdminProvider,
    away: &Away,
    code: &str,
) -> Result<Vouched, ServiceError> {
    let client = client(cairn, provider).await?;
    let transport = Arc::clone(&cairn.transport);
    let way_out = move |request: HttpRequest| send(Arc::clone(&transport), request);
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|error| unreachable(error.to_string()))?
        .set_pkce_verifier(PkceCodeVerifier::new(away.verifier.clone()))
        .request_async(&way_out)
        .await
        .map_err(|error| unreachable(format!("{error:?}")))?;
    let token = answer
        .id_token()
        .ok_or_else(|| unreachable("it gave no id token".to_owned()))?;
    let now = cairn.clock.now();
    let verifier = client.id_token_verifier().set_time_fn(move || now);
    let claims = token
        .claims(&verifier, &Nonce::new(away.nonce.clone()))
        .map_err(|error| unreachable(error.to_string()))?;
    let email = claims.email().map(|email| email.as_str().to_lowercase());
    let email = email
        .filter(|_| claims.email_verified() == Some(true))
        .ok_or(ServiceError::Forbidden(Forbidden::EmailNotVouched))?;
    // The signature, which was just verified, covers this claim too.
    let groups = groups(&token.to_string());
    let reach = provider.reach(&email, &groups).cloned();
    let reach = reach.ok_or(ServiceError::Forbidden(Forbidden::NotLetIn))?;
    let name = claims.name().and_then(|names| names.get(None));
    Ok(Vouched {
        issuer: provider.issuer.clone(),
        subject: claims.subject().to_string(),
        name: name.map(|name| name.as_str().chars().take(100).collect()),
        email,
        reach,
    })
}

/// The groups that a verified token names.
fn groups(token: &str) -> Vec<String> {
    let body = token
        .split('.')
        .nth(1)
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Option<Value> = body.and_then(|body| serde_json::from_slice(&body).ok());
    let named = claims.as_ref().and_then(|claims| claims.get("groups"));
    let named = named
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    named
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// What a new account looks after: none for the whole installation.
fn reached(db: &mut crate::store::Db, reach: &Reach) -> Result<Option<TenantId>, ServiceError> {
    match reach {
        Reach::Everything => Ok(None),
        Reach::Account => Err(ServiceError::Forbidden(Forbidden::NoAccount)),
        Reach::Institution(name) => {
            let tenant = tenants::by_name(db, name)?;
            let tenant = tenant.ok_or(ServiceError::Forbidden(Forbidden::NoInstitution))?;
            Ok(Some(tenant.id))
        }
    }
}

/// The account of somebody: by the provider's own name for them, else by e-mail, else a new one that reaches as far as the
/// settings say. An account that is there keeps its own reach.
fn account(
    db: &mut crate::store::Db,
    vouched: Vouched,
    now: DateTime<Utc>,
    random: &dyn random::Random,
) -> Result<Admin, ServiceError> {
    let known = match admins::by_oidc(db, &vouched.issuer, &vouched.subject)? {
        Some(known) => Some(known),
        None => admins::by_email(db, &vouched.email)?.filter(|known| known.oidc.is_none()),
    };
    let identity = Some((vouched.issuer, vouched.subject));
    match known {
        Some(known) if !known.enabled => Err(ServiceError::Forbidden(Forbidden::AccountOff)),
        Some(known) => {
            let known = Admin {
                oidc: identity,
                ..known
            };
            admins::update(db, &known)?;
            Ok(known)
        }
        None => {
            let new = Admin {
                id: AdminId::new(now, random),
                tenant: reached(db, &vouched.reach)?,
                name: vouched.name.unwrap_or_else(|| vouched.email.clone()),
                email: Some(vouched.email),
                password_hash: None,
                oidc: identity,
                enabled: true,
                created_at: now,
            };
            admins::insert(db, &new)?;
            Ok(new)
        }
    }
}
