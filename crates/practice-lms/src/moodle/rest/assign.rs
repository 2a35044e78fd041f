//! Assignments: their settings, what was handed in, and the activity's own grades, which the gradebook may not have.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::answer::number;
use super::super::super::world::model::{Cell, Column, Course, CourseRole};
use super::super::super::world::native::{Attachment, Team};
use super::access::{self, Activity, activities, can, enters, reaches};
use super::items::fixed;
use super::{Call, Exception, Outcome, people, seconds, submission, warning};

const NO_ACCESS: &str = "No access rights in course context";

/// The courses that a request means: all of the reader's own where it names none. What cannot be read is a warning.
pub(super) fn courses<'d>(call: &Call<'d>, not_enrolled: bool) -> (Vec<&'d Course>, Vec<Value>) {
    let named = call.numbers("courseids");
    let (mut courses, mut warnings) = (Vec::new(), Vec::new());
    if named.is_empty() {
        courses.extend(
            call.data
                .courses
                .values()
                .filter(|course| course.role(call.reader).is_some()),
        );
        return (courses, warnings);
    }
    for id in named {
        let course = call.data.courses.get(&id);
        match course.filter(|course| not_enrolled || course.role(call.reader).is_some()) {
            Some(course) if enters(call, course).is_ok() => courses.push(course),
            Some(_) => warnings.push(warning("course", id, "1", NO_ACCESS)),
            None if course.is_some() => {
                warnings.push(warning(
                    "course",
                    id,
                    "1",
                    "User is not enrolled or does not have requested capability",
                ));
            }
            None => warnings.push(warning("course", id, "2", NO_ACCESS)),
        }
    }
    (courses, warnings)
}

/// `mod_assign_get_assignments`.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    let (courses, mut warnings) = courses(call, call.flag("includenotenrolledcourses"));
    let mut all = Vec::new();
    for course in courses {
        let mut own: Vec<Value> = Vec::new();
        for activity in activities(course).iter().filter(|one| one.module == "assign") {
            if reaches(call, course, activity) {
                own.extend(as_json(call, course, activity));
            } else {
                warnings.push(warning(
                    "module",
                    activity.cmid,
                    "1",
                    "No access rights in module context",
                ));
            }
        }
        all.push(json!({
            "id": course.id, "fullname": call.name(&course.title), "shortname": call.name(&course.label),
            "timemodified": 0, "assignments": own,
        }));
    }
    Ok(json!({"courses": all, "warnings": warnings}))
}

fn as_json(call: &Call<'_>, course: &Course, activity: &Activity<'_>) -> Option<Value> {
    let column = activity.column?;
    let facts = &column.facts;
    // Below nought it names a scale.
    let grade = if facts.is_text_only {
        Decimal::ZERO
    } else if column.is_scale {
        -Decimal::from(column.id)
    } else {
        column.maximum
    };
    let flag = |on: bool| i32::from(on);
    let plugin =
        |name: &str| json!({"plugin": name, "subtype": "assignsubmission", "name": "enabled", "value": "1"});
    let attempts = column.allowed_attempts.map_or(-1, i64::from);
    Some(json!({
        "id": activity.instance, "cmid": activity.cmid, "course": course.id, "name": call.name(activity.name),
        "nosubmissions": 0, "submissiondrafts": 0, "duedate": seconds(facts.due), "allowsubmissionsfromdate": 0,
        "grade": number(grade), "timemodified": seconds(facts.configured), "cutoffdate": 0,
        "teamsubmission": flag(facts.by_teams), "teamsubmissiongroupingid": 0, "blindmarking": flag(facts.is_blind),
        "revealidentities": flag(column.cells.values().any(|cell| cell.facts.is_released) && facts.is_blind),
        "markingworkflow": flag(facts.has_workflow), "attemptreopenmethod": "untilpass", "maxattempts": attempts,
        "configs": [plugin("onlinetext"), plugin("file"), plugin("comments")], "intro": "", "introformat": 1,
        "introattachments": [],
    }))
}

/// The assignments that a request names and the reader may grade in; the rest are warnings.
fn gradable<'d>(call: &Call<'d>) -> (Vec<(u64, &'d Course, &'d Column)>, Vec<Value>) {
    let (mut found, mut warnings) = (Vec::new(), Vec::new());
    for id in call.numbers("assignmentids") {
        match access::instance(call.data, "assign", id) {
            Some((course, column))
                if enters(call, course).is_ok() && can(call, course, "mod/assign:viewgrades") =>
            {
                found.push((id, course, column));
            }
            Some(_) => warnings.push(warning(
                "assignment",
                id,
                "1",
                "No access rights in module context",
            )),
            None => warnings.push(warning("assignment", id, "3", "No submissions found")),
        }
    }
    (found, warnings)
}

fn status_of(cell: &Cell) -> &'static str {
    match cell.facts.submitted {
        _ if cell.facts.is_draft => "draft",
        Some(_) => "submitted",
        None if cell.facts.attempt == 0 => "new",
        None => "reopened",
    }
}

fn grading_of(column: &Column, cell: &Cell) -> &'static str {
    let is_graded = of_module(cell).is_some();
    match (column.facts.has_workflow, cell.facts.is_released) {
        (true, true) => "released",
        (true, false) if is_graded => "inreview",
        (true, false) => "notmarked",
        (false, _) if is_graded => "graded",
        (false, _) => "notgraded",
    }
}

/// The activity's own grade: before anybody typed over it.
fn of_module(cell: &Cell) -> Option<Decimal> {
    cell.facts.of_module.map_or(cell.points, |(points, _)| points)
}

/// When the activity's own grade changed.
pub(super) fn module_changed(cell: &Cell) -> chrono::DateTime<chrono::Utc> {
    cell.facts.of_module.map_or(cell.changed, |(_, at)| at)
}

/// Whether the activity has a row of grade: also where the grade was taken back.
pub(super) fn has_grade_row(cell: &Cell) -> bool {
    let is_taken_back = cell
        .facts
        .submitted
        .is_none_or(|submitted| module_changed(cell) > submitted);
    of_module(cell).is_some() || is_taken_back
}

/// `mod_assign_get_submissions`: the latest attempt of each, under true numbers, blind or not.
pub(super) fn submissions(call: &Call<'_>) -> Outcome {
    let (found, mut warnings) = gradable(call);
    let (since, before) = (
        call.seconds("since").unwrap_or(0),
        call.seconds("before").unwrap_or(0),
    );
    let wanted = call.text("status").filter(|status| !status.is_empty());
    let mut all = Vec::new();
    for (id, course, column) in found {
        let mut rows: Vec<Value> = Vec::new();
        let mut people: Vec<(&u64, &Cell)> = column.cells.iter().collect();
        people.sort_unstable_by_key(|(person, _)| **person);
        for (person, cell) in people {
            let changed = cell.facts.submitted.unwrap_or(cell.changed).timestamp();
            let status = status_of(cell);
            let fits = changed >= since
                && (before == 0 || changed <= before)
                && wanted.is_none_or(|wanted| wanted == status);
            if !fits || !(cell.facts.submitted.is_some() || has_grade_row(cell)) {
                continue;
            }
            let team = people::own_team(course, *person).filter(|_| column.facts.by_teams);
            if let Some(team) = team {
                // The work is in a row of the group, once; each member has an empty one.
                let is_first = team.people.iter().find(|one| column.cells.contains_key(*one)) == Some(person);
                rows.extend(is_first.then(|| row(call, course, column, *person, cell, Some(team))));
                rows.push(row(call, course, column, *person, &bare(cell), None));
            } else {
                rows.push(row(call, course, column, *person, cell, None));
            }
        }
        if rows.is_empty() {
            warnings.push(warning("module", id, "3", "No submissions found"));
        }
        all.push(json!({"assignmentid": id, "submissions": rows}));
    }
    Ok(json!({"assignments": all, "warnings": warnings}))
}

/// A member's own row where a group hands in.
fn bare(cell: &Cell) -> Cell {
    let mut bare = cell.clone();
    bare.facts.files.clear();
    bare.facts.text = None;
    bare
}

fn row(
    call: &Call<'_>,
    course: &Course,
    column: &Column,
    person: u64,
    cell: &Cell,
    team: Option<&Team>,
) -> Value {
    let id = submission(column, person) + u64::from(team.is_some()) * 500_000;
    let facts = &cell.facts;
    let changed = seconds(Some(facts.submitted.unwrap_or(cell.changed)));
    let context = access::of_column(course, column).map_or(0, |activity| activity.cmid + 390);
    let files: Vec<Value> = facts
        .files
        .iter()
        .map(|one| file(call, context, submission(column, person), one))
        .collect();
    let text = facts.text.as_deref().unwrap_or_default();
    json!({
        "id": id, "userid": if team.is_some() { 0 } else { person }, "attemptnumber": facts.attempt.saturating_sub(1),
        "timecreated": changed, "timemodified": changed, "timestarted": null, "status": status_of(cell),
        "groupid": team.map_or(0, |team| team.id), "gradingstatus": grading_of(column, cell),
        "plugins": [
            {
                "type": "onlinetext", "name": "Online text",
                "fileareas": [{"area": "submissions_onlinetext", "files": []}],
                "editorfields": [{"name": "onlinetext", "description": "Online text", "text": text, "format": i32::from(!text.is_empty())}],
            },
            {"type": "file", "name": "File submissions", "fileareas": [{"area": "submission_files", "files": files}]},
            {"type": "comments", "name": "Submission comments"},
        ],
    })
}

fn file(call: &Call<'_>, context: u64, submission: u64, file: &Attachment) -> Value {
    json!({
        "filename": file.name, "filepath": "/", "filesize": file.bytes.len(),
        "fileurl": call.world.url(&super::files::path(context, submission, &file.name)), "timemodified": file.at.timestamp(),
        "mimetype": file.media_type, "isexternalfile": false, "icon": "f/text",
    })
}

/// `mod_assign_get_grades`: cheap, with everybody, and before anything that the gradebook does to a grade.
pub(super) fn grades(call: &Call<'_>) -> Outcome {
    let (found, mut warnings) = gradable(call);
    let since = call.seconds("since").unwrap_or(0);
    let mut all = Vec::new();
    for (id, course, column) in found {
        let mut cells: Vec<(&u64, &Cell)> = column
            .cells
            .iter()
            .filter(|(_, cell)| has_grade_row(cell))
            .collect();
        cells.sort_unstable_by_key(|(person, _)| **person);
        let grader = course
            .members
            .iter()
            .find(|(_, role)| *role == CourseRole::Teacher)
            .map_or(2, |(id, _)| *id);
        let rows: Vec<Value> = cells
            .into_iter()
            .filter(|(_, cell)| module_changed(cell).timestamp() >= since)
            // A hand-in that was opened again has no row before it is graded.
            .filter(|(_, cell)| !cell.facts.is_resubmitted)
            .map(|(person, cell)| {
                let changed = module_changed(cell).timestamp();
                let grade = of_module(cell).unwrap_or(-Decimal::ONE);
                json!({
                    "id": submission(column, *person), "userid": person, "attemptnumber": cell.facts.attempt.saturating_sub(1),
                    "timecreated": changed, "timemodified": changed, "grader": grader, "grade": fixed(grade, 5),
                })
            })
            .collect();
        if rows.is_empty() {
            warnings.push(warning("assignment", id, "3", "No grades found"));
        } else {
            all.push(json!({"assignmentid": id, "grades": rows}));
        }
    }
    Ok(json!({"assignments": all, "warnings": warnings}))
}

/// `mod_assign_get_submission_status`: one person with all attempts.
pub(super) fn status(call: &Call<'_>) -> Outcome {
    let id = call.number("assignid").unwrap_or(0);
    let unknown = || Exception::new("invalidrecordunknown", "Can't find data record in database.");
    let (course, column) = access::instance(call.data, "assign", id).ok_or_else(unknown)?;
    enters(call, course).map_err(|why| Exception::new("requireloginerror", why))?;
    let person = call.number("userid").filter(|id| *id != 0).unwrap_or(call.reader);
    if person != call.reader && !can(call, course, "mod/assign:viewgrades") {
        return Err(Exception::new("nopermission", "No permission"));
    }
    call.person(person)
        .ok_or_else(|| Exception::new("invaliduser", "Invalid user"))?;
    let Some(cell) = column.cells.get(&person) else {
        return Ok(
            json!({"lastattempt": {"submissionsenabled": true, "graded": false, "gradingstatus": "notgraded"}, "previousattempts": [], "warnings": []}),
        );
    };
    let previous: Vec<Value> = cell
        .facts
        .earlier
        .iter()
        .map(|earlier| {
            let mut before = bare(cell);
            before.facts.attempt = earlier.attempt;
            before.facts.submitted = earlier.submitted;
            before.facts.files.clone_from(&earlier.files);
            let grade = earlier.points.map(|points| json!({"userid": person, "grade": fixed(points, 5)}));
            json!({
                "attemptnumber": earlier.attempt.saturating_sub(1),
                "submission": row(call, course, column, person, &before, None), "grade": grade, "feedbackplugins": [],
            })
        })
        .collect();
    let mut answer = json!({
        "lastattempt": {
            "submission": row(call, course, column, person, cell, None), "submissiongroupmemberswhoneedtosubmit": [],
            "submissionsenabled": true, "locked": false, "graded": of_module(cell).is_some(), "canedit": false,
            "cansubmit": false, "extensionduedate": null, "blindmarking": column.facts.is_blind,
            "gradingstatus": grading_of(column, cell), "usergroups": [],
        },
        "previousattempts": previous, "warnings": [],
    });
    if let (Some(points), Some(answer)) = (of_module(cell), answer.as_object_mut()) {
        let shown = format!("{}&nbsp;/&nbsp;{}", fixed(points, 2), fixed(column.maximum, 2));
        let feedback = json!({
            "grade": {"userid": person, "grade": fixed(points, 5), "timemodified": module_changed(cell).timestamp()},
            "gradefordisplay": if call.has_comma() { shown.replace('.', ",") } else { shown },
            "gradeddate": module_changed(cell).timestamp(), "plugins": [],
        });
        answer.insert("feedback".into(), feedback);
    }
    Ok(answer)
}
