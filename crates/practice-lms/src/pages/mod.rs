//! What a person sees of the practice LMS: who you are, a course, a link in its frame, the gradebook.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::answer::Answer;
use super::options::Flavour;
use super::world::World;

pub(super) mod content;
mod course;
mod gradebook;
mod keys;
pub(super) mod session;
#[cfg(test)]
mod tests;
mod tools;

/// The addresses of the pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("", web::get().to(start))
        .route("/", web::get().to(start))
        .configure(tools::routes)
        .configure(keys::routes)
        .route("/practice/enter", web::post().to(enter))
        .route("/practice/style.css", web::get().to(style))
        .route("/practice/frame.js", web::get().to(script))
        .route("/practice/storage.js", web::get().to(storage_script))
        .route("/practice/forwarding", web::get().to(forwarding))
        .route("/images/messages/avatar-50.png", web::get().to(avatar))
        .route("/course/{course}", web::get().to(course::show))
        .route("/course/{course}/links", web::post().to(course::add_link))
        .route("/course/{course}/grow", web::post().to(course::grow))
        .route("/course/{course}/copy", web::post().to(course::copy))
        .route("/course/{course}/link/{link}", web::get().to(course::link))
        .route("/course/{course}/select", web::get().to(content::select))
        .route("/course/{course}/review", web::get().to(content::review))
        .route("/course/{course}/placed", web::post().to(content::save))
        .route("/course/{course}/gradebook", web::get().to(gradebook::show))
        .route("/course/{course}/gradebook", web::post().to(gradebook::save));
}

/// What stands round every page.
pub(super) struct Page {
    /// The LMS's name.
    pub site: &'static str,
    /// The style that makes the flavours look apart.
    pub flavour: &'static str,
    /// The path that everything lives under, or nothing.
    pub base: String,
    /// The name of who is looking.
    pub person: Option<String>,
    /// `?user=…` when the person was named in the address and not by a cookie.
    pub query: String,
}

impl Page {
    /// The surroundings of a page for whoever asks.
    pub(crate) fn new(world: &World, request: &HttpRequest) -> Self {
        let id = session::person(world, request);
        let data = world.lock();
        let named = request
            .query_string()
            .split('&')
            .any(|pair| pair.starts_with("user="));
        Self {
            site: match world.flavour() {
                Flavour::Moodle => "Practice Moodle",
                Flavour::Canvas => "Practice Canvas",
            },
            flavour: match world.flavour() {
                Flavour::Moodle => "moodle",
                Flavour::Canvas => "canvas",
            },
            base: base(world),
            person: id
                .and_then(|id| data.people.get(&id))
                .map(super::world::model::Person::name),
            query: id
                .filter(|_| named)
                .map(|id| format!("?user={id}"))
                .unwrap_or_default(),
        }
    }
}

/// The path that everything lives under, or nothing.
pub(super) fn base(world: &World) -> String {
    url::Url::parse(world.origin())
        .map(|url| url.path().trim_end_matches('/').to_owned())
        .unwrap_or_default()
}

/// A template as an answer.
pub(super) fn html(template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(text) => Answer::html(200, text)
            .header("Cache-Control", "no-store".into())
            .into_response(),
        Err(error) => Answer::html(500, error.to_string()).into_response(),
    }
}

/// On to another page of the LMS.
pub(super) fn see(world: &World, path: &str) -> HttpResponse {
    Answer::html(303, "")
        .header("Location", format!("{}{path}", base(world)))
        .into_response()
}

/// There is no such course, link or person.
pub(super) fn missing() -> HttpResponse {
    Answer::html(
        404,
        "<!DOCTYPE html><title>Not found</title><h1>Not found</h1><p>There is no such page here.</p>",
    )
    .into_response()
}

struct CourseOption {
    id: u64,
    title: String,
}

struct PersonOption {
    id: u64,
    label: String,
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    page: Page,
    courses: Vec<CourseOption>,
    people: Vec<PersonOption>,
}

/// Who are you, and where do you want to go? The first forty people are enough to choose from.
async fn start(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let page = Page::new(&world, &request);
    let courses = world.courses();
    let first = courses.first().map_or(0, |course| course.id);
    let people = world
        .members(first)
        .into_iter()
        .take(40)
        .map(|member| PersonOption {
            id: member.id,
            label: format!("{} – {}", member.name, member.role.word(world.flavour())),
        })
        .collect();
    let courses = courses
        .into_iter()
        .map(|course| CourseOption {
            id: course.id,
            title: course.title,
        })
        .collect();
    html(&Start {
        page,
        courses,
        people,
    })
}

#[derive(serde::Deserialize)]
struct Enter {
    course: u64,
    person: u64,
}

/// From now on the browser is that person.
async fn enter(world: web::Data<World>, form: web::Form<Enter>) -> HttpResponse {
    let mut response = see(&world, &format!("/course/{}", form.course));
    let cookie = Cookie::build(session::COOKIE, form.person.to_string())
        .path("/")
        .same_site(SameSite::Lax)
        .finish();
    if response.add_cookie(&cookie).is_err() {
        return missing();
    }
    response
}

async fn style() -> HttpResponse {
    let text = include_bytes!("../../templates/style.css");
    Answer::bytes(200, "text/css; charset=utf-8", text.to_vec()).into_response()
}

async fn script() -> HttpResponse {
    let text = include_bytes!("../../templates/frame.js");
    Answer::bytes(200, "text/javascript; charset=utf-8", text.to_vec()).into_response()
}

async fn storage_script() -> HttpResponse {
    let text = include_bytes!("../../templates/storage.js");
    Answer::bytes(200, "text/javascript; charset=utf-8", text.to_vec()).into_response()
}

/// The frame beside the tool's that answers for platform storage, on the host that signs people in.
async fn forwarding() -> HttpResponse {
    let text = include_str!("../../templates/forwarding.html");
    Answer::html(200, text).into_response()
}

/// Everybody's picture: one grey point.
async fn avatar() -> HttpResponse {
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&[0xc7]));
    if written.is_err() {
        return missing();
    }
    Answer::bytes(200, "image/png", png).into_response()
}
