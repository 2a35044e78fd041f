//! Evidence activities, one for each resource link.

use diesel::prelude::*;

use super::convert::{decimal, micros, moment};
use super::schema::activities;
use super::{Db, StoreError};
use crate::domain::evidence::Activity;
use crate::ids::{ActivityId, CourseId, LineItemId, LinkId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = activities, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    link_id: String,
    title: String,
    instructions: String,
    line_item_id: Option<String>,
    maximum: String,
    created_at: i64,
}

impl Row {
    fn activity(self) -> Result<Activity, StoreError> {
        Ok(Activity {
            maximum: decimal("activities.maximum", &self.maximum)?,
            created_at: moment(self.created_at)?,
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            link: self.link_id.into(),
            title: self.title,
            instructions: self.instructions,
            line_item: self.line_item_id.map(LineItemId::from),
        })
    }
}

/// Adds an activity.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when its link opens an activity already.
pub(crate) fn insert(db: &mut Db, activity: &Activity) -> Result<(), StoreError> {
    let row = Row {
        id: activity.id.to_string(),
        tenant_id: activity.tenant.to_string(),
        course_id: activity.course.to_string(),
        link_id: activity.link.to_string(),
        title: activity.title.clone(),
        instructions: activity.instructions.clone(),
        line_item_id: activity.line_item.as_ref().map(ToString::to_string),
        maximum: activity.maximum.to_string(),
        created_at: micros(activity.created_at),
    };
    diesel::insert_into(activities::table).values(&row).execute(db)?;
    Ok(())
}

/// The activity with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &ActivityId) -> Result<Option<Activity>, StoreError> {
    let row = activities::table
        .filter(activities::tenant_id.eq(tenant.as_str()))
        .filter(activities::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::activity).transpose()
}

/// The activity that a link opens.
pub(crate) fn by_link(db: &mut Db, tenant: &TenantId, link: &LinkId) -> Result<Option<Activity>, StoreError> {
    let row = activities::table
        .filter(activities::tenant_id.eq(tenant.as_str()))
        .filter(activities::link_id.eq(link.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::activity).transpose()
}

/// The activities of a course, oldest first.
pub(crate) fn for_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<Activity>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| activities::table
        .filter(activities::tenant_id.eq(tenant.as_str()))
        .filter(activities::course_id.eq(course.as_str()))
        .order((activities::created_at, activities::id))
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::activity).collect()
}

/// Says where the activity's grade goes.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such activity.
pub(crate) fn set_line_item(
    db: &mut Db,
    tenant: &TenantId,
    id: &ActivityId,
    item: Option<&LineItemId>,
) -> Result<(), StoreError> {
    let changed = diesel::update(activities::table)
        .filter(activities::tenant_id.eq(tenant.as_str()))
        .filter(activities::id.eq(id.as_str()))
        .set(activities::line_item_id.eq(item.map(LineItemId::as_str)))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("activity"))
    } else {
        Ok(())
    }
}

/// Says which link opens the activity from now on.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when that link opens another activity, [`StoreError::Missing`] when there is no such
/// activity.
pub(crate) fn set_link(
    db: &mut Db,
    tenant: &TenantId,
    id: &ActivityId,
    link: &LinkId,
) -> Result<(), StoreError> {
    let changed = diesel::update(activities::table)
        .filter(activities::tenant_id.eq(tenant.as_str()))
        .filter(activities::id.eq(id.as_str()))
        .set(activities::link_id.eq(link.as_str()))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("activity"))
    } else {
        Ok(())
    }
}

/// Removes an activity to which nothing was handed in.
///
/// # Errors
/// [`StoreError::InUse`] when something was.
pub(crate) fn delete(db: &mut Db, tenant: &TenantId, id: &ActivityId) -> Result<(), StoreError> {
    diesel::delete(activities::table)
        .filter(activities::tenant_id.eq(tenant.as_str()))
        .filter(activities::id.eq(id.as_str()))
        .execute(db)?;
    Ok(())
}
