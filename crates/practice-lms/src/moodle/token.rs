//! `/mod/lti/token.php`.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::answer::{Answer, serve};
use super::super::client_assertion::{JWT_BEARER, client, grant, grants, verify};
use super::super::keys::Jwt;
use super::super::request::header;
use super::super::world::World;
use super::super::world::faults::Endpoint;
use ambient::random;

/// Answers a token request: JSON, but called `text/html`.
pub(super) async fn token(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    serve(&world, Endpoint::Token, async {
        match give(&world, &request, &body).await {
            Ok((token, scope)) => Answer::html(
                200,
                format!(
                    "{{\n  \"access_token\" : \"{token}\",\n  \"token_type\" : \"Bearer\",\n  \"expires_in\" : 3600,\n  \
                     \"scope\" : \"{scope}\"\n}}\n"
                ),
            ),
            // The text goes in as it is: with quotes in it, this is not JSON.
            Err(error) => Answer::html(400, format!("{{\n  \"error\" : \"{error}\"\n}}\n")),
        }
    })
    .await
}

async fn give(world: &World, request: &HttpRequest, body: &[u8]) -> Result<(String, String), String> {
    let is_form = header(request, "content-type")
        .is_some_and(|kind| kind.split(';').next() == Some("application/x-www-form-urlencoded"));
    let form: Vec<(String, String)> = if is_form {
        url::form_urlencoded::parse(body).into_owned().collect()
    } else {
        Vec::new()
    };
    let field = |name: &str| {
        form.iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let required = |name: &str| {
        field(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| "invalid_request".to_owned())
    };
    let assertion = required("client_assertion")?;
    let kind = required("client_assertion_type")?;
    let grant_type = required("grant_type")?;
    let wanted = required("scope")?;
    if grant_type != "client_credentials" || kind != JWT_BEARER {
        return Err("unsupported_grant_type".into());
    }
    let jwt = Jwt::parse(assertion).ok_or("invalid_request")?;
    let client_id = jwt.text("sub").ok_or("invalid_request")?;
    let (tool, jwks_uri) = client(world, client_id).ok_or("invalid_client")?;
    verify(world, tool, &jwks_uri, &jwt).await?;
    times(world, &jwt)?;
    let scopes: Vec<String> = wanted
        .split_whitespace()
        .filter(|scope| grants(world, tool, scope))
        .map(str::to_owned)
        .collect();
    if scopes.is_empty() {
        return Err("invalid_scope".into());
    }
    let token = hex::encode(random::bytes::<16>(world.random()));
    let scope = scopes.join(" ");
    grant(world, &token, tool, scopes);
    Ok((token, scope))
}

/// What the JWT library checks, without any leeway. Only what is there is checked.
fn times(world: &World, jwt: &Jwt) -> Result<(), String> {
    let now = world.now().timestamp();
    for claim in ["nbf", "iat"] {
        if let Some(time) = jwt.seconds(claim).filter(|time| *time > now) {
            let time = chrono::DateTime::from_timestamp(time, 0).unwrap_or_default();
            let time = time.format("%Y-%m-%dT%H:%M:%S%z");
            return Err(format!("Cannot handle token with {claim} prior to {time}"));
        }
    }
    match jwt.seconds("exp") {
        Some(exp) if exp <= now => Err("Expired token".into()),
        _ => Ok(()),
    }
}
