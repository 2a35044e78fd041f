//! Numbers and names by which `/api/v1` knows people, courses and assignments, and numbers as text.

use actix_web::HttpRequest;
use serde_json::Value;

use super::super::super::answer::Answer;
use super::super::super::request::header;
use super::super::super::world::data::Data;
use super::super::super::world::model::{Column, Course, Person};
use super::super::claims::legacy_user_id;

/// A number: plain, or of a shard as `1~4242`.
fn number(text: &str) -> Option<u64> {
    match text.split_once('~') {
        Some((shard, id)) => {
            let (shard, id) = (shard.parse::<u64>().ok()?, id.parse::<u64>().ok()?);
            shard
                .checked_mul(super::super::super::world::native::SHARD)?
                .checked_add(id)
        }
        None => text.parse().ok(),
    }
}

/// The number here of what is not an account: its global number is one of shard 1.
fn local(text: &str) -> Option<u64> {
    let shard = super::super::super::world::native::SHARD;
    let number = number(text)?;
    matches!(number / shard, 0 | 1).then_some(number % shard)
}

/// An account, wherever the number of one goes.
pub(super) fn person<'d>(data: &'d Data, caller: u64, text: &str) -> Option<&'d Person> {
    let of = |is_meant: &dyn Fn(&Person) -> bool| data.people.values().find(|person| is_meant(person));
    match text.split_once(':') {
        None if text == "self" => data.people.get(&caller),
        None => data.people.get(&data.person_by_api_id(number(text)?)?),
        Some(("lti_1_3_id", sub)) => data.person_by_sub(sub),
        Some(("lti_user_id" | "lti_1_1_id" | "lti_context_id", hex)) => of(&|one| legacy_user_id(one) == hex),
        Some(("uuid", wanted)) => of(&|one| uuid(one) == wanted),
        Some(("sis_user_id", wanted)) => of(&|one| !wanted.is_empty() && one.sis_id == wanted),
        Some(("sis_login_id", wanted)) => of(&|one| one.username == wanted),
        Some(_) => None,
    }
}

/// A course.
pub(super) fn course<'d>(data: &'d Data, text: &str) -> Option<&'d Course> {
    match text.split_once(':') {
        None => data.courses.get(&local(text)?),
        Some(("lti_context_id", wanted)) => data.courses.values().find(|one| one.context_id == wanted),
        Some(("sis_course_id", wanted)) => data
            .courses
            .values()
            .find(|one| one.sis_id == wanted && !wanted.is_empty()),
        Some(_) => None,
    }
}

/// An assignment.
pub(super) fn column<'d>(course: &'d Course, text: &str) -> Option<&'d Column> {
    match text.split_once(':') {
        None => course.column(local(text)?),
        Some(("lti_context_id", wanted)) => course.columns.iter().find(|one| lti_context_id(one) == wanted),
        Some(_) => None,
    }
}

fn digest(what: &str, id: u64) -> [u8; 32] {
    let text = format!("{what} {id}");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().try_into().unwrap_or_default()
}

/// What `include[]=uuid` tells of an account: 40 letters, and not what launches call it.
pub(super) fn uuid(person: &Person) -> String {
    use base64::Engine as _;
    let digest = digest("account", person.id);
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
    text.replace(['-', '_'], "x").chars().take(40).collect()
}

/// An assignment as asset processors and `$com.instructure.Assignment.lti.id` name it.
pub(in super::super) fn lti_context_id(column: &Column) -> String {
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest("assignment", column.id)) {
        *byte = from;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// The number of a person's row for an assignment.
pub(super) fn submission(column: &Column, person: u64) -> u64 {
    column.id * 1_000_000 + person % 1_000_000
}

/// The same answer, with all ids as text where that was asked for.
pub(super) fn as_asked(request: &HttpRequest, mut answer: Answer) -> Answer {
    let wanted =
        header(request, "accept").is_some_and(|accept| accept.contains("application/json+canvas-string-ids"));
    if wanted && let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
        stringify(&mut body);
        answer.body = serde_json::to_vec(&body).unwrap_or_default();
    }
    answer
}

fn stringify(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(stringify),
        Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                if name == "id" || name.ends_with("_id") || name.ends_with("_ids") || name == "never_drop" {
                    text_of(value);
                }
                stringify(value);
            }
        }
        _ => {}
    }
}

fn text_of(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Array(list) => list.iter_mut().for_each(text_of),
        _ => {}
    }
}
