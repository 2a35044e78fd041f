//! What was handed in to columns of the LMS that rules name.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::domain::lms_work::Work;
use crate::ids::{CourseId, OutsideColumnId, PersonId, TenantId};
use crate::store::convert::{CHUNK, from_json, opt_moment};
use crate::store::schema::{outside_cells, outside_columns};
use crate::store::{Db, StoreError};

/// The work of one person in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptWork {
    pub(crate) column: OutsideColumnId,
    /// When it was handed in.
    pub(crate) at: Option<DateTime<Utc>>,
    /// When that was read last.
    pub(crate) read_at: Option<DateTime<Utc>>,
    pub(crate) work: Work,
}

pub(super) fn read(text: Option<&str>) -> Result<Option<Work>, StoreError> {
    text.map(|text| from_json("outside_cells.work", text)).transpose()
}

/// The columns of a course, as their ids lie.
fn columns(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<String>, StoreError> {
    Ok(outside_columns::table
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::course_id.eq(course.as_str()))
        .order(outside_columns::id)
        .select(outside_columns::id)
        .load(db)?)
}

/// As they are selected.
type Found = (String, Option<i64>, Option<i64>, Option<String>);

/// What a person handed in to some columns, in the order of `of`.
pub(crate) fn work_of(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    of: &[OutsideColumnId],
) -> Result<Vec<KeptWork>, StoreError> {
    let mut found = Vec::new();
    for column in of {
        let row: Option<Found> = outside_cells::table
            .filter(outside_cells::tenant_id.eq(tenant.as_str()))
            .filter(outside_cells::column_id.eq(column.as_str()))
            .filter(outside_cells::person_id.eq(person.as_str()))
            .filter(outside_cells::work.is_not_null())
            .select((
                outside_cells::column_id,
                outside_cells::handed_in_at,
                outside_cells::hand_in_read_at,
                outside_cells::work,
            ))
            .first(db)
            .optional()?;
        let Some((column, at, read_at, text)) = row else {
            continue;
        };
        if let Some(work) = read(text.as_deref())? {
            found.push(KeptWork {
                column: column.into(),
                at: opt_moment(at)?,
                read_at: opt_moment(read_at)?,
                work,
            });
        }
    }
    Ok(found)
}

/// Forgets what was handed in to a column; that something was stays known.
pub(crate) fn forget_work(
    db: &mut Db,
    tenant: &TenantId,
    column: &OutsideColumnId,
) -> Result<(), StoreError> {
    diesel::update(outside_cells::table)
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::column_id.eq(column.as_str()))
        .filter(outside_cells::work.is_not_null())
        .set(outside_cells::work.eq(None::<String>))
        .execute(db)?;
    Ok(())
}

/// The same of every column of a course but these: no rule names the others any more.
pub(crate) fn forget_other_work(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    named: &[OutsideColumnId],
) -> Result<(), StoreError> {
    let mut others = columns(db, tenant, course)?;
    others.retain(|id| !named.iter().any(|one| one.as_str() == id));
    for some in others.chunks(CHUNK) {
        on_both!(db, |connection| diesel::update(outside_cells::table)
            .filter(outside_cells::tenant_id.eq(tenant.as_str()))
            .filter(outside_cells::column_id.eq_any(some))
            .filter(outside_cells::work.is_not_null())
            .set(outside_cells::work.eq(None::<String>))
            .execute(connection))?;
    }
    Ok(())
}
