//! The Canvas flavour: what hosted Canvas does as a platform.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::answer::{Answer, escape, serve};
use super::client_assertion::tool_of;
use super::login::LoginForm;
use super::request::bearer;
use super::world::World;
use super::world::data::Data;
use super::world::faults::Endpoint;
use super::world::model::{Column, Course, Oddity, Source};

pub(super) mod authorize;
mod claims;
mod custom;
pub(super) mod deep_linking;
mod line_items;
pub(super) mod login;
mod members;
#[cfg(test)]
mod notice_tests;
pub(super) mod notices;
mod registration;
mod rest;
mod results;
#[cfg(test)]
mod score_tests;
mod scores;
#[cfg(test)]
mod tests;
mod token;

/// The addresses of the protocol.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    const ITEM: &str = "/api/lti/courses/{course}/line_items/{item}";
    config
        .configure(rest::routes)
        .route("/api/lti/authorize_redirect", web::get().to(authorize::redirect))
        .route("/api/lti/authorize_redirect", web::post().to(authorize::redirect))
        .route("/api/lti/authorize", web::get().to(authorize::auth))
        .route("/api/lti/security/jwks", web::get().to(jwks))
        .route(
            "/api/lti/security/openid-configuration",
            web::get().to(registration::configuration),
        )
        .route("/api/lti/registrations", web::post().to(registration::register))
        .route(
            "/api/lti/registrations/{number}",
            web::get().to(registration::own),
        )
        .route(
            "/api/lti/registrations/{number}",
            web::put().to(registration::change_own),
        )
        .route("/api/lti/notice-handlers/{tool}", web::get().to(notices::list))
        .route("/api/lti/notice-handlers/{tool}", web::put().to(notices::set))
        .route("/login/oauth2/token", web::post().to(token::token))
        .route(
            "/courses/{course}/external_tools/{link}/launch",
            web::get().to(login::launch),
        )
        .route(
            "/courses/{course}/gradebook/speed_grader",
            web::get().to(login::speed_grader_frame),
        )
        .route(
            "/courses/{course}/external_content/success/external_tool_redirect",
            web::get().to(login::back),
        )
        .route(
            "/courses/{course}/external_tools/{tool}/resource_selection",
            web::get().to(deep_linking::select),
        )
        .route(
            "/courses/{course}/deep_linking_response",
            web::post().to(deep_linking::returned),
        )
        .route(
            "/accounts/{account}/external_tools/{tool}",
            web::get().to(deep_linking::account),
        )
        .route(
            "/users/{user}/external_tools/{tool}",
            web::get().to(deep_linking::personal),
        )
        .route(
            "/api/lti/courses/{course}/names_and_roles",
            web::get().to(members::list),
        )
        .route(
            "/api/lti/courses/{course}/line_items",
            web::get().to(line_items::list),
        )
        .route(
            "/api/lti/courses/{course}/line_items",
            web::post().to(line_items::create),
        )
        .route(ITEM, web::get().to(line_items::read))
        .route(ITEM, web::put().to(line_items::update))
        .route(ITEM, web::delete().to(line_items::delete))
        .route(&format!("{ITEM}/results"), web::get().to(results::list))
        .route(&format!("{ITEM}/results/{{person}}"), web::get().to(results::one))
        .route(&format!("{ITEM}/scores"), web::post().to(scores::post));
}

/// The platform's key set: as in Canvas, with the key that will sign after the next rotation.
async fn jwks(world: web::Data<World>) -> HttpResponse {
    serve(&world, Endpoint::Jwks, async {
        let keys = json!({"keys": [world.key(0).jwk(), world.key(1).jwk()]});
        Answer::json(200, "application/json; charset=utf-8", &keys)
            .header("Cache-Control", "max-age=864000, public".into())
    })
    .await
}

/// A refusal in Canvas's form.
fn refusal(status: u16, text: &str) -> Answer {
    let kind = match status {
        401 => "unauthorized",
        404 => "not_found",
        412 => "precondition_failed",
        422 => "unprocessable_entity",
        _ => "bad_request",
    };
    Answer::json(
        status,
        "application/json; charset=utf-8",
        &json!({"errors": {"type": kind, "message": text}}),
    )
}

/// The refusal for what is not there, or not the tool's.
fn not_found() -> Answer {
    refusal(404, "The specified resource does not exist.")
}

/// A course whose grade services answer: none does that was concluded.
fn gradable(data: &Data, course: u64) -> Result<&Course, Answer> {
    let course = data.courses.get(&course).ok_or_else(not_found)?;
    match course.is_concluded {
        false => Ok(course),
        true if data.is_odd(Oddity::ConcludedAsMissing) => Err(not_found()),
        true => Err(refusal(
            422,
            "This course has concluded. AGS requests will no longer be accepted for this course.",
        )),
    }
}

/// A JSON object from a request body.
fn object(body: &[u8]) -> Result<Map<String, Value>, Answer> {
    serde_json::from_slice(body).map_err(|_| refusal(400, "the body is not a JSON object"))
}

/// A line item of that tool.
fn own(course: &Course, item: u64, tool: usize) -> Result<&Column, Answer> {
    course
        .column(item)
        .filter(|column| column.source == Source::Tool(tool))
        .ok_or_else(not_found)
}

/// Canvas's error page.
fn error_page(text: &str) -> Answer {
    Answer::html(
        400,
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><title>Page Error</title></head><body><h1>Page Error</h1><p>{}</p></body></html>",
            escape(text)
        ),
    )
}

/// The page that posts a form to a tool, or an error page.
fn opened(form: Option<LoginForm>, otherwise: &str) -> HttpResponse {
    form.map_or_else(|| error_page(otherwise), |form| form.page())
        .into_response()
}

/// What every service answer carries: how much of the rate limit is left.
fn metered(answer: Answer) -> Answer {
    answer
        .header("X-Rate-Limit-Remaining", "599.4".into())
        .header("X-Request-Cost", "0.6".into())
}

/// The tool that may do this, or the refusal.
fn tool(world: &World, request: &HttpRequest, scopes: &[&str]) -> Result<usize, Answer> {
    tool_of(world, bearer(request), scopes).ok_or_else(|| {
        refusal(
            401,
            "Access token invalid - signature likely incorrect, expired, or scope missing",
        )
    })
}

/// One page of a list, and the links to the others (RFC 8288), which keep the rest of the query.
struct Page {
    from: usize,
    end: usize,
    links: String,
}

impl Page {
    /// Cuts `count` items into pages of `limit` or `per_page`, at most `most`, of `default` when nothing is asked.
    fn cut(world: &World, request: &HttpRequest, count: usize, default: usize, most: usize) -> Self {
        let asked: Vec<(String, String)> = url::form_urlencoded::parse(request.query_string().as_bytes())
            .into_owned()
            .collect();
        let number = |name: &str| {
            asked
                .iter()
                .find(|(key, _)| key == name)
                .and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let size = number("per_page")
            .or_else(|| number("limit"))
            .filter(|n| *n > 0)
            .unwrap_or(default)
            .min(most);
        let page = number("page").unwrap_or(1).max(1);
        let last = count.div_ceil(size).max(1);
        let from = page.saturating_sub(1).saturating_mul(size).min(count);
        let rest: Vec<_> = asked
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "page" | "per_page" | "limit"))
            .collect();
        let path = world.origin_of(request.path());
        let link = |page: usize, rel: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(rest.iter().copied())
                .append_pair("page", &page.to_string())
                .append_pair("per_page", &size.to_string())
                .finish();
            format!("<{path}?{query}>; rel=\"{rel}\"")
        };
        let mut links = vec![link(page, "current")];
        links.extend((page < last).then(|| link(page + 1, "next")));
        links.extend((page > 1).then(|| link(page - 1, "prev")));
        links.push(link(1, "first"));
        links.push(link(last, "last"));
        Self {
            from,
            end: from.saturating_add(size).min(count),
            links: links.join(","),
        }
    }

    /// This page of `items`.
    fn of<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        items.get(self.from..self.end).unwrap_or_default()
    }
}

/// A field of a JSON object as text, numbers included.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
