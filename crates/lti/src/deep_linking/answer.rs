//! The signed answer (Deep Linking 2.0, section 4.5): a JWT that the person's browser posts to the platform.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Accepted, Returned};
use crate::error::ToolKeyError;
use crate::keys::ToolKey;
use ambient::random::{self, Random};

/// How long the platform may take to read it.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How far the time of issue lies back: Moodle's library refuses a clock that is a second ahead of its own.
const BACKDATED: TimeDelta = TimeDelta::seconds(30);

/// Everything that the answer says.
#[derive(Debug)]
pub struct Answer<'a, I: Returned = Accepted> {
    /// Our name at the platform.
    pub client_id: &'a str,
    /// The platform, byte for byte as it calls itself.
    pub issuer: &'a str,
    /// As in the request.
    pub deployment_id: &'a str,
    /// As in the request, exactly when it was there.
    pub data: Option<&'a str>,
    /// What is returned; may be nothing.
    pub items: &'a I,
    /// What the platform may show to the person.
    pub message: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a, I: Serialize> {
    iss: &'a str,
    aud: &'a str,
    azp: &'a str,
    iat: i64,
    exp: i64,
    nonce: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/message_type")]
    message_type: &'static str,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/version")]
    version: &'static str,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/deployment_id")]
    deployment_id: &'a str,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti-dl/claim/data",
        skip_serializing_if = "Option::is_none"
    )]
    data: Option<&'a str>,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items")]
    content_items: &'a I,
    #[serde(
        rename = "https://purl.imsglobal.org/spec/lti-dl/claim/msg",
        skip_serializing_if = "Option::is_none"
    )]
    msg: Option<&'a str>,
}

impl<I: Returned> Answer<'_, I> {
    /// The answer as a compact JWT, for the form field `JWT`.
    ///
    /// # Errors
    /// [`ToolKeyError::Signing`].
    pub fn sign(
        &self,
        key: &ToolKey,
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Result<String, ToolKeyError> {
        key.sign(&Claims {
            iss: self.client_id,
            aud: self.issuer,
            azp: self.client_id,
            iat: (now - BACKDATED).timestamp(),
            exp: (now + LIFETIME).timestamp(),
            nonce: random::token::<16>(random),
            message_type: "LtiDeepLinkingResponse",
            version: "1.3.0",
            deployment_id: self.deployment_id,
            data: self.data,
            content_items: self.items,
            msg: self.message,
        })
    }
}
