//! Requests for the badges of another course, unique on the copy.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_word, micros, moment, opt_moment, word};
use super::schema::copy_requests;
use super::{Db, StoreError};
use crate::domain::course::{CopyRequest, CopyRequestState};
use crate::ids::{CopyId, CopyRequestId, CourseId, PersonId, TenantId};

/// Most requests that a page shows.
const MOST: i64 = 100;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = copy_requests, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    copy_id: String,
    source_course_id: String,
    asked_by: Option<String>,
    asked_at: i64,
    state: String,
    answered_at: Option<i64>,
}

impl Row {
    fn request(self) -> Result<CopyRequest, StoreError> {
        Ok(CopyRequest {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            copy: self.copy_id.into(),
            source: self.source_course_id.into(),
            asked_by: self.asked_by.map(Into::into),
            asked_at: moment(self.asked_at)?,
            state: from_word("copy_requests.state", &self.state)?,
            answered_at: opt_moment(self.answered_at)?,
        })
    }
}

/// Keeps a request. `false`: there is one for that copy already.
pub(crate) fn ask(db: &mut Db, request: &CopyRequest) -> Result<bool, StoreError> {
    let row = Row {
        id: request.id.to_string(),
        tenant_id: request.tenant.to_string(),
        copy_id: request.copy.to_string(),
        source_course_id: request.source.to_string(),
        asked_by: request.asked_by.as_ref().map(ToString::to_string),
        asked_at: micros(request.asked_at),
        state: word(&request.state)?,
        answered_at: request.answered_at.map(micros),
    };
    let added = on_both!(db, |connection| diesel::insert_into(copy_requests::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The request with that id.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &CopyRequestId,
) -> Result<Option<CopyRequest>, StoreError> {
    let row = copy_requests::table
        .filter(copy_requests::tenant_id.eq(tenant.as_str()))
        .filter(copy_requests::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::request).transpose()
}

/// The request that was made for a copy.
pub(crate) fn for_copy(
    db: &mut Db,
    tenant: &TenantId,
    copy: &CopyId,
) -> Result<Option<CopyRequest>, StoreError> {
    let row = copy_requests::table
        .filter(copy_requests::tenant_id.eq(tenant.as_str()))
        .filter(copy_requests::copy_id.eq(copy.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::request).transpose()
}

/// What stands so of that which was asked of `source`, or of any course of the institution; longest first, at most 100.
pub(crate) fn standing(
    db: &mut Db,
    tenant: &TenantId,
    source: Option<&CourseId>,
    state: CopyRequestState,
) -> Result<Vec<CopyRequest>, StoreError> {
    let stands = word(&state)?;
    let rows: Vec<Row> = on_both!(db, |connection| {
        let mut query = copy_requests::table
            .filter(copy_requests::tenant_id.eq(tenant.as_str()))
            .filter(copy_requests::state.eq(&stands))
            .order((copy_requests::asked_at, copy_requests::id))
            .limit(MOST)
            .select(Row::as_select())
            .into_boxed();
        if let Some(source) = source {
            query = query.filter(copy_requests::source_course_id.eq(source.as_str()));
        }
        query.load(connection)?
    });
    rows.into_iter().map(Row::request).collect()
}

/// Answers a request that waits. `false`: it was answered before; of two at once one gets `true`.
pub(crate) fn answer(
    db: &mut Db,
    tenant: &TenantId,
    id: &CopyRequestId,
    to: CopyRequestState,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(copy_requests::table)
        .filter(copy_requests::tenant_id.eq(tenant.as_str()))
        .filter(copy_requests::id.eq(id.as_str()))
        .filter(copy_requests::state.eq(word(&CopyRequestState::Waiting)?))
        .set((
            copy_requests::state.eq(word(&to)?),
            copy_requests::answered_at.eq(micros(now)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Has a request wait for an answer again that was refused; who asks it now and when, where it is asked again. `false`: it was
/// not refused, or does not stand so any more.
pub(crate) fn wait_again(
    db: &mut Db,
    tenant: &TenantId,
    id: &CopyRequestId,
    asked: Option<(&PersonId, DateTime<Utc>)>,
) -> Result<bool, StoreError> {
    let refused = copy_requests::table
        .filter(copy_requests::tenant_id.eq(tenant.as_str()))
        .filter(copy_requests::id.eq(id.as_str()))
        .filter(copy_requests::state.eq(word(&CopyRequestState::Refused)?));
    let waits = (
        copy_requests::state.eq(word(&CopyRequestState::Waiting)?),
        copy_requests::answered_at.eq(None::<i64>),
    );
    let changed = match asked {
        None => diesel::update(refused).set(waits).execute(db)?,
        Some((by, at)) => diesel::update(refused)
            .set((
                waits,
                copy_requests::asked_by.eq(Some(by.as_str())),
                copy_requests::asked_at.eq(micros(at)),
            ))
            .execute(db)?,
    };
    Ok(changed == 1)
}
