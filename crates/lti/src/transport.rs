//! HTTP as a parameter: what calls a platform takes a [`Transport`] and leaves it to the program how requests are sent,
//! which addresses may be called and which proxies stand between.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

/// The verbs that platforms need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or sends.
    Post,
    /// Replaces.
    Put,
    /// Removes.
    Delete,
}

/// A request to another server.
#[derive(Debug, Clone)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// What is sent; empty with GET.
    pub body: Bytes,
    /// The whole exchange, body included, must be over in this time.
    pub timeout: Duration,
    /// A larger body is an error, not a truncation. Bytes.
    pub max_body: usize,
}

impl Request {
    /// A GET without headers: 20 s, 8 MiB.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::Get,
            url,
            headers: Vec::new(),
            body: Bytes::new(),
            timeout: Duration::from_secs(20),
            max_body: 8 << 20,
        }
    }

    /// A POST of `body`: 20 s, 8 MiB.
    #[must_use]
    pub fn post(url: Url, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::Post,
            body: body.into(),
            ..Self::get(url)
        }
    }

    /// The same request with one more header; `name` in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// In the order received, names in lower case; a name may repeat.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
}

impl Response {
    /// The first header of that (lower-case) name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All headers of that (lower-case) name.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why no answer came back.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NetError {
    /// The transport itself declined, before anything was sent: an address that may not be called.
    #[error("{0} may not be called: {1}")]
    Refused(Url, String),
    /// No connection was made, so the request was certainly not carried out.
    #[error("{0} could not be reached: {1}")]
    Unreachable(Url, String),
    /// The request may have been carried out; the answer did not arrive whole.
    #[error("{0} broke off in the middle of its answer: {1}")]
    BrokenOff(Url, String),
    /// The time-out passed; the request may have been carried out.
    #[error("{0} did not answer in time")]
    TimedOut(Url),
    /// The body is longer than [`Request::max_body`], in bytes.
    #[error("{0} answered with more than {1} bytes")]
    TooLarge(Url, usize),
}

impl NetError {
    /// What happened, in one word for a log or a metric: it names no address, and nothing that a network or server said.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Refused(..) => "refused",
            Self::Unreachable(..) => "unreachable",
            Self::BrokenOff(..) => "broken-off",
            Self::TimedOut(_) => "timed-out",
            Self::TooLarge(..) => "too-large",
        }
    }
}

/// Sends requests. Never follows a redirect: every caller here speaks to an endpoint that it knows.
#[async_trait]
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// Sends `request` and reads the whole answer.
    ///
    /// # Errors
    /// [`NetError`] when there is no complete answer; a status of 4xx or 5xx is an answer.
    async fn send(&self, request: Request) -> Result<Response, NetError>;
}
