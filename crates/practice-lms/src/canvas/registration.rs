//! Canvas's openid configuration and its registration endpoint.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::keys::read_hint;
use super::super::registering::{PLATFORM, TOOL, text, texts, tool, tool_part};
use super::super::request::{bearer, parameter};
use super::super::world::World;

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
fn token_holds(world: &World, request: &HttpRequest) -> bool {
    bearer(request)
        .map(str::to_owned)
        .or_else(|| parameter(request, "registration_token"))
        .and_then(|token| read_hint(world.secret(), &token))
        .and_then(|jwt| jwt.seconds("exp"))
        .is_some_and(|exp| exp > world.now().timestamp())
}

fn unauthorized() -> HttpResponse {
    Answer::json(
        401,
        JSON,
        &json!({"errors": [{"message": "invalid registration token"}]}),
    )
    .into_response()
}

/// What Canvas says of itself to whoever holds a token.
pub(super) async fn configuration(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    if !token_holds(&world, &request) {
        return unauthorized();
    }
    let document = json!({
        "issuer": world.issuer(),
        "authorization_endpoint": world.url("/api/lti/authorize_redirect"),
        "registration_endpoint": world.url("/api/lti/registrations"),
        "jwks_uri": world.url("/api/lti/security/jwks"),
        "token_endpoint": world.url("/login/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "scopes_supported": SCOPES,
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "nickname", "picture", "email", "locale"],
        "subject_types_supported": ["public"],
        "authorization_server": world.url("/login/oauth2/token"),
        PLATFORM: {
            "product_family_code": "canvas",
            "version": "OpenSource",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest", "placements": LAUNCHES},
                {"type": "LtiDeepLinkingRequest", "placements": DEEP_LINKS},
            ],
            "variables": ["Canvas.user.id", "Canvas.course.id", "Context.id.history", "Canvas.masqueradingUser.id"],
            "https://canvas.instructure.com/lti/account_name": "Practice College",
        },
    });
    let document = world.patched(document.as_object().cloned().unwrap_or_default());
    Answer::json(200, JSON, &document).into_response()
}

/// Registers a tool: its key is off, and no deployment is told.
pub(super) async fn register(
    world: web::Data<World>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    if let Some((status, body)) = world.forced_answer() {
        return Answer::bytes(status, JSON, body.into_bytes()).into_response();
    }
    if !token_holds(&world, &request) || bearer(&request).is_none() {
        return unauthorized();
    }
    let sent: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    let errors = errors(&sent);
    if !errors.is_empty() {
        return Answer::json(422, JSON, &json!({"errors": errors})).into_response();
    }
    let (tool, custom) = tool(&sent);
    let index = world.keep_registration(None, None, sent.clone(), tool, custom);
    let registration = world.registration(index);
    let mut part = tool_part(&sent);
    part.insert(
        "https://canvas.instructure.com/lti/registration_config_url".into(),
        json!(world.url(&format!("/api/lti/registrations/{index}/view"))),
    );
    let mut answer = sent;
    answer.insert("client_id".into(), json!(registration.client_id));
    answer.insert(TOOL.into(), Value::Object(part));
    Answer::json(200, JSON, &answer).into_response()
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
