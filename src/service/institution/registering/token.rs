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

fn claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1).filter(|payload| payload.len() < 8_000)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The number by which Canvas knows the registration that a token is to change.
pub(super) fn existing(token: &str) -> Option<String> {
    let claims = claims(token)?;
    let number = match claims.get("existing_registration")? {
        Value::Number(number) => number.to_string(),
        Value::String(number) => number.clone(),
        _ => return None,
    };
    let is_number = (1..=30).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
}

/// What a token looks to be for.
pub(super) fn purpose(token: &str) -> Purpose {
    let Some(claims) = claims(token) else {
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
    fn the_number_of_what_is_to_be_changed_is_one() {
        let of = |claims: &str| existing(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
        assert_eq!(of(r#"{"existing_registration":73}"#).as_deref(), Some("73"));
        assert_eq!(of(r#"{"existing_registration":"73"}"#).as_deref(), Some("73"));
        for none in [
            r#"{"existing_registration":null}"#,
            r#"{"existing_registration":"../73"}"#,
            r#"{"existing_registration":-7}"#,
            r#"{"existing_registration":7.5}"#,
            "{}",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }

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
