//! Moodle: its web services, with a token of an account that can only read.
//!
//! A role that is too weak gives shorter lists instead of errors: [`Moodle::check`] compares counts.

mod answer;
mod changes;
mod check;
mod completion;
mod hand_ins;
mod items;
mod own;
mod people;
mod plan;
mod reading;
mod report;
mod rights;
mod tries;

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use url::Url;

use crate::canvas::is_safe;
use crate::error::Reason;
use crate::limits::Limits;
use crate::secret::{InUse, Token};
use crate::transport::{Method, Request, Transport};
use crate::wire;

pub use changes::Changes;
pub use check::{Check, Counts, Expected, List, Short, Site};
pub use completion::{
    ActivityCompletion, CompletionBatch, CompletionReading, CompletionState, PersonCompletion,
};
pub use hand_ins::HandIns;
pub use own::of_line_item;
pub use people::Person;
pub use plan::{Done, Rhythm, Step, due};
pub use rights::{CAPABILITIES, Function};
pub use tries::Tries;

pub(crate) use reading::Reading;

/// A site's web services, as one account sees them. Cheap to clone; all clones use the same token.
#[derive(Debug, Clone)]
pub struct Moodle {
    transport: Arc<dyn Transport>,
    site: Url,
    token: InUse,
    user_agent: String,
    limits: Limits,
}

/// A successful answer.
struct Answer {
    body: Bytes,
    /// What time it is there.
    at: Option<DateTime<Utc>>,
}

impl Moodle {
    /// `site` is the platform's issuer, which for Moodle is the address of the site; it may have a path.
    ///
    /// # Errors
    /// [`Reason::NoAddress`] for what is not `https`, or `http` on this machine.
    pub fn new(
        transport: Arc<dyn Transport>,
        site: &Url,
        token: Token,
        user_agent: impl Into<String>,
        limits: Limits,
    ) -> Result<Self, Reason> {
        if !is_safe(site) || site.query().is_some() {
            return Err(Reason::NoAddress);
        }
        Ok(Self {
            transport,
            site: site.clone(),
            token: InUse::new(token),
            user_agent: user_agent.into(),
            limits,
        })
    }

    /// Uses another token from now on, in all clones and readings.
    pub fn renew(&self, token: Token) {
        self.token.set(token);
    }

    /// By POST, so that the token stands in no access log. Language and escaping are pinned: names come whole, and a language
    /// that is forced on the course changes only texts that are not read.
    async fn call(&self, function: Function, parameters: &[(&str, &str)]) -> Result<Answer, Reason> {
        let mut url = self.site.clone();
        url.path_segments_mut()
            .map_err(|()| Reason::NoAddress)?
            .pop_if_empty()
            .extend(["webservice", "rest", "server.php"]);
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("wstoken", self.token.get().expose())
            .append_pair("wsfunction", function.as_str())
            .append_pair("moodlewsrestformat", "json")
            .append_pair("moodlewssettinglang", "en")
            .append_pair("moodlewssettingraw", "true")
            .extend_pairs(parameters)
            .finish();
        let request = Request::new(Method::Post, url, self.limits.timeout, self.limits.answer)
            .header("accept", "application/json")
            .header("user-agent", self.user_agent.clone())
            .form(form);
        let response = self.transport.send(request).await?;
        answer::judge(&response, function)?;
        Ok(Answer {
            at: response.header("date").and_then(wire::http_date),
            body: response.body,
        })
    }
}

/// An id that is sent; nothing else goes into a parameter.
fn sent_id(id: &str) -> Result<&str, Reason> {
    let is_number = !id.is_empty() && id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(id).ok_or(Reason::NoId)
}
