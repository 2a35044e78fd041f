//! Login initiation of the Canvas flavour.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde_json::json;

use super::super::keys;
use super::super::login::{LoginForm, Start};
use super::super::pages::{see, session};
use super::super::request::parameter;
use super::super::world::World;
use super::super::world::data::Ask;
use super::super::world::model::{Person, Shown};
use super::{claims, opened};
use ambient::random;

/// Starts any message.
pub(crate) fn begin(world: &World, start: Start) -> Option<LoginForm> {
    let verifier = hex::encode(random::bytes::<32>(world.random()));
    let expires = world.now() + TimeDelta::minutes(5);
    let mut data = world.lock();
    let person = data.people.get(&start.person)?;
    let course = data.courses.get(&start.course)?;
    let installed = data.tools.get(start.tool)?;
    let tool = installed.tool.as_ref()?;
    let target = start.target(tool);
    let (kind, id) = match start.ask {
        Ask::Account => ("Account", 1),
        Ask::Personal => ("User", start.person),
        _ => ("Course", course.id),
    };
    let hint = json!({
        "verifier": verifier, "canvas_domain": world.origin(), "context_type": kind, "context_id": id,
        "exp": expires.timestamp(),
    });
    let deployment = match start.ask {
        Ask::Account | Ask::Personal => &installed.registration.deployment_id,
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
    data.pending.insert(verifier, start.pending(target, expires));
    Some(form)
}

/// Opaque, and not the `sub`.
pub(super) fn login_hint(person: &Person) -> String {
    claims::legacy_user_id(person).chars().rev().collect()
}

/// Starts the launch that `SpeedGrader` makes of a hand-in of the type `basic_lti_launch`: nothing in it names the student
/// but the address.
pub(crate) fn speed_grader(
    world: &World,
    course: u64,
    teacher: u64,
    column: u64,
    student: u64,
) -> Option<LoginForm> {
    let (link, url) = {
        let data = world.lock();
        let column = data.courses.get(&course)?.column(column)?;
        (column.link?, column.cells.get(&student)?.launch_url.clone()?)
    };
    let start = Start {
        target: Some(url),
        ..Start::of_link(world, course, teacher, link, Shown::Frame)?
    };
    begin(world, start)
}

/// `/courses/{course}/gradebook/speed_grader?column=&userid=`: what its frame loads.
pub(super) async fn speed_grader_frame(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    let number = |name: &str| parameter(&request, name).and_then(|text| text.parse::<u64>().ok());
    let form = session::person(&world, &request)
        .zip(number("column"))
        .zip(number("userid"))
        .and_then(|((person, column), student)| speed_grader(&world, *path, person, column, student));
    opened(form, "There is no submission of this student.")
}

/// `/courses/{course}/external_content/success/external_tool_redirect`: back from a tool to the course.
pub(super) async fn back(world: web::Data<World>, path: web::Path<u64>) -> HttpResponse {
    see(&world, &format!("/course/{}", *path))
}

/// What the frame in the course page loads.
pub(super) async fn launch(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    let (course, link) = *path;
    let shown = Shown::of_parameter(parameter(&request, "window").as_deref());
    let form = session::person(&world, &request)
        .and_then(|person| Start::of_link(&world, course, person, link, shown))
        .and_then(|start| begin(&world, start));
    opened(
        form,
        "Couldn't find valid settings for this link: no tool is installed, or nobody is logged in.",
    )
}
