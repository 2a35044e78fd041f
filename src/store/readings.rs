//! How the interface of an LMS was read, course by course; whether it is on there; and whose turn it is to use an access to it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{beyond, from_json, json, micros, opt_moment};
use super::schema::{line_items, outside_columns, rest_accesses, rest_grants, rest_readings, rest_turns};
use super::{Db, StoreError, platforms};
use crate::domain::reading::{Done, Readings, Why};
use crate::ids::{CourseId, LineItemId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rest_readings, treat_none_as_default_value = false)]
struct Row {
    course_id: String,
    tenant_id: String,
    was_on: bool,
    asked_at: Option<i64>,
    begun_at: Option<i64>,
    cells: i64,
    ended_at: Option<i64>,
    site_at: Option<i64>,
    people_at: Option<i64>,
    whole_at: Option<i64>,
    changes_at: Option<i64>,
    hand_ins_at: Option<i64>,
    completion_at: Option<i64>,
    changes_since: Option<i64>,
    coverage: Option<String>,
    trouble: Option<String>,
}

impl Row {
    fn of(tenant: &TenantId, course: &CourseId, readings: &Readings) -> Result<Self, StoreError> {
        let done = &readings.done;
        Ok(Self {
            course_id: course.to_string(),
            tenant_id: tenant.to_string(),
            was_on: readings.was_on,
            asked_at: readings.asked_at.map(micros),
            begun_at: readings.begun_at.map(micros),
            cells: readings.cells,
            ended_at: readings.ended_at.map(micros),
            site_at: done.site.map(micros),
            people_at: done.people.map(micros),
            whole_at: done.whole.map(micros),
            changes_at: done.changes.map(micros),
            hand_ins_at: done.hand_ins.map(micros),
            completion_at: done.completion.map(micros),
            changes_since: readings.changes_since.map(micros),
            coverage: readings.coverage.as_ref().map(json).transpose()?,
            trouble: readings.trouble.as_ref().map(json).transpose()?,
        })
    }

    fn readings(self) -> Result<Readings, StoreError> {
        let (coverage, trouble) = (self.coverage.as_deref(), self.trouble.as_deref());
        Ok(Readings {
            was_on: self.was_on,
            asked_at: opt_moment(self.asked_at)?,
            begun_at: opt_moment(self.begun_at)?,
            cells: self.cells,
            ended_at: opt_moment(self.ended_at)?,
            done: Done {
                site: opt_moment(self.site_at)?,
                people: opt_moment(self.people_at)?,
                whole: opt_moment(self.whole_at)?,
                changes: opt_moment(self.changes_at)?,
                hand_ins: opt_moment(self.hand_ins_at)?,
                completion: opt_moment(self.completion_at)?,
            },
            changes_since: opt_moment(self.changes_since)?,
            coverage: coverage
                .map(|text| from_json("rest_readings.coverage", text))
                .transpose()?,
            trouble: trouble
                .map(|text| from_json("rest_readings.trouble", text))
                .transpose()?,
        })
    }
}

/// How the readings of a course are; none where it was never read so.
pub(crate) fn of_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Option<Readings>, StoreError> {
    let row: Option<Row> = rest_readings::table
        .filter(rest_readings::tenant_id.eq(tenant.as_str()))
        .filter(rest_readings::course_id.eq(course.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::readings).transpose()
}

/// Keeps how the readings of a course are, but for when somebody asked: that may come at any moment ([`ask`]).
pub(crate) fn save(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    readings: &Readings,
) -> Result<(), StoreError> {
    let row = Row::of(tenant, course, readings)?;
    on_both!(db, |connection| diesel::insert_into(rest_readings::table)
        .values(&row)
        .on_conflict(rest_readings::course_id)
        .do_update()
        .set((
            rest_readings::was_on.eq(excluded(rest_readings::was_on)),
            rest_readings::begun_at.eq(excluded(rest_readings::begun_at)),
            rest_readings::cells.eq(excluded(rest_readings::cells)),
            rest_readings::ended_at.eq(excluded(rest_readings::ended_at)),
            rest_readings::site_at.eq(excluded(rest_readings::site_at)),
            rest_readings::people_at.eq(excluded(rest_readings::people_at)),
            rest_readings::whole_at.eq(excluded(rest_readings::whole_at)),
            rest_readings::changes_at.eq(excluded(rest_readings::changes_at)),
            rest_readings::hand_ins_at.eq(excluded(rest_readings::hand_ins_at)),
            rest_readings::completion_at.eq(excluded(rest_readings::completion_at)),
            rest_readings::changes_since.eq(excluded(rest_readings::changes_since)),
            rest_readings::coverage.eq(excluded(rest_readings::coverage)),
            rest_readings::trouble.eq(excluded(rest_readings::trouble)),
        ))
        .execute(connection))?;
    Ok(())
}

/// Says how many cells the reading under way has read.
pub(crate) fn progress(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    cells: i64,
) -> Result<(), StoreError> {
    diesel::update(rest_readings::table)
        .filter(rest_readings::tenant_id.eq(tenant.as_str()))
        .filter(rest_readings::course_id.eq(course.as_str()))
        .set(rest_readings::cells.eq(cells))
        .execute(db)?;
    Ok(())
}

/// Says why the reading under way waits, or that it goes on.
pub(crate) fn waits(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    why: Option<&Why>,
) -> Result<(), StoreError> {
    let trouble = why.map(json).transpose()?;
    diesel::update(rest_readings::table)
        .filter(rest_readings::tenant_id.eq(tenant.as_str()))
        .filter(rest_readings::course_id.eq(course.as_str()))
        .set(rest_readings::trouble.eq(trouble))
        .execute(db)?;
    Ok(())
}

/// Notes that somebody asked for the whole course to be read.
pub(crate) fn ask(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = Row::of(
        tenant,
        course,
        &Readings {
            was_on: true,
            asked_at: Some(now),
            ..Readings::default()
        },
    )?;
    on_both!(db, |connection| diesel::insert_into(rest_readings::table)
        .values(&row)
        .on_conflict(rest_readings::course_id)
        .do_update()
        .set(rest_readings::asked_at.eq(excluded(rest_readings::asked_at)))
        .execute(connection))?;
    Ok(())
}

/// Whether the interface is on in a course: an administrator lets its platform be read so, and somebody gave a token that
/// reaches it. Whether that works is another matter.
pub(crate) fn is_on(db: &mut Db, tenant: &TenantId, course: &CourseId) -> Result<bool, StoreError> {
    let home = platforms::home_of_course(db, tenant, course)?;
    let rows: Vec<(bool, Option<String>)> = on_both!(db, |connection| rest_accesses::table
        .inner_join(rest_grants::table.on(rest_grants::access_id.eq(rest_accesses::id)))
        .filter(rest_accesses::tenant_id.eq(tenant.as_str()))
        .filter(rest_accesses::platform_id.eq(home.platform.as_str()))
        .filter(rest_accesses::is_on.eq(true))
        .filter(
            rest_grants::course_id
                .is_null()
                .or(rest_grants::course_id.assume_not_null().eq(course.as_str())),
        )
        .select((rest_accesses::by_teachers, rest_grants::course_id))
        .load(connection))?;
    Ok(rows
        .into_iter()
        .any(|(by_teachers, of_course)| by_teachers || of_course.is_none()))
}

/// The columns of ours in a course of which the interface says what is released: it is on, and the whole course was read last.
/// Before that, what it does not show may not have been read yet.
pub(crate) fn ruled(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<LineItemId>, StoreError> {
    let items: Vec<Option<String>> = on_both!(db, |connection| outside_columns::table
        .inner_join(line_items::table.on(outside_columns::line_item_id.eq(line_items::id.nullable())))
        .filter(outside_columns::tenant_id.eq(tenant.as_str()))
        .filter(outside_columns::course_id.eq(course.as_str()))
        .filter(outside_columns::listed.eq(true))
        .select(outside_columns::line_item_id)
        .load(connection))?;
    if items.is_empty() || !is_on(db, tenant, course)? {
        return Ok(Vec::new());
    }
    let known = of_course(db, tenant, course)?.and_then(|readings| readings.coverage);
    if !known.is_some_and(|coverage| coverage.is_whole) {
        return Ok(Vec::new());
    }
    Ok(items.into_iter().flatten().map(LineItemId::from).collect())
}

/// Takes the turn of an access for `holder` until then; `false` while another one has it. Taking it again is keeping it.
pub(crate) fn take_turn(
    db: &mut Db,
    tenant: &TenantId,
    access: &str,
    holder: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let made = on_both!(db, |connection| diesel::insert_into(rest_turns::table)
        .values((
            rest_turns::access.eq(access),
            rest_turns::tenant_id.eq(tenant.as_str()),
            rest_turns::holder.eq(holder),
            rest_turns::until.eq(micros(until)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    if made == 1 {
        return Ok(true);
    }
    // One that goes on for longer than any was given by a clock that was ahead.
    let is_free = rest_turns::holder
        .eq(holder)
        .or(rest_turns::until.le(micros(now)))
        .or(rest_turns::until.gt(beyond(until, TimeDelta::zero())));
    let taken = diesel::update(rest_turns::table)
        .filter(rest_turns::tenant_id.eq(tenant.as_str()))
        .filter(rest_turns::access.eq(access))
        .filter(is_free)
        .set((rest_turns::holder.eq(holder), rest_turns::until.eq(micros(until))))
        .execute(db)?;
    Ok(taken == 1)
}

/// Until when another one has the turn of an access; none while it is free. `longest` is until when one that is taken now would
/// have it.
pub(crate) fn taken_until(
    db: &mut Db,
    tenant: &TenantId,
    access: &str,
    now: DateTime<Utc>,
    longest: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let until: Option<i64> = rest_turns::table
        .filter(rest_turns::tenant_id.eq(tenant.as_str()))
        .filter(rest_turns::access.eq(access))
        .filter(rest_turns::until.gt(micros(now)))
        .filter(rest_turns::until.le(beyond(longest, TimeDelta::zero())))
        .select(rest_turns::until)
        .get_result(db)
        .optional()?;
    opt_moment(until)
}

/// Gives the turn back.
pub(crate) fn end_turn(db: &mut Db, tenant: &TenantId, access: &str, holder: &str) -> Result<(), StoreError> {
    diesel::delete(rest_turns::table)
        .filter(rest_turns::tenant_id.eq(tenant.as_str()))
        .filter(rest_turns::access.eq(access))
        .filter(rest_turns::holder.eq(holder))
        .execute(db)?;
    Ok(())
}
