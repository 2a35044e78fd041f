//! Two people who are one. What is theirs goes over to the one who stays, but for what that one has already: a row that is
//! there twice stays with the other, and counts for nothing until the join is taken back.

use diesel::prelude::*;

use super::super::schema::{enrolments, sessions};
use super::super::{Db, StoreError, people};
use super::moves::{self, Moved, run};
use super::{awards, roles, submissions};
use crate::ids::{JoinId, PersonId, TenantId};

const fn of_person(table: &'static str, key: &'static str, unique: Option<&'static str>) -> Moved {
    Moved {
        table,
        column: "person_id",
        key,
        unique,
    }
}

/// What goes over as it is. Awards and hand-ins have files of their own.
const MOVED: [Moved; 10] = [
    of_person("identities", "(platform_id || '/' || sub)", None),
    of_person("decisions", "id", None),
    of_person("current_decisions", "badge_id", Some("badge_id")),
    of_person("approvals", "badge_id", Some("badge_id")),
    of_person("results", "line_item_id", Some("line_item_id")),
    of_person("past_results", "line_item_id", Some("line_item_id")),
    of_person("posted_scores", "line_item_id", Some("line_item_id")),
    of_person("enrolments", "course_id", Some("course_id")),
    of_person("course_teachers", "course_id", Some("course_id")),
    Moved {
        column: "asked_by",
        ..of_person("copy_requests", "id", None)
    },
];

/// Makes one of two people. Run it in a transaction.
pub(crate) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    awards::join(db, tenant, id, from, into)?;
    submissions::join(db, tenant, id, from, into)?;
    roles::join(db, tenant, id, from, into)?;
    for moved in &MOVED {
        moved.go(db, tenant, id, from.as_str(), into.as_str())?;
    }
    // Where both were members, the one who is joined is none any more.
    let left: Vec<String> = enrolments::table
        .filter(enrolments::tenant_id.eq(tenant.as_str()))
        .filter(enrolments::person_id.eq(from.as_str()))
        .filter(enrolments::active)
        .select(enrolments::course_id)
        .load(db)?;
    let left: Vec<(String, String)> = left
        .into_iter()
        .map(|course| (course, from.to_string()))
        .collect();
    moves::note(db, tenant, id, ACTIVE, &left)?;
    set_active(db, tenant, &left, false)?;
    diesel::update(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::person_id.eq(from.as_str()))
        .set(sessions::person_id.eq(into.as_str()))
        .execute(db)?;
    // Whoever was joined into them before is theirs now.
    run!(
        db,
        "UPDATE people SET joined_into = $1 WHERE tenant_id = $2 AND joined_into = $3",
        into.as_str(),
        tenant.as_str(),
        from.as_str()
    )?;
    people::set_joined_into(db, tenant, from.as_str(), Some(into.as_str()))
}

const ACTIVE: &str = "enrolments.active of a course";

/// Has somebody be a member of courses, or not: each course with the person.
fn set_active(
    db: &mut Db,
    tenant: &TenantId,
    members: &[(String, String)],
    active: bool,
) -> Result<(), StoreError> {
    for (course, person) in members {
        diesel::update(enrolments::table)
            .filter(enrolments::tenant_id.eq(tenant.as_str()))
            .filter(enrolments::course_id.eq(course))
            .filter(enrolments::person_id.eq(person))
            .set(enrolments::active.eq(active))
            .execute(db)?;
    }
    Ok(())
}

/// Makes two of one again. What came since stays with the one who stayed. Their visits end: who each was is not known any
/// more. Run it in a transaction.
pub(crate) fn part(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    for moved in MOVED.iter().rev() {
        moved.back(db, tenant, id, into.as_str())?;
    }
    roles::part(db, tenant, id, into)?;
    submissions::part(db, tenant, id)?;
    awards::part(db, tenant, id)?;
    // What was decided of both is decided anew of each.
    for person in [from, into] {
        run!(
            db,
            "DELETE FROM current_decisions WHERE tenant_id = $1 AND person_id = $2 AND decision_id IN \
             (SELECT id FROM decisions WHERE tenant_id = $3 AND person_id <> $4)",
            tenant.as_str(),
            person.as_str(),
            tenant.as_str(),
            person.as_str()
        )?;
    }
    let left = moves::noted(db, tenant, id, ACTIVE)?;
    set_active(db, tenant, &left, true)?;
    diesel::delete(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::person_id.eq(into.as_str()))
        .execute(db)?;
    people::set_joined_into(db, tenant, from.as_str(), None)?;
    moves::forget(db, tenant, id)
}
