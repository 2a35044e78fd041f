//! What was handed in: JSON or a token, perhaps in a presentation as wallets make them, perhaps only an address.

use serde_json::{Value, json};

use super::verdict::Failure;
use super::{MAX_DOCUMENT, VC_CONTEXT, VC_CONTEXT_1, list, older, text};
use crate::jwt::{self, JwtError, Token};

/// How a token begins that a presentation of data model 2.0 carries (VC Data Model 2.0, section 4.13).
const ENVELOPES: [&str; 2] = ["data:application/vc+jwt", "data:application/jwt"];

const NO_OBJECT: &str = "it holds no JSON object";

/// A document that was read, and the token that it came in, if it came in one.
pub(super) struct Received {
    /// The credential, without the claims of a token.
    pub(super) document: Value,
    pub(super) token: Option<Token>,
    /// Whether it came in a presentation.
    pub(super) presented: bool,
    /// The badges of a presentation with more than one, which is then the document; otherwise none.
    pub(super) several: Vec<Value>,
}

impl Received {
    /// A document with its proof inside.
    pub(super) fn bare(document: Value) -> Self {
        Self {
            document,
            token: None,
            presented: false,
            several: Vec::new(),
        }
    }

    /// A badge as it stands in a record: with its proof inside, or as a token.
    pub(super) fn part(part: &Value) -> Result<Self, Failure> {
        match part {
            Value::String(compact) => Self::token(compact.as_bytes()),
            Value::Object(_) => match enveloped(part) {
                Some(compact) => Self::token(compact.as_bytes()),
                None => Ok(Self::bare(part.clone())),
            },
            _ => Err(Failure::NoBadge(NO_OBJECT)),
        }
    }

    fn token(text: &[u8]) -> Result<Self, Failure> {
        let token = jwt::read(text)?;
        Ok(Self {
            document: token.credential(),
            token: Some(token),
            presented: false,
            several: Vec::new(),
        })
    }

    /// The one badge of a presentation, or all of them beside it; anything else as it is.
    fn unwrapped(self) -> Result<Self, Failure> {
        let vp = self.token.as_ref().and_then(|token| token.payload().get("vp"));
        let outer = vp.unwrap_or(&self.document);
        if !list(outer, "type")
            .iter()
            .any(|kind| kind == "VerifiablePresentation")
        {
            return Ok(self);
        }
        // Nothing checks who presented it, so that this is a token that cannot be read, and not a badge that is wrong.
        if self.token.as_ref().is_some_and(|token| !token.is_readable()) {
            return Err(Failure::Token(JwtError::Base64("signature")));
        }
        let inner = match list(outer, "verifiableCredential") {
            [] => {
                return Err(Failure::NoBadge("it is a presentation with nothing in it"));
            }
            [Value::String(compact)] => Self::token(compact.as_bytes())?,
            [only @ Value::Object(_)] => match enveloped(only) {
                Some(compact) => Self::token(compact.as_bytes())?,
                None => Self::bare(only.clone()),
            },
            [_] => return Err(Failure::NoBadge(NO_OBJECT)),
            several => {
                return Ok(Self {
                    several: several.to_vec(),
                    ..Self::bare(outer.clone())
                });
            }
        };
        Ok(Self {
            presented: true,
            ..inner
        })
    }
}

fn enveloped(document: &Value) -> Option<&str> {
    let id = text(document, "id")?;
    let (kind, compact) = id.split_once(',')?;
    let is_token = ENVELOPES.iter().any(|envelope| kind.starts_with(envelope));
    is_token.then(|| compact.trim())
}

/// Reads bytes of whomever.
pub(super) fn parse(bytes: &[u8]) -> Result<Received, Failure> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(Failure::TooLarge(MAX_DOCUMENT));
    }
    if let Some(address) = address(bytes) {
        // How pictures of Open Badges 1.0 name their badge.
        return Ok(Received::bare(
            json!({ "verify": { "type": "hosted", "url": address } }),
        ));
    }
    if jwt::looks_like(bytes) && !bytes.trim_ascii().iter().any(u8::is_ascii_whitespace) {
        return recognised(Received::token(bytes)?.unwrapped()?);
    }
    let document = strict_json::read(bytes).map_err(|error| unread(&error))?;
    if !document.is_object() {
        return Err(Failure::NoBadge(NO_OBJECT));
    }
    recognised(Received::bare(document).unwrapped()?)
}

fn unread(error: &serde_json::Error) -> Failure {
    // Every value is welcome, so that only a member that stands twice is wrong in itself.
    if error.is_data() {
        Failure::Repeated(error.to_string())
    } else {
        Failure::NotJson(error.to_string())
    }
}

/// Lets through what says of itself, in one way or another, that it is a credential: of whatever standard, and however wrong.
fn recognised(received: Received) -> Result<Received, Failure> {
    let document = &received.document;
    let has = |name: &str| document.get(name).is_some();
    let names = |member: &str, known: &[&str]| {
        let mut named = list(document, member).iter().filter_map(Value::as_str);
        named.any(|one| known.contains(&one))
    };
    if !received.several.is_empty()
        || has("credentialSubject")
        || has("proof")
        || names("@context", &[VC_CONTEXT, VC_CONTEXT_1])
        || names("type", &["VerifiableCredential"])
        || older::is_older(document)
    {
        return Ok(received);
    }
    Err(Failure::NoBadge(if received.token.is_some() {
        "it is a signed token that holds no badge"
    } else if has("verificationMethod") {
        "it is the list of an issuer's keys (did.json). Choose it together with a badge"
    } else {
        "nothing in it says that it is a credential"
    }))
}

fn address(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    (is_address && !text.contains(char::is_whitespace)).then_some(text)
}
