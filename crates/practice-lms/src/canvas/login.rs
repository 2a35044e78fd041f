//! Login initiation and the authorization endpoint of the Canvas flavour.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde_json::json;

use super::super::answer::{Answer, escape};
use super::super::login::{AuthRequest, LoginForm, id_token};
use super::super::pages::session;
use super::super::world::World;
use super::super::world::data::{Ask, Pending};
use super::super::world::model::{CourseRole, Link, Person};
use super::super::{Tool, keys};
use super::{claims, deep_linking};
use ambient::random;

/// Starts a launch: the form that posts to the tool's login initiation.
pub(crate) fn start(
    world: &World,
    course_id: u64,
    person_id: u64,
    link_id: u64,
    in_frame: bool,
) -> Option<LoginForm> {
    let (tool, target) = {
        let data = world.lock();
        let link = data.courses.get(&course_id)?.link(link_id)?;
        (link.tool, link.url.clone())
    };
    let start = Start {
        course: course_id,
        person: person_id,
        tool,
        link: link_id,
        target,
        ask: Ask::Link,
        in_frame,
    };
    begin(world, start)
}

/// Who asks for what.
pub(crate) struct Start {
    pub course: u64,
    pub person: u64,
    pub tool: usize,
    /// 0 for none.
    pub link: u64,
    /// The tool's own when there is none.
    pub target: Option<String>,
    pub ask: Ask,
    pub in_frame: bool,
}

/// Starts any message.
pub(crate) fn begin(world: &World, start: Start) -> Option<LoginForm> {
    let verifier = hex::encode(random::bytes::<32>(world.random()));
    let expires = world.now() + TimeDelta::minutes(5);
    let mut data = world.lock();
    let person = data.people.get(&start.person)?;
    let course = data.courses.get(&start.course)?;
    let installed = data.tools.get(start.tool)?;
    let tool = installed.tool.as_ref()?;
    let target = start.target.unwrap_or_else(|| tool.target_link_uri.clone());
    let (kind, id) = match start.ask {
        Ask::Account => ("Account", 1),
        _ => ("Course", course.id),
    };
    let hint = json!({
        "verifier": verifier, "canvas_domain": world.origin(), "context_type": kind, "context_id": id,
        "exp": expires.timestamp(),
    });
    let deployment = match start.ask {
        Ask::Account => &installed.registration.deployment_id,
        _ => installed.deployment(start.course),
    };
    let form = LoginForm::new(
        &tool.initiate_login_uri,
        vec![
            ("iss", world.issuer().to_owned()),
            ("login_hint", login_hint(person)),
            ("client_id", installed.registration.client_id.clone()),
            ("deployment_id", deployment.to_owned()),
            ("target_link_uri", target.clone()),
            ("lti_message_hint", keys::sign_hint(world.secret(), &hint)),
            ("canvas_environment", "production".to_owned()),
            ("canvas_region", "us-east-1".to_owned()),
            ("lti_storage_target", world.storage_target().to_owned()),
        ],
    );
    let pending = Pending {
        tool: start.tool,
        course: start.course,
        link: start.link,
        person: start.person,
        target_link_uri: target,
        expires,
        in_frame: start.in_frame,
        ask: start.ask,
    };
    data.pending.insert(verifier, pending);
    Some(form)
}

/// Opaque, and not the `sub`.
fn login_hint(person: &Person) -> String {
    claims::legacy_user_id(person).chars().rev().collect()
}

/// What the frame in the course page loads.
pub(super) async fn launch(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    let (course, link) = *path;
    let in_frame = !request.query_string().contains("window=1");
    let form =
        session::person(&world, &request).and_then(|person| start(&world, course, person, link, in_frame));
    match form {
        Some(form) => form.page().into_response(),
        None => error_page(
            "Couldn't find valid settings for this link: no tool is installed, or nobody is logged in.",
        )
        .into_response(),
    }
}

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
    if let Some(name) = required.iter().find(|name| request.get(name).is_empty()) {
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
    let link = match course.link(pending.link) {
        Some(link) => link,
        None if pending.link == 0 => &none,
        None => return Err("The link is gone".into()),
    };
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

pub(super) fn error_page(text: &str) -> Answer {
    Answer::html(
        400,
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><title>Page Error</title></head><body><h1>Page Error</h1><p>{}</p></body></html>",
            escape(text)
        ),
    )
}
