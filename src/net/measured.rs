//! Counts what goes out, by platform and by how it ended.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use async_trait::async_trait;
use lti::registration::Registration;
use url::{Host, Url};

use super::{NetError, Request, Response, Transport};
use crate::telemetry::metric;

/// Most hosts that are named; a label for each address that somebody types would fill the memory.
const MOST: usize = 1_000;
/// What is called and belongs to no registered platform: one that registers, a sign-in provider.
const OTHER: &str = "other";

/// A host that several platforms name, as schools of hosted Canvas do.
const SHARED: &str = "shared";

/// Whose a server is: the id of a platform, or [`SHARED`].
type Owner = Arc<str>;

/// The servers of registered platforms. Metrics name a platform by its id, so that they do not tell who the schools are.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlatformHosts(Arc<RwLock<HashMap<String, Owner>>>);

impl PlatformHosts {
    /// Remembers the servers of a platform that is about to be called.
    pub(crate) fn note(&self, registration: &Registration) {
        let urls = [&registration.token_url, &registration.jwks_url];
        let servers = urls.into_iter().filter_map(server);
        let servers: Vec<String> = servers
            .chain(registration.service_hosts.iter().cloned())
            .collect();
        let id = registration.id.as_str();
        let is_noted = |owner: &Owner| **owner == *id || **owner == *SHARED;
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if servers.iter().all(|one| known.get(one).is_some_and(is_noted)) {
            return;
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for one in servers {
            let room = known.len() < MOST;
            match known.get_mut(&one) {
                Some(owner) if is_noted(owner) => {}
                Some(owner) => *owner = SHARED.into(),
                None if room => drop(known.insert(one, id.into())),
                None => {}
            }
        }
    }

    /// What stands for the server behind `url`: the platform whose it is, or whose registration names a host above it.
    /// Hosted Canvas names `instructure.com` for the schools below it.
    fn label(&self, url: &Url) -> Owner {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(owner) = server(url).and_then(|server| known.get(&server)) {
            return Arc::clone(owner);
        }
        let mut name = url.host_str();
        while let Some(host) = name {
            if let Some(owner) = known.get(host) {
                return Arc::clone(owner);
            }
            let has_more = matches!(url.host(), Some(Host::Domain(_)));
            name = host.split_once('.').filter(|_| has_more).map(|(_, above)| above);
        }
        OTHER.into()
    }
}

/// A server by its host and port: two practice LMSs are on one machine.
fn server(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

/// A way out whose calls are counted.
#[derive(Debug)]
pub(crate) struct Measured {
    way_out: Arc<dyn Transport>,
    hosts: PlatformHosts,
}

impl Measured {
    #[must_use]
    pub(crate) fn new(way_out: Arc<dyn Transport>, hosts: PlatformHosts) -> Self {
        Self { way_out, hosts }
    }
}

#[async_trait]
impl Transport for Measured {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let platform = self.hosts.label(&request.url);
        let begun = Instant::now();
        let answer = self.way_out.send(request).await;
        metrics::histogram!(metric::OUTBOUND_SECONDS, "platform" => platform.to_string())
            .record(begun.elapsed());
        metrics::counter!(metric::OUTBOUND, "platform" => platform.to_string(), "status" => status(&answer))
            .increment(1);
        answer
    }
}

/// The status of an answer, or why there is none.
fn status(answer: &Result<Response, NetError>) -> String {
    match answer {
        Ok(response) => response.status.to_string(),
        Err(error) => error.kind().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lti::registration::{Flavour, RegistrationDraft};

    fn registration(id: &str, host: &str, service_hosts: &[&str]) -> Registration {
        let draft = RegistrationDraft {
            name: "School".into(),
            issuer: format!("https://{host}"),
            client_id: "c".into(),
            authorization_url: format!("https://{host}/auth"),
            token_url: format!("https://{host}/token"),
            token_audience: None,
            jwks_url: format!("https://{host}/keys"),
            flavour: Flavour::Canvas,
            algorithms: Vec::new(),
            service_hosts: service_hosts.iter().map(|host| (*host).to_owned()).collect(),
            accepts_new_deployments: true,
            allow_http_loopback: false,
            enabled: true,
        };
        draft.check(id.into(), "t".into()).unwrap()
    }

    #[test]
    fn platforms_are_named_by_their_ids_and_only_registered_ones() {
        let hosts = PlatformHosts::default();
        let label = |url: &str| hosts.label(&url.parse().unwrap()).to_string();
        assert_eq!(label("https://lms.example/token"), OTHER);
        hosts.note(&registration("p1", "lms.example", &["services.example"]));
        for (url, expected) in [
            ("https://lms.example/token?a=b", "p1"),
            ("https://school.services.example/members", "p1"),
            ("https://evilservices.example/", OTHER),
            ("https://example/", OTHER),
            ("https://198.51.100.7/", OTHER),
            ("https://[2001:db8::1]/", OTHER),
        ] {
            assert_eq!(label(url), expected, "{url}");
        }
        hosts.note(&registration("p2", "two.example", &["services.example"]));
        hosts.note(&registration("p1", "lms.example", &["services.example"]));
        assert_eq!(label("https://two.example/token"), "p2");
        assert_eq!(label("https://lms.example/token"), "p1");
        assert_eq!(label("https://school.services.example/members"), SHARED);
    }

    #[test]
    fn there_are_never_many_more_than_can_be_kept() {
        let hosts = PlatformHosts::default();
        for number in 0..MOST * 2 {
            hosts.note(&registration(
                &format!("p{number}"),
                &format!("lms{number}.example"),
                &[],
            ));
        }
        assert!(hosts.0.read().unwrap().len() <= MOST);
        let first = hosts.label(&"https://lms0.example/".parse().unwrap());
        assert_eq!(&*first, "p0");
    }
}
