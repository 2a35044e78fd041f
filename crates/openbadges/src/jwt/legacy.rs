//! Tokens of data model 1.1: the credential in a `vc` claim, and claims around it that may stand in for its members.

use chrono::{DateTime, SecondsFormat};
use serde_json::Value;

/// The end of the year 9999: a moment after it has no notation of four digits.
const LAST: i64 = 253_402_300_800;

/// The credential of a `vc` claim, with what the claims say in its stead.
pub(super) fn credential(payload: &Value) -> Value {
    let mut credential = payload.get("vc").cloned().unwrap_or_default();
    let claim = |name: &str| payload.get(name).filter(|value| value.is_string()).cloned();
    let Some(members) = credential.as_object_mut() else {
        return credential;
    };
    let date = |name: &str| seconds(payload, name).and_then(written);
    let from = (!members.contains_key("validFrom"))
        .then(|| date("nbf"))
        .flatten();
    let until = (!members.contains_key("validUntil"))
        .then(|| date("exp"))
        .flatten();
    let stated = [
        ("id", claim("jti")),
        ("issuer", claim("iss")),
        ("issuanceDate", from),
        ("expirationDate", until),
    ];
    for (name, value) in stated {
        if let Some(value) = value {
            members.entry(name).or_insert(value);
        }
    }
    let subject = members
        .get_mut("credentialSubject")
        .and_then(Value::as_object_mut);
    if let (Some(subject), Some(sub)) = (subject, claim("sub")) {
        subject.entry("id").or_insert(sub);
    }
    credential
}

/// A number of seconds, which is one with and without a decimal point (RFC 7519, section 2, NumericDate).
pub(super) fn seconds(payload: &Value, name: &str) -> Option<i64> {
    let number = payload.get(name).and_then(Value::as_number)?.to_string();
    number.strip_suffix(".0").unwrap_or(&number).parse::<i64>().ok()
}

fn written(seconds: i64) -> Option<Value> {
    let moment = DateTime::from_timestamp(seconds, 0).filter(|_| (0..LAST).contains(&seconds))?;
    Some(Value::from(moment.to_rfc3339_opts(SecondsFormat::Secs, true)))
}
