//! Content selection and submission review of the Moodle flavour, as observed.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::client_assertion;
use super::super::content;
use super::super::login::{LoginForm, Start};
use super::super::pages::content::answered;
use super::super::pages::session;
use super::super::request::query;
use super::super::world::World;
use super::super::world::data::{Ask, Data, Selection};
use super::super::world::model::Shown;
use super::claims::{self, Launch};
use super::login::begin;
use super::{error_page, opened};
use ambient::random;

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// Starts the choice of content.
pub(crate) fn start(world: &World, course: u64, person: u64, tool: usize) -> Option<LoginForm> {
    let name = random::token::<8>(world.random());
    let selection = Selection {
        tool,
        course,
        placement: String::new(),
        data: None,
        items: Vec::new(),
    };
    world.lock().selections.insert(name.clone(), selection);
    begin(
        world,
        Start::without_link(course, person, tool, Ask::Selection(name)),
    )
}

/// Starts a submission review. The login names the activity's own target; the column's stands in the signed message.
pub(crate) fn review(
    world: &World,
    course: u64,
    teacher: u64,
    column: u64,
    student: u64,
) -> Option<LoginForm> {
    let link = world.lock().courses.get(&course)?.column(column)?.link?;
    let start = Start {
        ask: Ask::Review { column, student },
        ..Start::of_link(world, course, teacher, link, Shown::Frame)?
    };
    begin(world, start)
}

/// `/mod/lti/contentitem.php?course=&id=`: what the frame of the activity form loads.
pub(super) async fn select(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let query = query(&request);
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    let tool = number("id").and_then(|tool| usize::try_from(tool).ok());
    let form = match (number("course"), session::person(&world, &request), tool) {
        (Some(course), Some(person), Some(tool)) => start(&world, course, person, tool),
        _ => None,
    };
    opened(form, "No tool is installed, or nobody is logged in.")
}

/// `/mod/lti/grade.php?course=&column=&userid=`: the grade analysis link of a column.
pub(super) async fn grade(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let query = query(&request);
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    let form = match (
        number("course"),
        session::person(&world, &request),
        number("column"),
        number("userid"),
    ) {
        (Some(course), Some(person), Some(column), Some(student)) => {
            review(&world, course, person, column, student)
        }
        _ => None,
    };
    opened(form, "There is no such column.")
}

/// The claims of whatever message was asked for.
pub(super) fn shaped(world: &World, data: &Data, launch: &Launch<'_>) -> Map<String, Value> {
    let mut claims = claims::resource_link(world, launch);
    match &launch.pending.ask {
        Ask::Link | Ask::Account | Ask::Personal => {}
        Ask::Selection(name) => {
            claims.insert(format!("{LTI}message_type"), json!("LtiDeepLinkingRequest"));
            claims.insert(format!("{LTI}launch_presentation"), json!({"locale": "en"}));
            claims.remove(&format!("{LTI}resource_link"));
            // The member list is told once an activity of the tool is in the course, and not before.
            if !launch
                .course
                .links
                .iter()
                .any(|link| link.tool == launch.link.tool)
            {
                claims.remove("https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice");
            }
            let url = format!(
                "/mod/lti/contentitem_return.php?course={}&id={}&sesskey={name}",
                launch.course.id, launch.installed.type_id
            );
            claims.insert(
                "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings".into(),
                json!({
                    "accept_types": ["ltiResourceLink"],
                    "accept_presentation_document_targets": ["frame", "iframe", "window"],
                    "accept_copy_advice": false, "accept_multiple": true, "accept_unsigned": false,
                    "auto_create": false, "can_confirm": false,
                    "deep_link_return_url": world.url(&url),
                    "title": launch.installed.tool.as_ref().map(|tool| tool.name.clone()), "text": "",
                }),
            );
        }
        Ask::Review { column, student } => {
            claims.insert(format!("{LTI}message_type"), json!("LtiSubmissionReviewRequest"));
            let sub = data.people.get(student).map(|person| person.sub.clone());
            claims.insert(format!("{LTI}for_user"), json!({"user_id": sub}));
            let review = launch
                .course
                .column(*column)
                .and_then(|column| {
                    let stale = column.stale_record.as_ref();
                    let stale = stale.and_then(|record| record.submission_review.clone());
                    column.submission_review.clone().or(stale)
                })
                .unwrap_or_default();
            if let Some(url) = review.get("url") {
                claims.insert(format!("{LTI}target_link_uri"), url.clone());
            }
            let custom = claims
                .get_mut(&format!("{LTI}custom"))
                .and_then(Value::as_object_mut);
            if let (Some(custom), Some(more)) = (custom, review.get("custom").and_then(Value::as_object)) {
                custom.extend(more.clone());
            }
        }
    }
    claims
}

/// `/mod/lti/contentitem_return.php`: what the tool returns. Audience, deployment, data and types are not looked at, and
/// whatever is returned becomes an activity.
pub(super) async fn returned(
    world: web::Data<World>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let query = query(&request);
    let name = query.get("sesskey").cloned().unwrap_or_default();
    match read(&world, &name, &body).await {
        Ok(message) => answered(&world, &request, &name, message),
        Err(text) => error_page(&text).into_response(),
    }
}

async fn read(world: &World, name: &str, body: &[u8]) -> Result<Option<String>, String> {
    let selection = world
        .selection(name)
        .ok_or("Invalid sesskey submitted, form not accepted!")?;
    let jwt = content::jwt(body).ok_or("JWT missing")?;
    let client = world.registration(selection.tool).client_id;
    if jwt.text("iss") != Some(client.as_str()) {
        return Err("Consumer key is incorrect.".into());
    }
    let (tool, jwks) = client_assertion::client(world, &client).ok_or("Consumer key is incorrect.")?;
    client_assertion::verify(world, tool, &jwks, &jwt).await?;
    let now = world.now().timestamp();
    if jwt.seconds("iat").is_some_and(|iat| iat > now) || jwt.seconds("exp").is_some_and(|exp| exp <= now) {
        return Err("Cannot handle token: it is from another time".into());
    }
    let items = content::items(&jwt)?;
    world.keep_items(name, items);
    Ok(content::message(&jwt))
}
