//! Canvas: its REST API, with a token of a teacher or an administrator.
//!
//! One request at a time for each token: every one under way costs a part of the quota in advance. The client is cheap to clone,
//! and all clones use the same token, so that a refresh reaches them all.

mod answer;
mod check;
mod course;
mod files;
mod items;
pub mod join;
mod links;
pub mod oauth;
mod people;
mod reading;
pub mod scope;
mod sections;
mod submissions;

use std::sync::Arc;

use serde_json::value::RawValue;
use url::Url;

use self::links::Walk;
use self::scope::Scope;
use crate::course::Listed;
use crate::error::Reason;
use crate::limits::Limits;
use crate::secret::{InUse, Token};
use crate::transport::{Method, Request, Response, Transport};
use crate::wire;

pub use check::{Check, Includes};
pub use course::{Course, CourseState, Scheme};
pub use reading::Wanted;
pub use sections::Section;

pub(crate) use reading::Reading;

/// All ids come as texts: some are larger than what a float holds.
const STRING_IDS: &str = "application/json+canvas-string-ids";
/// Rows of a page; Canvas cuts a larger number in silence.
const PER_PAGE: &str = "100";

/// The API of a school, as one person sees it.
#[derive(Debug, Clone)]
pub struct Canvas {
    transport: Arc<dyn Transport>,
    base: Url,
    token: InUse,
    user_agent: String,
    limits: Limits,
}

impl Canvas {
    /// `base` is the school's own address (`$Canvas.api.baseUrl`), which the caller has checked against what its operator allows:
    /// the token goes there. `user_agent` must not be empty: the hosted service refuses requests without one.
    ///
    /// # Errors
    /// [`Reason::NoAddress`] for what is not `https`, or `http` on this machine, or has a path.
    pub fn new(
        transport: Arc<dyn Transport>,
        base: &Url,
        token: Token,
        user_agent: impl Into<String>,
        limits: Limits,
    ) -> Result<Self, Reason> {
        if !is_safe(base) || base.path() != "/" || base.query().is_some() {
            return Err(Reason::NoAddress);
        }
        Ok(Self {
            transport,
            base: base.clone(),
            token: InUse::new(token),
            user_agent: user_agent.into(),
            limits,
        })
    }

    /// Uses another token from now on, in all clones and readings.
    pub fn renew(&self, token: Token) {
        self.token.set(token);
    }

    /// An address of the API.
    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, Reason> {
        if !path.iter().all(|segment| wire::is_id(segment)) {
            return Err(Reason::NoId);
        }
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Reason::NoAddress)?
            .clear()
            .extend(["api", "v1"])
            .extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    async fn get(&self, url: Url, scope: Scope) -> Result<Response, Reason> {
        let request = Request::new(Method::Get, url, self.limits.timeout, self.limits.answer)
            .header("accept", STRING_IDS)
            .header("user-agent", self.user_agent.clone())
            .header("authorization", format!("Bearer {}", self.token.get().expose()));
        let response = self.transport.send(request).await?;
        answer::judge(&response, scope)?;
        Ok(response)
    }

    /// All rows of a list that is not long.
    async fn list<T>(
        &self,
        start: Url,
        scope: Scope,
        read: impl Fn(&RawValue) -> Option<T> + Send,
    ) -> Result<Listed<T>, Reason> {
        let mut walk = Walk::from(start);
        let mut listed = Listed {
            rows: Vec::new(),
            unreadable: 0,
        };
        while let Some(url) = walk.at.clone() {
            let response = self.get(url, scope).await?;
            let page: Vec<&RawValue> = wire::read(&response.body)?;
            for raw in page {
                match read(raw) {
                    Some(row) => listed.rows.push(row),
                    None => listed.unreadable = listed.unreadable.saturating_add(1),
                }
            }
            if listed.rows.len() > self.limits.items {
                return Err(Reason::TooMany(self.limits.items));
            }
            walk.go_on(&response, self.limits.pages)?;
        }
        Ok(listed)
    }
}

/// Whether a secret may go there.
pub(crate) fn is_safe(url: &Url) -> bool {
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.host().is_some() && (url.scheme() == "https" || (url.scheme() == "http" && local))
}
