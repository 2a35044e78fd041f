//! Whether the platform's launches can be verified.

use super::settings::{self, Setting};
use super::{Finding, Known, too_slow};
use lti::error::KeySetError;
use lti::keys::Probe;

/// What a look at the key set came to; nothing where it took too long.
pub(super) fn finding(known: &Known, looked: Option<Result<Probe, KeySetError>>) -> Finding {
    let (registration, url) = (&known.registration, &known.registration.jwks_url);
    let unreadable = |why: &str| {
        Finding::failure(
            "keys",
            format!(
                "Its public keys cannot be read from {url}: {why}. Until they can, launches are refused."
            ),
            settings::say(registration, Setting::PlatformKeys),
        )
    };
    let look = match looked {
        Some(Ok(look)) => look,
        Some(Err(error)) => return unreadable(&error.to_string()),
        None => return unreadable(&too_slow()),
    };
    if look.usable.is_empty() {
        return unreadable("there is no key in it that can verify a signature");
    }
    // Whoever launched since then used a key that is there.
    let launched = known.last_seen.as_ref().map(|seen| seen.launched_at);
    let missed = look
        .missed
        .filter(|(at, _)| launched.is_none_or(|launched| launched < *at));
    if let Some((at, kid)) = missed {
        return Finding::failure(
            "keys",
            format!(
                "On {} a message named the signing key “{kid}”, which the key set at {url} does not have; it was refused.",
                at.format("%-d %b %Y, %H:%M UTC")
            ),
            settings::say(registration, Setting::PlatformKeys),
        );
    }
    Finding::good(
        "keys",
        "Its public keys can be read, so its launches can be verified.",
    )
}
