//! The header of an `id_token` (rows 4 and 5), read before anything is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::error::Refusal;
use crate::registration::{Algorithm, Registration};
use strict_json::{self, StrictError};

/// Bytes of a token that are looked at; real ones have about five kilobytes.
const MAX_TOKEN: usize = 64 << 10;

/// What of the header counts. `jwk`, `jku`, `x5c` and `x5u` are never looked at: the key comes from the registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// One that the registration allows.
    pub algorithm: Algorithm,
    /// The key that the platform says it signed with; at most 255 bytes.
    pub kid: String,
}

impl Header {
    /// Reads the header of a compact JWS.
    ///
    /// # Errors
    /// The [`Refusal`] of row 4 or 5.
    pub fn read(id_token: &str, registration: &Registration) -> Result<Self, Refusal> {
        if id_token.len() > MAX_TOKEN {
            return Err(Refusal::TooLarge);
        }
        let mut parts = id_token.split('.');
        let (Some(first), Some(_), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refusal::TokenMalformed);
        };
        // openidconnect takes a last character with bits that mean nothing, so that one token could be written in several ways.
        if URL_SAFE_NO_PAD.decode(signature).is_err() {
            return Err(Refusal::TokenMalformed);
        }
        let header = json_part(first)?;
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        let named = text("alg").unwrap_or_default();
        let algorithm = named
            .parse()
            .ok()
            .filter(|known| registration.algorithms.contains(known))
            .ok_or_else(|| Refusal::Algorithm(named.chars().take(40).collect()))?;
        if header.get("crit").is_some() || header.get("b64").is_some() {
            return Err(Refusal::CriticalHeader);
        }
        let kid = text("kid")
            .filter(|kid| !kid.is_empty())
            .ok_or(Refusal::KeyIdMissing)?;
        if kid.len() > 255 {
            return Err(Refusal::KeyUnknown(kid.chars().take(40).collect()));
        }
        Ok(Self {
            algorithm,
            kid: kid.to_owned(),
        })
    }
}

/// One part of a token as a JSON object without repeated members.
pub(crate) fn json_part(part: &str) -> Result<Value, Refusal> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Refusal::TokenMalformed)?;
    match strict_json::parse(&bytes) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) | Err(StrictError::Malformed) => Err(Refusal::TokenMalformed),
        Err(StrictError::Repeated) => Err(Refusal::MemberRepeated),
    }
}
