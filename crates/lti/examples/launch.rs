//! A launch from the login initiation to grades, without a network: `cargo run -p cairn-lti --example launch`.
//!
//! The platform is a script behind [`Transport`]; a real program sends those requests with its HTTP client, keeps
//! registrations and used nonces in a database, and takes the two forms from its web framework.

#![allow(
    clippy::indexing_slicing,
    reason = "members of JSON that this example makes itself"
)]
#![expect(clippy::print_stdout, reason = "it shows what it does")]

use std::collections::HashSet;
use std::error::Error;
use std::sync::Arc;

use ambient::clock::{Clock as _, SharedClock, SystemClock};
use ambient::random::{self, SharedRandom, SystemRandom};
use async_trait::async_trait;
use cairn_lti::claims::Launch;
use cairn_lti::error::Refusal;
use cairn_lti::keys::{KeySetCache, ToolKey};
use cairn_lti::launch::{self, LaunchForm, Targets};
use cairn_lti::login::{LoginRequest, authorization_redirect, choose_registration};
use cairn_lti::registration::{Flavour, Registration, RegistrationDraft};
use cairn_lti::services::Services;
use cairn_lti::services::media::scope;
use cairn_lti::state::{Binding, LoginState, StateSealer};
use cairn_lti::token::{ClientAssertionKey, TokenService, TokenTarget};
use cairn_lti::transport::{NetError, Request, Response, Transport};
use serde_json::{Value, json};
use url::Url;

const ISSUER: &str = "https://lms.example";
const CLIENT_ID: &str = "tool-1";
const LAUNCH_URL: &str = "https://tool.example/lti/launch";
const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let platform = Arc::new(ScriptedPlatform::new()?);
    let tool = Tool::new(platform.clone())?;

    let login = platform.login_initiation();
    let (redirect, cookie) = tool.login(&login)?;
    println!(
        "login: the browser goes to {}{}",
        redirect.origin().ascii_serialization(),
        redirect.path()
    );

    let form = platform.launch_form(&redirect)?;
    let mut used_nonces = HashSet::new();
    let launch = tool.launch(&form, &cookie, &mut used_nonces).await?;
    let course = launch
        .context
        .as_ref()
        .and_then(|context| context.title.as_deref());
    println!(
        "launch: {} is an instructor of {}: {}",
        launch.name.as_deref().unwrap_or("somebody"),
        course.unwrap_or("no course"),
        launch.roles.is_instructor(),
    );
    let again = tool.launch(&form, &cookie, &mut used_nonces).await;
    println!(
        "the same launch once more: {}",
        again.err().ok_or("it was accepted")?.code()
    );

    tool.read_course(&launch).await
}

/// What a tool keeps for as long as it runs.
struct Tool {
    clock: SharedClock,
    random: SharedRandom,
    /// In a database; found by issuer at a login and by the id in the state at a launch.
    registrations: [Registration; 1],
    sealer: StateSealer,
    key_sets: KeySetCache,
    services: Arc<Services>,
    targets: Targets,
}

impl Tool {
    fn new(transport: Arc<dyn Transport>) -> Result<Self, Box<dyn Error>> {
        let clock: SharedClock = Arc::new(SystemClock);
        let random: SharedRandom = Arc::new(SystemRandom);
        // The second half is the private key in PEM: store it, encrypted, and publish `ToolKey::jwk_set`.
        let (key, _pem) = ToolKey::generate()?;
        let tokens = Arc::new(TokenService::new(
            Arc::new(ClientAssertionKey::from(&key)),
            clock.clone(),
            random.clone(),
            transport.clone(),
        ));
        Ok(Self {
            registrations: [registration()?],
            sealer: StateSealer::new(&random::bytes(random.as_ref())),
            key_sets: KeySetCache::new(transport.clone(), clock.clone()),
            services: Arc::new(Services::new(transport, tokens, clock.clone(), random.clone())),
            targets: Targets::new(LAUNCH_URL.parse()?, ["/lti/launch"]),
            clock,
            random,
        })
    }

    /// `/lti/login`: where the browser goes, and the cookie (name and value) that it takes along.
    fn login(&self, pairs: &[(String, String)]) -> Result<(Url, (String, String)), Box<dyn Error>> {
        let request = LoginRequest::parse(pairs)?;
        request.check_target(&LAUNCH_URL.parse()?)?;
        let registration = choose_registration(&self.registrations, &request)?;
        let binding = Binding::new(self.random.as_ref());
        let now = self.clock.now();
        let state = LoginState::begin(registration, &request, Some(&binding), now, self.random.as_ref());
        let sealed = self.sealer.seal(&state, self.random.as_ref())?;
        let redirect = authorization_redirect(registration, &request, LAUNCH_URL, &sealed, &state.nonce);
        Ok((redirect, (binding.cookie_name(true), binding.secret().to_owned())))
    }

    /// `/lti/launch`: the verified launch.
    async fn launch(
        &self,
        pairs: &[(String, String)],
        cookie: &(String, String),
        used_nonces: &mut HashSet<String>,
    ) -> Result<Launch, Refusal> {
        let form = LaunchForm::parse(pairs)?;
        let state = self.sealer.open(&form.state, self.clock.now())?;
        let expected = state.binding.as_ref().map(|proof| proof.cookie_name(true));
        let (name, secret) = cookie;
        state.check_binding((expected.as_ref() == Some(name)).then_some(secret.as_str()))?;
        let registration = self
            .registrations
            .iter()
            .find(|known| known.id == state.registration_id)
            .ok_or(Refusal::RegistrationMismatch)?;
        let launch = launch::verify(
            form.id_token()?,
            &state,
            registration,
            &self.key_sets,
            &self.targets,
            self.clock.now(),
        )
        .await?;
        // In a database: an insert under a unique index, in the transaction that opens the session.
        if !used_nonces.insert(state.nonce) {
            return Err(Refusal::StateConsumed);
        }
        launch::admit(registration, &launch, false)?;
        Ok(launch)
    }

    /// Members and results, page by page, with one access token for each scope.
    async fn read_course(&self, launch: &Launch) -> Result<(), Box<dyn Error>> {
        let [registration] = &self.registrations;
        let ags = launch.ags.as_ref().ok_or("the platform offers no grades")?;
        let nrps = launch.nrps.as_ref().ok_or("the platform offers no member list")?;
        let mut granted = ags.scopes.clone();
        granted.push(scope::MEMBERS_READ.to_owned());
        let platform = self.services.platform(
            TokenTarget::from(registration),
            registration.capabilities(),
            granted,
        );
        let line_item = ags.lineitem.clone().ok_or("the link has no column")?;
        let reading = platform
            .read_course(&nrps.context_memberships_url, &[line_item])
            .await;
        for member in reading.members?.members {
            println!("member {}: {}", member.user_id, member.name.unwrap_or_default());
        }
        for rows in reading.results {
            for row in rows? {
                println!("result of {}: {:?} of {:?}", row.user_id, row.score, row.maximum);
            }
        }
        Ok(())
    }
}

/// As an administrator types it; dynamic registration makes the same.
fn registration() -> Result<Registration, Box<dyn Error>> {
    let draft = RegistrationDraft {
        name: "Example College".into(),
        issuer: ISSUER.into(),
        client_id: CLIENT_ID.into(),
        authorization_url: format!("{ISSUER}/auth"),
        token_url: format!("{ISSUER}/token"),
        token_audience: None,
        jwks_url: format!("{ISSUER}/keys"),
        flavour: Flavour::Other,
        algorithms: vec![],
        service_hosts: vec![],
        accepts_new_deployments: true,
        allow_http_loopback: false,
        enabled: true,
    };
    let checked = draft.check("registration-1".into(), "institution-1".into());
    Ok(checked.map_err(|wrong| {
        wrong
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    })?)
}

/// The other side: signs launches and answers requests.
#[derive(Debug)]
struct ScriptedPlatform {
    key: ToolKey,
}

impl ScriptedPlatform {
    fn new() -> Result<Self, Box<dyn Error>> {
        // A platform signs with RS256 as a tool does, so that the tool's kind of key serves here.
        let (key, _) = ToolKey::generate()?;
        Ok(Self { key })
    }

    fn login_initiation(&self) -> Vec<(String, String)> {
        pairs(&[
            ("iss", ISSUER),
            ("login_hint", "5"),
            ("target_link_uri", LAUNCH_URL),
            ("lti_message_hint", "activity 7"),
            ("client_id", CLIENT_ID),
            ("lti_deployment_id", "1"),
        ])
    }

    /// What the platform posts through the browser after it has looked at the login.
    fn launch_form(&self, login: &Url) -> Result<Vec<(String, String)>, Box<dyn Error>> {
        let asked = |name: &str| {
            let found = login.query_pairs().find(|(known, _)| known == name);
            found.map(|(_, value)| value.into_owned())
        };
        let now = SystemClock.now().timestamp();
        let mut claims = json!({
            "iss": ISSUER,
            "aud": asked("client_id"),
            "sub": asked("login_hint"),
            "nonce": asked("nonce"),
            "iat": now,
            "exp": now + 60,
            "name": "Ada Example",
        });
        for (name, value) in [
            ("version", json!("1.3.0")),
            ("message_type", json!("LtiResourceLinkRequest")),
            ("deployment_id", json!("1")),
            ("target_link_uri", json!(LAUNCH_URL)),
            (
                "roles",
                json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]),
            ),
            ("context", json!({"id": "2", "title": "Open Badges 101"})),
            ("resource_link", json!({"id": "7", "title": "Badges"})),
        ] {
            claims[format!("{CLAIM}{name}")] = value;
        }
        claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = json!({
            "scope": [scope::LINE_ITEM, scope::RESULT_READ, scope::SCORE],
            "lineitem": format!("{ISSUER}/lineitems/7"),
        });
        claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"] = json!({
            "context_memberships_url": format!("{ISSUER}/members"),
            "service_versions": ["2.0"],
        });
        let state = asked("state").ok_or("no state")?;
        Ok(pairs(&[
            ("id_token", &self.key.sign(&claims)?),
            ("state", &state),
        ]))
    }
}

#[async_trait]
impl Transport for ScriptedPlatform {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        println!("  {:?} {}", request.method, request.url);
        let body: Value = match request.url.path() {
            "/keys" => ToolKey::jwk_set([&self.key]),
            "/token" => json!({"access_token": "secret", "token_type": "Bearer", "expires_in": 3600}),
            "/members" => json!({"members": [
                {"user_id": "5", "name": "Ada Example", "roles": ["Instructor"]},
                {"user_id": "6", "name": "Ben Example", "roles": ["Learner"]},
            ]}),
            "/lineitems/7/results" => json!([{"userId": "6", "resultScore": 8.5, "resultMaximum": 10}]),
            _ => {
                return Ok(Response {
                    status: 404,
                    headers: Vec::new(),
                    body: Default::default(),
                });
            }
        };
        Ok(Response {
            status: 200,
            headers: Vec::new(),
            body: body.to_string().into(),
        })
    }
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
