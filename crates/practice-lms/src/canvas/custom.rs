//! Custom parameters as Canvas sends them.

use serde_json::{Map, Value};

use super::super::answer::number;
use super::super::world::World;
use super::super::world::model::{Course, CourseRole, Installed, Link, Person, Placement};
use super::rest::named_sections_of;

/// The `custom` claim: a variable that is unknown or not available here stays as it is written.
pub(super) fn claim(
    world: &World,
    course: &Course,
    link: &Link,
    installed: &Installed,
    person: &Person,
) -> Map<String, Value> {
    super::super::world::merged(world.flavour(), &link.custom, &installed.custom)
        .into_iter()
        .map(|(name, value)| {
            let resolved = value
                .strip_prefix('$')
                .and_then(|name| resolve(world, course, link, person, name));
            (name, resolved.unwrap_or(Value::String(value)))
        })
        .collect()
}

fn resolve(world: &World, course: &Course, link: &Link, person: &Person, variable: &str) -> Option<Value> {
    let column = course
        .columns_of_link(link.id)
        .next()
        .filter(|_| link.placement == Placement::Assignment);
    Some(match variable {
        // Numbers stay numbers in Canvas's custom claim.
        "Canvas.user.id" => person.api_id().into(),
        "Canvas.course.id" => course.id.into(),
        "Canvas.user.globalId" => (person.shard.unwrap_or(1) * 10_000_000_000_000_u64 + person.id).into(),
        "vnd.instructure.User.uuid" | "User.id" => person.sub.clone().into(),
        "Canvas.user.loginId" | "User.username" => person.username.clone().into(),
        "Canvas.user.sisSourceId" | "Person.sourcedId" => person.sis_id.clone().into(),
        "Person.name.full" => person.name().into(),
        "Person.email.primary" => person.email.clone().into(),
        "Person.address.timezone" => person.time_zone.clone().into(),
        "Message.locale" => "en".into(),
        "Context.id" => course.context_id.clone().into(),
        "Context.title" | "Canvas.course.name" => course.title.clone().into(),
        "Context.id.history" => course.history.join(",").into(),
        "Canvas.course.sisSourceId" => course.sis_id.clone().into(),
        "Canvas.course.sectionRestricted" => course.limited_to_sections.contains(&person.id).into(),
        // By their numbers, both; names as an array in JSON, numbers as text although they are numbers.
        "Canvas.course.sectionIds" => {
            let own = named_sections_of(course, person.id);
            let ids: Vec<String> = own.iter().map(|(id, _)| id.to_string()).collect();
            ids.join(",").into()
        }
        "com.instructure.User.sectionNames" => {
            let own = named_sections_of(course, person.id);
            let names: Vec<&str> = own.iter().map(|(_, name)| *name).collect();
            Value::from(names).to_string().into()
        }
        "Canvas.membership.roles" => role_words(course.current_role(person.id)).into(),
        "ResourceLink.id" => link.resource_link_id.clone().into(),
        "ResourceLink.title" => link.title.clone().into(),
        "Canvas.api.baseUrl" => world.origin().into(),
        "Canvas.api.domain" => world.origin().split_once("://")?.1.into(),
        "Canvas.course.workflowState" => Value::from(if course.is_concluded {
            "completed"
        } else {
            "available"
        }),
        "com.instructure.Assignment.lti.id" => super::rest::lti_context_id(column?).into(),
        "Canvas.assignment.id" => column?.id.into(),
        "Canvas.assignment.title" => column?.label.clone().into(),
        "Canvas.assignment.pointsPossible" => number(column?.maximum),
        _ => return None,
    })
}

/// `$Canvas.membership.roles`.
fn role_words(role: Option<CourseRole>) -> &'static str {
    match role {
        Some(CourseRole::Teacher) => "TeacherEnrollment",
        Some(CourseRole::Assistant) => "TaEnrollment",
        Some(CourseRole::Designer) => "DesignerEnrollment",
        Some(CourseRole::Observer) => "ObserverEnrollment",
        Some(CourseRole::Student) => "StudentEnrollment",
        Some(CourseRole::TestStudent) => "StudentViewEnrollment",
        None => "",
    }
}
