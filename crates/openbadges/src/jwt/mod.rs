//! VC-JWT: a credential as a signed compact token (Open Badges 3.0, section 8.2; W3C VC-JOSE-COSE for the media type).
//!
//! The credential's own members stand at the top of the payload, with the registered claims beside them: `iss`, `jti`,
//! `nbf`, `sub` and `exp` repeat what the credential says and have to agree with it. Written is `ES256` alone, which the
//! 1EdTech validator takes; read are `ES256`, `ES384`, `RS256` and `EdDSA`, and nothing else, `none` least of all. The form of
//! data model 1.1, a `vc` claim, is read as the credential that it means.

mod legacy;
mod read;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey};
use serde::Serialize;
use serde_json::Value;

pub use super::compact::is_compact;
pub use read::{JwtError, MAX_DEPTH, MAX_TOKEN, looks_like, read, read_header};

use super::credential::{ClrCredential, OpenBadgeCredential};
use super::error::Error;
use super::foreign_key::ForeignKey;
use super::keys::PublicKey;
use super::proof::SignedBytes;
use super::status::StatusListCredential;

/// Claims of a token that are no members of a credential (RFC 7519, section 4.1; RFC 7800).
const CLAIMS: [&str; 8] = ["iss", "sub", "jti", "nbf", "exp", "iat", "aud", "cnf"];

/// The algorithms that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256 (RFC 7518, section 3.4).
    Es256,
    /// ECDSA on P-384 with SHA-384 (RFC 7518, section 3.4).
    Es384,
    /// RSA with PKCS #1 and SHA-256 (RFC 7518, section 3.3).
    Rs256,
    /// Ed25519 (RFC 8037, section 3.1).
    EdDsa,
}

impl Algorithm {
    /// Its name in a header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// What a header says, once all of it was found acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `alg`
    pub algorithm: Algorithm,
    /// Which key it is: a DID URL, or a name in the document of the issuer. Where it is missing, `key` is there.
    pub key_id: Option<String>,
    /// The key itself, if the header carries it. It is believed only where it is the one that the issuer publishes.
    pub key: Option<ForeignKey>,
}

/// A token that was taken apart. Nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    header: Value,
    /// The credential with the claims beside its members.
    payload: Value,
    /// The first two parts as they stand, which is what is signed.
    signed: String,
    /// Nothing where the third part is not in base64url.
    signature: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct Written<'a> {
    alg: &'a str,
    kid: &'a str,
    typ: &'a str,
}

#[derive(Serialize)]
struct Payload<'a, T> {
    iss: &'a str,
    jti: &'a str,
    nbf: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(flatten)]
    credential: &'a T,
}

/// Signs a credential as a token, once. `key_id` is the DID URL of `key`. The signature is deterministic (RFC 6979).
///
/// # Errors
/// [`Error::AlreadySigned`] for a credential with a proof inside; [`Error::Json`] when it cannot be written.
pub fn sign(credential: &OpenBadgeCredential, key: &SigningKey, key_id: &str) -> Result<SignedBytes, Error> {
    if !credential.proof.is_empty() {
        return Err(Error::AlreadySigned);
    }
    let payload = Payload {
        iss: &credential.issuer.id,
        jti: &credential.id,
        nbf: credential.valid_from.timestamp(),
        sub: credential.credential_subject.id.as_deref(),
        exp: credential.valid_until.map(|until| until.timestamp()),
        credential,
    };
    written(&payload, "JWT", key, key_id)
}

/// Signs a record as a token, once. Its parts keep the proofs that they have inside.
///
/// # Errors
/// As [`sign`].
pub fn sign_record(record: &ClrCredential, key: &SigningKey, key_id: &str) -> Result<SignedBytes, Error> {
    if !record.proof.is_empty() {
        return Err(Error::AlreadySigned);
    }
    let payload = Payload {
        iss: &record.issuer.id,
        jti: &record.id,
        nbf: record.valid_from.timestamp(),
        sub: record.credential_subject.id.as_deref(),
        exp: record.valid_until.map(|until| until.timestamp()),
        credential: record,
    };
    written(&payload, "JWT", key, key_id)
}

/// Signs a status list as a token, once (Bitstring Status List 1.0, section 2.2, secured as VC-JOSE-COSE has it).
///
/// # Errors
/// As [`sign`].
pub fn sign_list(list: &StatusListCredential, key: &SigningKey, key_id: &str) -> Result<SignedBytes, Error> {
    if !list.proof.is_empty() {
        return Err(Error::AlreadySigned);
    }
    let payload = Payload {
        iss: &list.issuer,
        jti: &list.id,
        nbf: list.valid_from.timestamp(),
        sub: Some(&list.credential_subject.id),
        exp: list.valid_until.map(|until| until.timestamp()),
        credential: list,
    };
    written(&payload, "vc+jwt", key, key_id)
}

fn written<T: Serialize>(
    payload: &Payload<'_, T>,
    typ: &str,
    key: &SigningKey,
    key_id: &str,
) -> Result<SignedBytes, Error> {
    let header = Written {
        alg: Algorithm::Es256.name(),
        kid: key_id,
        typ,
    };
    let mut token = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(payload)?, &mut token);
    let signature: Signature = key.sign(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature.to_bytes(), &mut token);
    Ok(SignedBytes::of(token))
}

impl Token {
    /// The credential with the registered claims beside its members, or around it.
    #[must_use]
    pub fn payload(&self) -> &Value {
        &self.payload
    }

    /// Whether it has the form of data model 1.1: the credential in a `vc` claim.
    #[must_use]
    pub fn is_legacy(&self) -> bool {
        self.payload.get("vc").is_some_and(Value::is_object)
            && self.payload.get("credentialSubject").is_none()
    }

    /// The credential alone, without the claims; that of a `vc` claim with what the claims say in its stead (data model
    /// 1.1, section 6.3.1).
    #[must_use]
    pub fn credential(&self) -> Value {
        if self.is_legacy() {
            return legacy::credential(&self.payload);
        }
        let mut credential = self.payload.clone();
        if let Some(members) = credential.as_object_mut() {
            for claim in CLAIMS {
                members.remove(claim);
            }
        }
        credential
    }

    /// Whether the registered claims say what the credential says: `iss` its issuer, `jti` its id, `nbf` the beginning
    /// and `exp` the end of its validity, `sub` its subject. In a token of data model 1.1 each of them may be missing.
    ///
    /// # Errors
    /// [`JwtError::Claim`] with the first that does not; [`JwtError::LegacyClaim`] for two credentials in one token.
    pub fn claims_agree(&self) -> Result<(), JwtError> {
        let (payload, is_legacy) = (&self.payload, self.is_legacy());
        if payload.get("vc").is_some() && !is_legacy {
            return Err(JwtError::LegacyClaim);
        }
        let legacy = is_legacy.then(|| self.credential());
        let credential = legacy.as_ref().unwrap_or(payload);
        let issuer = credential.get("issuer");
        let issuer = issuer.and_then(|issuer| issuer.as_str().or_else(|| issuer.get("id")?.as_str()));
        let claim = |name: &str| payload.get(name).and_then(Value::as_str);
        let id = credential.get("id").and_then(Value::as_str);
        let subject = credential
            .pointer("/credentialSubject/id")
            .and_then(Value::as_str);
        let first = |names: [&str; 2]| names.into_iter().find_map(|name| credential.get(name));
        let seconds = |moment: Option<&Value>| {
            let moment = DateTime::parse_from_rfc3339(moment?.as_str()?).ok()?;
            Some(moment.timestamp())
        };
        let (from, until) = (
            first(["issuanceDate", "validFrom"]),
            first(["expirationDate", "validUntil"]),
        );
        let absent = |name: &str| payload.get(name).is_none();
        let number = |name: &str| legacy::seconds(payload, name);
        let agree = [
            ("iss", claim("iss").is_some() && claim("iss") == issuer),
            ("jti", claim("jti").is_some() && claim("jti") == id),
            ("nbf", number("nbf").is_some() && number("nbf") == seconds(from)),
            (
                "sub",
                (subject.is_some() || absent("sub")) && claim("sub") == subject,
            ),
            (
                "exp",
                (absent("exp") && until.is_none())
                    || (number("exp").is_some() && number("exp") == seconds(until)),
            ),
        ];
        let owed = |name: &str| !is_legacy || !absent(name);
        match agree.iter().find(|(name, agrees)| owed(name) && !agrees) {
            Some((name, _)) => Err(JwtError::Claim(name)),
            None => Ok(()),
        }
    }

    /// Whether its third part can be a signature at all. One that is empty, or cannot be decoded, is of no key, whichever the
    /// issuer has.
    #[must_use]
    pub fn has_signature(&self) -> bool {
        self.signature.as_ref().is_some_and(|bytes| !bytes.is_empty())
    }

    /// Whether it has a third part that can be decoded, be it an empty one.
    pub(crate) fn is_readable(&self) -> bool {
        self.signature.is_some()
    }

    /// Whether `key` made the signature with `algorithm`. A key of another kind made none.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, key: &ForeignKey) -> bool {
        let message = self.signed.as_bytes();
        let Some(signature) = &self.signature else {
            return false;
        };
        match (algorithm, key) {
            (Algorithm::Es256, ForeignKey::Known(PublicKey::P256(key))) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            (Algorithm::EdDsa, ForeignKey::Known(PublicKey::Ed25519(key))) => {
                ed25519_dalek::Signature::from_slice(signature)
                    .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            }
            (Algorithm::Es384, ForeignKey::P384(_)) | (Algorithm::Rs256, ForeignKey::Rsa(_)) => {
                key.verifies(message, signature)
            }
            _ => false,
        }
    }
}
