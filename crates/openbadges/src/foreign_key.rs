//! Public keys of other people's making: beside the kinds that we sign with those that are only ever read, RSA (`RS256`) and
//! P-384 (`ES384`).

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Verifier as _;
use p384::ecdsa::VerifyingKey as P384Key;
use serde_json::Value;

use super::keys::{KeyError, PublicKey};
use super::multibase;

/// The multicodec prefix of a compressed P-384 public key (`0x1201`, as a varint).
const P384_PUBLIC: [u8; 2] = [0x81, 0x24];
/// The bits that an RSA key may have: fewer are weak, more cost time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
/// Tags of DER (X.690, section 8).
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// A public key that a stranger's badge is verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignKey {
    /// Of a kind that we sign with ourselves.
    Known(PublicKey),
    /// For tokens with `ES384`.
    P384(P384Key),
    /// For tokens with `RS256`.
    Rsa(RsaKey),
}

impl From<PublicKey> for ForeignKey {
    fn from(key: PublicKey) -> Self {
        Self::Known(key)
    }
}

/// An RSA public key of a size that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaKey {
    /// The key with this modulus and exponent, each with its highest byte first.
    fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let bare =
            |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().skip_while(|byte| *byte == 0).collect() };
        let (modulus, exponent) = (bare(modulus), bare(exponent));
        let unused = modulus.first().map_or(0, |first| first.leading_zeros());
        let bits = (modulus.len() * 8).saturating_sub(usize::try_from(unused).unwrap_or_default());
        let is_odd = exponent.last().is_some_and(|last| last & 1 == 1);
        if RSA_BITS.contains(&bits) && is_odd && exponent.len() <= 4 && exponent != [1] {
            Ok(Self { modulus, exponent })
        } else {
            Err(KeyError::Kind)
        }
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok()
    }
}

impl ForeignKey {
    /// The key behind a Multikey.
    ///
    /// # Errors
    /// When it is none, or of another kind than Ed25519, P-256 and P-384.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let bytes = multibase::base58(text)?;
        match bytes.strip_prefix(&P384_PUBLIC) {
            Some(point) if point.len() == 49 => P384Key::from_sec1_bytes(point)
                .map(Self::P384)
                .map_err(|_| KeyError::Point),
            Some(_) => Err(KeyError::Point),
            None => PublicKey::from_multikey(text).map(Self::Known),
        }
    }

    /// The key behind a JSON Web Key.
    ///
    /// # Errors
    /// When it is of another kind, carries its private half, or is no point of its curve.
    pub fn from_jwk(value: &Value) -> Result<Self, KeyError> {
        if value.get("d").is_some() {
            return Err(KeyError::Private);
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let bytes = |name: &str| {
            let decoded = text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
            decoded.ok_or(KeyError::Point)
        };
        match (text("kty"), text("crv")) {
            (Some("EC"), Some("P-384")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != 48 || y.len() != 48 {
                    return Err(KeyError::Point);
                }
                let point = [[4].as_slice(), &x, &y].concat();
                P384Key::from_sec1_bytes(&point)
                    .map(Self::P384)
                    .map_err(|_| KeyError::Point)
            }
            (Some("RSA"), _) => RsaKey::new(&bytes("n")?, &bytes("e")?).map(Self::Rsa),
            _ => PublicKey::from_jwk(value).map(Self::Known),
        }
    }

    /// An RSA key in PEM (RFC 7468), as `SubjectPublicKeyInfo` or `RSAPublicKey`: how keys of Open Badges 2.0 are written.
    ///
    /// # Errors
    /// When it is not an RSA key of a size that is used.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (_, after) = text.split_once("PUBLIC KEY-----").ok_or(KeyError::Kind)?;
        let (letters, _) = after.split_once("-----END").ok_or(KeyError::Kind)?;
        let letters: String = letters.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = STANDARD_NO_PAD
            .decode(letters.trim_end_matches('='))
            .map_err(|_| KeyError::Kind)?;
        let inside = only(&bytes, SEQUENCE).ok_or(KeyError::Kind)?;
        let items = items(inside).ok_or(KeyError::Kind)?;
        let numbers = match items.as_slice() {
            [(INTEGER, _), ..] => items,
            [_, (BIT_STRING, [0, written @ ..]), ..] => only(written, SEQUENCE)
                .and_then(self::items)
                .ok_or(KeyError::Kind)?,
            _ => return Err(KeyError::Kind),
        };
        match numbers.as_slice() {
            [(INTEGER, modulus), (INTEGER, exponent), ..] => RsaKey::new(modulus, exponent).map(Self::Rsa),
            _ => Err(KeyError::Kind),
        }
    }

    /// Whether it made that signature of a token with `ES384` or `RS256`; of the other kinds [`super::jwt`] knows.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Known(_) => false,
            Self::P384(key) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::Rsa(key) => key.verifies(message, signature),
        }
    }
}

/// What stands in `bytes`, one item after another: tag and content; nothing where it is malformed.
fn items(mut bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut found = Vec::new();
    while let [tag, length, rest @ ..] = bytes {
        let (length, rest) = match *length {
            short @ 0..=0x7f => (usize::from(short), rest),
            long @ 0x81..=0x83 => {
                let (digits, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
                let length = digits
                    .iter()
                    .fold(0, |sum, digit| sum * 256 + usize::from(*digit));
                (length, rest)
            }
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        found.push((*tag, content));
        bytes = after;
    }
    bytes.is_empty().then_some(found)
}

/// The first item with that tag.
fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    items(bytes)?
        .into_iter()
        .find_map(|(found, content)| (found == tag).then_some(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
    };
    use base64::engine::general_purpose::STANDARD;
    use serde_json::json;

    #[test]
    fn an_rsa_key_is_the_same_in_each_notation_and_verifies_its_signature_alone() {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let written = pair.public_key().as_ref();
        let key = ForeignKey::from_pem(&format!(
            "-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n",
            STANDARD.encode(written)
        ))
        .unwrap();
        let whole: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
            STANDARD.encode(whole.as_ref())
        );
        assert_eq!(ForeignKey::from_pem(&pem).unwrap(), key);
        let jwk = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(&written[9..265]), "e": "AQAB" });
        assert_eq!(ForeignKey::from_jwk(&jwk).unwrap(), key);
        let mut signature = vec![0; 256];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), b"said", &mut signature)
            .unwrap();
        assert!(key.verifies(b"said", &signature));
        assert!(!key.verifies(b"Said", &signature));
        assert!(!key.verifies(b"said", &signature[1..]));
        for broken in [
            "",
            "-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----",
            pem.get(..200).unwrap(),
        ] {
            assert_eq!(ForeignKey::from_pem(broken), Err(KeyError::Kind), "{broken}");
        }
        let short = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xff; 128]), "e": "AQAB" });
        assert_eq!(ForeignKey::from_jwk(&short), Err(KeyError::Kind));
        let even = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xff; 256]), "e": "Ag" });
        assert_eq!(ForeignKey::from_jwk(&even), Err(KeyError::Kind));
    }

    #[test]
    fn a_key_of_p_384_is_the_same_in_both_notations_and_verifies_its_signature_alone() {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, document.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = (&point[1..49], &point[49..97]);
        let jwk = json!({ "kty": "EC", "crv": "P-384", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) });
        let key = ForeignKey::from_jwk(&jwk).unwrap();
        let short = [&[0x81, 0x24, 2 + (point[96] & 1)], x].concat();
        let multikey = format!("z{}", bs58::encode(short).into_string());
        assert_eq!(ForeignKey::from_multikey(&multikey).unwrap(), key);
        let signature = pair.sign(&random, b"said").unwrap();
        assert!(key.verifies(b"said", signature.as_ref()));
        assert!(!key.verifies(b"Said", signature.as_ref()));
        let mut bent = jwk.clone();
        bent["y"] = bent["x"].clone();
        assert_eq!(ForeignKey::from_jwk(&bent), Err(KeyError::Point));
        bent["d"] = json!("AA");
        assert_eq!(ForeignKey::from_jwk(&bent), Err(KeyError::Private));
    }
}
