//! Whether the platform's launches can be verified.

use super::finding::KeysUnreadable;
use super::{Finding, Known, PATIENT};
use lti::error::KeySetError;
use lti::keys::Probe;

/// What a look at the key set came to; nothing where it took too long.
pub(super) fn finding(known: &Known, looked: Option<Result<Probe, KeySetError>>) -> Finding {
    let url = known.registration.jwks_url.clone();
    let look = match looked {
        Some(Ok(look)) => look,
        Some(Err(error)) => {
            let why = KeysUnreadable::Said(error);
            return Finding::KeysUnreadable { url, why };
        }
        None => {
            let why = KeysUnreadable::TooSlow(PATIENT);
            return Finding::KeysUnreadable { url, why };
        }
    };
    if look.usable.is_empty() {
        let why = KeysUnreadable::NoneUsable;
        return Finding::KeysUnreadable { url, why };
    }
    // Whoever launched since then used a key that is there.
    let launched = known.last_seen.as_ref().map(|seen| seen.launched_at);
    let missed = look
        .missed
        .filter(|(at, _)| launched.is_none_or(|launched| launched < *at));
    match missed {
        Some((at, kid)) => Finding::KeyMissed { url, at, kid },
        None => Finding::KeysReadable,
    }
}
