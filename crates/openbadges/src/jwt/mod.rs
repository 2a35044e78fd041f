//! VC-JWT: a credential as a signed compact token (Open Badges 3.0, section 8.2; W3C VC-JOSE-COSE for the media type).
//!
//! The credential's own members stand at the top of the payload, with the registered claims beside them: `iss`, `jti`,
//! `nbf`, `sub` and `exp` repeat what the credential says and have to agree with it. Written is `ES256` alone, which the
//! 1EdTech validator takes; read are `ES256` and `EdDSA`, and nothing else, `none` least of all.

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

use super::credential::OpenBadgeCredential;
use super::error::Error;
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
    /// Ed25519 (RFC 8037, section 3.1).
    EdDsa,
}

impl Algorithm {
    /// Its name in a header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
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
    pub key: Option<PublicKey>,
}

/// A token that was taken apart. Nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    header: Value,
    /// The credential with the claims beside its members.
    payload: Value,
    /// The first two parts as they stand, which is what is signed.
    signed: String,
    signature: Vec<u8>,
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
    /// The credential with the registered claims beside its members.
    #[must_use]
    pub fn payload(&self) -> &Value {
        &self.payload
    }

    /// The payload without the claims: the credential alone.
    #[must_use]
    pub fn credential(&self) -> Value {
        let mut credential = self.payload.clone();
        if let Some(members) = credential.as_object_mut() {
            for claim in CLAIMS {
                members.remove(claim);
            }
        }
        credential
    }

    /// Whether the registered claims say what the credential says: `iss` its issuer, `jti` its id, `nbf` the beginning
    /// and `exp` the end of its validity, `sub` its subject.
    ///
    /// # Errors
    /// [`JwtError::Claim`] with the first that does not; [`JwtError::LegacyClaim`] for the form of data model 1.1.
    pub fn claims_agree(&self) -> Result<(), JwtError> {
        let payload = &self.payload;
        if payload.get("vc").is_some() {
            return Err(JwtError::LegacyClaim);
        }
        let issuer = payload.get("issuer");
        let issuer = issuer.and_then(|issuer| issuer.as_str().or_else(|| issuer.get("id")?.as_str()));
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let subject = payload.pointer("/credentialSubject/id").and_then(Value::as_str);
        let seconds = |name: &str| {
            let moment = DateTime::parse_from_rfc3339(text(name)?).ok()?;
            Some(moment.timestamp())
        };
        // A number of seconds is one with and without a decimal point (RFC 7519, section 2, NumericDate).
        let number = |name: &str| {
            let number = payload.get(name).and_then(Value::as_number)?.to_string();
            number.strip_suffix(".0").unwrap_or(&number).parse::<i64>().ok()
        };
        let absent = |name: &str| payload.get(name).is_none();
        let agree = [
            ("iss", text("iss").is_some() && text("iss") == issuer),
            ("jti", text("jti").is_some() && text("jti") == text("id")),
            (
                "nbf",
                number("nbf").is_some() && number("nbf") == seconds("validFrom"),
            ),
            (
                "sub",
                (subject.is_some() || absent("sub")) && text("sub") == subject,
            ),
            (
                "exp",
                (absent("exp") && absent("validUntil"))
                    || (number("exp").is_some() && number("exp") == seconds("validUntil")),
            ),
        ];
        match agree.iter().find(|(_, agrees)| !agrees) {
            Some((name, _)) => Err(JwtError::Claim(name)),
            None => Ok(()),
        }
    }

    /// Whether `key` made the signature with `algorithm`. A key of the other kind made none.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, key: &PublicKey) -> bool {
        match (algorithm, key) {
            (Algorithm::Es256, PublicKey::P256(key)) => Signature::from_slice(&self.signature)
                .is_ok_and(|signature| key.verify(self.signed.as_bytes(), &signature).is_ok()),
            (Algorithm::EdDsa, PublicKey::Ed25519(key)) => {
                ed25519_dalek::Signature::from_slice(&self.signature)
                    .is_ok_and(|signature| key.verify_strict(self.signed.as_bytes(), &signature).is_ok())
            }
            _ => false,
        }
    }
}
