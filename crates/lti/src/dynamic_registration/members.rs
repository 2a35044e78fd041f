//! Members of the documents that a platform sends, read without trust.

use serde_json::{Map, Value};
use url::Url;

use crate::clean;
use crate::registration::is_loopback;

/// An address that may be called: https, or http on this machine where that is allowed; without credentials or fragment.
pub(super) fn acceptable(text: &str, plain: bool) -> Option<Url> {
    if text.len() > 2_000 {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let secure = match url.scheme() {
        "https" => true,
        "http" => plain && is_loopback(&url),
        _ => false,
    };
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (secure && bare && url.host().is_some()).then_some(url)
}

/// A member that is text and not empty, without control characters.
pub(super) fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = clean::line(object.get(name)?.as_str()?);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The texts of a list, at most 500; anything else is passed over.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter()
        .filter_map(Value::as_str)
        .take(500)
        .map(|text| clean::line(text).into_owned())
        .collect()
}

/// The first characters of a text, for a sentence. Without a query, where a registration token may be.
pub(super) fn shown(text: &str) -> String {
    cut(text.split('?').next().unwrap_or_default(), 200)
}

/// The first characters of a text, without those that control.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

/// Canvas writes a placement plainly, with its own prefix, or by the standard's name.
pub(super) fn plain_name(placement: &str) -> String {
    let bare = placement
        .strip_prefix("https://canvas.instructure.com/lti/")
        .unwrap_or(placement);
    bare.to_owned()
}
