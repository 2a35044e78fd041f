//! Submissions: of a whole course, of a section, of one assignment, and one alone.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::super::answer::Answer;
use super::super::super::world::World;
use super::super::super::world::data::Data;
use super::super::super::world::faults::Resource;
use super::super::super::world::model::{Cell, Column, Course, Person};
use super::cells::{self, View};
use super::courses::{of_section, sections_of};
use super::{
    Asked, JSON, SCOPES, column, course, enrollments, forbidden, grades, ids, missing, paging, reply, totals,
    visible,
};

/// The most people that may be named.
const MOST: usize = 100;

/// Everything of a course.
pub(super) async fn all(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(
        &world,
        &request,
        Resource::Submissions,
        SCOPES[5],
        |asked, data| {
            let course = course(asked, data, &path)?;
            of_students(asked, data, course, &students(asked, data, course)?)
        },
    )
    .await
}

/// Everything of a section.
pub(super) async fn in_section(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    let section = *path;
    reply(
        &world,
        &request,
        Resource::Submissions,
        SCOPES[14],
        |asked, data| {
            let course = of_section(data, section).ok_or_else(missing)?;
            let course = self::course(asked, data, &course.id.to_string())?;
            let mut people = students(asked, data, course)?;
            people.retain(|person| sections_of(course, person.id).contains(&section));
            of_students(asked, data, course, &people)
        },
    )
    .await
}

/// The students whom a request means.
fn students<'d>(asked: &Asked<'_>, data: &'d Data, course: &'d Course) -> Result<Vec<&'d Person>, Answer> {
    let wanted = asked.values("student_ids");
    let is_grader = grades(asked, data, course);
    let own: Vec<&Person> = data.people.get(&asked.person).into_iter().collect();
    if wanted.is_empty() {
        return Ok(own);
    }
    if wanted.len() > MOST {
        return Err(Answer::json(400, JSON, &json!({"error": "too many students"})));
    }
    let visible = if is_grader {
        visible(asked, data, course)
    } else {
        own
    };
    if wanted.contains(&"all") {
        return if is_grader {
            Ok(visible)
        } else {
            Err(forbidden(data))
        };
    }
    // Names that nobody has are dropped; one person who is not visible spoils it all.
    let mut people: Vec<&Person> = Vec::new();
    for name in wanted {
        let Some(person) = ids::person(data, asked.person, name) else {
            continue;
        };
        if !visible.iter().any(|one| one.id == person.id) {
            return Err(forbidden(data));
        }
        if !people.iter().any(|one| one.id == person.id) {
            people.push(person);
        }
    }
    Ok(people)
}

fn error(text: &str) -> Answer {
    Answer::json(400, JSON, &json!({ "error": text }))
}

/// A moment in the query: of another form than ISO 8601 it is refused.
fn since(asked: &Asked<'_>, name: &str) -> Result<Option<DateTime<Utc>>, Answer> {
    let Some(text) = asked.value(name) else {
        return Ok(None);
    };
    let parsed = DateTime::parse_from_rfc3339(text)
        .ok()
        .filter(|_| text.contains('T'));
    let refused = || {
        let errors = json!({ name: format!("Invalid datetime for {name}") });
        Answer::json(400, JSON, &json!({ "errors": errors }))
    };
    parsed.map(|time| Some(time.to_utc())).ok_or_else(refused)
}

/// The assignments whom a request means: all that are published, or those that it names.
fn columns<'d>(asked: &Asked<'_>, course: &'d Course) -> Result<Vec<&'d Column>, Answer> {
    let wanted = asked.values("assignment_ids");
    let mut columns: Vec<&Column> = Vec::new();
    if wanted.is_empty() {
        columns.extend(course.columns.iter().filter(|column| cells::is_published(column)));
    }
    for name in wanted {
        let column = ids::column(course, name).filter(|column| cells::is_published(column));
        let refused = || Answer::json(403, JSON, &json!({"error": "invalid assignment ids requested"}));
        columns.push(column.ok_or_else(refused)?);
    }
    columns.sort_unstable_by_key(|column| column.id);
    columns.dedup_by_key(|column| column.id);
    Ok(columns)
}

/// Which rows are wanted.
struct Filter {
    state: Option<String>,
    submitted_since: Option<DateTime<Utc>>,
    graded_since: Option<DateTime<Utc>>,
}

impl Filter {
    fn read(asked: &Asked<'_>) -> Result<Self, Answer> {
        Ok(Self {
            state: asked.value("workflow_state").map(str::to_owned),
            submitted_since: since(asked, "submitted_since")?,
            graded_since: since(asked, "graded_since")?,
        })
    }

    fn lets(&self, column: &Column, person: u64) -> bool {
        if !cells::is_assigned(column, person) {
            return false;
        }
        let cell = column.cells.get(&person);
        let state = cell.map_or("unsubmitted", cells::state);
        let after = |since: Option<DateTime<Utc>>, time: Option<DateTime<Utc>>| {
            // Canvas knows seconds.
            since.is_none_or(|since| time.is_some_and(|time| time.timestamp() > since.timestamp()))
        };
        self.state.as_ref().is_none_or(|wanted| wanted == state)
            && after(
                self.submitted_since,
                cell.and_then(|cell| cells::submitted(column, cell)),
            )
            && after(self.graded_since, cell.and_then(cells::graded))
    }
}

fn of_students(
    asked: &Asked<'_>,
    data: &Data,
    course: &Course,
    people: &[&Person],
) -> Result<Answer, Answer> {
    let filter = Filter::read(asked)?;
    let columns = columns(asked, course)?;
    let mut people = people.to_vec();
    match asked.value("enrollment_state") {
        None => {}
        Some("active") => people.retain(|one| enrollments::state(course, one.id) == "active"),
        Some("concluded") => people.retain(|one| enrollments::state(course, one.id) == "completed"),
        Some(_) => return Err(error("invalid enrollment_state")),
    }
    people.sort_unstable_by_key(|person| person.id);
    let view = View {
        asked,
        data,
        course,
        is_grader: grades(asked, data, course),
    };
    // Only whether it is there counts.
    if asked.query.iter().any(|(name, _)| name == "grouped") {
        return grouped(&view, &filter, &columns, &people);
    }
    let people = &people;
    let rows = columns.iter().copied().flat_map(move |column| {
        let people = people.iter().copied();
        people.map(move |person| (ids::submission(column, person.id), (column, person)))
    });
    let is_wanted = |(column, person): &(&Column, &Person)| filter.lets(column, person.id);
    let shown = |(column, person): (&Column, &Person)| view.row(column, person);
    if asked.value("order") == Some("graded_at") {
        let graded = |column: &Column, person: &Person| column.cells.get(&person.id).and_then(cells::graded);
        let mut rows: Vec<_> = rows
            .filter(|(_, row)| is_wanted(row))
            .map(|(id, (column, person))| {
                (
                    (graded(column, person).is_none(), graded(column, person), id),
                    (column, person),
                )
            })
            .collect();
        rows.sort_by_key(|(key, _)| *key);
        if asked.value("order_direction") == Some("descending") {
            let with_grade = rows.iter().filter(|((none, ..), _)| !none).rev();
            let without = rows.iter().filter(|((none, ..), _)| *none);
            let rows: Vec<_> = with_grade.chain(without).map(|(_, row)| *row).collect();
            return Ok(paging::numbered_of(asked, &rows, |row| shown(*row)));
        }
        return paging::bookmarked(asked, data, rows.into_iter(), |_| true, shown);
    }
    if asked.value("order_direction") == Some("descending") {
        let mut rows: Vec<_> = rows.map(|(_, row)| row).filter(is_wanted).collect();
        rows.reverse();
        return Ok(paging::numbered_of(asked, &rows, |row| shown(*row)));
    }
    paging::bookmarked(asked, data, rows, is_wanted, shown)
}

/// A page of students, each with all their rows.
fn grouped(
    view: &View<'_>,
    filter: &Filter,
    columns: &[&Column],
    people: &[&Person],
) -> Result<Answer, Answer> {
    let rows = people.iter().map(|person| (person.id, *person));
    paging::bookmarked(
        view.asked,
        view.data,
        rows,
        |_| true,
        |person| {
            let own: Vec<Value> = columns
                .iter()
                .filter(|column| filter.lets(column, person.id))
                .map(|column| view.row(column, person))
                .collect();
            let mut row = json!({
                "user_id": person.api_id(), "section_id": sections_of(view.course, person.id).first(), "submissions": own,
            });
            if let Some(row) = row.as_object_mut() {
                if view.is_grader {
                    row.insert("integration_id".into(), Value::Null);
                    row.insert("sis_user_id".into(), json!(person.sis_id));
                }
                if view.asked.includes("total_scores") {
                    let all = totals::of(view.course, person.id);
                    row.insert("computed_current_score".into(), totals::score(all.current));
                    row.insert("computed_final_score".into(), totals::score(all.last));
                    row.insert(
                        "unposted_current_score".into(),
                        totals::score(all.unposted_current),
                    );
                    row.insert("unposted_final_score".into(), totals::score(all.unposted_last));
                }
            }
            row
        },
    )
}

/// One column: students whose enrolment is current.
pub(super) async fn of_column(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    reply(
        &world,
        &request,
        Resource::Submissions,
        SCOPES[6],
        |asked, data| {
            let course = course(asked, data, &path.0)?;
            let column = column(asked, data, course, &path.1)?;
            if !grades(asked, data, course) {
                return Err(forbidden(data));
            }
            let filter = Filter::read(asked)?;
            let mut people = visible(asked, data, course);
            people
                .retain(|one| enrollments::state(course, one.id) == "active" && filter.lets(column, one.id));
            people.sort_unstable_by_key(|person| person.id);
            let view = View {
                asked,
                data,
                course,
                is_grader: true,
            };
            let rows = people
                .into_iter()
                .map(|person| (ids::submission(column, person.id), person));
            paging::bookmarked(asked, data, rows, |_| true, |person| view.row(column, person))
        },
    )
    .await
}

/// One cell. Who has no row is not there.
pub(super) async fn one(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> HttpResponse {
    reply(
        &world,
        &request,
        Resource::Submissions,
        SCOPES[7],
        |asked, data| {
            let course = course(asked, data, &path.0)?;
            let column = column(asked, data, course, &path.1)?;
            let person = ids::person(data, asked.person, &path.2).ok_or_else(missing)?;
            let is_grader = grades(asked, data, course);
            if !is_grader && person.id != asked.person {
                return Err(forbidden(data));
            }
            let has_row = visible(asked, data, course).iter().any(|one| one.id == person.id);
            if !has_row || !cells::is_assigned(column, person.id) {
                return Err(missing());
            }
            let view = View {
                asked,
                data,
                course,
                is_grader,
            };
            Ok(Answer::json(200, JSON, &view.row(column, person)))
        },
    )
    .await
}

/// The submission with that number: its column, its person and its cell.
pub(super) fn by_number(data: &Data, number: u64) -> Option<(&Course, &Column, u64, &Cell)> {
    data.courses.values().find_map(|course| {
        let column = course.column(number / 1_000_000)?;
        let is_meant = |(person, _): &(&u64, &Cell)| ids::submission(column, **person) == number;
        let (person, cell) = column.cells.iter().find(is_meant)?;
        Some((course, column, *person, cell))
    })
}
