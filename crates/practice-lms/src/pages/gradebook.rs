//! The gradebook: a table that a teacher types into.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;

use super::super::options::Flavour;
use super::super::request::parameter;
use super::super::world::World;
use super::super::world::model::{Cell, Column, CourseRole, Source};
use super::course::CourseLine;
use super::{Page, html, missing, see};

/// Students on a page.
const ROWS: usize = 100;

struct ColumnHead {
    id: u64,
    label: String,
    /// Whether students do not see it.
    hidden: bool,
    maximum: String,
    kind: String,
}

struct CellLine {
    column: u64,
    label: String,
    points: String,
    mark: &'static str,
    /// Opens the student's work at the tool.
    review: Option<String>,
}

struct RowLine {
    person: u64,
    name: String,
    cells: Vec<CellLine>,
}

#[derive(Template)]
#[template(path = "gradebook.html")]
struct Show {
    page: Page,
    course: CourseLine,
    columns: Vec<ColumnHead>,
    rows: Vec<RowLine>,
    shown: usize,
    next: Option<usize>,
    /// `&user=…`, or nothing.
    more: String,
    note: &'static str,
}

/// The table, for staff only.
pub(super) async fn show(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    let Some(course) = CourseLine::for_staff(&world, &request, *path) else {
        return missing();
    };
    let from = parameter(&request, "from")
        .and_then(|from| from.parse().ok())
        .unwrap_or(0_usize);
    let page = Page::new(&world, &request);
    let (columns, rows) = table(&world, course.id, from);
    let next = from.saturating_add(rows.len());
    html(&Show {
        more: page.query.replace('?', "&"),
        page,
        columns,
        shown: rows.len(),
        next: (next < course.students && !rows.is_empty()).then_some(next),
        rows,
        course,
        note: match world.flavour() {
            Flavour::Moodle => "A point marks a grade typed over the tool’s.",
            Flavour::Canvas => "A point marks work that waits for a grade.",
        },
    })
}

fn table(world: &World, course: u64, from: usize) -> (Vec<ColumnHead>, Vec<RowLine>) {
    let data = world.lock();
    let Some(course) = data.courses.get(&course) else {
        return (Vec::new(), Vec::new());
    };
    let tool_name = |tool: usize| {
        let tool = data.tools.get(tool).and_then(|known| known.tool.as_ref());
        tool.map_or_else(|| "a tool".to_owned(), |tool| tool.name.clone())
    };
    let heads = course.columns.iter().map(|column| ColumnHead {
        id: column.id,
        hidden: column.is_hidden,
        label: column.label.clone(),
        maximum: column.maximum.normalize().to_string(),
        kind: match column.source {
            Source::Native(kind) => kind.to_owned(),
            Source::Tool(tool) => tool_name(tool),
        },
    });
    let students = course
        .members
        .iter()
        .filter(|(_, role)| *role == CourseRole::Student);
    let rows = students.skip(from).take(ROWS).filter_map(|(id, _)| {
        let person = data.people.get(id)?;
        let cells = course.columns.iter().map(|column| {
            let cell = column.cells.get(id);
            CellLine {
                column: column.id,
                label: column.label.clone(),
                points: cell.and_then(|cell| cell.points).map(shown).unwrap_or_default(),
                mark: cell.map(|cell| mark(world, cell)).unwrap_or_default(),
                review: has_work(world, column, cell)
                    .then(|| format!("/course/{}/review?column={}&userid={id}", course.id, column.id)),
            }
        });
        Some(RowLine {
            person: *id,
            name: person.name(),
            cells: cells.collect(),
        })
    });
    (heads.collect(), rows.collect())
}

/// Whether a student's work can be seen at the tool: in Moodle where the column says how, in Canvas where a score did.
fn has_work(world: &World, column: &Column, cell: Option<&Cell>) -> bool {
    match world.flavour() {
        Flavour::Moodle => column.submission_review.is_some(),
        Flavour::Canvas => cell.is_some_and(|cell| cell.launch_url.is_some()),
    }
}

fn shown(points: Decimal) -> String {
    points.round_dp(2).normalize().to_string()
}

fn mark(world: &World, cell: &Cell) -> &'static str {
    match world.flavour() {
        Flavour::Moodle if cell.overridden => "overridden",
        Flavour::Canvas if cell.needs_grading => "needs grading",
        _ => "",
    }
}

/// Takes what was typed: only cells that changed are touched.
pub(super) async fn save(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    form: web::Bytes,
) -> HttpResponse {
    let Some(course) = CourseLine::for_staff(&world, &request, *path) else {
        return missing();
    };
    for (name, value) in url::form_urlencoded::parse(&form) {
        if let ("hide" | "show", Ok(column)) = (&*name, value.parse()) {
            world.hide_grades(course.id, column, name == "hide");
        }
        let ids = name.strip_prefix("g-").and_then(|ids| ids.split_once('-'));
        let ids = ids.and_then(|(column, person)| Some((column.parse().ok()?, person.parse().ok()?)));
        let Some((column, person)) = ids else { continue };
        let points: Option<Decimal> = match value.trim().replace(',', ".") {
            text if text.is_empty() => None,
            text => match text.parse() {
                Ok(points) => Some(points),
                Err(_) => continue,
            },
        };
        let before = world
            .grade(course.id, column, person)
            .and_then(|grade| grade.points);
        if before.map(shown) != points.map(shown) {
            world.set_grade(course.id, column, person, points);
        }
    }
    see(
        &world,
        &format!(
            "/course/{}/gradebook{}",
            course.id,
            Page::new(&world, &request).query
        ),
    )
}
