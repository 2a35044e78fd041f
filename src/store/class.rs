//! The students of a course as a table shows them, a part at a time, whatever they are ordered by or looked for by; and how
//! many stand where. Everything is looked for, ordered and counted in the database: no more than a part is loaded.
//!
//! Where somebody stands is [`Stage::of`] in SQL; a test holds both together. The number of conditions that hold is kept beside
//! each decision that holds now; one that an older program wrote has none until the next check, and counts as not begun.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::convert::{anywhere, micros};
use super::enrolments::{self, is_student};
use super::people::Row as PersonRow;
use super::pieces::Piece;
use super::schema::{enrolments as members, people};
use super::{Db, StoreError};
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::stage::{Order, Search, Sought, Stage};
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};

/// Where a part of a class ended that was read by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Last {
    folded_name: String,
    id: PersonId,
}

/// Those who count as students of a course and are looked for.
macro_rules! students {
    ($tenant:expr, $course:expr, $listing:expr, $search:expr, $now:expr) => {
        members::table
            .inner_join(people::table.on(people::id.eq(members::person_id)))
            .filter(members::tenant_id.eq($tenant.as_str()))
            .filter(members::course_id.eq($course.as_str()))
            .filter(people::folded_name.like(pattern($search)).escape('\\'))
            .filter(is_student!($listing))
            .filter(standing($search, $now))
            .filter(in_section($search))
    };
}

/// A page of the students who are looked for, and how many there are in all.
pub(crate) fn page(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    search: &Search,
    order: Order,
    page: Page,
    now: DateTime<Utc>,
) -> Result<(Vec<Person>, i64), StoreError> {
    let total = count(db, tenant, course, search, now)?;
    let listing = enrolments::listing(db, tenant, course)?;
    let rows: Vec<PersonRow> = match key(order, now) {
        None => on_both!(db, |connection| students!(tenant, course, listing, search, now)
            .order((people::folded_name, people::id))
            .offset(page.offset)
            .limit(page.limit)
            .select(PersonRow::as_select())
            .load(connection))?,
        Some(key) => on_both!(db, |connection| students!(tenant, course, listing, search, now)
            .order((key.asc(), people::folded_name, people::id))
            .offset(page.offset)
            .limit(page.limit)
            .select(PersonRow::as_select())
            .load(connection))?,
    };
    Ok((rows.into_iter().map(Person::from).collect(), total))
}

/// The students who are looked for, by name, from behind that one on: complete and without doubles even while others come and
/// go. Where there may be more, it says where this part ended.
pub(crate) fn after(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    search: &Search,
    last: Option<&Last>,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<(Vec<Person>, Option<Last>), StoreError> {
    let listing = enrolments::listing(db, tenant, course)?;
    let rows: Vec<(PersonRow, String)> =
        on_both!(db, |connection| students!(tenant, course, listing, search, now)
            .filter(beyond(last))
            .order((people::folded_name, people::id))
            .limit(limit)
            .select((PersonRow::as_select(), people::folded_name))
            .load(connection))?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let mut ended = None;
    let mut found = Vec::with_capacity(rows.len());
    for (row, folded_name) in rows {
        let person = Person::from(row);
        ended = Some(Last {
            folded_name,
            id: person.id.clone(),
        });
        found.push(person);
    }
    Ok((found, ended.filter(|_| is_full)))
}

/// How many students are looked for.
pub(crate) fn count(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    search: &Search,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let listing = enrolments::listing(db, tenant, course)?;
    let total = on_both!(db, |connection| students!(tenant, course, listing, search, now)
        .count()
        .get_result(connection))?;
    Ok(total)
}

fn pattern(search: &Search) -> String {
    search.name.as_deref().map_or_else(|| "%".to_owned(), anywhere)
}

/// That the student is in the section that is looked for, or in one of its name.
fn in_section(search: &Search) -> Piece<Bool> {
    match &search.section {
        None => Piece::sql("1 = 1"),
        Some(section) => Piece::sql(
            "EXISTS (SELECT 1 FROM sections n JOIN sections s ON s.course_id = n.course_id AND s.kind = n.kind \
             AND s.name = n.name JOIN section_members m ON m.section_id = s.id WHERE n.id = ",
        )
        .text(section.as_str())
        .then(
            " AND n.tenant_id = enrolments.tenant_id AND n.course_id = enrolments.course_id \
             AND m.person_id = enrolments.person_id)",
        ),
    }
}

fn beyond(last: Option<&Last>) -> Piece<Bool> {
    match last {
        None => Piece::sql("1 = 1"),
        Some(last) => Piece::sql("(people.folded_name > ")
            .text(&last.folded_name)
            .then(" OR (people.folded_name = ")
            .text(&last.folded_name)
            .then(" AND people.id > ")
            .text(last.id.as_str())
            .then("))"),
    }
}

/// What comes before the name in an order; what is smaller comes first.
fn key(order: Order, now: DateTime<Utc>) -> Option<Piece<BigInt>> {
    match order {
        Order::Name => None,
        Order::Earned => Some(
            Piece::sql(
                "(0 - (SELECT COUNT(DISTINCT a.badge_id) FROM awards a JOIN badges b ON b.id = a.badge_id \
                 WHERE a.tenant_id = enrolments.tenant_id AND a.person_id = enrolments.person_id \
                 AND b.course_id = enrolments.course_id AND b.state <> 'draft' AND ",
            )
            .piece(latest())
            .then(" AND ")
            .piece(in_force(now))
            .then("))"),
        ),
        // In the order that is written: from the few badges of the course to the one decision of each.
        Order::Next => Some(Piece::sql(
            "COALESCE((SELECT MIN(CASE WHEN c.outcome = 'yes' THEN 0 \
             WHEN c.met > 0 THEN CASE WHEN c.needed - c.met < 1 THEN 1 ELSE c.needed - c.met END \
             ELSE 1000 + COALESCE(c.needed, 1) END) \
             FROM badges b CROSS JOIN current_decisions c \
             WHERE b.tenant_id = enrolments.tenant_id AND b.course_id = enrolments.course_id \
             AND b.state = 'active' AND c.badge_id = b.id AND c.person_id = enrolments.person_id \
             AND NOT EXISTS (SELECT 1 FROM awards a WHERE a.badge_id = c.badge_id \
             AND a.person_id = c.person_id)), 1000000)",
        )),
    }
}

/// That award `a` is of the latest term.
fn latest<T>() -> Piece<T> {
    Piece::sql(
        "NOT EXISTS (SELECT 1 FROM awards l WHERE l.badge_id = a.badge_id AND l.person_id = a.person_id \
         AND l.cycle > a.cycle)",
    )
}

/// That award `a` is in force.
fn in_force<T>(now: DateTime<Utc>) -> Piece<T> {
    Piece::sql(
        "a.revoked_at IS NULL AND a.suspended_since IS NULL AND (a.valid_until IS NULL OR a.valid_until > ",
    )
    .number(micros(now))
    .then(")")
}

/// That the student stands as is looked for.
fn standing(search: &Search, now: DateTime<Utc>) -> Piece<Bool> {
    let badge = search.badge.as_ref();
    match search.standing {
        None => Piece::sql("1 = 1"),
        Some(Sought::At(stage)) => stands(stage, badge, now),
        Some(Sought::NotEarned) => Piece::sql("NOT ").piece(stands(Stage::Earned, badge, now)),
    }
}

/// That the student stands there with that badge, or with any of the course.
fn stands(stage: Stage, badge: Option<&BadgeId>, now: DateTime<Utc>) -> Piece<Bool> {
    let mut piece = Piece::sql(
        "EXISTS (SELECT 1 FROM badges b WHERE b.tenant_id = enrolments.tenant_id \
         AND b.course_id = enrolments.course_id AND b.state <> 'draft'",
    );
    if let Some(badge) = badge {
        piece = piece.then(" AND b.id = ").text(badge.as_str());
    }
    if stage.is_decided() {
        // What was decided before a badge came to rest is not what its page shows.
        piece = piece.then(" AND b.state <> 'paused'");
    }
    piece.then(" AND ").piece(is_at(stage, now)).then(")")
}

/// That the student of the row was never awarded badge `b`.
const NO_AWARD: &str =
    "NOT EXISTS (SELECT 1 FROM awards a WHERE a.badge_id = b.id AND a.person_id = enrolments.person_id)";

/// That the student of the row stands there with badge `b`.
fn is_at(stage: Stage, now: DateTime<Utc>) -> Piece<Bool> {
    let awarded = |how: Piece<Bool>| {
        Piece::sql(
            "EXISTS (SELECT 1 FROM awards a WHERE a.badge_id = b.id AND a.person_id = enrolments.person_id \
             AND a.tenant_id = enrolments.tenant_id AND ",
        )
        .piece(latest())
        .then(" AND ")
        .piece(how)
        .then(")")
    };
    let decided = |how: &'static str| {
        Piece::sql(NO_AWARD)
            .then(
                " AND EXISTS (SELECT 1 FROM current_decisions c WHERE c.badge_id = b.id \
                 AND c.person_id = enrolments.person_id AND c.tenant_id = enrolments.tenant_id AND ",
            )
            .then(how)
            .then(")")
    };
    let moment = micros(now);
    match stage {
        Stage::Earned => awarded(in_force(now)),
        Stage::Lost => awarded(
            Piece::sql(
                "(a.revoked_at IS NOT NULL OR (a.suspended_since IS NOT NULL \
                 AND (a.valid_until IS NULL OR a.valid_until > ",
            )
            .number(moment)
            .then(")))"),
        ),
        Stage::Expired => awarded(
            Piece::sql("(a.revoked_at IS NULL AND a.valid_until <= ")
                .number(moment)
                .then(")"),
        ),
        Stage::Met => decided("c.outcome = 'yes'"),
        Stage::Near => decided("c.outcome <> 'yes' AND c.met > 0 AND c.needed - c.met <= 1"),
        Stage::Begun => decided("c.outcome <> 'yes' AND c.met > 0 AND c.needed - c.met > 1"),
        Stage::NotBegun => decided("c.outcome <> 'yes' AND COALESCE(c.met, 0) = 0"),
        Stage::Unchecked => Piece::sql(NO_AWARD).then(
            " AND NOT EXISTS (SELECT 1 FROM current_decisions c WHERE c.badge_id = b.id \
             AND c.person_id = enrolments.person_id)",
        ),
    }
}
