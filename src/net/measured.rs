//! Counts what goes out, by platform and by how it ended.

use std::collections::HashSet;
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

/// The hosts of registered platforms: the only ones that metrics name.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlatformHosts(Arc<RwLock<HashSet<String>>>);

impl PlatformHosts {
    /// Remembers the hosts of a platform that is about to be called.
    pub(crate) fn note(&self, registration: &Registration) {
        let hosts = || {
            let urls = [&registration.token_url, &registration.jwks_url];
            let of_urls = urls.into_iter().filter_map(|url| url.host_str());
            of_urls.chain(registration.service_hosts.iter().map(String::as_str))
        };
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST || hosts().all(|host| known.contains(host)) {
            return;
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(hosts().map(str::to_owned));
    }

    /// What stands for the server behind `url`: its host, or the one above it that a registration names. Hosted Canvas
    /// names `instructure.com` for the schools below it.
    fn label(&self, url: &Url) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(host) = url.host_str() else {
            return OTHER.to_owned();
        };
        let mut name = host;
        while !known.contains(name) {
            match name.split_once('.') {
                Some((_, above)) if matches!(url.host(), Some(Host::Domain(_))) => name = above,
                _ => return OTHER.to_owned(),
            }
        }
        name.to_owned()
    }
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
        metrics::histogram!(metric::OUTBOUND_SECONDS, "platform" => platform.clone()).record(begun.elapsed());
        metrics::counter!(metric::OUTBOUND, "platform" => platform, "status" => status(&answer)).increment(1);
        answer
    }
}

/// The status of an answer, or why there is none.
fn status(answer: &Result<Response, NetError>) -> String {
    match answer {
        Ok(response) => response.status.to_string(),
        Err(error) => reason(error).to_owned(),
    }
}

fn reason(error: &NetError) -> &'static str {
    match error {
        NetError::Refused(..) => "refused",
        NetError::Unreachable(..) => "unreachable",
        NetError::BrokenOff(..) => "broken-off",
        NetError::TimedOut(_) => "timed-out",
        NetError::TooLarge(..) => "too-large",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lti::registration::{Flavour, RegistrationDraft};

    fn registration(host: &str, service_hosts: &[&str]) -> Registration {
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
        draft.check("r".into(), "t".into()).unwrap()
    }

    #[test]
    fn only_hosts_of_registered_platforms_are_named() {
        let hosts = PlatformHosts::default();
        let label = |url: &str| hosts.label(&url.parse().unwrap());
        assert_eq!(label("https://lms.example/token"), OTHER);
        hosts.note(&registration("lms.example", &["services.example"]));
        for (url, expected) in [
            ("https://lms.example/token?a=b", "lms.example"),
            ("https://school.services.example/members", "services.example"),
            ("https://evilservices.example/", OTHER),
            ("https://example/", OTHER),
            ("https://198.51.100.7/", OTHER),
            ("https://[2001:db8::1]/", OTHER),
        ] {
            assert_eq!(label(url), expected, "{url}");
        }
    }

    #[test]
    fn there_are_never_many_more_than_can_be_kept() {
        let hosts = PlatformHosts::default();
        for number in 0..MOST * 2 {
            hosts.note(&registration(&format!("lms{number}.example"), &[]));
        }
        assert!(hosts.0.read().unwrap().len() < MOST + 5);
        assert_eq!(
            hosts.label(&"https://lms0.example/".parse().unwrap()),
            "lms0.example"
        );
    }
}
