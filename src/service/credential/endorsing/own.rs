//! What an endorser does by its own link: end what it said, take it back, take its key, and show that a domain is its own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Told, issuer_of, known_badge, substance_now};
use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::endorsement::{Domain, DomainBy, Endorsement, Endorser, Given, domain_name};
use crate::domain::issuer::Issuer;
use crate::random::SharedRandom;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions::ENDORSER_KEY;
use crate::service::base::looks::{self, Whose};
use crate::service::base::refusal::{EndorsementRefusal, PortfolioRefusal};
use crate::service::base::session::digest;
use crate::service::credential::outside;
use crate::service::credential::signing::internal;
use crate::store::{Db, audit, endorsements};
use openbadges::did::IssuerIdentity;

/// What an endorser sees by its own link.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) told: Told,
    pub(crate) given: Given,
    /// Whose badge it is.
    pub(crate) issuer: Issuer,
    /// The `did:web` that was made for it; none for an endorsement that was signed elsewhere.
    pub(crate) did: Option<String>,
    pub(crate) now: DateTime<Utc>,
}

fn by_token(db: &mut Db, digest: &str) -> Result<(Endorsement, Given), ServiceError> {
    let one = endorsements::by_digest(db, digest)?;
    let found = one.and_then(|one| {
        let given = one.given.clone().filter(|given| given.own_digest == digest)?;
        Some((one, given))
    });
    found.ok_or(ServiceError::NotFound("endorsement"))
}

/// The endorsement behind an endorser's own link.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that never was.
#[tracing::instrument(name = "endorsing.own", level = "debug", skip_all)]
pub(crate) async fn own(cairn: &Cairn, token: &str) -> Result<Own, ServiceError> {
    let (digest, now, origin) = (digest(token), cairn.clock.now(), cairn.settings.identity());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (endorsement, given) = by_token(db, &digest)?;
        let badge = known_badge(db, &endorsement.tenant, &endorsement.badge)?;
        let (_, substance) = substance_now(db, &badge)?;
        let did = given.issuer.as_ref().map(|issuer| identity(&origin, issuer));
        Ok(Own {
            issuer: issuer_of(db, &endorsement.tenant)?,
            did: did.transpose()?.map(|identity| identity.did().to_owned()),
            told: Told {
                state: endorsement.state(&substance, now),
                endorsement,
            },
            given,
            now,
        })
    });
    found.await
}

pub(super) fn identity(origin: &str, issuer: &Endorser) -> Result<IssuerIdentity, ServiceError> {
    IssuerIdentity::new(origin, &issuer.slug).map_err(internal)
}

fn log(
    db: &mut Db,
    one: &Endorsement,
    action: Action,
    now: DateTime<Utc>,
    random: &SharedRandom,
) -> Result<(), ServiceError> {
    let entry = Entry::new(&one.tenant, Actor::Unnamed, action, one.badge.as_str(), now);
    let entry = entry.detail(json!({"endorsement": one.id}));
    Ok(audit::record(db, &entry, random.as_ref())?)
}

/// Ends it from now on. Badges that carry it keep it; new ones carry it no more.
///
/// # Errors
/// As [`own`]; [`ServiceError::Refused`] for one that is over.
#[tracing::instrument(name = "endorsing.end", skip_all)]
pub(crate) async fn end(cairn: &Cairn, token: &str) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let digest = digest(token);
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (one, _) = by_token(db, &digest)?;
        if !endorsements::end(db, &one.tenant, &one.id, now)? {
            return Err(EndorsementRefusal::Ended.into());
        }
        log(db, &one, Action::EndorsementEnded, now, &random)
    });
    done.await
}

/// Takes it back: its status list says so from now on, to whoever asks.
///
/// # Errors
/// As [`own`]; [`ServiceError::Refused`] for one that was taken back.
#[tracing::instrument(name = "endorsing.revoke", skip_all)]
pub(crate) async fn revoke(cairn: &Cairn, token: &str) -> Result<(), ServiceError> {
    let (now, random) = cairn.moment();
    let digest = digest(token);
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (one, _) = by_token(db, &digest)?;
        if !endorsements::revoke(db, &one.tenant, &one.id, now)? {
            return Err(EndorsementRefusal::Ended.into());
        }
        log(db, &one, Action::EndorsementRevoked, now, &random)
    });
    done.await
}

/// Hands the key over, as JSON for the file that the endorser keeps, and forgets it. What was signed, and both of its status lists,
/// stay: taking it back needs no key.
///
/// # Errors
/// As [`own`]; [`ServiceError::Refused`] when it was taken before, and for an endorsement that was signed elsewhere.
#[tracing::instrument(name = "endorsing.take_key", skip_all)]
pub(crate) async fn take_key(cairn: &Cairn, token: &str) -> Result<Zeroizing<String>, ServiceError> {
    let (now, random) = cairn.moment();
    let (digest, vault, origin) = (digest(token), cairn.vault.clone(), cairn.settings.identity());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (one, given) = by_token(db, &digest)?;
        let issuer = given.issuer.ok_or(EndorsementRefusal::NoKey)?;
        let sealed = issuer.sealed_secret.clone().ok_or(EndorsementRefusal::NoKey)?;
        let secret = vault.open(ENDORSER_KEY, &sealed)?;
        if !endorsements::take_key(db, &one.tenant, &one.id, &sealed, now)? {
            return Err(EndorsementRefusal::NoKey.into());
        }
        log(db, &one, Action::EndorsementKeyTaken, now, &random)?;
        key_file(&identity(&origin, &issuer)?, &secret)
    });
    done.await
}

/// The private key as a JWK (RFC 8037), with the identity that it signs for.
fn key_file(identity: &IssuerIdentity, secret: &[u8]) -> Result<Zeroizing<String>, ServiceError> {
    let secret = <[u8; 32]>::try_from(secret).map_err(internal)?;
    let secret = Zeroizing::new(secret);
    let key = SigningKey::from_bytes(&secret).verifying_key();
    let file = json!({
        "id": identity.verification_method(&key),
        "controller": identity.did(),
        "privateKeyJwk": {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(key.as_bytes()),
            "d": URL_SAFE_NO_PAD.encode(secret.as_slice()),
        },
    });
    Ok(Zeroizing::new(file.to_string()))
}

/// Asks a domain whether it is the endorser's: its `did.json` has to name the identity or the key of the endorsement.
///
/// # Errors
/// As [`own`]; [`ServiceError::Refused`] for what is no DNS name, and for one whose document does not say so;
/// [`ServiceError::TooMany`] while others are asked; [`PortfolioRefusal::LooksUsed`] once they were often enough today.
#[tracing::instrument(name = "endorsing.prove_domain", skip_all)]
pub(crate) async fn prove_domain(cairn: &Cairn, token: &str, typed: &str) -> Result<(), ServiceError> {
    let known = own(cairn, token).await?;
    let domain = domain_name(typed).ok_or(EndorsementRefusal::Domain)?;
    let (Some(did), Some(issuer)) = (known.did, known.given.issuer) else {
        return Err(EndorsementRefusal::NoKey.into());
    };
    let one = known.told.endorsement;
    if looks::take(cairn, &one.tenant, Whose::Endorser(&one.id), 1).await? == 0 {
        return Err(PortfolioRefusal::LooksUsed.into());
    }
    let document = outside::document(cairn, &at_domain(&domain)).await?;
    let is_theirs =
        document.is_some_and(|document| names(&document, &domain, &did, &issuer.public_multibase));
    if !is_theirs {
        return Err(EndorsementRefusal::DomainUnproven(domain).into());
    }
    let (now, random) = cairn.moment();
    let done = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let domain = Domain {
            name: domain,
            by: DomainBy::Did,
            at: now,
            lost_at: None,
        };
        endorsements::set_domain(db, &one.tenant, &one.id, &domain)?;
        log(db, &one, Action::EndorsementDomain, now, &random)
    });
    done.await
}

/// Where the identity document of a domain is.
pub(super) fn at_domain(domain: &str) -> String {
    format!("https://{domain}/.well-known/did.json")
}

/// Whether the identity document of a domain names that identity as another name of its own, or lists that key.
pub(super) fn names(document: &Value, domain: &str, did: &str, key: &str) -> bool {
    let list = |name: &str| document.get(name).and_then(Value::as_array).into_iter().flatten();
    let is_its = document.get("id").and_then(Value::as_str) == Some(format!("did:web:{domain}").as_str());
    let known_as = list("alsoKnownAs").any(|other| other.as_str() == Some(did));
    let has_key = list("verificationMethod")
        .any(|method| method.get("publicKeyMultibase").and_then(Value::as_str) == Some(key));
    is_its && (known_as || has_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_names_an_endorser_by_its_identity_or_its_key_and_as_itself() {
        let did = "did:web:badges.example:issuers:endorser-1";
        let named = |document: Value| names(&document, "firm.example", did, "z6Mk");
        assert!(named(json!({"id": "did:web:firm.example", "alsoKnownAs": [did]})));
        assert!(named(json!({"id": "did:web:firm.example",
            "verificationMethod": [{"publicKeyMultibase": "z6Mk"}]})));
        for other in [
            json!({"id": "did:web:other.example", "alsoKnownAs": [did]}),
            json!({"alsoKnownAs": [did]}),
            json!({"id": "did:web:firm.example", "alsoKnownAs": did}),
            json!({"id": "did:web:firm.example", "verificationMethod": [{"publicKeyMultibase": "z6Mx"}]}),
            json!([]),
            json!(null),
        ] {
            assert!(!named(other.clone()), "{other}");
        }
    }

    #[test]
    fn the_file_of_a_key_is_the_key_that_was_published() {
        let identity = IssuerIdentity::new("https://badges.example", "endorser-1").unwrap();
        let file = key_file(&identity, &[7; 32]).unwrap();
        let file: Value = serde_json::from_str(&file).unwrap();
        let public = SigningKey::from_bytes(&[7; 32]).verifying_key();
        assert_eq!(file["id"], identity.verification_method(&public));
        let secret = URL_SAFE_NO_PAD.decode(file["privateKeyJwk"]["d"].as_str().unwrap());
        assert_eq!(secret.unwrap(), [7; 32]);
        assert!(key_file(&identity, &[7; 31]).is_err());
    }
}
