//! A platform's public keys, parsed once per fetch.
//!
//! The RSA arithmetic is aws-lc's; `openid` lends such a key to openidconnect.

use std::sync::Arc;

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::KeyFault;
use crate::registration::Algorithm;

/// More keys than this in one set are ignored.
const MAX_KEYS: usize = 64;

/// A JWK as published (RFC 7517); members of other key types are ignored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// An RSA public key of at least 2,048 bits that may verify signatures. Cheap to clone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Jwk", into = "Jwk")]
pub struct PlatformKey(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kid: String,
    alg: Option<Algorithm>,
    components: RsaPublicKeyComponents<Vec<u8>>,
    /// The same key, parsed for the common algorithm.
    rs256: ParsedPublicKey,
}

impl TryFrom<Jwk> for PlatformKey {
    type Error = KeyFault;

    fn try_from(jwk: Jwk) -> Result<Self, KeyFault> {
        match jwk.kty.as_str() {
            "RSA" => {}
            "oct" => return Err(KeyFault::Symmetric),
            _ => return Err(KeyFault::Type(jwk.kty)),
        }
        if jwk.usage.is_some_and(|usage| usage != "sig") {
            return Err(KeyFault::Use);
        }
        let alg = jwk
            .alg
            .map(|name| name.parse().map_err(|_| KeyFault::Algorithm))
            .transpose()?;
        let number = |text: Option<String>| {
            let bytes = text.and_then(|text| decode(&text)).ok_or(KeyFault::Unreadable)?;
            let bytes: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            if bytes.is_empty() {
                Err(KeyFault::Unreadable)
            } else {
                Ok(bytes)
            }
        };
        let components = RsaPublicKeyComponents {
            n: number(jwk.n)?,
            e: number(jwk.e)?,
        };
        let first = components
            .n
            .first()
            .map_or(0, |byte| usize::try_from(byte.leading_zeros()).unwrap_or(0));
        let bits = (components.n.len() * 8).saturating_sub(first);
        if bits < 2_048 {
            return Err(KeyFault::Small(bits));
        }
        // An exponent of one verifies every message, and an even one none.
        let odd = components.e.last().is_some_and(|byte| byte % 2 == 1);
        if !odd || components.e == [1] {
            return Err(KeyFault::Unreadable);
        }
        let rs256 = components
            .to_parsed_public_key(&signature::RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| KeyFault::Unreadable)?;
        Ok(Self(Arc::new(Inner {
            kid: jwk.kid,
            alg,
            components,
            rs256,
        })))
    }
}

/// A number of a key (RFC 7518, section 6.3.1), also in plain base64 instead of base64url: Schoology publishes its keys so.
fn decode(text: &str) -> Option<Vec<u8>> {
    let url_safe: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            c => c,
        })
        .collect();
    URL_SAFE_NO_PAD.decode(url_safe).ok()
}

impl From<PlatformKey> for Jwk {
    fn from(key: PlatformKey) -> Self {
        Self {
            kty: "RSA".to_owned(),
            kid: key.0.kid.clone(),
            alg: key.0.alg.map(|alg| alg.as_str().to_owned()),
            usage: Some("sig".to_owned()),
            n: Some(URL_SAFE_NO_PAD.encode(&key.0.components.n)),
            e: Some(URL_SAFE_NO_PAD.encode(&key.0.components.e)),
        }
    }
}

/// The same number for the same algorithm, under the same name.
impl PartialEq for PlatformKey {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&self.0, &other.0);
        let (key, known) = (&one.components, &other.components);
        (&one.kid, one.alg, &key.n, &key.e) == (&other.kid, other.alg, &known.n, &known.e)
    }
}

impl Eq for PlatformKey {}

impl PlatformKey {
    /// The key id under which it is published.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.0.kid
    }

    /// Whether this key may be used with `algorithm`: any, unless the set ties it to one.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.0.alg.is_none_or(|alg| alg == algorithm)
    }

    /// Whether `signature` over `message` was made with the private half.
    #[must_use]
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let components = &self.0.components;
        match algorithm {
            Algorithm::Rs256 => self.0.rs256.verify_sig(message, signature).is_ok(),
            Algorithm::Rs384 => components
                .verify(&signature::RSA_PKCS1_2048_8192_SHA384, message, signature)
                .is_ok(),
            Algorithm::Rs512 => components
                .verify(&signature::RSA_PKCS1_2048_8192_SHA512, message, signature)
                .is_ok(),
        }
    }
}

/// A platform's key set. Unusable keys are kept with their fault, so that a launch signed with one can say why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet(Vec<(String, Result<PlatformKey, KeyFault>)>);

impl KeySet {
    /// Reads a JSON Web Key Set (RFC 7517, section 5); keys without `kid` are passed over.
    ///
    /// # Errors
    /// A sentence part when the body is no key set at all.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let published: Published = serde_json::from_slice(body).map_err(|_| match body.trim_ascii() {
            b"" => "the answer is empty".to_owned(),
            _ => "the answer is not a JSON Web Key Set".to_owned(),
        })?;
        let keys = published.keys.into_iter().take(MAX_KEYS).filter_map(|value| {
            let kid = value.get("kid")?.as_str()?.to_owned();
            let key = serde_json::from_value::<Jwk>(value).map_err(|_| KeyFault::Unreadable);
            Some((kid, key.and_then(PlatformKey::try_from)))
        });
        Ok(Self(keys.collect()))
    }

    /// Ids of the keys that can verify something.
    #[must_use]
    pub fn usable(&self) -> Vec<String> {
        let usable = self.0.iter().filter(|(_, key)| key.is_ok());
        usable.map(|(kid, _)| kid.clone()).collect()
    }

    /// The key of that id, or why it cannot be used; a usable one goes first when an id occurs twice.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<Result<PlatformKey, KeyFault>> {
        let named = || {
            self.0
                .iter()
                .filter(|(known, _)| known == kid)
                .map(|(_, key)| key)
        };
        named()
            .find(|key| key.is_ok())
            .or_else(|| named().next())
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fault_of(jwk: &Value) -> Option<KeyFault> {
        let set = KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
        set.find("k").unwrap().err()
    }

    fn jwk() -> Value {
        let mut jwk = serde_json::to_value(crate::testing::tool_key().public_jwk()).unwrap();
        jwk["kid"] = json!("k");
        jwk
    }

    #[test]
    fn each_unusable_key_says_why() {
        assert_eq!(fault_of(&jwk()), None);
        assert_eq!(
            fault_of(&json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0"})),
            Some(KeyFault::Symmetric)
        );
        assert_eq!(
            fault_of(&json!({"kty": "EC", "kid": "k", "crv": "P-256"})),
            Some(KeyFault::Type("EC".into()))
        );
        let changed = |member: &str, value: Value| {
            let mut jwk = jwk();
            jwk[member] = value;
            fault_of(&jwk)
        };
        assert_eq!(changed("use", json!("enc")), Some(KeyFault::Use));
        assert_eq!(changed("alg", json!("RSA-OAEP")), Some(KeyFault::Algorithm));
        assert_eq!(changed("n", json!("!")), Some(KeyFault::Unreadable));
        assert_eq!(changed("n", json!("")), Some(KeyFault::Unreadable));
        assert_eq!(changed("e", Value::Null), Some(KeyFault::Unreadable));
        assert_eq!(
            changed("e", json!("AQ")),
            Some(KeyFault::Unreadable),
            "an exponent of 1 verifies everything"
        );
        assert_eq!(
            changed("n", json!(URL_SAFE_NO_PAD.encode([0xff; 128]))),
            Some(KeyFault::Small(1_024))
        );
    }

    #[test]
    fn a_key_in_plain_base64_is_the_same_key() {
        let plain = |member: &Value| {
            let bytes = URL_SAFE_NO_PAD.decode(member.as_str().unwrap()).unwrap();
            base64::engine::general_purpose::STANDARD.encode(bytes)
        };
        let (url_safe, mut standard) = (jwk(), jwk());
        standard["n"] = plain(&url_safe["n"]).into();
        standard["e"] = plain(&url_safe["e"]).into();
        assert!(
            standard["n"].as_str().unwrap().ends_with("=="),
            "256 bytes are padded"
        );
        let key = |jwk: Value| {
            let set = KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
            set.find("k").unwrap().unwrap()
        };
        assert_eq!(key(standard), key(url_safe));
        // One of them has both letters that the two alphabets do not share.
        let odd = json!("+/8=");
        assert_eq!(decode(odd.as_str().unwrap()), Some(vec![0xfb, 0xff]));
    }

    #[test]
    fn a_usable_key_wins_over_an_unusable_one_of_the_same_id() {
        let set = json!({ "keys": [{"kty": "oct", "kid": "k"}, {"kty": "RSA"}, 7, jwk()] });
        let set = KeySet::parse(set.to_string().as_bytes()).unwrap();
        assert!(set.find("k").unwrap().is_ok());
        assert!(set.find("other").is_none());
    }

    #[test]
    fn what_is_no_key_set_is_said_to_be_none() {
        for body in ["", "<html>", "{}", "[]", r#"{"keys":{}}"#] {
            assert!(KeySet::parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}
