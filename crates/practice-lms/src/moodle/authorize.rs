//! The authorization endpoint of the Moodle flavour.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use super::super::login::{AuthRequest, LoginForm, id_token};
use super::super::world::World;
use super::super::world::model::Link;
use super::{claims, deep_linking, error_page};

/// `/mod/lti/auth.php`.
pub(super) async fn auth(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    match authorize(&world, &AuthRequest::read(request.query_string(), &body)) {
        Ok(form) => form.page().into_response(),
        Err(text) => error_page(&text).into_response(),
    }
}

/// Answers an authentication request: the form to the tool, or the text of an error page. The launch id works once.
pub(crate) fn authorize(world: &World, request: &AuthRequest) -> Result<LoginForm, String> {
    let hint: Value = serde_json::from_str(request.get("lti_message_hint")).unwrap_or_default();
    let launch_id = hint.get("launchid").and_then(Value::as_str).unwrap_or_default();
    let mut data = world.lock();
    let pending = data
        .pending
        .remove(launch_id)
        .ok_or("Invalid request: this launch is unknown or was used before.")?;
    let refusal = data.refusals.pop();
    let installed = data
        .tools
        .get(pending.tool)
        .ok_or("Invalid request: unknown tool.")?;
    let tool = installed.tool.as_ref().ok_or("Invalid request: unknown tool.")?;
    let redirect_uri = request.get("redirect_uri");
    if !tool
        .redirect_uris
        .iter()
        .any(|known| known.trim() == redirect_uri)
    {
        return Err("Mismatched redirect URI".into());
    }
    let course = data
        .courses
        .get(&pending.course)
        .ok_or("Invalid request: unknown course.")?;
    let none = Link::none(pending.tool);
    let link = course
        .link_or(pending.link, &none)
        .ok_or("Invalid request: unknown activity.")?;
    let person = data
        .people
        .get(&pending.person)
        .ok_or("Invalid request: unknown user.")?;
    let wrong = refusal
        .map(|error| (error, "The administrator wants it so"))
        .or_else(|| {
            wrong(request, &installed.registration.client_id, &person.sub)
                .map(|(e, text)| (e.to_owned(), text))
        });
    if let Some((error, text)) = wrong {
        let state = request.get("state").to_owned();
        return Ok(LoginForm::new(
            redirect_uri,
            vec![
                ("error", error),
                ("error_description", text.to_owned()),
                ("state", state),
            ],
        ));
    }
    let launch = claims::Launch {
        course,
        link,
        installed,
        person,
        pending: &pending,
        nonce: request.get("nonce"),
    };
    let claims = deep_linking::shaped(world, &data, &launch);
    drop(data);
    let token = id_token(world, claims);
    Ok(LoginForm::new(
        redirect_uri,
        vec![("id_token", token), ("state", request.get("state").to_owned())],
    ))
}

/// What Moodle answers with an OpenID Connect error.
fn wrong(request: &AuthRequest, client_id: &str, sub: &str) -> Option<(&'static str, &'static str)> {
    let required = [
        "scope",
        "response_type",
        "client_id",
        "redirect_uri",
        "login_hint",
        "nonce",
    ];
    if request.missing(&required).is_some() {
        Some(("invalid_request", "Missing parameter"))
    } else if request.get("scope") != "openid" {
        Some(("invalid_scope", "Invalid scope"))
    } else if request.get("response_type") != "id_token" {
        Some(("unsupported_response_type", "Invalid response type"))
    } else if request.get("client_id") != client_id {
        Some(("unauthorized_client", "Unauthorized client"))
    } else if request.get("login_hint") != sub {
        Some(("access_denied", "The user is another one"))
    } else if request.get("response_mode") != "form_post" {
        Some(("invalid_request", "Invalid response_mode"))
    } else if !matches!(request.get("prompt"), "" | "none") {
        Some(("invalid_request", "Invalid prompt"))
    } else {
        None
    }
}
