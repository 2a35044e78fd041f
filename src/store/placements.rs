//! What deep linking put into a course. The id comes back in the custom parameters of the link.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, json, micros, moment};
use super::schema::placements;
use super::{Db, StoreError};
use crate::domain::course::Opens;
use crate::ids::{CourseId, PersonId, PlacementId, TenantId};

/// One item that an instructor placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) id: PlacementId,
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    pub(crate) opens: Opens,
    /// What the link was called.
    pub(crate) title: String,
    pub(crate) made_by: PersonId,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = placements, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    opens: String,
    title: String,
    made_by: String,
    created_at: i64,
}

impl Row {
    fn placement(self) -> Result<Placement, StoreError> {
        Ok(Placement {
            opens: from_json("placements.opens", &self.opens)?,
            created_at: moment(self.created_at)?,
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            title: self.title,
            made_by: self.made_by.into(),
        })
    }
}

/// The placement with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &PlacementId) -> Result<Option<Placement>, StoreError> {
    let row = placements::table
        .filter(placements::tenant_id.eq(tenant.as_str()))
        .filter(placements::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::placement).transpose()
}

/// Adds a placement, unless its id is there already: a form that is sent twice places once. Says which one is there now.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when another institution has the id.
pub(crate) fn find_or_insert(db: &mut Db, placement: &Placement) -> Result<Placement, StoreError> {
    if let Some(known) = get(db, &placement.tenant, &placement.id)? {
        return Ok(known);
    }
    let row = Row {
        id: placement.id.to_string(),
        tenant_id: placement.tenant.to_string(),
        course_id: placement.course.to_string(),
        opens: json(&placement.opens)?,
        title: placement.title.clone(),
        made_by: placement.made_by.to_string(),
        created_at: micros(placement.created_at),
    };
    on_both!(db, |connection| diesel::insert_into(placements::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    get(db, &placement.tenant, &placement.id)?.ok_or(StoreError::AlreadyThere("placement".into()))
}

/// What was placed in a course, oldest first.
pub(crate) fn for_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<Placement>, StoreError> {
    let rows: Vec<Row> = placements::table
        .filter(placements::tenant_id.eq(tenant.as_str()))
        .filter(placements::course_id.eq(course.as_str()))
        .order((placements::created_at, placements::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::placement).collect()
}

/// Forgets a placement: a link with its id is asked what it opens, as any other.
pub(crate) fn delete(db: &mut Db, tenant: &TenantId, id: &PlacementId) -> Result<(), StoreError> {
    diesel::delete(placements::table)
        .filter(placements::tenant_id.eq(tenant.as_str()))
        .filter(placements::id.eq(id.as_str()))
        .execute(db)?;
    Ok(())
}
