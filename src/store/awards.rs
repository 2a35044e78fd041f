//! Awards: at most one for each badge, person and cycle, by a unique index.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{count, max};
use diesel::prelude::*;

use super::badges::Row as BadgeRow;
use super::convert::{micros, moment, opt_moment};
use super::courses::Row as CourseRow;
use super::enrolments::is_student;
use super::schema::{awards, badges, courses, people};
use super::{Db, StoreError, enrolments, schema};
use crate::domain::award::{Award, Revocation};
use crate::domain::badge::Badge;
use crate::domain::course::Course;
use crate::domain::facts::Held;
use crate::ids::{AwardId, BadgeId, CourseId, PersonId, TenantId};

mod everywhere;
pub(crate) mod holdings;
mod parts;
mod sought;
pub(crate) use everywhere::{count_everywhere, everywhere, held_lineages};
pub(crate) use parts::counting;
pub(crate) use sought::{Named, named, sought};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = awards, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    badge_id: String,
    person_id: String,
    cycle: i32,
    decision_id: String,
    awarded_at: i64,
    valid_until: Option<i64>,
    revoked_at: Option<i64>,
    revoked_by: Option<String>,
    revocation_reason: Option<String>,
    suspended_since: Option<i64>,
    lineage: Option<String>,
}

impl Row {
    fn of(award: &Award, lineage: Option<&BadgeId>) -> Self {
        let revocation = award.revocation.as_ref();
        Self {
            id: award.id.to_string(),
            tenant_id: award.tenant.to_string(),
            badge_id: award.badge.to_string(),
            person_id: award.person.to_string(),
            cycle: award.cycle,
            decision_id: award.decision.to_string(),
            awarded_at: micros(award.awarded_at),
            valid_until: award.valid_until.map(micros),
            revoked_at: revocation.map(|gone| micros(gone.at)),
            revoked_by: revocation.and_then(|gone| gone.by.as_ref().map(ToString::to_string)),
            revocation_reason: revocation.map(|gone| gone.reason.clone()),
            suspended_since: award.suspended_since.map(micros),
            lineage: lineage.map(ToString::to_string),
        }
    }

    fn award(self) -> Result<Award, StoreError> {
        let revocation = match self.revoked_at {
            Some(at) => Some(Revocation {
                at: moment(at)?,
                by: self.revoked_by.map(PersonId::from),
                reason: self.revocation_reason.unwrap_or_default(),
            }),
            None => None,
        };
        Ok(Award {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            badge: self.badge_id.into(),
            person: self.person_id.into(),
            cycle: self.cycle,
            decision: self.decision_id.into(),
            awarded_at: moment(self.awarded_at)?,
            valid_until: opt_moment(self.valid_until)?,
            revocation,
            suspended_since: opt_moment(self.suspended_since)?,
        })
    }
}

/// The columns from which a fact is made.
pub(super) type FactColumns = (String, String, i64, Option<i64>, Option<i64>);

/// A fact from those columns: person, badge and how it is held.
pub(super) fn fact(
    (person, badge, awarded_at, valid_until, revoked_at): FactColumns,
) -> Result<(PersonId, BadgeId, Held), StoreError> {
    let held = Held {
        awarded_at: moment(awarded_at)?,
        valid_until: opt_moment(valid_until)?,
        revoked: revoked_at.is_some(),
    };
    Ok((person.into(), badge.into(), held))
}

/// As [`insert_counting`], of an award that counts as its own badge alone.
#[cfg(test)]
pub(crate) fn insert_once(db: &mut Db, award: &Award) -> Result<bool, StoreError> {
    insert_counting(db, award, None)
}

/// Makes the award, which counts for `lineage` outside its course. `false`: the badge, person and cycle have one already, made by
/// whomever; nothing was written.
pub(crate) fn insert_counting(
    db: &mut Db,
    award: &Award,
    lineage: Option<&BadgeId>,
) -> Result<bool, StoreError> {
    let row = Row::of(award, lineage);
    let added = on_both!(db, |connection| diesel::insert_into(awards::table)
        .values(&row)
        .on_conflict((awards::badge_id, awards::person_id, awards::cycle))
        .do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The award with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &AwardId) -> Result<Option<Award>, StoreError> {
    let row = on_both!(db, |connection| awards::table
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::award).transpose()
}

/// The award of the latest cycle.
pub(crate) fn latest(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    person: &PersonId,
) -> Result<Option<Award>, StoreError> {
    let row = on_both!(db, |connection| awards::table
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::badge_id.eq(badge.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .order(awards::cycle.desc())
        .select(Row::as_select())
        .first(connection))
    .optional()?;
    row.map(Row::award).transpose()
}

/// The award of that cycle.
pub(crate) fn of_cycle(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
    person: &PersonId,
    cycle: i32,
) -> Result<Option<Award>, StoreError> {
    let row = awards::table
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::badge_id.eq(badge.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .filter(awards::cycle.eq(cycle))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::award).transpose()
}

/// The latest award of everybody who has one.
pub(crate) fn latest_for_badge(
    db: &mut Db,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<HashMap<PersonId, Award>, StoreError> {
    let rows: Vec<Row> = awards::table
        .inner_join(people::table.on(people::id.eq(awards::person_id)))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::badge_id.eq(badge.as_str()))
        // Whoever was joined into somebody holds nothing beside them.
        .filter(people::joined_into.is_null())
        .order(awards::cycle)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter()
        .map(|row| row.award().map(|award| (award.person.clone(), award)))
        .collect()
}

/// The latest awards of some people in all badges of a course: a page of the progress table.
pub(crate) fn latest_for_people(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    people: &[PersonId],
) -> Result<HashMap<(BadgeId, PersonId), Award>, StoreError> {
    let mut all = HashMap::new();
    for some in people.chunks(super::convert::CHUNK) {
        let rows: Vec<Row> = on_both!(db, |connection| awards::table
            .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
            .filter(awards::tenant_id.eq(tenant.as_str()))
            .filter(badges::course_id.eq(course.as_str()))
            .filter(awards::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .order(awards::cycle)
            .select(Row::as_select())
            .load(connection))?;
        for row in rows {
            let award = row.award()?;
            all.insert((award.badge.clone(), award.person.clone()), award);
        }
    }
    Ok(all)
}

/// All awards of a person, every cycle, newest first.
pub(crate) fn for_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<Award>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| awards::table
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .order((awards::awarded_at.desc(), awards::id.desc()))
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::award).collect()
}

/// Awards of the same badge and term whom somebody holds who was joined into the holder of this one.
pub(crate) fn twins(db: &mut Db, tenant: &TenantId, award: &Award) -> Result<Vec<AwardId>, StoreError> {
    let ids: Vec<String> = awards::table
        .inner_join(people::table.on(people::id.eq(awards::person_id)))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::badge_id.eq(award.badge.as_str()))
        .filter(awards::cycle.eq(award.cycle))
        .filter(people::joined_into.eq(award.person.as_str()))
        .order(awards::id)
        .select(awards::id)
        .load(db)?;
    Ok(ids.into_iter().map(AwardId::from).collect())
}

/// The latest awards of a person in all courses but one, newest first, each with its badge and its course.
pub(crate) fn latest_elsewhere(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    but: &CourseId,
) -> Result<Vec<(Award, Badge, Course)>, StoreError> {
    let rows: Vec<(Row, BadgeRow, CourseRow)> = on_both!(db, |connection| awards::table
        .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
        .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .filter(badges::tenant_id.eq(awards::tenant_id))
        .filter(courses::tenant_id.eq(awards::tenant_id))
        .filter(courses::id.ne(but.as_str()))
        .order(awards::cycle)
        .select((Row::as_select(), BadgeRow::as_select(), CourseRow::as_select()))
        .load(connection))?;
    let mut latest = HashMap::new();
    for (award, badge, course) in rows {
        latest.insert(
            award.badge_id.clone(),
            (award.award()?, badge.badge()?, course.course()?),
        );
    }
    let mut latest: Vec<_> = latest.into_values().collect();
    latest.sort_by(|(one, ..), (other, ..)| (other.awarded_at, &other.id).cmp(&(one.awarded_at, &one.id)));
    Ok(latest)
}

/// How awards of one badge stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counter {
    /// People whose award is in force.
    pub(crate) holders: i64,
    pub(crate) last_awarded_at: Option<DateTime<Utc>>,
    /// How many of the holders count as students of the course now: the others have left or are staff.
    pub(crate) students: i64,
}

/// The counters of a course's badges, those with an award in force, in one grouped query.
pub(crate) fn counters(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    now: DateTime<Utc>,
) -> Result<HashMap<BadgeId, Counter>, StoreError> {
    let rows: Vec<(String, i64, Option<i64>)> = on_both!(db, |connection| awards::table
        .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
        .inner_join(people::table.on(people::id.eq(awards::person_id)))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(people::joined_into.is_null())
        .filter(awards::revoked_at.is_null())
        .filter(
            awards::valid_until
                .is_null()
                .or(awards::valid_until.assume_not_null().gt(micros(now)))
        )
        .group_by(awards::badge_id)
        .select((
            awards::badge_id,
            count(awards::person_id).aggregate_distinct(),
            max(awards::awarded_at)
        ))
        .load(connection))?;
    let listing = enrolments::listing(db, tenant, course)?;
    let of_students: Vec<(String, i64)> = on_both!(db, |connection| awards::table
        .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
        .inner_join(
            schema::enrolments::table.on(schema::enrolments::person_id
                .eq(awards::person_id)
                .and(schema::enrolments::course_id.eq(badges::course_id)))
        )
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(awards::revoked_at.is_null())
        .filter(
            awards::valid_until
                .is_null()
                .or(awards::valid_until.assume_not_null().gt(micros(now)))
        )
        .filter(is_student!(listing))
        .group_by(awards::badge_id)
        .select((awards::badge_id, count(awards::person_id).aggregate_distinct()))
        .load(connection))?;
    let of_students: HashMap<String, i64> = of_students.into_iter().collect();
    rows.into_iter()
        .map(|(badge, holders, last)| {
            let students = of_students.get(&badge).copied().unwrap_or(0);
            Ok((
                badge.into(),
                Counter {
                    holders,
                    students,
                    last_awarded_at: opt_moment(last)?,
                },
            ))
        })
        .collect()
}

/// How many awards of a course's badges were made since that moment and stand.
pub(crate) fn count_since(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    since: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let found: i64 = awards::table
        .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(badges::course_id.eq(course.as_str()))
        .filter(awards::awarded_at.ge(micros(since)))
        .filter(awards::revoked_at.is_null())
        .select(count(awards::id))
        .get_result(db)?;
    Ok(usize::try_from(found).unwrap_or_default())
}

/// Keeps since when an award is under review and counts for nothing; `None` when that is over.
pub(super) fn set_suspended(
    db: &mut Db,
    tenant: &TenantId,
    id: &AwardId,
    since: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    diesel::update(awards::table)
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::id.eq(id.as_str()))
        .set(awards::suspended_since.eq(since.map(micros)))
        .execute(db)?;
    Ok(())
}

/// Takes an award back. `false`: it was taken back before, and the first reason stays.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such award.
pub(crate) fn revoke(
    db: &mut Db,
    tenant: &TenantId,
    id: &AwardId,
    revocation: &Revocation,
) -> Result<bool, StoreError> {
    let changed = diesel::update(awards::table)
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::id.eq(id.as_str()))
        .filter(awards::revoked_at.is_null())
        .set((
            awards::revoked_at.eq(Some(micros(revocation.at))),
            awards::revoked_by.eq(revocation.by.as_ref().map(PersonId::as_str)),
            awards::revocation_reason.eq(Some(&revocation.reason)),
        ))
        .execute(db)?;
    if changed == 0 && get(db, tenant, id)?.is_none() {
        return Err(StoreError::Missing("award"));
    }
    Ok(changed == 1)
}
