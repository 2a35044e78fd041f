//! When the grades of gradebook columns count: a row for each column, and for each course, of which somebody chose it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{from_word, micros, opt_moment, word};
use super::schema::{column_releases, course_releases, line_items};
use super::{Db, StoreError, readings};
use crate::domain::release::{Counting, Release, Releases};
use crate::ids::{CourseId, LineItemId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = column_releases, treat_none_as_default_value = false)]
struct Row {
    line_item_id: String,
    tenant_id: String,
    counting: String,
    released_at: Option<i64>,
    planned_at: Option<i64>,
    held_at: Option<i64>,
}

impl Row {
    fn of(tenant: &TenantId, item: &LineItemId, release: &Release) -> Result<Self, StoreError> {
        Ok(Self {
            line_item_id: item.to_string(),
            tenant_id: tenant.to_string(),
            counting: word(&release.counting)?,
            released_at: release.released_at.map(micros),
            planned_at: release.planned_at.map(micros),
            held_at: release.held_at.map(micros),
        })
    }

    fn release(&self) -> Result<Release, StoreError> {
        Ok(Release {
            counting: from_word("column_releases.counting", &self.counting)?,
            released_at: opt_moment(self.released_at)?,
            planned_at: opt_moment(self.planned_at)?,
            held_at: opt_moment(self.held_at)?,
        })
    }
}

/// How the columns of a course stand, gone ones included.
pub(crate) fn for_course(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Releases, StoreError> {
    let rows: Vec<(String, Option<Row>)> = on_both!(db, |connection| line_items::table
        .left_join(column_releases::table.on(column_releases::line_item_id.eq(line_items::id)))
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::course_id.eq(course.as_str()))
        .select((line_items::id, Option::<Row>::as_select()))
        .load(connection))?;
    let columns = rows.into_iter().map(|(id, row)| {
        let own = row.as_ref().map(Row::release).transpose()?;
        Ok((id.into(), own))
    });
    let columns = columns.collect::<Result<_, StoreError>>()?;
    Ok(Releases {
        answer: answer(db, tenant, course)?,
        columns,
        told_by_lms: readings::ruled(db, tenant, course)?.into_iter().collect(),
    })
}

/// What was chosen for a column; none when nobody chose anything.
pub(crate) fn of_item(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
) -> Result<Option<Release>, StoreError> {
    let row: Option<Row> = on_both!(db, |connection| column_releases::table
        .filter(column_releases::tenant_id.eq(tenant.as_str()))
        .filter(column_releases::line_item_id.eq(item.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.as_ref().map(Row::release).transpose()
}

/// Keeps how a column stands.
pub(crate) fn set(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    release: &Release,
) -> Result<(), StoreError> {
    let row = Row::of(tenant, item, release)?;
    on_both!(db, |connection| diesel::insert_into(column_releases::table)
        .values(&row)
        .on_conflict(column_releases::line_item_id)
        .do_update()
        .set((
            column_releases::counting.eq(excluded(column_releases::counting)),
            column_releases::released_at.eq(excluded(column_releases::released_at)),
            column_releases::planned_at.eq(excluded(column_releases::planned_at)),
            column_releases::held_at.eq(excluded(column_releases::held_at)),
        ))
        .execute(connection))?;
    Ok(())
}

/// Keeps how a column stands over `known` and over nothing else: what was chosen for it before, or none when nobody had.
///
/// # Errors
/// [`StoreError::Stale`] when it stands otherwise by now.
pub(crate) fn replace(
    db: &mut Db,
    tenant: &TenantId,
    item: &LineItemId,
    known: Option<&Release>,
    release: &Release,
) -> Result<(), StoreError> {
    let row = Row::of(tenant, item, release)?;
    let changed = match known {
        None => on_both!(db, |connection| diesel::insert_into(column_releases::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(connection))?,
        Some(known) => {
            let before = Row::of(tenant, item, known)?;
            on_both!(db, |connection| {
                let mut same = diesel::update(column_releases::table)
                    .filter(column_releases::tenant_id.eq(tenant.as_str()))
                    .filter(column_releases::line_item_id.eq(item.as_str()))
                    .filter(column_releases::counting.eq(&before.counting))
                    .set((
                        column_releases::counting.eq(&row.counting),
                        column_releases::released_at.eq(row.released_at),
                        column_releases::planned_at.eq(row.planned_at),
                        column_releases::held_at.eq(row.held_at),
                    ))
                    .into_boxed();
                same = match before.released_at {
                    Some(at) => same.filter(column_releases::released_at.eq(Some(at))),
                    None => same.filter(column_releases::released_at.is_null()),
                };
                same = match before.planned_at {
                    Some(at) => same.filter(column_releases::planned_at.eq(Some(at))),
                    None => same.filter(column_releases::planned_at.is_null()),
                };
                same = match before.held_at {
                    Some(at) => same.filter(column_releases::held_at.eq(Some(at))),
                    None => same.filter(column_releases::held_at.is_null()),
                };
                same.execute(connection)
            })?
        }
    };
    if changed == 0 {
        Err(StoreError::Stale)
    } else {
        Ok(())
    }
}

/// What was chosen for a whole course; none when nobody was asked yet.
pub(crate) fn answer(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Option<Counting>, StoreError> {
    let found: Option<String> = on_both!(db, |connection| course_releases::table
        .filter(course_releases::tenant_id.eq(tenant.as_str()))
        .filter(course_releases::course_id.eq(course.as_str()))
        .select(course_releases::counting)
        .get_result(connection))
    .optional()?;
    found
        .map(|found| from_word("course_releases.counting", &found))
        .transpose()
}

/// Keeps what was chosen for a whole course over `known` and over nothing else.
///
/// # Errors
/// [`StoreError::Stale`] when something else was chosen by now.
pub(crate) fn replace_answer(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    known: Option<Counting>,
    counting: Counting,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (counting, answered_at) = (word(&counting)?, micros(now));
    let changed = match known {
        None => on_both!(db, |connection| diesel::insert_into(course_releases::table)
            .values((
                course_releases::course_id.eq(course.as_str()),
                course_releases::tenant_id.eq(tenant.as_str()),
                course_releases::counting.eq(&counting),
                course_releases::answered_at.eq(answered_at),
            ))
            .on_conflict_do_nothing()
            .execute(connection))?,
        Some(known) => {
            let known = word(&known)?;
            on_both!(db, |connection| diesel::update(course_releases::table)
                .filter(course_releases::tenant_id.eq(tenant.as_str()))
                .filter(course_releases::course_id.eq(course.as_str()))
                .filter(course_releases::counting.eq(&known))
                .set((
                    course_releases::counting.eq(&counting),
                    course_releases::answered_at.eq(answered_at),
                ))
                .execute(connection))?
        }
    };
    if changed == 0 {
        Err(StoreError::Stale)
    } else {
        Ok(())
    }
}

/// Keeps what was chosen for a whole course.
#[cfg(test)]
pub(crate) fn set_answer(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    counting: Counting,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    on_both!(db, |connection| diesel::insert_into(course_releases::table)
        .values((
            course_releases::course_id.eq(course.as_str()),
            course_releases::tenant_id.eq(tenant.as_str()),
            course_releases::counting.eq(word(&counting)?),
            course_releases::answered_at.eq(micros(now)),
        ))
        .on_conflict(course_releases::course_id)
        .do_update()
        .set((
            course_releases::counting.eq(excluded(course_releases::counting)),
            course_releases::answered_at.eq(excluded(course_releases::answered_at)),
        ))
        .execute(connection))?;
    Ok(())
}
