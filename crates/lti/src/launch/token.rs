//! The `id_token`'s signature and registered claims (rows 6 to 12 and 17).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm};
use openidconnect::{
    ClaimsVerificationError, ClientId, IdToken, IdTokenClaims, IdTokenVerifier, IssuerUrl, JsonWebKeySet,
    Nonce,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use super::header::{Header, json_part};
use crate::claims::LtiClaims;
use crate::clean;
use crate::error::Refusal;
use crate::keys::openid::VerifyingKey;
use crate::keys::{KeyFault, PlatformKey};
use crate::registration::Registration;
use crate::state::LoginState;

/// How far the clocks of platform and tool may differ. Moodle's tokens live for 60 seconds only.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// How old a message may be, whatever its own expiry: Canvas grants an hour.
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);
/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

type LtiToken =
    IdToken<LtiClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
pub(super) type VerifiedClaims = IdTokenClaims<LtiClaims, CoreGenderClaim>;

/// Verifies the token of `header` with `key`.
pub(super) fn verify(
    id_token: &str,
    header: &Header,
    key: PlatformKey,
    state: &LoginState,
    registration: &Registration,
    now: DateTime<Utc>,
) -> Result<VerifiedClaims, Refusal> {
    if !key.fits(header.algorithm) {
        return Err(KeyFault::Algorithm.into());
    }
    // What openidconnect would report as one parse error, named before it parses.
    let claims = json_part(id_token.split('.').nth(1).ok_or(Refusal::TokenMalformed)?)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let wrong_issuer = || Refusal::Issuer {
        expected: registration.issuer.clone(),
        found: text("iss").unwrap_or_default().chars().take(200).collect(),
    };
    if text("iss") != Some(registration.issuer.as_str()) {
        return Err(wrong_issuer());
    }
    let audiences = audiences(&claims).ok_or(Refusal::Audience)?;
    if claims
        .get("azp")
        .is_some_and(|party| !party.is_string() && !party.is_null())
    {
        return Err(Refusal::AuthorizedParty);
    }
    let expires_at = time(&claims, "exp")?.ok_or(Refusal::Time("exp"))?;
    let made_at = time(&claims, "iat")?.ok_or(Refusal::Time("iat"))?;
    let not_before = time(&claims, "nbf")?;
    if text("nonce").is_none_or(str::is_empty) {
        return Err(Refusal::NonceMissing);
    }
    let subject = text("sub")
        .filter(|sub| !sub.is_empty())
        .ok_or(Refusal::SubjectMissing)?;
    if !clean::is_id(subject) || !subject.is_ascii() {
        return Err(Refusal::SubjectMalformed);
    }

    let issuer = IssuerUrl::new(registration.issuer.clone()).map_err(|_| wrong_issuer())?;
    let client_id = ClientId::new(registration.client_id.clone());
    let (message, signature) = id_token.rsplit_once('.').ok_or(Refusal::TokenMalformed)?;
    let key_set = JsonWebKeySet::new(vec![VerifyingKey::of(key, message)]);
    let verifier = IdTokenVerifier::new_public_client(client_id, issuer, key_set)
        .set_allowed_algs([header.algorithm.core()])
        .set_time_fn(|| now - LEEWAY);
    let used = what_is_used(header, &claims, signature).map_err(|error| unreadable(&error))?;
    let token: LtiToken = used.parse().map_err(|error| unreadable(&error))?;
    let nonce = Nonce::new(state.nonce.clone());
    let accepted = token
        .into_claims(&verifier, &nonce)
        .map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(_) => Refusal::Signature,
            ClaimsVerificationError::InvalidIssuer(_) => wrong_issuer(),
            ClaimsVerificationError::InvalidAudience(_)
                if audiences.contains(&registration.client_id.as_str()) =>
            {
                let other = audiences.iter().find(|other| **other != registration.client_id);
                Refusal::AudienceUntrusted(
                    other.map_or_else(String::new, |other| other.chars().take(200).collect()),
                )
            }
            ClaimsVerificationError::InvalidAudience(_) => Refusal::Audience,
            ClaimsVerificationError::Expired(_) => {
                Refusal::Expired(now.timestamp().saturating_sub(expires_at))
            }
            ClaimsVerificationError::InvalidNonce(_) => Refusal::NonceMismatch,
            other => unreadable(&other),
        })?;

    authorized_party(&claims, &audiences, registration)?;
    check_age(made_at, not_before, now)?;
    Ok(accepted)
}

/// The token with nothing in it but what is used. openidconnect refuses one in which a claim is odd that nobody asked for,
/// such as `"email_verified": "true"`; what was signed is checked all the same, because the key knows it.
fn what_is_used(header: &Header, claims: &Value, signature: &str) -> serde_json::Result<String> {
    let header = json!({"alg": header.algorithm.as_str(), "kid": header.kid});
    let used: BTreeMap<&String, &Value> = claims
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| is_used(name, value))
        .collect();
    let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
    let (header, used) = (serde_json::to_vec(&header)?, serde_json::to_vec(&used)?);
    Ok(format!("{}.{}.{signature}", part(header), part(used)))
}

/// Claims that verify, those of a person that can be shown, and LTI's own.
fn is_used(name: &str, value: &Value) -> bool {
    match name {
        "iss" | "sub" | "aud" | "azp" | "exp" | "iat" | "nonce" => true,
        "name" | "given_name" | "family_name" | "email" | "locale" => value.is_string(),
        other => other.starts_with("https://"),
    }
}

fn unreadable(error: &impl ToString) -> Refusal {
    Refusal::Unreadable(error.to_string().chars().take(200).collect())
}

pub(crate) fn audiences(claims: &Value) -> Option<Vec<&str>> {
    match claims.get("aud")? {
        Value::String(one) => Some(vec![one]),
        Value::Array(several) => several.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Row 10.
pub(crate) fn authorized_party(
    claims: &Value,
    audiences: &[&str],
    registration: &Registration,
) -> Result<(), Refusal> {
    match claims.get("azp") {
        None | Some(Value::Null) if audiences.len() > 1 => Err(Refusal::AuthorizedPartyMissing),
        None | Some(Value::Null) => Ok(()),
        Some(party) if party.as_str() == Some(registration.client_id.as_str()) => Ok(()),
        Some(_) => Err(Refusal::AuthorizedParty),
    }
}

/// Row 11, but for `exp`.
fn check_age(issued: i64, not_before: Option<i64>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let age = now.timestamp().saturating_sub(issued);
    if age < -LEEWAY.num_seconds() {
        return Err(Refusal::IssuedInFuture(-age));
    }
    if age > MAX_AGE.num_seconds() {
        return Err(Refusal::TooOld(age));
    }
    let wait = not_before.unwrap_or(issued).saturating_sub(now.timestamp());
    if wait > LEEWAY.num_seconds() {
        Err(Refusal::NotYetValid(wait))
    } else {
        Ok(())
    }
}

/// A `NumericDate` (RFC 7519, section 2) in whole seconds.
pub(crate) fn time(claims: &Value, name: &'static str) -> Result<Option<i64>, Refusal> {
    let seconds = match claims.get(name) {
        None => return Ok(None),
        Some(Value::Number(number)) => number.as_i64().or_else(|| {
            let text = number.to_string();
            let exact = text
                .parse::<Decimal>()
                .or_else(|_| Decimal::from_scientific(&text))
                .ok()?;
            exact.trunc().to_i64()
        }),
        Some(_) => None,
    };
    match seconds {
        Some(seconds) if (0..=LAST_SECOND).contains(&seconds) => Ok(Some(seconds)),
        _ => Err(Refusal::Time(name)),
    }
}
