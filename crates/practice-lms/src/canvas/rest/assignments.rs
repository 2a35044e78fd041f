//! Assignments, of the LMS itself and of tools, and their groups.

use actix_web::{HttpRequest, HttpResponse, web};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::answer::{Answer, float, together};
use super::super::super::world::World;
use super::super::super::world::faults::Resource;
use super::super::super::world::model::{Closed, Column, Course, Source};
use super::courses::when;
use super::{Asked, JSON, SCOPES, cells, column, course, grades, ids, paging, reply};

/// The group that every course has.
pub(super) fn default_group(course: &Course) -> u64 {
    course.id * 1_000 + 77
}

/// The group of an assignment.
pub(super) fn group_of(course: &Course, column: &Column) -> u64 {
    let known = |id: &u64| course.facts.groups.iter().any(|group| group.id == *id);
    column
        .facts
        .group
        .filter(known)
        .unwrap_or_else(|| default_group(course))
}

/// How work is handed in.
pub(super) fn submission_types(column: &Column) -> Vec<&'static str> {
    match &column.source {
        Source::Tool(_) if column.link.is_some() || column.submission_type.is_some() => vec!["external_tool"],
        Source::Tool(_) => vec!["none"],
        Source::Native(kind) => column
            .facts
            .submission_types
            .clone()
            .unwrap_or_else(|| match *kind {
                "quiz" => vec!["online_quiz"],
                "new_quiz" => vec!["external_tool"],
                "discussion" => vec!["discussion_topic"],
                "manual" => vec!["on_paper"],
                _ => vec!["online_upload", "online_text_entry"],
            }),
    }
}

fn as_json(asked: &Asked<'_>, course: &Course, column: &Column) -> Value {
    let facts = &column.facts;
    let place = course
        .columns
        .iter()
        .position(|one| one.id == column.id)
        .unwrap_or(0)
        + 1;
    let is_quiz = column.source == Source::Native("quiz");
    let graded = column.cells.values().filter(|cell| cell.points.is_some()).count();
    let waiting = column
        .cells
        .values()
        .filter(|cell| cells::state(cell) == "submitted")
        .count();
    let handed_in = column
        .cells
        .values()
        .any(|cell| cells::submitted(column, cell).is_some());
    let hidden = column
        .cells
        .values()
        .any(|cell| cell.points.is_some() && column.posted_at(cell).is_none());
    let main = json!({
        "id": column.id, "course_id": course.id, "name": column.label, "description": "<p></p>",
        "assignment_group_id": group_of(course, column), "position": place, "points_possible": (!facts.has_no_points).then(|| float(column.maximum)),
        "grading_type": cells::grading(column), "grading_standard_id": null, "submission_types": submission_types(column),
        "allowed_attempts": column.allowed_attempts.map_or(-1, i64::from), "due_at": when(facts.due), "unlock_at": null,
        "lock_at": null,
    });
    let state = json!({
        "published": cells::is_published(column),
        "workflow_state": if cells::is_published(column) { "published" } else { "unpublished" }, "unpublishable": graded == 0,
        "only_visible_to_overrides": facts.only_for.is_some(), "has_overrides": facts.only_for.is_some(),
        "omit_from_final_grade": facts.is_omitted, "hide_in_gradebook": false, "muted": hidden,
        "post_manually": facts.post_manually || column.is_hidden, "anonymous_grading": facts.is_anonymous,
        "anonymize_students": facts.is_anonymous, "moderated_grading": column.closed == Some(Closed::Moderated),
    });
    let rest = json!({
        "final_grader_id": null, "grader_count": 0,
        "group_category_id": (!column.groups.is_empty()).then_some(column.id + 1),
        "grade_group_students_individually": false, "peer_reviews": false, "graded_submissions_exist": graded > 0,
        "has_submitted_submissions": handed_in, "needs_grading_count": waiting,
        "in_closed_grading_period": column.closed == Some(Closed::GradingPeriod),
        "lti_context_id": ids::lti_context_id(column), "secure_params": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.practice",
        "is_quiz_assignment": is_quiz, "is_quiz_lti_assignment": column.source == Source::Native("new_quiz"), "quiz_id": is_quiz.then_some(column.id + 1_000_000),
        "sis_assignment_id": null,
        "html_url": asked.world.url(&format!("/courses/{}/assignments/{}", course.id, column.id)),
        "restrict_quantitative_data": false, "created_at": "2026-10-01T08:00:00Z",
        "updated_at": facts.configured.map_or_else(|| json!("2026-10-02T08:00:00Z"), super::moment),
    });
    let mut all = together([main, state, rest]);
    if let Some(rubric) = &facts.rubric {
        all.insert("rubric".into(), rubric.clone());
        all.insert("use_rubric_for_grading".into(), json!(true));
    }
    let link = column.link.and_then(|link| course.link(link));
    if let Some(link) = link {
        let tag = json!({
            "url": link.url.clone().unwrap_or_default(), "new_tab": false, "resource_link_id": link.resource_link_id,
            "content_type": "ContextExternalTool", "content_id": link.tool + 12,
        });
        all.insert("external_tool_tag_attributes".into(), tag);
    }
    Value::Object(all)
}

/// The assignments of a course. Those that are not published are there for whoever grades.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(
        &world,
        &request,
        Resource::Assignments,
        SCOPES[2],
        |asked, data| {
            let course = course(asked, data, &path)?;
            let is_grader = grades(asked, data, course);
            let wanted = asked.values("assignment_ids");
            let all: Vec<Value> = course
                .columns
                .iter()
                .filter(|column| is_grader || cells::is_published(column))
                .filter(|column| wanted.is_empty() || wanted.contains(&column.id.to_string().as_str()))
                .map(|column| as_json(asked, course, column))
                .collect();
            Ok(paging::numbered(asked, &all))
        },
    )
    .await
}

/// One assignment.
pub(super) async fn one(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    reply(
        &world,
        &request,
        Resource::Assignments,
        SCOPES[3],
        |asked, data| {
            let course = course(asked, data, &path.0)?;
            let column = column(asked, data, course, &path.1)?;
            Ok(Answer::json(200, JSON, &as_json(asked, course, column)))
        },
    )
    .await
}

/// Assignment groups.
pub(super) async fn groups(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::AssignmentGroups, SCOPES[4], |asked, data| {
        let course = course(asked, data, &path)?;
        let one = |id: u64, name: &str, place: usize, weight: Decimal, rules: Value| {
            json!({
                "id": id, "name": name, "position": place, "group_weight": float(weight), "sis_source_id": null,
                "integration_data": {}, "rules": rules,
            })
        };
        let mut all = vec![one(default_group(course), "Assignments", 1, Decimal::ZERO, json!({}))];
        for (place, group) in (2..).zip(&course.facts.groups) {
            let rules = if group.drop_lowest == 0 {
                json!({})
            } else {
                json!({"drop_lowest": group.drop_lowest, "drop_highest": 0, "never_drop": group.never_drop})
            };
            all.push(one(group.id, &group.name, place, group.weight, rules));
        }
        Ok(paging::numbered(asked, &all))
    })
    .await
}
