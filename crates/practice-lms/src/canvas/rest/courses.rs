//! A course, its sections and its people, as `/api/v1` tells them.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::super::answer::{Answer, float};
use super::super::super::world::World;
use super::super::super::world::data::Data;
use super::super::super::world::faults::Resource;
use super::super::super::world::model::{Course, CourseRole, Person};
use super::super::claims::legacy_user_id;
use super::{Asked, JSON, SCOPES, course, forbidden, grades, ids, missing, moment, paging, reply, visible};

/// The section that every course has.
fn default_section(course: &Course) -> u64 {
    course.id * 1_000 + 31
}

/// The sections of a person.
pub(super) fn sections_of(course: &Course, person: u64) -> Vec<u64> {
    let by_hand = course
        .facts
        .sections
        .iter()
        .filter(|section| section.people.contains(&person));
    let by_hand: Vec<u64> = by_hand.map(|section| section.id).collect();
    if by_hand.is_empty() {
        vec![default_section(course)]
    } else {
        by_hand
    }
}

/// The sections of a person, by their numbers, with their names.
pub(in super::super) fn named_sections_of(course: &Course, person: u64) -> Vec<(u64, &str)> {
    let name = |id: u64| {
        let by_hand = course.facts.sections.iter().find(|one| one.id == id);
        by_hand.map_or(course.title.as_str(), |one| one.name.as_str())
    };
    let mut ids = sections_of(course, person);
    ids.sort_unstable();
    ids.into_iter().map(|id| (id, name(id))).collect()
}

/// The section with that number, and its course.
pub(super) fn of_section(data: &Data, section: u64) -> Option<&Course> {
    data.courses.values().find(|course| {
        default_section(course) == section || course.facts.sections.iter().any(|one| one.id == section)
    })
}

fn section_list(course: &Course) -> Vec<Value> {
    let own = (default_section(course), course.title.as_str());
    let by_hand = course
        .facts
        .sections
        .iter()
        .map(|one| (one.id, one.name.as_str()));
    std::iter::once(own)
        .chain(by_hand)
        .map(|(id, name)| {
            json!({
                "id": id, "course_id": course.id, "name": name, "start_at": null, "end_at": null,
                "restrict_enrollments_to_section_dates": null, "nonxlist_course_id": null, "sis_section_id": null,
                "sis_course_id": sis_id(course), "integration_id": null,
            })
        })
        .collect()
}

fn sis_id(course: &Course) -> Option<&str> {
    Some(course.sis_id.as_str()).filter(|id| !id.is_empty())
}

/// One course.
pub(super) async fn one(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Course, SCOPES[0], |asked, data| {
        let course = course(asked, data, &path)?;
        let is_over = course.is_concluded || course.facts.is_over;
        let mut answer = json!({
            "id": course.id, "uuid": course.context_id, "name": course.title, "course_code": course.label,
            "workflow_state": if course.is_concluded { "completed" } else { "available" }, "account_id": 3,
            "root_account_id": 1, "enrollment_term_id": 8, "start_at": null, "end_at": null,
            "restrict_enrollments_to_course_dates": false, "time_zone": "Europe/London",
            "apply_assignment_group_weights": course.facts.is_weighted,
            "grading_standard_id": course.facts.scheme.as_ref().map(|_| scheme_id(course)),
            "hide_final_grades": course.facts.hides_totals, "default_view": "modules", "grade_passback_setting": null,
            "blueprint": false, "sis_course_id": sis_id(course), "integration_id": null,
        });
        if let Some(answer) = answer.as_object_mut() {
            if asked.includes("concluded") {
                answer.insert("concluded".into(), json!(is_over));
            }
            if asked.includes("term") {
                answer.insert("term".into(), json!({"id": 8, "name": "Autumn term", "start_at": null, "end_at": null}));
            }
            if asked.includes("sections") {
                answer.insert("sections".into(), json!(section_list(course)));
            }
        }
        Ok(Answer::json(200, JSON, &answer))
    })
    .await
}

fn scheme_id(course: &Course) -> u64 {
    course.id * 1_000 + 5
}

/// Settings of a course.
pub(super) async fn settings(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Course, SCOPES[1], |asked, data| {
        let course = course(asked, data, &path)?;
        let answer = json!({
            "allow_student_discussion_topics": true, "allow_student_forum_attachments": true,
            "hide_final_grades": course.facts.hides_totals, "hide_distribution_graphs": false,
            "restrict_student_past_view": false, "filter_speed_grader_by_student_group": false,
            "allow_final_grade_override": !course.facts.overrides.is_empty(),
        });
        Ok(Answer::json(200, JSON, &answer))
    })
    .await
}

/// Sections of a course.
pub(super) async fn sections(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Course, SCOPES[10], |asked, data| {
        let course = course(asked, data, &path)?;
        Ok(paging::numbered(asked, &section_list(course)))
    })
    .await
}

/// Letter schemes of a course. None where it has the default one or none.
pub(super) async fn standards(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Course, SCOPES[11], |asked, data| {
        let course = course(asked, data, &path)?;
        let step = |(name, value): &(String, rust_decimal::Decimal)| {
            json!({"name": name, "value": float(*value), "calculated_value": float(*value * rust_decimal::Decimal::ONE_HUNDRED)})
        };
        let schemes = course.facts.scheme.iter().map(|scheme| {
            json!({
                "id": scheme_id(course), "title": "Letters", "context_type": "Course", "context_id": course.id,
                "points_based": false, "scaling_factor": 1.0,
                "grading_scheme": scheme.iter().map(step).collect::<Vec<_>>(),
            })
        });
        Ok(paging::numbered(asked, &schemes.collect::<Vec<_>>()))
    })
    .await
}

/// Grading periods: no course has any.
pub(super) async fn periods(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Course, SCOPES[12], |asked, data| {
        course(asked, data, &path)?;
        Ok(Answer::json(200, JSON, &json!({"grading_periods": []})))
    })
    .await
}

/// The late policy, where there is one.
pub(super) async fn late_policy(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Course, SCOPES[13], |asked, data| {
        let course = course(asked, data, &path)?;
        let deduction = course.facts.late_policy.ok_or_else(missing)?;
        let policy = json!({
            "missing_submission_deduction_enabled": false, "missing_submission_deduction": 100.0,
            "late_submission_deduction_enabled": true, "late_submission_deduction": float(deduction),
            "late_submission_interval": "day", "late_submission_minimum_percent_enabled": false,
            "late_submission_minimum_percent": 0.0, "course_id": course.id, "id": course.id * 10 + 1,
        });
        Ok(Answer::json(200, JSON, &json!({ "late_policy": policy })))
    })
    .await
}

/// A person as every list has one: never what LTI 1.3 calls them.
pub(super) fn person(
    asked: &Asked<'_>,
    data: &Data,
    course: Option<&Course>,
    person: &Person,
) -> Map<String, Value> {
    let mut all = Map::new();
    let mut add = |name: &str, value: Value| all.insert(name.to_owned(), value);
    add("id", person.api_id().into());
    add("name", person.name().into());
    add("created_at", "2026-08-01T08:00:00Z".into());
    add("sortable_name", sortable(person).into());
    add("short_name", person.given.clone().into());
    if course.is_some_and(|course| grades(asked, data, course)) || asked.person == person.id {
        add(
            "sis_user_id",
            json!(Some(&person.sis_id).filter(|id| !id.is_empty())),
        );
        add("integration_id", Value::Null);
        add("login_id", person.username.clone().into());
    }
    if asked.includes("uuid") {
        add("uuid", ids::uuid(person).into());
        if data.present.contains_key(&person.id) {
            add("past_uuid", format!("past{}", ids::uuid(person)).into());
        }
    }
    if asked.includes("email") {
        add("email", person.email.clone().into());
    }
    if asked.includes("lti_id") {
        add("lti_id", legacy_user_id(person).into());
    }
    all
}

/// Family name first.
pub(super) fn sortable(person: &Person) -> String {
    format!("{}, {}", person.family, person.given)
}

/// People of a course, by their names.
pub(super) async fn users(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Users, SCOPES[9], |asked, data| {
        let course = course(asked, data, &path)?;
        let types = asked.values("enrollment_type");
        let states = asked.values("enrollment_state");
        let visible: std::collections::BTreeSet<u64> =
            visible(asked, data, course).iter().map(|one| one.id).collect();
        let mut people: Vec<(String, u64)> = Vec::new();
        for (id, role) in &course.members {
            let is_student = *role == CourseRole::Student;
            let is_tried = *role == CourseRole::TestStudent;
            let is_shown = match role {
                CourseRole::TestStudent => asked.includes("test_student"),
                CourseRole::Student => visible.contains(id),
                _ => true,
            };
            let word = match role {
                CourseRole::Teacher => "teacher",
                CourseRole::Assistant => "ta",
                CourseRole::Designer => "designer",
                CourseRole::Observer => "observer",
                CourseRole::Student => "student",
                CourseRole::TestStudent => "student_view",
            };
            let is_wanted =
                types.is_empty() || types.contains(&word) || (is_tried && types.contains(&"student"));
            let state = super::enrollments::state(course, *id);
            let is_state = if states.is_empty() {
                state == "active" || !is_student
            } else {
                states.contains(&state)
            };
            if is_shown
                && is_wanted
                && is_state
                && let Some(one) = data.people.get(id)
            {
                people.push((sortable(one), *id));
            }
        }
        people.sort();
        people.dedup();
        let rows = people.into_iter().map(|key| (key.clone(), key.1));
        paging::bookmarked(
            asked,
            data,
            rows,
            |_| true,
            |id| {
                let one = data
                    .people
                    .get(&id)
                    .map(|one| person(asked, data, Some(course), one));
                Value::Object(one.unwrap_or_default())
            },
        )
    })
    .await
}

/// Who a token is of: `self`, or somebody else for an administrator.
pub(super) async fn profile(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(&world, &request, Resource::Users, SCOPES[17], |asked, data| {
        let wanted = ids::person(data, asked.person, &path).ok_or_else(missing)?;
        let caller = data.people.get(&asked.person).ok_or_else(missing)?;
        if wanted.id != caller.id && !caller.is_admin {
            return Err(forbidden(data));
        }
        let mut all = person(asked, data, None, wanted);
        all.insert("primary_email".into(), json!(wanted.email));
        all.insert("login_id".into(), json!(wanted.username));
        all.insert("locale".into(), Value::Null);
        all.insert("time_zone".into(), json!(wanted.time_zone));
        Ok(Answer::json(200, JSON, &all))
    })
    .await
}

/// The list of scopes that keys of the account can have, for administrators.
pub(super) async fn scopes(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    reply(&world, &request, Resource::Scopes, SCOPES[18], |asked, data| {
        if !data
            .people
            .get(&asked.person)
            .is_some_and(|person| person.is_admin)
        {
            return Err(forbidden(data));
        }
        let all: Vec<Value> = SCOPES
            .iter()
            .map(|scope| {
                let path = scope.trim_start_matches("url:GET|");
                json!({"resource": "courses", "verb": "GET", "path": path, "scope": scope})
            })
            .collect();
        Ok(paging::numbered(asked, &all))
    })
    .await
}

/// A moment that is not known is no moment.
pub(super) fn when(time: Option<chrono::DateTime<chrono::Utc>>) -> Value {
    time.map_or(Value::Null, moment)
}
