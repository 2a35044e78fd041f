//! The authorization endpoint of the Canvas flavour.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::answer::Answer;
use super::super::keys;
use super::super::login::{AuthRequest, LoginForm, id_token};
use super::super::options::Tool;
use super::super::world::World;
use super::super::world::model::{CourseRole, Link};
use super::login::login_hint;
use super::{claims, deep_linking, error_page};
use ambient::random;

/// `/api/lti/authorize_redirect`: on to the school's own host, here the same one.
pub(super) async fn redirect(
    world: web::Data<World>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let query = if body.is_empty() {
        request.query_string().to_owned()
    } else {
        String::from_utf8_lossy(&body).into_owned()
    };
    Answer::html(302, "")
        .header("Location", world.url(&format!("/api/lti/authorize?{query}")))
        .into_response()
}

/// `/api/lti/authorize`.
pub(super) async fn auth(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    match authorize(&world, &AuthRequest::read(request.query_string(), &[])) {
        Ok(form) => form.page().into_response(),
        Err(text) => error_page(&text).into_response(),
    }
}

/// Answers an authentication request: the form to the tool, or the text of an error page. The hint works once.
pub(crate) fn authorize(world: &World, request: &AuthRequest) -> Result<LoginForm, String> {
    let redirect_uri = request.get("redirect_uri");
    let mut data = world.lock();
    let client_id = request.get("client_id");
    let index = data
        .tools
        .iter()
        .position(|known| known.registration.client_id == client_id);
    let known = index.and_then(|index| data.tools.get(index)?.tool.clone());
    let tool = known.ok_or("invalid_client: unknown client")?;
    if !is_registered(&tool, redirect_uri) {
        return Err("Invalid redirect_uri".into());
    }
    let refuse = |error: &str, text: &str| {
        Ok(LoginForm::new(
            redirect_uri,
            vec![
                ("error", error.to_owned()),
                ("error_description", text.to_owned()),
                ("state", request.get("state").to_owned()),
                ("lti_storage_target", world.storage_target().to_owned()),
            ],
        ))
    };
    let required = [
        "login_hint",
        "lti_message_hint",
        "nonce",
        "prompt",
        "redirect_uri",
        "response_mode",
        "response_type",
        "scope",
    ];
    if let Some(name) = request.missing(&required) {
        return refuse(
            "invalid_request_object",
            &format!("The following parameters are missing: {name}"),
        );
    }
    let fixed = [
        ("scope", "openid"),
        ("response_type", "id_token"),
        ("response_mode", "form_post"),
        ("prompt", "none"),
    ];
    if let Some((name, value)) = fixed.iter().find(|(name, value)| request.get(name) != *value) {
        return refuse(
            "invalid_request_object",
            &format!("The '{name}' must be '{value}'"),
        );
    }
    if let Some(error) = data.refusals.pop() {
        return refuse(&error, "The administrator wants it so");
    }
    let now = world.now();
    let pending = keys::read_hint(world.secret(), request.get("lti_message_hint"))
        .and_then(|hint| data.pending.remove(hint.text("verifier")?))
        .filter(|pending| pending.expires > now && Some(pending.tool) == index);
    let Some(pending) = pending else {
        return refuse(
            "launch_no_longer_valid",
            "The launch has either expired or already been consumed",
        );
    };
    let course = data.courses.get(&pending.course).ok_or("The course is gone")?;
    let none = Link::none(pending.tool);
    let link = course.link_or(pending.link, &none).ok_or("The link is gone")?;
    let person = data.people.get(&pending.person).ok_or("The user is gone")?;
    let installed = data.tools.get(pending.tool).ok_or("The tool is gone")?;
    if request.get("login_hint") != login_hint(person) {
        return refuse("login_required", "Must have an active user session");
    }
    let student = course
        .members
        .iter()
        .find(|(_, role)| *role == CourseRole::Student);
    let observed = student
        .and_then(|(id, _)| data.people.get(id))
        .map(|watched| watched.sub.clone());
    let launch = claims::Launch {
        course,
        link,
        installed,
        person,
        pending: &pending,
        nonce: request.get("nonce"),
        observed: observed.into_iter().collect(),
    };
    let claims = deep_linking::shaped(world, &data, &launch);
    drop(data);
    let token = id_token(world, claims);
    Ok(LoginForm::new(
        redirect_uri,
        vec![
            ("utf8", "✓".to_owned()),
            ("authenticity_token", random::token::<32>(world.random())),
            ("id_token", token),
            ("state", request.get("state").to_owned()),
            ("lti_storage_target", world.storage_target().to_owned()),
        ],
    ))
}

/// Without its query the address must be registered; a registered query must be in it.
fn is_registered(tool: &Tool, redirect_uri: &str) -> bool {
    let split = |uri: &str| {
        let (base, query) = uri.split_once('?').unwrap_or((uri, ""));
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        (base.to_owned(), pairs)
    };
    let (base, pairs) = split(redirect_uri);
    tool.redirect_uris.iter().any(|known| {
        let (known, needed) = split(known);
        known == base && needed.iter().all(|pair| pairs.contains(pair))
    })
}
