//! Data Integrity proofs with `eddsa-rdfc-2022` (Data Integrity `EdDSA` Cryptosuites 1.0, section 3.2).
//!
//! What is signed: SHA-256 of the canonical proof configuration, then SHA-256 of the canonical document.

use std::fmt;

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::canon::{canonical, canonical_bounded};
use super::credential::{ClrCredential, EndorsementCredential, OpenBadgeCredential, Proof, wire};
use super::emit::{Emit, Emitter, Graph, proof_config};
use super::error::Error;
use super::multibase;
use super::status::StatusListCredential;

/// The one cryptosuite that is written and read here.
pub const SUITE: &str = "eddsa-rdfc-2022";

/// The exact bytes of a signed document. They are stored and served as they are, and never made again.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedBytes(String);

impl SignedBytes {
    pub(super) fn of(text: String) -> Self {
        Self(text)
    }

    /// The document as text: JSON in UTF-8, or a compact token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The document as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The document, to be stored.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for SignedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedBytes({} bytes)", self.0.len())
    }
}

mod sealed {
    use super::{ClrCredential, EndorsementCredential, OpenBadgeCredential, Proof, StatusListCredential};

    /// The place of the proofs.
    pub trait Proofs {
        fn proofs(&self) -> &[Proof];
        fn proofs_mut(&mut self) -> &mut Vec<Proof>;
    }

    macro_rules! proofs {
        ($($name:ty),*) => {$(
            impl Proofs for $name {
                fn proofs(&self) -> &[Proof] {
                    &self.proof
                }
                fn proofs_mut(&mut self) -> &mut Vec<Proof> {
                    &mut self.proof
                }
            }
        )*};
    }

    proofs!(
        OpenBadgeCredential,
        EndorsementCredential,
        StatusListCredential,
        ClrCredential
    );
}

/// A document that can be signed: a badge, an endorsement, a status list or a record.
pub trait Signable: Serialize + Clone + sealed::Proofs {
    /// The canonical N-Quads of the document without its own proofs.
    ///
    /// # Errors
    /// When it holds something that cannot be signed.
    fn canonical(&self) -> Result<String, Error>;
}

impl<T: Serialize + Clone + sealed::Proofs + Emit> Signable for T {
    fn canonical(&self) -> Result<String, Error> {
        if self.proofs().is_empty() {
            return Ok(canonical(&Emitter::graph_of(self)?));
        }
        let mut bare = self.clone();
        bare.proofs_mut().clear();
        Ok(canonical(&Emitter::graph_of(&bare)?))
    }
}

/// The canonical N-Quads of a proof without its value.
///
/// # Errors
/// When the verification method is not an absolute IRI.
pub fn canonical_config(proof: &Proof) -> Result<String, Error> {
    Ok(canonical(&proof_config(proof)?))
}

/// Adds a proof to a document that has none.
///
/// `verification_method` is the DID URL of `key`; `created` is written in whole seconds.
///
/// # Errors
/// When the document has a proof already, or holds something that cannot be signed.
pub fn attach<T: Signable>(
    document: &T,
    key: &SigningKey,
    verification_method: &str,
    created: DateTime<Utc>,
) -> Result<T, Error> {
    if !document.proofs().is_empty() {
        return Err(Error::AlreadySigned);
    }
    let mut proof = Proof {
        kind: wire::ProofType::It,
        created,
        verification_method: verification_method.to_owned(),
        cryptosuite: wire::Cryptosuite::It,
        proof_purpose: wire::ProofPurpose::It,
        proof_value: String::new(),
    };
    let message = message(&canonical_config(&proof)?, &document.canonical()?);
    proof.proof_value = multibase::encode_signature(&key.sign(&message));
    let mut signed = document.clone();
    signed.proofs_mut().push(proof);
    Ok(signed)
}

/// Signs a document once and returns the bytes that are stored.
///
/// # Errors
/// As [`attach`].
pub fn sign<T: Signable>(
    document: &T,
    key: &SigningKey,
    verification_method: &str,
    created: DateTime<Utc>,
) -> Result<SignedBytes, Error> {
    let signed = attach(document, key, verification_method, created)?;
    Ok(SignedBytes(serde_json::to_string(&signed)?))
}

/// Whether the first proof of a typed document is by `key`. For foreign documents use [`super::verify`].
#[must_use]
pub fn verifies<T: Signable>(document: &T, key: &VerifyingKey) -> bool {
    let Some(proof) = document.proofs().first() else {
        return false;
    };
    let (Ok(config), Ok(canonical)) = (canonical_config(proof), document.canonical()) else {
        return false;
    };
    let Ok(signature) = multibase::decode_signature(&proof.proof_value) else {
        return false;
    };
    key.verify_strict(&message(&config, &canonical), &signature)
        .is_ok()
}

/// What a proof of that configuration signs of a stranger's document; nothing where its blank nodes are too entangled to
/// be told apart.
pub(crate) fn bounded_message(config: &Graph<'_>, document: &Graph<'_>) -> Option<[u8; 64]> {
    Some(message(
        &canonical_bounded(config)?,
        &canonical_bounded(document)?,
    ))
}

fn message(config: &str, document: &str) -> [u8; 64] {
    let mut message = [0; 64];
    let (first, second) = message.split_at_mut(32);
    first.copy_from_slice(&Sha256::digest(config));
    second.copy_from_slice(&Sha256::digest(document));
    message
}
