//! Taking a token apart, within bounds, before anything of it is believed. `jsonwebtoken` bounds nothing, takes the last of
//! repeated members, and wants the key before it shows who is said to have signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Algorithm, Header, Token};
use crate::bake::MAX_CREDENTIAL;
use crate::foreign_key::ForeignKey;
use crate::keys::KeyError;
use strict_json::{self, StrictError};

/// The longest token that is read, in bytes.
pub const MAX_TOKEN: usize = MAX_CREDENTIAL;
/// How deep the objects and lists of a token may be nested. Those of a badge are about ten deep.
pub const MAX_DEPTH: usize = 48;

/// Why a token is refused before its signature is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Too many bytes.
    #[error("the token is larger than {MAX_TOKEN} bytes")]
    TooLarge,
    /// Not three parts with dots between them.
    #[error("the token does not have three parts")]
    NotCompact,
    /// Characters that are no base64url, or padding.
    #[error("the token's {0} is not in base64url")]
    Base64(&'static str),
    /// Not a JSON object.
    #[error("the token's {0} is not a JSON object")]
    NotAnObject(&'static str),
    /// Two readers would see two values.
    #[error("the token's {0} names a member twice")]
    Repeated(&'static str),
    /// Nested beyond what a credential is.
    #[error("the token's {0} is nested more than {MAX_DEPTH} deep")]
    TooDeep(&'static str),
    /// A member that Open Badges does not let into a header (section 8.2.3), such as `crit` or `jku`.
    #[error("the token's header has a member that Open Badges does not allow: {0}")]
    HeaderMember(String),
    /// Another type of token.
    #[error("the token is of another type (typ): {0}")]
    Type(String),
    /// `none`, or an algorithm with a shared secret: it proves nothing to anybody else.
    #[error("the token is signed with {0}, which proves nothing")]
    Algorithm(String),
    /// An algorithm that may be good, but is not checked here, such as `ES512`.
    #[error("the token is signed with {0}, which is not checked here; ES256, ES384, RS256 and EdDSA are")]
    UnknownAlgorithm(String),
    /// No algorithm at all.
    #[error("the token names no algorithm")]
    NoAlgorithm,
    /// Without either nobody knows whose key it is.
    #[error("the token neither names its key (kid) nor carries it (jwk)")]
    NoKeyId,
    /// A key in the header that cannot be used.
    #[error("the key in the token's header cannot be used: {0}")]
    HeaderKey(#[from] KeyError),
    /// One credential in the token itself and another in the `vc` claim of data model 1.1.
    #[error(
        "the token holds a credential in itself and another in a vc claim, so that two readers could see two"
    )]
    LegacyClaim,
    /// A claim that is missing, or says something else than the credential.
    #[error("the token's claim {0} does not agree with the credential in it")]
    Claim(&'static str),
}

/// Whether these bytes mean to be a compact token: no JSON document begins so. What is wrong with it, [`read`] says.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii();
    text.first().is_some_and(u8::is_ascii_alphabetic) && text.contains(&b'.')
}

/// Takes a compact token apart. White space round it is passed over, as files have it at their end. A signature that cannot
/// be decoded is none, and no fault of form: what it should cover can be read all the same ([`Token::has_signature`]).
///
/// # Errors
/// [`JwtError`] for each bound and each form that is not kept. Header members and claims are judged later:
/// [`Token::header`], [`Token::claims_agree`].
pub fn read(bytes: &[u8]) -> Result<Token, JwtError> {
    if bytes.len() > MAX_TOKEN {
        return Err(JwtError::TooLarge);
    }
    // A no-break space of the page that it was copied from is no letter of the signature either.
    let text = std::str::from_utf8(bytes)
        .map_err(|_| JwtError::NotCompact)?
        .trim();
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(JwtError::NotCompact);
    };
    // Disclosures behind it make it a token of another kind (SD-JWT), which may be good.
    if signature.contains('~') {
        return Err(JwtError::NotCompact);
    }
    Ok(Token {
        header: object("header", header)?,
        payload: object("payload", payload)?,
        signature: decode("signature", signature).ok(),
        signed: format!("{header}.{payload}"),
    })
}

/// Reads the header of a compact token and nothing behind it: whose key the token names, and no more than that.
///
/// # Errors
/// As [`read`] and [`Token::header`], for what of them is about headers.
pub fn read_header(bytes: &[u8]) -> Result<Header, JwtError> {
    let text = bytes.trim_ascii();
    if text.len() > MAX_TOKEN {
        return Err(JwtError::TooLarge);
    }
    let dot = text.iter().position(|byte| *byte == b'.');
    let (header, _) = text.split_at(dot.ok_or(JwtError::NotCompact)?);
    let header = std::str::from_utf8(header).map_err(|_| JwtError::NotCompact)?;
    accept(&object("header", header)?)
}

fn decode(part: &'static str, text: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwtError::Base64(part))
}

fn object(part: &'static str, text: &str) -> Result<Value, JwtError> {
    let bytes = decode(part, text)?;
    if nesting(&bytes) > MAX_DEPTH {
        return Err(JwtError::TooDeep(part));
    }
    match strict_json::parse(&bytes) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) | Err(StrictError::Malformed) => Err(JwtError::NotAnObject(part)),
        Err(StrictError::Repeated) => Err(JwtError::Repeated(part)),
    }
}

/// How deep objects and lists are nested, counted before they are read.
fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                most = most.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// The beginning of a text of whomever, fit for a sentence.
fn some_of(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(24).collect()
}

impl Token {
    /// What the header says: `alg`, `kid`, `jwk` and `typ`, and nothing beside them. What is wrong in it is told before
    /// what is only not known here.
    ///
    /// # Errors
    /// [`JwtError`] for whatever else stands there, and for each of them that is not acceptable.
    pub fn header(&self) -> Result<Header, JwtError> {
        accept(&self.header)
    }

    /// The algorithm alone, of a token whose key is named in its payload as in Open Badges 2.0.
    pub(crate) fn named_algorithm(&self) -> Result<Algorithm, JwtError> {
        let alg = self.header.get("alg").and_then(Value::as_str);
        let alg = alg.ok_or(JwtError::NoAlgorithm)?;
        proving(alg)?;
        algorithm(alg)
    }
}

/// Refuses an algorithm that proves nothing to anybody else.
fn proving(alg: &str) -> Result<(), JwtError> {
    if alg.eq_ignore_ascii_case("none") || alg.starts_with("HS") {
        return Err(JwtError::Algorithm(some_of(alg)));
    }
    Ok(())
}

fn algorithm(alg: &str) -> Result<Algorithm, JwtError> {
    match alg {
        "ES256" => Ok(Algorithm::Es256),
        "ES384" => Ok(Algorithm::Es384),
        "RS256" => Ok(Algorithm::Rs256),
        // RFC 9864 names it after its curve.
        "EdDSA" | "Ed25519" => Ok(Algorithm::EdDsa),
        other => Err(JwtError::UnknownAlgorithm(some_of(other))),
    }
}

/// A header, once all of it was found acceptable: see [`Token::header`].
fn accept(header: &Value) -> Result<Header, JwtError> {
    let members = header.as_object().ok_or(JwtError::NotAnObject("header"))?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let alg = text("alg").ok_or(JwtError::NoAlgorithm)?;
    proving(alg)?;
    // `cty` says that a credential is inside, which is known (W3C VC-JOSE-COSE, section 3.1.1).
    let known =
        |name: &str| ["alg", "kid", "jwk", "typ"].contains(&name) || (name == "cty" && text("cty").is_some());
    if let Some(other) = members.keys().find(|name| !known(name)) {
        return Err(JwtError::HeaderMember(some_of(other)));
    }
    if members.contains_key("typ") {
        // Types of media are compared without case (RFC 7515, section 4.1.9).
        let kind = text("typ").unwrap_or("no text");
        if !["JWT", "vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
        {
            return Err(JwtError::Type(some_of(kind)));
        }
    }
    let jwk = members.get("jwk");
    if jwk.is_some_and(|jwk| jwk.get("d").is_some()) {
        return Err(JwtError::HeaderKey(KeyError::Private));
    }
    let key_id = text("kid").map(str::to_owned);
    if key_id.is_none() && jwk.is_none() {
        return Err(JwtError::NoKeyId);
    }
    let algorithm = algorithm(alg)?;
    let key = jwk.map(ForeignKey::from_jwk).transpose()?;
    Ok(Header {
        algorithm,
        key_id,
        key,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compact::is_compact;
    use proptest::prelude::*;
    use serde_json::json;

    fn token(header: &str, payload: &str, signature: usize) -> Vec<u8> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let parts = [
            encode(header.as_bytes()),
            encode(payload.as_bytes()),
            encode(&vec![1; signature]),
        ];
        parts.join(".").into_bytes()
    }

    #[test]
    fn each_fault_of_form_has_its_name() {
        let fine = r#"{"alg":"ES256"}"#;
        assert!(read(&token(fine, "{}", 64)).is_ok());
        assert!(read(&[token(fine, "{}", 64), b"\r\n".to_vec()].concat()).is_ok());
        assert_eq!(read(&vec![b'a'; MAX_TOKEN + 1]), Err(JwtError::TooLarge));
        for text in ["", "a", "a.b", "a.b.c.d", "\u{e4}"] {
            let named = read(text.as_bytes());
            assert_eq!(named, Err(JwtError::NotCompact), "{text}");
        }
        assert_eq!(read(&[0xff, b'.']), Err(JwtError::NotCompact));
        assert_eq!(read(b"a.b.c="), Err(JwtError::Base64("header")));
        assert_eq!(read(b"e30.b.c="), Err(JwtError::Base64("payload")));
        assert_eq!(read(b"e30.e30.AA~"), Err(JwtError::NotCompact));
        let signed = |signature: &str| {
            let text = format!("e30.e30.{signature}");
            read(text.as_bytes()).unwrap().has_signature()
        };
        assert!(signed("AA") && signed("AA\n") && signed("AA\u{a0}"));
        for none in ["", "A", "AB", "AA=", "AA!", "!", "\u{e4}"] {
            assert!(!signed(none), "{none}");
        }
        let signature = format!("!.e30.{}", URL_SAFE_NO_PAD.encode([1; 64]));
        assert_eq!(read(signature.as_bytes()), Err(JwtError::Base64("header")));
        let payload = |text: &str| read(&token(fine, text, 64)).unwrap_err();
        assert_eq!(payload("[]"), JwtError::NotAnObject("payload"));
        assert_eq!(payload("{"), JwtError::NotAnObject("payload"));
        assert_eq!(payload(r#"{"a":1,"a":2}"#), JwtError::Repeated("payload"));
        let deep = format!("{{\"a\":{}}}", "[".repeat(MAX_DEPTH));
        assert_eq!(payload(&deep), JwtError::TooDeep("payload"));
        assert_eq!(payload(&"[".repeat(100_000)), JwtError::TooDeep("payload"));
        let brackets = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(100));
        assert!(
            read(&token(fine, &brackets, 64)).is_ok(),
            "in a text they nest nothing"
        );
        assert_eq!(
            read(&token(r#"{"alg":"ES256","alg":"none"}"#, "{}", 64)),
            Err(JwtError::Repeated("header"))
        );
    }

    #[test]
    fn a_header_is_read_without_what_follows_it() {
        let kid = "did:web:x.example#z";
        let header = json!({ "alg": "ES256", "kid": kid }).to_string();
        let whole = token(&header, r#"{"kid":"another"}"#, 64);
        assert_eq!(read_header(&whole), read(&whole).unwrap().header());
        let (start, _) = whole.split_at(whole.iter().position(|byte| *byte == b'.').unwrap());
        let cut = [b"\n".as_slice(), start, b".!"].concat();
        assert_eq!(read_header(&cut).unwrap().key_id.as_deref(), Some(kid));
        assert_eq!(read_header(start), Err(JwtError::NotCompact));
        assert_eq!(read_header(b"\xff.a.b"), Err(JwtError::NotCompact));
        assert_eq!(read_header(b"!.a.b"), Err(JwtError::Base64("header")));
        assert_eq!(read_header(&vec![b'a'; MAX_TOKEN + 1]), Err(JwtError::TooLarge));
        assert_eq!(read_header(&token("{}", "{}", 64)), Err(JwtError::NoAlgorithm));
    }

    #[test]
    fn a_header_says_what_open_badges_lets_it_say_and_nothing_else() {
        let header = |value: Value| read(&token(&value.to_string(), "{}", 64)).unwrap().header();
        let kid = "did:web:x.example#z";
        let fine = header(json!({ "alg": "ES256", "kid": kid, "typ": "JWT" })).unwrap();
        assert_eq!(
            (fine.algorithm, fine.key_id.as_deref()),
            (Algorithm::Es256, Some(kid))
        );
        for alg in ["EdDSA", "Ed25519"] {
            let read = header(json!({ "alg": alg, "kid": kid, "typ": "VC+jwt" })).unwrap();
            assert_eq!(read.algorithm, Algorithm::EdDsa);
        }
        for alg in ["none", "None", "HS256"] {
            let refused = header(json!({ "alg": alg, "kid": kid }));
            assert_eq!(refused, Err(JwtError::Algorithm(alg.to_owned())));
        }
        for (alg, algorithm) in [("RS256", Algorithm::Rs256), ("ES384", Algorithm::Es384)] {
            let read = header(json!({ "alg": alg, "kid": kid, "cty": "vc" })).unwrap();
            assert_eq!(read.algorithm, algorithm);
        }
        for alg in ["PS256", "ES512", "es256", ""] {
            let refused = header(json!({ "alg": alg, "kid": kid }));
            assert_eq!(refused, Err(JwtError::UnknownAlgorithm(alg.to_owned())));
            let worse = header(json!({ "alg": alg, "kid": kid, "crit": ["exp"] }));
            assert_eq!(worse, Err(JwtError::HeaderMember("crit".to_owned())));
        }
        assert_eq!(header(json!({ "kid": kid })), Err(JwtError::NoAlgorithm));
        assert_eq!(
            header(json!({ "alg": ["ES256"], "kid": kid })),
            Err(JwtError::NoAlgorithm)
        );
        assert_eq!(header(json!({ "alg": "ES256" })), Err(JwtError::NoKeyId));
        for name in ["crit", "b64", "jku", "x5u", "x5c", "cty"] {
            let refused = header(json!({ "alg": "ES256", "kid": kid, name: ["x"] }));
            assert_eq!(refused, Err(JwtError::HeaderMember(name.to_owned())));
        }
        let other = header(json!({ "alg": "ES256", "kid": kid, "typ": "at+jwt" }));
        assert_eq!(other, Err(JwtError::Type("at+jwt".to_owned())));
        let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let public = crate::keys::PublicKey::from(key.verifying_key());
        let mut jwk = serde_json::to_value(public.jwk()).unwrap();
        let with = header(json!({ "alg": "ES256", "kid": kid, "jwk": jwk })).unwrap();
        assert_eq!(with.key, Some(public.clone().into()));
        let alone = header(json!({ "alg": "ES256", "jwk": jwk })).unwrap();
        assert_eq!((alone.key_id, alone.key), (None, Some(public.into())));
        jwk["d"] = json!("AA");
        let private = header(json!({ "alg": "ES256", "kid": kid, "jwk": jwk }));
        assert_eq!(private, Err(JwtError::HeaderKey(KeyError::Private)));
    }

    #[test]
    fn json_is_never_taken_for_a_token() {
        assert!(looks_like(b" eyJ.e30.AA\n") && is_compact("eyJ.e30.AA"));
        for text in ["{\"a.b\":1}", "[1.5]", "1.5.2", "", "abc", "\"a.b.c\""] {
            assert!(!looks_like(text.as_bytes()), "{text}");
            assert!(!is_compact(text) || text == "1.5.2", "{text}");
        }
        for text in ["a.b", "a..c", "a.b.c.d", "a.b.c ", "a.b.\u{e4}"] {
            assert!(!is_compact(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[a-zA-Z0-9_.-]{0,80}") {
            let _ = read(&bytes).map(|token| token.header());
            let _ = read(text.as_bytes()).map(|token| (token.header(), token.claims_agree()));
        }

        #[test]
        fn arbitrary_objects_never_panic(header in "[{}\"a-z:,\\[\\]0-9]{0,40}", payload in "[{}\"a-z:,\\[\\]0-9]{0,40}") {
            let _ = read(&token(&header, &payload, 64)).map(|token| (token.header(), token.claims_agree()));
        }
    }
}
