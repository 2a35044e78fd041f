//! What a platform answers to a registration: Moodle's 200 with a deployment in the tool's part, Canvas's with one beside
//! it or without any, and the many manners of saying no.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::Url;

use super::members::{acceptable, shown, text, texts};
use super::{MAX_DOCUMENT, Place, Powers, Refused, TOOL_CONFIGURATION};

/// A registration as the platform stored it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the platform calls the tool from now on.
    pub client_id: String,
    /// Moodle names it, and a Canvas that installs the tool at once; in others it is made when the app is added.
    pub deployment_id: Option<String>,
    /// As the platform claims. Moodle overstates: only a token shows what is granted.
    pub scopes: Vec<String>,
    /// The messages that it stored, each with its places. Moodle tells of deep linking alone.
    pub places: BTreeSet<Place>,
    /// Where the platform keeps this registration; only an https address.
    pub registration_url: Option<Url>,
    /// The redirect addresses that it stored.
    pub redirect_uris: Vec<String>,
}

impl Answer {
    /// What the platform says that the tool may do.
    #[must_use]
    pub fn powers(&self) -> Powers {
        Powers {
            scopes: self.scopes.iter().cloned().collect(),
            places: self.places.clone(),
        }
    }
}

/// Reads the answer to a registration request, or to a request for the present registration. Takes any bytes.
///
/// # Errors
/// [`Refused`], one variant for each manner of saying no.
pub fn read_answer(status: u16, body: &[u8]) -> Result<Answer, Refused> {
    if body.len() > MAX_DOCUMENT {
        return Err(Refused::TooLarge);
    }
    if !(200..300).contains(&status) {
        return Err(refusal(status, body));
    }
    let document: Map<String, Value> = serde_json::from_slice(body).map_err(|_| Refused::NoClientId)?;
    let none = Map::new();
    let tool = document
        .get(TOOL_CONFIGURATION)
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let registration_url = ["https://canvas.instructure.com/lti/registration_config_url"]
        .iter()
        .find_map(|name| text(tool, name).or_else(|| text(&document, name)))
        .or_else(|| text(&document, "registration_client_uri"));
    Ok(Answer {
        client_id: identifier(document.get("client_id")).ok_or(Refused::NoClientId)?,
        deployment_id: identifier(tool.get("deployment_id"))
            .or_else(|| identifier(document.get("deployment_id"))),
        scopes: text(&document, "scope")
            .unwrap_or_default()
            .split_whitespace()
            .take(100)
            .map(str::to_owned)
            .collect(),
        places: Powers::of(&document).places,
        registration_url: registration_url.and_then(|url| acceptable(&url, false)),
        redirect_uris: texts(document.get("redirect_uris")),
    })
}

/// An identifier as LTI allows it; Canvas's client ids are numbers, and may come as such.
fn identifier(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let good = !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic());
    good.then_some(text)
}

fn refusal(status: u16, body: &[u8]) -> Refused {
    let raw = String::from_utf8_lossy(body);
    let document: Option<Map<String, Value>> = serde_json::from_slice(body).ok();
    let (code, description) = match &document {
        Some(document) => (
            text(document, "error").unwrap_or_default(),
            // Canvas has a name of its own for it.
            text(document, "error_description").or_else(|| text(document, "errorMessage")),
        ),
        // Moodle writes nothing but the code.
        None => (raw.trim().trim_matches('"').to_owned(), None),
    };
    let errors = document.as_ref().map(error_list).unwrap_or_default();
    match code.as_str() {
        "missing_registration_token" => return Refused::TokenMissing,
        "token_already_used" => return Refused::TokenUsed,
        "missing_domain" => return Refused::DomainMissing,
        "domain_targetlinkuri_mismatch" => return Refused::DomainMismatch,
        "invalid_redirect_uri" | "invalid_redirect_uris" => return Refused::RedirectUris,
        "invalid_token" | "invalid_registration_token" | "token_expired" | "expired_token" => {
            return Refused::TokenInvalid;
        }
        "invalid_client_metadata" => {
            return Refused::Metadata(shown(&description.unwrap_or(code)));
        }
        _ => {}
    }
    let said_used = |text: &String| text.to_ascii_lowercase().contains("already been used");
    match status {
        300..=399 => Refused::Redirected,
        401 if description.as_ref().is_some_and(said_used) => Refused::TokenUsed,
        422 if !errors.is_empty() => Refused::Unprocessable(errors),
        401 => Refused::TokenInvalid,
        403 => Refused::Forbidden,
        500..=599 => Refused::Broken(status),
        _ => {
            let said = [description.unwrap_or_default(), errors.join("; "), code];
            let detail = said.into_iter().find(|text| !text.is_empty());
            Refused::Other {
                status,
                detail: shown(&detail.unwrap_or_else(|| "no reason given".to_owned())),
            }
        }
    }
}

/// Canvas's `errors`: texts, objects with `message` (and `field`), or lists of those under the field's name.
fn error_list(document: &Map<String, Value>) -> Vec<String> {
    fn collect(value: &Value, field: Option<&str>, depth: u8, found: &mut Vec<String>) {
        if found.len() >= 10 || depth > 4 {
            return;
        }
        let named = |text: &str| match field {
            Some(field) => shown(&format!("{field}: {text}")),
            None => shown(text),
        };
        match value {
            Value::String(text) => found.push(named(text)),
            Value::Array(list) => list.iter().for_each(|one| collect(one, field, depth + 1, found)),
            Value::Object(object) => match text(object, "message") {
                Some(message) => {
                    let field = text(object, "field").or_else(|| text(object, "attribute"));
                    found.push(match field {
                        Some(field) => shown(&format!("{field}: {message}")),
                        None => named(&message),
                    });
                }
                None => object
                    .iter()
                    .for_each(|(name, one)| collect(one, Some(name), depth + 1, found)),
            },
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some(errors) = document.get("errors") {
        collect(errors, None, 0, &mut found);
    }
    found
}
