//! Token requests (RFC 7523): what both flavours read, and the tool's key set behind them.

use chrono::TimeDelta;
use serde_json::Value;

use super::keys::Jwt;
use super::world::World;
use super::world::data::Grant;
use super::world::model::Installed;

/// `client_assertion_type` of a JWT.
pub(super) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The scopes that this LMS gives to every tool.
pub(super) const SCOPES: [&str; 5] = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
];

/// The four of them that the AGS claim names.
pub(super) const AGS_SCOPES: [&str; 4] = {
    let [line_item, read, result, score, _] = SCOPES;
    [line_item, read, result, score]
};

/// A line item may be changed, read; results read; scores posted; members read.
pub(super) mod scope {
    pub(crate) const LINE_ITEM: &str = super::SCOPES[0];
    pub(crate) const LINE_ITEM_READ: &str = super::SCOPES[1];
    pub(crate) const RESULT: &str = super::SCOPES[2];
    pub(crate) const SCORE: &str = super::SCOPES[3];
    pub(crate) const MEMBERS: &str = super::SCOPES[4];
}

/// Index and key set address of the tool with that client id.
pub(super) fn client(world: &World, client_id: &str) -> Option<(usize, String)> {
    let data = world.lock();
    data.tools.iter().enumerate().find_map(|(index, installed)| {
        let tool = installed.tool.as_ref().filter(|_| !installed.is_off)?;
        (installed.registration.client_id == client_id).then(|| (index, tool.jwks_uri.clone()))
    })
}

/// Whether the tool signed this: with its key set as last fetched, or else as fetched now.
///
/// # Errors
/// What went wrong, in the words of Moodle's JWT library.
pub(super) async fn verify(world: &World, tool: usize, jwks_uri: &str, jwt: &Jwt) -> Result<(), String> {
    let known = world.lock().key_sets.get(&tool).cloned();
    if known.is_some_and(|keys| jwt.is_signed_by(&keys)) {
        return Ok(());
    }
    let unreadable = || "the keyset of the tool could not be read".to_owned();
    let answer = world
        .http()
        .get(jwks_uri)
        .send()
        .await
        .map_err(|_| unreadable())?;
    let keys: Value = answer.json().await.map_err(|_| unreadable())?;
    let kid = jwt
        .kid()
        .ok_or_else(|| "\"kid\" empty, unable to lookup correct key".to_owned())?;
    let list = keys
        .get("keys")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !list
        .iter()
        .any(|key| key.get("kid").and_then(Value::as_str) == Some(kid))
    {
        return Err("\"kid\" invalid, unable to lookup correct key".into());
    }
    if !jwt.is_signed_by(&keys) {
        return Err("Signature verification failed".into());
    }
    world.lock().key_sets.insert(tool, keys);
    Ok(())
}

/// Whether the administrator lets the tool of that index have a scope that this LMS has.
pub(super) fn grants(world: &World, tool: usize, scope: &str) -> bool {
    let data = world.lock();
    let installed = data.tools.get(tool);
    SCOPES.contains(&scope) && installed.is_some_and(|installed| !installed.withheld.contains(scope))
}

/// What the AGS claim of a tool names of [`AGS_SCOPES`].
pub(super) fn ags_scopes(installed: &Installed) -> Vec<&'static str> {
    let granted = |name: &&str| !installed.withheld.contains(*name);
    AGS_SCOPES.into_iter().filter(granted).collect()
}

/// Whether launches of a tool offer the member list.
pub(super) fn offers_members(installed: &Installed) -> bool {
    !installed.withheld.contains(scope::MEMBERS)
}

/// Gives a token of that text for an hour.
pub(super) fn grant(world: &World, token: &str, tool: usize, scopes: Vec<String>) {
    let expires = world.now() + TimeDelta::seconds(3_600);
    world.lock().grants.insert(
        token.to_owned(),
        Grant {
            tool,
            scopes,
            expires,
        },
    );
}

/// The tool whose bearer token gives one of `scopes`.
pub(super) fn tool_of(world: &World, bearer: Option<&str>, scopes: &[&str]) -> Option<usize> {
    let now = world.now();
    let data = world.lock();
    let grant = data.grants.get(bearer?)?;
    let fits = grant.scopes.iter().any(|scope| scopes.contains(&scope.as_str()));
    (fits && grant.expires > now).then_some(grant.tool)
}
