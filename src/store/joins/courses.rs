//! Two courses that are one, because a platform that was registered anew calls them alike: badges, links, columns and activities
//! of the newer one go over to the older, which hangs on the newer deployment from now on.

use diesel::prelude::*;

use super::super::schema::{course_releases, courses as table, sessions};
use super::super::{Db, StoreError, course_keys, courses};
use super::leaving::{self, Left};
use super::moves::{self, Moved};
use super::{placed, sections, visits};
use crate::ids::{CourseId, DeploymentId, JoinId, PlatformId, TenantId};

const fn of_course(table: &'static str, key: &'static str, unique: Option<&'static str>) -> Moved {
    Moved {
        table,
        column: "course_id",
        key,
        unique,
    }
}

const MOVED: [Moved; 21] = [
    of_course("course_keys", "id", None),
    of_course("badges", "id", None),
    of_course("dismissed_findings", "id", Some("about")),
    of_course("links", "id", Some("resource_link_id")),
    of_course("line_items", "id", Some("url")),
    of_course("activities", "id", None),
    of_course("placements", "id", None),
    of_course("posted_scores", "(line_item_id || '/' || person_id)", None),
    // One row for each course.
    of_course("course_releases", "course_releases.tenant_id", Some("tenant_id")),
    of_course("grade_files", "id", Some("digest")),
    of_course("outside_columns", "id", Some("source,column_key")),
    of_course("outside_people", "person_id", Some("person_id")),
    of_course("sections", "id", Some("source,kind,section_key")),
    // What a teacher let be read stays in sight of those who can take it back.
    of_course("rest_grants", "id", Some("access_id")),
    of_course("rest_readings", "rest_readings.tenant_id", Some("tenant_id")),
    of_course("enrolments", "person_id", Some("person_id")),
    of_course("course_teachers", "person_id", Some("person_id")),
    of_course("copies", "id", Some("source_course_id")),
    // Where the badges are that a copy of it is offered, and who says yes to that.
    Moved {
        column: "source_course_id",
        ..of_course("copies", "id", Some("course_id"))
    },
    Moved {
        column: "source_course_id",
        ..of_course("copy_requests", "id", None)
    },
    of_course("institution_badge_reach", "id", Some("badge_id")),
];

const CONTEXT: &str = "courses.context_id";
const ANSWER: &str = "course_releases.counting";

/// Makes one of two courses. Run it in a transaction.
pub(crate) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &CourseId,
    into: &CourseId,
) -> Result<(), StoreError> {
    let missing = || StoreError::Missing("course");
    let newer = courses::get(db, tenant, from)?.ok_or_else(missing)?;
    let older = courses::get(db, tenant, into)?.ok_or_else(missing)?;
    for moved in &MOVED {
        moved.go(db, tenant, id, from.as_str(), into.as_str())?;
    }
    sections::join(db, tenant, id, from, into)?;
    placed::open_again(db, tenant, id, into)?;
    newest_answer(db, tenant, id, from, into)?;
    leaving::leave(db, tenant, id, Left::Course(from))?;
    diesel::update(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::course_id.eq(from.as_str()))
        .set(sessions::course_id.eq(Some(into.as_str())))
        .execute(db)?;
    moves::note(
        db,
        tenant,
        id,
        CONTEXT,
        &[(from.to_string(), newer.context_id.clone())],
    )?;
    // The deployment calls the other one so from now on.
    let aside = format!("{from}/{}", newer.context_id);
    rename(db, tenant, from, &aside, Some(into))?;
    if course_keys::is_newer(db, tenant, &newer.deployment, &older.deployment)? {
        course_keys::keep_services(db, &older, newer.checks.last_at.unwrap_or_default())?;
        course_keys::take_services(db, &older, &newer)?;
    }
    Ok(())
}

/// Makes two of one again. Run it in a transaction.
pub(crate) fn part(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    (from, into): (&CourseId, &CourseId),
    platform: &PlatformId,
) -> Result<(), StoreError> {
    placed::ask_again(db, tenant, id)?;
    sections::part(db, tenant, id)?;
    for moved in MOVED.iter().rev() {
        moved.back(db, tenant, id, into.as_str())?;
    }
    answer_back(db, tenant, id, from, into)?;
    course_keys::bring_back_services(db, tenant, into, platform)?;
    for (_, context_id) in moves::noted(db, tenant, id, CONTEXT)? {
        rename(db, tenant, from, &context_id, None)?;
    }
    leaving::come_back(db, tenant, id, Left::Course(from))?;
    visits::of_course(db, tenant, into)?;
    moves::forget(db, tenant, id)
}

/// What was chosen for the grades of a course, and when.
fn answer(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Option<(String, i64)>, StoreError> {
    Ok(course_releases::table
        .filter(course_releases::tenant_id.eq(tenant.as_str()))
        .filter(course_releases::course_id.eq(course.as_str()))
        .select((course_releases::counting, course_releases::answered_at))
        .get_result(db)
        .optional()?)
}

fn set_answer(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    counting: &str,
    answered_at: i64,
) -> Result<(), StoreError> {
    diesel::update(course_releases::table)
        .filter(course_releases::tenant_id.eq(tenant.as_str()))
        .filter(course_releases::course_id.eq(course.as_str()))
        .set((
            course_releases::counting.eq(counting),
            course_releases::answered_at.eq(answered_at),
        ))
        .execute(db)?;
    Ok(())
}

/// Where it was said of both when grades count, what was said later holds in the course that stays.
fn newest_answer(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &CourseId,
    into: &CourseId,
) -> Result<(), StoreError> {
    let (theirs, own) = (answer(db, tenant, from)?, answer(db, tenant, into)?);
    if let (Some((counting, at)), Some((before, before_at))) = (theirs, own)
        && at > before_at
    {
        let was = format!("{before_at}/{before}");
        moves::note(db, tenant, id, ANSWER, &[(into.to_string(), was)])?;
        set_answer(db, tenant, into, &counting, at)?;
    }
    Ok(())
}

/// Takes that back, unless it was said anew since.
fn answer_back(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &CourseId,
    into: &CourseId,
) -> Result<(), StoreError> {
    for (_, was) in moves::noted(db, tenant, id, ANSWER)? {
        let before = was.split_once('/');
        let before = before.and_then(|(at, counting)| Some((at.parse().ok()?, counting)));
        if let Some((at, counting)) = before
            && answer(db, tenant, into)? == answer(db, tenant, from)?
        {
            set_answer(db, tenant, into, counting, at)?;
        }
    }
    Ok(())
}

fn rename(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    context_id: &str,
    joined_into: Option<&CourseId>,
) -> Result<(), StoreError> {
    diesel::update(table::table)
        .filter(table::tenant_id.eq(tenant.as_str()))
        .filter(table::id.eq(course.as_str()))
        .set((
            table::context_id.eq(context_id),
            table::joined_into.eq(joined_into.map(CourseId::as_str)),
        ))
        .execute(db)?;
    Ok(())
}

/// Has the courses of a platform hang on a deployment no more that is another platform's from now on: on an earlier one of
/// theirs, where there is one that is still theirs; else nobody reads them, and the deployment can name others so. Gives those
/// that are read through an earlier one again.
pub(crate) fn make_room(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    deployment: &DeploymentId,
) -> Result<Vec<CourseId>, StoreError> {
    let mut brought = Vec::new();
    for id in course_keys::on_deployment(db, tenant, platform, deployment)? {
        if course_keys::bring_back_services(db, tenant, &id, platform)? {
            brought.push(id.clone());
        }
        let course = courses::get(db, tenant, &id)?.ok_or(StoreError::Missing("course"))?;
        let prefix = format!("{id}/");
        if course.deployment == *deployment && !course.context_id.starts_with(&prefix) {
            rename(db, tenant, &id, &format!("{prefix}{}", course.context_id), None)?;
        }
    }
    Ok(brought)
}
