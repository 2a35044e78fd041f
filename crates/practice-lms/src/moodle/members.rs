//! Names and roles (NRPS 2.0) as Moodle gives them: bare-word roles, everybody in one answer.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::answer::{Answer, serve};
use super::super::client_assertion::scope;
use super::super::memberships;
use super::super::request::query;
use super::super::world::World;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Course, CourseRole, Installed, Link, Person};
use super::{accepts, bad_gateway, outcomes, page, refusal, tool};

#[derive(Serialize)]
struct Member<'a> {
    status: &'static str,
    roles: [&'static str; 1],
    user_id: &'a str,
    lis_person_sourcedid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext_user_username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Value>,
}

/// The address of the member list.
pub(super) fn url(world: &World, course: &Course, installed: &Installed) -> String {
    world.url(&format!(
        "/mod/lti/services.php/CourseSection/{}/bindings/{}/memberships",
        course.id, installed.type_id
    ))
}

/// Everybody in a course.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    let (course, type_id) = path.into_inner();
    serve(&world, Endpoint::Members, async {
        members(&world, &request, course, type_id).unwrap_or_else(|refused| refused)
    })
    .await
}

fn members(world: &World, request: &HttpRequest, course: u64, type_id: u64) -> Result<Answer, Answer> {
    accepts(request, memberships::MEDIA_TYPE)?;
    let tool = tool(world, request, &[scope::MEMBERS])?;
    let query = query(request);
    if query.get("rlid").is_some_and(|rlid| rlid.parse::<u64>().is_err()) {
        return Err(bad_gateway());
    }
    let data = world.lock();
    let installed = data
        .tools
        .get(tool)
        .filter(|known| known.type_id == type_id)
        .ok_or_else(|| refusal(request, 401, "Unauthorized"))?;
    let course = data
        .courses
        .get(&course)
        .ok_or_else(|| refusal(request, 404, "Not Found: Course"))?;
    let link = match query.get("rlid") {
        None => None,
        Some(rlid) => Some(
            course
                .resource_link(rlid)
                .ok_or_else(|| refusal(request, 404, "Not Found: Resource link"))?,
        ),
    };
    let wanted = query.get("role").and_then(|role| role.rsplit(['#', '/']).next());
    let names = installed.shares_names();
    let email = installed.shares_email();
    let mut people: Vec<_> = course
        .members
        .iter()
        .map(|(id, role)| {
            (
                id,
                if *role == CourseRole::Teacher {
                    "Instructor"
                } else {
                    "Learner"
                },
            )
        })
        .filter(|(_, role)| wanted.is_none_or(|wanted| wanted == *role))
        .filter_map(|(id, role)| Some((data.people.get(id)?, role)))
        .collect();
    people.sort_by(|(one, _), (other, _)| {
        (&one.family, &one.given, one.id).cmp(&(&other.family, &other.given, other.id))
    });
    let members: Vec<Member<'_>> = people
        .into_iter()
        .map(|(person, role)| Member {
            status: "Active",
            roles: [role],
            user_id: &person.sub,
            lis_person_sourcedid: &person.sis_id,
            name: names.then(|| person.name()),
            given_name: names.then_some(person.given.as_str()),
            family_name: names.then_some(person.family.as_str()),
            email: email.then_some(person.email.as_str()),
            ext_user_username: names.then_some(person.username.as_str()),
            message: link.map(|link| message(world, installed, link, person)),
        })
        .collect();
    let id = url(world, course, installed);
    let (from, end, next) = page(&query, members.len()).unwrap_or((0, members.len(), None));
    let shown = members.get(from..end).unwrap_or_default();
    let answer = memberships::answer(&id, course, shown);
    // The link to the next page forgets the role that was asked for.
    Ok(match (next, query.get("limit")) {
        (Some(next), Some(limit)) => {
            answer.header("Link", format!("<{id}?limit={limit}&from={next}>; rel=\"next\""))
        }
        _ => answer,
    })
}

/// What `?rlid=` adds to a member.
fn message(world: &World, installed: &Installed, link: &Link, person: &Person) -> Value {
    json!([{
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
        "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome": outcomes::claim(world, installed, link, person),
    }])
}
