//! The three multibase notations of this field: keys and proofs in base58-btc (`z`), bit strings in base64url (`u`).
//! `bs58` and `base64` do the work; a crate for all of multibase would take the two dozen other notations as well.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};

/// The multicodec prefix of an ed25519 public key (`0xed`, as a varint).
const ED25519_PUBLIC: [u8; 2] = [0xed, 0x01];

/// A text that is not what its place asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultibaseError {
    /// Another base, or none.
    #[error("expected text that begins with {0:?}")]
    Prefix(char),
    /// Characters outside the alphabet.
    #[error("the text is not valid for its base")]
    Alphabet,
    /// Well written, but not an ed25519 public key.
    #[error("this is not an ed25519 public key (Multikey z6Mk…)")]
    NotEd25519,
    /// A proof value that is not 64 bytes.
    #[error("an ed25519 signature has 64 bytes")]
    SignatureLength,
    /// Longer than anything that belongs here.
    #[error("the text is too long")]
    TooLong,
}

/// A public key as Multikey: `z6Mk…` (Controlled Identifiers 1.0, section 2.2.2).
#[must_use]
pub fn encode_key(key: &VerifyingKey) -> String {
    let bytes: Vec<u8> = ED25519_PUBLIC.iter().chain(key.as_bytes()).copied().collect();
    format!("z{}", bs58::encode(bytes).into_string())
}

/// The key behind `z6Mk…`.
///
/// # Errors
/// When the text is no Multikey of an ed25519 public key.
pub fn decode_key(text: &str) -> Result<VerifyingKey, MultibaseError> {
    let bytes = base58(text)?;
    let key = bytes
        .strip_prefix(&ED25519_PUBLIC)
        .ok_or(MultibaseError::NotEd25519)?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| MultibaseError::NotEd25519)?;
    VerifyingKey::from_bytes(&key).map_err(|_| MultibaseError::NotEd25519)
}

/// A signature as `proofValue`.
#[must_use]
pub fn encode_signature(signature: &Signature) -> String {
    format!("z{}", bs58::encode(signature.to_bytes()).into_string())
}

/// The signature behind a `proofValue`.
///
/// # Errors
/// When the text is not 64 bytes in base58-btc.
pub fn decode_signature(text: &str) -> Result<Signature, MultibaseError> {
    Signature::from_slice(&base58(text)?).map_err(|_| MultibaseError::SignatureLength)
}

/// Bytes as `u` and unpadded base64url.
#[must_use]
pub fn encode_base64url(bytes: &[u8]) -> String {
    format!("u{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The bytes behind `u…`.
///
/// # Errors
/// When the text is not in that notation.
pub fn decode_base64url(text: &str) -> Result<Vec<u8>, MultibaseError> {
    let text = text.strip_prefix('u').ok_or(MultibaseError::Prefix('u'))?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| MultibaseError::Alphabet)
}

pub(super) fn base58(text: &str) -> Result<Vec<u8>, MultibaseError> {
    // Decoding takes time that grows with the square of the length; keys and signatures are short.
    if text.len() > 128 {
        return Err(MultibaseError::TooLong);
    }
    let text = text.strip_prefix('z').ok_or(MultibaseError::Prefix('z'))?;
    bs58::decode(text)
        .into_vec()
        .map_err(|_| MultibaseError::Alphabet)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX";

    #[test]
    fn a_published_key_survives_the_round_trip() {
        assert_eq!(encode_key(&decode_key(KEY).unwrap()), KEY);
    }

    #[test]
    fn other_notations_are_told_apart() {
        assert_eq!(decode_key("m6Mk"), Err(MultibaseError::Prefix('z')));
        assert_eq!(decode_key("z6Mk"), Err(MultibaseError::NotEd25519));
        assert_eq!(decode_key("z0OIl"), Err(MultibaseError::Alphabet));
        assert_eq!(
            decode_key(&format!("z{}", "1".repeat(200))),
            Err(MultibaseError::TooLong)
        );
        assert_eq!(decode_signature("z11"), Err(MultibaseError::SignatureLength));
        assert_eq!(decode_base64url("zAA"), Err(MultibaseError::Prefix('u')));
        assert_eq!(decode_base64url("uA+"), Err(MultibaseError::Alphabet));
    }
}
