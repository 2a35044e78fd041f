//! Login initiation and the authorization endpoint of the Moodle flavour.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde_json::Value;

use super::super::login::{AuthRequest, LoginForm, id_token};
use super::super::pages::session;
use super::super::world::World;
use super::super::world::data::{Ask, Pending};
use super::super::world::model::Link;
use super::{claims, deep_linking, error_page};
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
    let number = u32::from_le_bytes(random::bytes(world.random())) % 1_000_000_000;
    let mut data = world.lock();
    let person = data.people.get(&start.person)?;
    let course = data.courses.get(&start.course)?;
    let installed = data.tools.get(start.tool)?;
    let tool = installed.tool.as_ref()?;
    let target = start.target.unwrap_or_else(|| tool.target_link_uri.clone());
    let (launch_id, hint) = match course.link(start.link) {
        Some(link) => {
            let id = format!("ltilaunch{}_{number}", link.id);
            let hint = format!("{{\"cmid\":{},\"launchid\":\"{id}\"}}", link.cmid);
            (id, hint)
        }
        None => {
            let id = format!("ltilaunch_ContentItemSelectionRequest{number}");
            let hint = format!("{{\"launchid\":\"{id}\"}}");
            (id, hint)
        }
    };
    let form = LoginForm::new(
        &tool.initiate_login_uri,
        vec![
            ("iss", world.issuer().to_owned()),
            ("target_link_uri", target.clone()),
            ("login_hint", person.sub.clone()),
            ("lti_message_hint", hint),
            ("client_id", installed.registration.client_id.clone()),
            ("lti_deployment_id", installed.deployment(start.course).to_owned()),
        ],
    );
    let pending = Pending {
        tool: start.tool,
        course: start.course,
        link: start.link,
        person: start.person,
        target_link_uri: target,
        // As long as the session of the LMS itself.
        expires: world.now() + TimeDelta::hours(8),
        in_frame: start.in_frame,
        ask: start.ask,
    };
    data.pending.insert(launch_id, pending);
    Some(form)
}

/// `/mod/lti/launch.php?id=<cmid>`: what the frame in the course page loads.
pub(super) async fn launch(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let query = super::query(&request);
    let cmid: Option<u64> = query.get("id").and_then(|id| id.parse().ok());
    let found = {
        let data = world.lock();
        data.courses.values().find_map(|course| {
            let link = course.links.iter().find(|link| Some(link.cmid) == cmid)?;
            Some((course.id, link.id))
        })
    };
    let form = match (found, session::person(&world, &request)) {
        (Some((course, link)), Some(person)) => {
            start(&world, course, person, link, !query.contains_key("window"))
        }
        _ => None,
    };
    match form {
        Some(form) => form.page().into_response(),
        None => error_page("This activity cannot be opened: no tool is installed, or nobody is logged in.")
            .into_response(),
    }
}

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
    let link = match course.link(pending.link) {
        Some(link) => link,
        None if pending.link == 0 => &none,
        None => return Err("Invalid request: unknown activity.".into()),
    };
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
    let missing = [
        "scope",
        "response_type",
        "client_id",
        "redirect_uri",
        "login_hint",
        "nonce",
    ]
    .iter()
    .any(|name| request.get(name).is_empty());
    if missing {
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
