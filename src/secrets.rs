//! The master key and what it protects: private keys at rest, sealed tokens, links that live for a minute.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::random::{self, Random};

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("The master key must be 32 bytes in base64. Make one with `openssl rand -base64 32`.")]
    NotAKey,
    #[error("The master key file {0} can be read by others. Take that right away: chmod 600 {0}")]
    Open(String),
    #[error("The master key file {0} could not be used: {1}")]
    File(String, std::io::Error),
    #[error(
        "A stored key cannot be decrypted: the master key is not the one it was encrypted with. \
         Start with the key that this data was made with."
    )]
    WrongKey,
}

/// Encrypts and decrypts under keys derived from the master key, one for each purpose.
#[derive(Clone)]
pub struct Vault {
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
    pub fn new(master: [u8; 32]) -> Self {
        Self {
            master: Zeroizing::new(master),
        }
    }

    /// The vault of an installation: the key from the settings, else from `master.key` in the data folder, which is
    /// made at the first start with rights for its owner alone.
    ///
    /// # Errors
    /// [`SecretsError`] when the key is malformed, or the file is readable by others or cannot be used.
    pub fn open_or_create(
        setting: Option<&SecretString>,
        data_dir: &Path,
        random: &dyn Random,
    ) -> Result<Self, SecretsError> {
        if let Some(text) = setting {
            return Ok(Self::new(decode(text.expose_secret())?));
        }
        let path = data_dir.join("master.key");
        let failed = |error| SecretsError::File(path.display().to_string(), error);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                owner_only(&path)?;
                Ok(Self::new(decode(&text)?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let master: [u8; 32] = random::bytes(random);
                match create_private(&path, &STANDARD.encode(master)) {
                    Ok(()) => Ok(Self::new(master)),
                    // Another process was first: its key is the one.
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                        Self::open_or_create(None, data_dir, random)
                    }
                    Err(error) => Err(failed(error)),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// A key for one purpose: HMAC-SHA-256 of the purpose under the master key.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0_u8; 32]);
        if let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.master.as_ref()) {
            mac.update(purpose.as_bytes());
            key.copy_from_slice(&mac.finalize().into_bytes());
        }
        key
    }

    /// Encrypts `plain` for `purpose`, which must be named again to open it. Text in base64url.
    #[must_use]
    pub fn seal(&self, purpose: &str, plain: &[u8], random: &dyn Random) -> String {
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
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SecretsError> {
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

fn decode(text: &str) -> Result<[u8; 32], SecretsError> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| SecretsError::NotAKey)?);
    <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SecretsError::NotAKey)
}

#[cfg(unix)]
fn owner_only(path: &Path) -> Result<(), SecretsError> {
    use std::os::unix::fs::PermissionsExt as _;
    let failed = |error| SecretsError::File(path.display().to_string(), error);
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(SecretsError::Open(path.display().to_string()))
    }
}

#[cfg(not(unix))]
fn owner_only(_: &Path) -> Result<(), SecretsError> {
    Ok(())
}

fn create_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    // Written beside its place and linked into it, so that nobody reads half a key.
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = folder.join(format!(".master.key.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let linked = written.and_then(|()| std::fs::hard_link(&temporary, path));
    let _ = std::fs::remove_file(&temporary);
    linked
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
    fn the_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = Vault::open_or_create(None, folder.path(), &SeededRandom::new(1)).unwrap();
        let again = Vault::open_or_create(None, folder.path(), &SeededRandom::new(2)).unwrap();
        assert_eq!(first.derive("x"), again.derive("x"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = folder.path().join("master.key");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            let error = Vault::open_or_create(None, folder.path(), &SeededRandom::new(3)).unwrap_err();
            assert!(matches!(error, SecretsError::Open(_)), "{error}");
        }
    }

    #[test]
    fn a_key_of_the_wrong_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let short: SecretString = STANDARD.encode([1; 16]).into();
        let error = Vault::open_or_create(Some(&short), folder.path(), &SeededRandom::new(1)).unwrap_err();
        assert!(matches!(error, SecretsError::NotAKey));
    }
}
