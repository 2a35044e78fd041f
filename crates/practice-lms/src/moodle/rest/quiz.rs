//! Quizzes and their attempts, which are there for one person at a time.

use serde_json::{Value, json};

use super::super::super::answer::number;
use super::super::super::world::model::{Column, Course};
use super::access::{self, activities, can, enters, sees};
use super::{Call, Exception, Outcome, assign, seconds, submission, warning};

/// What an attempt can reach in marks.
const MARKS: u32 = 2;

/// `mod_quiz_get_quizzes_by_courses`.
pub(super) fn list(call: &Call<'_>) -> Outcome {
    let (courses, mut warnings) = assign::courses(call, true);
    let mut all = Vec::new();
    for course in courses {
        for activity in activities(course).iter().filter(|one| one.module == "quiz") {
            let Some(column) = activity.column else { continue };
            if !sees(call, course, activity) {
                warnings.push(warning(
                    "module",
                    activity.cmid,
                    "1",
                    "No access rights in module context",
                ));
                continue;
            }
            all.push(json!({
                "id": activity.instance, "coursemodule": activity.cmid, "course": course.id,
                "name": call.name(activity.name), "intro": "", "introformat": 1, "introfiles": [],
                "grade": number(column.maximum), "sumgrades": MARKS, "attempts": column.allowed_attempts.unwrap_or(0),
                "grademethod": 1, "decimalpoints": 2, "timeopen": 0, "timeclose": seconds(column.facts.due), "password": "",
                "subnet": "", "hasfeedback": 0, "visible": !activity.is_hidden,
            }));
        }
    }
    Ok(json!({"quizzes": all, "warnings": warnings}))
}

fn quiz<'d>(call: &Call<'d>) -> Result<(u64, u64, &'d Course, &'d Column), Exception> {
    let id = call.number("quizid").unwrap_or(0);
    let unknown = || Exception::new("invalidrecordunknown", "Can't find data record in database.");
    let (course, column) = access::instance(call.data, "quiz", id).ok_or_else(unknown)?;
    enters(call, course).map_err(|why| Exception::new("requireloginerror", why))?;
    let person = call.number("userid").filter(|id| *id != 0).unwrap_or(call.reader);
    if person != call.reader && !can(call, course, "mod/quiz:viewreports") {
        return Err(Exception::capability("View quiz reports"));
    }
    call.person(person)
        .ok_or_else(|| Exception::new("invaliduser", "Invalid user"))?;
    Ok((id, person, course, column))
}

/// `mod_quiz_get_user_quiz_attempts`, and its older name: for nobody but the reader where no person is named.
pub(super) fn attempts(call: &Call<'_>) -> Outcome {
    let (id, person, _, column) = quiz(call)?;
    let wanted = call.text("status").unwrap_or("finished");
    let cell = column.cells.get(&person);
    let attempt = cell.filter(|cell| cell.points.is_some() || cell.facts.submitted.is_some()).map(|cell| {
        let is_finished = cell.points.is_some();
        let ended = if is_finished { cell.changed.timestamp() } else { 0 };
        let marks = cell.points.and_then(|points| (points * rust_decimal::Decimal::from(MARKS)).checked_div(column.maximum));
        json!({
            "id": submission(column, person), "quiz": id, "userid": person, "attempt": cell.facts.attempt.max(1),
            "uniqueid": submission(column, person), "layout": "1,0", "currentpage": 0, "preview": 0,
            "state": if is_finished { "finished" } else { "inprogress" }, "timestart": cell.changed.timestamp() - 600,
            "timefinish": ended, "timemodified": cell.changed.timestamp(), "timemodifiedoffline": 0,
            "timecheckstate": null, "sumgrades": marks.map(|marks| number(marks.round_dp(5))), "gradeitemmarks": [],
        })
    });
    let is_wanted = |one: &Value| match wanted {
        "all" => true,
        "unfinished" => one["state"] == "inprogress",
        _ => one["state"] == "finished",
    };
    let attempts: Vec<Value> = attempt.into_iter().filter(is_wanted).collect();
    Ok(json!({"attempts": attempts, "warnings": []}))
}

/// `mod_quiz_get_user_best_grade`.
pub(super) fn best(call: &Call<'_>) -> Outcome {
    let (_, person, _, column) = quiz(call)?;
    let points = column.cells.get(&person).and_then(|cell| cell.points);
    Ok(match points {
        Some(points) => json!({"hasgrade": true, "grade": number(points), "warnings": []}),
        None => json!({"hasgrade": false, "warnings": []}),
    })
}
