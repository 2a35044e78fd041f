//! Whose key it is: the verification method has to be the issuer's own, published for assertions.

use serde_json::Value;

use super::verdict::Failure;
use super::{Resolver, list, text};
use crate::did;
use crate::jwt;
use crate::keys::{KeyError, PublicKey};

/// The key behind `method`, if `issuer` publishes it for signing.
pub(super) fn resolve(issuer: &str, method: &str, resolver: &dyn Resolver) -> Result<PublicKey, Failure> {
    followed(issuer)?;
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
    let document = document_of(issuer, resolver)?;
    let published = list(&document, "verificationMethod")
        .iter()
        .find(|candidate| text(candidate, "id") == Some(method))
        .ok_or(Failure::UnknownKey)?;
    own_key(published, &document, issuer)
}

/// The key that a token's header names by id, or carries, if it is one that `issuer` publishes for signing.
pub(super) fn resolve_token(
    issuer: &str,
    header: &jwt::Header,
    resolver: &dyn Resolver,
) -> Result<PublicKey, Failure> {
    followed(issuer)?;
    match (&header.key_id, &header.key) {
        (Some(key_id), carried) => {
            let key = resolve(issuer, &absolute(issuer, key_id), resolver)?;
            match carried {
                Some(carried) if *carried != key => Err(Failure::OtherKey),
                _ => Ok(key),
            }
        }
        (None, Some(carried)) if publishes(issuer, carried, resolver)? => Ok(carried.clone()),
        (None, _) => Err(Failure::UnknownKey),
    }
}

/// Only two methods of DIDs are followed here.
fn followed(issuer: &str) -> Result<(), Failure> {
    if issuer.starts_with("did:web:") || issuer.starts_with("did:key:") {
        Ok(())
    } else {
        Err(Failure::IssuerNotADid)
    }
}

/// The DID URL that a `kid` means: a bare name or a fragment is one of the issuer's own document.
fn absolute(issuer: &str, key_id: &str) -> String {
    if key_id.starts_with('#') {
        format!("{issuer}{key_id}")
    } else if key_id.is_empty() || key_id.contains([':', '/', '?', '#']) {
        key_id.to_owned()
    } else {
        format!("{issuer}#{key_id}")
    }
}

/// Whether `issuer` publishes that very key for signing.
fn publishes(issuer: &str, carried: &PublicKey, resolver: &dyn Resolver) -> Result<bool, Failure> {
    if let Some(key) = did::did_key(issuer) {
        return Ok(key.map_err(|error| unusable(&error))? == *carried);
    }
    let document = document_of(issuer, resolver)?;
    Ok(list(&document, "verificationMethod")
        .iter()
        .any(|entry| own_key(entry, &document, issuer).is_ok_and(|key| key == *carried)))
}

fn document_of(issuer: &str, resolver: &dyn Resolver) -> Result<Value, Failure> {
    let document = resolver.did_document(issuer).ok_or(Failure::IssuerUnavailable)?;
    if text(&document, "id") == Some(issuer) {
        Ok(document)
    } else {
        Err(Failure::OtherIdentity)
    }
}

/// The key of an entry of the issuer's document, which has to be the issuer's own and meant for signing.
fn own_key(published: &Value, document: &Value, issuer: &str) -> Result<PublicKey, Failure> {
    let id = text(published, "id").ok_or(Failure::UnknownKey)?;
    let asserting = list(document, "assertionMethod")
        .iter()
        .any(|entry| entry.as_str().or_else(|| text(entry, "id")) == Some(id));
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
