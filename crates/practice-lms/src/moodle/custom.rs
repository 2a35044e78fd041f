//! Custom parameters as Moodle sends them: variables resolved where it knows them, odd-cased names twice.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::world::World;
use super::super::world::model::{Course, Installed, Link, Person};
use super::words::{plain_text, short_role};
use super::{line_items, members};

/// The `custom` claim: `null` never, literal text for a variable that it does not know.
pub(super) fn claim(
    world: &World,
    course: &Course,
    link: &Link,
    installed: &Installed,
    person: &Person,
) -> Map<String, Value> {
    let mut custom = Map::new();
    let parameters: BTreeMap<String, String> =
        super::super::world::merged(world.flavour(), &link.custom, &installed.custom);
    for (name, value) in parameters {
        let value = match value.strip_prefix('$') {
            Some(variable) => resolve(world, course, link, installed, person, variable).unwrap_or(value),
            None => value,
        };
        let plain: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '_'
                }
            })
            .collect();
        custom.insert(plain, value.clone().into());
        custom.insert(name, value.into());
    }
    custom.insert(
        "context_memberships_url".into(),
        members::url(world, course, installed).into(),
    );
    custom
}

fn resolve(
    world: &World,
    course: &Course,
    link: &Link,
    installed: &Installed,
    person: &Person,
    variable: &str,
) -> Option<String> {
    let names = installed.shares_names();
    let email = installed.shares_email();
    Some(match variable {
        "User.id" => person.sub.clone(),
        "User.username" if names => person.username.clone(),
        "Person.name.full" if names => person.name(),
        "Person.name.given" if names => person.given.clone(),
        "Person.name.family" if names => person.family.clone(),
        "Person.email.primary" if email => person.email.clone(),
        "User.username"
        | "Person.name.full"
        | "Person.name.given"
        | "Person.name.family"
        | "Person.email.primary"
        | "Results.url"
        | "Scores.url"
        | "Moodle.Person.userGroupIds"
        | "CourseSection.timeFrame.end" => String::new(),
        "Person.sourcedId" => person.sis_id.clone(),
        "Person.address.timezone" => person.time_zone.clone(),
        "Membership.role" => short_role(course.role(person.id)).into(),
        "Context.id.history" => course.history.join(","),
        "Context.id" => course.context_id.clone(),
        "Context.title" | "CourseSection.title" => course.title.clone(),
        "Context.label" | "CourseSection.label" => course.label.clone(),
        "Context.sourcedId" | "CourseSection.sourcedId" => course.sis_id.clone(),
        "ResourceLink.id" => link.resource_link_id.clone(),
        "ResourceLink.title" => link.title.clone(),
        "ResourceLink.description" => plain_text(&link.description),
        "LineItems.url" => line_items::list_url(world, course, installed.type_id),
        "LineItem.url" => line_items::url_of_link(world, course, link, installed).unwrap_or_default(),
        "ToolProxyBinding.memberships.url" => members::url(world, course, installed),
        _ => return None,
    })
}
