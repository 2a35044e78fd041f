//! What the interface of an LMS shows of columns of ours.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use rust_decimal::Decimal;

use super::Row;
use crate::domain::facts::GradeSource;
use crate::domain::outside::OutsideValue;
use crate::ids::{CourseId, LineItemId, PersonId, TenantId};
use crate::store::convert::{decimal, word};
use crate::store::schema::{outside_cells, outside_columns, outside_people};
use crate::store::{Db, StoreError, readings};

/// Of whom the interface can say what is released in columns of ours: of Canvas, those whose id there is known. None: of everybody,
/// since the ids of Moodle are those of LTI.
pub(in crate::store) fn told_of(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[&str]>,
) -> Result<Option<HashSet<PersonId>>, StoreError> {
    let of_canvas: Option<String> = outside_columns::table
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::course_id.eq(course.as_str()))
        .filter(outside_columns::source.eq(word(&GradeSource::RestCanvas)?))
        .filter(outside_columns::line_item_id.is_not_null())
        .filter(outside_columns::listed.eq(true))
        .select(outside_columns::id)
        .first(db)
        .optional()?;
    if of_canvas.is_none() {
        return Ok(None);
    }
    let people: Vec<String> = on_both!(db, |connection| {
        let mut query = outside_people::table
            .filter(outside_people::tenant_id.eq(tenant.as_str()))
            .filter(outside_people::course_id.eq(course.as_str()))
            .filter(outside_people::api_id.is_not_null())
            .select(outside_people::person_id)
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(outside_people::person_id.eq_any(people));
        }
        query.load(connection)
    })?;
    Ok(Some(people.into_iter().map(PersonId::from).collect()))
}

/// The columns of ours that the interface reads as well, whose word on what is released counts: of each what may be seen, as a
/// share of its maximum where that is told.
pub(in crate::store) fn shown_of_ours(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    only: Option<&[&str]>,
) -> Result<HashMap<LineItemId, HashMap<PersonId, Option<Decimal>>>, StoreError> {
    let mut shown: HashMap<LineItemId, HashMap<PersonId, Option<Decimal>>> = HashMap::new();
    for item in readings::ruled(db, tenant, course)? {
        shown.entry(item).or_default();
    }
    if shown.is_empty() {
        return Ok(shown);
    }
    let rows: Vec<(Row, Option<String>, Option<String>)> = on_both!(db, |connection| {
        let mut query = outside_cells::table
            .inner_join(outside_columns::table.on(outside_columns::id.eq(outside_cells::column_id)))
            .filter(outside_cells::tenant_id.eq(tenant.as_str()))
            .filter(outside_columns::course_id.eq(course.as_str()))
            .filter(outside_columns::line_item_id.is_not_null())
            .filter(outside_columns::listed.eq(true))
            .filter(outside_cells::form.is_not_null())
            .select((
                Row::as_select(),
                outside_columns::line_item_id,
                outside_columns::maximum,
            ))
            .into_boxed();
        if let Some(people) = only {
            query = query.filter(outside_cells::person_id.eq_any(people));
        }
        query.load(connection)
    })?;
    for (row, item, maximum) in rows {
        let Some(of_item) = item.and_then(|item| shown.get_mut(&LineItemId::from(item))) else {
            continue;
        };
        let points = match row.grade()? {
            Some((OutsideValue::Points(points), _)) => Some(points),
            Some((_, points)) => points,
            None => continue,
        };
        let maximum = match maximum {
            Some(maximum) => Some(decimal("outside_columns.maximum", &maximum)?),
            None => None,
        };
        let share = points
            .zip(maximum)
            .and_then(|(points, of)| points.checked_div(of));
        of_item.insert(row.person_id.into(), share);
    }
    Ok(shown)
}
