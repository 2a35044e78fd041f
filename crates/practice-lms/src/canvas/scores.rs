//! Scores (AGS 2.0) as Canvas takes them: they make result rows, count attempts, clear grades and mark
//! work as waiting for a grade.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, decimal, serve};
use super::super::client_assertion::scope;
use super::super::world::World;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Cell, Closed, Column, Course, CourseRole};
use super::{gradable, line_items, metered, not_found, object, own, refusal, text, tool};

/// The extension of a score that says what becomes of the submission.
const SUBMISSION: &str = "https://canvas.instructure.com/lti/submission";

/// Takes a score and answers with the address of the result.
pub(super) async fn post(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
    body: web::Bytes,
) -> HttpResponse {
    serve(&world, Endpoint::Scores, async {
        world.note_score(&body);
        metered(score(&world, &request, *path, &body).unwrap_or_else(|refused| refused))
    })
    .await
}

/// A score as it was sent.
struct Score {
    person: u64,
    timestamp: DateTime<Utc>,
    progress: (String, String),
    given: Option<(Decimal, Decimal)>,
    comment: Option<String>,
    extension: Map<String, Value>,
}

impl Score {
    fn read(
        world: &World,
        course: &Course,
        find: impl Fn(&str) -> Option<u64>,
        body: &[u8],
    ) -> Result<Self, Answer> {
        let sent = object(body)?;
        let required = |name: &str| {
            text(sent.get(name))
                .filter(|value| !value.is_empty())
                .ok_or_else(|| refusal(400, &format!("param is missing or the value is empty: {name}")))
        };
        let user = required("userId")?;
        let progress = (required("activityProgress")?, required("gradingProgress")?);
        let timestamp = DateTime::parse_from_rfc3339(&required("timestamp")?)
            .map_err(|_| refusal(400, "Provided timestamp is not a valid timestamp"))?
            .to_utc();
        let extension = sent
            .get(SUBMISSION)
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let standard = sent
            .get("submission")
            .and_then(|submission| submission.get("submittedAt"));
        if let Some(submitted) = text(extension.get("submitted_at").or(standard)) {
            let submitted = DateTime::parse_from_rfc3339(&submitted)
                .map_err(|_| refusal(400, "Provided submitted_at timestamp is not a valid timestamp"))?;
            if submitted.to_utc() > world.now() + TimeDelta::minutes(1) {
                return Err(refusal(400, "Provided submitted_at timestamp is in the future"));
            }
        }
        let given = match sent.get("scoreGiven").filter(|given| !given.is_null()) {
            None => None,
            Some(given) => {
                let maximum = sent.get("scoreMaximum").and_then(decimal);
                let maximum = maximum
                    .ok_or_else(|| refusal(422, "ScoreMaximum not supplied when ScoreGiven present."))?;
                if maximum < Decimal::ZERO {
                    let text = "ScoreMaximum must be greater than or equal to 0";
                    return Err(refusal(422, text));
                }
                let given = decimal(given).filter(|given| *given >= Decimal::ZERO);
                let text = "ScoreGiven must be greater than or equal to 0";
                Some((given.ok_or_else(|| refusal(422, text))?, maximum))
            }
        };
        let person = find(&user)
            .filter(|person| course.is(*person, CourseRole::Student))
            .ok_or_else(|| refusal(422, "User not found in course or is not a student"))?;
        Ok(Self {
            person,
            timestamp,
            progress,
            given,
            comment: text(sent.get("comment")),
            extension,
        })
    }

    fn says(&self, name: &str, default: bool) -> bool {
        match self.extension.get(name) {
            Some(Value::Bool(value)) => *value,
            Some(Value::String(value)) => value == "true",
            _ => default,
        }
    }

    /// Everything but `none` with `new_submission` is one more attempt.
    fn is_attempt(&self) -> bool {
        let kind = text(self.extension.get("submission_type"));
        self.says("new_submission", true) && kind.as_deref() != Some("none")
    }
}

/// Whether the assignment takes the score, in the words of Canvas where it does not.
fn taken(column: &Column, score: &Score) -> Result<(), Answer> {
    if let Some(closed) = column.closed {
        return Err(closed_to_scores(closed));
    }
    if score.given.is_some_and(|(_, of)| of.is_zero()) && !column.maximum.is_zero() {
        let text = "ScoreMaximum cannot be zero if line item's maximum is not zero";
        return Err(refusal(422, text));
    }
    let Some(cell) = column.cells.get(&score.person) else {
        return Ok(());
    };
    // Equal is fine, older is not.
    if let Some(row) = cell.row.as_ref().filter(|row| score.timestamp < row.timestamp) {
        let text = format!(
            "Provided timestamp of {} before last updated timestamp of {}",
            score.timestamp, row.timestamp
        );
        return Err(refusal(400, &text));
    }
    if score.is_attempt() && column.allowed_attempts.is_some_and(|most| cell.attempts >= most) {
        let text = "The maximum number of allowed attempts has been reached for this submission";
        return Err(refusal(422, text));
    }
    Ok(())
}

/// One status for all of it, and two shapes.
fn closed_to_scores(closed: Closed) -> Answer {
    let of_grade = |text: &str| {
        let message = format!("cannot be changed at this time: {text}");
        let errors = json!({"errors": [{"field": "grade", "message": message, "error_code": null}]});
        Answer::json(422, "application/json; charset=utf-8", &errors)
    };
    match closed {
        Closed::Unpublished => of_grade("This assignment is still unpublished"),
        Closed::GradingPeriod | Closed::Locked => {
            of_grade("This assignment is in a closed grading period for this student")
        }
        Closed::Moderated => refusal(422, "This assignment is currently being moderated"),
        Closed::Concluded => refusal(
            422,
            "This course has concluded. AGS requests will no longer be accepted for this course.",
        ),
    }
}

fn score(
    world: &World,
    request: &HttpRequest,
    (course_id, item): (u64, u64),
    body: &[u8],
) -> Result<Answer, Answer> {
    let tool = tool(world, request, &[scope::SCORE])?;
    let mut data = world.lock();
    let course = gradable(&data, course_id)?;
    let link = own(course, item, tool)?.link;
    // A further line item of the same assignment never reaches the gradebook.
    let drives = link
        .and_then(|link| course.columns_of_link(link).next())
        .is_none_or(|first| first.id == item);
    let score = Score::read(
        world,
        course,
        |sub| data.person_by_sub(sub).map(|person| person.id),
        body,
    )?;
    let course = data.courses.get_mut(&course_id).ok_or_else(not_found)?;
    let column = course.column_mut(item).ok_or_else(not_found)?;
    taken(column, &score)?;
    let points = score.given.map(|(given, of)| {
        let points = (given * column.maximum).checked_div(of).unwrap_or_default();
        column.entered(points)
    });
    let companions = column.companions(score.person);
    let cell = column
        .cells
        .entry(score.person)
        .or_insert_with(|| Cell::new(score.timestamp));
    let left = points.map(|points| cell.after_lateness(points));
    // The row has what was posted, also nothing, whatever becomes of the grade in the gradebook.
    let row = cell.row.get_or_insert_default();
    row.timestamp = score.timestamp;
    row.score = score.given.map(|(given, _)| given);
    row.maximum = score.given.map(|(_, of)| of);
    let counts = matches!(score.progress.1.as_str(), "FullyGraded" | "PendingManual");
    let keep = score.says("preserve_score", false)
        || (cell.points.is_some() && score.says("prioritize_non_tool_grade", false));
    if !keep {
        cell.points = match left.filter(|_| counts) {
            Some(left) => Some(left).filter(|_| drives).or(cell.points),
            None => None,
        };
        cell.overridden = false;
    }
    if let Some(comment) = score.comment.clone() {
        row.comment = Some(comment.clone());
        cell.comment = Some(comment.clone());
        cell.comments.push(comment);
    }
    cell.changed = world.now();
    match score.progress.1.as_str() {
        "PendingManual" => cell.needs_grading = true,
        "FullyGraded" => cell.needs_grading = false,
        _ => {}
    }
    if text(score.extension.get("submission_type")).as_deref() == Some("basic_lti_launch")
        && let Some(url) = text(score.extension.get("submission_data"))
    {
        cell.launch_url = Some(url);
    }
    cell.attempts += u32::from(score.is_attempt());
    cell.progress = Some(score.progress);
    if let Some(points) = points.filter(|_| counts && drives && !keep) {
        // The whole group has the grade; a row is only of the student who was named.
        for other in companions {
            let now = world.now();
            let cell = column.cells.entry(other).or_insert_with(|| Cell::new(now));
            cell.points = Some(cell.after_lateness(points));
            cell.overridden = false;
            cell.changed = now;
        }
    }
    let url = format!(
        "{}/results/{}",
        line_items::url(world, course_id, item),
        score.person
    );
    Ok(Answer::json(
        200,
        "application/json; charset=utf-8",
        &json!({"resultUrl": url, SUBMISSION: {"content_items": []}}),
    ))
}
