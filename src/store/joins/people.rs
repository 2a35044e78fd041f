//! Two people who are one. What is theirs goes over to the one who stays, but for what that one has already: a row that is
//! there twice stays with the other, and counts for nothing until the join is taken back.

use diesel::prelude::*;

use super::super::schema::sessions;
use super::super::{Db, StoreError, minors, people, records};
use super::leaving::{self, Left};
use super::moves::{self, Moved, run};
use super::{awards, grades, roles, submissions};
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
const MOVED: [Moved; 22] = [
    of_person("identities", "(platform_id || '/' || sub)", None),
    of_person("decisions", "id", None),
    of_person("current_decisions", "badge_id", Some("badge_id")),
    of_person("approvals", "badge_id", Some("badge_id")),
    of_person("results", "line_item_id", Some("line_item_id")),
    of_person("past_results", "line_item_id", Some("line_item_id")),
    of_person("outside_grades", "column_id", Some("column_id")),
    of_person("outside_people", "course_id", Some("course_id")),
    of_person("section_members", "section_id", Some("section_id")),
    of_person("outside_cells", "column_id", Some("column_id")),
    of_person("posted_scores", "line_item_id", Some("line_item_id")),
    of_person("programme_waivers", "id", Some("badge_id,part_id")),
    of_person("enrolments", "course_id", Some("course_id")),
    of_person("course_teachers", "course_id", Some("course_id")),
    of_person("timelines", "id", None),
    of_person("account_joins", "id", None),
    of_person("programme_makers", "id", Some("tenant_id")),
    Moved {
        column: "asked_by",
        ..of_person("copy_requests", "id", None)
    },
    of_person("foreign_badges", "id", Some("badge_key")),
    of_person("collections", "id", None),
    // Of both who asked one waits.
    of_person("erasures", "id", Some("tenant_id")),
    // Whoever was joined into them before is theirs now.
    Moved {
        column: "joined_into",
        ..of_person("people", "id", None)
    },
];

const fn acted(table: &'static str, column: &'static str, key: &'static str) -> Moved {
    Moved {
        column,
        ..of_person(table, key, None)
    }
}

/// What they did for others. What was said anew since has another moment, and is no more what went over.
const ACTED: [Moved; 16] = [
    acted(
        "approvals",
        "by_person_id",
        "(badge_id || '/' || person_id || '/' || approved_at)",
    ),
    acted(
        "enrolments",
        "answered_by",
        "(course_id || '/' || person_id || '/' || COALESCE(answered_at, 0))",
    ),
    acted(
        "submissions",
        "reviewed_by",
        "(id || '/' || COALESCE(reviewed_at, 0))",
    ),
    acted("past_reviews", "reviewed_by", "id"),
    acted("awards", "revoked_by", "id"),
    acted("regrades", "decided_by", "id"),
    acted("placements", "made_by", "id"),
    acted("grade_files", "brought_by", "id"),
    acted("outside_columns", "ticked_by", "id"),
    acted("rest_grants", "given_by_person", "id"),
    acted("endorsements", "invited_by_person", "id"),
    acted("dismissed_findings", "dismissed_by", "id"),
    acted("account_joins", "other_id", "id"),
    acted("programmes", "saved_by_person", "id"),
    acted("programme_reviews", "asked_by_person", "id"),
    acted("programme_reviews", "answered_by_person", "id"),
];

/// Makes one of two people. Run it in a transaction.
pub(crate) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    // First, while the rows of those they did it for are named as they were.
    for acted in &ACTED {
        acted.go(db, tenant, id, from.as_str(), into.as_str())?;
    }
    awards::join(db, tenant, id, from, into)?;
    submissions::join(db, tenant, id, from, into)?;
    roles::join(db, tenant, id, from, into)?;
    for moved in &MOVED {
        moved.go(db, tenant, id, from.as_str(), into.as_str())?;
    }
    grades::join(db, tenant, id, from, into)?;
    // Where both were members, the one who is joined is none any more.
    leaving::leave(db, tenant, id, Left::Person(from))?;
    diesel::update(sessions::table)
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::person_id.eq(from.as_str()))
        .set(sessions::person_id.eq(into.as_str()))
        .execute(db)?;
    people::set_joined_into(db, tenant, from.as_str(), Some(into.as_str()))
}

/// Makes two of one again. What came since stays with the one who stayed. Run it in a transaction.
pub(crate) fn part(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    // A record holds the badges of both, and each has their own from now on.
    records::forget_person(db, tenant, into)?;
    grades::part(db, tenant, id, into)?;
    for moved in MOVED.iter().rev() {
        moved.back(db, tenant, id, into.as_str())?;
    }
    roles::part(db, tenant, id, into)?;
    submissions::part(db, tenant, id, from, into)?;
    awards::part(db, tenant, id)?;
    for acted in ACTED.iter().rev() {
        acted.back(db, tenant, id, into.as_str())?;
    }
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
    leaving::come_back(db, tenant, id, Left::Person(from))?;
    people::set_joined_into(db, tenant, from.as_str(), None)?;
    minors::part(db, tenant, from, into)?;
    moves::forget(db, tenant, id)
}
