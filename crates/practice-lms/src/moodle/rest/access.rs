//! Who may read what: capabilities of a role in the system, or in a course. Where one is missing there is mostly less in an answer,
//! and no error.

use super::super::super::world::data::Data;
use super::super::super::world::model::{Column, Course, CourseRole, Source};
use super::super::super::world::native::{Completion, Tracking};
use super::Call;

/// What nobody has by teaching: it is given in the system alone.
const OF_SYSTEM: [&str; 2] = ["webservice/rest:use", "moodle/course:view"];

/// What students have in their courses.
const OF_STUDENTS: [&str; 5] = [
    "gradereport/user:view",
    "moodle/grade:view",
    "moodle/course:viewparticipants",
    "moodle/user:viewdetails",
    "moodle/course:isincompletionreports",
];

/// What those who teach without editing lack.
const NOT_OF_ASSISTANTS: [&str; 2] = ["moodle/site:accessallgroups", "moodle/course:managegroups"];

/// Whether an account may use web services at all.
pub(super) fn may_use(data: &Data, person: u64) -> bool {
    of_system(data, person, "webservice/rest:use")
}

fn of_system(data: &Data, person: u64, capability: &str) -> bool {
    let is_admin = data.people.get(&person).is_some_and(|person| person.is_admin);
    let role = data.rest.roles.get(&person);
    is_admin || role.is_some_and(|role| role.contains(capability))
}

/// Whether the reader has a capability in a course.
pub(super) fn can(call: &Call<'_>, course: &Course, capability: &str) -> bool {
    if of_system(call.data, call.reader, capability) {
        return true;
    }
    if OF_SYSTEM.contains(&capability) {
        return false;
    }
    let views = capability.starts_with("mod/") && capability.ends_with(":view");
    match course.role(call.reader) {
        Some(CourseRole::Teacher) => true,
        Some(CourseRole::Assistant) => !NOT_OF_ASSISTANTS.contains(&capability),
        Some(CourseRole::Student) => views || OF_STUDENTS.contains(&capability),
        _ => false,
    }
}

/// Whether the reader may enter a course.
///
/// # Errors
/// What Moodle says.
pub(super) fn enters(call: &Call<'_>, course: &Course) -> Result<(), &'static str> {
    let is_enrolled = course.role(call.reader).is_some() && !course.facts.suspended.contains(&call.reader);
    if !is_enrolled && !can(call, course, "moodle/course:view") {
        return Err("Course or activity not accessible. (Not enrolled)");
    }
    if course.facts.is_hidden && !can(call, course, "moodle/course:viewhiddencourses") {
        return Err("Course or activity not accessible. (Course is hidden)");
    }
    Ok(())
}

/// An activity, graded or not.
pub(super) struct Activity<'d> {
    pub cmid: u64,
    pub instance: u64,
    pub module: &'static str,
    pub name: &'d str,
    pub column: Option<&'d Column>,
    pub tracking: Option<Tracking>,
    pub is_hidden: bool,
    pub is_restricted: bool,
    done: Option<&'d std::collections::BTreeMap<u64, Completion>>,
}

impl Activity<'_> {
    /// What is known of somebody's completion.
    pub(super) fn done(&self, person: u64) -> Option<Completion> {
        let of_column = self.column.and_then(|column| column.cells.get(&person));
        let of_column = of_column.and_then(|cell| cell.facts.completion);
        of_column.or_else(|| self.done.and_then(|done| done.get(&person).copied()))
    }
}

/// The activity behind a column; none behind one that stands in the gradebook by itself.
pub(super) fn of_column<'d>(course: &'d Course, column: &'d Column) -> Option<Activity<'d>> {
    let (module, instance, cmid) = match (&column.source, column.link.and_then(|link| course.link(link))) {
        (Source::Tool(_), Some(link)) => ("lti", link.id, link.cmid),
        (Source::Native("assignment"), _) => ("assign", column.id + 1_000_000, column.id + 2_000_000),
        (Source::Native("quiz"), _) => ("quiz", column.id + 1_000_000, column.id + 2_000_000),
        (Source::Native("discussion"), _) => ("forum", column.id + 1_000_000, column.id + 2_000_000),
        _ => return None,
    };
    Some(Activity {
        cmid,
        instance,
        module,
        name: &column.label,
        column: Some(column),
        tracking: column.facts.tracking,
        is_hidden: column.facts.is_hidden_activity,
        is_restricted: column.facts.is_restricted,
        done: None,
    })
}

/// All activities of a course: what is graded, links to tools without a column, and the rest.
pub(super) fn activities(course: &Course) -> Vec<Activity<'_>> {
    let graded = course
        .columns
        .iter()
        .filter_map(|column| of_column(course, column));
    let has_column = |link: u64| course.columns_of_link(link).next().is_some();
    let links = course
        .links
        .iter()
        .filter(|link| !has_column(link.id))
        .map(|link| Activity {
            cmid: link.cmid,
            instance: link.id,
            module: "lti",
            name: &link.title,
            column: None,
            tracking: None,
            is_hidden: false,
            is_restricted: false,
            done: None,
        });
    let rest = course.facts.activities.iter().map(|one| Activity {
        cmid: one.cmid,
        instance: one.instance,
        module: one.module,
        name: &one.name,
        column: None,
        tracking: one.tracking,
        is_hidden: one.is_hidden,
        is_restricted: false,
        done: Some(&one.done),
    });
    graded.chain(links).chain(rest).collect()
}

/// Whether the reader sees an activity at all.
pub(super) fn sees(call: &Call<'_>, course: &Course, activity: &Activity<'_>) -> bool {
    let own = format!("mod/{}:view", activity.module);
    // A forum has no such capability.
    (activity.module == "forum" || can(call, course, &own))
        && (!activity.is_hidden || can(call, course, "moodle/course:viewhiddenactivities"))
}

/// Whether the reader gets at it: what is restricted to a group or a date is not there for whoever is not in it.
pub(super) fn reaches(call: &Call<'_>, course: &Course, activity: &Activity<'_>) -> bool {
    let ignores = || can(call, course, "moodle/course:ignoreavailabilityrestrictions");
    sees(call, course, activity) && (!activity.is_restricted || ignores())
}

/// The column of an activity of that module with that instance id, and its course.
pub(super) fn instance<'d>(data: &'d Data, module: &str, id: u64) -> Option<(&'d Course, &'d Column)> {
    data.courses.values().find_map(|course| {
        let column = course.column(id.checked_sub(1_000_000)?)?;
        let activity = of_column(course, column)?;
        (activity.module == module && activity.instance == id).then_some((course, column))
    })
}
