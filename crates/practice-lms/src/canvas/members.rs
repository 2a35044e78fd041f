//! Names and roles (NRPS 2.0) as Canvas gives them: full role URIs, 50 a page.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::json;

use super::super::answer::{Answer, serve};
use super::super::client_assertion::scope;
use super::super::memberships;
use super::super::request::query;
use super::super::world::World;
use super::super::world::faults::Endpoint;
use super::{Page, claims, custom, metered, not_found, refusal, tool};

#[derive(Serialize)]
struct Member<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lis_person_sourcedid: Option<&'a str>,
    user_id: &'a str,
    lti11_legacy_user_id: String,
    roles: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<serde_json::Value>,
}

/// The members of a course, page by page.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    serve(&world, Endpoint::Members, async {
        metered(members(&world, &request, *path).unwrap_or_else(|refused| refused))
    })
    .await
}

fn members(world: &World, request: &HttpRequest, course: u64) -> Result<Answer, Answer> {
    let tool = tool(world, request, &[scope::MEMBERS])?;
    let query = query(request);
    let data = world.lock();
    let course = data.courses.get(&course).ok_or_else(not_found)?;
    let installed = data.tools.get(tool).ok_or_else(not_found)?;
    let link = match query.get("rlid") {
        None => None,
        Some(rlid) => Some(
            course
                .resource_link(rlid)
                .ok_or_else(|| refusal(400, "Invalid 'rlid' parameter"))?,
        ),
    };
    let names = installed.shares_names();
    let email = installed.shares_email();
    // Sections give one member several roles; none of them is current in a course that was concluded.
    let mut ids: Vec<u64> = Vec::new();
    for (id, _) in &course.members {
        if !ids.contains(id) && course.current_role(*id).is_some() {
            ids.push(*id);
        }
    }
    let people: Vec<_> = ids
        .into_iter()
        .map(|id| (id, claims::roles_of(course, id)))
        .filter(|(_, roles)| {
            query
                .get("role")
                .is_none_or(|wanted| roles.contains(&wanted.as_str()))
        })
        .filter_map(|(id, roles)| Some((data.people.get(&id)?, roles)))
        .collect();
    let page = Page::cut(world, request, people.len(), 50, 50);
    let members: Vec<Member<'_>> = page
        .of(&people)
        .iter()
        .map(|(person, roles)| Member {
            status: "Active",
            name: names.then(|| person.name()),
            picture: (names && email).then(|| world.url("/images/messages/avatar-50.png")),
            given_name: names.then_some(person.given.as_str()),
            family_name: names.then_some(person.family.as_str()),
            email: email.then_some(person.email.as_str()),
            lis_person_sourcedid: names.then_some(person.sis_id.as_str()).filter(|id| !id.is_empty()),
            user_id: &person.sub,
            lti11_legacy_user_id: claims::legacy_user_id(person),
            roles: roles.clone(),
            message: link.map(|link| {
                json!([{
                    "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
                    "locale": "en",
                    "https://purl.imsglobal.org/spec/lti/claim/custom":
                        custom::claim(world, course, link, installed, person),
                    "https://purl.imsglobal.org/spec/lti/claim/lti11_legacy_user_id": claims::legacy_user_id(person),
                }])
            }),
        })
        .collect();
    let id = claims::memberships_url(world, course);
    Ok(memberships::answer(&id, course, &members).header("Link", page.links))
}
