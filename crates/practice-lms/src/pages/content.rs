//! The frame in which content is chosen or a student's work is seen, and the form in which the teacher saves what the tool
//! returned.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;

use super::super::options::Flavour;
use super::super::request::{header, query};
use super::super::world::World;
use super::super::world::content::lines;
use super::course::CourseLine;
use super::{Page, html, missing, see};

#[derive(Template)]
#[template(path = "placed.html")]
struct Form {
    page: Page,
    /// Whether it stands at the end of the tool's answer, and has to hand the form on to the page round it.
    is_answer: bool,
    /// Not in a window of its own.
    has_form: bool,
    course: u64,
    name: String,
    /// What the form is called.
    title: &'static str,
    /// Title, custom lines and points of a single item; none for several.
    single: Option<(String, String, String)>,
    titles: Vec<String>,
    message: Option<String>,
    button: &'static str,
}

/// The page that the tool's answer ends at: it fills in the form of the page in whose frame it sits, as Moodle's does
/// (Moodle 11.4) and Canvas's too. In a window of its own it has none to fill in. Where there are no scripts it shows the
/// form itself.
pub(crate) fn answered(
    world: &World,
    request: &HttpRequest,
    name: &str,
    message: Option<String>,
) -> HttpResponse {
    let Some(form) = form(world, request, name, message) else {
        return missing();
    };
    html(&Form {
        is_answer: true,
        has_form: header(request, "sec-fetch-dest") != Some("document"),
        ..form
    })
}

/// The form that the tool's answer has filled in.
fn form(world: &World, request: &HttpRequest, name: &str, message: Option<String>) -> Option<Form> {
    let selection = world.selection(name)?;
    let text = |item: &Value, key: &str| {
        item.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let single = match selection.items.as_slice() {
        [item] => {
            let points = item.get("lineItem").and_then(|column| column.get("scoreMaximum"));
            let points = points.map(Value::to_string).unwrap_or_default();
            Some((text(item, "title"), lines(item), points))
        }
        _ => None,
    };
    Some(Form {
        page: Page::new(world, request),
        is_answer: false,
        has_form: true,
        course: selection.course,
        name: name.to_owned(),
        title: match world.flavour() {
            Flavour::Moodle => "New External tool",
            Flavour::Canvas => "New item",
        },
        single,
        titles: selection.items.iter().map(|item| text(item, "title")).collect(),
        message,
        button: match (world.flavour(), selection.items.len()) {
            (Flavour::Moodle, 1) => "Save and return to course",
            (Flavour::Moodle, _) => "Save and return",
            (Flavour::Canvas, _) => "Save",
        },
    })
}

/// `POST /course/{course}/placed`: the teacher saves, perhaps after changing what the form says.
pub(super) async fn save(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    body: web::Bytes,
) -> HttpResponse {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| {
        let found = fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    let name = field("selection").unwrap_or_default();
    let typed = field("name").zip(field("custom")).zip(field("points"));
    let typed = typed.map(|((title, custom), points)| (title, custom, points));
    match world.save_selection(*path, name, typed) {
        Ok(_) => see(
            &world,
            &format!("/course/{}{}", *path, Page::new(&world, &request).query),
        ),
        Err(text) => form(&world, &request, name, Some(text)).map_or_else(missing, |form| html(&form)),
    }
}

#[derive(Template)]
#[template(path = "select.html")]
struct Select {
    page: Page,
    course: CourseLine,
    title: String,
    src: String,
    /// What the button of the form says that the answer of the tool fills in; none where nothing is chosen.
    fills: Option<&'static str>,
}

/// `GET /course/{course}/select`: the tool's picker in a frame of the LMS.
pub(super) async fn select(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    let Some(course) = CourseLine::for_staff(&world, &request, *path) else {
        return missing();
    };
    let query = query(&request);
    let tool: usize = query.get("tool").and_then(|tool| tool.parse().ok()).unwrap_or(0);
    let placement = query
        .get("placement")
        .cloned()
        .unwrap_or_else(|| "assignment_selection".to_owned());
    let page = Page::new(&world, &request);
    let user = page.query.replace('?', "&");
    let src = match world.flavour() {
        Flavour::Moodle => format!(
            "{}/mod/lti/contentitem.php?course={}&id={tool}{user}",
            page.base, course.id
        ),
        Flavour::Canvas => format!(
            "{}/courses/{}/external_tools/{tool}/resource_selection?placement={placement}{user}",
            page.base, course.id
        ),
    };
    html(&Select {
        title: match world.flavour() {
            Flavour::Moodle => "Select content".to_owned(),
            Flavour::Canvas => format!("Add from Cairn ({placement})"),
        },
        page,
        course,
        src,
        fills: Some(match world.flavour() {
            Flavour::Moodle => "Save and return to course",
            Flavour::Canvas => "Save",
        }),
    })
}

/// `GET /course/{course}/review`: a student's work in a frame of the gradebook.
pub(super) async fn review(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    let Some(course) = CourseLine::for_staff(&world, &request, *path) else {
        return missing();
    };
    let page = Page::new(&world, &request);
    let (base, id, asked) = (&page.base, course.id, request.query_string());
    let (title, src) = match world.flavour() {
        Flavour::Moodle => (
            "Grade analysis",
            format!("{base}/mod/lti/grade.php?course={id}&{asked}"),
        ),
        Flavour::Canvas => (
            "SpeedGrader",
            format!("{base}/courses/{id}/gradebook/speed_grader?{asked}"),
        ),
    };
    html(&Select {
        title: title.to_owned(),
        src,
        page,
        course,
        fills: None,
    })
}
