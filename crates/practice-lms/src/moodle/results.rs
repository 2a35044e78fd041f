//! Results (AGS 2.0) as Moodle has them: whoever has a grade row, hand-typed ones included; never to be paged.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;

use super::super::answer::{Answer, number, serve};
use super::super::client_assertion::scope;
use super::super::request::query;
use super::super::world::World;
use super::super::world::faults::Endpoint;
use super::{accepts, error_page, line_items, page, refusal, tool};

const MEDIA_TYPE: &str = "application/vnd.ims.lis.v2.resultcontainer+json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: String,
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_score: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_maximum: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}

/// The results of a line item.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    serve(&world, Endpoint::Results, async {
        results(&world, &request, *path).unwrap_or_else(|refused| refused)
    })
    .await
}

fn results(world: &World, request: &HttpRequest, (course, item): (u64, u64)) -> Result<Answer, Answer> {
    accepts(request, MEDIA_TYPE)?;
    let tool = tool(world, request, &[scope::RESULT])?;
    let query = query(request);
    if query.contains_key("limit") && query.contains_key("type_id") {
        return Err(error_page("Exception - Call to a member function out() on null"));
    }
    let data = world.lock();
    let type_id = data.tools.get(tool).map_or(0, |installed| installed.type_id);
    let column = data
        .courses
        .get(&course)
        .and_then(|course| course.column(item))
        .filter(|column| line_items::is_shown(&data, column, tool))
        .ok_or_else(|| refusal(request, 404, "Not Found: Line item"))?;
    let url = line_items::url(world, course, item, "", type_id);
    let results_url = line_items::url(world, course, item, "/results", type_id);
    let of_one = query.get("user_id").filter(|id| id.parse::<u64>().is_ok());
    let mut cells: Vec<_> = match of_one {
        Some(sub) => data
            .person_by_sub(sub)
            .and_then(|person| column.cells.get_key_value(&person.id))
            .into_iter()
            .collect(),
        None => column.cells.iter().collect(),
    };
    cells.sort_unstable_by_key(|(person, _)| **person);
    let rows: Vec<Row<'_>> = cells
        .into_iter()
        .filter_map(|(person, cell)| Some((&data.people.get(person)?.sub, cell)))
        .map(|(sub, cell)| Row {
            id: format!("{results_url}&user_id={sub}"),
            user_id: sub.clone(),
            result_score: cell.points.map(number),
            result_maximum: cell
                .points
                .map(|_| number(cell.recorded_maximum.unwrap_or(column.maximum))),
            comment: cell.points.and(cell.comment.as_deref()),
            score_of: cell.points.map(|_| url.as_str()),
            timestamp: cell
                .points
                .map(|_| cell.changed.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()),
        })
        .collect();
    let (from, end, _) = page(&query, rows.len()).unwrap_or((0, rows.len(), None));
    let shown = rows.get(from..end).unwrap_or_default();
    Ok(Answer::json(200, &format!("{MEDIA_TYPE}; charset=utf-8"), &shown))
}
