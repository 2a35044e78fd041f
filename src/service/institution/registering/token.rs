//! What a registration token says of itself. It is the platform's, for the platform to verify; we only look whether it
//! is for a change, and the platform's answer decides.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Whether it looks like Moodle's token for changing a registration (`"scope": "reg-update"`).
pub(super) fn is_update(token: &str) -> bool {
    let Some(payload) = token.split('.').nth(1).filter(|payload| payload.len() < 8_000) else {
        return false;
    };
    let claims: Option<Value> = URL_SAFE_NO_PAD
        .decode(payload)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let scope = claims.as_ref().and_then(|claims| claims.get("scope")?.as_str());
    scope.is_some_and(|scope| scope.split(' ').any(|word| word == "reg-update"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_for_a_change_is_one() {
        let token = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        assert!(is_update(&token(r#"{"sub":"2","scope":"reg-update"}"#)));
        assert!(!is_update(&token(r#"{"sub":"x","scope":"reg"}"#)));
        assert!(!is_update(&token(r#"{"scope":7}"#)));
        for odd in ["", ".", "a.b.c", "opaque", "....", "a.!!!.c"] {
            assert!(!is_update(odd), "{odd}");
        }
    }
}
