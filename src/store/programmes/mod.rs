//! Programmes: stacks of the institution. Their badges stand in its home, a row of `courses` that nobody is launched into.

use chrono::{DateTime, Utc};
use diesel::dsl::count;
use diesel::prelude::*;

use super::badges::Row as BadgeRow;
use super::convert::{from_json, from_word, json, micros, moment, word};
use super::courses::NOT_BEFORE_A_LAUNCH;
use super::schema::{awards, badges, courses, deployments, people, programmes};
use super::{Db, StoreError};
use crate::domain::badge::Badge;
use crate::domain::course::Services;
use crate::domain::programme::{Maker, Programme, Terms};
use crate::ids::{BadgeId, CourseId, PersonId, TenantId};
use crate::random::Random;

mod held;
pub(crate) mod makers;
mod offered;
mod reviews;
mod waivers;

pub(crate) use held::{facts_of, hold, holders_of_parts, students};
pub(crate) use offered::{copies, named, offered};
pub(crate) use reviews::{
    all_of as reviews_of, answer as answer_review, ask as ask_review, designers, last_approval,
    of_digest as review_of,
};
pub(crate) use waivers::{
    all_of as all_waivers_of, get as waiver, insert as waive, of_badge as waivers_of,
    of_person as waivers_of_person, take_back as take_waiver_back,
};

/// What the home is called among the contexts of its deployment.
const HOME: &str = "urn:cairn:home";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = programmes, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    parts_end: String,
    finish_begun: bool,
    prerequisites: String,
    saved_by: Option<String>,
    created_at: i64,
    updated_at: i64,
    saved_by_person: Option<String>,
}

impl Row {
    fn of(programme: &Programme) -> Result<Self, StoreError> {
        let (saved_by, saved_by_person) = makers::apart(programme.saved_by.as_ref());
        Ok(Self {
            id: programme.id.to_string(),
            tenant_id: programme.tenant.to_string(),
            badge_id: programme.badge.to_string(),
            parts_end: word(&programme.terms.parts_end)?,
            finish_begun: programme.terms.finish_begun,
            prerequisites: json(&programme.terms.prerequisites)?,
            saved_by,
            created_at: micros(programme.created_at),
            updated_at: micros(programme.updated_at),
            saved_by_person,
        })
    }

    fn programme(self) -> Result<Programme, StoreError> {
        Ok(Programme {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            badge: self.badge_id.into(),
            terms: Terms {
                parts_end: from_word("programmes.parts_end", &self.parts_end)?,
                finish_begun: self.finish_begun,
                prerequisites: from_json("programmes.prerequisites", &self.prerequisites)?,
            },
            saved_by: makers::of(self.saved_by, self.saved_by_person),
            created_at: moment(self.created_at)?,
            updated_at: moment(self.updated_at)?,
        })
    }
}

/// The home of an institution, if it has one.
pub(crate) fn home(db: &mut Db, tenant: &TenantId) -> Result<Option<CourseId>, StoreError> {
    let id: Option<String> = courses::table
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::home.is_not_null())
        .select(courses::id)
        .first(db)
        .optional()?;
    Ok(id.map(CourseId::from))
}

/// The home of an institution, made where there is none, by that name. It hangs on the oldest deployment; none where the institution
/// has no platform yet.
pub(crate) fn make_home(
    db: &mut Db,
    tenant: &TenantId,
    name: &str,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<CourseId>, StoreError> {
    if let Some(known) = home(db, tenant)? {
        return Ok(Some(known));
    }
    let oldest: Option<(String, String)> = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::state.eq("accepted"))
        .order((deployments::created_at, deployments::id))
        .select((deployments::id, deployments::registration_id))
        .first(db)
        .optional()?;
    let Some((deployment, registration)) = oldest else {
        return Ok(None);
    };
    let (id, services) = (CourseId::new(now, random), json(&Services::default())?);
    on_both!(db, |connection| diesel::insert_into(courses::table)
        .values((
            courses::id.eq(id.as_str()),
            courses::tenant_id.eq(tenant.as_str()),
            courses::registration_id.eq(&registration),
            courses::deployment_id.eq(&deployment),
            courses::context_id.eq(HOME),
            courses::title.eq(Some(name)),
            courses::services.eq(&services),
            // The schedule leaves it alone for ever.
            courses::next_check_at.eq(Some(NOT_BEFORE_A_LAUNCH)),
            courses::created_at.eq(micros(now)),
            courses::home.eq(Some(true)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    home(db, tenant)
}

/// Adds a programme.
pub(crate) fn insert(db: &mut Db, programme: &Programme) -> Result<(), StoreError> {
    let row = Row::of(programme)?;
    diesel::insert_into(programmes::table).values(&row).execute(db)?;
    Ok(())
}

/// Keeps what is said of a programme, and who said it.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such programme.
pub(crate) fn set_terms(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    terms: &Terms,
    by: &Maker,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (saved_by, saved_by_person) = makers::apart(Some(by));
    let changed = diesel::update(programmes::table)
        .filter(programmes::tenant_id.eq(tenant.as_str()))
        .filter(programmes::badge_id.eq(badge.as_str()))
        .set((
            programmes::parts_end.eq(word(&terms.parts_end)?),
            programmes::finish_begun.eq(terms.finish_begun),
            programmes::prerequisites.eq(json(&terms.prerequisites)?),
            programmes::saved_by.eq(saved_by),
            programmes::saved_by_person.eq(saved_by_person),
            programmes::updated_at.eq(micros(now)),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("programme"))
    } else {
        Ok(())
    }
}

/// The programme whose badge that is; none for a badge of a course.
pub(crate) fn of_badge(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Option<Programme>, StoreError> {
    let row = on_both!(db, |connection| programmes::table
        .filter(programmes::tenant_id.eq(tenant.as_str()))
        .filter(programmes::badge_id.eq(badge.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::programme).transpose()
}

/// Lets nobody else change the badge of a programme until the transaction ends: what is looked at is what is activated or changed.
pub(crate) fn hold_badge(db: &mut Db, tenant: &TenantId, badge: &BadgeId) -> Result<(), StoreError> {
    diesel::update(badges::table)
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::id.eq(badge.as_str()))
        .set(badges::revision.eq(badges::revision))
        .execute(db)?;
    Ok(())
}

/// The programmes of an institution with their badges, oldest first.
pub(crate) fn all(db: &mut Db, tenant: &TenantId) -> Result<Vec<(Programme, Badge)>, StoreError> {
    let rows: Vec<(Row, BadgeRow)> = on_both!(db, |connection| programmes::table
        .inner_join(badges::table.on(badges::id.eq(programmes::badge_id)))
        .filter(programmes::tenant_id.eq(tenant.as_str()))
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .order((programmes::created_at, programmes::id))
        .select((Row::as_select(), BadgeRow::as_select()))
        .load(connection))?;
    rows.into_iter()
        .map(|(row, badge)| Ok((row.programme()?, badge.badge()?)))
        .collect()
}

/// How many people hold a badge at `now`, whatever course they are in.
pub(crate) fn holders(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let in_force = awards::valid_until
        .is_null()
        .or(awards::valid_until.assume_not_null().gt(micros(now)));
    let found: i64 = on_both!(db, |connection| awards::table
        .inner_join(people::table.on(people::id.eq(awards::person_id)))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::badge_id.eq(badge.as_str()))
        .filter(awards::revoked_at.is_null())
        .filter(in_force)
        .filter(people::joined_into.is_null())
        .select(count(awards::person_id).aggregate_distinct())
        .get_result(connection))?;
    Ok(found)
}

/// Whose programme ended between those moments, each with the home in which it is decided.
pub(crate) fn ended_between(
    db: &mut Db,
    tenant: &TenantId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(CourseId, PersonId)>, StoreError> {
    let rows: Vec<(String, String)> = on_both!(db, |connection| programmes::table
        .inner_join(badges::table.on(badges::id.eq(programmes::badge_id)))
        .inner_join(awards::table.on(awards::badge_id.eq(programmes::badge_id)))
        .filter(programmes::tenant_id.eq(tenant.as_str()))
        .filter(badges::state.eq("active"))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::revoked_at.is_null())
        .filter(awards::valid_until.assume_not_null().gt(micros(from)))
        .filter(awards::valid_until.assume_not_null().le(micros(until)))
        .select((badges::course_id, awards::person_id))
        .distinct()
        .load(connection))?;
    let all = rows.into_iter();
    Ok(all
        .map(|(course, person)| (course.into(), person.into()))
        .collect())
}
