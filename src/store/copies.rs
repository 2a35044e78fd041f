//! Courses that were copied from others that we know, unique on (course, source).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_word, micros, moment, opt_moment, word};
use super::schema::{copies, placements};
use super::{Db, StoreError};
use crate::domain::course::{CopyProof, CopyState, CourseCopy};
use crate::ids::{CopyId, CourseId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = copies, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    course_id: String,
    source_course_id: String,
    found_by: String,
    state: String,
    created_at: i64,
    settled_at: Option<i64>,
    proof: Option<String>,
}

impl Row {
    fn copy(self) -> Result<CourseCopy, StoreError> {
        Ok(CourseCopy {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            course: self.course_id.into(),
            source: self.source_course_id.into(),
            found_by: from_word("copies.found_by", &self.found_by)?,
            state: from_word("copies.state", &self.state)?,
            created_at: moment(self.created_at)?,
            settled_at: opt_moment(self.settled_at)?,
            proof: self
                .proof
                .map(|word| from_word("copies.proof", &word))
                .transpose()?,
        })
    }
}

/// Adds `copy` unless these two courses are known as one already. Says whether it was added.
pub(crate) fn offer(db: &mut Db, copy: &CourseCopy) -> Result<bool, StoreError> {
    let row = Row {
        id: copy.id.to_string(),
        tenant_id: copy.tenant.to_string(),
        course_id: copy.course.to_string(),
        source_course_id: copy.source.to_string(),
        found_by: word(&copy.found_by)?,
        state: word(&copy.state)?,
        created_at: micros(copy.created_at),
        settled_at: copy.settled_at.map(micros),
        proof: copy.proof.as_ref().map(word).transpose()?,
    };
    let added = on_both!(db, |connection| diesel::insert_into(copies::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// Notes what proves the copy of `source`, where nothing did before.
pub(crate) fn prove(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    source: &CourseId,
    proof: CopyProof,
) -> Result<(), StoreError> {
    diesel::update(copies::table)
        .filter(copies::tenant_id.eq(tenant.as_str()))
        .filter(copies::course_id.eq(course.as_str()))
        .filter(copies::source_course_id.eq(source.as_str()))
        .filter(copies::proof.is_null())
        .set(copies::proof.eq(word(&proof)?))
        .execute(db)?;
    Ok(())
}

/// The copy with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &CopyId) -> Result<Option<CourseCopy>, StoreError> {
    let row = copies::table
        .filter(copies::tenant_id.eq(tenant.as_str()))
        .filter(copies::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::copy).transpose()
}

/// What a course was copied from, oldest first.
pub(crate) fn for_course(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
) -> Result<Vec<CourseCopy>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| copies::table
        .filter(copies::tenant_id.eq(tenant.as_str()))
        .filter(copies::course_id.eq(course.as_str()))
        .order((copies::created_at, copies::id))
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::copy).collect()
}

/// Says what became of an offer. `false`: it was taken already, perhaps a moment ago on another node. Of two at once
/// one gets `true`.
pub(crate) fn settle(
    db: &mut Db,
    tenant: &TenantId,
    id: &CopyId,
    to: CopyState,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(copies::table)
        .filter(copies::tenant_id.eq(tenant.as_str()))
        .filter(copies::id.eq(id.as_str()))
        .filter(copies::state.ne(word(&CopyState::Taken)?))
        .filter(copies::state.ne(word(&to)?))
        .set((copies::state.eq(word(&to)?), copies::settled_at.eq(micros(now))))
        .execute(db)?;
    Ok(changed == 1)
}

/// The course in which deep linking placed the item of that id, and what it opens there, as JSON.
pub(crate) fn placed_in(
    db: &mut Db,
    tenant: &TenantId,
    item: &str,
) -> Result<Option<(CourseId, String)>, StoreError> {
    let row: Option<(String, String)> = placements::table
        .filter(placements::tenant_id.eq(tenant.as_str()))
        .filter(placements::id.eq(item))
        .select((placements::course_id, placements::opens))
        .get_result(db)
        .optional()?;
    Ok(row.map(|(course, opens)| (course.into(), opens)))
}
