//! Public keys of issuers, in the two notations of DID documents: Multikey and JSON Web Key.
//!
//! Ed25519 signs the Data Integrity form, P-256 (ES256) the token form: the 1EdTech validator takes no `EdDSA` tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use p256::ecdsa::VerifyingKey as P256Key;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::multibase::{self, MultibaseError};

/// The multicodec prefix of a compressed P-256 public key (`0x1200`, as a varint).
const P256_PUBLIC: [u8; 2] = [0x80, 0x24];

/// A key that is not what its place asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the notation of a Multikey.
    #[error(transparent)]
    Multibase(#[from] MultibaseError),
    /// Neither Ed25519 nor P-256.
    #[error("this is neither an Ed25519 nor a P-256 public key")]
    Kind,
    /// Coordinates that are no point of the curve, or not written as RFC 7518 says.
    #[error("the key's coordinates are no point of its curve")]
    Point,
    /// A private key where the public one belongs.
    #[error("the key carries its private half")]
    Private,
}

/// A public key that verifies credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// For `eddsa-rdfc-2022` and for tokens with `EdDSA`.
    Ed25519(VerifyingKey),
    /// For tokens with `ES256`.
    P256(P256Key),
}

impl From<&VerifyingKey> for PublicKey {
    fn from(key: &VerifyingKey) -> Self {
        Self::Ed25519(*key)
    }
}

impl From<&P256Key> for PublicKey {
    fn from(key: &P256Key) -> Self {
        Self::P256(*key)
    }
}

impl From<&Self> for PublicKey {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

/// A public key as JSON (RFC 7517; RFC 8037 for Ed25519).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// `EC` or `OKP`.
    pub kty: String,
    /// `P-256` or `Ed25519`.
    pub crv: String,
    /// 32 bytes in base64url.
    pub x: String,
    /// 32 bytes in base64url; only of `EC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

impl PublicKey {
    /// The key as Multikey (Controlled Identifiers 1.0, section 2.2.2): `z6Mk…` or `zDn…`.
    #[must_use]
    pub fn multikey(&self) -> String {
        match self {
            Self::Ed25519(key) => multibase::encode_key(key),
            Self::P256(key) => {
                let point = key.to_sec1_point(true);
                let bytes = [P256_PUBLIC.as_slice(), point.as_bytes()].concat();
                format!("z{}", bs58::encode(bytes).into_string())
            }
        }
    }

    /// The key behind a Multikey.
    ///
    /// # Errors
    /// When it is none, or of another kind than Ed25519 and P-256.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let bytes = multibase::base58(text)?;
        match bytes.strip_prefix(&P256_PUBLIC) {
            Some(point) if point.len() == 33 => P256Key::from_sec1_bytes(point)
                .map(Self::P256)
                .map_err(|_| KeyError::Point),
            Some(_) => Err(KeyError::Point),
            None => match multibase::decode_key(text) {
                Ok(key) => Ok(Self::Ed25519(key)),
                Err(_) => Err(KeyError::Kind),
            },
        }
    }

    /// The key as a JSON Web Key, without anything that is not the key itself.
    #[must_use]
    pub fn jwk(&self) -> Jwk {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ed25519(key) => Jwk {
                kty: "OKP".to_owned(),
                crv: "Ed25519".to_owned(),
                x: text(key.as_bytes()),
                y: None,
            },
            Self::P256(key) => {
                // Without compression: 4, then the two coordinates.
                let point = key.to_sec1_point(false);
                let (x, y) = (point.x(), point.y());
                Jwk {
                    kty: "EC".to_owned(),
                    crv: "P-256".to_owned(),
                    x: x.map(|x| text(x)).unwrap_or_default(),
                    y: y.map(|y| text(y)),
                }
            }
        }
    }

    /// The key behind a JSON Web Key of whomever. Members that say nothing of the key itself (`kid`, `alg`, `use`) are
    /// passed over.
    ///
    /// # Errors
    /// When it is of another kind, carries its private half, or is no point of its curve.
    pub fn from_jwk(value: &Value) -> Result<Self, KeyError> {
        if value.get("d").is_some() {
            return Err(KeyError::Private);
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let coordinate = |name: &str| {
            let bytes = text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
            bytes
                .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                .ok_or(KeyError::Point)
        };
        match (text("kty"), text("crv")) {
            (Some("OKP"), Some("Ed25519")) => VerifyingKey::from_bytes(&coordinate("x")?)
                .map(Self::Ed25519)
                .map_err(|_| KeyError::Point),
            (Some("EC"), Some("P-256")) => {
                let (x, y) = (coordinate("x")?, coordinate("y")?);
                let point = [[4].as_slice(), &x, &y].concat();
                P256Key::from_sec1_bytes(&point)
                    .map(Self::P256)
                    .map_err(|_| KeyError::Point)
            }
            _ => Err(KeyError::Kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn both() -> [PublicKey; 2] {
        let ed = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let es = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        [(&ed.verifying_key()).into(), es.verifying_key().into()]
    }

    #[test]
    fn a_key_survives_both_notations() {
        for (key, begins) in both().iter().zip(["z6Mk", "zDn"]) {
            assert!(key.multikey().starts_with(begins), "{}", key.multikey());
            assert_eq!(PublicKey::from_multikey(&key.multikey()).as_ref(), Ok(key));
            let jwk = serde_json::to_value(key.jwk()).unwrap();
            assert_eq!(PublicKey::from_jwk(&jwk).as_ref(), Ok(key));
        }
    }

    /// The published P-256 key of Controlled Identifiers 1.0 and of the did:key method, in both notations.
    #[test]
    fn a_published_key_is_read_alike_in_both_notations() {
        let multikey = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv";
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns",
            "y": "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM" });
        let key = PublicKey::from_multikey(multikey).unwrap();
        assert_eq!(serde_json::to_value(key.jwk()).unwrap(), jwk);
        assert_eq!(PublicKey::from_jwk(&jwk), Ok(key));
    }

    #[test]
    fn each_fault_of_a_key_has_its_name() {
        let [_, es] = both();
        let mut jwk = serde_json::to_value(es.jwk()).unwrap();
        jwk["kid"] = json!("x");
        assert_eq!(PublicKey::from_jwk(&jwk), Ok(es.clone()));
        let with = |name: &str, value: Value| {
            let mut changed = jwk.clone();
            changed[name] = value;
            PublicKey::from_jwk(&changed)
        };
        assert_eq!(with("d", json!("AA")), Err(KeyError::Private));
        assert_eq!(with("crv", json!("P-384")), Err(KeyError::Kind));
        assert_eq!(with("kty", json!("oct")), Err(KeyError::Kind));
        assert_eq!(with("x", json!("AA")), Err(KeyError::Point));
        assert_eq!(with("y", jwk["x"].clone()), Err(KeyError::Point));
        assert_eq!(PublicKey::from_multikey("zDna"), Err(KeyError::Kind));
        assert_eq!(
            PublicKey::from_multikey("x"),
            Err(KeyError::Multibase(MultibaseError::Prefix('z')))
        );
        let short = format!("z{}", bs58::encode([0x80, 0x24, 2]).into_string());
        assert_eq!(PublicKey::from_multikey(&short), Err(KeyError::Point));
    }
}
