//! The three multibase notations of this field: keys and proofs in base58-btc (`z`), bit strings in base64url (`u`).
//! `bs58` and `base64` do the work; a crate for all of multibase would take the two dozen other notations as well.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};

/// The multicodec prefix of an ed25519 public key (`0xed`, as a varint).
const ED25519_PUBLIC: [u8; 2] = [0xed, 0x01];
/// The digits of base58-btc.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

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
    let digits = base58_digits(&signature.to_bytes());
    let text = digits
        .iter()
        .filter_map(|digit| ALPHABET.get(usize::from(*digit)));
    std::iter::once(&b'z')
        .chain(text)
        .map(|character| char::from(*character))
        .collect()
}

/// The digits of 64 bytes in base58. `bs58` divides digit by digit and byte by byte, which took a quarter of the time of the
/// signature itself; this divides by five digits and four bytes at a time.
fn base58_digits(bytes: &[u8; 64]) -> Vec<u8> {
    const FIVE_DIGITS: u64 = 58_u64.pow(5);
    /// 58 to the power of five times eighteen is more than 64 bytes hold.
    const ROUNDS: usize = 18;
    let (words, _) = bytes.as_chunks::<4>();
    let mut words: Vec<u64> = words
        .iter()
        .map(|word| u32::from_be_bytes(*word).into())
        .collect();
    // Last digit first.
    let mut digits = Vec::with_capacity(5 * ROUNDS);
    for _ in 0..ROUNDS {
        let mut remainder = 0;
        for word in &mut words {
            let value = (remainder << 32) | *word;
            *word = value / FIVE_DIGITS;
            remainder = value % FIVE_DIGITS;
        }
        for _ in 0..5 {
            digits.push(u8::try_from(remainder % 58).unwrap_or_default());
            remainder /= 58;
        }
    }
    // A zero in front is no digit, but for one for each byte of zero in front.
    let significant = digits
        .iter()
        .rposition(|digit| *digit != 0)
        .map_or(0, |at| at + 1);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    digits.resize(significant + zeros, 0);
    digits.reverse();
    digits
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
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX";

    #[test]
    fn a_published_key_survives_the_round_trip() {
        assert_eq!(encode_key(&decode_key(KEY).unwrap()), KEY);
    }

    #[test]
    fn zeros_in_front_are_digits_of_their_own() {
        for zeros in 0..=64 {
            let mut bytes = [0xff; 64];
            bytes[..zeros].fill(0);
            let expected = format!("z{}", bs58::encode(bytes).into_string());
            assert_eq!(encode_signature(&Signature::from_bytes(&bytes)), expected);
        }
    }

    proptest! {
        #[test]
        fn a_signature_is_written_as_bs58_writes_it(bytes in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
            let both: [u8; 64] = [bytes, other].concat().try_into().unwrap();
            let expected = format!("z{}", bs58::encode(both).into_string());
            prop_assert_eq!(encode_signature(&Signature::from_bytes(&both)), expected);
        }
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
