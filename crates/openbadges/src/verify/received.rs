//! What was handed in: JSON or a token, perhaps in a presentation as wallets make them, perhaps only an address.

use serde_json::{Value, json};

use super::verdict::Failure;
use super::{MAX_DOCUMENT, list, text};
use crate::jwt::{self, Token};

/// How a token begins that a presentation of data model 2.0 carries (VC Data Model 2.0, section 4.13).
const ENVELOPES: [&str; 2] = ["data:application/vc+jwt", "data:application/jwt"];

/// A document that was read, and the token that it came in, if it came in one.
pub(super) struct Received {
    /// The credential, without the claims of a token.
    pub(super) document: Value,
    pub(super) token: Option<Token>,
    /// Whether it came in a presentation.
    pub(super) presented: bool,
}

impl Received {
    /// A document with its proof inside.
    pub(super) fn bare(document: Value) -> Self {
        Self {
            document,
            token: None,
            presented: false,
        }
    }

    fn token(text: &[u8]) -> Result<Self, Failure> {
        let token = jwt::read(text)?;
        Ok(Self {
            document: token.credential(),
            token: Some(token),
            presented: false,
        })
    }

    /// The one badge of a presentation; anything else as it is.
    fn unwrapped(self) -> Result<Self, Failure> {
        let vp = self.token.as_ref().and_then(|token| token.payload().get("vp"));
        let outer = vp.unwrap_or(&self.document);
        if !list(outer, "type")
            .iter()
            .any(|kind| kind == "VerifiablePresentation")
        {
            return Ok(self);
        }
        let inner = match list(outer, "verifiableCredential") {
            [] => {
                return Err(Failure::NotJson(
                    "it is a presentation with nothing in it".to_owned(),
                ));
            }
            [Value::String(compact)] => Self::token(compact.as_bytes())?,
            [only @ Value::Object(_)] => match enveloped(only) {
                Some(compact) => Self::token(compact.as_bytes())?,
                None => Self::bare(only.clone()),
            },
            [_] => return Err(Failure::NotJson("it holds no JSON object".to_owned())),
            several => return Err(Failure::SeveralBadges(several.len())),
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
    if jwt::looks_like(bytes) {
        return Received::token(bytes)?.unwrapped();
    }
    let document = strict_json::read(bytes).map_err(|error| Failure::NotJson(error.to_string()))?;
    Received::bare(document).unwrapped()
}

fn address(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    (is_address && !text.contains(char::is_whitespace)).then_some(text)
}
