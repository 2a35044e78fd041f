//! Signing in through the institution's own OpenID Connect provider: code flow with PKCE (OpenID Connect Core 1.0,
//! section 3.1; RFC 7636). What comes back is believed when it is signed, verified as an e-mail address, and allowed by the
//! settings.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, ErrorResponse, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    TokenResponse as _, http,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::known::{self, Asking, Browser, Entered};
use super::{open_session, vouching};
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
    pub(crate) entered: Entered,
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

/// `what` is said in our own words: what a provider sent may hold tokens, and what the network says names addresses.
fn unreachable(what: &'static str) -> ServiceError {
    tracing::warn!(what, "the sign-in provider did not do its part");
    ServiceError::Provider
}

fn undiscovered<E: std::error::Error + 'static>(error: &DiscoveryError<E>) -> ServiceError {
    unreachable(match error {
        DiscoveryError::Request(_) => "its discovery document or keys could not be fetched",
        DiscoveryError::Response(..) => "it answered with no discovery document",
        DiscoveryError::Parse(_) => "its discovery document or keys cannot be read",
        DiscoveryError::Validation(_) => "its discovery document names another issuer than admin_oidc_issuer",
        _ => "it could not be discovered",
    })
}

fn unchanged<E, R>(error: &RequestTokenError<E, R>) -> ServiceError
where
    E: std::error::Error + 'static,
    R: ErrorResponse + 'static,
{
    unreachable(match error {
        RequestTokenError::ServerResponse(_) => "it refused to change the code for a token",
        RequestTokenError::Request(_) => "its token endpoint could not be called",
        RequestTokenError::Parse(..) => "its token answer cannot be read",
        RequestTokenError::Other(_) => "it did not answer with a token",
    })
}

fn unbelieved(error: &ClaimsVerificationError) -> ServiceError {
    unreachable(match error {
        ClaimsVerificationError::Expired(_) => "its id token is over, or the clocks differ",
        ClaimsVerificationError::InvalidAudience(_) => "its id token is for somebody else",
        ClaimsVerificationError::InvalidIssuer(_) => "its id token is from another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "its id token is of another sign-in",
        ClaimsVerificationError::SignatureVerification(_) => "its id token is not signed by its keys",
        _ => "its id token cannot be used",
    })
}

/// The provider as it says it is, and where it tells more of somebody.
struct Discovered {
    client: Client,
    userinfo: Option<url::Url>,
}

async fn discover(cairn: &Cairn, provider: &AdminProvider) -> Result<Discovered, ServiceError> {
    let transport = Arc::clone(&cairn.transport);
    let way_out = move |request: HttpRequest| send(Arc::clone(&transport), request);
    let issuer = IssuerUrl::new(provider.issuer.clone());
    let issuer = issuer.map_err(|_| unreachable("its address cannot be read"))?;
    let metadata = CoreProviderMetadata::discover_async(issuer, &way_out)
        .await
        .map_err(|error| undiscovered(&error))?;
    let userinfo = metadata.userinfo_endpoint().map(|url| url.url().clone());
    let home = cairn
        .settings
        .url(&addresses::console::provider_return())
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let secret = ClientSecret::new(provider.client_secret.expose_secret().to_owned());
    let client =
        CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), Some(secret));
    Ok(Discovered {
        client: client.set_redirect_uri(RedirectUrl::from_url(home)),
        userinfo,
    })
}

/// Begins a sign-in at the provider. Nothing is written.
///
/// # Errors
/// [`ServiceError::NotFound`] when the settings name no provider, [`ServiceError::Provider`] when it does not answer.
#[tracing::instrument(name = "provider.leave", skip_all)]
pub(crate) async fn leave(cairn: &Cairn, next: &str, asking: Asking<'_>) -> Result<Leaving, ServiceError> {
    let provider = provider(cairn)?;
    match Browser::of(cairn, asking) {
        Some(browser) => cairn.throttle.attempt_known(browser.id(), "provider")?,
        None => cairn.throttle.attempt_from(asking.address)?,
    }
    let Discovered { client, .. } = discover(cairn, provider).await?;
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
    let mut asked = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scopes(provider.scopes.iter().cloned().map(openidconnect::Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if let Some(domain) = &provider.hosted_domain {
        // A hint for the page on which an account is chosen; what counts is what the token says.
        asked = asked.add_extra_param("hd", domain.clone());
    }
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
    /// Only one that is believed to be their own.
    email: Option<String>,
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
    asking: Asking<'_>,
) -> Result<Returned, ServiceError> {
    let provider = provider(cairn)?;
    let opened = cairn.vault.open(PURPOSE, sealed).map_err(|_| began_elsewhere())?;
    let away: Away = serde_json::from_slice(&opened).map_err(|_| began_elsewhere())?;
    let same = bool::from(away.state.as_bytes().ct_eq(state.as_bytes()));
    if !same || away.left_at + LIVES <= cairn.clock.now() {
        return Err(began_elsewhere());
    }
    // Each asks the provider, which may keep everybody out for it.
    match Browser::of(cairn, asking) {
        Some(browser) => cairn.throttle.attempt_known(browser.id(), "provider return")?,
        None => cairn.throttle.attempt_from(asking.address)?,
    }
    let vouched = redeem(cairn, provider, &away, code).await?;
    let reach = vouched.reach.clone();
    let (now, random) = cairn.moment();
    let opened = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let admin = account(db, vouched, now, random.as_ref())?;
        let (reach, actor) = (admin.tenant.as_ref(), Actor::Administrator(admin.id.clone()));
        let entry = Entry::within(reach, actor, Action::AdminSignedIn, admin.id.as_str(), now);
        audit::record(db, &entry.detail(json!({"by": "provider"})), random.as_ref())?;
        Ok((open_session(db, &admin.id, now, random.as_ref())?, admin.id))
    });
    let opened = opened.await;
    if let (Err(ServiceError::Forbidden(Forbidden::NoInstitution)), Reach::Institution(name)) =
        (&opened, &reach)
    {
        tracing::error!(
            institution = name,
            "admin_oidc_… names an institution that is not there"
        );
    }
    let (token, admin) = opened?;
    let browser = known::remember(cairn, Browser::of(cairn, asking), admin)?;
    Ok(Returned {
        entered: Entered { token, browser },
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
    let Discovered { client, userinfo } = discover(cairn, provider).await?;
    let transport = Arc::clone(&cairn.transport);
    let way_out = move |request: HttpRequest| send(Arc::clone(&transport), request);
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|_| unreachable("it names no token endpoint"))?
        .set_pkce_verifier(PkceCodeVerifier::new(away.verifier.clone()))
        .request_async(&way_out)
        .await
        .map_err(|error| unchanged(&error))?;
    let token = answer
        .id_token()
        .ok_or_else(|| unreachable("it gave no id token"))?;
    let now = cairn.clock.now();
    let verifier = client.id_token_verifier().set_time_fn(move || now);
    let verified = token
        .claims(&verifier, &Nonce::new(away.nonce.clone()))
        .map_err(|error| unbelieved(&error))?;
    // The signature, which was just verified, covers every claim.
    let mut claims = vouching::claims(&token.to_string());
    if vouching::is_incomplete(&claims, provider)
        && let Some(url) = userinfo
        && let Some(more) = told_besides(cairn, url, answer.access_token().secret()).await
    {
        claims = vouching::merged(claims, &more);
    }
    let (email, reach) = admitted(provider, &claims)?;
    Ok(Vouched {
        issuer: provider.issuer.clone(),
        subject: verified.subject().to_string(),
        name: vouching::name(&claims),
        email,
        reach,
    })
}

/// What the userinfo endpoint says of whom the access token is; none where it says nothing that can be read. Whoever comes
/// in without it need not wait for it to be mended.
async fn told_besides(cairn: &Cairn, url: url::Url, token: &str) -> Option<Value> {
    let request = Request {
        max_body: MAX_ANSWER,
        ..Request::get(url)
    };
    let request = request
        .header("accept", "application/json")
        .header("authorization", format!("Bearer {token}"));
    let answer = match cairn.transport.send(request).await {
        Ok(answer) if answer.is_success() => answer,
        Ok(answer) => {
            tracing::warn!(
                status = answer.status,
                "the userinfo endpoint of the sign-in provider refused"
            );
            return None;
        }
        Err(error) => {
            tracing::warn!(
                why = error.kind(),
                "the userinfo endpoint of the sign-in provider did not answer"
            );
            return None;
        }
    };
    serde_json::from_slice(&answer.body).ok()
}

/// The address of somebody, if it is believed to be theirs, and how far the settings let them reach.
fn admitted(provider: &AdminProvider, claims: &Value) -> Result<(Option<String>, Reach), ServiceError> {
    if !vouching::is_of_the_organisation(claims, provider) {
        return Err(ServiceError::Forbidden(Forbidden::NotLetIn));
    }
    let email = vouching::email(claims, provider);
    let groups = vouching::groups(claims, provider);
    if let Some(reach) = provider.reach(email.as_deref(), &groups) {
        let reach = reach.clone();
        return Ok((email, reach));
    }
    let asks_for_groups = !provider.groups.is_empty();
    Err(ServiceError::Forbidden(
        if asks_for_groups && groups.is_empty() && vouching::leaves_groups_out(claims, provider) {
            Forbidden::GroupsLeftOut
        } else if email.is_none() && !provider.emails.is_empty() {
            Forbidden::EmailNotVouched
        } else {
            Forbidden::NotLetIn
        },
    ))
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
        None => match &vouched.email {
            Some(email) => admins::by_email(db, email)?.filter(|known| known.oidc.is_none()),
            None => None,
        },
    };
    let identity = Some((vouched.issuer, vouched.subject));
    let named = vouched.name.or_else(|| vouched.email.clone());
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
                name: named.unwrap_or_else(|| "Administrator".to_owned()),
                email: vouched.email,
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
