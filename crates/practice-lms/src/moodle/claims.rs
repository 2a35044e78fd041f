//! The claims of a Moodle launch.

use serde_json::{Map, Value, json};

use super::super::client_assertion::{ags_scopes, offers_members};
use super::super::world::World;
use super::super::world::data::Pending;
use super::super::world::model::{Course, CourseRole, Installed, Link, Person, Shown};
use super::words::{plain_text, short_role};
use super::{custom, line_items, members, outcomes};
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
    // The window that is there already is what Moodle calls a frame.
    let (container, target) = match pending.shown {
        Shown::Frame => (3, "iframe"),
        Shown::NewWindow => (4, "window"),
        Shown::ExistingWindow => (5, "frame"),
    };
    let memberships = members::url(world, course, installed);
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
            outcomes::claim(world, installed, link, person),
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
    let url = line_items::url_of_link(world, course, link, installed);
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
