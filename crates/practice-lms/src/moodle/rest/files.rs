//! Files of hand-ins: the token goes along, and errors are mostly good answers.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::super::super::answer::{Answer, serve};
use super::super::super::world::World;
use super::super::super::world::data::Data;
use super::super::super::world::faults::Endpoint;
use super::access::{self, can, enters};
use super::{Call, parameters, submission};

/// Below the address of the site.
pub(super) fn path(context: u64, submission: u64, name: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let name = name.replace('+', "%20");
    format!("/webservice/pluginfile.php/{context}/assignsubmission_file/submission_files/{submission}/{name}")
}

/// An error that is a good answer: of another shape than those of functions.
fn error(code: &str, text: &str) -> Answer {
    let body = json!({
        "error": text, "errorcode": code, "stacktrace": null, "debuginfo": null, "reproductionlink": null,
    });
    Answer::json(200, "application/json; charset=utf-8", &body)
}

/// A file.
pub(super) async fn get(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    world.note_asked(format!("file {path}"));
    serve(&world, Endpoint::File, async {
        let parameters = parameters(&request, &body);
        let token = parameters
            .iter()
            .rev()
            .find(|(key, _)| key == "token")
            .map(|(_, value)| value.as_str());
        let data = world.lock();
        if data.rest.site.is_off {
            return Answer::bytes(403, "text/html; charset=utf-8", Vec::new());
        }
        let Some(token) = token else {
            return error("missingparam", "A required parameter (token) was missing");
        };
        let Some(held) = data.rest.ws_tokens.get(token) else {
            return error("invalidtoken", "Invalid token - token not found");
        };
        let is_over = held.until.is_some_and(|until| until < world.now());
        if !held.may_download || held.is_elsewhere || held.is_service_off || is_over {
            return error("accessexception", "Access control exception");
        }
        let call = Call {
            world: &world,
            data: &data,
            reader: held.person,
            token,
            parameters: &[],
        };
        found(&call, &data, &path).unwrap_or_else(|refused| refused)
    })
    .await
}

fn found(call: &Call<'_>, data: &Data, path: &str) -> Result<Answer, Answer> {
    let missing = || {
        let mut answer = error(
            "filenotfound",
            "Can not find data record in database table files.",
        );
        answer.status = 404;
        answer
    };
    let parts: Vec<&str> = path.split('/').collect();
    let [context, "assignsubmission_file", "submission_files", number, name] = parts.as_slice() else {
        return Err(missing());
    };
    let context: u64 = context.parse().unwrap_or(0);
    let here = data.courses.values().find_map(|course| {
        let mut columns = course.columns.iter();
        let is_here = |column: &&super::Column| {
            access::of_column(course, column).is_some_and(|one| one.cmid + 390 == context)
        };
        columns.find(is_here).map(|column| (course, column))
    });
    let (course, column) =
        here.ok_or_else(|| error("invalidrecord", "Can't find data record in database."))?;
    enters(call, course).map_err(|why| error("requireloginerror", why))?;
    let number: u64 = number.parse().unwrap_or(0);
    let owner = column
        .cells
        .iter()
        .find(|(person, _)| submission(column, **person) == number);
    let (owner, cell) = owner.ok_or_else(missing)?;
    // Without the right the file is not there.
    if *owner != call.reader && !can(call, course, "mod/assign:viewgrades") {
        return Err(missing());
    }
    let earlier = cell.facts.earlier.iter().flat_map(|earlier| &earlier.files);
    let file = cell
        .facts
        .files
        .iter()
        .chain(earlier)
        .find(|file| file.name == *name);
    let file = file.ok_or_else(missing)?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &file.bytes);
    Ok(Answer::bytes(200, &file.media_type, file.bytes.clone())
        .header("ETag", format!("\"{}\"", hex::encode(digest)))
        .header(
            "Content-Disposition",
            format!("attachment; filename=\"{}\"", file.name),
        ))
}

/// The address without `/webservice`: the token is not read there, and the login page is a good answer.
pub(super) async fn login() -> HttpResponse {
    let page = "<!DOCTYPE html><html lang=\"en\"><head><title>Log in to the site | Practice Moodle</title></head><body><h1>Log in</h1></body></html>";
    Answer::html(200, page).into_response()
}
