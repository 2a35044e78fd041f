//! Line items (AGS 2.0) as Canvas has them: a column is an assignment.

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::answer::{Answer, decimal, float, serve};
use super::super::client_assertion::scope;
use super::super::world::World;
use super::super::world::data::Data;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Column, Course, Placement, Source};
use super::{Page, gradable, metered, not_found, object, own, refusal, text, tool};

const LIST: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json; charset=utf-8";
const ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json; charset=utf-8";
const READ: [&str; 2] = [scope::LINE_ITEM, scope::LINE_ITEM_READ];
/// The extension that says what kind of assignment a new line item becomes.
const SUBMISSION_TYPE: &str = "https://canvas.instructure.com/lti/submission_type";

/// The address of a line item.
pub(super) fn url(world: &World, course: u64, item: u64) -> String {
    world.url(&format!("/api/lti/courses/{course}/line_items/{item}"))
}

/// The address of a course's line items.
pub(super) fn list_url(world: &World, course: u64) -> String {
    world.url(&format!("/api/lti/courses/{course}/line_items"))
}

fn as_json(world: &World, course: &Course, column: &Column, with_launch_url: bool) -> Value {
    let link = column.link.and_then(|link| course.link(link));
    let mut item = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    };
    add("id", Some(url(world, course.id, column.id).into()));
    add("scoreMaximum", Some(float(column.maximum)));
    add("label", Some(column.label.clone().into()));
    add("tag", column.tag.clone().map(Value::from));
    add("resourceId", column.resource_id.clone().map(Value::from));
    add(
        "resourceLinkId",
        link.map(|link| link.resource_link_id.clone().into()),
    );
    add(SUBMISSION_TYPE, column.submission_type.clone());
    if with_launch_url {
        let url = link.map(|link| link.url.clone().unwrap_or_default());
        add(
            "https://canvas.instructure.com/lti/launch_url",
            url.map(Value::from),
        );
    }
    Value::Object(item)
}

/// The tool's own line items in a course.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        metered(listed(&world, &request, *path).unwrap_or_else(|refused| refused))
    })
    .await
}

fn listed(world: &World, request: &HttpRequest, course: u64) -> Result<Answer, Answer> {
    let tool = tool(world, request, &READ)?;
    let query: Vec<(String, String)> = url::form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    let is = |name: &str, value: Option<&str>| {
        query
            .iter()
            .filter(|(key, _)| key == name)
            .all(|(_, wanted)| value == Some(wanted))
    };
    let with_url = query
        .iter()
        .any(|(key, value)| key == "include[]" && value == "launch_url");
    let data = world.lock();
    let course = gradable(&data, course)?;
    let link_id = |column: &Column| {
        column
            .link
            .and_then(|link| course.link(link))
            .map(|link| link.resource_link_id.clone())
    };
    let items: Vec<Value> = course
        .columns
        .iter()
        .filter(|column| column.source == Source::Tool(tool))
        .filter(|column| is("tag", column.tag.as_deref()) && is("resource_id", column.resource_id.as_deref()))
        .filter(|column| is("resource_link_id", link_id(column).as_deref()))
        .map(|column| as_json(world, course, column, with_url))
        .collect();
    let page = Page::cut(world, request, items.len(), 10, 100);
    Ok(Answer::json(200, LIST, &page.of(&items)).header("Link", page.links))
}

/// A new line item: a new assignment, or one more record for an assignment that is there.
pub(super) async fn create(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    body: web::Bytes,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        metered(created(&world, &request, *path, &body).unwrap_or_else(|refused| refused))
    })
    .await
}

fn created(world: &World, request: &HttpRequest, course: u64, body: &[u8]) -> Result<Answer, Answer> {
    let tool = tool(world, request, &[scope::LINE_ITEM])?;
    let sent = object(body)?;
    let label = text(sent.get("label")).filter(|label| !label.is_empty());
    let label = label.ok_or_else(|| refusal(400, "param is missing or the value is empty: label"))?;
    let maximum = sent.get("scoreMaximum").and_then(decimal);
    let maximum =
        maximum.ok_or_else(|| refusal(400, "param is missing or the value is empty: scoreMaximum"))?;
    if maximum < Decimal::ZERO {
        return Err(refusal(422, "ScoreMaximum must be greater than or equal to 0"));
    }
    let submission_type = sent.get(SUBMISSION_TYPE);
    let kind = submission_type
        .and_then(|kind| kind.get("type"))
        .and_then(Value::as_str);
    if submission_type.is_some() && !matches!(kind, Some("none" | "external_tool")) {
        return Err(refusal(400, "invalid submission_type"));
    }
    let mut data = world.lock();
    let course_id = gradable(&data, course)?.id;
    let link = match text(sent.get("resourceLinkId")) {
        Some(wanted) => Some(existing_link(&data, course_id, &wanted, tool)?),
        None if kind == Some("external_tool") => {
            let id = data.add_link(world.random(), course_id, &label, Placement::Assignment, tool);
            if let Some(link) = data.link_mut(course_id, id) {
                link.url = submission_type.and_then(|kind| text(kind.get("external_tool_url")));
            }
            Some(id)
        }
        None => None,
    };
    let id = data.new_id();
    let column = Column {
        tag: text(sent.get("tag")),
        resource_id: text(sent.get("resourceId")),
        link,
        submission_type: submission_type.cloned(),
        ..Column::new(id, label, maximum, Source::Tool(tool))
    };
    let course = data.courses.get_mut(&course_id).ok_or_else(not_found)?;
    let answer = as_json(world, course, &column, false);
    course.columns.push(column);
    Ok(Answer::json(201, ITEM, &answer))
}

/// The link that a new line item is to be tied to.
fn existing_link(data: &Data, course: u64, wanted: &str, tool: usize) -> Result<u64, Answer> {
    let link = data
        .courses
        .values()
        .find_map(|course| Some((course, course.resource_link(wanted)?)));
    let (home, link) = link.ok_or_else(not_found)?;
    if link.tool != tool {
        return Err(refusal(422, "Resource link belongs to another tool"));
    }
    if home.id != course || home.columns_of_link(link.id).next().is_none() {
        return Err(refusal(
            412,
            "The specified LTI link ID is not associated with a line item.",
        ));
    }
    Ok(link.id)
}

/// One of the tool's own line items.
pub(super) async fn read(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        metered(one(&world, &request, *path).unwrap_or_else(|refused| refused))
    })
    .await
}

fn one(world: &World, request: &HttpRequest, (course, item): (u64, u64)) -> Result<Answer, Answer> {
    let tool = tool(world, request, &READ)?;
    let data = world.lock();
    let course = gradable(&data, course)?;
    let column = own(course, item, tool)?;
    let with_url = request.query_string().contains("launch_url");
    Ok(Answer::json(200, ITEM, &as_json(world, course, column, with_url)))
}

/// Changes label, maximum, tag and resource id; what is left out stays. The assignment is renamed with its first line item.
pub(super) async fn update(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
    body: web::Bytes,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        metered(updated(&world, &request, *path, &body).unwrap_or_else(|refused| refused))
    })
    .await
}

fn updated(
    world: &World,
    request: &HttpRequest,
    (course, item): (u64, u64),
    body: &[u8],
) -> Result<Answer, Answer> {
    let tool = tool(world, request, &[scope::LINE_ITEM])?;
    let sent = object(body)?;
    let mut data = world.lock();
    gradable(&data, course)?;
    let course = data.courses.get_mut(&course).ok_or_else(not_found)?;
    let column = course
        .column_mut(item)
        .filter(|column| column.source == Source::Tool(tool));
    let column = column.ok_or_else(not_found)?;
    column.maximum = sent
        .get("scoreMaximum")
        .and_then(decimal)
        .unwrap_or(column.maximum);
    column.label = text(sent.get("label")).unwrap_or_else(|| column.label.clone());
    column.tag = text(sent.get("tag")).or_else(|| column.tag.take());
    column.resource_id = text(sent.get("resourceId")).or_else(|| column.resource_id.take());
    let (label, link) = (column.label.clone(), column.link);
    let is_first = link
        .and_then(|link| course.columns_of_link(link).next())
        .is_some_and(|first| first.id == item);
    if let Some(link) = course
        .links
        .iter_mut()
        .find(|known| is_first && Some(known.id) == link)
    {
        link.title = label;
    }
    let column = course.column(item).ok_or_else(not_found)?;
    Ok(Answer::json(200, ITEM, &as_json(world, course, column, false)))
}

/// Removes an assignment that the line item service made; one that came with a link is not the tool's to remove.
pub(super) async fn delete(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        metered(deleted(&world, &request, *path).unwrap_or_else(|refused| refused))
    })
    .await
}

fn deleted(world: &World, request: &HttpRequest, (course, item): (u64, u64)) -> Result<Answer, Answer> {
    let tool = tool(world, request, &[scope::LINE_ITEM])?;
    let mut data = world.lock();
    gradable(&data, course)?;
    let course = data.courses.get_mut(&course).ok_or_else(not_found)?;
    let column = own(course, item, tool)?;
    if column.is_coupled {
        return Err(refusal(
            401,
            "Line item cannot be deleted because it is coupled with an assignment",
        ));
    }
    let link = column.link;
    course.columns.retain(|column| column.id != item);
    if link.is_some_and(|link| course.columns_of_link(link).next().is_none()) {
        course.links.retain(|known| Some(known.id) != link);
    }
    Ok(Answer::bytes(204, "", Vec::new()))
}
