//! Enrolments, which carry the totals: one for each section of a person.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::super::super::answer::{Answer, float};
use super::super::super::world::World;
use super::super::super::world::data::Data;
use super::super::super::world::faults::Resource;
use super::super::super::world::model::{Course, CourseRole, Person};
use super::courses::{person, sections_of, sortable};
use super::{Asked, SCOPES, cells, course, grades, ids, missing, paging, reply, totals, visible};

/// `enrollment_state`.
pub(super) fn state(course: &Course, person: u64) -> &'static str {
    if course.is_concluded || course.facts.ended.contains(&person) {
        "completed"
    } else if course.facts.suspended.contains(&person) {
        "inactive"
    } else {
        "active"
    }
}

fn kind(role: CourseRole) -> &'static str {
    match role {
        CourseRole::Teacher => "TeacherEnrollment",
        CourseRole::Assistant => "TaEnrollment",
        CourseRole::Designer => "DesignerEnrollment",
        CourseRole::Observer => "ObserverEnrollment",
        CourseRole::Student => "StudentEnrollment",
        CourseRole::TestStudent => "StudentViewEnrollment",
    }
}

struct Enrolment {
    person: u64,
    role: CourseRole,
    section: u64,
    number: u64,
}

/// The enrolments of a course, by kind and name.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    reply(
        &world,
        &request,
        Resource::Enrollments,
        SCOPES[8],
        |asked, data| {
            let course = course(asked, data, &path)?;
            let all = enrolments(asked, data, course)?;
            paging::bookmarked(
                asked,
                data,
                all.into_iter(),
                |_| true,
                |one| as_json(asked, data, course, &one),
            )
        },
    )
    .await
}

type Key = (String, String, u64);

fn enrolments(asked: &Asked<'_>, data: &Data, course: &Course) -> Result<Vec<(Key, Enrolment)>, Answer> {
    let (types, states) = (asked.values("type"), asked.values("state"));
    let is_admin = data.people.get(&asked.person).is_some_and(|one| one.is_admin);
    let is_state = |state: &str| match states.as_slice() {
        [] => matches!(state, "active" | "invited") || (is_admin && state == "inactive"),
        named => named.contains(&state),
    };
    let only = match asked.value("user_id") {
        None => None,
        Some(name) => Some(ids::person(data, asked.person, name).ok_or_else(missing)?.id),
    };
    let visible: std::collections::BTreeSet<u64> =
        visible(asked, data, course).iter().map(|one| one.id).collect();
    // Of somebody in two sections, one of which is not the caller's, only the other enrolment shows.
    let (own, is_limited) = (
        sections_of(course, asked.person),
        course.limited_to_sections.contains(&asked.person),
    );
    let mut all = Vec::new();
    for (place, (id, role)) in (1_u64..).zip(&course.members) {
        let is_student = matches!(role, CourseRole::Student | CourseRole::TestStudent);
        let is_shown = (!is_student || visible.contains(id))
            && only.is_none_or(|only| only == *id)
            && (types.is_empty() || types.contains(&kind(*role)))
            && is_state(state(course, *id));
        let Some(one) = data.people.get(id).filter(|_| is_shown) else {
            continue;
        };
        for (section, part) in sections_of(course, *id).into_iter().zip(0_u64..) {
            if is_student && is_limited && !own.contains(&section) {
                continue;
            }
            let number = course.id * 10_000_000 + place * 10 + part;
            let key = (kind(*role).to_owned(), sortable(one), number);
            let enrolment = Enrolment {
                person: *id,
                role: *role,
                section,
                number,
            };
            all.push((key, enrolment));
        }
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(all)
}

fn as_json(asked: &Asked<'_>, data: &Data, course: &Course, one: &Enrolment) -> Value {
    let Some(account) = data.people.get(&one.person) else {
        return Value::Null;
    };
    let mut row = json!({
        "id": one.number, "user_id": account.api_id(), "course_id": course.id, "course_section_id": one.section,
        "root_account_id": 1, "type": kind(one.role), "role": kind(one.role), "role_id": 3,
        "enrollment_state": state(course, one.person),
        "limit_privileges_to_course_section": course.limited_to_sections.contains(&one.person),
        "associated_user_id": null, "start_at": null, "end_at": null, "created_at": "2026-09-01T08:00:00Z",
        "updated_at": "2026-09-01T08:00:00Z", "last_activity_at": null, "last_attended_at": null, "total_activity_time": 0,
    });
    let Some(all) = row.as_object_mut() else {
        return row;
    };
    let is_grader = grades(asked, data, course);
    if is_grader {
        all.insert("sis_user_id".into(), json!(account.sis_id));
        all.insert("sis_section_id".into(), Value::Null);
        all.insert("sis_course_id".into(), json!(course.sis_id));
    }
    let is_student = matches!(one.role, CourseRole::Student | CourseRole::TestStudent);
    if is_student && (is_grader || asked.person == one.person) {
        all.insert("grades".into(), totals_of(asked, course, account, is_grader));
    }
    all.insert(
        "user".into(),
        Value::Object(person(asked, data, Some(course), account)),
    );
    let page = asked
        .world
        .url(&format!("/courses/{}/users/{}", course.id, account.api_id()));
    all.insert("html_url".into(), json!(page));
    row
}

fn totals_of(asked: &Asked<'_>, course: &Course, person: &Person, is_grader: bool) -> Value {
    let all = totals::of(course, person.id);
    let typed = course.facts.overrides.get(&person.id).copied();
    let letter = |total: Option<rust_decimal::Decimal>| {
        let total = total.filter(|_| course.facts.scheme.is_some())?;
        Some(cells::letter(course, total / rust_decimal::Decimal::ONE_HUNDRED))
    };
    // "Hide totals" and the override act on what students read of themselves.
    let is_hidden = !is_grader && course.facts.hides_totals;
    let own = |total| {
        if is_grader {
            total
        } else {
            typed.or(total).filter(|_| !is_hidden)
        }
    };
    let (current, last) = (own(all.current), own(all.last));
    let mut grades = json!({
        "html_url": asked.world.url(&format!("/courses/{}/grades/{}", course.id, person.api_id())),
        "current_score": totals::score(current), "current_grade": letter(current), "final_score": totals::score(last),
        "final_grade": letter(last),
    });
    let Some(members) = grades.as_object_mut() else {
        return grades;
    };
    if asked.includes("current_points") {
        members.insert(
            "current_points".into(),
            float(totals::points(course, person.id, false)),
        );
        if is_grader {
            members.insert(
                "unposted_current_points".into(),
                float(totals::points(course, person.id, true)),
            );
        }
    }
    if is_grader {
        if let Some(typed) = typed {
            members.insert("override_score".into(), float(typed));
            members.insert("override_grade".into(), json!(letter(Some(typed))));
        }
        members.insert(
            "unposted_current_score".into(),
            totals::score(all.unposted_current),
        );
        members.insert(
            "unposted_current_grade".into(),
            json!(letter(all.unposted_current)),
        );
        members.insert("unposted_final_score".into(), totals::score(all.unposted_last));
        members.insert("unposted_final_grade".into(), json!(letter(all.unposted_last)));
    }
    grades
}
