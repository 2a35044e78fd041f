//! Visits to the console. The token itself is never stored, only its digest. An administrator of everything has no
//! tenant, so these queries name none: the digest of an unguessable token, or the id of the administrator, finds them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::admin_sessions;
use super::{Db, StoreError};
use crate::ids::{AdminId, SessionId};

/// A browser in which an administrator is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdminSession {
    pub(crate) id: SessionId,
    pub(crate) admin: AdminId,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = admin_sessions)]
struct Row {
    id: String,
    admin_id: String,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
}

impl Row {
    fn session(self) -> Result<AdminSession, StoreError> {
        Ok(AdminSession {
            id: self.id.into(),
            admin: self.admin_id.into(),
            created_at: moment(self.created_at)?,
            last_used_at: moment(self.last_used_at)?,
            expires_at: moment(self.expires_at)?,
        })
    }
}

/// Adds a session that is found again by the digest of its token.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the digest is taken.
pub(crate) fn insert(db: &mut Db, session: &AdminSession, token_digest: &str) -> Result<(), StoreError> {
    diesel::insert_into(admin_sessions::table)
        .values((
            admin_sessions::id.eq(session.id.as_str()),
            admin_sessions::admin_id.eq(session.admin.as_str()),
            admin_sessions::token_digest.eq(token_digest),
            admin_sessions::created_at.eq(micros(session.created_at)),
            admin_sessions::last_used_at.eq(micros(session.last_used_at)),
            admin_sessions::expires_at.eq(micros(session.expires_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// The session of a token, unless it is over.
pub(crate) fn by_token_digest(
    db: &mut Db,
    token_digest: &str,
    now: DateTime<Utc>,
) -> Result<Option<AdminSession>, StoreError> {
    let row = admin_sessions::table
        .filter(admin_sessions::token_digest.eq(token_digest))
        .filter(admin_sessions::expires_at.gt(micros(now)))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::session).transpose()
}

/// Notes that the session was used. One that has ended meanwhile stays ended.
pub(crate) fn touch(db: &mut Db, id: &SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(admin_sessions::table.find(id.as_str()))
        .set(admin_sessions::last_used_at.eq(micros(now)))
        .execute(db)?;
    Ok(())
}

/// Whether somebody is signed in still.
pub(crate) fn lives(db: &mut Db, id: &SessionId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let found: i64 = admin_sessions::table
        .filter(admin_sessions::id.eq(id.as_str()))
        .filter(admin_sessions::expires_at.gt(micros(now)))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

/// Ends a session. Ending it twice is fine.
pub(crate) fn delete(db: &mut Db, id: &SessionId) -> Result<(), StoreError> {
    diesel::delete(admin_sessions::table.find(id.as_str())).execute(db)?;
    Ok(())
}

/// Ends every session of an administrator but one.
pub(crate) fn delete_of(db: &mut Db, admin: &AdminId, but: Option<&SessionId>) -> Result<(), StoreError> {
    diesel::delete(admin_sessions::table)
        .filter(admin_sessions::admin_id.eq(admin.as_str()))
        .filter(admin_sessions::id.ne(but.map_or("", SessionId::as_str)))
        .execute(db)?;
    Ok(())
}

/// Forgets sessions that ended before `now`, and says how many.
pub(crate) fn purge(db: &mut Db, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::delete(admin_sessions::table)
        .filter(admin_sessions::expires_at.le(micros(now)))
        .execute(db)?)
}
