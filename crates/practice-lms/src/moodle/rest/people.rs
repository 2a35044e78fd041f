//! People of a course and their groups.

use serde_json::{Map, Value, json};

use super::super::super::world::model::{Course, CourseRole, Person};
use super::super::super::world::native::{GroupMode, Team};
use super::access::can;
use super::{Call, Exception, Outcome, entered, formatted};

/// The group that somebody is in.
pub(super) fn own_team(course: &Course, person: u64) -> Option<&Team> {
    course
        .facts
        .teams
        .iter()
        .find(|team| team.people.contains(&person))
}

fn role(role: CourseRole) -> (u64, &'static str) {
    match role {
        CourseRole::Teacher => (3, "editingteacher"),
        CourseRole::Assistant => (4, "teacher"),
        CourseRole::Designer | CourseRole::Observer => (6, "guest"),
        CourseRole::Student | CourseRole::TestStudent => (5, "student"),
    }
}

/// `core_enrol_get_enrolled_users`: teachers and suspended people too, the latter without a mark.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    let course = entered(call, "errorcoursecontextnotvalid")?;
    if !can(call, course, "moodle/course:viewparticipants") {
        return Err(Exception::capability("View participants"));
    }
    let sees_states = can(call, course, "moodle/course:enrolreview");
    let only = |option: &str| call.option(option).is_some_and(|text| text == "1");
    if (only("onlyactive") || only("onlysuspended")) && !sees_states {
        return Err(Exception::capability("Review course enrolments"));
    }
    let mut people: Vec<(&Person, CourseRole)> = course
        .members
        .iter()
        .filter(|(id, _)| !only("onlyactive") || !course.facts.suspended.contains(id))
        .filter(|(id, _)| !only("onlysuspended") || course.facts.suspended.contains(id))
        .filter_map(|(id, role)| Some((call.data.people.get(id)?, *role)))
        .collect();
    let group = call
        .option("groupid")
        .and_then(|text| text.parse().ok())
        .filter(|id: &u64| *id != 0);
    if let Some(group) = group {
        let team = course.facts.teams.iter().find(|team| team.id == group);
        people.retain(|(one, _)| team.is_some_and(|team| team.people.contains(&one.id)));
    }
    if course.facts.group_mode != GroupMode::None && !can(call, course, "moodle/site:accessallgroups") {
        let is_separate = course.facts.group_mode == GroupMode::Separate;
        let own = own_team(course, call.reader);
        let team = own.or(course.facts.teams.first().filter(|_| !is_separate));
        people.retain(|(one, _)| team.is_some_and(|team| team.people.contains(&one.id)));
    }
    people.sort_by_key(|(one, _)| one.id);
    // Whoever may not see the details of others has one row, and no error.
    if !can(call, course, "moodle/user:viewdetails") {
        people.truncate(1);
    }
    let number = |name: &str| call.option(name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limitnumber")
        .filter(|limit| *limit > 0)
        .unwrap_or(usize::MAX);
    let rows = people
        .into_iter()
        .skip(number("limitfrom").unwrap_or(0))
        .take(limit);
    Ok(Value::Array(
        rows.map(|(one, role)| row(call, course, one, role)).collect(),
    ))
}

fn row(call: &Call<'_>, course: &Course, person: &Person, kind: CourseRole) -> Value {
    let wanted: Option<Vec<&str>> = call
        .option("userfields")
        .map(|text| text.split(',').map(str::trim).collect());
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(&name));
    let mut all = Map::new();
    let mut add = |name: &str, value: Value| {
        // These two come always.
        if matches!(name, "id" | "fullname") || is_wanted(name) {
            all.insert(name.to_owned(), value);
        }
    };
    let (role_id, short) = role(kind);
    add("id", json!(person.id));
    add("firstname", json!(person.given));
    add("lastname", json!(person.family));
    add("fullname", json!(person.name()));
    if can(call, course, "moodle/course:useremail") {
        add("email", json!(person.email));
    }
    if can(call, course, "moodle/user:viewalldetails") {
        add("username", json!(person.username));
        add("idnumber", json!(person.sis_id));
    }
    add("lastcourseaccess", json!(0));
    add(
        "profileimageurlsmall",
        json!(call.world.url("/theme/image.php/boost/core/1/u/f2")),
    );
    add(
        "profileimageurl",
        json!(call.world.url("/theme/image.php/boost/core/1/u/f1")),
    );
    let groups = course
        .facts
        .teams
        .iter()
        .filter(|team| team.people.contains(&person.id));
    // Escaped here, whatever is asked for.
    let groups: Vec<Value> = groups
        .map(|team| json!({"id": team.id, "name": formatted(&team.name), "description": "", "descriptionformat": 1}))
        .collect();
    if !groups.is_empty() {
        add("groups", json!(groups));
    }
    add(
        "roles",
        json!([{"roleid": role_id, "name": "", "shortname": short, "sortorder": 0}]),
    );
    let others = call
        .data
        .courses
        .values()
        .filter(|one| one.role(person.id).is_some());
    let others: Vec<Value> = others
        .map(|one| json!({"id": one.id, "fullname": formatted(&one.title), "shortname": formatted(&one.label)}))
        .collect();
    add("enrolledcourses", json!(others));
    Value::Object(all)
}

/// `core_group_get_course_groups`, which wants a right to write.
pub(super) fn groups(call: &Call<'_>) -> Outcome {
    let course = entered(call, "errorcoursecontextnotvalid")?;
    if !can(call, course, "moodle/course:managegroups") {
        return Err(Exception::capability("Manage groups"));
    }
    let groups = course.facts.teams.iter().map(|team| {
        json!({
            "id": team.id, "courseid": course.id, "name": call.name(&team.name), "description": "", "descriptionformat": 1,
            "enrolmentkey": "", "idnumber": team.id_number,
        })
    });
    Ok(Value::Array(groups.collect()))
}
