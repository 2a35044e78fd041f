//! `openid-configuration.php` and `openid-registration.php`.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::keys::Jwt;
use super::super::registering::{PLATFORM, TOOL, domain_of, text, texts, tool, tool_part};
use super::super::request::bearer;
use super::super::world::World;
use super::object;

const AGS: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/";
const MEMBERS: &str = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly";
const SETTINGS: &str = "https://purl.imsglobal.org/spec/lti-ts/scope/toolsetting";

/// What Moodle says of itself.
pub(super) async fn configuration(world: web::Data<World>) -> HttpResponse {
    let ags =
        ["lineitem.readonly", "result.readonly", "score", "lineitem"].map(|name| format!("{AGS}{name}"));
    let mut scopes = vec!["https://purl.imsglobal.org/spec/lti-bo/scope/basicoutcome".to_owned()];
    scopes.extend(ags);
    scopes.extend([MEMBERS, SETTINGS, "openid"].map(str::to_owned));
    let document = json!({
        "issuer": world.issuer(),
        "token_endpoint": world.url("/mod/lti/token.php"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": world.url("/mod/lti/certs.php"),
        "authorization_endpoint": world.url("/mod/lti/auth.php"),
        "registration_endpoint": world.url("/mod/lti/openid-registration.php"),
        "scopes_supported": scopes,
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        PLATFORM: {
            "product_family_code": "moodle",
            "version": "5.1+ (Build: 20251017)",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
            ],
            "variables": ["Context.id", "Context.title", "Context.label", "Context.id.history", "User.id", "Person.name.full"],
        },
    });
    let document = world.patched(document.as_object().cloned().unwrap_or_default());
    Answer::json(200, "application/json; charset=utf-8", &document).into_response()
}

/// Registers a tool, changes one, or tells what is known of one.
pub(super) async fn register(
    world: web::Data<World>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let answered = match world.forced_answer() {
        Some((status, body)) => Err((status, body)),
        None => answer(&world, &request, &body).map_err(|(status, text)| (status, text.to_owned())),
    };
    match answered {
        Ok(document) => Answer::json(200, "application/json; charset=utf-8", &document),
        Err((status, text)) => Answer::html(status, text),
    }
    .into_response()
}

/// Who registers: the client id to be, or the tool that is changed.
enum Bearer {
    New(String),
    Change(usize),
}

fn answer(
    world: &World,
    request: &HttpRequest,
    body: &[u8],
) -> Result<Map<String, Value>, (u16, &'static str)> {
    let token = bearer(request)
        .filter(|token| !token.is_empty())
        .ok_or((401, "missing_registration_token"))?;
    let who = who(world, token)?;
    if request.method() == Method::GET {
        let Bearer::Change(index) = who else {
            return Err((401, "invalid_registration_token"));
        };
        let known = world
            .registered_tools()
            .into_iter()
            .find(|known| known.index == index);
        let sent = known.map(|known| known.request).unwrap_or_default();
        return Ok(stored(world, index, &sent));
    }
    let sent = object(body).ok_or((400, "invalid_client_metadata"))?;
    check(&sent)?;
    let (tool, custom) = tool(&sent);
    let index = match &who {
        Bearer::New(client_id) => world.keep_registration(Some(client_id), None, sent.clone(), tool, custom),
        Bearer::Change(index) => world.keep_registration(None, Some(*index), sent.clone(), tool, custom),
    };
    // A change may be sent again as long as its token lives.
    if matches!(who, Bearer::New(_)) {
        world.lock().registering.used_tokens.insert(token.to_owned());
    }
    Ok(stored(world, index, &sent))
}

fn who(world: &World, token: &str) -> Result<Bearer, (u16, &'static str)> {
    let jwt = Jwt::parse(token)
        .filter(|jwt| world.signs(jwt))
        .ok_or((401, "invalid_registration_token"))?;
    if jwt
        .seconds("exp")
        .is_none_or(|exp| exp <= world.now().timestamp())
    {
        return Err((401, "invalid_registration_token"));
    }
    if world.lock().registering.used_tokens.contains(token) {
        return Err((401, "token_already_used"));
    }
    let sub = jwt.text("sub").unwrap_or_default();
    match jwt.text("scope") {
        Some("reg") => Ok(Bearer::New(sub.to_owned())),
        Some("reg-update") => {
            let data = world.lock();
            let index = data
                .tools
                .iter()
                .position(|installed| installed.type_id.to_string() == sub);
            index.map(Bearer::Change).ok_or((404, "invalid_type"))
        }
        _ => Err((403, "invalid_scope")),
    }
}

/// What Moodle insists on.
fn check(sent: &Map<String, Value>) -> Result<(), (u16, &'static str)> {
    let part = tool_part(sent);
    if !texts(sent, "response_types")
        .iter()
        .any(|kind| kind == "id_token")
    {
        return Err((400, "invalid_response_types"));
    }
    if text(sent, "initiate_login_uri").is_empty() {
        return Err((400, "missing_login_uri"));
    }
    if texts(sent, "redirect_uris").is_empty() {
        return Err((400, "missing_redirect_uris"));
    }
    if text(sent, "client_name").is_empty() {
        return Err((400, "missing_client_name"));
    }
    if text(sent, "jwks_uri").is_empty() {
        return Err((400, "missing_jwks_uri"));
    }
    if text(sent, "token_endpoint_auth_method") != "private_key_jwt" {
        return Err((400, "invalid_token_endpoint_auth_method"));
    }
    let domain = text(&part, "domain");
    if domain.is_empty() {
        return Err((400, "missing_domain"));
    }
    let bare = |host: &str| host.trim_start_matches("www.").to_owned();
    let target = domain_of(text(&part, "target_link_uri")).unwrap_or_default();
    if bare(&target) != bare(domain) {
        return Err((400, "domain_targetlinkuri_mismatch"));
    }
    Ok(())
}

/// The stored registration as Moodle tells it: only the deep linking message, custom values cut at `=`, and more scopes
/// than it will grant.
fn stored(world: &World, index: usize, sent: &Map<String, Value>) -> Map<String, Value> {
    let part = tool_part(sent);
    let asked: Vec<&str> = text(sent, "scope").split_whitespace().collect();
    let mut scopes = Vec::new();
    if asked.iter().any(|scope| scope.starts_with(AGS)) {
        scopes.extend(
            ["score", "result.readonly", "lineitem.readonly", "lineitem"].map(|name| format!("{AGS}{name}")),
        );
    }
    scopes.extend([MEMBERS, SETTINGS].map(str::to_owned));
    let messages: Vec<Value> = part
        .get("messages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|message| message.get("type").and_then(Value::as_str) == Some("LtiDeepLinkingRequest"))
        .map(|message| json!({"type": "LtiDeepLinkingRequest", "target_link_uri": message.get("target_link_uri")}))
        .collect();
    let custom: Map<String, Value> = part
        .get("custom_parameters")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let text = value.as_str().unwrap_or_default();
            (name.clone(), json!(text.split('=').next()))
        })
        .collect();
    let registration = world.registration(index);
    let document = json!({
        "client_id": registration.client_id,
        "response_types": ["id_token"],
        "jwks_uri": text(sent, "jwks_uri"),
        "initiate_login_uri": text(sent, "initiate_login_uri"),
        "grant_types": ["client_credentials", "implicit"],
        "redirect_uris": texts(sent, "redirect_uris"),
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": text(sent, "client_name"),
        "logo_uri": text(sent, "logo_uri"),
        "scope": scopes.join(" "),
        TOOL: {
            "version": "1.3.0",
            "deployment_id": registration.deployment_id,
            "target_link_uri": text(&part, "target_link_uri"),
            "domain": text(&part, "domain"),
            "description": text(&part, "description"),
            "messages": messages,
            "custom_parameters": custom,
            "claims": texts(&part, "claims"),
        },
    });
    document.as_object().cloned().unwrap_or_default()
}
