//! What both flavours read of a registration request (LTI Dynamic Registration 1.0).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::options::Tool;

/// The tool's own part of a registration.
pub(super) const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
/// The platform's own part of its configuration.
pub(super) const PLATFORM: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";

/// A text of an object; empty when it is none.
pub(super) fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The texts of a list.
pub(super) fn texts(object: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The tool's part; empty when there is none.
pub(super) fn tool_part(request: &Map<String, Value>) -> Map<String, Value> {
    request
        .get(TOOL)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

/// The tool that a request describes, and its custom parameters.
pub(super) fn tool(request: &Map<String, Value>) -> (Tool, BTreeMap<String, String>) {
    let part = tool_part(request);
    let claims = texts(&part, "claims");
    let shares = |names: &[&str]| claims.iter().any(|claim| names.contains(&claim.as_str()));
    let custom = part
        .get("custom_parameters")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let tool = Tool {
        name: text(request, "client_name").to_owned(),
        initiate_login_uri: text(request, "initiate_login_uri").to_owned(),
        redirect_uris: texts(request, "redirect_uris"),
        target_link_uri: text(&part, "target_link_uri").to_owned(),
        jwks_uri: text(request, "jwks_uri").to_owned(),
        share_names: shares(&["name", "given_name", "family_name"]),
        share_email: shares(&["email"]),
    };
    (tool, custom)
}

/// Host and port of an address.
pub(super) fn domain_of(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
