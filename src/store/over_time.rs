//! How a class came along: when its students were awarded, and where they stood on the days on which that was counted.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::convert::{CHUNK, moment};
use super::enrolments::{self, is_student};
use super::pieces::Piece;
use super::schema::{awards, badges, enrolments as members, funnel_days};
use super::{Db, StoreError};
use crate::domain::stage::Funnel;
use crate::ids::{BadgeId, CourseId, TenantId};

/// The days of every zone begin at a quarter of an hour, so awards are counted by those.
const QUARTER: i64 = 900_000_000;

/// How many badges those who count as students now were awarded for the first time, and not lost again, in each quarter of an
/// hour, by its beginning: of one badge, or of all of the course.
pub(crate) fn first_awards(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: Option<&BadgeId>,
) -> Result<BTreeMap<DateTime<Utc>, i64>, StoreError> {
    let listing = enrolments::listing(db, tenant, course)?;
    let quarter = || Piece::<BigInt>::sql("(awards.awarded_at / 900000000)");
    let rows: Vec<(i64, i64)> = on_both!(db, |connection| awards::table
        .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
        .inner_join(
            members::table.on(members::person_id
                .eq(awards::person_id)
                .and(members::course_id.eq(badges::course_id)))
        )
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(awards::revoked_at.is_null())
        .filter(first())
        .filter(only("badges.id = ", badge))
        .filter(is_student!(listing))
        .group_by(quarter())
        .select((quarter(), count(awards::id)))
        .load(connection))?;
    rows.into_iter()
        .map(|(quarter, count)| Ok((moment(quarter.saturating_mul(QUARTER))?, count)))
        .collect()
}

/// That an award is the first of its badge and person that stands.
fn first() -> Piece<Bool> {
    Piece::sql(
        "NOT EXISTS (SELECT 1 FROM awards e WHERE e.badge_id = awards.badge_id \
         AND e.person_id = awards.person_id AND e.cycle < awards.cycle AND e.revoked_at IS NULL)",
    )
}

/// That it is this badge, where one is named.
fn only(column: &'static str, badge: Option<&BadgeId>) -> Piece<Bool> {
    match badge {
        Some(badge) => Piece::sql(column).text(badge.as_str()),
        None => Piece::sql("1 = 1"),
    }
}

/// Of which of these badges it is kept where students stood on that day.
pub(crate) fn counted(
    db: &mut Db,
    tenant: &TenantId,
    badges: &[BadgeId],
    day: NaiveDate,
) -> Result<BTreeSet<BadgeId>, StoreError> {
    let mut found = BTreeSet::new();
    for some in badges.chunks(CHUNK) {
        let ids: Vec<String> = on_both!(db, |connection| funnel_days::table
            .filter(funnel_days::tenant_id.eq(tenant.as_str()))
            .filter(funnel_days::counted_on.eq(day.to_string()))
            .filter(funnel_days::badge_id.eq_any(some.iter().map(BadgeId::as_str)))
            .select(funnel_days::badge_id)
            .load(connection))?;
        found.extend(ids.into_iter().map(BadgeId::from));
    }
    Ok(found)
}

/// Keeps where students stood with a badge on a day. `false`: it was kept before, and stays.
pub(crate) fn keep_once(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    day: NaiveDate,
    funnel: Funnel,
) -> Result<bool, StoreError> {
    let row = (
        funnel_days::tenant_id.eq(tenant.as_str()),
        funnel_days::badge_id.eq(badge.as_str()),
        funnel_days::counted_on.eq(day.to_string()),
        funnel_days::students.eq(funnel.students),
        funnel_days::earned.eq(funnel.earned),
        funnel_days::met.eq(funnel.met),
        funnel_days::near.eq(funnel.near),
        funnel_days::begun.eq(funnel.begun),
    );
    let added = on_both!(db, |connection| diesel::insert_into(funnel_days::table)
        .values(row)
        .on_conflict((funnel_days::badge_id, funnel_days::counted_on))
        .do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The days of a course, each with where students stood: with one badge, or with all of them together.
pub(crate) fn funnels(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: Option<&BadgeId>,
) -> Result<BTreeMap<NaiveDate, Funnel>, StoreError> {
    let sum = Piece::<BigInt>::sql;
    let rows: Vec<(String, i64, i64, i64, i64, i64)> = on_both!(db, |connection| funnel_days::table
        .inner_join(badges::table.on(badges::id.eq(funnel_days::badge_id)))
        .filter(funnel_days::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(only("badges.id = ", badge))
        .group_by(funnel_days::counted_on)
        .select((
            funnel_days::counted_on,
            sum("CAST(SUM(funnel_days.students) AS BIGINT)"),
            sum("CAST(SUM(funnel_days.earned) AS BIGINT)"),
            sum("CAST(SUM(funnel_days.met) AS BIGINT)"),
            sum("CAST(SUM(funnel_days.near) AS BIGINT)"),
            sum("CAST(SUM(funnel_days.begun) AS BIGINT)"),
        ))
        .load(connection))?;
    let day = |(counted_on, students, earned, met, near, begun): (String, i64, i64, i64, i64, i64)| {
        let day = counted_on.parse().map_err(|_| StoreError::Value {
            column: "funnel_days.counted_on",
            problem: format!("{counted_on:?}"),
        })?;
        let funnel = Funnel {
            students,
            earned,
            met,
            near,
            begun,
        };
        Ok((day, funnel))
    };
    rows.into_iter().map(day).collect()
}
