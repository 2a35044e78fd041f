//! A platform that knows the tool under one client id, unique on (issuer, client id). Canvas shares one issuer among
//! schools and Moodle counts its ids from one, so that nothing may be looked up without the registration.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::error::{RegistrationError, ServiceUrlError};

/// Which kind of platform this is: what it does differently is in [`super::capabilities`]. Decides never about trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flavour {
    /// Moodle.
    Moodle,
    /// Canvas, hosted or not.
    Canvas,
    /// Any other platform.
    Other,
}

impl Flavour {
    /// As stored and as typed at the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moodle => "moodle",
            Self::Canvas => "canvas",
            Self::Other => "other",
        }
    }
}

impl std::str::FromStr for Flavour {
    type Err = RegistrationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "moodle" => Ok(Self::Moodle),
            "canvas" => Ok(Self::Canvas),
            "other" => Ok(Self::Other),
            _ => Err(RegistrationError::UnknownFlavour(text.to_owned())),
        }
    }
}

/// Signature algorithms that a registration may allow (RFC 7518, section 3.1). Both Moodle and Canvas use RS256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// The same with SHA-384.
    #[serde(rename = "RS384")]
    Rs384,
    /// The same with SHA-512.
    #[serde(rename = "RS512")]
    Rs512,
}

impl Algorithm {
    /// The name in a JOSE header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }
}

impl std::str::FromStr for Algorithm {
    type Err = RegistrationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Rs256, Self::Rs384, Self::Rs512]
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or_else(|| RegistrationError::Algorithm(text.to_owned()))
    }
}

ambient::ids! {
    /// A platform that knows the tool under one client id.
    RegistrationId;
    /// The tool's own customer to whom a registration belongs, an institution say. It means nothing to this crate.
    TenantId;
}

/// A platform as the tool knows it. Made by [`RegistrationDraft::check`], and stored by the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "three switches of an administrator")]
pub struct Registration {
    /// The program's own id of it.
    pub id: RegistrationId,
    /// To whom it belongs.
    pub tenant: TenantId,
    /// For people: "Example College Moodle".
    pub name: String,
    /// Compared byte by byte with the `iss` claim.
    pub issuer: String,
    /// What the platform calls the tool; at most 255 printable ASCII characters.
    pub client_id: String,
    /// Where login requests go, through the browser.
    pub authorization_url: Url,
    /// Where service tokens are asked for.
    pub token_url: Url,
    /// The `aud` of a client assertion; mostly the token URL.
    pub token_audience: String,
    /// Where the platform publishes its keys.
    pub jwks_url: Url,
    /// Which quirks to expect.
    pub flavour: Flavour,
    /// Algorithms that its `id_token`s may be signed with.
    pub algorithms: Vec<Algorithm>,
    /// Hosts that service URLs may name: the host itself or one below it. Lower case, without port.
    pub service_hosts: Vec<String>,
    /// Whether a deployment that turns up unannounced may be claimed.
    pub accepts_new_deployments: bool,
    /// Whether plain http is tolerated, on this machine only.
    pub allow_http_loopback: bool,
    /// Whether logins, launches and notices are accepted.
    pub enabled: bool,
}

impl Registration {
    /// The hosts that belong to the platform whatever anybody adds: those of its endpoints, and all of `instructure.com`
    /// for the hosted Canvas.
    #[must_use]
    pub fn own_hosts(&self) -> Vec<String> {
        own_hosts(
            self.flavour,
            [&self.authorization_url, &self.token_url, &self.jwks_url],
        )
    }

    /// The hosts that were added to its [own](Self::own_hosts).
    #[must_use]
    pub fn added_hosts(&self) -> Vec<&str> {
        let own = self.own_hosts();
        let added = self.service_hosts.iter().filter(|host| !own.contains(host));
        added.map(String::as_str).collect()
    }

    /// Whether `url` may be called for this platform, or shown as its own: https, or http on loopback when allowed;
    /// without credentials; on one of `service_hosts` or its [own hosts](Self::own_hosts), or below it (row 23 of the
    /// [checklist](crate::launch)).
    ///
    /// # Errors
    /// [`ServiceUrlError`] says which of these does not hold.
    pub fn check_service_url(&self, url: &Url) -> Result<(), ServiceUrlError> {
        check_scheme(url, self.allow_http_loopback)
            .map_err(|()| ServiceUrlError::Insecure(url.scheme().to_owned()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ServiceUrlError::Credentials);
        }
        let host = url.host_str().unwrap_or_default();
        let named = matches!(url.host(), Some(Host::Domain(_)));
        // The own ones count also where they were left out of what is stored.
        let own = self.own_hosts();
        let allowed = own.iter().chain(&self.service_hosts).any(|known| {
            host == known
                || (named
                    && host
                        .strip_suffix(known.as_str())
                        .is_some_and(|rest| rest.ends_with('.')))
        });
        if allowed {
            Ok(())
        } else {
            Err(ServiceUrlError::ForeignHost(host.to_owned()))
        }
    }
}

/// The hosts of a platform's endpoints, and those that a hosted one is known to have beside them; each once.
fn own_hosts(flavour: Flavour, endpoints: [&Url; 3]) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    for host in endpoints.into_iter().filter_map(Url::host_str) {
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    let further = flavour.capabilities().further_service_host(&hosts);
    hosts.extend(further.map(str::to_owned));
    hosts
}

fn check_scheme(url: &Url, allow_http_loopback: bool) -> Result<(), ()> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_http_loopback && is_loopback(url) => Ok(()),
        _ => Err(()),
    }
}

/// Whether an address is on this machine, by its host alone.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A registration as a person typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "three switches of an administrator")]
pub struct RegistrationDraft {
    /// See [`Registration::name`].
    pub name: String,
    /// See [`Registration::issuer`].
    pub issuer: String,
    /// See [`Registration::client_id`].
    pub client_id: String,
    /// See [`Registration::authorization_url`].
    pub authorization_url: String,
    /// See [`Registration::token_url`].
    pub token_url: String,
    /// The token URL when absent, and when it is no http or https address: Canvas names a bare host and takes nothing but
    /// its token URL.
    pub token_audience: Option<String>,
    /// See [`Registration::jwks_url`].
    pub jwks_url: String,
    /// See [`Registration::flavour`].
    pub flavour: Flavour,
    /// RS256 when empty.
    pub algorithms: Vec<Algorithm>,
    /// Further hosts; the [own ones](Registration::own_hosts) are always there.
    pub service_hosts: Vec<String>,
    /// See [`Registration::accepts_new_deployments`].
    pub accepts_new_deployments: bool,
    /// See [`Registration::allow_http_loopback`].
    pub allow_http_loopback: bool,
    /// See [`Registration::enabled`].
    pub enabled: bool,
}

impl RegistrationDraft {
    /// Makes a registration of this draft.
    ///
    /// # Errors
    /// Every wrong value, each as one sentence.
    pub fn check(self, id: RegistrationId, tenant: TenantId) -> Result<Registration, Vec<RegistrationError>> {
        let mut wrong = Vec::new();
        let plain = self.allow_http_loopback;
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 200 {
            wrong.push(RegistrationError::Name);
        }
        if !identifier(&self.client_id) {
            wrong.push(RegistrationError::ClientId);
        }
        match Url::parse(&self.issuer) {
            _ if !identifier(&self.issuer) => wrong.push(RegistrationError::Issuer(self.issuer.clone())),
            Ok(url)
                if check_scheme(&url, plain).is_ok() && url.query().is_none() && url.fragment().is_none() => {
            }
            _ => wrong.push(RegistrationError::Issuer(self.issuer.clone())),
        }
        let mut endpoint = |what: &'static str, text: &str| match endpoint_url(what, text, plain) {
            Ok(url) => Some(url),
            Err(error) => {
                wrong.push(error);
                None
            }
        };
        let authorization_url = endpoint("authorization URL", &self.authorization_url);
        let token_url = endpoint("token URL", &self.token_url);
        let jwks_url = endpoint("key set URL", &self.jwks_url);
        let token_audience = self.token_audience.unwrap_or_else(|| self.token_url.clone());
        if !identifier(&token_audience) {
            wrong.push(RegistrationError::TokenAudience);
        }
        let token_audience = if is_address(&token_audience) {
            token_audience
        } else {
            self.token_url.clone()
        };
        let mut further_hosts = Vec::new();
        for host in &self.service_hosts {
            match service_host(host) {
                Some(host) => further_hosts.push(host),
                None => wrong.push(RegistrationError::ServiceHost(host.clone())),
            }
        }
        let (Some(authorization_url), Some(token_url), Some(jwks_url), true) =
            (authorization_url, token_url, jwks_url, wrong.is_empty())
        else {
            return Err(wrong);
        };
        let mut service_hosts = own_hosts(self.flavour, [&authorization_url, &token_url, &jwks_url]);
        for host in further_hosts {
            if !service_hosts.contains(&host) {
                service_hosts.push(host);
            }
        }
        let mut algorithms = self.algorithms;
        if algorithms.is_empty() {
            algorithms.push(Algorithm::Rs256);
        }
        Ok(Registration {
            id,
            tenant,
            name,
            issuer: self.issuer,
            client_id: self.client_id,
            authorization_url,
            token_url,
            token_audience,
            jwks_url,
            flavour: self.flavour,
            algorithms,
            service_hosts,
            accepts_new_deployments: self.accepts_new_deployments,
            allow_http_loopback: self.allow_http_loopback,
            enabled: self.enabled,
        })
    }
}

/// Printable ASCII without blanks, at most 255 characters: what LTI allows for identifiers.
fn identifier(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a text is an http or https address.
pub(super) fn is_address(text: &str) -> bool {
    let scheme = text
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| matches!(scheme.as_str(), "http" | "https"))
        && Url::parse(text).is_ok_and(|url| url.has_host())
}

fn endpoint_url(what: &'static str, text: &str, plain: bool) -> Result<Url, RegistrationError> {
    let url = Url::parse(text).map_err(|_| RegistrationError::NotAUrl(what, text.to_owned()))?;
    check_scheme(&url, plain).map_err(|()| RegistrationError::Insecure(what, text.to_owned()))?;
    if !url.username().is_empty()
        || url.password().is_some()
        || url.fragment().is_some()
        || text.len() > 2_000
    {
        return Err(RegistrationError::NotPlain(what, text.to_owned()));
    }
    Ok(url)
}

/// A host name or address in the form in which `url` writes it. One label is enough only for `localhost`, so that
/// nobody allows all of `.com`.
fn service_host(text: &str) -> Option<String> {
    match Host::parse(text.trim()).ok()? {
        Host::Domain(name) if name == "localhost" || name.trim_matches('.').contains('.') => Some(name),
        Host::Domain(_) => None,
        address => Some(address.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(change: impl FnOnce(&mut RegistrationDraft)) -> Result<Registration, Vec<RegistrationError>> {
        let mut draft = testing::draft();
        change(&mut draft);
        draft.check("r".into(), "t".into())
    }

    #[test]
    fn defaults_are_the_token_url_rs256_and_the_platforms_own_hosts() {
        let made = check(|_| ()).unwrap();
        assert_eq!(made.token_audience, "https://lms.example/mod/lti/token.php");
        assert_eq!(made.algorithms, [Algorithm::Rs256]);
        assert_eq!(made.service_hosts, ["lms.example"]);
    }

    #[test]
    fn an_audience_that_is_no_address_is_the_token_url() {
        let audience = |given: &str| check(|draft| draft.token_audience = Some(given.to_owned())).unwrap();
        let token_url = "https://lms.example/mod/lti/token.php";
        for bare in [
            "sso.canvas.example",
            "lms.example:443/token",
            "https:",
            "https://",
            "urn:lms:token",
            "//lms.example/token",
        ] {
            assert_eq!(audience(bare).token_audience, token_url, "{bare}");
        }
        for address in [
            "https://lms.example/other",
            "http://lms.example",
            "HTTPS://lms.example/token",
        ] {
            assert_eq!(audience(address).token_audience, address);
        }
    }

    #[test]
    fn further_service_hosts_take_nothing_from_the_platforms_own() {
        let made = check(|draft| {
            draft.service_hosts = vec!["Files.school.example".into(), "lms.example".into()];
        });
        let made = made.unwrap();
        assert_eq!(made.service_hosts, ["lms.example", "files.school.example"]);
        assert_eq!(made.own_hosts(), ["lms.example"]);
        let stored = Registration {
            service_hosts: vec!["files.school.example".into()],
            ..made
        };
        for host in ["lms.example", "files.school.example"] {
            let url = format!("https://{host}/x");
            assert_eq!(stored.check_service_url(&url.parse().unwrap()), Ok(()), "{host}");
        }
        let hosted = check(|draft| {
            draft.flavour = Flavour::Canvas;
            draft.issuer = "https://canvas.instructure.com".into();
            draft.authorization_url = "https://sso.canvaslms.com/api/lti/authorize_redirect".into();
            draft.token_url = "https://sso.canvaslms.com/login/oauth2/token".into();
            draft.jwks_url = "https://sso.canvaslms.com/api/lti/security/jwks".into();
            draft.service_hosts = vec!["canvas.school.example".into()];
        });
        let hosted = hosted.unwrap();
        for host in [
            "canvas.school.example",
            "school.instructure.com",
            "sso.canvaslms.com",
        ] {
            let url = format!("https://{host}/api/lti/courses/1/line_items");
            assert_eq!(hosted.check_service_url(&url.parse().unwrap()), Ok(()), "{host}");
        }
    }

    #[test]
    fn each_wrong_value_is_its_own_sentence() {
        let wrong = check(|draft| {
            draft.name = " ".into();
            draft.client_id = "has blank".into();
            draft.issuer = "http://lms.example".into();
            draft.authorization_url = "ftp://lms.example/auth".into();
            draft.token_url = "nowhere".into();
            draft.token_audience = Some(String::new());
            draft.jwks_url = "https://user:secret@lms.example/keys".into();
            draft.service_hosts = vec!["com".into()];
        })
        .unwrap_err();
        assert_eq!(wrong.len(), 8, "{wrong:?}");
        let sentences: std::collections::HashSet<String> = wrong.iter().map(ToString::to_string).collect();
        assert_eq!(sentences.len(), 8);
        assert!(
            sentences
                .iter()
                .any(|sentence| sentence.contains("token URL \"nowhere\"")),
            "{sentences:?}"
        );
    }

    #[test]
    fn plain_http_is_for_loopback_under_the_switch_only() {
        let local = |draft: &mut RegistrationDraft, host: &str| {
            draft.issuer = format!("http://{host}:8090");
            draft.authorization_url = format!("http://{host}:8090/auth");
            draft.token_url = format!("http://{host}:8090/token");
            draft.jwks_url = format!("http://{host}:8090/keys");
        };
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            assert_eq!(check(|draft| local(draft, host)).unwrap_err().len(), 4, "{host}");
            let allowed = check(|draft| {
                local(draft, host);
                draft.allow_http_loopback = true;
            });
            allowed
                .unwrap()
                .check_service_url(&format!("http://{host}:8090/x").parse().unwrap())
                .unwrap();
        }
        let far = check(|draft| {
            local(draft, "192.168.0.1");
            draft.allow_http_loopback = true;
        });
        assert_eq!(far.unwrap_err().len(), 4);
    }

    #[test]
    fn service_urls_stay_on_the_platforms_hosts() {
        let made =
            check(|draft| draft.service_hosts = vec!["LMS.example".into(), "10.0.0.1".into()]).unwrap();
        let verdict = |text: &str| made.check_service_url(&text.parse().unwrap());
        assert_eq!(verdict("https://lms.example/x"), Ok(()));
        assert_eq!(verdict("https://school.lms.example:8443/x?y=1"), Ok(()));
        assert_eq!(verdict("https://10.0.0.1/x"), Ok(()));
        assert_eq!(
            verdict("http://lms.example/x"),
            Err(ServiceUrlError::Insecure("http".into()))
        );
        assert_eq!(
            verdict("javascript:alert(1)"),
            Err(ServiceUrlError::Insecure("javascript".into()))
        );
        assert_eq!(
            verdict("https://a@lms.example/x"),
            Err(ServiceUrlError::Credentials)
        );
        for foreign in [
            "https://evillms.example/",
            "https://lms.example.evil.test/",
            "https://example/",
            "https://110.0.0.1/",
        ] {
            assert!(
                matches!(verdict(foreign), Err(ServiceUrlError::ForeignHost(_))),
                "{foreign}"
            );
        }
    }

    #[test]
    fn hosted_canvas_allows_its_tenants() {
        let made = check(|draft| {
            draft.flavour = Flavour::Canvas;
            draft.issuer = "https://canvas.instructure.com".into();
            draft.authorization_url = "https://sso.canvaslms.com/api/lti/authorize_redirect".into();
            draft.token_url = "https://sso.canvaslms.com/login/oauth2/token".into();
            draft.jwks_url = "https://sso.canvaslms.com/api/lti/security/jwks".into();
        })
        .unwrap();
        made.check_service_url(
            &"https://school.instructure.com/api/lti/courses/1/line_items"
                .parse()
                .unwrap(),
        )
        .unwrap();
    }
}
