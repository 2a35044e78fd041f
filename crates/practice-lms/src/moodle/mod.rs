//! The Moodle flavour: what Moodle 5.1 does as a platform, as it was observed.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use super::answer::{Answer, serve};
use super::client_assertion::tool_of;
use super::login::LoginForm;
use super::request::{bearer, header};
use super::world::World;
use super::world::faults::Endpoint;

pub(super) mod authorize;
mod claims;
mod custom;
pub(super) mod deep_linking;
mod line_items;
pub(super) mod login;
mod members;
mod outcomes;
mod registration;
mod rest;
mod results;
mod scores;
#[cfg(test)]
mod tests;
mod token;
mod words;

/// The addresses of the protocol.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    const ITEM: &str = "/mod/lti/services.php/{course}/lineitems/{item}/lineitem";
    config
        .configure(rest::routes)
        .route("/mod/lti/auth.php", web::get().to(authorize::auth))
        .route("/mod/lti/auth.php", web::post().to(authorize::auth))
        .route("/mod/lti/launch.php", web::get().to(login::launch))
        .route("/mod/lti/return.php", web::get().to(login::back))
        .route("/mod/lti/contentitem.php", web::get().to(deep_linking::select))
        .route(
            "/mod/lti/contentitem_return.php",
            web::post().to(deep_linking::returned),
        )
        .route("/mod/lti/grade.php", web::get().to(deep_linking::grade))
        .route("/mod/lti/token.php", web::post().to(token::token))
        .route("/mod/lti/certs.php", web::get().to(certs))
        .route(
            "/mod/lti/openid-configuration.php",
            web::get().to(registration::configuration),
        )
        .route(
            "/mod/lti/openid-registration.php",
            web::get().to(registration::register),
        )
        .route(
            "/mod/lti/openid-registration.php",
            web::post().to(registration::register),
        )
        .route(
            "/mod/lti/services.php/CourseSection/{course}/bindings/{type}/memberships",
            web::get().to(members::list),
        )
        .route(
            "/mod/lti/services.php/{course}/lineitems",
            web::get().to(line_items::list),
        )
        .route(
            "/mod/lti/services.php/{course}/lineitems",
            web::post().to(line_items::create),
        )
        .route(ITEM, web::get().to(line_items::read))
        .route(ITEM, web::put().to(line_items::update))
        .route(ITEM, web::delete().to(line_items::delete))
        .route(&format!("{ITEM}/results"), web::get().to(results::list))
        .route(&format!("{ITEM}/scores"), web::post().to(scores::post));
}

/// The platform's key set.
async fn certs(world: web::Data<World>) -> HttpResponse {
    serve(&world, Endpoint::Jwks, async {
        Answer::json(200, "application/json; charset=utf-8", &world.key_set())
    })
    .await
}

/// What a refused service request gets: the reason phrase and a small JSON document.
fn refusal(request: &HttpRequest, status: u16, reason: &'static str) -> Answer {
    let mut asked = Map::new();
    asked.insert("method".into(), request.method().as_str().into());
    asked.insert("url".into(), request.uri().to_string().into());
    if let Some(accept) = header(request, "accept") {
        asked.insert("accept".into(), accept.into());
    }
    if let Some(kind) = header(request, "content-type") {
        asked.insert(
            "contentType".into(),
            kind.split(';').next().unwrap_or_default().into(),
        );
    }
    let body = serde_json::json!({"status": status, "reason": reason, "request": asked});
    Answer::json(status, "application/json; charset=utf-8", &body).reason(reason)
}

/// `Accept` of a read, compared as Moodle's router does: the whole string, `*/*`, or nothing.
fn accepts(request: &HttpRequest, media_type: &str) -> Result<(), Answer> {
    let fits = header(request, "accept").is_none_or(|accept| accept == "*/*" || accept == media_type);
    handled(request, fits)
}

/// `Content-Type` of a write, without its parameters.
fn sends(request: &HttpRequest, media_type: &str) -> Result<(), Answer> {
    let fits = header(request, "content-type").is_some_and(|kind| kind.split(';').next() == Some(media_type));
    handled(request, fits)
}

/// Refuses what no handler of Moodle's router takes.
fn handled(request: &HttpRequest, fits: bool) -> Result<(), Answer> {
    fits.then_some(())
        .ok_or_else(|| refusal(request, 400, "No handler found for the requested resource"))
}

/// The tool that may do this, or the refusal.
fn tool(world: &World, request: &HttpRequest, scopes: &[&str]) -> Result<usize, Answer> {
    tool_of(world, bearer(request), scopes).ok_or_else(|| refusal(request, 401, "Unauthorized"))
}

/// Where `limit` and `from` cut a list of `count`: the first index, one past the last one, and the next `from`.
fn page(query: &HashMap<String, String>, count: usize) -> Option<(usize, usize, Option<usize>)> {
    let limit: usize = query.get("limit")?.parse().ok().filter(|limit| *limit > 0)?;
    let from: usize = query
        .get("from")
        .and_then(|from| from.parse().ok())
        .unwrap_or(0)
        .min(count);
    let end = from.saturating_add(limit).min(count);
    Some((from, end, (end < count).then_some(end)))
}

/// A JSON object from a request body.
fn object(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(body).ok()
}

/// nginx's answer when PHP emits a status that is none.
fn bad_gateway() -> Answer {
    Answer::html(
        502,
        "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
    )
}

/// Moodle's error page.
fn error_page(text: &str) -> Answer {
    Answer::html(
        404,
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><title>Error</title></head><body><div class=\"errorbox\">\
             <p class=\"errormessage\">{}</p></div></body></html>",
            super::answer::escape(text)
        ),
    )
}

/// The page that posts a form to a tool, or an error page.
fn opened(form: Option<LoginForm>, otherwise: &str) -> HttpResponse {
    form.map_or_else(|| error_page(otherwise), |form| form.page())
        .into_response()
}
