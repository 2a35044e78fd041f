//! What a registration token says of itself. It is the platform's, for the platform to verify; we only look whether it
//! is for a change, and the platform's answer decides.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One more registration.
    New,
    /// A change of one that the platform tells of when it is asked with the token: Moodle's `"scope": "reg-update"`.
    Change,
    /// A change of one that the platform names by a number of its own, and tells of only when it has the change: Canvas's
    /// `existing_registration`.
    UntoldChange,
}

/// What a token looks to be for.
pub(super) fn purpose(token: &str) -> Purpose {
    let payload = token.split('.').nth(1).filter(|payload| payload.len() < 8_000);
    let claims: Option<Value> = payload
        .and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(claims) = claims else {
        return Purpose::New;
    };
    let scope = claims.get("scope").and_then(Value::as_str).unwrap_or_default();
    if scope.split(' ').any(|word| word == "reg-update") {
        Purpose::Change
    } else if claims
        .get("existing_registration")
        .is_some_and(|one| !one.is_null())
    {
        Purpose::UntoldChange
    } else {
        Purpose::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_for_a_change_is_one() {
        let token = |claims: &str| purpose(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
        assert_eq!(token(r#"{"sub":"2","scope":"reg-update"}"#), Purpose::Change);
        assert_eq!(
            token(r#"{"uuid":"u","existing_registration":73}"#),
            Purpose::UntoldChange
        );
        assert_eq!(
            token(r#"{"uuid":"u","existing_registration":"73"}"#),
            Purpose::UntoldChange
        );
        for new in [
            r#"{"sub":"x","scope":"reg"}"#,
            r#"{"scope":7}"#,
            r#"{"uuid":"u","existing_registration":null}"#,
            "[]",
        ] {
            assert_eq!(token(new), Purpose::New, "{new}");
        }
        for odd in ["", ".", "a.b.c", "opaque", "....", "a.!!!.c"] {
            assert_eq!(purpose(odd), Purpose::New, "{odd}");
        }
    }
}
