//! What an answer of `/api/v1` means.

use serde::Deserialize;

use super::scope::Scope;
use crate::error::{Reason, Wait};
use crate::transport::Response;
use crate::wire::{self, Sent};

/// Below so many units of the bucket we go slower.
const LOW_WATER: u64 = 100;
/// Units that the bucket regains in a second.
const REGAINED: u64 = 10;

/// The refusal in an answer that is no success.
pub(super) fn judge(response: &Response, scope: Scope) -> Result<(), Reason> {
    Err(match response.status {
        200..300 => return Ok(()),
        429 => Reason::Throttled(wait(response)),
        403 if is_throttled(response) => Reason::Throttled(wait(response)),
        300..=399 => Reason::Redirected(response.status),
        401 => unauthorized(response, scope),
        403 if says(response, "invalid assignment ids") => Reason::UnknownAssignment,
        403 => Reason::NotAllowed,
        404 | 410 => Reason::Gone,
        status if status == 408 || status >= 500 => Reason::OutOfOrder(Some(status)),
        status => Reason::Rejected(status),
    })
}

/// A token that is not accepted comes with `WWW-Authenticate`, a scope or right that is missing without. These texts are
/// never translated; that of a missing right is.
fn unauthorized(response: &Response, scope: Scope) -> Reason {
    if says(response, "insufficient scopes") {
        return Reason::ScopeMissing(scope);
    }
    if says(response, "expired access token") {
        return Reason::TokenEnded;
    }
    let challenged = response.header("www-authenticate").is_some();
    if challenged || says(response, "invalid access token") || says(response, "revoked access token") {
        return Reason::TokenRefused;
    }
    Reason::NotAllowed
}

/// 403 for going too fast: without anything left in the bucket, or with a text that says so.
fn is_throttled(response: &Response) -> bool {
    let used_up = response
        .header("x-rate-limit-remaining")
        .is_some_and(|left| left.trim().starts_with('-') || whole(left) == Some(0));
    used_up || contains(&response.body, "rate limit exceeded")
}

fn wait(response: &Response) -> Wait {
    let asked = response
        .header("retry-after")
        .and_then(|text| text.trim().parse().ok())
        .map(std::time::Duration::from_secs);
    let least = asked.unwrap_or_default().max(Wait::THROTTLED.least);
    Wait {
        least,
        most: least.saturating_add(Wait::THROTTLED.most.saturating_sub(Wait::THROTTLED.least)),
    }
}

/// How long to pause after a success, so that the bucket does not run dry.
pub(super) fn pause(response: &Response) -> Option<Wait> {
    let left = whole(response.header("x-rate-limit-remaining")?)?;
    let lacking = LOW_WATER.checked_sub(left).filter(|lacking| *lacking > 0)?;
    let least = std::time::Duration::from_secs(lacking.div_ceil(REGAINED));
    Some(Wait {
        least,
        most: least.saturating_mul(2),
    })
}

/// The whole part of `598.2`.
fn whole(text: &str) -> Option<u64> {
    text.trim().split('.').next()?.parse().ok()
}

/// Whether the errors of an answer say this, in whichever of their three forms: a list, an object, a text.
fn says(response: &Response, text: &str) -> bool {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow, default)]
        errors: Sent<'a>,
        #[serde(borrow, default)]
        error: Sent<'a>,
    }
    let Ok(body) = wire::read::<Body<'_>>(&response.body) else {
        return false;
    };
    [body.errors, body.error]
        .into_iter()
        .flatten()
        .any(|raw| contains(raw.get().as_bytes(), text))
}

/// `text` in lower case.
fn contains(body: &[u8], text: &str) -> bool {
    let start = body.get(..body.len().min(4096)).unwrap_or_default();
    String::from_utf8_lossy(start).to_ascii_lowercase().contains(text)
}
