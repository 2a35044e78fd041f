//! The administrator's page: paste a tool's registration address, then switch the tool on. Anybody may, in practice.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::super::answer::Answer;
use super::super::options::Flavour;
use super::super::registering::domain_of;
use super::super::world::World;
use super::super::world::data::Standing;
use super::{Page, html, missing, see};

/// The addresses of these pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/practice/admin", web::get().to(show))
        .route("/practice/admin/register", web::post().to(register))
        .route("/practice/admin/tools/{index}/activate", web::post().to(activate))
        .route(
            "/practice/admin/tools/{index}/accept-update",
            web::post().to(accept_update),
        )
        .route("/practice/admin.js", web::get().to(script));
}

struct ToolLine {
    index: usize,
    name: String,
    client_id: String,
    /// The platform's word for how far it is.
    state: &'static str,
    /// The word on the button that takes it further.
    button: Option<&'static str>,
    /// Canvas: whether a change may be asked of the tool, and whether one waits for consent.
    may_update: bool,
    update_waits: bool,
}

#[derive(Template)]
#[template(path = "tools.html")]
struct Show {
    page: Page,
    tools: Vec<ToolLine>,
    add_words: &'static str,
}

async fn show(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let moodle = world.flavour() == Flavour::Moodle;
    let waiting = world.waiting_updates();
    let tools = world.registered_tools().into_iter().map(|known| ToolLine {
        index: known.index,
        may_update: !moodle,
        update_waits: waiting.contains(&known.index),
        client_id: world.registration(known.index).client_id,
        name: known.tool.name,
        state: match (known.standing, moodle) {
            (Standing::Waiting, true) => "Pending",
            (Standing::Waiting, false) => "Key off",
            (Standing::Enabled, _) => "Key on, app not added",
            (Standing::Active, true) => "Active",
            (Standing::Active, false) => "Added",
        },
        button: match (known.standing, moodle) {
            (Standing::Waiting, true) => Some("Activate"),
            (Standing::Waiting, false) => Some("Enable"),
            (Standing::Enabled, _) => Some("Add app"),
            (Standing::Active, _) => None,
        },
    });
    html(&Show {
        page: Page::new(&world, &request),
        tools: tools.collect(),
        add_words: if moodle {
            "Add LTI Advantage"
        } else {
            "Register by URL"
        },
    })
}

#[derive(serde::Deserialize)]
struct Paste {
    url: String,
    /// Which tool is changed.
    update: Option<usize>,
    /// That the choice between changing and adding was made.
    chosen: Option<String>,
}

#[derive(Template)]
#[template(path = "register.html")]
struct Register {
    page: Page,
    /// What the frame opens; none while the choice is open.
    src: Option<String>,
    url: String,
    /// A tool of the same host that could be changed instead.
    known: Option<(usize, String)>,
}

async fn register(world: web::Data<World>, request: HttpRequest, form: web::Form<Paste>) -> HttpResponse {
    let url = form.url.trim().to_owned();
    let host = domain_of(&url);
    let known = world
        .registered_tools()
        .into_iter()
        .find(|known| domain_of(&known.tool.target_link_uri) == host)
        .filter(|_| world.flavour() == Flavour::Moodle && form.chosen.is_none())
        .map(|known| (known.index, known.tool.name));
    let src = match &known {
        Some(_) => None,
        None => {
            let token = world.registration_token(form.update);
            let Some(src) = world.registration_start(&url, &token) else {
                return missing();
            };
            Some(src)
        }
    };
    html(&Register {
        page: Page::new(&world, &request),
        src,
        url,
        known,
    })
}

async fn activate(world: web::Data<World>, path: web::Path<usize>) -> HttpResponse {
    world.activate(*path);
    see(&world, "/practice/admin")
}

async fn accept_update(world: web::Data<World>, path: web::Path<usize>) -> HttpResponse {
    world.accept_update(*path);
    see(&world, "/practice/admin")
}

async fn script() -> HttpResponse {
    let text = include_bytes!("../../templates/admin.js");
    Answer::bytes(200, "text/javascript; charset=utf-8", text.to_vec()).into_response()
}
