//! The real [`Transport`]: an HTTP client that cannot be talked into calling the inside of the network.
//!
//! The URLs that it is given come from administrators, registrations and signed launches, and none of them is a reason to
//! call a metadata service. Every address is vetted where the connection is made, so that a name which resolves to
//! a public address first and to an inner one later is refused too.

use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::{is_global, is_loopback};
use super::{Method, NetError, Request, Response, Transport};

/// What the guard lets pass beyond https to public addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct GuardOptions {
    /// Allows this machine's own addresses, for http and https. For development and the practice LMS only.
    pub(crate) allow_loopback_http: bool,
}

/// The client could not be made: usually the system's root certificates are missing.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up ({0}); are the system's root certificates installed?")]
pub(crate) struct SetupError(String);

/// Sends requests to public hosts over https, follows no redirect, uses no proxy, and keeps connections alive.
#[derive(Debug, Clone)]
pub(crate) struct GuardedClient {
    https: reqwest::Client,
    /// Plain http reaches loopback only, so it has its own resolver.
    http: Option<reqwest::Client>,
}

impl GuardedClient {
    /// A client that resolves names by the operating system.
    ///
    /// # Errors
    /// [`SetupError`] when TLS cannot be set up.
    pub(crate) fn new(options: GuardOptions) -> Result<Self, SetupError> {
        Self::with_lookup(options, Arc::new(SystemLookup))
    }

    fn with_lookup(options: GuardOptions, lookup: Arc<dyn Lookup>) -> Result<Self, SetupError> {
        let loopback = options.allow_loopback_http;
        let policy = if loopback {
            Policy::PublicOrLoopback
        } else {
            Policy::Public
        };
        let https = client(Vetting {
            lookup: Arc::clone(&lookup),
            policy,
        })?;
        let http = if loopback {
            Some(client(Vetting {
                lookup,
                policy: Policy::LoopbackOnly,
            })?)
        } else {
            None
        };
        Ok(Self { https, http })
    }

    /// The client for `url`, or why it may not be called.
    fn admit(&self, url: &Url) -> Result<&reqwest::Client, NetError> {
        let refused = |why: &str| NetError::Refused(url.clone(), why.to_owned());
        let (client, policy) = match (url.scheme(), &self.http) {
            ("https", None) => (&self.https, Policy::Public),
            ("https", Some(_)) => (&self.https, Policy::PublicOrLoopback),
            ("http", Some(http)) => (http, Policy::LoopbackOnly),
            ("http", None) => return Err(refused("only https is allowed")),
            _ => {
                return Err(refused(
                    "only https is allowed, and this is neither https nor http",
                ));
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("it carries a user name or password"));
        }
        let literal: Option<IpAddr> = match url.host() {
            Some(Host::Ipv4(v4)) => Some(v4.into()),
            Some(Host::Ipv6(v6)) => Some(v6.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(refused("it names no host")),
        };
        // A literal address never reaches the resolver.
        if literal.is_some_and(|ip| !policy.admits(ip)) {
            return Err(refused(policy.complaint()));
        }
        Ok(client)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the guard that every other caller goes through"
)]
fn client(resolver: Vetting) -> Result<reqwest::Client, SetupError> {
    reqwest::Client::builder()
        .user_agent(concat!("Cairn/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .dns_resolver(Arc::new(resolver))
        .connect_timeout(Duration::from_secs(10))
        // Shorter than the keep-alive of common servers (Apache's is five seconds), so that a request seldom meets a closing
        // connection.
        .pool_idle_timeout(Duration::from_secs(4))
        .pool_max_idle_per_host(16)
        .tcp_nodelay(true)
        .build()
        .map_err(|error| SetupError(chain(&error)))
}

#[async_trait]
impl Transport for GuardedClient {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let Request {
            method,
            url,
            headers,
            body,
            timeout,
            max_body,
        } = request;
        let client = self.admit(&url)?;
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let has_body = !body.is_empty() || matches!(method, reqwest::Method::POST | reqwest::Method::PUT);
        let mut outgoing = client.request(method, url.clone()).timeout(timeout);
        for (name, value) in headers {
            outgoing = outgoing.header(name, value);
        }
        if has_body {
            outgoing = outgoing.body(body);
        }
        let mut incoming = outgoing.send().await.map_err(|error| translate(&url, error))?;
        let status = incoming.status().as_u16();
        let headers = incoming
            .headers()
            .iter()
            // Lossy on purpose: Moodle puts curly quotes into `Link`.
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let too_large = || NetError::TooLarge(url.clone(), max_body);
        let announced = incoming
            .content_length()
            .and_then(|length| usize::try_from(length).ok());
        if announced.is_some_and(|length| length > max_body) {
            return Err(too_large());
        }
        let mut collected = BytesMut::with_capacity(announced.unwrap_or(0));
        loop {
            match incoming.chunk().await {
                Ok(Some(chunk)) if collected.len().saturating_add(chunk.len()) > max_body => {
                    return Err(too_large());
                }
                Ok(Some(chunk)) => collected.extend_from_slice(&chunk),
                Ok(None) => {
                    return Ok(Response {
                        status,
                        headers,
                        body: collected.freeze(),
                    });
                }
                Err(error) if error.is_timeout() => return Err(NetError::TimedOut(url)),
                Err(error) => return Err(NetError::BrokenOff(url, chain(&error.without_url()))),
            }
        }
    }
}

fn translate(url: &Url, error: reqwest::Error) -> NetError {
    let error = error.without_url();
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(current) = cause {
        if let Some(Forbidden(why)) = current.downcast_ref::<Forbidden>() {
            return NetError::Refused(url.clone(), (*why).to_owned());
        }
        cause = current.source();
    }
    if error.is_connect() {
        // Also a connection that took too long: nothing was sent.
        NetError::Unreachable(url.clone(), chain(&error))
    } else if error.is_timeout() {
        NetError::TimedOut(url.clone())
    } else if error.is_builder() {
        NetError::Refused(url.clone(), chain(&error))
    } else {
        NetError::BrokenOff(url.clone(), chain(&error))
    }
}

/// An error with its causes, in one line.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        text = format!("{text}: {current}");
        cause = current.source();
    }
    text
}

/// How a name becomes addresses; a parameter for the sake of tests.
trait Lookup: Send + Sync + std::fmt::Debug {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
}

#[derive(Debug)]
struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.collect()) })
    }
}

#[derive(Debug, Clone, Copy)]
enum Policy {
    Public,
    PublicOrLoopback,
    LoopbackOnly,
}

impl Policy {
    fn admits(self, ip: IpAddr) -> bool {
        match self {
            Self::Public => is_global(ip),
            Self::PublicOrLoopback => is_global(ip) || is_loopback(ip),
            Self::LoopbackOnly => is_loopback(ip),
        }
    }

    fn complaint(self) -> &'static str {
        match self {
            Self::Public | Self::PublicOrLoopback => "its address is not a public one",
            Self::LoopbackOnly => "plain http is allowed to this machine only",
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Forbidden(&'static str);

/// Resolves a name and drops every address that the policy does not admit.
#[derive(Debug)]
struct Vetting {
    lookup: Arc<dyn Lookup>,
    policy: Policy,
}

impl Resolve for Vetting {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.lookup.lookup(name.as_str().to_owned());
        let policy = self.policy;
        Box::pin(async move {
            let found = found.await?;
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            let admitted: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| policy.admits(address.ip()))
                .collect();
            if admitted.is_empty() {
                return Err(Forbidden(policy.complaint()).into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
#[path = "guarded_tests.rs"]
mod tests;
