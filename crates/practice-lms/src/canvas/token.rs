//! `/login/oauth2/token`.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::super::answer::{Answer, serve};
use super::super::client_assertion::{JWT_BEARER, client, grant, grants, verify};
use super::super::keys::{self, Jwt};
use super::super::world::World;
use super::super::world::faults::Endpoint;
use ambient::random;

/// Answers a token request: of a tool for itself, or of one for a person.
pub(super) async fn token(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let grant_type = url::form_urlencoded::parse(&body).find(|(name, _)| name == "grant_type");
    if grant_type.is_some_and(|(_, kind)| matches!(&*kind, "authorization_code" | "refresh_token")) {
        return super::rest::token(world, request, body).await;
    }
    serve(&world, Endpoint::Token, async {
        match give(&world, &body).await {
            Ok((token, scope)) => Answer::json(
                200,
                "application/json; charset=utf-8",
                &json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": scope}),
            )
            .header("Cache-Control", "no-store".into()),
            Err((status, error, text)) => Answer::json(
                status,
                "application/json; charset=utf-8",
                &json!({"error": error, "error_description": text}),
            ),
        }
    })
    .await
}

type Refusal = (u16, &'static str, String);

fn invalid(text: &str) -> Refusal {
    (400, "invalid_request", text.to_owned())
}

async fn give(world: &World, body: &[u8]) -> Result<(String, String), Refusal> {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    if field("grant_type") != "client_credentials" {
        return Err((
            400,
            "unsupported_grant_type",
            "The grant_type you requested is not currently supported".into(),
        ));
    }
    if field("client_assertion_type") != JWT_BEARER {
        return Err(invalid("client_assertion_type is not supported"));
    }
    let jwt = Jwt::parse(field("client_assertion")).ok_or_else(|| invalid("JWT format is invalid"))?;
    let client_id = jwt.text("sub").unwrap_or_default();
    let (tool, jwks_uri) =
        client(world, client_id).ok_or((401, "invalid_client", "unknown client".to_owned()))?;
    if jwt.text("iss") != Some(client_id) {
        return Err(invalid("the 'iss' must be the client id"));
    }
    if !is_audience(world, &jwt) {
        return Err(invalid("the 'aud' is invalid"));
    }
    times(world, &jwt)?;
    let jti = jwt.text("jti").ok_or_else(|| invalid("the 'jti' is missing"))?;
    verify(world, tool, &jwks_uri, &jwt)
        .await
        .map_err(|text| invalid(&text))?;
    if !world.lock().used_assertions.insert(jti.to_owned()) {
        return Err(invalid("the 'jti' is invalid"));
    }
    let scopes: Vec<String> = field("scope").split_whitespace().map(str::to_owned).collect();
    let may_be_notified = world
        .lock()
        .tools
        .get(tool)
        .is_some_and(|installed| installed.may_be_notified);
    let is_granted =
        |scope: &str| grants(world, tool, scope) || (may_be_notified && scope == super::notices::SCOPE);
    if scopes.is_empty() || !scopes.iter().all(|scope| is_granted(scope.as_str())) {
        return Err((
            400,
            "invalid_scope",
            "A requested scope is invalid, unknown, malformed, or exceeds the scope granted".into(),
        ));
    }
    let claims = json!({"sub": client_id, "jti": random::token::<16>(world.random()), "exp": world.now().timestamp() + 3_600});
    let token = keys::sign_hint(world.secret(), &claims);
    let scope = scopes.join(" ");
    grant(world, &token, tool, scopes);
    Ok((token, scope))
}

/// The token address, alone or in a list.
fn is_audience(world: &World, jwt: &Jwt) -> bool {
    let own = world.url("/login/oauth2/token");
    match jwt.claims.get("aud") {
        Some(serde_json::Value::String(aud)) => *aud == own,
        Some(serde_json::Value::Array(list)) => list.iter().any(|aud| aud.as_str() == Some(&own)),
        _ => false,
    }
}

fn times(world: &World, jwt: &Jwt) -> Result<(), Refusal> {
    let now = world.now().timestamp();
    match (jwt.seconds("iat"), jwt.seconds("exp")) {
        (Some(iat), _) if iat > now + 30 => Err(invalid("the 'iat' must not be in the future")),
        (Some(iat), _) if iat < now - 3_600 => Err(invalid("the 'iat' must be less than 60 minutes ago")),
        (Some(_), Some(exp)) if exp <= now => Err(invalid("the JWT has expired")),
        (Some(_), Some(_)) => Ok(()),
        _ => Err(invalid("the 'iat' or the 'exp' is missing")),
    }
}
