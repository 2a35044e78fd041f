//! What every answer of a platform may say, whichever of its services gave it.

use std::time::Duration;

use crate::transport::{NetError, Response};

/// Whether a failure of transport may be gone in a moment.
pub(super) fn is_passing(error: &NetError) -> bool {
    match error {
        NetError::Unreachable(..) | NetError::BrokenOff(..) | NetError::TimedOut(_) => true,
        NetError::Refused(..) | NetError::TooLarge(..) => false,
    }
}

/// Whether a platform says that we go too fast; Canvas does so with 403, which it marks in its text and its headers.
pub(super) fn is_throttled(response: &Response) -> bool {
    match response.status {
        429 => true,
        403 => {
            let text = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
            let remaining = response.header("x-rate-limit-remaining");
            let is_used_up = remaining
                .and_then(|left| left.trim().parse::<f64>().ok())
                .is_some_and(|left| left <= 0.0);
            text.contains("rate limit exceeded") || is_used_up || response.header("retry-after").is_some()
        }
        _ => false,
    }
}

/// Whether a platform did not accept the token of a request, as far as its answer tells: after a restart that lost its
/// tokens, some answer 403 instead of 401.
pub(super) fn may_lack_token(response: &Response) -> bool {
    match response.status {
        401 => true,
        403 => !is_throttled(response),
        _ => false,
    }
}

/// The seconds of `Retry-After`. A date in it is ignored: our own back-off will do.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    response
        .header("retry-after")?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

/// The beginning of a body, fit for one line of a message. Web pages are left out.
pub(super) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() || text == "[]" || text.starts_with('<') {
        return "The platform gave no reason.".to_owned();
    }
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect();
    format!("The platform said: {clean}")
}
