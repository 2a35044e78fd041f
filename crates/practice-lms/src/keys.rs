//! The practice LMS's own RSA keys and its own reading of JWTs (RFC 7515, RFC 7519), written apart from the
//! tool side so that one misreading cannot hide another.

use std::sync::OnceLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// A JSON object: a JWT header or its claims.
pub type Object = Map<String, Value>;

/// One signing key of the platform: RSA 2048, used with RS256.
pub struct PlatformKey {
    pair: RsaKeyPair,
    /// The key id that stands in JWT headers and in the key set.
    pub kid: String,
    modulus: String,
    exponent: String,
}

impl PlatformKey {
    fn generate() -> Option<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
        let (modulus, exponent) = components(pair.public_key().as_ref())?;
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &modulus);
        let kid = hex::encode(digest.as_ref()).chars().take(20).collect();
        Some(Self {
            pair,
            kid,
            modulus: encode(&modulus),
            exponent: encode(&exponent),
        })
    }

    /// The public half as a JWK (RFC 7517), with `kid`, `alg` and `use`.
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({"kty": "RSA", "alg": "RS256", "kid": self.kid, "e": self.exponent, "n": self.modulus, "use": "sig"})
    }

    /// Signs `header.claims` as a compact JWS with RS256, whatever the header says.
    #[must_use]
    pub fn sign(&self, header: &Object, claims: &Object) -> String {
        let text = |object: &Object| encode(serde_json::to_string(object).unwrap_or_default().as_bytes());
        let message = format!("{}.{}", text(header), text(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        );
        if signed.is_err() {
            signature.clear();
        }
        format!("{message}.{}", encode(&signature))
    }

    /// The private half in PKCS#8 DER, for a test that must sign something by hand.
    #[must_use]
    pub fn pkcs8(&self) -> Vec<u8> {
        AsDer::<aws_lc_rs::encoding::Pkcs8V1Der>::as_der(&self.pair)
            .map(|der| der.as_ref().to_vec())
            .unwrap_or_default()
    }
}

/// The platform's two keys: the one in use and the one it rotates to. Made once in a process, because making them is slow.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn platform_keys() -> std::io::Result<&'static [PlatformKey; 2]> {
    static KEYS: OnceLock<Option<[PlatformKey; 2]>> = OnceLock::new();
    KEYS.get_or_init(|| Some([PlatformKey::generate()?, PlatformKey::generate()?]))
        .as_ref()
        .ok_or_else(|| std::io::Error::other("the practice LMS could not make its RSA keys"))
}

/// A JWT taken apart, not yet verified.
pub struct Jwt {
    /// The decoded header.
    pub header: Object,
    /// The decoded claims.
    pub claims: Object,
    message: String,
    signature: Vec<u8>,
}

impl Jwt {
    /// Takes a compact JWS apart. None when it is not three parts of base64url with two JSON objects.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let object = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            message: message.to_owned(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// The header's `kid`.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// A claim that is a string.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// A claim that is a number of seconds since 1970.
    #[must_use]
    pub fn seconds(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim).and_then(Value::as_i64)
    }

    /// Whether the RS256 signature was made by the key of that `kid` in `key_set`.
    #[must_use]
    pub fn is_signed_by(&self, key_set: &Value) -> bool {
        let (Some("RS256"), Some(kid)) = (self.header.get("alg").and_then(Value::as_str), self.kid()) else {
            return false;
        };
        let keys = key_set
            .get("keys")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let Some(key) = keys
            .iter()
            .find(|key| key.get("kid").and_then(Value::as_str) == Some(kid))
        else {
            return false;
        };
        let part = |name: &str| {
            URL_SAFE_NO_PAD
                .decode(key.get(name).and_then(Value::as_str)?)
                .ok()
        };
        let (Some(n), Some(e)) = (part("n"), part("e")) else {
            return false;
        };
        RsaPublicKeyComponents { n, e }
            .verify(
                &RSA_PKCS1_2048_8192_SHA256,
                self.message.as_bytes(),
                &self.signature,
            )
            .is_ok()
    }
}

/// HS256 over a small JSON object: Canvas's `lti_message_hint` is such a token.
#[must_use]
pub fn sign_hint(secret: &[u8], claims: &Value) -> String {
    let message = format!(
        "{}.{}",
        encode(br#"{"typ":"JWT","alg":"HS256"}"#),
        encode(claims.to_string().as_bytes())
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", encode(tag.as_ref()))
}

/// Reads a hint made by [`sign_hint`] with the same secret.
#[must_use]
pub fn read_hint(secret: &[u8], text: &str) -> Option<Jwt> {
    let jwt = Jwt::parse(text)?;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    aws_lc_rs::hmac::verify(&key, jwt.message.as_bytes(), &jwt.signature).ok()?;
    Some(jwt)
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent out of an `RSAPublicKey` (RFC 8017, appendix A.1.1), without leading zeroes.
fn components(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (sequence, _) = element(der)?;
    let (modulus, rest) = element(sequence)?;
    let (exponent, _) = element(rest)?;
    let bare = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    Some((bare(modulus), bare(exponent)))
}

/// The content of the first DER element and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *first < 0x80 {
        return rest.split_at_checked(usize::from(*first));
    }
    let (count, rest) = rest.split_at_checked(usize::from(*first & 0x7f))?;
    let length = count
        .iter()
        .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_verifies_with_its_key_and_with_no_other() {
        let [first, second] = platform_keys().unwrap();
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": first.kid});
        let text = first.sign(
            header.as_object().unwrap(),
            json!({"sub": "5"}).as_object().unwrap(),
        );
        let jwt = Jwt::parse(&text).unwrap();
        assert_eq!(jwt.text("sub"), Some("5"));
        assert!(jwt.is_signed_by(&json!({"keys": [second.jwk(), first.jwk()]})));
        let mut other = second.jwk();
        other["kid"] = json!(first.kid);
        assert!(!jwt.is_signed_by(&json!({"keys": [other]})));
    }

    #[test]
    fn a_jwk_has_a_modulus_of_2048_bits_and_the_usual_exponent() {
        let jwk = platform_keys().unwrap()[0].jwk();
        assert_eq!(
            URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap().len(),
            256
        );
        assert_eq!(jwk["e"], "AQAB");
    }

    #[test]
    fn a_hint_is_read_only_with_its_secret() {
        let hint = sign_hint(b"one", &json!({"verifier": "v"}));
        assert_eq!(read_hint(b"one", &hint).unwrap().text("verifier"), Some("v"));
        assert!(read_hint(b"two", &hint).is_none());
    }
}
