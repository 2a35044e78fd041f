//! Deep linking and account navigation of the Canvas flavour.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::client_assertion;
use super::super::content;
use super::super::login::{LoginForm, Start};
use super::super::pages::content::answered;
use super::super::pages::session;
use super::super::request::parameter;
use super::super::world::World;
use super::super::world::data::{Ask, Data, Selection};
use super::claims::{self, Launch};
use super::login::begin;
use super::{error_page, opened};
use ambient::random;

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// What each place takes: types, several items, a line item, created without asking.
fn accepts(placement: &str) -> Option<(&'static [&'static str], bool, bool, bool)> {
    const LINK: &[&str] = &["ltiResourceLink"];
    Some(match placement {
        "assignment_selection" => (LINK, false, true, false),
        "course_assignments_menu" | "link_selection" => (LINK, true, true, false),
        "module_index_menu_modal" | "module_menu_modal" => (LINK, true, true, true),
        "editor_button" => (
            &["link", "file", "html", "ltiResourceLink", "image"],
            true,
            false,
            false,
        ),
        _ => return None,
    })
}

/// Starts the choice of content.
pub(crate) fn start(
    world: &World,
    course: u64,
    person: u64,
    tool: usize,
    placement: &str,
) -> Option<LoginForm> {
    accepts(placement)?;
    let name = random::token::<16>(world.random());
    let selection = Selection {
        tool,
        course,
        placement: placement.to_owned(),
        data: Some(super::super::keys::sign_hint(
            world.secret(),
            &json!({"selection": name}),
        )),
        items: Vec::new(),
    };
    world.lock().selections.insert(name.clone(), selection);
    begin(
        world,
        Start::without_link(course, person, tool, Ask::Selection(name)),
    )
}

/// Starts the account navigation.
pub(crate) fn start_account(world: &World, person: u64, tool: usize) -> Option<LoginForm> {
    let course = world.courses().first()?.id;
    begin(world, Start::without_link(course, person, tool, Ask::Account))
}

/// Starts the navigation of whoever is signed in.
pub(crate) fn start_personal(world: &World, person: u64, tool: usize) -> Option<LoginForm> {
    let course = world.courses().first()?.id;
    begin(world, Start::without_link(course, person, tool, Ask::Personal))
}

/// What the frame of the place loads.
pub(super) async fn select(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, usize)>,
) -> HttpResponse {
    let (course, tool) = *path;
    let placement = parameter(&request, "placement").unwrap_or_default();
    let form =
        session::person(&world, &request).and_then(|person| start(&world, course, person, tool, &placement));
    opened(form, "Couldn't find valid settings for this link.")
}

/// What the account's navigation opens.
pub(super) async fn account(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, usize)>,
) -> HttpResponse {
    let form = session::person(&world, &request).and_then(|person| start_account(&world, person, path.1));
    opened(form, "Couldn't find valid settings for this link.")
}

/// What the navigation of whoever is signed in opens.
pub(super) async fn personal(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, usize)>,
) -> HttpResponse {
    let form = session::person(&world, &request).and_then(|person| start_personal(&world, person, path.1));
    opened(form, "Couldn't find valid settings for this link.")
}

/// The claims of whatever message was asked for.
pub(super) fn shaped(world: &World, data: &Data, launch: &Launch<'_>) -> Map<String, Value> {
    let mut claims = claims::resource_link(world, launch);
    match &launch.pending.ask {
        Ask::Link | Ask::Review { .. } => {}
        Ask::Selection(name) => {
            let Some(selection) = data.selections.get(name) else {
                return claims;
            };
            let Some((types, several, line_items, auto_create)) = accepts(&selection.placement) else {
                return claims;
            };
            let targets: &[&str] = match selection.placement.as_str() {
                "editor_button" => &["embed", "iframe", "window"],
                _ => &["iframe", "window"],
            };
            claims.remove(&format!("{LTI}resource_link"));
            claims.insert(format!("{LTI}message_type"), json!("LtiDeepLinkingRequest"));
            claims.insert(
                "https://www.instructure.com/placement".into(),
                json!(selection.placement),
            );
            let url = format!(
                "/courses/{}/deep_linking_response?modal=true&token={name}",
                launch.course.id
            );
            claims.insert(
                "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings".into(),
                json!({
                    "deep_link_return_url": world.url(&url), "accept_types": types,
                    "accept_presentation_document_targets": targets, "accept_media_types": "",
                    "accept_multiple": several, "accept_lineitem": line_items, "auto_create": auto_create,
                    "data": selection.data, "validation_context": null, "errors": {"errors": {}},
                }),
            );
        }
        Ask::Account => {
            let id = hex::encode(world.guid().unwrap_or_default());
            outside_courses(
                &mut claims,
                &id,
                "Account",
                "North Coast Polytechnic",
                "account_navigation",
            );
        }
        Ask::Personal => {
            let id = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
            let id = hex::encode(format!("user of {id}"));
            let name = claims.get("name").and_then(Value::as_str).unwrap_or_default();
            let name = name.to_owned();
            outside_courses(&mut claims, &id, "User", &name, "user_navigation");
        }
    }
    claims
}

/// An account is no course, and neither is a person: a context of its own, roles in the institution alone, no services.
fn outside_courses(claims: &mut Map<String, Value>, id: &str, kind: &str, title: &str, placement: &str) {
    let no_errors = json!({"errors": {}});
    for name in [
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
    ] {
        claims.remove(name);
    }
    claims.remove(&format!("{LTI}lis"));
    claims.insert(
        format!("{LTI}context"),
        json!({
            "id": id, "label": null, "title": title, "type": [kind],
            "validation_context": null, "errors": no_errors,
        }),
    );
    claims.insert(
        format!("{LTI}resource_link"),
        json!({
            "id": id, "description": null, "title": "Cairn", "validation_context": null, "errors": no_errors,
        }),
    );
    claims.insert("https://www.instructure.com/placement".into(), json!(placement));
    let roles = claims
        .get_mut(&format!("{LTI}roles"))
        .and_then(Value::as_array_mut);
    if let Some(roles) = roles {
        roles.retain(|role| !role.as_str().unwrap_or_default().contains("/membership"));
    }
}

/// What the tool returns. Canvas looks at all of it.
pub(super) async fn returned(
    world: web::Data<World>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let name = parameter(&request, "token").unwrap_or_default();
    match read(&world, &name, &body).await {
        Ok(message) => answered(&world, &request, &name, message),
        Err(text) => error_page(&text).into_response(),
    }
}

async fn read(world: &World, name: &str, body: &[u8]) -> Result<Option<String>, String> {
    let selection = world
        .selection(name)
        .ok_or("The request is unknown or was answered before.")?;
    let jwt = content::jwt(body).ok_or("JWT missing")?;
    let registration = world.registration(selection.tool);
    let client = registration.client_id;
    if jwt.text("iss") != Some(client.as_str()) {
        return Err("The 'iss' must be the client id of the developer key.".into());
    }
    if jwt.text("aud") != Some(world.issuer()) {
        return Err("The 'aud' is invalid.".into());
    }
    let (tool, jwks) = client_assertion::client(world, &client).ok_or("Developer key not found.")?;
    client_assertion::verify(world, tool, &jwks, &jwt).await?;
    let now = world.now().timestamp();
    if jwt.seconds("iat").is_none_or(|iat| iat > now) || jwt.seconds("exp").is_none_or(|exp| exp <= now) {
        return Err("The JWT has expired, or its times are missing.".into());
    }
    if jwt.text("nonce").is_none_or(str::is_empty) {
        return Err("The 'nonce' is missing.".into());
    }
    let lti = |name: &str| jwt.text(&format!("{LTI}{name}")).unwrap_or_default().to_owned();
    if lti("message_type") != "LtiDeepLinkingResponse" || lti("version") != "1.3.0" {
        return Err("Not a deep linking response.".into());
    }
    let deployment = {
        let data = world.lock();
        let installed = data.tools.get(selection.tool).ok_or("Tool not found.")?;
        installed.deployment(selection.course).to_owned()
    };
    if lti("deployment_id") != deployment {
        return Err("Deployment not found.".into());
    }
    if jwt.text(content::DATA) != selection.data.as_deref() {
        return Err("The 'data' did not come back.".into());
    }
    let items = content::items(&jwt)?;
    let (types, several, line_items, _) = accepts(&selection.placement).ok_or("No such placement.")?;
    if items.len() > 1 && !several {
        return Err("Only one content item is accepted.".into());
    }
    for item in &items {
        let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
        if !types.contains(&kind) {
            return Err(format!("The content item type {kind:?} is not accepted."));
        }
        if item.get("lineItem").is_some() && !line_items {
            return Err("A line item is not accepted.".into());
        }
    }
    world.keep_items(name, items);
    Ok(content::message(&jwt))
}
