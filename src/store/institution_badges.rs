//! Badges that an institution owns and that its courses take.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::badges::Row as BadgeRow;
use super::convert::{from_json, json, micros, moment, opt_moment};
use super::schema::{badges, courses, institution_badge_reach, institution_badges, platforms, registrations};
use super::{Db, StoreError};
use crate::domain::badge::Badge;
use crate::domain::institution_badge::{InstitutionBadge, Reach, Version};
use crate::ids::{AdminId, BadgeId, CourseId, PlatformId, ReachId, TenantId};
use crate::random::Random;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = institution_badges, treat_none_as_default_value = false)]
struct Row {
    badge_id: String,
    tenant_id: String,
    draft: String,
    revision: i32,
    published: Option<String>,
    version: i32,
    published_at: Option<i64>,
    everywhere: bool,
    saved_by: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn of(one: &InstitutionBadge) -> Result<Self, StoreError> {
        Ok(Self {
            badge_id: one.badge.to_string(),
            tenant_id: one.tenant.to_string(),
            draft: json(&one.draft)?,
            revision: one.revision,
            published: one.published.as_ref().map(json).transpose()?,
            version: one.version,
            published_at: one.published_at.map(micros),
            everywhere: one.everywhere,
            saved_by: one.saved_by.as_ref().map(ToString::to_string),
            created_at: micros(one.created_at),
            updated_at: micros(one.updated_at),
        })
    }

    fn institution_badge(self) -> Result<InstitutionBadge, StoreError> {
        let published = self.published.as_deref();
        let published = published.map(|text| from_json("institution_badges.published", text));
        Ok(InstitutionBadge {
            published: published.transpose()?,
            draft: from_json("institution_badges.draft", &self.draft)?,
            badge: self.badge_id.into(),
            tenant: self.tenant_id.into(),
            revision: self.revision,
            version: self.version,
            published_at: opt_moment(self.published_at)?,
            everywhere: self.everywhere,
            saved_by: self.saved_by.map(AdminId::from),
            created_at: moment(self.created_at)?,
            updated_at: moment(self.updated_at)?,
        })
    }
}

/// Adds one, whose badge is there.
pub(crate) fn insert(db: &mut Db, one: &InstitutionBadge) -> Result<(), StoreError> {
    let row = Row::of(one)?;
    diesel::insert_into(institution_badges::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// The one whose badge that is; none for any other badge.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Option<InstitutionBadge>, StoreError> {
    let row = on_both!(db, |connection| institution_badges::table
        .filter(institution_badges::tenant_id.eq(tenant.as_str()))
        .filter(institution_badges::badge_id.eq(badge.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::institution_badge).transpose()
}

/// Those of an institution with their badges, oldest first.
pub(crate) fn all(db: &mut Db, tenant: &TenantId) -> Result<Vec<(InstitutionBadge, Badge)>, StoreError> {
    let rows: Vec<(Row, BadgeRow)> = on_both!(db, |connection| institution_badges::table
        .inner_join(badges::table.on(badges::id.eq(institution_badges::badge_id)))
        .filter(institution_badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .order((institution_badges::created_at, institution_badges::badge_id))
        .select((Row::as_select(), BadgeRow::as_select()))
        .load(connection))?;
    rows.into_iter()
        .map(|(row, badge)| Ok((row.institution_badge()?, badge.badge()?)))
        .collect()
}

/// Saves the draft that was loaded as `revision`. `false`: somebody saved another one since.
pub(crate) fn save(
    db: &mut Db,
    of: (&TenantId, &BadgeId),
    revision: i32,
    draft: &Version,
    by: &AdminId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (tenant, badge) = of;
    let changed = diesel::update(institution_badges::table)
        .filter(institution_badges::tenant_id.eq(tenant.as_str()))
        .filter(institution_badges::badge_id.eq(badge.as_str()))
        .filter(institution_badges::revision.eq(revision))
        .set((
            institution_badges::draft.eq(json(draft)?),
            institution_badges::revision.eq(revision.saturating_add(1)),
            institution_badges::saved_by.eq(Some(by.as_str())),
            institution_badges::updated_at.eq(micros(now)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Publishes the draft that was loaded as `revision` as that version. `false`: somebody saved another one since.
pub(crate) fn publish(
    db: &mut Db,
    of: (&TenantId, &BadgeId),
    revision: i32,
    published: &Version,
    version: i32,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (tenant, badge) = of;
    let changed = diesel::update(institution_badges::table)
        .filter(institution_badges::tenant_id.eq(tenant.as_str()))
        .filter(institution_badges::badge_id.eq(badge.as_str()))
        .filter(institution_badges::revision.eq(revision))
        .set((
            institution_badges::published.eq(Some(json(published)?)),
            institution_badges::version.eq(version),
            institution_badges::published_at.eq(Some(micros(now))),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Has everybody else who would take it wait until the transaction ends, so that no course takes it twice.
pub(crate) fn hold(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<(), StoreError> {
    diesel::update(institution_badges::table)
        .filter(institution_badges::tenant_id.eq(tenant.as_str()))
        .filter(institution_badges::badge_id.eq(badge.as_str()))
        .set(institution_badges::version.eq(institution_badges::version))
        .execute(db)?;
    Ok(())
}

/// Says where it may be taken: everywhere, or there alone.
pub(crate) fn set_reach(
    db: &mut Db,
    of: (&TenantId, &BadgeId),
    everywhere: bool,
    reach: &Reach,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let (tenant, badge) = of;
    diesel::update(institution_badges::table)
        .filter(institution_badges::tenant_id.eq(tenant.as_str()))
        .filter(institution_badges::badge_id.eq(badge.as_str()))
        .set(institution_badges::everywhere.eq(everywhere))
        .execute(db)?;
    diesel::delete(institution_badge_reach::table)
        .filter(institution_badge_reach::tenant_id.eq(tenant.as_str()))
        .filter(institution_badge_reach::badge_id.eq(badge.as_str()))
        .execute(db)?;
    let mut rows: Vec<(Option<&str>, Option<&str>)> = Vec::new();
    rows.extend(reach.platforms.iter().map(|id| (Some(id.as_str()), None)));
    rows.extend(reach.courses.iter().map(|id| (None, Some(id.as_str()))));
    for (platform, course) in rows {
        let id = ReachId::new(now, random);
        diesel::insert_into(institution_badge_reach::table)
            .values((
                institution_badge_reach::id.eq(id.as_str()),
                institution_badge_reach::tenant_id.eq(tenant.as_str()),
                institution_badge_reach::badge_id.eq(badge.as_str()),
                institution_badge_reach::platform_id.eq(platform),
                institution_badge_reach::course_id.eq(course),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// Where it may be taken, unless it may be everywhere.
pub(crate) fn reach(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<Reach, StoreError> {
    let rows: Vec<(Option<String>, Option<String>)> =
        on_both!(db, |connection| institution_badge_reach::table
            .filter(institution_badge_reach::tenant_id.eq(tenant.as_str()))
            .filter(institution_badge_reach::badge_id.eq(badge.as_str()))
            .order((
                institution_badge_reach::platform_id,
                institution_badge_reach::course_id,
            ))
            .select((
                institution_badge_reach::platform_id,
                institution_badge_reach::course_id,
            ))
            .load(connection))?;
    let mut reach = Reach::default();
    for (platform, course) in rows {
        reach.platforms.extend(platform.map(PlatformId::from));
        reach.courses.extend(course.map(CourseId::from));
    }
    Ok(reach)
}

/// The badges that courses made of it and that are not retired, oldest first, each with the title of its course.
pub(crate) fn taken(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Vec<(Badge, Option<String>)>, StoreError> {
    let rows: Vec<(BadgeRow, Option<String>, Option<String>)> = on_both!(db, |connection| badges::table
        .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(badges::lineage.eq(badge.as_str()))
        .filter(badges::id.ne(badge.as_str()))
        .filter(badges::state.ne("retired"))
        .order((badges::created_at, badges::id))
        .select((BadgeRow::as_select(), courses::title, courses::label))
        .load(connection))?;
    rows.into_iter()
        .map(|(row, title, label)| Ok((row.badge()?, title.or(label))))
        .collect()
}

/// Of each that courses made something of, how many badges as [`taken`] has them, in one question for a list.
pub(crate) fn taken_counts(db: &mut Db, tenant: &TenantId) -> Result<HashMap<BadgeId, usize>, StoreError> {
    let rows: Vec<String> = on_both!(db, |connection| institution_badges::table
        .inner_join(badges::table.on(badges::lineage.eq(institution_badges::badge_id.nullable())))
        .filter(institution_badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.ne(institution_badges::badge_id))
        .filter(badges::state.ne("retired"))
        .select(institution_badges::badge_id)
        .load(connection))?;
    let mut counts: HashMap<BadgeId, usize> = HashMap::new();
    for id in rows {
        *counts.entry(id.into()).or_default() += 1;
    }
    Ok(counts)
}

/// What that course made of it, or was copied with, and goes on with: the newest.
pub(crate) fn taken_in(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    badge: &BadgeId,
) -> Result<Option<Badge>, StoreError> {
    let row: Option<BadgeRow> = on_both!(db, |connection| badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(badges::lineage.eq(badge.as_str()))
        .filter(badges::id.ne(badge.as_str()))
        .filter(badges::state.ne("retired"))
        .order((badges::created_at.desc(), badges::id.desc()))
        .select(BadgeRow::as_select())
        .first(connection))
    .optional()?;
    row.map(BadgeRow::badge).transpose()
}

/// As [`taken_in`], of all copies in that course at once, by where their lineage begins.
pub(crate) fn all_taken_in(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<HashMap<BadgeId, Badge>, StoreError> {
    let rows: Vec<(Option<String>, BadgeRow)> = on_both!(db, |connection| badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(badges::state.ne("retired"))
        .order((badges::created_at, badges::id))
        .select((badges::lineage, BadgeRow::as_select()))
        .load(connection))?;
    let mut taken: HashMap<BadgeId, Badge> = HashMap::new();
    for (lineage, row) in rows {
        let badge = row.badge()?;
        // The newest is read last, and stays.
        if let Some(lineage) = lineage.map(BadgeId::from).filter(|lineage| *lineage != badge.id) {
            taken.insert(lineage, badge);
        }
    }
    Ok(taken)
}

/// The platforms of an institution, each with the name of the registration under which it was first seen.
pub(crate) fn platforms(db: &mut Db, tenant: &TenantId) -> Result<Vec<(PlatformId, String)>, StoreError> {
    let rows: Vec<(String, String)> = on_both!(db, |connection| platforms::table
        .inner_join(registrations::table.on(registrations::id.eq(platforms::registration_id)))
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .order((registrations::name, platforms::id))
        .select((platforms::id, registrations::name))
        .load(connection))?;
    Ok(rows.into_iter().map(|(id, name)| (id.into(), name)).collect())
}

/// The courses of an institution, newest first, `most` at most: each with its title, or else its short name.
pub(crate) fn courses(
    db: &mut Db,
    tenant: &TenantId,
    most: i64,
) -> Result<Vec<(CourseId, Option<String>)>, StoreError> {
    let rows: Vec<(String, Option<String>, Option<String>)> = on_both!(db, |connection| courses::table
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::home.is_null())
        .order((courses::created_at.desc(), courses::id.desc()))
        .select((courses::id, courses::title, courses::label))
        .limit(most)
        .load(connection))?;
    let all = rows.into_iter();
    Ok(all
        .map(|(id, title, label)| (id.into(), title.or(label)))
        .collect())
}
