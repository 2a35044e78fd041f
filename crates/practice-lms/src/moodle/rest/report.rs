//! `gradereport_user_get_grade_items`: the grades of one person, or of a whole course, which takes its time.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::super::world::World;
use super::super::super::world::model::{Course, CourseRole, Person};
use super::super::super::world::native::GroupMode;
use super::access::can;
use super::items::View;
use super::{Call, Exception, Outcome, entered, people};

/// How long the report of a whole course takes.
pub(super) fn takes(world: &World, function: &str, parameters: &[(String, String)]) -> Duration {
    let value = |name: &str| {
        let found = parameters.iter().rev().find(|(key, _)| key == name);
        found
            .and_then(|(_, value)| value.parse::<u64>().ok())
            .unwrap_or(0)
    };
    if function != "gradereport_user_get_grade_items" || value("userid") != 0 {
        return Duration::ZERO;
    }
    let data = world.lock();
    let group = value("groupid");
    let people = data.courses.get(&value("courseid")).map_or(0, |course| {
        let team = course.facts.teams.iter().find(|team| team.id == group);
        let is_in = |id: &u64| group == 0 || team.is_some_and(|team| team.people.contains(id));
        let students = course
            .members
            .iter()
            .filter(|(_, role)| *role == CourseRole::Student);
        students.filter(|(id, _)| is_in(id)).count()
    });
    data.rest.site.report_takes * u32::try_from(people).unwrap_or(u32::MAX)
}

/// Grades with everything about them.
pub(super) fn items(call: &Call<'_>) -> Outcome {
    let course = entered(call, "requireloginerror")?;
    if !can(call, course, "gradereport/user:view") {
        return Err(Exception::capability("View your own grade report"));
    }
    let wanted = call.number("userid").unwrap_or(0);
    let is_all = can(call, course, "moodle/grade:viewall");
    if !is_all && (wanted == 0 || course.role(call.reader).is_none()) {
        return Err(Exception::capability("View grades of other users"));
    }
    if !is_all && wanted != call.reader {
        return Err(Exception::new("nopermissiontoviewgrades", "Cannot view grades."));
    }
    let is_own = !is_all;
    let mut people = if wanted == 0 {
        of_course(call, course)
    } else {
        let person = call.person(wanted);
        vec![person.ok_or_else(|| Exception::new("invaliduser", "Invalid user"))?]
    };
    if !is_own {
        keep_group(call, course, wanted, &mut people)?;
    }
    let view = View::new(call, course, is_own);
    let grades: Vec<Value> = people
        .into_iter()
        .map(|person| {
            json!({
                "courseid": course.id, "courseidnumber": course.sis_id, "userid": person.id,
                "userfullname": person.name(), "useridnumber": person.sis_id, "maxdepth": 3,
                "gradeitems": view.items(person.id),
            })
        })
        .collect();
    Ok(json!({"usergrades": grades, "warnings": []}))
}

/// Students by their names; those who are suspended only where the site shows them, to whoever may see them.
fn of_course<'d>(call: &Call<'d>, course: &'d Course) -> Vec<&'d Person> {
    let with_suspended =
        course.facts.report.with_suspended && can(call, course, "moodle/course:viewsuspendedusers");
    let mut all: Vec<&Person> = course
        .members
        .iter()
        .filter(|(id, role)| {
            *role == CourseRole::Student && (with_suspended || !course.facts.suspended.contains(id))
        })
        .filter_map(|(id, _)| call.data.people.get(id))
        .collect();
    all.sort_by_key(|person| (&person.family, &person.given, person.id));
    all
}

/// What groups leave of the people: whoever may not see all groups has one of them, or none.
fn keep_group(
    call: &Call<'_>,
    course: &Course,
    wanted: u64,
    people: &mut Vec<&Person>,
) -> Result<(), Exception> {
    if course.facts.group_mode != GroupMode::None && !can(call, course, "moodle/site:accessallgroups") {
        let own = people::own_team(course, call.reader);
        match (course.facts.group_mode, own) {
            (GroupMode::Separate, None) => return Err(Exception::new("notingroup", "")),
            (GroupMode::Separate, Some(team)) if wanted != 0 && !team.people.contains(&wanted) => {
                return Err(Exception::new("notingroup", ""));
            }
            (_, own) => {
                let team = own.or(course.facts.teams.first());
                people.retain(|one| wanted != 0 || team.is_some_and(|team| team.people.contains(&one.id)));
            }
        }
    }
    let group = call.number("groupid").filter(|id| *id != 0);
    if let Some(group) = group {
        let team = course.facts.teams.iter().find(|team| team.id == group);
        people.retain(|one| team.is_some_and(|team| team.people.contains(&one.id)));
    }
    Ok(())
}
