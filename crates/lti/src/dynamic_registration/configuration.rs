//! The platform's own description (DR 1.0, section 3.4): read with tolerance, judged without.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::answer::Answer;
use super::members::{acceptable, cut, plain_name, shown, text, texts};
use super::{ConfigurationError, MAX_DOCUMENT, PLATFORM_CONFIGURATION};
use crate::capabilities::{Capabilities, Endpoints, instructure};
use crate::registration::{Flavour, RegistrationDraft, is_address, is_loopback};

/// A message that the platform can send, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportedMessage {
    /// `LtiDeepLinkingRequest` and the like.
    pub kind: String,
    /// Plain names: Canvas's prefix is taken off. Empty when the platform says nothing.
    pub placements: Vec<String>,
}

/// What a platform says of itself, found to be consistent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformConfiguration {
    /// `issuer`, byte for byte.
    pub issuer: String,
    /// Where logins go, through the browser.
    pub authorization_endpoint: Url,
    /// Where service tokens are asked for.
    pub token_endpoint: Url,
    /// Where the platform publishes its keys.
    pub jwks_uri: Url,
    /// Where the registration request is posted.
    pub registration_endpoint: Url,
    /// The `aud` of client assertions, when it is not the token endpoint (DR 1.0: `authorization_server`). Canvas names a
    /// bare host there, which it takes from nobody, so only an address counts.
    pub authorization_server: Option<String>,
    /// Which product it is.
    pub flavour: Flavour,
    /// `moodle`, `canvas`, or what the platform calls itself; at most 60 characters.
    pub product: String,
    /// The product's version; at most 60 characters.
    pub version: Option<String>,
    /// The account's name in Canvas.
    pub account: Option<String>,
    /// `scopes_supported`; empty when the platform says nothing.
    pub scopes: Vec<String>,
    /// `claims_supported`; empty when the platform says nothing.
    pub claims: Vec<String>,
    /// `messages_supported`; empty when the platform says nothing.
    pub messages: Vec<SupportedMessage>,
    /// Names of variables without their `$`.
    pub variables: Vec<String>,
    /// Where the configuration was read.
    pub source: Url,
    /// Whether plain http on this machine was allowed when it was judged.
    pub plain: bool,
}

/// The address of the configuration, as the browser brought it.
///
/// # Errors
/// [`ConfigurationError::NoAddress`] when there is none, [`ConfigurationError::Address`] when it may not be called.
pub fn configuration_url(text: Option<&str>, plain: bool) -> Result<Url, ConfigurationError> {
    let text = text
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .ok_or(ConfigurationError::NoAddress)?;
    acceptable(text, plain).ok_or_else(|| ConfigurationError::Address(shown(text)))
}

impl PlatformConfiguration {
    /// Reads the document that was found at `source`. `plain` allows http on this machine.
    ///
    /// # Errors
    /// [`ConfigurationError`] for what is missing, insecure or not the platform's own.
    pub fn read(body: &[u8], source: &Url, plain: bool) -> Result<Self, ConfigurationError> {
        if body.len() > MAX_DOCUMENT {
            return Err(ConfigurationError::TooLarge);
        }
        let document: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| ConfigurationError::NotJson)?;
        let none = Map::new();
        let platform = document
            .get(PLATFORM_CONFIGURATION)
            .and_then(Value::as_object)
            .unwrap_or(&none);
        let endpoint = |name: &str, what: &'static str| {
            let text = text(&document, name).ok_or(ConfigurationError::Missing(what))?;
            acceptable(&text, plain).ok_or_else(|| ConfigurationError::Insecure(what, shown(&text)))
        };
        let issuer = text(&document, "issuer").ok_or(ConfigurationError::Missing("issuer"))?;
        if acceptable(&issuer, plain).is_none() {
            return Err(ConfigurationError::Insecure("issuer", shown(&issuer)));
        }
        let product = text(platform, "product_family_code").unwrap_or_default();
        let configuration = Self {
            authorization_endpoint: endpoint("authorization_endpoint", "authorization endpoint")?,
            token_endpoint: endpoint("token_endpoint", "token endpoint")?,
            jwks_uri: endpoint("jwks_uri", "key set")?,
            registration_endpoint: endpoint("registration_endpoint", "registration endpoint")?,
            authorization_server: text(&document, "authorization_server")
                .filter(|text| text.len() <= 255 && is_address(text)),
            flavour: Flavour::of_product(&product),
            product: cut(&product, 60),
            version: text(platform, "version").map(|version| cut(&version, 60)),
            account: text(platform, "https://canvas.instructure.com/lti/account_name")
                .map(|name| cut(&name, 120)),
            scopes: texts(document.get("scopes_supported")),
            claims: texts(document.get("claims_supported")),
            messages: messages(platform.get("messages_supported")),
            variables: texts(platform.get("variables"))
                .into_iter()
                .map(|name| name.trim_start_matches('$').to_owned())
                .collect(),
            issuer,
            source: source.clone(),
            plain,
        };
        let algorithms = texts(document.get("id_token_signing_alg_values_supported"));
        if !algorithms.iter().any(|name| name == "RS256") {
            return Err(ConfigurationError::NoRs256);
        }
        configuration.judge()?;
        Ok(configuration)
    }

    /// Whether the configuration may speak for its issuer, and its endpoints are the platform's own.
    fn judge(&self) -> Result<(), ConfigurationError> {
        let host = self.source.host_str().unwrap_or_default();
        let issuer = Url::parse(&self.issuer).ok();
        let issuer_host = issuer.as_ref().and_then(Url::host_str).unwrap_or_default();
        // Only under the switch for development: the practice LMS has the hosted issuer, as every school of Canvas.
        let rehearsal = self.plain && is_loopback(&self.source);
        let hosted = instructure(host).filter(|environment| instructure(issuer_host) == Some(*environment));
        if host != issuer_host && hosted.is_none() && !rehearsal {
            return Err(ConfigurationError::Issuer {
                host: host.to_owned(),
                issuer: self.issuer.clone(),
            });
        }
        let own = |url: &Url| {
            let at = url.host_str().unwrap_or_default();
            at == host || (hosted.is_some() && instructure(at) == hosted)
        };
        let endpoints = [
            ("authorization endpoint", &self.authorization_endpoint),
            ("token endpoint", &self.token_endpoint),
            ("key set", &self.jwks_uri),
            ("registration endpoint", &self.registration_endpoint),
        ];
        for (what, url) in endpoints {
            let registers = what == "registration endpoint";
            // A hosted school may have a host name of its own, and Canvas registers there: it is Canvas's own server that
            // says so. Other platforms than the two spread their endpoints over hosts, but not the registration.
            let elsewhere = if registers {
                hosted.is_some()
            } else {
                self.capabilities().endpoints == Endpoints::Anywhere
            };
            if !own(url) && !elsewhere {
                return Err(ConfigurationError::ForeignEndpoint {
                    what,
                    url: shown(url.as_str()),
                    platform: host.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// What this platform does.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.flavour.capabilities()
    }

    /// Whether the platform offers that message at all. One that lists no messages is believed to send the usual two.
    #[must_use]
    pub fn sends(&self, kind: &str) -> bool {
        self.messages.iter().any(|message| message.kind == kind)
            || (self.messages.is_empty() && kind != "LtiSubmissionReviewRequest")
    }

    /// Whether that message may come from that placement; yes, when the platform does not say.
    #[must_use]
    pub fn offers(&self, kind: &str, placement: &str) -> bool {
        let mut said = self
            .messages
            .iter()
            .filter(|message| message.kind == kind)
            .flat_map(|message| &message.placements)
            .peekable();
        said.peek().is_none() || said.any(|known| known == placement)
    }

    /// For people: the account's name, or the host that people know.
    #[must_use]
    pub fn name(&self) -> String {
        let product = self.capabilities().product.unwrap_or("Platform");
        let place = match &self.account {
            Some(account) => account.clone(),
            None => self
                .registration_endpoint
                .host_str()
                .unwrap_or_default()
                .to_owned(),
        };
        format!("{product} at {place}")
    }

    /// The registration that follows from this configuration and the platform's answer.
    #[must_use]
    pub fn draft(&self, answer: &Answer) -> RegistrationDraft {
        // Canvas registers on the school's own host, where its services are, too.
        let registers = self.registration_endpoint.host_str();
        RegistrationDraft {
            name: self.name(),
            issuer: self.issuer.clone(),
            client_id: answer.client_id.clone(),
            authorization_url: self.authorization_endpoint.to_string(),
            token_url: self.token_endpoint.to_string(),
            token_audience: self.authorization_server.clone(),
            jwks_url: self.jwks_uri.to_string(),
            flavour: self.flavour,
            algorithms: Vec::new(),
            service_hosts: registers.map(str::to_owned).into_iter().collect(),
            accepts_new_deployments: false,
            allow_http_loopback: self.plain,
            enabled: true,
        }
    }

    /// The origins that may show the page which asks: the platform's.
    #[must_use]
    pub fn frame_ancestors(&self) -> Vec<String> {
        let mut origins = Vec::new();
        let mut add = |origin: String| {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        };
        for url in [
            &self.source,
            &self.registration_endpoint,
            &self.authorization_endpoint,
        ] {
            add(url.origin().ascii_serialization());
        }
        if let Ok(issuer) = Url::parse(&self.issuer) {
            add(issuer.origin().ascii_serialization());
        }
        if self.source.host_str().and_then(instructure).is_some() {
            add("https://*.instructure.com".to_owned());
        }
        origins
    }
}

fn messages(value: Option<&Value>) -> Vec<SupportedMessage> {
    let list = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let one = |value: &Value| {
        Some(SupportedMessage {
            kind: text(value.as_object()?, "type")?,
            placements: texts(value.get("placements"))
                .iter()
                .map(|name| plain_name(name))
                .collect(),
        })
    };
    list.iter().take(100).filter_map(one).collect()
}
