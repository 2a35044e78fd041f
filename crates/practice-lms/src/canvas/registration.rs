//! Canvas's openid configuration and its registration endpoint, where tools register and ask to be changed.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::keys::{Jwt, read_hint};
use super::super::registering::{PLATFORM, TOOL, text, texts, tool, tool_part};
use super::super::request::{bearer, parameter};
use super::super::world::World;
use super::super::world::data::DeploymentTold;

const SCOPES: [&str; 8] = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
    "https://canvas.instructure.com/lti/public_jwk/scope/update",
    "https://canvas.instructure.com/lti-ags/progress/scope/show",
];
const LAUNCHES: [&str; 5] = [
    "course_navigation",
    "account_navigation",
    "user_navigation",
    "course_settings_sub_navigation",
    "link_selection",
];
const DEEP_LINKS: [&str; 6] = [
    "assignment_selection",
    "link_selection",
    "editor_button",
    "module_index_menu_modal",
    "module_menu_modal",
    "course_assignments_menu",
];
const JSON: &str = "application/json; charset=utf-8";

/// The token of a request, while it lives: by header, or in the address of the configuration.
fn live_token(world: &World, request: &HttpRequest) -> Option<Jwt> {
    let token = bearer(request)
        .map(str::to_owned)
        .or_else(|| parameter(request, "registration_token"))?;
    let jwt = read_hint(world.secret(), &token)?;
    let lives = jwt
        .seconds("exp")
        .is_some_and(|exp| exp > world.now().timestamp());
    lives.then_some(jwt)
}

fn unauthorized() -> HttpResponse {
    Answer::json(
        401,
        JSON,
        &json!({"errors": [{"message": "invalid registration token"}]}),
    )
    .into_response()
}

/// How the registration endpoint itself says no.
fn refused(status: u16, text: &str) -> HttpResponse {
    Answer::json(status, JSON, &json!({"errorMessage": text})).into_response()
}

/// Placements as the configuration writes them.
fn written(placements: &[&str]) -> Vec<String> {
    let prefixed = |name: &&str| format!("https://canvas.instructure.com/lti/{name}");
    placements.iter().map(prefixed).collect()
}

/// What Canvas says of itself to whoever holds a token. Its authorization server is a bare host, which is worth nothing as
/// an audience.
pub(super) async fn configuration(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    if live_token(&world, &request).is_none() {
        return unauthorized();
    }
    let sso = url::Url::parse(world.sso()).ok();
    let scopes: Vec<&str> = ["openid"].into_iter().chain(SCOPES).collect();
    let document = json!({
        "issuer": world.issuer(),
        "authorization_endpoint": world.url("/api/lti/authorize_redirect"),
        "registration_endpoint": world.url("/api/lti/registrations"),
        "jwks_uri": world.url("/api/lti/security/jwks"),
        "token_endpoint": world.url("/login/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "scopes_supported": scopes,
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "picture", "email", "name", "given_name", "family_name", "locale"],
        "subject_types_supported": ["public"],
        "authorization_server": sso.as_ref().and_then(url::Url::host_str),
        PLATFORM: {
            "product_family_code": "canvas",
            "version": "OpenSource",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest", "placements": written(&LAUNCHES)},
                {"type": "LtiDeepLinkingRequest", "placements": written(&DEEP_LINKS)},
            ],
            "variables": ["Canvas.user.id", "Canvas.course.id", "Context.id.history", "Canvas.masqueradingUser.id"],
            "https://canvas.instructure.com/lti/account_name": "Practice College",
        },
    });
    let document = world.patched(document.as_object().cloned().unwrap_or_default());
    Answer::json(200, JSON, &document).into_response()
}

/// Registers a tool, whose key is off then. A token for one that is there is none for this address. A token does so once.
pub(super) async fn register(
    world: web::Data<World>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    take(&world, &request, &body, |token, sent| {
        if token.seconds("existing_registration").is_some() {
            return Err(refused(401, "JWT did not include expected contents"));
        }
        let (tool, custom) = tool(&sent);
        Ok(world.keep_registration(None, None, sent, tool, custom))
    })
}

/// A registration's own address: with a token for that one, notes a change that waits for the administrator and answers what is
/// there now. Whoever asks otherwise needs an access token with a scope that this LMS gives to nobody.
pub(super) async fn change_own(
    world: web::Data<World>,
    request: HttpRequest,
    number: web::Path<i64>,
    body: web::Bytes,
) -> HttpResponse {
    take(&world, &request, &body, |token, sent| {
        if token.seconds("existing_registration") != Some(*number) {
            return Err(refused(401, "JWT did not include expected contents"));
        }
        change(&world, *number, sent).ok_or_else(|| refused(404, "The specified resource does not exist."))
    })
}

/// What both do with a token and a registration.
fn take(
    world: &World,
    request: &HttpRequest,
    body: &[u8],
    keep: impl FnOnce(&Jwt, Map<String, Value>) -> Result<usize, HttpResponse>,
) -> HttpResponse {
    if let Some((status, body)) = world.forced_answer() {
        return Answer::bytes(status, JSON, body.into_bytes()).into_response();
    }
    let (Some(token), Some(spoken)) = (live_token(world, request), bearer(request)) else {
        return unauthorized();
    };
    if world.lock().registering.used_tokens.contains(spoken) {
        return refused(401, "Registration token has already been used");
    }
    let sent: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let errors = errors(&sent);
    if !errors.is_empty() {
        return Answer::json(422, JSON, &json!({"errors": errors})).into_response();
    }
    let index = match keep(&token, sent) {
        Ok(index) => index,
        Err(refusal) => return refusal,
    };
    world.lock().registering.used_tokens.insert(spoken.to_owned());
    Answer::json(200, JSON, &stored(world, index)).into_response()
}

/// Notes the change of a registration; one that changes nothing is over at once. Gives the tool's index.
fn change(world: &World, number: i64, sent: Map<String, Value>) -> Option<usize> {
    let known = world.existing(number)?;
    let differs = known.request != sent;
    let mut data = world.lock();
    if differs {
        data.registering.updates.insert(known.index, sent);
    } else {
        data.registering.updates.remove(&known.index);
    }
    Some(known.index)
}

/// The registration as Canvas keeps it now.
fn stored(world: &World, index: usize) -> Map<String, Value> {
    let registration = world.registration(index);
    let known = world
        .registered_tools()
        .into_iter()
        .find(|known| known.index == index);
    let told = world.lock().registering.told;
    let installed = known.as_ref().is_some_and(|known| known.installed);
    let mut answer = known.map(|known| known.request).unwrap_or_default();
    let mut part = tool_part(&answer);
    part.insert(
        "https://canvas.instructure.com/lti/registration_config_url".into(),
        json!(world.url(&format!("/api/lti/registrations/{index}/view"))),
    );
    let scope = format!("{} openid", text(&answer, "scope"));
    answer.insert("scope".into(), json!(scope.trim()));
    answer.insert("client_id".into(), json!(registration.client_id));
    if installed {
        let place = match told {
            DeploymentTold::Within => &mut part,
            DeploymentTold::Beside | DeploymentTold::Later => &mut answer,
        };
        place.insert("deployment_id".into(), json!(registration.deployment_id));
        let own = world.url(&format!(
            "/api/lti/registrations/{}",
            World::registration_number(index)
        ));
        answer.insert("registration_client_uri".into(), json!(own));
    }
    answer.insert(TOOL.into(), Value::Object(part));
    answer
}

/// A registration's own address tells what it has to access tokens with a scope for it, which this LMS gives to nobody.
pub(super) async fn own() -> HttpResponse {
    refused(401, "Invalid access token format")
}

/// What Canvas complains about, field by field.
fn errors(sent: &Map<String, Value>) -> Vec<Value> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| errors.push(json!({"field": field, "message": message}));
    for name in ["client_name", "initiate_login_uri", "jwks_uri"] {
        if text(sent, name).is_empty() {
            wrong(name, format!("{name} is required"));
        }
    }
    if texts(sent, "redirect_uris").is_empty() {
        wrong("redirect_uris", "redirect_uris is required".into());
    }
    for scope in text(sent, "scope").split_whitespace() {
        if !SCOPES.contains(&scope) {
            wrong("scopes", format!("invalid scope: {scope}"));
        }
    }
    let part = tool_part(sent);
    for name in ["domain", "target_link_uri"] {
        if text(&part, name).is_empty() {
            wrong(name, format!("{name} is required"));
        }
    }
    for message in part
        .get("messages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let known: &[&str] = match message.get("type").and_then(Value::as_str) {
            Some("LtiResourceLinkRequest") => &LAUNCHES,
            Some("LtiDeepLinkingRequest") => &DEEP_LINKS,
            _ => {
                wrong("messages", "unknown message type".into());
                continue;
            }
        };
        let placements = message.as_object().map(|one| texts(one, "placements"));
        for placement in placements.unwrap_or_default() {
            if !known.contains(&placement.as_str()) {
                wrong("placements", format!("unknown placement {placement}"));
            }
        }
    }
    errors
}
