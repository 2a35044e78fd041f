//! The master key and what it protects: private keys at rest, sealed tokens, links that live for a minute.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::random::{self, Random};

pub(crate) mod key_file;

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretsError {
    #[error("The master key must be 32 bytes in base64. Make one with `openssl rand -base64 32`.")]
    NotAKey,
    #[error("The master key file {0} can be read by others. Take that right away: chmod 600 {0}")]
    Open(String),
    #[error("The master key file {0} could not be used: {1}")]
    File(String, std::io::Error),
    #[error(
        "A stored key cannot be decrypted: the master key is not the one it was encrypted with. \
         Start with the key that this data was made with; after `cairn keys rotate-master` that is the new one."
    )]
    WrongKey,
    #[error(
        "There is no master key file {0}, but the database holds keys that were encrypted with one. \
         Put the file back from where you keep it, or name the key in the setting master_key."
    )]
    NoKeyFile(String),
    #[error(
        "The keys in the database were encrypted with an older master key, the one in the file {0}. \
         If you put an older database back, copy that file over master.key and start again."
    )]
    OlderKey(String),
}

/// Encrypts and decrypts under keys derived from the master key, one for each purpose.
#[derive(Clone)]
pub(crate) struct Vault {
    master: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// A vault under a given master key.
    #[must_use]
    pub(crate) fn new(master: [u8; 32]) -> Self {
        Self {
            master: Zeroizing::new(master),
        }
    }

    /// A vault under the master key that `text` writes in base64.
    ///
    /// # Errors
    /// [`SecretsError::NotAKey`] when it is not 32 bytes.
    pub(crate) fn from_text(text: &SecretString) -> Result<Self, SecretsError> {
        let text = text.expose_secret().trim();
        let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| SecretsError::NotAKey)?);
        let master = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SecretsError::NotAKey)?;
        Ok(Self::new(master))
    }

    /// The master key in base64, as its file holds it.
    fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.master.as_ref()))
    }

    /// Sixteen hex digits by which people tell master keys apart. They say nothing about the key.
    #[must_use]
    pub(crate) fn fingerprint(&self) -> String {
        let derived = self.derive("fingerprint");
        hex::encode(derived.first_chunk::<8>().unwrap_or(&[0; 8]))
    }

    /// A key for one purpose: HMAC-SHA-256 of the purpose under the master key.
    #[must_use]
    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0_u8; 32]);
        if let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.master.as_ref()) {
            mac.update(purpose.as_bytes());
            key.copy_from_slice(&mac.finalize().into_bytes());
        }
        key
    }

    /// Encrypts `plain` for `purpose`, which must be named again to open it. Text in base64url.
    #[must_use]
    pub(crate) fn seal(&self, purpose: &str, plain: &[u8], random: &dyn Random) -> String {
        let nonce: [u8; 12] = random::bytes(random);
        let cipher = ChaCha20Poly1305::new(&Key::from(*self.derive(purpose)));
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        // The cipher refuses only messages of more than 256 GiB.
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload).unwrap_or_default();
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Vault::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`SecretsError::WrongKey`] for another key, another purpose or a changed text.
    pub(crate) fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
        let bytes = URL_SAFE_NO_PAD
            .decode(sealed)
            .map_err(|_| SecretsError::WrongKey)?;
        let (nonce, body) = bytes.split_first_chunk::<12>().ok_or(SecretsError::WrongKey)?;
        let cipher = ChaCha20Poly1305::new(&Key::from(*self.derive(purpose)));
        let payload = Payload {
            msg: body,
            aad: purpose.as_bytes(),
        };
        cipher
            .decrypt(&Nonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| SecretsError::WrongKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let vault = Vault::new([1; 32]);
        let random = SeededRandom::new(1);
        let sealed = vault.seal("issuer key", b"secret", &random);
        assert_eq!(vault.open("issuer key", &sealed).unwrap().as_slice(), b"secret");
        assert!(vault.open("tool key", &sealed).is_err());
        assert!(Vault::new([2; 32]).open("issuer key", &sealed).is_err());
        assert!(!format!("{vault:?}").contains('1'));
    }

    #[test]
    fn a_key_of_the_wrong_length_is_refused() {
        let text = |bytes: &[u8]| SecretString::from(STANDARD.encode(bytes));
        let error = Vault::from_text(&text(&[1; 16])).unwrap_err();
        assert!(matches!(error, SecretsError::NotAKey));
        assert!(Vault::from_text(&"nonsense!".to_owned().into()).is_err());
        let vault = Vault::from_text(&text(&[1; 32])).unwrap();
        assert_eq!(vault.fingerprint(), Vault::new([1; 32]).fingerprint());
    }

    #[test]
    fn a_fingerprint_tells_keys_apart() {
        let (one, two) = (
            Vault::new([1; 32]).fingerprint(),
            Vault::new([2; 32]).fingerprint(),
        );
        assert_ne!(one, two);
        assert_eq!(one.len(), 16, "{one}");
    }
}
