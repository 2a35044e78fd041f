//! The administrator's page for the LMS's own interfaces: an API key of Canvas, a token of Moodle's web services. What is made is
//! shown once.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::super::options::Flavour;
use super::super::world::World;
use super::super::world::rest::{LEAST_ROLE, SERVICE_FUNCTIONS};
use super::{Page, html};

/// The addresses of this page.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/practice/admin/keys", web::get().to(show))
        .route("/practice/admin/keys", web::post().to(make));
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Show {
    page: Page,
    /// What was made: its name and its value.
    made: Vec<(&'static str, String)>,
    scopes: String,
    capabilities: String,
    functions: String,
}

fn page(world: &World, request: &HttpRequest, made: Vec<(&'static str, String)>) -> HttpResponse {
    html(&Show {
        page: Page::new(world, request),
        made,
        scopes: World::api_scopes().join("\n"),
        capabilities: LEAST_ROLE.join("\n"),
        functions: SERVICE_FUNCTIONS.join("\n"),
    })
}

async fn show(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    page(&world, &request, Vec::new())
}

#[derive(serde::Deserialize)]
struct Wanted {
    /// One a line, like everything here.
    redirect_uris: Option<String>,
    scopes: Option<String>,
    /// "Allow Include Parameters", where it is ticked.
    includes: Option<String>,
    capabilities: Option<String>,
    functions: Option<String>,
    /// "Custom full name" of the role.
    full_name: Option<String>,
    /// "Valid until", where "Enable" is ticked: as Moodle proposes it, in 30 days.
    ends: Option<String>,
}

fn lines(text: Option<&String>) -> Vec<&str> {
    let lines = text.map(String::as_str).unwrap_or_default().lines();
    lines.map(str::trim).filter(|line| !line.is_empty()).collect()
}

async fn make(world: web::Data<World>, request: HttpRequest, form: web::Form<Wanted>) -> HttpResponse {
    let made = match world.flavour() {
        Flavour::Canvas => {
            let key = world.add_api_key(&lines(form.redirect_uris.as_ref()), &lines(form.scopes.as_ref()));
            world.change_api_key(&key.client_id, |key| {
                key.allows_includes = form.includes.is_some();
            });
            vec![("Client id", key.client_id), ("Key", key.secret)]
        }
        // As the form for roles: the short name alone is not enough.
        Flavour::Moodle if lines(form.full_name.as_ref()).is_empty() => {
            vec![("Refused", "Incorrect role name".to_owned())]
        }
        Flavour::Moodle => {
            let account = world.add_account("badgereader", false);
            world.give_role(account, &lines(form.capabilities.as_ref()));
            let token = world.add_ws_token(account, &lines(form.functions.as_ref()));
            let until = form
                .ends
                .as_ref()
                .map(|_| world.now() + chrono::TimeDelta::days(30));
            world.limit_ws_token(&token, until);
            vec![("Token", token)]
        }
    };
    page(&world, &request, made)
}
