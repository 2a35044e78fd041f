//! The claims of a Canvas launch.

use serde_json::{Map, Value, json};

use super::super::client_assertion::{ags_scopes, offers_members};
use super::super::world::World;
use super::super::world::data::Pending;
use super::super::world::model::{Course, CourseRole, Installed, Link, Person, Placement};
use super::{custom, line_items, notices};

/// The prefix of LTI claims.
const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// Who launches what, and from where.
pub(super) struct Launch<'a> {
    pub course: &'a Course,
    pub link: &'a Link,
    pub installed: &'a Installed,
    pub person: &'a Person,
    pub pending: &'a Pending,
    pub nonce: &'a str,
    /// Whom an observer watches: their `sub`s.
    pub observed: Vec<String>,
}

/// The claims of a resource link launch. From the course navigation there is no real link: its id is the course's.
pub(super) fn resource_link(world: &World, launch: &Launch<'_>) -> Map<String, Value> {
    let Launch {
        course,
        link,
        installed,
        person,
        pending,
        nonce,
        observed,
    } = launch;
    let now = world.now().timestamp();
    let no_errors = json!({"errors": {}});
    let title = if link.placement == Placement::CourseNavigation {
        &course.title
    } else {
        &link.title
    };
    let mut claims = Map::new();
    let mut add = |name: String, value: Value| claims.insert(name, value);
    add(format!("{LTI}message_type"), json!("LtiResourceLinkRequest"));
    add(format!("{LTI}version"), json!("1.3.0"));
    add(
        format!("{LTI}resource_link"),
        json!({
            "id": link.resource_link_id, "description": null, "title": title,
            "validation_context": null, "errors": no_errors,
        }),
    );
    add("aud".into(), json!(installed.registration.client_id));
    add("azp".into(), json!(installed.registration.client_id));
    add(
        format!("{LTI}deployment_id"),
        json!(installed.deployment(course.id)),
    );
    add("exp".into(), json!(now + 3_600));
    add("iat".into(), json!(now));
    add("iss".into(), json!(world.issuer()));
    add("nonce".into(), json!(nonce));
    add("sub".into(), json!(person.sub));
    add(format!("{LTI}target_link_uri"), json!(pending.target_link_uri));
    add(
        format!("{LTI}lis"),
        json!({
            "person_sourcedid": person.sis_id, "course_offering_sourcedid": course.sis_id,
            "validation_context": null, "errors": no_errors,
        }),
    );
    add(
        format!("{LTI}context"),
        json!({
            "id": course.context_id, "label": course.label, "title": course.title,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
            "validation_context": null, "errors": no_errors,
        }),
    );
    add(
        format!("{LTI}tool_platform"),
        json!({
            "guid": world.guid().map(|guid| format!("{guid}:canvas-lms")), "name": "Practice Canvas", "version": "cloud",
            "product_family_code": "canvas", "validation_context": null, "errors": no_errors,
        }),
    );
    add(
        format!("{LTI}launch_presentation"),
        json!({
            "document_target": pending.shown.word(), "return_url": world.url(&format!("/courses/{}/external_content/success/external_tool_redirect", course.id)),
            "locale": "en", "height": 400, "width": 800, "validation_context": null, "errors": no_errors,
        }),
    );
    add("locale".into(), json!("en"));
    add(format!("{LTI}roles"), json!(all_roles(course, person)));
    if course.current_role(person.id) == Some(CourseRole::Observer) {
        add(format!("{LTI}role_scope_mentor"), json!(observed));
    }
    add(
        format!("{LTI}custom"),
        Value::Object(custom::claim(world, course, link, installed, person)),
    );
    add(
        format!("{LTI}lti11_legacy_user_id"),
        json!(legacy_user_id(person)),
    );
    if !ags_scopes(installed).is_empty() {
        add(
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint".into(),
            endpoint(world, course, link, installed, &no_errors),
        );
    }
    if offers_members(installed) {
        add(
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice".into(),
            json!({
                "context_memberships_url": memberships_url(world, course), "service_versions": ["2.0"],
                "validation_context": null, "errors": no_errors,
            }),
        );
    }
    if installed.may_be_notified {
        add(
            format!("{LTI}platformnotificationservice"),
            notices::claim(world, installed, &no_errors),
        );
    }
    if let Some(placement) = placement(link) {
        add("https://www.instructure.com/placement".into(), json!(placement));
    }
    add("errors".into(), no_errors);
    claims.extend(about(world, installed, person));
    claims
}

/// Name, address and picture, as far as the tool's privacy level lets it know them.
fn about(world: &World, installed: &Installed, person: &Person) -> Map<String, Value> {
    let names = installed.shares_names();
    let email = installed.shares_email();
    let mut claims = Map::new();
    if names {
        claims.insert("name".into(), json!(person.name()));
        claims.insert("given_name".into(), json!(person.given));
        claims.insert("family_name".into(), json!(person.family));
    }
    if email {
        claims.insert("email".into(), json!(person.email));
    }
    if names && email {
        claims.insert(
            "picture".into(),
            json!(world.url("/images/messages/avatar-50.png")),
        );
    }
    claims
}

/// What Canvas calls the place of a link.
fn placement(link: &Link) -> Option<&'static str> {
    match link.placement {
        Placement::CourseNavigation | Placement::Activity => Some("course_navigation"),
        Placement::ModuleItem => Some("link_selection"),
        Placement::Assignment => None,
    }
}

/// The AGS claim: a line item only where an assignment is launched.
fn endpoint(world: &World, course: &Course, link: &Link, installed: &Installed, no_errors: &Value) -> Value {
    let mut endpoint = json!({
        "scope": ags_scopes(installed), "lineitems": line_items::list_url(world, course.id),
        "validation_context": null, "errors": no_errors,
    });
    let column = course
        .columns_of_link(link.id)
        .next()
        .filter(|_| link.placement == Placement::Assignment);
    if let (Some(column), Some(endpoint)) = (column, endpoint.as_object_mut()) {
        endpoint.insert(
            "lineitem".into(),
            line_items::url(world, course.id, column.id).into(),
        );
    }
    endpoint
}

/// The roles of a member in the course: full URIs.
fn course_roles(role: CourseRole) -> Vec<&'static str> {
    match role {
        CourseRole::Teacher => vec!["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
        CourseRole::Assistant => vec![
            "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant",
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        ],
        CourseRole::Designer => vec!["http://purl.imsglobal.org/vocab/lis/v2/membership#ContentDeveloper"],
        CourseRole::Observer => vec!["http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"],
        CourseRole::Student => vec!["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        CourseRole::TestStudent => vec![
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
            "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
        ],
    }
}

/// The current roles of a person in the course, over all sections, each once.
pub(super) fn roles_of(course: &Course, person: u64) -> Vec<&'static str> {
    let mut roles = Vec::new();
    for role in course.current_roles(person).flat_map(course_roles) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

/// All roles of a launch: in the course, as far as they are current, in the institution (from other courses too) and in
/// the system.
fn all_roles(course: &Course, person: &Person) -> Vec<&'static str> {
    let role = course.role(person.id);
    const STUDENT: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student";
    const INSTRUCTOR: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor";
    let mut roles = match role {
        Some(CourseRole::Teacher) => vec![INSTRUCTOR],
        // Studies in another course.
        Some(CourseRole::Assistant) => vec![INSTRUCTOR, STUDENT],
        Some(CourseRole::Observer) => {
            vec!["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Observer"]
        }
        // The second student teaches in another course.
        Some(CourseRole::Student) if person.username == "student2" => vec![INSTRUCTOR, STUDENT],
        Some(CourseRole::Student | CourseRole::TestStudent) => vec![STUDENT],
        Some(CourseRole::Designer) | None => Vec::new(),
    };
    if person.is_admin {
        roles.push("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator");
    }
    roles.extend(roles_of(course, person.id));
    roles.push("http://purl.imsglobal.org/vocab/lis/v2/system/person#User");
    roles
}

/// The user id that the tool would have seen in LTI 1.1.
pub(super) fn legacy_user_id(person: &Person) -> String {
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        person.sub.as_bytes(),
    );
    hex::encode(digest)
}

/// The address of the member list.
pub(super) fn memberships_url(world: &World, course: &Course) -> String {
    world.url(&format!("/api/lti/courses/{}/names_and_roles", course.id))
}
