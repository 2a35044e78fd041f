//! Whose key it is: the verification method has to be the issuer's own, published for assertions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::Url;

use super::verdict::Failure;
use super::{Resolver, list, text};
use crate::did;
use crate::foreign_key::ForeignKey;
use crate::jwt::{self, Algorithm};
use crate::keys::{KeyError, PublicKey};

/// Where a site publishes the keys of all its issuers (Open Badges 3.0, section 8.2.5).
const KEY_SET: &str = "/.well-known/jwks.json";

/// The key behind `method`, if `issuer` publishes it for signing.
pub(super) fn resolve(issuer: &str, method: &str, resolver: &dyn Resolver) -> Result<ForeignKey, Failure> {
    followed(issuer)?;
    if is_site(issuer) {
        return at_address(issuer, method, resolver);
    }
    let (controller, fragment) = method.split_once('#').ok_or(Failure::OtherController)?;
    if controller != issuer {
        return Err(Failure::OtherController);
    }
    if let Some(key) = did::did_key(issuer) {
        let key = key.map_err(|error| unusable(&error))?;
        return if issuer.ends_with(&format!(":{fragment}")) {
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
) -> Result<ForeignKey, Failure> {
    followed(issuer)?;
    match (&header.key_id, &header.key) {
        (Some(key_id), carried) => {
            let key = if is_site(issuer) && !is_absolute(key_id) {
                of_site(issuer, |key| text(key, "kid") == Some(key_id.as_str()), resolver)?
            } else {
                resolve(issuer, &absolute(issuer, key_id), resolver)?
            };
            match carried {
                Some(carried) if *carried != key => Err(Failure::OtherKey),
                _ => Ok(key),
            }
        }
        (None, Some(carried)) if is_site(issuer) => {
            let is_it = |key: &Value| ForeignKey::from_jwk(key).is_ok_and(|key| key == *carried);
            of_site(issuer, is_it, resolver)
        }
        (None, Some(carried)) if publishes(issuer, carried, resolver)? => Ok(carried.clone()),
        (None, _) => Err(Failure::UnknownKey),
    }
}

/// Three methods of DIDs are followed here, and addresses.
fn followed(issuer: &str) -> Result<(), Failure> {
    let known = ["did:web:", "did:key:", "did:jwk:", "https://"];
    if known.iter().any(|method| issuer.starts_with(method)) {
        Ok(())
    } else {
        Err(Failure::IssuerNotADid)
    }
}

fn is_site(issuer: &str) -> bool {
    issuer.starts_with("https://")
}

/// Whether a name has a scheme in front.
fn is_absolute(name: &str) -> bool {
    let scheme = name.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphabetic()))
}

/// Scheme, host and port of an address over https.
fn origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    (url.scheme() == "https").then(|| url.origin().ascii_serialization())
}

/// The key at the address `method`, which has to be on the issuer's own site: a key by itself, a set of keys, or the
/// issuer's document.
fn at_address(issuer: &str, method: &str, resolver: &dyn Resolver) -> Result<ForeignKey, Failure> {
    if origin(method).is_none() || origin(method) != origin(issuer) {
        return Err(Failure::IssuerNotADid);
    }
    let mut parts = method.split('#');
    let (address, fragment) = (parts.next().unwrap_or_default(), parts.next());
    let document = fetched(address, resolver)?;
    let jwk = |key: &Value| ForeignKey::from_jwk(key).map_err(|error| unusable(&error));
    if text(&document, "kty").is_some() {
        return jwk(&document);
    }
    let is_named = |key: &&Value| {
        let kid = text(key, "kid");
        kid.is_some() && (kid == Some(method) || kid == fragment)
    };
    if let Some(named) = list(&document, "keys").iter().find(is_named) {
        return jwk(named);
    }
    if text(&document, "id") == Some(method) && text(&document, "controller") == Some(issuer) {
        return written_key(&document);
    }
    let found = list(&document, "verificationMethod")
        .iter()
        .find(|entry| text(entry, "id") == Some(method));
    match found {
        Some(found) if text(&document, "id") == Some(issuer) => own_key(found, &document, issuer),
        _ => Err(Failure::UnknownKey),
    }
}

/// The key of the set that a site publishes for all its issuers.
fn of_site(
    issuer: &str,
    is_it: impl Fn(&Value) -> bool,
    resolver: &dyn Resolver,
) -> Result<ForeignKey, Failure> {
    let origin = origin(issuer).ok_or(Failure::IssuerNotADid)?;
    let set = fetched(&format!("{origin}{KEY_SET}"), resolver)?;
    let found = list(&set, "keys").iter().find(|key| is_it(key));
    ForeignKey::from_jwk(found.ok_or(Failure::UnknownKey)?).map_err(|error| unusable(&error))
}

fn fetched(address: &str, resolver: &dyn Resolver) -> Result<Value, Failure> {
    resolver
        .document(address)
        .filter(Value::is_object)
        .ok_or(Failure::IssuerUnavailable)
}

/// The document that a did:jwk is: one key, called "0" (did:jwk Method, section 2).
fn spelled_out(issuer: &str, spelled: &str) -> Result<Value, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(spelled).map_err(|_| Failure::KeyForm)?;
    let jwk = strict_json::parse(&bytes).map_err(|_| Failure::KeyForm)?;
    ForeignKey::from_jwk(&jwk).map_err(|error| unusable(&error))?;
    let id = format!("{issuer}#0");
    Ok(
        json!({ "id": issuer, "assertionMethod": [id], "verificationMethod": [
        { "id": id, "type": "JsonWebKey", "controller": issuer, "publicKeyJwk": jwk }] }),
    )
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
fn publishes(issuer: &str, carried: &ForeignKey, resolver: &dyn Resolver) -> Result<bool, Failure> {
    if let Some(key) = did::did_key(issuer) {
        return Ok(key.map_err(|error| unusable(&error))? == *carried);
    }
    let document = document_of(issuer, resolver)?;
    Ok(list(&document, "verificationMethod")
        .iter()
        .any(|entry| own_key(entry, &document, issuer).is_ok_and(|key| key == *carried)))
}

fn document_of(issuer: &str, resolver: &dyn Resolver) -> Result<Value, Failure> {
    if let Some(spelled) = issuer.strip_prefix("did:jwk:") {
        return spelled_out(issuer, spelled);
    }
    let document = resolver.did_document(issuer).ok_or(Failure::IssuerUnavailable)?;
    if text(&document, "id") == Some(issuer) {
        Ok(document)
    } else {
        Err(Failure::OtherIdentity)
    }
}

/// The key of an entry of the issuer's document, which has to be the issuer's own and meant for signing.
fn own_key(published: &Value, document: &Value, issuer: &str) -> Result<ForeignKey, Failure> {
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
    written_key(published)
}

/// The key of an entry, whoever's it is.
fn written_key(published: &Value) -> Result<ForeignKey, Failure> {
    let key = match text(published, "type") {
        Some("Multikey" | "Ed25519VerificationKey2020") => {
            let key = text(published, "publicKeyMultibase").ok_or(Failure::KeyForm)?;
            ForeignKey::from_multikey(key)
        }
        Some("JsonWebKey" | "JsonWebKey2020") => {
            ForeignKey::from_jwk(published.get("publicKeyJwk").ok_or(Failure::KeyForm)?)
        }
        _ => return Err(Failure::KeyForm),
    };
    key.map_err(|error| unusable(&error))
}

/// Whether a key is one for that kind of signature.
pub(super) fn fits(algorithm: Algorithm, key: &ForeignKey) -> bool {
    matches!(
        (algorithm, key),
        (Algorithm::Es256, ForeignKey::Known(PublicKey::P256(_)))
            | (Algorithm::EdDsa, ForeignKey::Known(PublicKey::Ed25519(_)))
            | (Algorithm::Es384, ForeignKey::P384(_))
            | (Algorithm::Rs256, ForeignKey::Rsa(_))
    )
}

pub(super) fn unusable(error: &KeyError) -> Failure {
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
