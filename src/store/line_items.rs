//! Gradebook columns of ours, unique on (course, url).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rust_decimal::Decimal;

use super::convert::{CHUNK, decimal, from_word, micros, moment, opt_decimal, word};
use super::schema::{courses, line_items};
use super::{Db, StoreError, course_keys};
use crate::domain::course::{LineItem, LineItemState, may_be_steps};
use crate::ids::{CourseId, LineItemId, RegistrationId, TenantId};
use crate::random::Random;

/// A line item as the platform listed it (Assignment and Grade Services 2.0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ItemSeen {
    /// Its identifier, query string included.
    pub(crate) url: String,
    pub(crate) label: String,
    pub(crate) maximum: Decimal,
    pub(crate) resource_id: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) resource_link_id: Option<String>,
}

/// What a list changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ItemChanges {
    /// All items of the course as they stand now, gone ones included.
    pub(crate) items: Vec<LineItem>,
    /// No longer listed, since this list.
    pub(crate) gone: Vec<LineItemId>,
    /// Listed again, after they had been gone.
    pub(crate) back: Vec<LineItemId>,
    /// Watched, and their maximum differs since this list.
    pub(crate) maximum_changed: Vec<LineItemId>,
    /// Every one whose maximum differs since this list, watched or not, with what it was before.
    pub(crate) points_changed: Vec<(LineItemId, Decimal)>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = line_items, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    url: String,
    label: String,
    maximum: String,
    resource_id: Option<String>,
    tag: Option<String>,
    resource_link_id: Option<String>,
    state: String,
    created_at: i64,
    ruled_maximum: Option<String>,
    is_scale: bool,
    gone_at: Option<i64>,
}

impl Row {
    fn of(item: &LineItem, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self {
            id: item.id.to_string(),
            tenant_id: item.tenant.to_string(),
            course_id: item.course.to_string(),
            url: item.url.clone(),
            label: item.label.clone(),
            maximum: item.maximum.to_string(),
            resource_id: item.resource_id.clone(),
            tag: item.tag.clone(),
            resource_link_id: item.resource_link_id.clone(),
            state: word(&item.state)?,
            created_at: micros(now),
            ruled_maximum: item.ruled_maximum.map(|maximum| maximum.to_string()),
            is_scale: item.is_scale,
            gone_at: None,
        })
    }

    fn item(self) -> Result<LineItem, StoreError> {
        Ok(LineItem {
            maximum: decimal("line_items.maximum", &self.maximum)?,
            ruled_maximum: opt_decimal("line_items.ruled_maximum", self.ruled_maximum.as_deref())?,
            is_scale: self.is_scale,
            state: from_word("line_items.state", &self.state)?,
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            url: self.url,
            label: self.label,
            resource_id: self.resource_id,
            tag: self.tag,
            resource_link_id: self.resource_link_id,
        })
    }
}

/// Takes over the complete list of a course. An item that is not on it is `Gone`; a gone one that is back is
/// `Present`. An item of `watched` (those that active rules read) whose maximum is not the one that the rules were made
/// for becomes `MaximumChanged` until it is that again, or until [`set_state`]; others simply take the new maximum. `now` is when the list was asked for: an item that
/// was added after that could not be on it and stays as it is. Run it in a transaction.
#[allow(clippy::implicit_hasher, reason = "it comes from `rules::watched_items`")]
pub(crate) fn upsert_many(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    listed: &[ItemSeen],
    watched: &HashSet<LineItemId>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<ItemChanges, StoreError> {
    let mut known: HashMap<String, LineItem> = HashMap::new();
    let mut newer: HashSet<LineItemId> = HashSet::new();
    let mut deleted: HashSet<LineItemId> = HashSet::new();
    for row in rows(db, tenant, course)? {
        let is_newer = row.created_at > micros(now);
        let is_deleted = row.gone_at.is_some();
        let item = row.item()?;
        if is_deleted {
            deleted.insert(item.id.clone());
        }
        if is_newer {
            newer.insert(item.id.clone());
        }
        known.insert(item.url.clone(), item);
    }
    let mut changes = ItemChanges::default();
    let mut met = HashSet::new();
    for seen in listed.iter().filter(|seen| met.insert(seen.url.as_str())) {
        let Some(before) = known.remove(&seen.url) else {
            let item = LineItem {
                id: LineItemId::new(now, random),
                tenant: tenant.clone(),
                course: course.clone(),
                url: seen.url.clone(),
                label: seen.label.clone(),
                maximum: seen.maximum,
                ruled_maximum: None,
                is_scale: false,
                resource_id: seen.resource_id.clone(),
                tag: seen.tag.clone(),
                resource_link_id: seen.resource_link_id.clone(),
                state: LineItemState::Present,
            };
            changes.items.push(find_or_insert(db, &item, now)?);
            continue;
        };
        let ruled = before.ruled_maximum.unwrap_or(before.maximum);
        let differs = ruled != seen.maximum && watched.contains(&before.id);
        let state = match before.state {
            _ if differs => LineItemState::MaximumChanged,
            LineItemState::Gone => LineItemState::Present,
            // It went back to what the rules were made for.
            LineItemState::MaximumChanged if before.ruled_maximum == Some(seen.maximum) => {
                LineItemState::Present
            }
            state => state,
        };
        if before.state == LineItemState::Gone {
            changes.back.push(before.id.clone());
        }
        if differs && before.maximum != seen.maximum {
            changes.maximum_changed.push(before.id.clone());
        }
        if before.maximum != seen.maximum {
            changes.points_changed.push((before.id.clone(), before.maximum));
        }
        let after = LineItem {
            id: before.id.clone(),
            tenant: before.tenant.clone(),
            course: before.course.clone(),
            url: before.url.clone(),
            label: seen.label.clone(),
            maximum: seen.maximum,
            ruled_maximum: (state == LineItemState::MaximumChanged)
                .then_some(if differs {
                    Some(ruled)
                } else {
                    before.ruled_maximum
                })
                .flatten(),
            // What was said of steps is not said of points.
            is_scale: before.is_scale && (before.maximum == seen.maximum || may_be_steps(seen.maximum)),
            // Some platforms leave out what we gave them.
            resource_id: seen.resource_id.clone().or_else(|| before.resource_id.clone()),
            tag: seen.tag.clone().or_else(|| before.tag.clone()),
            resource_link_id: seen
                .resource_link_id
                .clone()
                .or_else(|| before.resource_link_id.clone()),
            state,
        };
        if after != before {
            update(db, &after)?;
        }
        if before.is_scale && !after.is_scale {
            set_scale(db, tenant, course, &after.id, false)?;
        }
        changes.items.push(after);
    }
    for mut item in known.into_values() {
        if !newer.contains(&item.id) {
            let is_deleted = deleted.contains(&item.id);
            if not_listed(db, &mut item, is_deleted, now)? {
                changes.gone.push(item.id.clone());
            }
        }
        changes.items.push(item);
    }
    changes.items.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(changes)
}

/// Writes an item that is listed.
fn update(db: &mut Db, item: &LineItem) -> Result<(), StoreError> {
    diesel::update(line_items::table)
        .filter(line_items::tenant_id.eq(item.tenant.as_str()))
        .filter(line_items::id.eq(item.id.as_str()))
        .set((
            line_items::label.eq(&item.label),
            line_items::maximum.eq(item.maximum.to_string()),
            line_items::ruled_maximum.eq(item.ruled_maximum.map(|maximum| maximum.to_string())),
            line_items::resource_id.eq(&item.resource_id),
            line_items::tag.eq(&item.tag),
            line_items::resource_link_id.eq(&item.resource_link_id),
            line_items::state.eq(word(&item.state)?),
            line_items::gone_at.eq(None::<i64>),
        ))
        .execute(db)?;
    Ok(())
}

/// Takes over that an item is not listed, and says whether it was until now. Only the registration that it belongs to is told by
/// that that it was deleted; `is_deleted` is whether that is known.
fn not_listed(
    db: &mut Db,
    item: &mut LineItem,
    is_deleted: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let was_listed = item.state != LineItemState::Gone;
    if was_listed {
        item.state = LineItemState::Gone;
        set_state(db, &item.tenant, &item.id, item.state)?;
    }
    if !is_deleted && !is_of_former(db, &item.tenant, &item.id)? {
        diesel::update(line_items::table)
            .filter(line_items::tenant_id.eq(item.tenant.as_str()))
            .filter(line_items::id.eq(item.id.as_str()))
            .set(line_items::gone_at.eq(Some(micros(now))))
            .execute(db)?;
    }
    Ok(was_listed)
}

/// Adds an item that we created at the platform, unless the course has one with that URL, and says which one is there.
pub(crate) fn find_or_insert(
    db: &mut Db,
    item: &LineItem,
    now: DateTime<Utc>,
) -> Result<LineItem, StoreError> {
    let row = Row::of(item, now)?;
    on_both!(db, |connection| diesel::insert_into(line_items::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    by_url(db, &item.tenant, &item.course, &item.url)?.ok_or(StoreError::Missing("line item"))
}

/// The item with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &LineItemId) -> Result<Option<LineItem>, StoreError> {
    let row = line_items::table
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::item).transpose()
}

/// Notes to which registration the platform lists these items: a column belongs to the one that made it, and is shown to no
/// other.
pub(crate) fn note_owner(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    registration: &RegistrationId,
    urls: &[&str],
) -> Result<(), StoreError> {
    for some in urls.chunks(CHUNK) {
        on_both!(db, |connection| diesel::update(line_items::table)
            .filter(line_items::tenant_id.eq(tenant.as_str()))
            .filter(line_items::course_id.eq(course.as_str()))
            .filter(line_items::url.eq_any(some.iter().copied()))
            .filter(
                line_items::registration_id
                    .is_null()
                    .or(line_items::registration_id.ne(registration.as_str()))
            )
            .set(line_items::registration_id.eq(Some(registration.as_str())))
            .execute(connection))?;
    }
    Ok(())
}

/// Whether an item belongs to another registration than the one that speaks for its course, and was there when the course went
/// over: where it is gone since, the platform has it still. Of one that was not listed since that is kept, it is told by whether
/// another deployment took the course over after it came to be known.
pub(crate) fn is_of_former(db: &mut Db, tenant: &TenantId, id: &LineItemId) -> Result<bool, StoreError> {
    let known: Option<(String, i64, Option<String>, String)> = line_items::table
        .inner_join(courses::table.on(courses::id.eq(line_items::course_id)))
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::id.eq(id.as_str()))
        .filter(line_items::gone_at.is_null())
        .select((
            line_items::course_id,
            line_items::created_at,
            line_items::registration_id,
            courses::registration_id,
        ))
        .first(db)
        .optional()?;
    let Some((course, created_at, owner, speaks)) = known else {
        return Ok(false);
    };
    if let Some(owner) = owner {
        return Ok(owner != speaks);
    }
    let since = course_keys::taken_over_at(db, tenant, &course.into())?;
    Ok(since.is_some_and(|since| created_at < since))
}

/// Those of the items that the platform does not list because they belong to another registration: none of them is gone.
pub(crate) fn of_former(
    db: &mut Db,
    tenant: &TenantId,
    items: &[LineItem],
) -> Result<HashSet<LineItemId>, StoreError> {
    let mut former = HashSet::new();
    for item in items.iter().filter(|item| item.state == LineItemState::Gone) {
        if is_of_former(db, tenant, &item.id)? {
            former.insert(item.id.clone());
        }
    }
    Ok(former)
}

/// The items of a course, oldest first, gone ones included.
pub(crate) fn for_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<LineItem>, StoreError> {
    rows(db, tenant, course)?.into_iter().map(Row::item).collect()
}

/// Since when each column of a course is known.
pub(crate) fn known_since(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<HashMap<LineItemId, DateTime<Utc>>, StoreError> {
    let of = |row: Row| Ok((row.id.into(), moment(row.created_at)?));
    rows(db, tenant, course)?.into_iter().map(of).collect()
}

fn rows(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<Vec<Row>, StoreError> {
    Ok(on_both!(db, |connection| line_items::table
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::course_id.eq(course.as_str()))
        .order((line_items::created_at, line_items::id))
        .select(Row::as_select())
        .load(connection))?)
}

/// The item that the platform calls `url` in this course.
pub(crate) fn by_url(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    url: &str,
) -> Result<Option<LineItem>, StoreError> {
    let row = on_both!(db, |connection| line_items::table
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::course_id.eq(course.as_str()))
        .filter(line_items::url.eq(url))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::item).transpose()
}

/// Says how an item stands, for instance `Present` again once an instructor accepted its new maximum: then that is the one
/// that the rules are made for.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such item.
pub(crate) fn set_state(
    db: &mut Db,
    tenant: &TenantId,
    id: &LineItemId,
    state: LineItemState,
) -> Result<(), StoreError> {
    let changed = diesel::update(line_items::table)
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::id.eq(id.as_str()))
        .set(line_items::state.eq(word(&state)?))
        .execute(db)?;
    if changed == 0 {
        return Err(StoreError::Missing("line item"));
    }
    if state == LineItemState::Present {
        diesel::update(line_items::table)
            .filter(line_items::tenant_id.eq(tenant.as_str()))
            .filter(line_items::id.eq(id.as_str()))
            .set((
                line_items::ruled_maximum.eq(None::<String>),
                line_items::gone_at.eq(None::<i64>),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Says whether an item is graded by a scale. `false`: it was said before, or there is no such item in that course.
pub(crate) fn set_scale(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    id: &LineItemId,
    is_scale: bool,
) -> Result<bool, StoreError> {
    let changed = diesel::update(line_items::table)
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::course_id.eq(course.as_str()))
        .filter(line_items::id.eq(id.as_str()))
        .filter(line_items::is_scale.eq(!is_scale))
        .set(line_items::is_scale.eq(is_scale))
        .execute(db)?;
    Ok(changed == 1)
}

/// Has an item of ours be the one that the platform calls `url` now. A row that has that address already, and that nothing
/// names, makes room. Run it in a transaction, before the list that has the new address is taken over.
pub(crate) fn rebind(db: &mut Db, item: &LineItem, url: &str) -> Result<(), StoreError> {
    if let Some(other) = by_url(db, &item.tenant, &item.course, url)? {
        // The index allows no moment at which two rows have one address.
        readdress(
            db,
            &item.tenant,
            &other.id,
            &format!("urn:cairn:replaced:{}", other.id),
        )?;
        set_state(db, &item.tenant, &other.id, LineItemState::Gone)?;
    }
    readdress(db, &item.tenant, &item.id, url)
}

fn readdress(db: &mut Db, tenant: &TenantId, id: &LineItemId, url: &str) -> Result<(), StoreError> {
    diesel::update(line_items::table)
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::id.eq(id.as_str()))
        .set(line_items::url.eq(url))
        .execute(db)?;
    Ok(())
}

/// Notes our own id of an item that has none: a link of ours that it belongs to said it.
pub(crate) fn note_resource_id(
    db: &mut Db,
    tenant: &TenantId,
    id: &LineItemId,
    resource_id: &str,
) -> Result<(), StoreError> {
    diesel::update(line_items::table)
        .filter(line_items::tenant_id.eq(tenant.as_str()))
        .filter(line_items::id.eq(id.as_str()))
        .filter(line_items::resource_id.is_null())
        .set(line_items::resource_id.eq(resource_id))
        .execute(db)?;
    Ok(())
}
