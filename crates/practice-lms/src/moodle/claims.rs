//! The claims of a Moodle launch.

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};

use super::super::client_assertion::{ags_scopes, offers_members};
use super::super::world::World;
use super::super::world::data::Pending;
use super::super::world::model::{Course, CourseRole, Installed, Link, Person};
use super::{custom, line_items};
use ambient::random;

/// The prefix of LTI claims.
const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#";

/// Who launches what, and from where.
pub(super) struct Launch<'a> {
    pub course: &'a Course,
    pub link: &'a Link,
    pub installed: &'a Installed,
    pub person: &'a Person,
    pub pending: &'a Pending,
    pub nonce: &'a str,
}

/// The claims of a resource link launch.
pub(super) fn resource_link(world: &World, launch: &Launch<'_>) -> Map<String, Value> {
    let Launch {
        course,
        link,
        installed,
        person,
        pending,
        nonce,
    } = launch;
    let now = world.now().timestamp();
    let sesskey = random::token::<8>(world.random());
    let (target, container) = if pending.in_frame {
        ("iframe", 3)
    } else {
        ("window", 4)
    };
    let memberships = memberships_url(world, course, installed);
    let mut claims = Map::new();
    let mut add = |name: String, value: Value| claims.insert(name, value);
    add("nonce".into(), json!(nonce));
    add("iat".into(), json!(now));
    add("exp".into(), json!(now + 60));
    add("iss".into(), json!(world.issuer()));
    add("aud".into(), json!(installed.registration.client_id));
    add("sub".into(), json!(person.sub));
    add(
        format!("{LTI}deployment_id"),
        json!(installed.deployment(course.id)),
    );
    add(format!("{LTI}target_link_uri"), json!(pending.target_link_uri));
    add(
        format!("{LTI}lis"),
        json!({"person_sourcedid": person.sis_id, "course_section_sourcedid": course.sis_id}),
    );
    add(
        format!("{LTI}roles"),
        json!(roles(course.role(person.id), person.is_admin)),
    );
    add(
        format!("{LTI}context"),
        json!({"id": course.context_id, "label": course.label, "title": course.title, "type": ["CourseSection"]}),
    );
    add(format!("{LTI}message_type"), json!("LtiResourceLinkRequest"));
    add(
        format!("{LTI}resource_link"),
        json!({"title": link.title, "description": plain_text(&link.description), "id": link.resource_link_id}),
    );
    if course.columns_of_link(link.id).next().is_some() {
        add(
            "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome".into(),
            basic_outcome(world, installed, link, person),
        );
    }
    add(
        format!("{LTI}launch_presentation"),
        json!({
            "locale": "en",
            "document_target": target,
            "return_url": world.url(&format!(
                "/mod/lti/return.php?course={}&launch_container={container}&instanceid={}&sesskey={sesskey}",
                course.id, link.id
            )),
        }),
    );
    add(
        format!("{LTI}tool_platform"),
        json!({
            "product_family_code": "moodle",
            "version": "2025100600.02",
            "guid": world.guid(),
            "name": "practice",
            "description": "Practice Moodle",
        }),
    );
    add(format!("{LTI}version"), json!("1.3.0"));
    add(
        format!("{LTI}custom"),
        Value::Object(custom::claim(world, course, link, installed, person)),
    );
    if !ags_scopes(installed).is_empty() {
        add(
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint".into(),
            endpoint(world, course, link, installed),
        );
    }
    if offers_members(installed) {
        add(
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice".into(),
            json!({"context_memberships_url": memberships, "service_versions": ["1.0", "2.0"]}),
        );
    }
    claims.extend(about(installed, person));
    claims
}

/// Name and address, as far as the tool may know them.
fn about(installed: &Installed, person: &Person) -> Map<String, Value> {
    let names = installed.shares_names();
    let email = installed.shares_email();
    let mut claims = Map::new();
    let mut ext = json!({"lms": "moodle-2"});
    if names {
        claims.insert("given_name".into(), json!(person.given));
        claims.insert("family_name".into(), json!(person.family));
        claims.insert("name".into(), json!(person.name()));
        ext = json!({"user_username": person.username, "lms": "moodle-2"});
    }
    claims.insert(format!("{LTI}ext"), ext);
    if email {
        claims.insert("email".into(), json!(person.email));
    }
    claims
}

/// The AGS claim.
fn endpoint(world: &World, course: &Course, link: &Link, installed: &Installed) -> Value {
    let mut endpoint = json!({
        "scope": ags_scopes(installed),
        "lineitems": line_items::list_url(world, course, installed.type_id),
    });
    let url = line_item_url(world, course, link, installed);
    if let (Some(url), Some(endpoint)) = (url, endpoint.as_object_mut()) {
        endpoint.insert("lineitem".into(), url.into());
    }
    endpoint
}

/// Roles in the launch, sorted: here a non-editing teacher is an instructor.
fn roles(role: Option<CourseRole>, is_admin: bool) -> Vec<String> {
    let mut roles = vec![format!("{MEMBERSHIP}{}", short_role(role))];
    if is_admin {
        roles = vec![
            "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator".into(),
            format!("{MEMBERSHIP}Instructor"),
            "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator".into(),
        ];
    }
    roles.sort();
    roles
}

/// `Instructor` or `Learner`: there is nothing else.
pub(super) fn short_role(role: Option<CourseRole>) -> &'static str {
    match role {
        Some(CourseRole::Teacher | CourseRole::Assistant) => "Instructor",
        _ => "Learner",
    }
}

/// The address of the member list.
pub(super) fn memberships_url(world: &World, course: &Course, installed: &Installed) -> String {
    world.url(&format!(
        "/mod/lti/services.php/CourseSection/{}/bindings/{}/memberships",
        course.id, installed.type_id
    ))
}

/// The link's line item, when it has exactly one.
pub(super) fn line_item_url(
    world: &World,
    course: &Course,
    link: &Link,
    installed: &Installed,
) -> Option<String> {
    let mut columns = course.columns_of_link(link.id);
    match (columns.next(), columns.next()) {
        (Some(only), None) => Some(line_items::url(world, course.id, only.id, "", installed.type_id)),
        _ => None,
    }
}

/// What `?rlid=` adds to a member.
pub(super) fn member_message(world: &World, installed: &Installed, link: &Link, person: &Person) -> Value {
    json!([{
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
        "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome": basic_outcome(world, installed, link, person),
    }])
}

/// The LTI 1.1 outcome service that comes with every graded launch.
fn basic_outcome(world: &World, installed: &Installed, link: &Link, person: &Person) -> Value {
    let launch = u32::from_le_bytes(random::bytes(world.random()));
    let id = format!(
        "\"instanceid\":\"{}\",\"userid\":\"{}\",\"typeid\":\"{}\",\"launchid\":{launch}",
        link.id, person.id, installed.type_id
    );
    let hash = hex::encode(digest::digest(&digest::SHA256, id.as_bytes()));
    json!({
        "lis_result_sourcedid": format!("{{\"data\":{{{id}}},\"hash\":\"{hash}\"}}"),
        "lis_outcome_service_url": world.url("/mod/lti/service.php"),
    })
}

/// HTML as Moodle makes it text: bold becomes capitals.
pub(super) fn plain_text(html: &str) -> String {
    let (mut text, mut tag, mut bold) = (String::new(), None::<String>, false);
    for char in html.chars() {
        match (&mut tag, char) {
            (None, '<') => tag = Some(String::new()),
            (None, _) if bold => text.extend(char.to_uppercase()),
            (None, _) => text.push(char),
            (Some(name), '>') => {
                match name.as_str() {
                    "b" | "strong" => bold = true,
                    "/b" | "/strong" => bold = false,
                    _ => {}
                }
                tag = None;
            }
            (Some(name), _) => name.push(char),
        }
    }
    text.trim().to_owned()
}
