//! The manifest of an archive: the SHA-256 of every file, and the issuer's signature over them, so that a file which was
//! removed, added or changed is noticed. The badges sign only themselves.
//!
//! `SHA256SUMS` is as `sha256sum --check` reads it. `SHA256SUMS.jws` is a JSON Web Signature (RFC 7515, EdDSA as in RFC 8037)
//! by the key that signs the issuer's badges; it says as well which institution the archive is of. It is put together here,
//! since the key is kept as 32 bytes and the library for tokens takes only PKCS #8.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::internal;
use crate::service::base::error::ServiceError;
use openbadges::did::IssuerIdentity;
use openbadges::keys::PublicKey;

/// The sums of all files.
pub(super) const SUMS: &str = "SHA256SUMS";
/// The signature over them.
pub(super) const SIGNATURE: &str = "SHA256SUMS.jws";

const ALGORITHM: &str = "EdDSA";
const TYPE: &str = "cairn-archive+jwt";

/// The SHA-256 of a file.
pub(super) type Sum = [u8; 32];

/// Why a signature over the sums does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ManifestProblem {
    /// Sums or signature are not what this program writes.
    Form,
    /// No issuer of this archive publishes the key.
    UnknownKey,
    /// The signature is another one.
    Signature,
    /// It is for other sums.
    OtherSums,
    /// It is for another number of files or badges than the sums list.
    Counts,
    /// Whoever signed is none of the issuers of the institution that it names.
    NotItsIssuer,
}

/// What was found out about the manifest of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// There is none: an archive of an older version, or somebody took it out.
    #[default]
    Absent,
    /// There is one that proves nothing.
    Wrong(ManifestProblem),
    /// An issuer signed it.
    Signed(Signed),
}

/// What an issuer signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The DID of the issuer.
    pub(crate) issuer: String,
    /// The DID URL of its key.
    pub(crate) key: String,
    /// The DIDs of the institution that the archive is of; none in archives of versions that did not say.
    pub(crate) institution: Option<BTreeSet<String>>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) files: u64,
    pub(crate) badges: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    iss: String,
    iat: i64,
    files: u64,
    badges: u64,
    sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    institution: Option<BTreeSet<String>>,
}

/// What is signed for.
pub(super) struct Contents<'a> {
    /// The DIDs of the institution, former ones too.
    pub(super) institution: BTreeSet<String>,
    pub(super) sums: &'a str,
    pub(super) badges: u64,
}

/// One line of the sums.
pub(super) fn line(name: &str, sum: &Sum) -> String {
    format!("{}  {name}\n", hex::encode(sum))
}

/// The sums by name, as they were written; nothing for a text that is no list of sums, or names a file twice.
pub(super) fn read(text: &[u8]) -> Option<BTreeMap<String, Sum>> {
    let mut sums = BTreeMap::new();
    for line in std::str::from_utf8(text).ok()?.lines() {
        let (sum, name) = line.split_once("  ")?;
        let sum: Sum = hex::decode(sum).ok()?.try_into().ok()?;
        if sums.insert(name.to_owned(), sum).is_some() {
            return None;
        }
    }
    Some(sums)
}

/// The signature of the issuer over what is in an archive.
pub(super) fn sign(
    issuer: &IssuerIdentity,
    key: &SigningKey,
    at: DateTime<Utc>,
    contents: Contents<'_>,
) -> Result<String, ServiceError> {
    let Contents {
        institution,
        sums,
        badges,
    } = contents;
    let header = Header {
        alg: ALGORITHM.to_owned(),
        kid: issuer.verification_method(&key.verifying_key()),
        typ: TYPE.to_owned(),
    };
    let payload = Payload {
        iss: issuer.did().to_owned(),
        iat: at.timestamp(),
        files: u64::try_from(sums.lines().count()).map_err(internal)?,
        badges,
        sha256: hex::encode(Sha256::digest(sums)),
        institution: Some(institution),
    };
    let part =
        |json: serde_json::Result<Vec<u8>>| json.map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(internal);
    let signed = format!(
        "{}.{}",
        part(serde_json::to_vec(&header))?,
        part(serde_json::to_vec(&payload))?
    );
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes());
    Ok(format!("{signed}.{signature}"))
}

/// Whether one of `issuers` (DID documents by DID) signed these sums.
pub(super) fn check(
    signature: &[u8],
    sums: &[u8],
    issuers: &BTreeMap<String, Value>,
) -> Result<Signed, ManifestProblem> {
    let text = std::str::from_utf8(signature).map_err(|_| ManifestProblem::Form)?;
    let (signed, signature) = text.trim_end().rsplit_once('.').ok_or(ManifestProblem::Form)?;
    let (header, payload) = signed.split_once('.').ok_or(ManifestProblem::Form)?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| ManifestProblem::Form);
    let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| ManifestProblem::Form)?;
    let payload: Payload = serde_json::from_slice(&bytes(payload)?).map_err(|_| ManifestProblem::Form)?;
    if header.alg != ALGORITHM || header.typ != TYPE {
        return Err(ManifestProblem::Form);
    }
    let key = key_of(&payload.iss, &header.kid, issuers).ok_or(ManifestProblem::UnknownKey)?;
    let PublicKey::Ed25519(key) = key else {
        return Err(ManifestProblem::UnknownKey);
    };
    let signature = Signature::from_slice(&bytes(signature)?).map_err(|_| ManifestProblem::Signature)?;
    key.verify_strict(signed.as_bytes(), &signature)
        .map_err(|_| ManifestProblem::Signature)?;
    if payload.sha256 != hex::encode(Sha256::digest(sums)) {
        return Err(ManifestProblem::OtherSums);
    }
    let of = payload.institution.as_ref();
    if of.is_some_and(|dids| !dids.contains(&payload.iss)) {
        return Err(ManifestProblem::NotItsIssuer);
    }
    Ok(Signed {
        issuer: payload.iss,
        key: header.kid,
        institution: payload.institution,
        at: DateTime::from_timestamp(payload.iat, 0).ok_or(ManifestProblem::Form)?,
        files: payload.files,
        badges: payload.badges,
    })
}

/// The key of that name, where the issuer publishes it for signing. A name that is not the text of its key would let another key
/// pass under the name that somebody trusts.
fn key_of(issuer: &str, kid: &str, issuers: &BTreeMap<String, Value>) -> Option<PublicKey> {
    let document = issuers.get(issuer)?;
    let listed = |member: &str| document.get(member)?.as_array();
    let asserts = |entry: &Value| entry.as_str() == Some(kid);
    if !listed("assertionMethod")?.iter().any(asserts) {
        return None;
    }
    let named = |entry: &&Value| {
        let text = |member: &str| entry.get(member).and_then(Value::as_str);
        text("id") == Some(kid) && text("controller") == Some(issuer)
    };
    let method = listed("verificationMethod")?.iter().find(named)?;
    let key = method.get("publicKeyMultibase")?.as_str()?;
    let is_its_name = kid.strip_prefix(issuer)?.strip_prefix('#')? == key;
    PublicKey::from_multikey(key).ok().filter(|_| is_its_name)
}
