//! What one person is on the way to in all courses of the institution, by what was decided last.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::domain::badge::Badge;
use crate::domain::course::Course;
use crate::domain::decision::Decision;
use crate::ids::{BadgeId, PersonId, TenantId};
use crate::store::badges::Row as BadgeRow;
use crate::store::convert::{CHUNK, from_json, micros};
use crate::store::courses::Row as CourseRow;
use crate::store::pieces::Piece;
use crate::store::schema::{badges, courses, current_decisions, decisions};
use crate::store::{Db, StoreError};

/// Which badges are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    All,
    /// Those whose rule names badges.
    Stacks,
}

/// A badge that is not earned yet, the course that it is of, and what was decided last.
type Begun = (Badge, Course, Decision);

/// That it may be earned: there is no award yet, or the last one has lapsed.
fn is_open(now: DateTime<Utc>) -> Piece<Bool> {
    Piece::sql(
        "NOT EXISTS (SELECT 1 FROM awards held WHERE held.badge_id = current_decisions.badge_id \
         AND held.person_id = current_decisions.person_id \
         AND (held.revoked_at IS NOT NULL OR held.valid_until IS NULL OR held.valid_until > ",
    )
    .number(micros(now))
    .then("))")
}

/// That the person has not left the course. Who was never a member of it, as in a course that nobody is a member of, has not.
fn takes_part() -> Piece<Bool> {
    Piece::sql(
        "NOT EXISTS (SELECT 1 FROM enrolments gone WHERE gone.course_id = badges.course_id \
         AND gone.person_id = current_decisions.person_id AND gone.active = FALSE)",
    )
}

fn is_asked_for(way: Way) -> Piece<Bool> {
    match way {
        Way::All => Piece::sql("1 = 1"),
        Way::Stacks => Piece::sql(
            "EXISTS (SELECT 1 FROM rule_inputs part WHERE part.rule_id = badges.active_rule_id \
             AND part.kind = 'badge')",
        ),
    }
}

/// How far it is: what is nearest is smallest.
fn distance() -> Piece<BigInt> {
    Piece::sql(
        "CASE WHEN COALESCE(current_decisions.needed, 0) > 0 \
         THEN 1000 - COALESCE(current_decisions.met, 0) * 1000 / current_decisions.needed ELSE 1000 END",
    )
}

/// What is asked of the badges that a person may be awarded in courses that go on.
macro_rules! begun {
    ($tenant:expr, $person:expr, $way:expr, $now:expr) => {
        current_decisions::table
            .inner_join(decisions::table.on(decisions::id.eq(current_decisions::decision_id)))
            .inner_join(badges::table.on(badges::id.eq(current_decisions::badge_id)))
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .filter(current_decisions::tenant_id.eq($tenant.as_str()))
            .filter(current_decisions::person_id.eq($person.as_str()))
            .filter(current_decisions::outcome.ne("yes"))
            .filter(badges::tenant_id.eq(current_decisions::tenant_id))
            .filter(badges::state.eq("active"))
            .filter(courses::tenant_id.eq(current_decisions::tenant_id))
            .filter(courses::ended_at.is_null())
            // One that refuses as a deleted course does is most likely gone; it counts as ended a while later.
            .filter(courses::refused_at.is_null())
            .filter(is_open($now))
            .filter(takes_part())
            .filter(is_asked_for($way))
    };
}

/// Which they are, the nearest first, each with its lineage where that is said.
pub(crate) fn on_the_way(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    way: Way,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(BadgeId, Option<BadgeId>)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = on_both!(db, |connection| begun!(tenant, person, way, now)
        .order((
            distance().asc(),
            current_decisions::needed.asc(),
            current_decisions::badge_id.asc()
        ))
        .limit(most)
        .select((badges::id, badges::lineage))
        .load(connection))?;
    let ids = rows.into_iter();
    Ok(ids
        .map(|(id, lineage)| (id.into(), lineage.map(BadgeId::from)))
        .collect())
}

/// What is decided now of those badges, in their order.
pub(crate) fn begun(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    ids: &[BadgeId],
) -> Result<Vec<Begun>, StoreError> {
    let mut found: HashMap<BadgeId, Begun> = HashMap::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        let rows: Vec<(BadgeRow, CourseRow, String)> = on_both!(db, |connection| current_decisions::table
            .inner_join(decisions::table.on(decisions::id.eq(current_decisions::decision_id)))
            .inner_join(badges::table.on(badges::id.eq(current_decisions::badge_id)))
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .filter(current_decisions::tenant_id.eq(tenant.as_str()))
            .filter(current_decisions::person_id.eq(person.as_str()))
            .filter(current_decisions::badge_id.eq_any(some.iter().map(BadgeId::as_str)))
            .filter(badges::tenant_id.eq(current_decisions::tenant_id))
            .filter(courses::tenant_id.eq(current_decisions::tenant_id))
            .select((BadgeRow::as_select(), CourseRow::as_select(), decisions::record))
            .load(connection))?;
        for (badge, course, record) in rows {
            let (badge, decision) = (badge.badge()?, from_json("decisions.record", &record)?);
            found.insert(badge.id.clone(), (badge, course.course()?, decision));
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}
