//! The course page, and a link in its frame.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;

use super::super::options::{Flavour, StorageFrame};
use super::super::world::World;
use super::super::world::model::{CourseRole, Placement, Source};
use super::{Page, html, missing, see, session};

/// A link as the page lists it.
pub(crate) struct LinkLine {
    pub id: u64,
    pub title: String,
    pub kind: &'static str,
}

/// A course as its pages show it.
pub(crate) struct CourseLine {
    pub id: u64,
    pub title: String,
    pub label: String,
    /// The word for what the person is here.
    pub role: &'static str,
    pub students: usize,
    /// May edit the course and its gradebook.
    pub is_staff: bool,
    /// Links of the course's navigation.
    pub navigation: Vec<LinkLine>,
    /// Links in the middle of the page.
    pub content: Vec<LinkLine>,
    /// The LMS's own assignments and quizzes.
    pub native: Vec<(String, &'static str)>,
}

impl CourseLine {
    /// A course as whoever asks sees it.
    pub(crate) fn read(world: &World, request: &HttpRequest, id: u64) -> Option<Self> {
        let person = session::person(world, request)?;
        let data = world.lock();
        let course = data.courses.get(&id)?;
        let role = course.role(person);
        let is_admin = data.people.get(&person).is_some_and(|person| person.is_admin);
        let (navigation, content): (Vec<_>, Vec<_>) = course
            .links
            .iter()
            .partition(|link| link.placement == Placement::CourseNavigation);
        let lines = |links: Vec<&super::super::world::model::Link>| {
            links
                .into_iter()
                .map(|link| LinkLine {
                    id: link.id,
                    title: link.title.clone(),
                    kind: match link.placement {
                        Placement::Activity => "External tool",
                        Placement::CourseNavigation => "Course navigation",
                        Placement::ModuleItem => "Module item",
                        Placement::Assignment => "Assignment (external tool)",
                    },
                })
                .collect()
        };
        let native = course.columns.iter().filter_map(|column| match column.source {
            Source::Native(kind) => Some((column.label.clone(), kind)),
            Source::Tool(_) => None,
        });
        Some(Self {
            id,
            title: course.title.clone(),
            label: course.label.clone(),
            role: role.map_or("Not enrolled", |role| role.word(world.flavour())),
            students: course
                .members
                .iter()
                .filter(|(_, role)| *role == CourseRole::Student)
                .count(),
            is_staff: is_admin || matches!(role, Some(CourseRole::Teacher | CourseRole::Assistant)),
            navigation: lines(navigation),
            content: lines(content),
            native: native.collect(),
        })
    }

    /// The same, for those alone who may edit it.
    pub(crate) fn for_staff(world: &World, request: &HttpRequest, id: u64) -> Option<Self> {
        Self::read(world, request, id).filter(|course| course.is_staff)
    }
}

#[derive(Template)]
#[template(path = "course.html")]
struct Show {
    page: Page,
    course: CourseLine,
    tools: Vec<String>,
    /// Address and words of each place where content of a tool is chosen.
    places: Vec<(String, String)>,
    /// What the editor put into the page.
    body: Vec<String>,
    add_words: &'static str,
}

/// The course page; whoever is nobody is asked first.
pub(super) async fn show(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    let Some(course) = CourseLine::read(&world, &request, *path) else {
        return see(&world, "/");
    };
    let tools = {
        let data = world.lock();
        data.tools
            .iter()
            .filter_map(|known| known.tool.as_ref())
            .map(|tool| tool.name.clone())
            .collect()
    };
    let places = places(&world, course.id, &Page::new(&world, &request).query);
    let body = world.course_page(course.id);
    let add_words = match world.flavour() {
        Flavour::Moodle => "Add an external tool activity",
        Flavour::Canvas => "Add an assignment or module item",
    };
    html(&Show {
        page: Page::new(&world, &request),
        course,
        tools,
        places,
        body,
        add_words,
    })
}

/// The ways to choose content of a tool: one in Moodle, one for each placement in Canvas.
fn places(world: &World, course: u64, query: &str) -> Vec<(String, String)> {
    let data = world.lock();
    let base = super::base(world);
    let user = query.replace('?', "&");
    let names: &[&str] = match world.flavour() {
        Flavour::Moodle => &[""],
        Flavour::Canvas => &[
            "assignment_selection",
            "course_assignments_menu",
            "link_selection",
            "module_index_menu_modal",
            "editor_button",
        ],
    };
    let tools = data.tools.iter().enumerate();
    let tools = tools.filter_map(|(index, known)| known.tool.as_ref().map(|tool| (index, tool.name.clone())));
    tools
        .flat_map(|(index, tool)| {
            let (base, user) = (base.clone(), user.clone());
            names.iter().map(move |name| {
                let href = format!("{base}/course/{course}/select?tool={index}&placement={name}{user}");
                let words = match *name {
                    "" => format!("Select content of {tool}"),
                    name => format!("{tool} in {name}"),
                };
                (href, words)
            })
        })
        .collect()
}

#[derive(Template)]
#[template(path = "link.html")]
struct Open {
    page: Page,
    course: CourseLine,
    title: String,
    src: String,
    window: String,
    existing: String,
    allow: &'static str,
    /// The frame beside the tool's that offers platform storage.
    forwarding: Option<String>,
    /// How the script answers for platform storage.
    manner: String,
}

/// A link, opened in a frame.
pub(super) async fn link(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    let (course_id, link_id) = *path;
    let Some(course) = CourseLine::read(&world, &request, course_id) else {
        return see(&world, "/");
    };
    let found = {
        let data = world.lock();
        let link = data
            .courses
            .get(&course_id)
            .and_then(|course| course.link(link_id));
        link.map(|link| (link.title.clone(), link.cmid))
    };
    let Some((title, cmid)) = found else {
        return missing();
    };
    let page = Page::new(&world, &request);
    let user = page.query.replace('?', "&");
    let launch = match world.flavour() {
        Flavour::Moodle => format!("{}/mod/lti/launch.php?id={cmid}&triggerview=0{user}", page.base),
        Flavour::Canvas => {
            format!(
                "{}/courses/{course_id}/external_tools/{link_id}/launch?display=borderless{user}",
                page.base
            )
        }
    };
    let allow = match world.flavour() {
        Flavour::Moodle => "microphone; camera; geolocation; midi; encrypted-media; autoplay",
        Flavour::Canvas => {
            "geolocation *; microphone *; camera *; midi *; encrypted-media *; autoplay *; clipboard-write *; display-capture *"
        }
    };
    html(&Open {
        page,
        course,
        title,
        window: format!("{launch}&window=1"),
        existing: format!("{launch}&window=existing"),
        src: launch,
        allow,
        forwarding: match world.storage() {
            StorageFrame::Sibling => Some(world.sso()),
            StorageFrame::SiblingElsewhere => Some(world.origin()),
            StorageFrame::Parent | StorageFrame::SiblingMissing => None,
        }
        .map(|host| format!("{host}/practice/forwarding")),
        manner: world.manner().word(),
    })
}

#[derive(serde::Deserialize)]
pub(super) struct NewLink {
    title: String,
    maximum: String,
    #[serde(default)]
    tool: usize,
}

/// Staff adds a link to a tool.
pub(super) async fn add_link(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    form: web::Form<NewLink>,
) -> HttpResponse {
    let Some(course) = CourseLine::for_staff(&world, &request, *path) else {
        return missing();
    };
    let maximum: Option<Decimal> = form.maximum.trim().parse().ok();
    world.add_link(
        course.id,
        form.title.trim(),
        form.tool,
        maximum.filter(|points| *points > Decimal::ZERO),
    );
    back(&world, &request, course.id)
}

#[derive(serde::Deserialize)]
pub(super) struct Grow {
    count: usize,
}

/// Staff makes the course large.
pub(super) async fn grow(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    form: web::Form<Grow>,
) -> HttpResponse {
    let Some(course) = CourseLine::for_staff(&world, &request, *path) else {
        return missing();
    };
    world.grow(course.id, form.count.min(50_000));
    back(&world, &request, course.id)
}

#[derive(serde::Deserialize)]
pub(super) struct Copy {
    title: String,
}

/// Staff copies the course, without its students; the platform says so to the tools that asked.
pub(super) async fn copy(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    form: web::Form<Copy>,
) -> HttpResponse {
    let Some(course) = CourseLine::for_staff(&world, &request, *path) else {
        return missing();
    };
    let Some(copy) = world.copy_course(course.id, form.title.trim()) else {
        return missing();
    };
    let sender = World::clone(&world);
    actix_web::rt::spawn(async move { sender.deliver_notices().await });
    back(&world, &request, copy)
}

fn back(world: &World, request: &HttpRequest, course: u64) -> HttpResponse {
    see(
        world,
        &format!("/course/{course}{}", Page::new(world, request).query),
    )
}
