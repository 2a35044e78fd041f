//! Login initiation of the Moodle flavour.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::super::answer::Answer;
use super::super::login::{LoginForm, Start};
use super::super::pages::{see, session};
use super::super::request::query;
use super::super::world::World;
use super::super::world::model::Shown;
use super::opened;
use ambient::random;

/// Starts any message.
pub(crate) fn begin(world: &World, start: Start) -> Option<LoginForm> {
    let number = u32::from_le_bytes(random::bytes(world.random())) % 1_000_000_000;
    let mut data = world.lock();
    let person = data.people.get(&start.person)?;
    let course = data.courses.get(&start.course)?;
    let installed = data.tools.get(start.tool)?;
    let tool = installed.tool.as_ref()?;
    let target = start.target(tool);
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
    // As long as the session of the LMS itself.
    let expires = world.now() + TimeDelta::hours(8);
    data.pending.insert(launch_id, start.pending(target, expires));
    Some(form)
}

/// `/mod/lti/launch.php?id=<cmid>`: what the frame in the course page loads.
pub(super) async fn launch(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let query = query(&request);
    let cmid: Option<u64> = query.get("id").and_then(|id| id.parse().ok());
    let found = {
        let data = world.lock();
        data.courses.values().find_map(|course| {
            let link = course.links.iter().find(|link| Some(link.cmid) == cmid)?;
            Some((course.id, link.id))
        })
    };
    let form = found
        .zip(session::person(&world, &request))
        .and_then(|((course, link), person)| {
            let shown = Shown::of_parameter(query.get("window").map(String::as_str));
            Start::of_link(&world, course, person, link, shown)
        })
        .and_then(|start| begin(&world, start));
    opened(
        form,
        "This activity cannot be opened: no tool is installed, or nobody is logged in.",
    )
}

/// `/mod/lti/return.php?course=&launch_container=`: back from a tool to the course. A window that was opened for the tool
/// closes itself.
pub(super) async fn back(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let query = query(&request);
    if query.get("launch_container").map(String::as_str) == Some("4") {
        let page = "<!DOCTYPE html><title>Back</title><p>This window can be closed.</p><script>window.close();</script>";
        return Answer::html(200, page).into_response();
    }
    let course = query.get("course").map(String::as_str).unwrap_or_default();
    see(&world, &format!("/course/{course}"))
}
