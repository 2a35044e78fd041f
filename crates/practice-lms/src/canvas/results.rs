//! Results (AGS 2.0) as Canvas has them: rows that a tool's score or a teacher's grade has made, 10 a page.

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use super::super::answer::{Answer, float, serve};
use super::super::client_assertion::scope;
use super::super::request::parameter;
use super::super::world::World;
use super::super::world::data::Data;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Cell, Column, CourseRole, Person, Row as Stored};
use super::{Page, gradable, line_items, metered, not_found, own, tool};

const LIST: &str = "application/vnd.ims.lis.v2.resultcontainer+json; charset=utf-8";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: String,
    score_of: &'a str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_score: Option<Value>,
    result_maximum: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn new(
        url: &'a str,
        column: &Column,
        data: &'a Data,
        person: &'a Person,
        cell: &Cell,
        row: &'a Stored,
    ) -> Self {
        Self {
            id: format!("{url}/results/{}", person.id),
            score_of: url,
            user_id: data.present_sub(person),
            result_score: row.score.map(|score| float(scaled(score, column, cell, row))),
            result_maximum: float(row.maximum.unwrap_or(column.maximum)),
            comment: row.comment.as_deref(),
        }
    }
}

/// Where a teacher graded last, the score is taken for points of the assignment and scaled to the maximum that a tool
/// posted, whoever wrote the score.
fn scaled(score: Decimal, column: &Column, cell: &Cell, row: &Stored) -> Decimal {
    let posted = row.maximum.filter(|_| cell.overridden);
    posted
        .and_then(|maximum| (score * maximum).checked_div(column.maximum))
        .unwrap_or(score)
}

/// The results of a line item, page by page.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    serve(&world, Endpoint::Results, async {
        metered(results(&world, &request, *path).unwrap_or_else(|refused| refused))
    })
    .await
}

fn results(world: &World, request: &HttpRequest, (course, item): (u64, u64)) -> Result<Answer, Answer> {
    let tool = tool(world, request, &[scope::RESULT])?;
    let wanted = parameter(request, "user_id");
    let data = world.lock();
    let course = gradable(&data, course)?;
    let column = own(course, item, tool)?;
    let url = line_items::url(world, course.id, item);
    let is_wanted = |person: u64| match &wanted {
        None => true,
        Some(wanted) => {
            let student = course.is(person, CourseRole::Student);
            student
                && data
                    .person_by_sub(wanted)
                    .is_some_and(|wanted| wanted.id == person)
        }
    };
    let mut rows: Vec<_> = column
        .cells
        .iter()
        .filter(|(person, _)| is_wanted(**person))
        .filter_map(|(person, cell)| Some((*person, cell, cell.row.as_ref()?)))
        .collect();
    rows.sort_unstable_by_key(|(person, ..)| *person);
    let page = Page::cut(world, request, rows.len(), 10, 100);
    let shown: Vec<Row<'_>> = page
        .of(&rows)
        .iter()
        .filter_map(|(person, cell, row)| {
            Some(Row::new(&url, column, &data, data.people.get(person)?, cell, row))
        })
        .collect();
    Ok(Answer::json(200, LIST, &shown).header("Link", page.links))
}

/// One result: what a score's `resultUrl` names.
pub(super) async fn one(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64, u64)>,
) -> HttpResponse {
    serve(&world, Endpoint::Results, async {
        metered(result(&world, &request, *path).unwrap_or_else(|refused| refused))
    })
    .await
}

fn result(
    world: &World,
    request: &HttpRequest,
    (course, item, person): (u64, u64, u64),
) -> Result<Answer, Answer> {
    let tool = tool(world, request, &[scope::RESULT])?;
    let data = world.lock();
    let course = gradable(&data, course)?;
    let column = own(course, item, tool)?;
    let cell = column.cells.get(&person).ok_or_else(not_found)?;
    let row = cell.row.as_ref().ok_or_else(not_found)?;
    let person = data.people.get(&person).ok_or_else(not_found)?;
    let url = line_items::url(world, course.id, item);
    Ok(Answer::json(
        200,
        "application/json; charset=utf-8",
        &Row::new(&url, column, &data, person, cell, row),
    ))
}
