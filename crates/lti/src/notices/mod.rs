//! Notices of a platform's notification service: signed messages that no browser carries (LTI Platform Notification
//! Service 1.0; Canvas). Each is verified like a launch, but for what a launch has and a notice has not: a login before
//! it, a browser, a person.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::clean;
use super::error::Refusal;
use super::keys::{KeySetCache, PlatformKey};
use super::launch::{DoubtsKey, Header, audiences, authorized_party, json_part, time, with_keys};
use super::registration::Registration;

/// A notice that somebody tries out the connection.
pub const HELLO_WORLD: &str = "LtiHelloWorldNotice";
/// A notice that a course was copied.
pub const CONTEXT_COPY: &str = "LtiContextCopyNotice";

/// How far the clocks of platform and tool may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// How old a notice may be: Canvas grants an hour, and delivers late when it is busy.
const MAX_AGE: TimeDelta = TimeDelta::minutes(65);
/// Most old courses of one notice that are looked at.
const MOST_ORIGINS: usize = 100;

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// Why a notice is not believed. For the log: whoever sent it learns nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefusal {
    /// What it shares with a launch: its form, its key, its signature, who speaks to whom, and when.
    #[error(transparent)]
    Token(#[from] Refusal),
    /// Expired, or older than 65 minutes.
    #[error("The notice is older than it may be, or has expired. The platform may send it anew.")]
    Old,
    /// More than a minute ahead.
    #[error("The notice comes from the future. Set the clocks of platform and tool by NTP.")]
    Future,
    /// No notice claim, or one without usable id and type.
    #[error("The notice does not say what it is (notice id and type).")]
    NotANotice,
    /// Issuer or audiences fit no registration, or cannot.
    #[error("The notice names no registration of ours (issuer and client id).")]
    UnknownRegistration,
    /// The deployment is not admitted. For the program, which knows the deployments.
    #[error("The notice names a deployment that is not admitted here. Admit it on the administrator's page.")]
    UnknownDeployment,
    /// Its id was seen before. For the program, which stores the ids.
    #[error("The notice was received before.")]
    Repeated,
}

impl NoticeRefusal {
    /// For logs and metrics; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Token(refusal) => refusal.code(),
            Self::Old => "notice.old",
            Self::Future => "notice.future",
            Self::NotANotice => "notice.not-a-notice",
            Self::UnknownRegistration => "notice.registration-unknown",
            Self::UnknownDeployment => "notice.deployment-unknown",
            Self::Repeated => "notice.repeated",
        }
    }
}

/// Whom an unverified notice claims to be from and for. Good for nothing but finding the registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// `iss`.
    pub issuer: String,
    /// `aud`, as a list.
    pub audiences: Vec<String>,
}

/// A verified notice. Ids are the platform's and mean nothing without the registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The deployment that it concerns.
    pub deployment_id: String,
    /// The notice's own id.
    pub id: String,
    /// Used by this notice alone.
    pub nonce: String,
    /// What it says.
    pub about: About,
    /// Until when it would be accepted again if it were not remembered.
    pub remember_until: DateTime<Utc>,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// Nothing: somebody tries out the connection.
    HelloWorld,
    /// A course was copied.
    ContextCopy {
        /// The new course.
        context_id: String,
        /// The new course's name, at most 255 characters.
        title: Option<String>,
        /// The courses that it was copied from.
        origins: Vec<String>,
    },
    /// Something that this tool does not need to know.
    Other(String),
}

/// Reads whom a notice claims to be from.
///
/// # Errors
/// A [`NoticeRefusal`] when it is no token.
pub fn claimed(jwt: &str) -> Result<Claimed, NoticeRefusal> {
    let claims = claims(jwt)?;
    let issuer = claims.get("iss").and_then(Value::as_str);
    let claimed = Claimed {
        issuer: issuer.ok_or(NoticeRefusal::UnknownRegistration)?.to_owned(),
        audiences: audiences(&claims)
            .ok_or(Refusal::Audience)?
            .into_iter()
            .map(ToOwned::to_owned)
            .collect(),
    };
    // They are looked up, and no registration has such names.
    let is_text = |name: &String| !name.contains(char::is_control);
    if !(is_text(&claimed.issuer) && claimed.audiences.iter().all(is_text)) {
        Err(NoticeRefusal::UnknownRegistration)
    } else {
        Ok(claimed)
    }
}

fn claims(jwt: &str) -> Result<Value, Refusal> {
    json_part(jwt.split('.').nth(1).ok_or(Refusal::TokenMalformed)?)
}

/// Verifies a notice, fetching the platform's keys when needed. Whether its deployment is admitted, and whether it was
/// received before, is for whoever stores both.
///
/// # Errors
/// The first [`NoticeRefusal`] that holds.
pub async fn verify(
    jwt: &str,
    registration: &Registration,
    keys: &KeySetCache,
    now: DateTime<Utc>,
) -> Result<Notice, NoticeRefusal> {
    if !registration.enabled {
        return Err(Refusal::RegistrationDisabled.into());
    }
    let header = Header::read(jwt, registration)?;
    let with = |key| verify_with_key(jwt, &header, &key, registration, now);
    with_keys(keys, registration, &header.kid, with).await
}

impl DoubtsKey for NoticeRefusal {
    fn doubts_key(&self) -> bool {
        matches!(self, Self::Token(refusal) if refusal.doubts_key())
    }
}

/// Verifies a notice with the key that its header names.
///
/// # Errors
/// The first [`NoticeRefusal`] that holds.
pub fn verify_with_key(
    jwt: &str,
    header: &Header,
    key: &PlatformKey,
    registration: &Registration,
    now: DateTime<Utc>,
) -> Result<Notice, NoticeRefusal> {
    if !key.fits(header.algorithm) {
        return Err(Refusal::from(super::keys::KeyFault::Algorithm).into());
    }
    let (message, signature) = jwt.rsplit_once('.').ok_or(Refusal::TokenMalformed)?;
    let signature = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, signature)
        .map_err(|_| Refusal::TokenMalformed)?;
    if !key.verify(header.algorithm, message.as_bytes(), &signature) {
        return Err(Refusal::Signature.into());
    }
    let claims = claims(jwt)?;
    let text = |name: &str| {
        claims
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    if text("iss") != Some(registration.issuer.as_str()) {
        return Err(Refusal::Issuer {
            expected: registration.issuer.clone(),
            found: text("iss").unwrap_or_default().chars().take(200).collect(),
        }
        .into());
    }
    let audiences = audiences(&claims).ok_or(Refusal::Audience)?;
    if !audiences.contains(&registration.client_id.as_str()) {
        return Err(Refusal::Audience.into());
    }
    if let Some(other) = audiences.iter().find(|other| **other != registration.client_id) {
        return Err(Refusal::AudienceUntrusted(other.chars().take(200).collect()).into());
    }
    authorized_party(&claims, &audiences, registration)?;
    let remember_until = times(&claims, now)?;
    let claim = |name: &str| claims.get(format!("{CLAIM}{name}"));
    match claim("version").and_then(Value::as_str) {
        Some("1.3.0") => {}
        None | Some("") => return Err(Refusal::VersionMissing.into()),
        Some(other) => return Err(Refusal::Version(other.chars().take(40).collect()).into()),
    }
    let deployment_id = claim("deployment_id")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty())
        .ok_or(Refusal::DeploymentMissing)?;
    if !clean::is_id(deployment_id) || !deployment_id.is_ascii() {
        return Err(Refusal::DeploymentMalformed.into());
    }
    let notice = claim("notice").ok_or(NoticeRefusal::NotANotice)?;
    let said = |name: &str| {
        notice
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| clean::is_id(text))
    };
    let (Some(id), Some(kind)) = (said("id"), said("type")) else {
        return Err(NoticeRefusal::NotANotice);
    };
    let nonce = text("nonce")
        .filter(|nonce| clean::is_id(nonce))
        .ok_or(Refusal::NonceMissing)?;
    Ok(Notice {
        deployment_id: deployment_id.to_owned(),
        id: id.to_owned(),
        nonce: nonce.to_owned(),
        about: about(kind, &claim)?,
        remember_until,
    })
}

/// Looks at `iat`, `exp` and `nbf`; says until when the notice would be accepted.
fn times(claims: &Value, now: DateTime<Utc>) -> Result<DateTime<Utc>, NoticeRefusal> {
    let expires = time(claims, "exp")?.ok_or(Refusal::Time("exp"))?;
    let made = time(claims, "iat")?.ok_or(Refusal::Time("iat"))?;
    let not_before = time(claims, "nbf")?.unwrap_or(made);
    let (seconds, leeway) = (now.timestamp(), LEEWAY.num_seconds());
    if made.max(not_before) > seconds.saturating_add(leeway) {
        return Err(NoticeRefusal::Future);
    }
    let last = expires
        .saturating_add(leeway)
        .min(made.saturating_add(MAX_AGE.num_seconds()));
    if seconds >= last {
        return Err(NoticeRefusal::Old);
    }
    DateTime::from_timestamp(last, 0).ok_or(NoticeRefusal::Token(Refusal::Time("exp")))
}

fn about<'a>(kind: &str, claim: &impl Fn(&str) -> Option<&'a Value>) -> Result<About, NoticeRefusal> {
    match kind {
        HELLO_WORLD => Ok(About::HelloWorld),
        CONTEXT_COPY => {
            let context = claim("context").ok_or(NoticeRefusal::NotANotice)?;
            let said = |name: &str| {
                context
                    .get(name)
                    .and_then(Value::as_str)
                    .filter(|text| !text.is_empty())
            };
            let origins = claim("origin_contexts").and_then(Value::as_array);
            Ok(About::ContextCopy {
                context_id: said("id")
                    .filter(|id| clean::is_id(id))
                    .ok_or(NoticeRefusal::NotANotice)?
                    .to_owned(),
                title: said("title").map(|title| clean::line(title).chars().take(255).collect()),
                // Ids, or contexts with ids.
                origins: origins
                    .into_iter()
                    .flatten()
                    .filter_map(|origin| origin.as_str().or_else(|| origin.get("id")?.as_str()))
                    .filter(|id| clean::is_id(id))
                    .map(ToOwned::to_owned)
                    .take(MOST_ORIGINS)
                    .collect(),
            })
        }
        other => Ok(About::Other(other.to_owned())),
    }
}

#[cfg(test)]
mod tests;
