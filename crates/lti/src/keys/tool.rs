//! The tool's own RSA key: signs client assertions and deep linking answers.

use aws_lc_rs::{encoding::AsDer, encoding::Pkcs8V1Der, rsa};
use ed25519_dalek::pkcs8::spki::der::SecretDocument;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::error::ToolKeyError;

const LABEL: &str = "PRIVATE KEY";

/// An RSA private key with its key id. RS256 only: what Moodle and Canvas accept everywhere.
#[derive(Clone)]
pub struct ToolKey {
    kid: String,
    encoding: EncodingKey,
    public: Jwk,
}

impl std::fmt::Debug for ToolKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl ToolKey {
    /// Makes a new 2,048-bit key and gives its PKCS#8 PEM form to be stored. The randomness is the cryptographic
    /// library's own: a key must never come from a seed.
    ///
    /// # Errors
    /// [`ToolKeyError::Generation`].
    pub fn generate() -> Result<(Self, Zeroizing<String>), ToolKeyError> {
        let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(|_| ToolKeyError::Generation)?;
        let der: Pkcs8V1Der<'static> = pair.as_der().map_err(|_| ToolKeyError::Generation)?;
        let document = SecretDocument::try_from(der.as_ref()).map_err(|_| ToolKeyError::Generation)?;
        let pem = document
            .to_pem(LABEL, LineEnding::LF)
            .map_err(|_| ToolKeyError::Generation)?;
        Ok((Self::from_pem(&pem)?, pem))
    }

    /// Reads a key in PKCS#8 PEM form.
    ///
    /// # Errors
    /// [`ToolKeyError::Unreadable`] when it is none, or weaker than 2,048 bits.
    pub fn from_pem(pem: &str) -> Result<Self, ToolKeyError> {
        let (label, document) = SecretDocument::from_pem(pem).map_err(|_| ToolKeyError::Unreadable)?;
        let pair = rsa::KeyPair::from_pkcs8(document.as_bytes()).map_err(|_| ToolKeyError::Unreadable)?;
        if label != LABEL || pair.public_modulus_len() < 256 {
            return Err(ToolKeyError::Unreadable);
        }
        let encoding = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| ToolKeyError::Unreadable)?;
        let mut public =
            Jwk::from_encoding_key(&encoding, Algorithm::RS256).map_err(|_| ToolKeyError::Unreadable)?;
        let kid = public
            .thumbprint(ThumbprintHash::SHA256)
            .map_err(|_| ToolKeyError::Unreadable)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self {
            kid,
            encoding,
            public,
        })
    }

    /// The key id: the thumbprint of RFC 7638 over SHA-256, in base64url.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The private key in the form in which `jsonwebtoken` signs.
    #[must_use]
    pub fn encoding_key(&self) -> &EncodingKey {
        &self.encoding
    }

    /// The public key with `kid`, `alg` RS256 and `use` sig (RFC 7517, section 4).
    #[must_use]
    pub fn public_jwk(&self) -> &Jwk {
        &self.public
    }

    /// The JSON Web Key Set to publish, newest key first; old keys stay in it while messages signed with them live.
    #[must_use]
    pub fn jwk_set<'a>(keys: impl IntoIterator<Item = &'a Self>) -> serde_json::Value {
        let keys: Vec<&Jwk> = keys.into_iter().map(Self::public_jwk).collect();
        serde_json::json!({ "keys": keys })
    }

    /// Signs `claims` as a compact RS256 JWT whose header names this key.
    ///
    /// # Errors
    /// [`ToolKeyError::Signing`] when the claims cannot be written as JSON.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, ToolKeyError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding)
            .map_err(|error| ToolKeyError::Signing(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::Digest as _;

    use super::*;
    use crate::keys::KeySet;
    use crate::registration::Algorithm as Allowed;

    #[test]
    fn a_key_survives_storing_and_publishes_only_its_public_half() {
        let (made, pem) = ToolKey::generate().unwrap();
        let read = ToolKey::from_pem(&pem).unwrap();
        assert_eq!(made.kid(), read.kid());

        let set = ToolKey::jwk_set([&read]);
        let key = &set["keys"][0];
        assert_eq!(
            (key["kty"].as_str(), key["alg"].as_str(), key["use"].as_str()),
            (Some("RSA"), Some("RS256"), Some("sig"))
        );
        assert_eq!(key["kid"].as_str(), Some(made.kid()));
        let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);

        // RFC 7638: SHA-256 of the required members in lexicographic order.
        let canonical = format!(r#"{{"e":{},"kty":"RSA","n":{}}}"#, key["e"], key["n"]);
        let thumbprint =
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(canonical));
        assert_eq!(thumbprint, made.kid());
    }

    #[test]
    fn what_it_signs_verifies_with_the_published_set() {
        let key = crate::testing::tool_key();
        let token = key.sign(&serde_json::json!({"iss": "client"})).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(signature)
            .unwrap();
        let set = KeySet::parse(ToolKey::jwk_set([key]).to_string().as_bytes()).unwrap();
        let found = set.find(key.kid()).unwrap().unwrap();
        assert!(found.verify(Allowed::Rs256, message.as_bytes(), &signature));
        assert!(!found.verify(Allowed::Rs256, b"something else", &signature));
        assert!(!found.verify(Allowed::Rs512, message.as_bytes(), &signature));
    }

    #[test]
    fn what_is_not_a_strong_rsa_key_is_refused() {
        let ed25519 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
        for pem in ["", "nonsense", ed25519] {
            assert_eq!(ToolKey::from_pem(pem).unwrap_err(), ToolKeyError::Unreadable);
        }
        assert!(!format!("{:?}", crate::testing::tool_key()).contains("encoding"));
    }
}
