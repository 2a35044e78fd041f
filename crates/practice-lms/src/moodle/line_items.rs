//! Line items (AGS 2.0) as Moodle has them: a query string in every id, one's own only, malformed Link headers.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, decimal, number, serve};
use super::super::client_assertion::scope;
use super::super::request::{header, query};
use super::super::world::World;
use super::super::world::data::Data;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Column, Course, Installed, Link, Oddity, Source};
use super::{accepts, bad_gateway, object, page, refusal, sends, tool};

const LIST: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
const ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";
const READ: [&str; 2] = [scope::LINE_ITEM, scope::LINE_ITEM_READ];

/// The address of a line item, or with `/results` or `/scores` of what belongs to it: before the query.
pub(super) fn url(world: &World, course: u64, item: u64, tail: &str, type_id: u64) -> String {
    world.url(&format!(
        "/mod/lti/services.php/{course}/lineitems/{item}/lineitem{tail}?type_id={type_id}"
    ))
}

/// The address of a course's line items.
pub(super) fn list_url(world: &World, course: &Course, type_id: u64) -> String {
    world.url(&format!(
        "/mod/lti/services.php/{}/lineitems?type_id={type_id}",
        course.id
    ))
}

/// The address of a link's line item, when it has exactly one and no record names another one that is gone
/// (`get_launch_parameters`).
pub(super) fn url_of_link(
    world: &World,
    course: &Course,
    link: &Link,
    installed: &Installed,
) -> Option<String> {
    if link.lost_its_column {
        return None;
    }
    let mut columns = course.columns_of_link(link.id);
    match (columns.next(), columns.next()) {
        (Some(only), None) if only.stale_record.is_none() => {
            Some(url(world, course.id, only.id, "", installed.type_id))
        }
        _ => None,
    }
}

fn as_json(world: &World, course: &Course, column: &Column, type_id: u64) -> Value {
    let mut item = Map::new();
    item.insert("id".into(), url(world, course.id, column.id, "", type_id).into());
    item.insert("label".into(), column.label.clone().into());
    item.insert("scoreMaximum".into(), number(column.maximum));
    if column.has_record() {
        item.insert(
            "resourceId".into(),
            column.resource_id.clone().unwrap_or_default().into(),
        );
    }
    item.insert("tag".into(), column.tag.clone().unwrap_or_default().into());
    if let Some(link) = column.link {
        item.insert("resourceLinkId".into(), link.to_string().into());
        item.insert("ltiLinkId".into(), link.to_string().into());
    }
    if let Some(review) = &column.submission_review {
        item.insert("submissionReview".into(), review.clone());
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
        listed(&world, &request, *path).unwrap_or_else(|refused| refused)
    })
    .await
}

fn listed(world: &World, request: &HttpRequest, course: u64) -> Result<Answer, Answer> {
    accepts(request, LIST)?;
    let tool = tool(world, request, &READ)?;
    if header(request, "accept") == Some("*/*") {
        return Err(refusal(request, 400, "No context or unsupported content type"));
    }
    let data = world.lock();
    let course = data
        .courses
        .get(&course)
        .ok_or_else(|| refusal(request, 404, "Not Found: Course"))?;
    let type_id = data.tools.get(tool).map_or(0, |installed| installed.type_id);
    let query = query(request);
    let is = |name: &str, value: Option<&str>| {
        query
            .get(name)
            .filter(|wanted| !wanted.is_empty())
            .is_none_or(|wanted| value == Some(wanted))
    };
    let items: Vec<Value> = course
        .columns
        .iter()
        .filter(|column| column.source == Source::Tool(tool))
        .filter(|column| is("tag", column.tag.as_deref()) && is("resource_id", column.resource_id.as_deref()))
        .filter(|column| {
            is(
                "resource_link_id",
                column.link.map(|link| link.to_string()).as_deref(),
            )
        })
        .map(|column| as_json(world, course, column, type_id))
        .collect();
    let (from, end, next) = page(&query, items.len()).unwrap_or((0, items.len(), None));
    let shown = items.get(from..end).unwrap_or_default();
    let answer = Answer::json(200, &format!("{LIST}; charset=utf-8"), &shown);
    Ok(match query.get("limit") {
        Some(limit) => answer.header("Link", links(world, course, type_id, limit, next)),
        None => answer,
    })
}

/// What Moodle sends: HTML entities in the address and typographic quotes round the relation.
fn links(world: &World, course: &Course, type_id: u64, limit: &str, next: Option<usize>) -> String {
    let base = list_url(world, course, type_id);
    let link = |from: usize, rel: &str| format!("<{base}&amp;limit={limit}&amp;from={from}>; rel=“{rel}”");
    let mut links = vec![link(0, "first")];
    links.extend(next.map(|next| link(next, "next")));
    links.join(", ")
}

/// A new column without an activity, or beside one.
pub(super) async fn create(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    body: web::Bytes,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        created(&world, &request, *path, &body).unwrap_or_else(|refused| refused)
    })
    .await
}

fn created(world: &World, request: &HttpRequest, course: u64, body: &[u8]) -> Result<Answer, Answer> {
    sends(request, ITEM)?;
    let tool = tool(world, request, &[scope::LINE_ITEM])?;
    let wanted = Wanted::read(request, body)?;
    let mut data = world.lock();
    let type_id = data.tools.get(tool).map_or(0, |installed| installed.type_id);
    let id = data.new_id();
    let course = data
        .courses
        .get_mut(&course)
        .ok_or_else(|| refusal(request, 404, "Not Found: Course"))?;
    let link = match wanted.text("resourceLinkId").filter(|link| !link.is_empty()) {
        None => None,
        Some(link) => {
            // The row's number is asked of the database as it came.
            let number = link.parse().map_err(|_| bad_gateway())?;
            let own = course.link(number).filter(|link| link.tool == tool);
            Some(
                own.ok_or_else(|| refusal(request, 403, "Forbidden: Resource link"))?
                    .id,
            )
        }
    };
    let mut column = Column {
        link,
        ..Column::new(id, String::new(), wanted.maximum, Source::Tool(tool))
    };
    wanted.apply(&mut column);
    course.columns.push(column);
    let id = url(world, course.id, id, "", type_id);
    Ok(Answer::json(
        201,
        &format!("{ITEM}; charset=utf-8"),
        &wanted.echo(&id),
    ))
}

/// Whether a tool is shown a column that it asks for by its address: its own, and any other of which there is a record, since
/// Moodle does not look whose that is.
pub(super) fn is_shown(data: &Data, column: &Column, tool: usize) -> bool {
    match column.source {
        Source::Native(_) => false,
        Source::Tool(own) => {
            own == tool || (column.has_record() && !data.is_odd(Oddity::ColumnsOfOthersHidden))
        }
    }
}

/// One line item.
pub(super) async fn read(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        one(&world, &request, *path).unwrap_or_else(|refused| refused)
    })
    .await
}

fn one(world: &World, request: &HttpRequest, (course, item): (u64, u64)) -> Result<Answer, Answer> {
    accepts(request, ITEM)?;
    let tool = tool(world, request, &READ)?;
    let data = world.lock();
    let type_id = data.tools.get(tool).map_or(0, |installed| installed.type_id);
    let course = data
        .courses
        .get(&course)
        .ok_or_else(|| refusal(request, 404, "Not Found: Course"))?;
    let column = course
        .column(item)
        .filter(|column| is_shown(&data, column, tool))
        .ok_or_else(|| refusal(request, 404, "Not Found: Line item"))?;
    Ok(Answer::json(
        200,
        &format!("{ITEM}; charset=utf-8"),
        &as_json(world, course, column, type_id),
    ))
}

/// Changes a line item: what is left out of tag and resource id is cleared.
pub(super) async fn update(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
    body: web::Bytes,
) -> HttpResponse {
    serve(&world, Endpoint::LineItems, async {
        updated(&world, &request, *path, &body).unwrap_or_else(|refused| refused)
    })
    .await
}

fn updated(
    world: &World,
    request: &HttpRequest,
    (course, item): (u64, u64),
    body: &[u8],
) -> Result<Answer, Answer> {
    sends(request, ITEM)?;
    let tool = tool(world, request, &[scope::LINE_ITEM])?;
    let wanted = Wanted::read(request, body)?;
    let mut data = world.lock();
    let type_id = data.tools.get(tool).map_or(0, |installed| installed.type_id);
    let column = data
        .column_mut(course, item)
        .ok_or_else(|| refusal(request, 404, "Not Found: Line item"))?;
    if column.source != Source::Tool(tool) {
        return Err(refusal(request, 403, "Forbidden"));
    }
    // Moodle rescales what was graded when the maximum changes.
    let (old, new) = (column.maximum, wanted.maximum);
    if old != new && !old.is_zero() {
        for cell in column.cells.values_mut() {
            cell.points = cell.points.map(|points| points * new / old);
        }
    }
    wanted.apply(column);
    Ok(Answer::json(
        200,
        &format!("{ITEM}; charset=utf-8"),
        &wanted.echo(&url(world, course, item, "", type_id)),
    ))
}

/// Removes a line item, even one that came with an activity.
pub(super) async fn delete(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(u64, u64)>,
) -> HttpResponse {
    let (course, item) = *path;
    serve(&world, Endpoint::LineItems, async {
        let tool = match tool(&world, &request, &[scope::LINE_ITEM]) {
            Ok(tool) => tool,
            Err(refused) => return refused,
        };
        let mut data = world.lock();
        let Some(course) = data.courses.get_mut(&course) else {
            return refusal(&request, 404, "Not Found: Course");
        };
        match course
            .column(item)
            .map(|column| column.source == Source::Tool(tool))
        {
            None => refusal(&request, 404, "Not Found: Line item"),
            Some(false) => refusal(&request, 403, "Forbidden"),
            Some(true) => {
                course.columns.retain(|column| column.id != item);
                Answer::bytes(204, "", Vec::new())
            }
        }
    })
    .await
}

/// A line item as it was sent.
struct Wanted {
    sent: Map<String, Value>,
    maximum: rust_decimal::Decimal,
}

impl Wanted {
    fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, Answer> {
        let sent = object(body).unwrap_or_default();
        let maximum = sent.get("scoreMaximum").and_then(decimal);
        let label = sent
            .get("label")
            .and_then(Value::as_str)
            .filter(|label| !label.is_empty());
        match (label, maximum) {
            (Some(_), Some(maximum)) => Ok(Self { sent, maximum }),
            _ => Err(refusal(request, 400, "No label or Score Maximum")),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.sent.get(name).and_then(Value::as_str)
    }

    fn apply(&self, column: &mut Column) {
        self.text("label")
            .unwrap_or_default()
            .clone_into(&mut column.label);
        column.maximum = self.maximum;
        column.tag = self.text("tag").map(str::to_owned);
        column.resource_id = self.text("resourceId").map(str::to_owned);
        column.submission_review = self.sent.get("submissionReview").cloned();
    }

    /// What was sent, unknown fields included, and the id.
    fn echo(&self, id: &str) -> Value {
        let mut echo = self.sent.clone();
        echo.insert("id".into(), json!(id));
        Value::Object(echo)
    }
}
