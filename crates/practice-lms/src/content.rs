//! What both flavours read of a tool's answer to a choice of content (LTI Deep Linking 2.0).

use serde_json::Value;

use super::keys::Jwt;

/// The claim that the platform's `data` comes back in.
pub(super) const DATA: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/data";

/// The field `JWT` of a returned form, read but not checked.
pub(super) fn jwt(body: &[u8]) -> Option<Jwt> {
    let mut fields = url::form_urlencoded::parse(body);
    let (_, text) = fields.find(|(name, _)| name == "JWT")?;
    Jwt::parse(&text)
}

/// The items that the tool returned.
///
/// # Errors
/// When the claim is missing.
pub(super) fn items(answer: &Jwt) -> Result<Vec<Value>, String> {
    let items = answer
        .claims
        .get("https://purl.imsglobal.org/spec/lti-dl/claim/content_items")
        .and_then(Value::as_array);
    items.cloned().ok_or_else(|| "content_items missing".to_owned())
}

/// What the tool wants the teacher to read.
pub(super) fn message(answer: &Jwt) -> Option<String> {
    answer
        .text("https://purl.imsglobal.org/spec/lti-dl/claim/msg")
        .map(str::to_owned)
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
