//! Users whom results name and nobody else: neither a launch nor the member list. They are counted and named to teachers, and
//! the platform is asked now and then who they are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, micros, moment};
use super::schema::unknown_users;
use super::{Db, StoreError};
use crate::ids::{CourseId, TenantId};

#[derive(Insertable)]
#[diesel(table_name = unknown_users, treat_none_as_default_value = false)]
struct Row<'a> {
    tenant_id: &'a str,
    course_id: &'a str,
    sub: &'a str,
    looked_up_at: i64,
}

/// Those of a course, with when the platform was asked of each last.
pub(crate) fn of_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<BTreeMap<String, DateTime<Utc>>, StoreError> {
    let rows: Vec<(String, i64)> = unknown_users::table
        .filter(unknown_users::tenant_id.eq(tenant.as_str()))
        .filter(unknown_users::course_id.eq(course.as_str()))
        .select((unknown_users::sub, unknown_users::looked_up_at))
        .load(db)?;
    rows.into_iter().map(|(sub, at)| Ok((sub, moment(at)?))).collect()
}

/// Takes over who is unknown now; of `asked` the platform was asked just now.
pub(crate) fn set(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    unknown: &BTreeSet<&str>,
    asked: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let known = of_course(db, tenant, course)?;
    let same = known.len() == unknown.len() && known.keys().all(|sub| unknown.contains(sub.as_str()));
    if same && !unknown.iter().any(|sub| asked.contains(*sub)) {
        return Ok(());
    }
    diesel::delete(unknown_users::table)
        .filter(unknown_users::tenant_id.eq(tenant.as_str()))
        .filter(unknown_users::course_id.eq(course.as_str()))
        .execute(db)?;
    let rows: Vec<Row<'_>> = unknown
        .iter()
        .map(|sub| Row {
            tenant_id: tenant.as_str(),
            course_id: course.as_str(),
            sub,
            looked_up_at: if asked.contains(*sub) {
                micros(now)
            } else {
                known.get(*sub).copied().map_or(0, micros)
            },
        })
        .collect();
    for some in rows.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(unknown_users::table)
            .values(some)
            .on_conflict_do_nothing()
            .execute(connection))?;
    }
    Ok(())
}

/// Forgets that results named these users, in whatever course: somebody is erased who is called so.
pub(crate) fn forget<'a>(
    db: &mut Db,
    tenant: &TenantId,
    subs: impl Iterator<Item = &'a str>,
) -> Result<(), StoreError> {
    for sub in subs {
        diesel::delete(unknown_users::table)
            .filter(unknown_users::tenant_id.eq(tenant.as_str()))
            .filter(unknown_users::sub.eq(sub))
            .execute(db)?;
    }
    Ok(())
}
