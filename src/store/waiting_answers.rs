//! What a frame that keeps no cookies waits for: the choice that is made in the window that it offered. The secret itself is
//! never stored, only its digest.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, opt_moment};
use super::schema::{sessions, waiting_answers};
use super::{Db, StoreError};
use crate::ids::{PersonId, SessionId, TenantId};

/// What waits, or is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WaitingAnswer {
    /// The visit of the window.
    pub(crate) session: SessionId,
    /// Whether something is chosen in it.
    pub(crate) choosing: bool,
    /// What was chosen, as JSON, until it is given.
    pub(crate) answer: Option<String>,
    pub(crate) given_at: Option<DateTime<Utc>>,
}

type Row = (String, bool, Option<String>, Option<i64>);

fn read((session, choosing, answer, given_at): Row) -> Result<WaitingAnswer, StoreError> {
    Ok(WaitingAnswer {
        session: session.into(),
        choosing,
        answer,
        given_at: opt_moment(given_at)?,
    })
}

/// Notes that the window of a frame was let in, once; the frame is known by the digest of its secret.
pub(crate) fn insert(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
    session: &SessionId,
    choosing: bool,
    [now, until]: [DateTime<Utc>; 2],
) -> Result<(), StoreError> {
    on_both!(db, |connection| diesel::insert_into(waiting_answers::table)
        .values((
            waiting_answers::digest.eq(digest),
            waiting_answers::tenant_id.eq(tenant.as_str()),
            waiting_answers::session_id.eq(session.as_str()),
            waiting_answers::choosing.eq(choosing),
            waiting_answers::created_at.eq(micros(now)),
            waiting_answers::expires_at.eq(micros(until)),
        ))
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(())
}

/// What there is for the frame with the secret of that digest, unless it is over.
pub(crate) fn by_digest(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<Option<WaitingAnswer>, StoreError> {
    let row: Option<Row> = waiting_answers::table
        .filter(waiting_answers::tenant_id.eq(tenant.as_str()))
        .filter(waiting_answers::digest.eq(digest))
        .filter(waiting_answers::expires_at.gt(micros(now)))
        .select((
            waiting_answers::session_id,
            waiting_answers::choosing,
            waiting_answers::answer,
            waiting_answers::given_at,
        ))
        .get_result(db)
        .optional()?;
    row.map(read).transpose()
}

/// The frame that waits for what is chosen in that visit, unless it is over.
pub(crate) fn of_session(
    db: &mut Db,
    tenant: &TenantId,
    session: &SessionId,
    now: DateTime<Utc>,
) -> Result<Option<WaitingAnswer>, StoreError> {
    let row: Option<Row> = waiting_answers::table
        .filter(waiting_answers::tenant_id.eq(tenant.as_str()))
        .filter(waiting_answers::session_id.eq(session.as_str()))
        .filter(waiting_answers::choosing.eq(true))
        .filter(waiting_answers::expires_at.gt(micros(now)))
        .select((
            waiting_answers::session_id,
            waiting_answers::choosing,
            waiting_answers::answer,
            waiting_answers::given_at,
        ))
        .get_result(db)
        .optional()?;
    row.map(read).transpose()
}

/// Keeps what was chosen for the frame; a later choice takes the place of an earlier one. `false`: it was given before, and
/// nothing changes.
pub(crate) fn keep(
    db: &mut Db,
    tenant: &TenantId,
    session: &SessionId,
    answer: &str,
) -> Result<bool, StoreError> {
    let changed = diesel::update(waiting_answers::table)
        .filter(waiting_answers::tenant_id.eq(tenant.as_str()))
        .filter(waiting_answers::session_id.eq(session.as_str()))
        .filter(waiting_answers::choosing.eq(true))
        .filter(waiting_answers::given_at.is_null())
        .set(waiting_answers::answer.eq(answer))
        .execute(db)?;
    Ok(changed == 1)
}

/// Gives what was chosen away, once. `false`: there is nothing, or it was given before.
pub(crate) fn give(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(waiting_answers::table)
        .filter(waiting_answers::tenant_id.eq(tenant.as_str()))
        .filter(waiting_answers::digest.eq(digest))
        .filter(waiting_answers::answer.is_not_null())
        .filter(waiting_answers::given_at.is_null())
        .set((
            waiting_answers::answer.eq(None::<String>),
            waiting_answers::given_at.eq(micros(now)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Forgets what is waited for in the visits of a person.
pub(crate) fn forget_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    let visits = sessions::table
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .filter(sessions::person_id.eq(person.as_str()))
        .select(sessions::id);
    on_both!(db, |connection| diesel::delete(waiting_answers::table)
        .filter(waiting_answers::tenant_id.eq(tenant.as_str()))
        .filter(waiting_answers::session_id.eq_any(visits))
        .execute(connection))?;
    Ok(())
}

/// Forgets what ended before `now`, of all institutions, and says how many.
pub(crate) fn purge(db: &mut Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(waiting_answers::table)
        .filter(waiting_answers::expires_at.le(micros(now)))
        .execute(db)?)
}
