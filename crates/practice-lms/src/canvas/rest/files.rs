//! Files that were handed in.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::super::super::answer::{Answer, serve};
use super::super::super::request::{header, parameter};
use super::super::super::world::World;
use super::super::super::world::data::Data;
use super::super::super::world::faults::{Endpoint, Resource};
use super::super::super::world::model::Course;
use super::super::super::world::native::Attachment;
use super::{Asked, JSON, SCOPES, forbidden, grades, missing, moment, reply, submissions, token_of};

/// How long the address of a stored file is good, in seconds.
const LIFE: i64 = 300;

/// A file as a submission names it. Its address carries no secret, unless Canvas is one of before 2026.
pub(super) fn as_json(world: &World, file: &Attachment, with_verifier: bool) -> Value {
    let encoded: String = url::form_urlencoded::byte_serialize(file.name.as_bytes()).collect();
    let path = format!("/files/{}/download?download_frd=1", file.id);
    let verifier = with_verifier.then(|| format!("&download=1&verifier={}", signature(world, file.id, 0)));
    let kind = file.media_type.rsplit('/').next().unwrap_or_default();
    json!({
        "id": file.id, "folder_id": 12, "display_name": file.name, "filename": encoded, "upload_status": "success",
        "content-type": file.media_type, "mime_class": kind, "size": (!file.has_no_size).then_some(file.bytes.len()),
        "url": world.url(&format!("{path}{}", verifier.unwrap_or_default())), "created_at": moment(file.at),
        "updated_at": moment(file.at), "modified_at": moment(file.at), "unlock_at": null, "lock_at": null, "locked": false,
        "hidden": false, "hidden_for_user": false, "locked_for_user": false, "thumbnail_url": null, "media_entry_id": null,
        "preview_url": "/api/v1/canvadoc_session?blob=practice",
    })
}

fn signature(world: &World, file: u64, until: i64) -> String {
    let text = format!("{file} {until}");
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        &[world.secret(), text.as_bytes()].concat(),
    );
    hex::encode(digest)
}

/// A file that is there, its owner, and the course that it was handed in to.
fn find(data: &Data, id: u64) -> Option<(&Attachment, u64, &Course)> {
    data.courses.values().find_map(|course| {
        let cells = course.columns.iter().flat_map(|column| &column.cells);
        let mut files = cells.flat_map(|(person, cell)| {
            let earlier = cell.facts.earlier.iter().flat_map(|earlier| &earlier.files);
            cell.facts
                .files
                .iter()
                .chain(earlier)
                .map(move |file| (file, *person))
        });
        let (file, person) = files.find(|(file, _)| file.id == id && !file.is_deleted)?;
        Some((file, person, course))
    })
}

/// One file: whoever handed it in sees it, and who grades does through the submission alone.
pub(super) async fn one(world: web::Data<World>, request: HttpRequest, path: web::Path<u64>) -> HttpResponse {
    reply(&world, &request, Resource::Files, SCOPES[15], |asked, data| {
        let (file, owner, _) = find(data, *path).ok_or_else(missing)?;
        may_see(asked, data, *path, owner)?;
        Ok(Answer::json(200, JSON, &as_json(asked.world, file, false)))
    })
    .await
}

/// An address at which the file can be fetched without a token, for a while.
pub(super) async fn public_url(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    reply(&world, &request, Resource::Files, SCOPES[16], |asked, data| {
        let (file, owner, _) = find(data, *path).ok_or_else(missing)?;
        may_see(asked, data, *path, owner)?;
        let until = asked.world.now().timestamp() + LIFE;
        let sign = signature(asked.world, file.id, until);
        let url = asked
            .world
            .url(&format!("/stored/{}?until={until}&signature={sign}", file.id));
        Ok(Answer::json(200, JSON, &json!({ "public_url": url })))
    })
    .await
}

/// The file must belong to the submission that is named, by its own number and not by that of its student.
fn may_see(asked: &Asked<'_>, data: &Data, file: u64, owner: u64) -> Result<(), Answer> {
    if owner == asked.person {
        return Ok(());
    }
    let named = asked.value("submission_id").and_then(|text| text.parse().ok());
    let (course, _, _, cell) = named
        .and_then(|number| submissions::by_number(data, number))
        .ok_or_else(|| forbidden(data))?;
    let earlier = cell.facts.earlier.iter().flat_map(|earlier| &earlier.files);
    let has = cell.facts.files.iter().chain(earlier).any(|one| one.id == file);
    if has && grades(asked, data, course) {
        Ok(())
    } else {
        Err(forbidden(data))
    }
}

/// What a submission's `url` leads to. It is no route of the interface, so that no scope covers it: a key with scopes is refused,
/// and whoever has no token is sent to the login page.
pub(super) async fn download(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    serve(&world, Endpoint::File, async {
        let id = *path;
        let until = world.now().timestamp() + LIFE;
        let stored = || {
            let address = format!("/stored/{id}?until={until}&signature={}", signature(&world, id, until));
            Answer::html(302, "").header("Location", world.url(&address))
        };
        let data = world.lock();
        if find(&data, id).is_none() {
            return missing();
        }
        if parameter(&request, "verifier").is_some_and(|text| text == signature(&world, id, 0)) {
            return stored();
        }
        let token = token_of(&request);
        let held = token.and_then(|token| data.rest.tokens.iter().find(|held| held.access == token));
        match held.and_then(|held| data.rest.key(&held.client_id)) {
            Some(key) if !key.enforces_scopes => stored(),
            Some(_) => {
                let text = json!({"errors": [{"message": "Insufficient scopes on access token."}], "error_report_id": 1272});
                Answer::json(401, JSON, &text)
            }
            None => Answer::html(302, "").header("Location", world.url("/login")),
        }
    })
    .await
}

/// The page that everything leads to for whom Canvas does not know: a good answer, and no file.
pub(super) async fn login() -> HttpResponse {
    let page = "<!DOCTYPE html><html lang=\"en\"><head><title>Log in to Canvas</title></head><body><h1>Log in</h1></body></html>";
    Answer::html(200, page).into_response()
}

/// The host that keeps files: it takes the signature of its address and nothing beside.
pub(super) async fn stored(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    serve(&world, Endpoint::File, async {
        let until: i64 = parameter(&request, "until")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let is_signed =
            parameter(&request, "signature").is_some_and(|text| text == signature(&world, *path, until));
        if header(&request, "authorization").is_some() {
            return Answer::bytes(
                400,
                "application/xml",
                b"<Error><Code>InvalidArgument</Code></Error>".to_vec(),
            );
        }
        if !is_signed || until < world.now().timestamp() {
            return Answer::bytes(
                403,
                "application/xml",
                b"<Error><Code>AccessDenied</Code></Error>".to_vec(),
            );
        }
        let data = world.lock();
        let Some((file, ..)) = find(&data, *path) else {
            return Answer::bytes(
                404,
                "application/xml",
                b"<Error><Code>NoSuchKey</Code></Error>".to_vec(),
            );
        };
        let name = file.name.replace(['"', '\r', '\n'], "_");
        Answer::bytes(200, &file.media_type, file.bytes.clone())
            .header("Content-Disposition", format!("attachment; filename=\"{name}\""))
    })
    .await
}
