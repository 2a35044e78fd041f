//! What students say of their accounts of two platforms: codes that wait, and what came of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::account_joins;
use super::{Db, StoreError};
use crate::domain::accounts::AccountJoin;
use crate::ids::{AccountJoinId, JoinId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = account_joins, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    person_id: String,
    digest: String,
    made_at: i64,
    until_at: i64,
    other_id: Option<String>,
    answered_at: Option<i64>,
    join_id: Option<String>,
}

impl Row {
    fn account_join(self) -> Result<AccountJoin, StoreError> {
        let other = match (self.other_id, self.answered_at) {
            (Some(other), Some(at)) => Some((PersonId::from(other), moment(at)?)),
            _ => None,
        };
        Ok(AccountJoin {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            person: self.person_id.into(),
            digest: self.digest,
            made_at: moment(self.made_at)?,
            until: moment(self.until_at)?,
            other,
            join: self.join_id.map(JoinId::from),
        })
    }
}

/// Keeps a code in the place of those of the same person that came to nothing. `false`: that code is there already, and nothing was
/// kept.
pub(crate) fn insert(db: &mut Db, new: &AccountJoin) -> Result<bool, StoreError> {
    diesel::delete(account_joins::table)
        .filter(account_joins::tenant_id.eq(new.tenant.as_str()))
        .filter(account_joins::person_id.eq(new.person.as_str()))
        .filter(account_joins::join_id.is_null())
        .execute(db)?;
    let row = Row {
        id: new.id.to_string(),
        tenant_id: new.tenant.to_string(),
        person_id: new.person.to_string(),
        digest: new.digest.clone(),
        made_at: micros(new.made_at),
        until_at: micros(new.until),
        other_id: new.other.as_ref().map(|(other, _)| other.to_string()),
        answered_at: new.other.as_ref().map(|(_, at)| micros(*at)),
        join_id: new.join.as_ref().map(ToString::to_string),
    };
    let added = on_both!(db, |connection| diesel::insert_into(account_joins::table)
        .values(&row)
        .on_conflict((account_joins::tenant_id, account_joins::digest))
        .do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// What became of the code with that digest.
pub(crate) fn by_digest(
    db: &mut Db,
    tenant: &TenantId,
    digest: &str,
) -> Result<Option<AccountJoin>, StoreError> {
    let row: Option<Row> = account_joins::table
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(account_joins::digest.eq(digest))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::account_join).transpose()
}

/// Everything that a person was shown or typed, the latest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<AccountJoin>, StoreError> {
    let rows: Vec<Row> = account_joins::table
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(
            account_joins::person_id
                .eq(person.as_str())
                .or(account_joins::other_id.assume_not_null().eq(person.as_str())),
        )
        .order((account_joins::made_at.desc(), account_joins::id.desc()))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::account_join).collect()
}

/// The joins of an institution that students said themselves, and whether the two had other names then.
pub(crate) fn said_by_students(db: &mut Db, tenant: &TenantId) -> Result<HashMap<JoinId, bool>, StoreError> {
    let said: Vec<(Option<String>, Option<bool>)> = account_joins::table
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(account_joins::join_id.is_not_null())
        .select((account_joins::join_id, account_joins::names_differ))
        .load(db)?;
    let said = said.into_iter();
    let said = said.filter_map(|(id, differ)| Some((JoinId::from(id?), differ.unwrap_or_default())));
    Ok(said.collect())
}

/// Keeps who typed the code and agreed. `false`: somebody did before, or its time is over.
pub(crate) fn answer(
    db: &mut Db,
    tenant: &TenantId,
    id: &AccountJoinId,
    other: &PersonId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(account_joins::table)
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(account_joins::id.eq(id.as_str()))
        .filter(account_joins::other_id.is_null())
        .filter(account_joins::join_id.is_null())
        .filter(account_joins::until_at.gt(micros(now)))
        .set((
            account_joins::other_id.eq(Some(other.as_str())),
            account_joins::answered_at.eq(Some(micros(now))),
            account_joins::until_at.eq(micros(until)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Keeps the join that both agreed to, and whether their names had no word in common. `false`: there is one already, or its time is over.
pub(crate) fn settle(
    db: &mut Db,
    tenant: &TenantId,
    id: &AccountJoinId,
    (join, names_differ): (&JoinId, bool),
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(account_joins::table)
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(account_joins::id.eq(id.as_str()))
        .filter(account_joins::other_id.is_not_null())
        .filter(account_joins::join_id.is_null())
        .filter(account_joins::until_at.gt(micros(now)))
        .set((
            account_joins::join_id.eq(Some(join.as_str())),
            account_joins::names_differ.eq(Some(names_differ)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Forgets what waits, and joined nothing. `false`: there is nothing of the kind.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, id: &AccountJoinId) -> Result<bool, StoreError> {
    let gone = diesel::delete(account_joins::table)
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(account_joins::id.eq(id.as_str()))
        .filter(account_joins::join_id.is_null())
        .execute(db)?;
    Ok(gone == 1)
}

/// Forgets everything that somebody who is erased was shown or typed.
pub(crate) fn forget_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::delete(account_joins::table)
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(
            account_joins::person_id
                .eq(person.as_str())
                .or(account_joins::other_id.assume_not_null().eq(person.as_str())),
        )
        .execute(db)?;
    Ok(())
}

/// Forgets codes that came to nothing before `before`, and says how many.
pub(crate) fn forget_over(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(diesel::delete(account_joins::table)
        .filter(account_joins::tenant_id.eq(tenant.as_str()))
        .filter(account_joins::join_id.is_null())
        .filter(account_joins::until_at.lt(micros(before)))
        .execute(db)?)
}
