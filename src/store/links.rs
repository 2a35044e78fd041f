//! Resource links and what they open, unique on (course, resource link id).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, json, micros};
use super::schema::links;
use super::{Db, StoreError, course_keys};
use crate::domain::course::{Link, Opens, PLACED, STAND_IN};
use crate::ids::{CourseId, LinkId, RegistrationId, TenantId};
use crate::random::Random;

/// A resource link as a launch showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkSeen {
    pub(crate) tenant: TenantId,
    pub(crate) course: CourseId,
    /// The platform's identifier.
    pub(crate) resource_link_id: String,
    pub(crate) title: Option<String>,
    /// The link's own line item, when the launch named one.
    pub(crate) line_item_url: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = links, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    resource_link_id: String,
    title: Option<String>,
    opens: String,
    line_item_url: Option<String>,
    created_at: i64,
    registration_id: Option<String>,
}

impl Row {
    pub(super) fn link(self) -> Result<Link, StoreError> {
        Ok(Link {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            resource_link_id: self.resource_link_id,
            title: self.title,
            opens: from_json("links.opens", &self.opens)?,
            line_item_url: self.line_item_url,
            launched_by: self.registration_id.map(RegistrationId::from),
        })
    }
}

fn by_name(db: &mut Db, seen: &LinkSeen) -> Result<Option<Link>, StoreError> {
    by_resource_link(db, &seen.tenant, &seen.course, &seen.resource_link_id)
}

/// The link that the platform calls `resource_link_id` in this course.
pub(crate) fn by_resource_link(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    resource_link_id: &str,
) -> Result<Option<Link>, StoreError> {
    let row = on_both!(db, |connection| links::table
        .filter(links::tenant_id.eq(tenant.as_str()))
        .filter(links::course_id.eq(course.as_str()))
        .filter(links::resource_link_id.eq(resource_link_id))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::link).transpose()
}

/// Whether a link of the course was ever opened by the deployment that speaks for it: links from before the course went over
/// to that one say nothing of what it is offered, and one with a name of ours was opened by nobody.
pub(crate) fn any_opened(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<bool, StoreError> {
    let since = course_keys::taken_over_at(db, tenant, course)?.unwrap_or(0);
    let found: Option<String> = links::table
        .filter(links::tenant_id.eq(tenant.as_str()))
        .filter(links::course_id.eq(course.as_str()))
        .filter(links::created_at.ge(since))
        .filter(links::resource_link_id.not_like(format!("{PLACED}%")))
        .filter(links::resource_link_id.not_like(format!("{STAND_IN}%")))
        .select(links::id)
        .first(db)
        .optional()?;
    Ok(found.is_some())
}

/// Adds the link, which opens nothing yet, or refreshes title and line item of a known one.
pub(crate) fn upsert_from_launch(
    db: &mut Db,
    seen: &LinkSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Link, StoreError> {
    let known = by_name(db, seen)?;
    refresh_from_launch(db, known, seen, now, random)
}

/// As [`upsert_from_launch`], for whoever has looked already: `known` is the link of that name, if there was one.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn refresh_from_launch(
    db: &mut Db,
    known: Option<Link>,
    seen: &LinkSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Link, StoreError> {
    let Some(mut known) = known else {
        let row = Row {
            id: LinkId::new(now, random).to_string(),
            tenant_id: seen.tenant.to_string(),
            course_id: seen.course.to_string(),
            resource_link_id: seen.resource_link_id.clone(),
            title: seen.title.clone(),
            opens: json(&Opens::Unchosen)?,
            line_item_url: seen.line_item_url.clone(),
            created_at: micros(now),
            registration_id: None,
        };
        on_both!(db, |connection| diesel::insert_into(links::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(connection))?;
        return by_name(db, seen)?.ok_or(StoreError::Missing("link"));
    };
    let before = known.clone();
    known.title = seen.title.clone().or(known.title);
    known.line_item_url = seen.line_item_url.clone().or(known.line_item_url);
    if known != before {
        diesel::update(links::table)
            .filter(links::tenant_id.eq(seen.tenant.as_str()))
            .filter(links::id.eq(known.id.as_str()))
            .set((
                links::title.eq(&known.title),
                links::line_item_url.eq(&known.line_item_url),
            ))
            .execute(db)?;
    }
    Ok(known)
}

/// Notes which registration launched a link.
pub(crate) fn note_launch(
    db: &mut Db,
    tenant: &TenantId,
    id: &LinkId,
    registration: &RegistrationId,
) -> Result<(), StoreError> {
    diesel::update(links::table)
        .filter(links::tenant_id.eq(tenant.as_str()))
        .filter(links::id.eq(id.as_str()))
        .set(links::registration_id.eq(registration.as_str()))
        .execute(db)?;
    Ok(())
}

/// The link with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &LinkId) -> Result<Option<Link>, StoreError> {
    let row = links::table
        .filter(links::tenant_id.eq(tenant.as_str()))
        .filter(links::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::link).transpose()
}

/// Keeps a place for a link that deep linking puts into the course: it opens `opens` as soon as it is launched. Doing so
/// twice keeps the first.
pub(crate) fn insert_placeholder(
    db: &mut Db,
    seen: &LinkSeen,
    opens: &Opens,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Link, StoreError> {
    if let Some(known) = by_name(db, seen)? {
        return Ok(known);
    }
    let row = Row {
        id: LinkId::new(now, random).to_string(),
        tenant_id: seen.tenant.to_string(),
        course_id: seen.course.to_string(),
        resource_link_id: seen.resource_link_id.clone(),
        title: seen.title.clone(),
        opens: json(opens)?,
        line_item_url: None,
        created_at: micros(now),
        registration_id: None,
    };
    on_both!(db, |connection| diesel::insert_into(links::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    by_name(db, seen)?.ok_or(StoreError::Missing("link"))
}

/// Gives the place that was kept under `placeholder` to the link that was launched, and says whether it was still free.
/// Only one link ever gets it; a link that is known already gets none.
pub(crate) fn adopt(db: &mut Db, placeholder: &str, seen: &LinkSeen) -> Result<bool, StoreError> {
    if by_name(db, seen)?.is_some() {
        return Ok(false);
    }
    let changed = diesel::update(links::table)
        .filter(links::tenant_id.eq(seen.tenant.as_str()))
        .filter(links::course_id.eq(seen.course.as_str()))
        .filter(links::resource_link_id.eq(placeholder))
        .set((
            links::resource_link_id.eq(&seen.resource_link_id),
            links::title.eq(&seen.title),
            links::line_item_url.eq(&seen.line_item_url),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Removes the place that was kept under `placeholder`, and says whether nobody had been given it.
pub(crate) fn delete_placeholder(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    placeholder: &str,
) -> Result<bool, StoreError> {
    let gone = diesel::delete(links::table)
        .filter(links::tenant_id.eq(tenant.as_str()))
        .filter(links::course_id.eq(course.as_str()))
        .filter(links::resource_link_id.eq(placeholder))
        .execute(db)?;
    Ok(gone > 0)
}

/// Says what the link opens from now on.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such link.
pub(crate) fn set_opens(
    db: &mut Db,
    tenant: &TenantId,
    id: &LinkId,
    opens: &Opens,
) -> Result<(), StoreError> {
    let changed = diesel::update(links::table)
        .filter(links::tenant_id.eq(tenant.as_str()))
        .filter(links::id.eq(id.as_str()))
        .set(links::opens.eq(json(opens)?))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("link"))
    } else {
        Ok(())
    }
}

/// The links of a course, oldest first.
pub(crate) fn list(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<Link>, StoreError> {
    let rows: Vec<Row> = links::table
        .filter(links::tenant_id.eq(tenant.as_str()))
        .filter(links::course_id.eq(course.as_str()))
        .order((links::created_at, links::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::link).collect()
}
