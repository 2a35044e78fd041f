//! HTTP as a parameter, as in `cairn-lti`: the program decides how requests are sent, which addresses may be called and which
//! proxies stand between. The trait is repeated here so that reading grades does not need an LTI library; and nothing of a
//! request shows in its debug form, because here tokens travel in bodies and files lie at secret addresses.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use url::Url;

/// The verbs that this crate needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a form: a call of Moodle, a token request of Canvas.
    Post,
    /// Gives a token back.
    Delete,
}

/// A request to another server. Its debug form shows neither path nor headers nor body.
#[derive(Clone)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// What is sent; empty but for POST.
    pub body: Bytes,
    /// The whole exchange, body included, must be over in this time.
    pub timeout: Duration,
    /// A larger body is an error, not a truncation. Bytes.
    pub max_body: usize,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

impl Request {
    pub(crate) fn new(method: Method, url: Url, timeout: Duration, max_body: usize) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: Bytes::new(),
            timeout,
            max_body,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn form(mut self, body: String) -> Self {
        self.body = body.into();
        self.header("content-type", "application/x-www-form-urlencoded")
    }
}

/// An answer, whatever its status. Its debug form shows the status alone.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// In the order received; a name may repeat.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Response {
    /// The first header of that name, in any letter case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Why no answer came back. It names no address and repeats nothing that a network or server said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The transport itself declined, before anything was sent: an address that may not be called.
    #[error("the address may not be called")]
    Refused,
    /// No connection was made.
    #[error("the server could not be reached")]
    Unreachable,
    /// The answer did not arrive whole.
    #[error("the answer broke off in the middle")]
    BrokenOff,
    /// The time-out passed.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The body is longer than [`Request::max_body`], in bytes.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
}

/// Sends requests. Never follows a redirect: every caller here speaks to an endpoint that it knows.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request` and reads the whole answer.
    ///
    /// # Errors
    /// [`NetError`] when there is no complete answer; a status of 4xx or 5xx is an answer.
    async fn send(&self, request: Request) -> Result<Response, NetError>;
}
