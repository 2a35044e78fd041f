//! Whose key it is: the verification method has to be the issuer's own, published for assertions.

use serde_json::Value;

use super::verdict::Failure;
use super::{Resolver, list, text};
use crate::openbadges::did;
use crate::openbadges::keys::{KeyError, PublicKey};

/// The key behind `method`, if `issuer` publishes it for signing.
pub(super) fn resolve(issuer: &str, method: &str, resolver: &dyn Resolver) -> Result<PublicKey, Failure> {
    if !issuer.starts_with("did:web:") && !issuer.starts_with("did:key:") {
        return Err(Failure::IssuerNotADid);
    }
    let (controller, fragment) = method.split_once('#').ok_or(Failure::OtherController)?;
    if controller != issuer {
        return Err(Failure::OtherController);
    }
    if let Some(key) = did::did_key(issuer) {
        let key = key.map_err(|error| unusable(&error))?;
        return if key.multikey() == fragment {
            Ok(key)
        } else {
            Err(Failure::UnknownKey)
        };
    }
    let document = resolver.did_document(issuer).ok_or(Failure::IssuerUnavailable)?;
    if text(&document, "id") != Some(issuer) {
        return Err(Failure::OtherIdentity);
    }
    let published = list(&document, "verificationMethod")
        .iter()
        .find(|candidate| text(candidate, "id") == Some(method))
        .ok_or(Failure::UnknownKey)?;
    let asserting = list(&document, "assertionMethod")
        .iter()
        .any(|entry| entry.as_str().or_else(|| text(entry, "id")) == Some(method));
    if !asserting {
        return Err(Failure::KeyNotForAssertion);
    }
    if text(published, "controller") != Some(issuer) {
        return Err(Failure::OtherController);
    }
    let key = match text(published, "type") {
        Some("Multikey") => {
            let key = text(published, "publicKeyMultibase").ok_or(Failure::KeyForm)?;
            PublicKey::from_multikey(key)
        }
        Some("JsonWebKey" | "JsonWebKey2020") => {
            PublicKey::from_jwk(published.get("publicKeyJwk").ok_or(Failure::KeyForm)?)
        }
        _ => return Err(Failure::KeyForm),
    };
    key.map_err(|error| unusable(&error))
}

fn unusable(error: &KeyError) -> Failure {
    match error {
        KeyError::Private => Failure::KeyGivenAway,
        _ => Failure::KeyForm,
    }
}

/// The members of a DID document or a credential that may be one value or several.
pub(super) fn listed(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        single => std::slice::from_ref(single),
    }
}
