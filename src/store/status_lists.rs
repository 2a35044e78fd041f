//! Status lists (Bitstring Status List 1.0): the bits, who has which position, and the signed list.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::{status_entries, status_lists};
use super::{Db, StoreError};
use crate::ids::{IssuerId, StatusListId, TenantId};

/// A status list of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatusList {
    pub(crate) id: StatusListId,
    pub(crate) tenant: TenantId,
    pub(crate) issuer: IssuerId,
    /// The last part of its public address.
    pub(crate) slug: String,
    /// Positions, at least 131,072.
    pub(crate) length: i32,
    /// Positions given out.
    pub(crate) taken: i32,
    /// Whether new credentials get a position here. At most one open list for each issuer.
    pub(crate) open: bool,
    /// `length` bits, position 0 first (the highest bit of the first byte).
    pub(crate) bits: Vec<u8>,
    /// The signed list as it is published.
    pub(crate) document: String,
    /// The same, signed as a token; none for one that was published before lists had tokens.
    pub(crate) token: Option<String>,
    /// Counts what was published, from 1.
    pub(crate) version: i32,
    pub(crate) updated_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = status_lists, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    issuer_id: String,
    slug: String,
    length: i32,
    taken: i32,
    open: bool,
    bits: Vec<u8>,
    document: String,
    version: i32,
    updated_at: i64,
    token: Option<String>,
}

/// A state of a list with its signatures, to be published.
pub(crate) struct Signed<'a> {
    pub(crate) bits: &'a [u8],
    pub(crate) document: &'a str,
    pub(crate) token: &'a str,
}

impl Row {
    fn list(self) -> Result<StatusList, StoreError> {
        Ok(StatusList {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            issuer: self.issuer_id.into(),
            slug: self.slug,
            length: self.length,
            taken: self.taken,
            open: self.open,
            bits: self.bits,
            document: self.document,
            version: self.version,
            updated_at: moment(self.updated_at)?,
            token: self.token,
        })
    }
}

/// Adds a list.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when the issuer has an open one and this one is open too, or the slug is taken.
pub(crate) fn insert(db: &mut Db, list: &StatusList) -> Result<(), StoreError> {
    let row = Row {
        id: list.id.to_string(),
        tenant_id: list.tenant.to_string(),
        issuer_id: list.issuer.to_string(),
        slug: list.slug.clone(),
        length: list.length,
        taken: list.taken,
        open: list.open,
        bits: list.bits.clone(),
        document: list.document.clone(),
        version: list.version,
        updated_at: micros(list.updated_at),
        token: list.token.clone(),
    };
    diesel::insert_into(status_lists::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// The list from which new credentials of an issuer get their position.
pub(crate) fn current_for_issuer(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
) -> Result<Option<StatusList>, StoreError> {
    let row = status_lists::table
        .filter(status_lists::tenant_id.eq(tenant.as_str()))
        .filter(status_lists::issuer_id.eq(issuer.as_str()))
        .filter(status_lists::open.eq(true))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::list).transpose()
}

/// The list with that id.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &StatusListId,
) -> Result<Option<StatusList>, StoreError> {
    let row = status_lists::table
        .filter(status_lists::tenant_id.eq(tenant.as_str()))
        .filter(status_lists::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::list).transpose()
}

/// The list at a public address. Names no tenant: a verifier knows none, and slugs are unique.
pub(crate) fn by_slug(db: &mut Db, slug: &str) -> Result<Option<StatusList>, StoreError> {
    let row = status_lists::table
        .filter(status_lists::slug.eq(slug))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::list).transpose()
}

/// All lists of an issuer, oldest first.
pub(crate) fn for_issuer(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &IssuerId,
) -> Result<Vec<StatusList>, StoreError> {
    let rows: Vec<Row> = status_lists::table
        .filter(status_lists::tenant_id.eq(tenant.as_str()))
        .filter(status_lists::issuer_id.eq(issuer.as_str()))
        .order(status_lists::id)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::list).collect()
}

/// The lists of an institution that were published for the last time before `from`, or (by another clock) after `to`.
pub(crate) fn published_outside(
    db: &mut Db,
    tenant: &TenantId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<StatusListId>, StoreError> {
    let ids: Vec<String> = status_lists::table
        .filter(status_lists::tenant_id.eq(tenant.as_str()))
        .filter(
            status_lists::updated_at
                .lt(micros(from))
                .or(status_lists::updated_at.gt(micros(to))),
        )
        .order(status_lists::id)
        .select(status_lists::id)
        .load(db)?;
    Ok(ids.into_iter().map(StatusListId::from).collect())
}

/// Gives out a position that nobody has. `pick` draws one at random; one that is taken is drawn again, 64 times at
/// most, so that `None` means that the list is as good as full: close it and open another. Run it in a transaction.
///
/// # Errors
/// Trouble with the database; [`StoreError::Value`] when `pick` draws outside the list.
pub(crate) fn take_position(
    db: &mut Db,
    list: &StatusList,
    now: DateTime<Utc>,
    mut pick: impl FnMut() -> i32,
) -> Result<Option<i32>, StoreError> {
    for _ in 0..64 {
        let position = pick();
        if !(0..list.length).contains(&position) {
            return Err(StoreError::Value {
                column: "status_entries.position",
                problem: position.to_string(),
            });
        }
        let entry = (
            status_entries::tenant_id.eq(list.tenant.as_str()),
            status_entries::status_list_id.eq(list.id.as_str()),
            status_entries::position.eq(position),
            status_entries::taken_at.eq(micros(now)),
        );
        let added = on_both!(db, |connection| diesel::insert_into(status_entries::table)
            .values(entry)
            .on_conflict((status_entries::status_list_id, status_entries::position))
            .do_nothing()
            .execute(connection))?;
        if added == 1 {
            on_both!(db, |connection| diesel::update(status_lists::table)
                .filter(status_lists::tenant_id.eq(list.tenant.as_str()))
                .filter(status_lists::id.eq(list.id.as_str()))
                .set(status_lists::taken.eq(status_lists::taken + 1))
                .execute(connection))?;
            return Ok(Some(position));
        }
    }
    Ok(None)
}

/// Publishes new bits with their signed list, in place of the version that was loaded; says the new version.
///
/// # Errors
/// [`StoreError::Stale`] when somebody else published since: load again, set the bit again, sign again.
pub(crate) fn publish(
    db: &mut Db,
    tenant: &TenantId,
    id: &StatusListId,
    version: i32,
    signed: &Signed<'_>,
    now: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let next = version.saturating_add(1);
    let changed = diesel::update(status_lists::table)
        .filter(status_lists::tenant_id.eq(tenant.as_str()))
        .filter(status_lists::id.eq(id.as_str()))
        .filter(status_lists::version.eq(version))
        .set((
            status_lists::bits.eq(signed.bits),
            status_lists::document.eq(signed.document),
            status_lists::token.eq(signed.token),
            status_lists::version.eq(next),
            status_lists::updated_at.eq(micros(now)),
        ))
        .execute(db)?;
    if changed == 1 {
        Ok(next)
    } else {
        Err(StoreError::Stale)
    }
}

/// Gives out no more positions of this list; it stays published.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such list.
pub(crate) fn close(db: &mut Db, tenant: &TenantId, id: &StatusListId) -> Result<(), StoreError> {
    let changed = diesel::update(status_lists::table)
        .filter(status_lists::tenant_id.eq(tenant.as_str()))
        .filter(status_lists::id.eq(id.as_str()))
        .set(status_lists::open.eq(false))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("status list"))
    } else {
        Ok(())
    }
}

/// Makes a list short, so that it is soon full.
#[cfg(test)]
pub(crate) fn shorten(
    db: &mut Db,
    tenant: &TenantId,
    id: &StatusListId,
    length: i32,
) -> Result<(), StoreError> {
    diesel::update(status_lists::table)
        .filter(status_lists::tenant_id.eq(tenant.as_str()))
        .filter(status_lists::id.eq(id.as_str()))
        .set(status_lists::length.eq(length))
        .execute(db)?;
    Ok(())
}
