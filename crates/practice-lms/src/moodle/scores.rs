//! Scores (AGS 2.0) as Moodle takes them: 409 within the same second, students only, rescaled and clamped.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::answer::{Answer, decimal, serve};
use super::super::client_assertion::scope;
use super::super::world::World;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Cell, Column, CourseRole, Source};
use super::{bad_gateway, object, sends, tool};

const MEDIA_TYPE: &str = "application/vnd.ims.lis.v1.score+json";

/// Takes a score: 200 and nothing in it.
pub(super) async fn post(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
    body: web::Bytes,
) -> HttpResponse {
    serve(&world, Endpoint::Scores, async {
        world.note_score(&body);
        match score(&world, &request, *path, &body) {
            Ok(()) => Answer::bytes(200, &format!("{MEDIA_TYPE}; charset=utf-8"), Vec::new()),
            Err(refused) => refused,
        }
    })
    .await
}

/// The text of a refused score is in the reason phrase only.
fn refused(status: u16, reason: &'static str) -> Answer {
    Answer::bytes(status, &format!("{MEDIA_TYPE}; charset=utf-8"), b"[]".to_vec()).reason(reason)
}

fn score(
    world: &World,
    request: &HttpRequest,
    (course, item): (u64, u64),
    body: &[u8],
) -> Result<(), Answer> {
    sends(request, MEDIA_TYPE)?;
    let tool = tool(world, request, &[scope::SCORE]).map_err(|_| refused(401, "Unauthorized"))?;
    let sent = object(body).ok_or_else(|| refused(400, "Incorrect score received"))?;
    let text = |name: &str| {
        let value = sent
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        value.ok_or_else(|| refused(400, "Incorrect score received"))
    };
    let person = match sent.get("userId") {
        Some(Value::Number(number)) => number.to_string(),
        _ => text("userId")?.to_owned(),
    };
    let timestamp = moment(text("timestamp")?).ok_or_else(|| refused(400, "Incorrect score received"))?;
    let progress = (
        text("activityProgress")?.to_owned(),
        text("gradingProgress")?.to_owned(),
    );
    let given = given(&sent)?;
    let number: u64 = person.parse().map_err(|_| bad_gateway())?;
    let mut data = world.lock();
    let person = data.person_by_sub(&person).map_or(number, |person| person.id);
    let course = data
        .courses
        .get_mut(&course)
        .ok_or_else(|| refused(404, "Not Found: Course"))?;
    let is_student = course.role(person) == Some(CourseRole::Student);
    let column = course
        .column_mut(item)
        .filter(|column| column.source == Source::Tool(tool))
        .ok_or_else(|| refused(404, "Not Found: Line item"))?;
    if !is_student {
        return Err(refused(400, "Incorrect score received: user is not gradable"));
    }
    if column.closed.is_some() {
        return Err(refused(500, "Internal Server Error"));
    }
    let points = given
        .filter(|_| progress.1 == "FullyGraded")
        .map(|(given, maximum)| rescale(column, given, maximum));
    let before = column.cells.get(&person).map(|cell| cell.changed.timestamp());
    if before.is_some_and(|before| timestamp.timestamp() <= before) {
        return Err(refused(
            409,
            "Refusing score with an earlier timestamp for item and user",
        ));
    }
    let cell = column.cells.entry(person).or_insert_with(|| Cell::new(timestamp));
    cell.changed = timestamp;
    cell.progress = Some(progress);
    cell.comment = sent
        .get("comment")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .or(cell.comment.take());
    if !cell.overridden {
        cell.points = points;
        cell.recorded_maximum = None;
    }
    Ok(())
}

/// `scoreGiven` and the `scoreMaximum` that it needs; numeric strings count as numbers.
fn given(sent: &Map<String, Value>) -> Result<Option<(Decimal, Decimal)>, Answer> {
    let Some(given) = sent.get("scoreGiven").filter(|given| !given.is_null()) else {
        return Ok(None);
    };
    match (decimal(given), sent.get("scoreMaximum").and_then(decimal)) {
        (Some(given), Some(maximum)) => Ok(Some((given, maximum))),
        _ => Err(refused(400, "Incorrect score received")),
    }
}

/// The score on the column's own scale: never under 0, never over the maximum, as it is when `maximum` is 0.
fn rescale(column: &Column, given: Decimal, maximum: Decimal) -> Decimal {
    let points = if maximum.is_zero() {
        given
    } else {
        given * column.maximum / maximum
    };
    points.max(Decimal::ZERO).min(column.maximum.max(Decimal::ZERO))
}

/// What Moodle takes for a time: with a zone, without one, or a bare date.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let date = || {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .map(|date| date.and_time(NaiveTime::MIN))
    };
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .ok()
        .or_else(date)
        .map(|time| time.and_utc())
}
